"""What comes in wrong: nonsense, somebody else's, twice, too late. Each gets a sentence, and nothing is lost."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.personas import PDF, World

from linli.core.access import sessions
from linli.core.audit.models import Event
from linli.core.files.queries import attachments_of
from linli.organizations.actions import filings
from linli.organizations.models import Filing, Organization

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NONSENSE = (
    "",
    "\0",
    "a\0b",
    "-1",
    "9" * 40,
    "'\"<script>",
    "null",
    "１２",
    "../../",
    "%",
    "\U0001f600",
    "x" * 5000,
)


@pytest.fixture
def sign_in(client: Client, world: World) -> Any:
    """`sign_in("founder")` hands back a client of the persona."""

    def as_persona(who: str) -> Client:
        client.force_login(world[who], backend=BACKEND)
        return client

    return as_persona


def page_of(filing: Filing, page: str) -> str:
    """The address of a page of the form."""
    return f"/cases/filing/{filing.uid}/edit/{page}/"


# --- addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("uid", ["nonsense", "a%00b", "%F0%9F%98%80", "1", "-" * 22, "x" * 500, "' OR 1=1"])
@pytest.mark.parametrize(
    "path",
    [
        "/o/{}/",
        "/o/{}/certificate/",
        "/publicity/{}/",
        "/register/{}/",
        "/register/{}/name/",
        "/cases/filing/{}/",
        "/cases/filing/{}/edit/basics/",
        "/cases/filing/{}/agree_filing/",
        "/files/{}/",
        "/tasks/{}/",
    ],
)
def test_an_address_nobody_gave_out_is_not_found(sign_in: Any, filed: Organization, path: str, uid: str) -> None:
    assert sign_in("street_officer").get(path.format(quote(uid, safe="%"))).status_code == 404


@pytest.mark.parametrize(
    "path", ["", "edit/basics/", "edit/documents/", "edit/check/", "withdraw_filing/", "extend/", "urge/"]
)
@pytest.mark.parametrize("who", ["stranger", "other_street_officer", "neighbour_worker", "sysadmin"])
def test_somebody_elses_case_does_not_exist(sign_in: Any, submitted: Filing, who: str, path: str) -> None:
    address = f"{submitted.get_absolute_url()}{path}"
    client = sign_in(who)

    assert [client.get(address).status_code, client.post(address, {}).status_code] == [404, 404 if path else 405]


def test_a_step_or_a_page_that_does_not_exist_is_not_found(sign_in: Any, draft: Filing) -> None:
    client = sign_in("founder")
    for path in ("fly-to-the-moon/", "edit/nowhere/", "edit/nowhere/check/", "edit/documents/check/"):
        assert client.post(f"{draft.get_absolute_url()}{path}", {"field": "name"}).status_code == 404
    assert client.get("/cases/nonsense/").status_code == 404
    assert client.get(f"/cases/amendment/{draft.uid}/").status_code == 404


def test_an_address_that_takes_only_a_press_shows_where_it_is_pressed(sign_in: Any, filed: Organization) -> None:
    filing = Filing.objects.get()
    client = sign_in("street_officer")
    for path in ("agree_filing", "extend", "urge"):
        answer = client.get(f"{filing.get_absolute_url()}{path}/")
        assert (answer.status_code, answer["Location"].partition("?")[0].partition("#")[0]) == (
            302,
            filing.get_absolute_url(),
        )
    assert client.get(f"{filed.get_absolute_url()}name/")["Location"] == filed.get_absolute_url()
    assert "章程" in Client().get("/filings/begin/").text
    assert Client().post("/filings/begin/")["Location"] == "/accounts/login/?next=/filings/begin/"
    assert Filing.objects.count() == 1


@pytest.mark.parametrize("value", NONSENSE)
@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/orgs/", ("q", "street", "kind", "view", "after")),
        ("/orgs/points.json", ("q", "street", "kind", "datum")),
        ("/register/", ("q", "street", "kind", "legal_status", "after")),
        ("/cases/filing/", ("q", "state", "late", "after")),
        ("/desk/", ("process", "only", "skip")),
        ("/desk/done/", ("month", "only", "after")),
        ("/similar/", ("name", "area")),
    ],
)
def test_garbage_in_the_address_bar_is_a_page(
    sign_in: Any, reviewing: Filing, path: str, names: tuple[str, ...], value: str
) -> None:
    client = sign_in("street_officer")
    for name in names:
        assert client.get(path, {name: value}).status_code == 200, name
    assert client.get(path, dict.fromkeys(names, value)).status_code == 200


@pytest.mark.parametrize("month", ["0001-01", "9999-12", "2026-13", "1970-02"])
def test_a_month_nobody_worked_in_shows_this_month(sign_in: Any, world: World, month: str) -> None:
    assert sign_in("street_officer").get("/desk/done/", {"month": month}).status_code == 200


# --- what is typed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "typed", "said"),
    [
        ("basics", {"name": "长" * 61}, "60"),
        ("basics", {"name": "画社"}, "3"),
        ("basics", {"kind": "pirates"}, "类别"),
        ("basics", {"purpose": "字" * 501}, "500"),
        ("place", {"area": "999999"}, "社区"),
        ("leader", {"leader_id_number": "110105194912310021"}, "第 18 位"),
        ("leader", {"leader_id_number": "11010520990101001X"}, "出生日期"),
        ("leader", {"leader_phone": "123"}, "11 位"),
        ("leader", {"leader_name": "<b>陈"}, "姓名"),
        ("people", {"founders": "陈秀梅\n陈秀梅"}, "第 2 行"),
        ("people", {"member_count": "-3"}, "1"),
        ("people", {"member_count": "3", "party_member_count": "4"}, "党员人数"),
    ],
)
def test_a_wrong_value_gets_its_sentence_and_the_right_ones_are_kept(
    sign_in: Any, draft: Filing, where: str, typed: dict[str, str], said: str
) -> None:
    client = sign_in("founder")
    before = {name: getattr(draft, name) for name in typed if name != "area"}

    answer = client.post(page_of(draft, where), typed)

    draft.refresh_from_db()
    assert answer.status_code == 422
    assert said in answer.text[answer.text.index("error-summary") :]
    wrong = list(typed)[-1]
    if wrong != "area":
        assert getattr(draft, wrong) == before[wrong]


def test_a_field_is_checked_as_it_is_left(sign_in: Any, draft: Filing) -> None:
    client = sign_in("founder")
    address = page_of(draft, "leader") + "check/"

    wrong = client.post(address, {"field": "leader_id_number", "leader_id_number": "110105194912310021"}).json()
    right = client.post(address, {"field": "leader_phone", "leader_phone": "138 0000 2047"}).json()

    draft.refresh_from_db()
    assert "第 18 位" in wrong["error"]
    assert (right["error"], right["fine"], right["revision"]) == ("", "已保存", draft.revision)
    assert (draft.leader_phone, draft.leader_id_number) == ("13800002047", "11010519491231002X")


def test_half_a_point_is_no_point(sign_in: Any, draft: Filing) -> None:
    client = sign_in("founder")

    client.post(page_of(draft, "place") + "check/", {"field": "lat", "lat": "23.37", "lng": "116.7"})
    client.post(
        page_of(draft, "place"), {"area": draft.area_id, "address": "金苑路 8 号", "lat": "23.37", "lng": "x"}
    )

    draft.refresh_from_db()
    assert (draft.lng, draft.lat, draft.datum) == (None, None, "")


def test_an_empty_form_may_wait_but_not_be_sent(sign_in: Any, world: World) -> None:
    client = sign_in("founder")
    client.post("/filings/begin/")
    filing = Filing.objects.get()
    for page in ("basics", "place", "leader", "people", "documents", "consent"):
        assert client.post(page_of(filing, page), {}).status_code == 302

    answer = client.post(page_of(filing, "check"))

    filing.refresh_from_db()
    assert (answer.status_code, filing.state, filing.number) == (422, "draft", "")
    for words in ("填写组织名称", "选择所在社区", "上传章程", "个人信息处理说明"):
        assert words in answer.text


def test_markup_in_every_text_field_is_shown_as_it_was_typed(sign_in: Any, draft: Filing, world: World) -> None:
    mark = "<script>alert(1)</script>"
    client = sign_in("founder")
    client.post(page_of(draft, "basics"), {"name": draft.name, "kind": "culture", "purpose": mark})
    client.post(page_of(draft, "place"), {"area": draft.area_id, "address": mark})
    pages = [client.get(page_of(draft, page)).text for page in ("basics", "place", "check")]
    client.post(page_of(draft, "check"))
    client = sign_in("community_worker")
    client.post(f"{draft.get_absolute_url()}support_filing/", {"support_filing-reason": mark})
    client = sign_in("street_officer")
    pages.append(client.get(draft.get_absolute_url()).text)
    client.post(f"{draft.get_absolute_url()}agree_filing/", {"agree_filing-reason": mark})
    draft.refresh_from_db()
    filing = filings.issue_filing(draft, actor=world["founder"].system())
    assert filing.organization is not None
    organization = filing.organization
    for path in (
        "/orgs/",
        organization.public_url,
        f"{organization.public_url}certificate/",
        organization.get_absolute_url(),
    ):
        pages.append(client.get(path).text)

    for page in pages:
        assert mark not in page
        assert "&lt;script&gt;" in page


# --- papers -------------------------------------------------------------------------------------------------------


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content, "application/pdf")


def huge_photo() -> bytes:
    """41 MB that begin like a photo."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    return out.getvalue() + b"\0" * (41 * 1024 * 1024)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("空.pdf", b"", "空"),
        ("章程.pdf", b"MZ\x90\x00" + b"\0" * 400, "章程.pdf"),
        ("照片.jpg", huge_photo(), "MB"),
    ],
    ids=["empty", "program", "huge"],
)
def test_a_file_that_cannot_be_taken_is_named_and_the_others_are_kept(
    sign_in: Any, world: World, name: str, content: bytes, said: str
) -> None:
    client = sign_in("founder")
    client.post("/filings/begin/")
    filing = Filing.objects.get()

    answer = client.post(
        page_of(filing, "documents"), {"charter": upload(name, content), "venue": upload("同意书.pdf", PDF)}
    )

    assert answer.status_code == 422
    summary = answer.text[answer.text.index("error-summary") :]
    assert said in summary
    assert name in summary
    assert [(file.slot, file.name) for file in attachments_of(filing)] == [("venue", "同意书.pdf")]


