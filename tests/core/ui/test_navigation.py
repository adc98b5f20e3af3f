"""Menus: order, rights, counts asked once, and no query for a page that shows no menu."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from linli.core.ui import navigation
from linli.core.ui.context import ui
from linli.core.ui.navigation import Entry, Whereabouts, entries_for, register

ADDRESSES = {"a:one": "/one/", "a:two": "/two/", "a:home": "/"}


@pytest.fixture
def _own_menu(monkeypatch):
    monkeypatch.setattr(navigation, "_entries", {})
    monkeypatch.setattr(navigation, "_whereabouts", None)
    monkeypatch.setattr(navigation, "_search", {})
    monkeypatch.setattr(navigation, "_reverse", lambda name, args=(): ADDRESSES.get(name, ""))


pytestmark = pytest.mark.usefixtures("_own_menu")
STAFF = SimpleNamespace(is_authenticated=True, is_boss=False)
BOSS = SimpleNamespace(is_authenticated=True, is_boss=True)


def test_groups_come_in_their_order_then_by_order():
    register(
        Entry("设置一", "a:one", group="设置"),
        Entry("组织二", "a:two", group="组织", order=2),
        Entry("组织一", "a:one", group="组织", order=1),
        Entry("待办", "a:one"),
    )

    assert [entry.label for entry in entries_for(STAFF)] == ["待办", "组织一", "组织二", "设置一"]


def test_an_entry_shows_only_to_whom_it_belongs():
    register(Entry("看数", "a:one", visible=lambda user: user.is_boss), Entry("待办", "a:two"))

    assert [entry.label for entry in entries_for(STAFF)] == ["待办"]
    assert [entry.label for entry in entries_for(BOSS)] == ["看数", "待办"]


def test_the_faces_do_not_mix():
    register(Entry("待办", "a:one"), Entry("首页", "a:home", face="public"))

    assert [entry.label for entry in entries_for(STAFF, "desk")] == ["待办"]
    assert [entry.label for entry in entries_for(AnonymousUser(), "public")] == ["首页"]


def test_a_room_that_is_not_installed_has_no_entry():
    register(Entry("演示", "demo:home"), Entry("待办", "a:one"))

    assert [entry.label for entry in entries_for(STAFF)] == ["待办"]


def test_a_count_is_asked_once_and_only_when_shown():
    asked = []
    register(Entry("待办", "a:one", count=lambda user: asked.append(user) or 12))

    (entry,) = entries_for(STAFF)
    assert asked == []
    assert [entry.count, entry.count, asked] == [12, 12, [STAFF]]


def test_nothing_waiting_says_nothing():
    register(Entry("待办", "a:one", count=lambda user: 0))

    assert entries_for(STAFF)[0].count is None


def test_where_one_is_is_marked_once():
    register(Entry("首页", "a:home", face="public"), Entry("一", "a:one", face="public"))
    shown = ui(get("/one/5/"))["ui"].public

    assert [entry.label for entry in shown if entry.is_here] == ["一"]
    assert [entry.label for entry in ui(get("/"))["ui"].public if entry.is_here] == ["首页"]


def test_an_unknown_group_or_icon_is_refused():
    with pytest.raises(ValueError, match="没有的组"):
        Entry("x", "a:one", group="没有的组")
    with pytest.raises(ValueError, match="no-such-icon"):
        Entry("x", "a:one", icon="no-such-icon")


def test_the_same_entry_twice_is_one():
    register(Entry("待办", "a:one"), Entry("办件", "a:one"))

    assert [entry.label for entry in entries_for(STAFF)] == ["办件"]


def test_whereabouts_are_nobodys_before_they_are_told():
    assert navigation.whereabouts_of(STAFF) is None
    navigation.register_whereabouts(lambda user: Whereabouts("东方街道"))

    assert navigation.whereabouts_of(STAFF) == Whereabouts("东方街道")
    assert navigation.whereabouts_of(AnonymousUser()) is None


def get(path: str, **cookies: str):
    request = RequestFactory().get(path)
    request.COOKIES.update(cookies)
    return request


class Untouchable:
    """A user whom nobody may ask: standing in for a query."""

    def __getattr__(self, name):
        raise AssertionError(f"asked for {name}")


def test_a_page_without_menu_costs_nothing():
    request = get("/", elder="1")
    request.user = Untouchable()
    face = ui(request)["ui"]

    assert (face.elder, face.base_url, face.tiles["datum"]) == (True, "http://testserver", "wgs84")


def test_large_print_follows_the_device_then_the_account(settings):
    def elder(cookies, preference):
        request = get("/", **cookies)
        request.user = SimpleNamespace(is_authenticated=True, elder_mode=preference)
        return ui(request)["ui"].elder

    session = {settings.SESSION_COOKIE_NAME: "x"}
    assert elder({"elder": "1"}, False) is True
    assert elder({"elder": "0"} | session, True) is False
    assert elder(session, True) is True
    assert elder({}, True) is False
