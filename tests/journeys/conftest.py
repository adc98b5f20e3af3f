"""Browsers of the journeys: a phone, a desk, one without scripts; each reports what its console said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from tests.personas import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
# A machine that has other things to do answers late; what is waited for is named, so waiting long costs nothing.
PATIENCE = 45_000  # ms
expect.set_options(timeout=PATIENCE)
# A refusal answers with the status that fits; Chromium writes each of them into the console.
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (401|403|404|409|422)")

Visit = Callable[..., Page]


def sign_in(context: BrowserContext, address: str, world: World, who: str) -> None:
    """Hand a browser the session of a persona."""
    client = Client()
    client.force_login(world[who], backend=BACKEND)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])


@pytest.fixture
def visit(browser: Browser, live_server: Any, world: World) -> Iterator[Visit]:
    """`visit("founder", "/mine/", **PHONE)`: a page of a fresh browser; at the end no console may have complained."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not REFUSED.match(message.text):
            complaints.append(f"{message.location.get('url', '')}: {message.text}")

    def open_page(who: str, path: str, **options: Any) -> Page:
        options = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "base_url": live_server.url} | options
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if who != "visitor":
            sign_in(context, live_server.url, world, who)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


NARROW = """(least) => [...document.querySelectorAll(
  "button, .btn, select, summary, textarea, input:not([type=hidden], [type=checkbox], [type=radio])")]
  .filter((part) => part.checkVisibility() && part.getBoundingClientRect().width > 2)
  .filter((part) => !part.matches(".facets a, .close"))
  .map((part) => [part.textContent.trim() || part.name, Math.round(part.getBoundingClientRect().height)])
  .filter(([, height]) => height < least)"""


def fits_a_thumb(page: Page) -> None:
    """A page on a phone: nothing sticks out sideways, and what is pressed is as high as a thumb needs (44 px)."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"], page.url
    assert page.evaluate(NARROW, 44) == [], page.url