# --- twice, too late, not by this person --------------------------------------------------------------------------


def test_only_what_another_device_changed_clashes(sign_in: Any, draft: Filing) -> None:
    client = sign_in("founder")
    seen = draft.revision
    filings.save_draft(draft, actor=draft.owner, revision=None, purpose="另一部手机写的")  # type: ignore[arg-type]

    clash = client.post(
        page_of(draft, "basics"),
        {"revision": seen, "name": draft.name, "kind": "culture", "purpose": "这部手机写的"},
    )
    other_page = client.post(
        page_of(draft, "place"), {"revision": seen, "area": draft.area_id, "address": "金苑路 8 号"}
    )

    draft.refresh_from_db()
    assert (clash.status_code, other_page.status_code) == (409, 302)
    assert "另一部手机写的" in clash.text
    assert "这部手机写的" in clash.text
    assert (draft.purpose, draft.address) == ("另一部手机写的", "金苑路 8 号")


def test_the_page_and_its_own_background_check_do_not_clash(sign_in: Any, draft: Filing) -> None:
    client = sign_in("founder")
    typed = {"revision": draft.revision, "name": draft.name, "kind": "culture", "purpose": "两行\r\n都要"}

    client.post(page_of(draft, "basics") + "check/", {**typed, "field": "purpose"})
    answer = client.post(page_of(draft, "basics"), typed)

    draft.refresh_from_db()
    assert (answer.status_code, draft.purpose) == (302, "两行\r\n都要")


