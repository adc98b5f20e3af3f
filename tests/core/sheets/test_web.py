"""The pages of imports: who sees them, what they say, what comes in wrong."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.core.sheets.conftest import HEADINGS, Bring, line, officer, workbook
from tests.personas import PERSONAS, World

from linli.core.files.queries import attachments_of
from linli.core.sheets import actions
from linli.core.sheets.models import Import, StagedRow
from linli.core.sheets.queries import imports_visible_to
from linli.organizations.models import Organization
from linli.organizations.sheets.organizations import ORGANIZATIONS as SHEET

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HOME = "/imports/organizations/"
IMPORTERS = ["street_officer", "street_head", "district_officer", "district_head"]


@pytest.fixture
def signed_in(client: Client, world: World) -> Any:
    """`signed_in("street_officer")` hands back a client of the persona."""

    def as_persona(who: str) -> Client:
        client.force_login(world[who], backend=BACKEND)
        return client

    return as_persona


def upload(content: bytes, name: str = "名册.xlsx") -> dict[str, Any]:
    """The form with a file."""
    return {"file": SimpleUploadedFile(name, content)}


def body_of(answer: Any) -> bytes:
    """What a download brings."""
    return b"".join(answer.streaming_content)


# --- who --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["ready", "applied", "undone", "failed"])
def test_only_importers_of_the_area_see_an_import(world: World, signed_in: Any, bring: Bring, state: str) -> None:
    batch = bring(workbook([line(), line("英歌队", 类别="错")]))
    Import.objects.update(state=state)
    paper = attachments_of(batch).get().get_absolute_url()
    seen: dict[str, list[str]] = {"page": [], "file": [], "rejected": [], "listed": []}
    for who in PERSONAS:
        client = signed_in(who)
        seen["page"] += [who] if client.get(batch.get_absolute_url()).status_code == 200 else []
        seen["file"] += [who] if client.get(paper).status_code == 200 else []
        seen["rejected"] += [who] if client.get(f"{batch.get_absolute_url()}rejected.xlsx").status_code == 200 else []
        seen["listed"] += [who] if imports_visible_to(world[who]).exists() else []

    expected = IMPORTERS
    assert seen["page"] == seen["file"] == seen["listed"] == expected
    assert seen["rejected"] == ([] if state == "failed" else expected)


@pytest.mark.parametrize("who", PERSONAS)
def test_only_importers_may_take_each_step(world: World, signed_in: Any, bring: Bring, who: str) -> None:
    batch = bring(workbook([line()]))
    client = signed_in(who)

    begun = client.post(HOME, upload(workbook([line("英歌队")])))
    applied = client.post(f"{batch.get_absolute_url()}apply/")

    may = who in IMPORTERS
    # Somebody of another street imports there, and does not see this one.
    assert begun.status_code == (302 if may or who == "other_street_officer" else 404)
    assert applied.status_code == (302 if may else 404)
    batch.refresh_from_db()
    assert batch.state == ("applying" if may else "ready")


def test_a_duplicate_elsewhere_says_only_that_it_exists(
    world: World, signed_in: Any, bring: Bring, land: Any
) -> None:
    land(
        bring(workbook([line("远山书画社", 所在社区="华坞社区", 备案编号="远-1")]), who="district_officer"),
        "district_officer",
    )
    batch = bring(workbook([line("近水书画社", 备案编号="远-1")]))
    page = signed_in("street_officer").get(batch.get_absolute_url()).content.decode()

    row = StagedRow.objects.get(batch=batch)
    assert (row.state, row.match_id, row.values) == ("wrong", None, None)
    assert row.said[0]["sentence"] == (
        "名册里已经有相同的备案编号，但不在你的辖区，看不到是哪一条。请核对；确实没错的，请区里经办人处理。"
    )
    assert "远山" not in page


@pytest.mark.parametrize("who", [*PERSONAS, "stranger"])
def test_the_register_leads_importers_to_the_imports(world: World, signed_in: Any, client: Client, who: str) -> None:
    page = client if who == "stranger" else signed_in(who)
    answer = page.get(reverse("organizations:register"))

    said = answer.content.decode() if answer.status_code == 200 else ""
    assert (f'href="{HOME}">导入</a>' in said.partition("<main")[2]) == (who in (*IMPORTERS, "other_street_officer"))


# --- what comes in ----------------------------------------------------------------------------------------------


def test_an_upload_is_read_and_shown(world: World, signed_in: Any) -> None:
    client = signed_in("street_officer")
    answer = client.post(HOME, upload(workbook([line(), line("英歌队", 类别="错")])))
    batch = Import.objects.get()
    assert (answer.status_code, answer.url) == (302, batch.get_absolute_url())
    assert "正在核对" in client.get(answer.url).content.decode()
    busy = client.get(f"{answer.url}progress/")
    assert "every 2s" in busy.content.decode()
    assert "HX-Refresh" not in busy.headers

    actions.read_import(batch.pk)

    done = client.get(f"{answer.url}progress/")
    assert "every 2s" not in done.content.decode()
    assert done.headers["HX-Refresh"] == "true"
    assert "“错”不在可选的内容里" in client.get(f"{answer.url}?show=wrong").content.decode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "这个文件是空的。请打开看一看，填好后重新保存再传。"),
        (b"%PDF-1.4", "这个文件是 PDF，读不出表格。请找到原来的 Excel 表；没有的话，把内容抄到模板里再传。"),
    ],
)
def test_what_is_no_table_is_refused_at_the_field(signed_in: Any, content: bytes, sentence: str) -> None:
    answer = signed_in("street_officer").post(HOME, upload(content))

    assert answer.status_code == 422
    assert answer.context["form"].errors["file"] == [sentence]
    assert not Import.objects.exists()


def test_the_history_shows_what_is_not_read_yet_and_what_could_not_be(signed_in: Any, bring: Bring) -> None:
    client = signed_in("street_officer")
    client.post(HOME, upload(workbook([line()]), "还没读.xlsx"))
    assert bring(b"hello", "a.xlsx").state == "failed"

    page = client.get(HOME)

    assert page.status_code == 200
    assert [(row.name, row.counts.get("read")) for row in page.context["page"].rows] == [
        ("a.csv", None),
        ("还没读.xlsx", None),
    ]


def test_a_file_beyond_the_limit_is_refused_unread(signed_in: Any) -> None:
    answer = signed_in("street_officer").generic("POST", HOME, b"x", CONTENT_LENGTH=str(300 << 20))

    assert answer.status_code == 422
    assert answer.context["form"].errors["file"] == ["这个文件有 299 MB，超过了 200 MB。请拆成几个文件，分几次导入。"]


def test_no_file_at_all_and_no_token(world: World, signed_in: Any) -> None:
    assert signed_in("street_officer").post(HOME).context["form"].errors["file"] == ["请选一个文件。"]
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world["street_officer"], backend=BACKEND)
    assert strict.post(HOME, upload(workbook([line()]))).status_code == 403


@pytest.mark.parametrize("after", ["nonsense", "-1", "9" * 40, "１２", "\0"])
@pytest.mark.parametrize("show", ["", "wrong", "nonsense"])
def test_nonsense_in_the_address_shows_a_page(signed_in: Any, bring: Bring, after: str, show: str) -> None:
    batch = bring(workbook([line()]))
    answer = signed_in("street_officer").get(batch.get_absolute_url(), {"after": after, "show": show})

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["rows/99/", "rows/2/", "nonsense/", f"rows/{'9' * 30}/"])
def test_addresses_that_lead_nowhere(signed_in: Any, bring: Bring, path: str) -> None:
    batch = bring(workbook([line(类别="错")]))

    assert signed_in("street_officer").post(f"{batch.get_absolute_url()}{path}").status_code == 404


# --- workbooks --------------------------------------------------------------------------------------------------


def test_the_template_is_read_back_and_its_example_is_ignored(signed_in: Any, bring: Bring) -> None:
    content = body_of(signed_in("street_officer").get(f"{HOME}template.xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["填写"]
    headings = [cell.value for cell in sheet[1]]
    seldom = [column.label for column in SHEET.columns if column.seldom]
    assert headings == [*HEADINGS, *seldom]
    assert [[cell.value for cell in row] for row in book["选项"].iter_rows(min_row=2, max_col=2)] == [
        ["东方街道", "金苑社区"],
        ["东方街道", "聚龙社区"],
    ]
    assert sheet.column_dimensions["H"].number_format if hasattr(sheet.column_dimensions["H"], "number_format") else 1
    assert len(sheet.data_validations.dataValidation) >= 5
    for at, cell in enumerate(line(), start=1):
        sheet.cell(3, at, cell)
    out = io.BytesIO()
    book.save(out)

    batch = bring(out.getvalue())

    assert (batch.state, batch.counts["read"], batch.counts["good"]) == ("ready", 1, 1)
    assert batch.layout["notes"] == ["示例行没有读（1 行）。"]


def test_rejected_rows_come_back_mended(signed_in: Any, bring: Bring, land: Any) -> None:
    rows = [[7, *line()], [8, *line("英歌队", 类别="文艺", 负责人身份证号="", 成员人数=12)]]
    batch = bring(workbook(rows, ["序号", *HEADINGS]))
    client = signed_in("street_officer")
    book = openpyxl.load_workbook(io.BytesIO(body_of(client.get(f"{batch.get_absolute_url()}rejected.xlsx"))))
    sheet = book.worksheets[0]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0] == ["序号", *HEADINGS, "退回原因"]
    assert [value for value in cells[1] if value is not None] == [value for value in rows[1] if value != ""] + [
        "类别：“文艺”不在可选的内容里。请从服务、自治、文体、平安、其他里选一个。"
    ]
    land(batch)

    sheet.cell(2, 3, "文体")
    out = io.BytesIO()
    book.save(out)
    again = land(bring(out.getvalue(), name="名册（退回修改）.xlsx"))

    assert (again.counts["read"], again.counts["created"]) == (1, 1)
    assert Organization.objects.get(name="英歌队").member_count == 12


# --- duplicates -------------------------------------------------------------------------------------------------


def test_duplicates_are_decided_one_by_one(
    world: World, signed_in: Any, bring: Bring, filed: Organization, land: Any
) -> None:
    batch = bring(workbook([line(成员人数=50, 负责人手机号="13900002046"), line("英歌队")]))
    client = signed_in("street_officer")
    first = f"{batch.get_absolute_url()}rows/2/"
    page = client.get(first).content.decode()
    assert "138****2046" in page
    assert "13800002046" not in page
    order = [
        page.index(f'<th scope="row">{label}</th>') for label in ("负责人手机号", "成员人数", "组织名称", "备案编号")
    ]
    assert order == sorted(order)  # what differs comes first
    assert page.index(f'href="{reverse("organizations:register")}">社会组织名册</a>') < page.index(
        f'href="{HOME}">导入</a>'
    )
    assert client.post(first, {"choice": "pick"}).status_code == 422
    assert client.post(first, {"choice": "new"}).status_code == 422

    answer = client.post(first, {"choice": "pick", "fields": ["member_count", "nonsense"]})
    assert answer.url == f"{batch.get_absolute_url()}rows/3/"
    answer = client.post(answer.url, {"choice": "new"})
    assert answer.url == f"{batch.get_absolute_url()}?show=duplicate"
    land(batch)

    filed.refresh_from_db()
    assert (filed.member_count, filed.leader_phone) == (50, "13800002046")
    assert Organization.objects.filter(name="英歌队").exists()


def test_duplicates_are_decided_all_at_once(world: World, signed_in: Any, bring: Bring, filed: Organization) -> None:
    batch = bring(workbook([line(成员人数=50), line("英歌队"), line("潮剧社")]))
    client = signed_in("street_officer")
    actions.decide(batch, "skip", numbers=[3], actor=officer(world))

    client.post(f"{batch.get_absolute_url()}decide/", {"choice": "new"})
    assert list(StagedRow.objects.order_by("number").values_list("decision", flat=True)) == ["", "skip", "new"]
    client.post(f"{batch.get_absolute_url()}decide/", {"choice": "fill", "which": "all"})
    assert list(StagedRow.objects.order_by("number").values_list("decision", flat=True)) == ["fill"] * 3


# --- cost -------------------------------------------------------------------------------------------------------


def test_pages_cost_the_same_with_one_and_with_many_rows(signed_in: Any, bring: Bring, land: Any) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    client = signed_in("street_officer")
    few = bring(workbook([line()]))
    many = bring(workbook([line(f"第{at}书画社", 负责人身份证号="") for at in "一二三四五六七八九十"]))
    client.get(few.get_absolute_url())
    assert queries(few.get_absolute_url()) == queries(many.get_absolute_url())
    land(few)
    land(many)
    assert queries(few.get_absolute_url()) == queries(many.get_absolute_url())
