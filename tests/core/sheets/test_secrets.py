"""Nothing personal in the clear: not in a table, a file of the storage, a folder for temporary files, or a log."""

from __future__ import annotations

import io
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from tests.core.sheets.conftest import HEADINGS, Bring, line, officer, saved
from tests.personas import World

from linli.core.files.models import Attachment
from linli.core.files.queries import attachments_of, walk
from linli.core.files.sealing import open_stored, rotate_files, sealed_suffix
from linli.core.files.storing import FOLDER
from linli.core.privacy.masks import scrub_typed
from linli.core.sheets import actions
from linli.core.sheets.models import Import, ImportedRow, StagedRow
from linli.core.sheets.rejected import rejected
from linli.organizations.models import Organization

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ID_NUMBERS = ("440524198506120015", "440524198506120023", "440524198506120031")
PHONES = ("13700009041", "13700009042", "13700009043", "13700009044", "13700009045")
PLANTED = (*ID_NUMBERS, *PHONES)


def planted() -> bytes:
    """Numbers in their own columns and in every wrong place."""
    first, second, third = ID_NUMBERS
    phone, spaced, dashed, full, long = PHONES
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = f"联系{phone}"
    made.create_sheet(f"电话{spaced}").append(["没有表头", first])
    sheet.append([f"如有疑问请联系 {phone}"])
    sheet.append([*HEADINGS, f"备注（{spaced}）", second])
    full = unicodedata.normalize("NFKC", full).translate({ord("0") + at: 0xFF10 + at for at in range(10)})
    for at, changed in enumerate(
        (
            {"负责人身份证号": first, "负责人手机号": phone},
            {"负责人身份证号": second, "负责人手机号": spaced},
            {"类别": phone},
            {"类别": f"{spaced[:3]} {spaced[3:7]} {spaced[7:]}"},
            {"备案日期": first},
            {"成员人数": second},
            {"所在社区": f"{dashed[:3]}-{dashed[3:7]}-{dashed[7:]}"},
            {"所在街道": third, "所在社区": "金苑"},
            {"活动场所": f"{' '.join(first[i : i + 4] for i in range(0, 18, 4))} 号"},
            {"宗旨和活动内容": f"报名电话{full}"},
            {"负责人身份证号": f"{third}1"},
            {"负责人手机号": f"{long}/{dashed}"},
            {"负责人姓名": f"陈秀梅{dashed}"},
            {"备案编号": third},
            {"统一社会信用代码": first},
        )
    ):
        given = {"负责人身份证号": "", "负责人手机号": f"1380000{at:04d}"} | changed
        sheet.append([*line(f"第{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰'[at]}书画社", **given), third, phone])
    sheet.append(line(f"陈秀梅{dashed}书画社", 类别="错", 负责人身份证号=""))
    return saved(made)


def told() -> str:
    """Every row of every table, spelt without spaces, dashes and width, so that no spelling of a number hides."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        texts = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            texts += [f"{table}: {row[0]}" for row in cursor.fetchall()]
    return bare("\n".join(texts))


def bare(text: str) -> str:
    """Digits and letters as one run wherever people set them apart."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).upper() if c not in " -.·'\u200b")


def assert_secret(others: set[str]) -> None:
    """No planted number anywhere in the database or the storage, and no workbook but those of other tests."""
    text = told()
    assert [number for number in PLANTED if number in text] == []
    for name in walk(FOLDER):
        with default_storage.open(name) as file:
            content = file.read()
        assert [number for number in PLANTED if number.encode() in content] == []
        assert name in others or not content.startswith(b"PK"), name