def test_pressed_twice_it_is_sent_once(sign_in: Any, draft: Filing) -> None:
    client = sign_in("founder")

    answers = [client.post(page_of(draft, "check")) for _ in range(2)]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, draft.get_absolute_url())] * 2
    assert Event.objects.filter(name="organizations.submit_filing").count() == 1


def test_what_was_typed_when_the_session_ended_can_be_sent_after_signing_in(
    client: Client, world: World, draft: Filing
) -> None:
    founder = world["founder"]
    client.force_login(founder, backend=BACKEND)
    Client().force_login(founder, backend=BACKEND)  # elsewhere, later
    background = client.post(page_of(draft, "basics") + "check/", {"field": "purpose", "purpose": "x"})
    answer = client.post(
        page_of(draft, "basics"), {"name": draft.name, "kind": "culture", "purpose": "刚写好的一大段"}
    )
    founder.set_password("Fengting-2026-hua")
    founder.save()

    signed = client.post(answer["Location"], {"login": founder.username, "password": "Fengting-2026-hua"})
    kept = client.get(signed["Location"])

    assert (background.status_code, answer.status_code) == (401, 302)
    assert "刚写好的一大段" in kept.text
    assert f'action="{page_of(draft, "basics")}"' in kept.text
    assert sessions.KEPT_KEY in client.session


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"]
)
def test_a_step_never_leads_off_the_site(sign_in: Any, submitted: Filing, back: str) -> None:
    answer = sign_in("community_worker").post(f"{submitted.get_absolute_url()}support_filing/", {"back": back})

    assert (answer.status_code, answer["Location"]) == (302, submitted.get_absolute_url())


