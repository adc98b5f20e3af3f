"""A street officer takes over a list: upload, what is wrong, mend and send again, duplicates, apply, undo."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from tests.core.sheets.conftest import line, workbook
from tests.journeys.conftest import DESK, PHONE, Visit, fits_a_thumb
from tests.personas import World

from linli.core.sheets import actions
from linli.core.sheets.models import Import
from linli.organizations.models import Organization

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def send(page: Page, content: bytes) -> Import:
    """Upload a file, let the worker read it, and wait until the page has noticed by itself."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.get_by_label("填好的表格").set_input_files({"name": "名册.xlsx", "mimeType": kind, "buffer": content})
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("status").first).to_contain_text("正在核对")
    batch = Import.objects.latest("pk")
    work(lambda: actions.read_import(batch.pk))
    expect(page.get_by_role("button", name="导入名册")).to_be_visible()
    return batch


def work(job: Callable[[], object]) -> None:
    """What the worker does, here and now."""
    while job():
        pass


def test_a_list_is_imported_mended_merged_and_undone(visit: Visit, world: World, filed: Organization) -> None:
    page = visit("street_officer", "/imports/organizations/", **DESK)
    batch = send(
        page,
        workbook(
            [line(成员人数=30), line("英歌队", 类别="文艺", 负责人身份证号=""), line("潮剧社", 负责人身份证号="")]
        ),
    )
    page.get_by_role("link", name="有错要改 1").click()
    expect(page.locator(".problems")).to_contain_text("“文艺”不在可选的内容里")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载退回表").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    book.worksheets[0].cell(2, 2, "文体")
    mended = io.BytesIO()
    book.save(mended)

    page.get_by_role("link", name="逐行对照").click()
    page.get_by_label("更新成员人数").check()
    page.get_by_label("合并：只更新选中的几项").check()
    page.get_by_role("button", name="就这样，看下一行").click()
    expect(page.get_by_text("重复的都定好了，可以导入。")).to_be_visible()
    page.get_by_role("button", name="导入名册").click()
    expect(page.get_by_role("status").first).to_contain_text("正在导入")
    work(lambda: actions.continue_import(batch.pk))
    expect(page.get_by_role("link", name="潮剧社")).to_be_visible()
    filed.refresh_from_db()
    assert (filed.member_count, Organization.objects.count()) == (30, 2)

    page.goto("/imports/organizations/")
    again = send(page, mended.getvalue())
    page.get_by_role("button", name="导入名册").click()
    expect(page.get_by_role("status").first).to_contain_text("正在导入")
    work(lambda: actions.continue_import(again.pk))
    expect(page.get_by_role("link", name="英歌队")).to_be_visible()

    page.goto(batch.get_absolute_url())
    page.get_by_role("link", name="看看能不能撤销").click()
    page.get_by_role("button", name="确定撤销").click()
    expect(page.get_by_role("status").first).to_contain_text("正在撤销")
    work(lambda: actions.continue_undo(batch.pk))
    expect(page.get_by_text("再导入一次")).to_be_visible()
    filed.refresh_from_db()
    assert filed.member_count == 11
    assert sorted(Organization.objects.values_list("name", flat=True)) == ["凤亭下书画社", "英歌队"]

    phone = visit("street_officer", "/imports/organizations/", **PHONE)
    fits_a_thumb(phone)
    for path in (batch.get_absolute_url(), again.get_absolute_url()):
        phone.goto(path)
        fits_a_thumb(phone)
