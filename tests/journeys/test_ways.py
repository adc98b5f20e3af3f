"""The same work by other ways: with the keyboard alone, in large print, from two devices, two officers at once."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import DESK, PHONE, Visit, fits_a_thumb
from tests.personas import World

from linli.organizations.models import Filing, Organization

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "Fengting-2026-hua"
FOCUS = """() => {
  const part = document.activeElement, style = getComputedStyle(part);
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return {words: (part.innerText || part.name || "").trim(), seen};
}"""
# Every piece of text on the screen below 18 px.
SMALL = """() => [...document.querySelectorAll("main *, header *, .bottom *")]
  .filter((part) => [...part.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
  .filter((part) => part.checkVisibility() && part.getBoundingClientRect().width > 2 && !part.closest(".map"))
  .map((part) => [part.textContent.trim().slice(0, 20), parseFloat(getComputedStyle(part).fontSize)])
  .filter(([, size]) => size < 18)"""


def tab_to(page: Page, words: str) -> None:
    """Press Tab until the part with these words has the focus; each stop on the way must show that it has it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUS)
        assert here["seen"], here
        if words in here["words"]:
            return
    raise AssertionError(f"Tab never came to {words}")


def test_a_day_at_the_desk_with_the_keyboard_alone(visit: Visit, world: World, reviewing: Filing) -> None:
    page = visit("street_officer", "/desk/", **DESK)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.matches('[data-search]')")
    page.keyboard.press("Escape")
    assert not page.evaluate("document.activeElement.matches('[data-search]')")
    page.reload()
    page.keyboard.press("Tab")
    assert "跳到正文" in page.evaluate(FOCUS)["words"]
    page.keyboard.press("Enter")
    tab_to(page, "办理")
    page.keyboard.press("Enter")
    expect(page.locator(".case-panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".case-panel")).to_have_count(0)
    expect(page.locator(":focus")).to_contain_text("办理")
    page.keyboard.press("Enter")
    expect(page.locator(".case-panel")).to_be_visible()
    tab_to(page, "退回补正")
    page.keyboard.press("Enter")
    expect(page.locator("details[open] textarea")).to_be_focused()  # the step that opens takes the focus, in a moment
    page.keyboard.type("请补一份场地平面图。")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".case-panel.done")).to_contain_text("退回补正")
    assert Filing.objects.get().state == "mend_street"


def test_large_print_stays_on_and_is_large(visit: Visit, world: World, filed: Organization) -> None:
    page = visit("visitor", "/", **PHONE)
    page.get_by_role("link", name="大字版").first.tap()
    expect(page.get_by_role("link", name="标准字").first).to_be_visible()
    for path in ("/", "/orgs/", filed.public_url, "/publicity/", "/filings/begin/", "/accounts/login/"):
        page.goto(path)
        fits_a_thumb(page)
        assert page.evaluate(SMALL) == [], path
    page.get_by_role("link", name="标准字").first.tap()
    expect(page.get_by_role("link", name="大字版").first).to_be_visible()


def test_two_phones_with_one_draft_lose_nothing(visit: Visit, world: World, draft: Filing, live_server: Any) -> None:
    founder = world["founder"]
    founder.set_password(PASSWORD)
    founder.save()
    address = f"/cases/filing/{draft.uid}/edit/basics/"
    first = visit("founder", address, **PHONE)
    first.get_by_label("宗旨和活动内容").fill("第一部手机写的宗旨")

    # The second phone signs in and saves; an account has one session, so the first one is out.
    second = visit("founder", address, **PHONE)
    second.get_by_label("宗旨和活动内容").fill("第二部手机写的宗旨")
    second.get_by_label("组织名称").fill("凤亭下画社")
    second.get_by_role("button", name="保存").tap()
    second.wait_for_url("**/place/")

    first.get_by_role("button", name="保存").tap()
    expect(first.get_by_role("heading", name="登录")).to_be_visible()
    first.locator("[name=login]").fill(founder.username)
    first.get_by_label("密码").fill(PASSWORD)
    first.get_by_role("button", name="登录").tap()
    first.get_by_role("button", name="接着提交").tap()
    changes = first.locator("#main .note table")
    expect(changes.get_by_role("row", name="组织名称")).to_contain_text("凤亭下画社")
    expect(changes.get_by_role("row", name="宗旨和活动内容")).to_contain_text("第二部手机写的宗旨")
    fits_a_thumb(first)
    expect(first.get_by_label("宗旨和活动内容")).to_have_value("第一部手机写的宗旨")
    first.get_by_label("组织名称").fill("凤亭下画社")
    first.get_by_role("button", name="保存").tap()
    first.wait_for_url("**/place/")
    kept = Filing.objects.get()
    assert (kept.name, kept.purpose) == ("凤亭下画社", "第一部手机写的宗旨")


def test_of_two_officers_the_second_reads_who_was_first(visit: Visit, world: World, reviewing: Filing) -> None:
    officer = visit("street_officer", "/desk/", **DESK)
    head = visit("street_head", reviewing.get_absolute_url(), **DESK)
    officer.get_by_role("link", name="办理").click()
    head.locator("summary", has_text="同意备案").click()
    officer.locator("summary", has_text="不予备案").click()
    officer.locator("details[open] textarea").fill("场地不合要求。")

    head.get_by_role("button", name="确认").click()
    expect(head.locator("#messages")).to_contain_text("公示")
    officer.locator("details[open]").get_by_role("button", name="确认").click()
    said = officer.get_by_role("dialog")
    expect(said).to_contain_text("street_head")
    expect(said).to_contain_text("街道同意备案")
    officer.keyboard.press("Escape")
    expect(said).to_have_count(0)
    expect(officer.locator("details[open] textarea")).to_have_value("场地不合要求。")
    assert Filing.objects.get().state == "publicity"