def test_a_step_leads_back_to_the_page_it_was_taken_from(sign_in: Any, submitted: Filing) -> None:
    answer = sign_in("community_worker").post(f"{submitted.get_absolute_url()}support_filing/", {"back": "/desk/"})

    assert answer["Location"] == "/desk/"
    assert len(list(get_messages(answer.wsgi_request))) == 1


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("community_worker", 403),
        ("district_officer", 403),
        ("auditor", 403),
        ("founder", 403),
        ("federation_secretary", 404),
        ("other_street_officer", 404),
        ("merchant", 404),
        ("stranger", 404),
    ],
)
def test_a_step_is_not_taken_without_the_post(sign_in: Any, reviewing: Filing, who: str, status: int) -> None:
    answer = sign_in(who).post(f"{reviewing.get_absolute_url()}agree_filing/")

    reviewing.refresh_from_db()
    assert (answer.status_code, reviewing.state) == (status, "review")
    if status == 403:
        assert "岗位" in answer.text


def test_without_a_reason_a_step_says_so_and_keeps_what_was_typed(sign_in: Any, reviewing: Filing) -> None:
    client = sign_in("street_officer")
    address = f"{reviewing.get_absolute_url()}refuse_filing/"

    empty = client.post(address, {"refuse_filing-reason": "   "})
    long = client.post(address, {"refuse_filing-reason": "长" * 501}, headers={"HX-Request": "true"})

    reviewing.refresh_from_db()
    assert (empty.status_code, long.status_code, reviewing.state) == (422, 422, "review")
    assert "请写明" in empty.text
    assert "长" * 501 in long.text


def test_extending_asks_a_reason_and_stays_in_place(sign_in: Any, reviewing: Filing) -> None:
    client = sign_in("street_officer")
    address = f"{reviewing.get_absolute_url()}extend/"

    without = client.post(address, {"reason": " \0 "}, headers={"HX-Request": "true"})
    done = client.post(address, {"reason": "要实地看场地"}, headers={"HX-Request": "true"})
    again = client.post(address, {"reason": "再延"}, headers={"HX-Request": "true"})

    assert (without.status_code, done.status_code, again.status_code) == (422, 200, 409)
    assert "请写明延长的理由" in without.text
    assert "已延长" in done.text
    assert "已经延长过一次" in again.text