def test_planted_numbers_are_in_the_clear_nowhere(
    world: World, bring: Bring, land: Any, take_back: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert all(number in bare(str(PLANTED)) for number in PLANTED)  # the search would find them
    before = set(Path(tempfile.gettempdir()).iterdir())
    others = set(walk(FOLDER))

    batch = bring(planted(), name=f"{PHONES[0]}名册.xlsx")
    assert (batch.state, batch.counts["read"], batch.counts["good"]) == ("ready", 16, 2)
    assert_secret(others)
    assert PHONES[4] in bare(told_by(rejected(batch)))
    land(batch)
    assert Organization.objects.get(name="第甲书画社").leader_phone == PHONES[0]
    assert_secret(others)

    changed = bring(workbook_of_change(), name="更新.xlsx")
    actions.decide(changed, "update", actor=officer(world))
    land(changed)
    assert ImportedRow.objects.get(batch=changed).outcome == "updated"
    assert_secret(others)
    take_back(changed)
    take_back(batch)
    assert_secret(others)
    given_up = bring(planted())
    actions.cancel_import(given_up, actor=officer(world))
    assert not StagedRow.objects.filter(batch=given_up).exists()
    assert_secret(others)

    left = {path for path in set(Path(tempfile.gettempdir()).iterdir()) - before if path.name.startswith("linli-")}
    assert left == set()
    assert [number for number in PLANTED if number in bare(caplog.text)] == []


def workbook_of_change() -> bytes:
    """A new number for an organization that is there."""
    made = openpyxl.Workbook()
    assert made.active is not None
    made.active.append(list(HEADINGS))
    made.active.append(line("第甲书画社", 负责人身份证号=ID_NUMBERS[2], 负责人手机号=PHONES[3]))
    return saved(made)


def told_by(file: Any) -> str:
    """All cells of a workbook."""
    book = openpyxl.load_workbook(io.BytesIO(file.read()))
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)


def test_the_file_is_handed_back_as_it_was(world: World, bring: Bring, client: Client) -> None:
    content = planted()
    batch = bring(content)
    kept = attachments_of(batch).get()
    client.force_login(world["street_officer"], backend=BACKEND)
    answer = client.get(kept.get_absolute_url())

    assert b"".join(answer.streaming_content) == content  # type: ignore[attr-defined]
    assert kept.stored_as.endswith(".sealed")
    assert kept.size == default_storage.size(kept.stored_as)


def test_files_follow_a_new_key_and_say_when_it_is_gone(
    world: World, bring: Bring, client: Client, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    content = planted()
    batch = bring(content)
    old, keys = attachments_of(batch).get().stored_as, settings.LINLI_FIELD_KEYS
    settings.LINLI_FIELD_KEYS = ["a-new-key", *keys]
    with django_capture_on_commit_callbacks(execute=True):
        assert rotate_files() == (1, 0)
    assert rotate_files() == (0, 0)
    row = Attachment.objects.get()
    assert row.stored_as.endswith(sealed_suffix())
    assert not default_storage.exists(old)
    settings.LINLI_FIELD_KEYS = ["a-new-key"]
    with open_stored(row.stored_as) as file:
        assert file.read() == content

    settings.LINLI_FIELD_KEYS = ["another-key"]
    assert rotate_files() == (0, 1)
    client.force_login(world["street_officer"], backend=BACKEND)
    assert client.get(row.get_absolute_url()).status_code == 410
    Import.objects.update(state="reading")
    actions.read_import(batch.pk)
    batch.refresh_from_db()
    assert batch.trouble == "原文件是加密保存的，现在读不出来。请告诉系统管理员核对密钥。"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("138 0000 2046", "138****2046"),
        ("１３８００００２０４６", "138****2046"),
        ("4405241985061200131", "440****0131"),
        ("440524 19850612 001x", "4405**********001X"),
        ("2016-05-18 13800002046", "2016-05-18 138****2046"),
        ("2016.5.18-2020.5.18", "2016.5.18-2020.5.18"),
        ("1,200 人", "1,200 人"),
    ],
)
def test_what_was_typed_is_quoted_without_numbers(typed: str, shown: str) -> None:
    assert scrub_typed(typed) == shown
