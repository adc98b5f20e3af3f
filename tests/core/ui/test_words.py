"""How dates, durations, money and addresses are written."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.template import Context
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from linli.core.ui.templatetags import linli as words

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def _november_2026():
    with time_machine.travel(dt.datetime(2026, 11, 23, 9, tzinfo=SHANGHAI), tick=False):
        yield


def test_this_year_goes_without_the_year():
    assert words.when(dt.datetime(2026, 11, 21, 14, 30, tzinfo=SHANGHAI)) == "11月21日 周六 14:30"
    assert words.when(dt.datetime(2025, 11, 21, 14, 30, tzinfo=SHANGHAI)) == "2025年11月21日 周五 14:30"


def test_a_moment_is_told_in_shanghai():
    assert words.when(dt.datetime(2026, 11, 20, 16, 5, tzinfo=dt.UTC)) == "11月21日 周六 00:05"
    assert words.iso(dt.datetime(2026, 11, 20, 16, 5, tzinfo=dt.UTC)) == "2026-11-21T00:05+08:00"


def test_new_year_is_judged_in_shanghai():
    assert words.day(dt.datetime(2025, 12, 31, 16, 0, tzinfo=dt.UTC)) == "1月1日 周四"


def test_a_date_has_no_time_and_nothing_is_nothing():
    assert words.when(dt.date(2026, 11, 21)) == "11月21日 周六"
    told = (words.when, words.day, words.iso, words.span, words.money, words.number)
    # A template hands a key that is not there over as an empty text.
    assert [write(nothing) for write in told for nothing in (None, "")] == [""] * 12


def test_how_sure_a_rule_is_stands_in_words():
    assert (
        words.rule("个保法第十九条）[V-]；十天 [M]")
        == "个保法第十九条）〔据转述〕；十天〔通行做法，请按本地规定核对〕"
    )
    assert words.rule("个保法第五十六条 [V]") == "个保法第五十六条〔已核对原文〕"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (dt.timedelta(seconds=20), "不到 1 分钟"),
        (dt.timedelta(minutes=15), "15 分钟"),
        (dt.timedelta(hours=2), "2 小时"),
        (dt.timedelta(hours=2, minutes=15), "2 小时 15 分钟"),
        (dt.timedelta(days=3), "3 天"),
        (dt.timedelta(days=3, minutes=4), "3 天"),
        (dt.timedelta(days=3, hours=5, minutes=4), "3 天 5 小时"),
        (-dt.timedelta(hours=2), "2 小时"),
    ],
)
def test_span(value, told):
    assert words.span(value) == told


@pytest.mark.parametrize(
    ("value", "form", "told"),
    [
        ("48000", "", "48,000.00 元"),
        (Decimal("0.005"), "", "0.01 元"),
        (612000, "", "61.2 万元"),
        (-612000, "", "-61.2 万元"),
        (Decimal("612345.67"), "exact", "612,345.67 元"),
        (48000, "wan", "4.8 万元"),
        ("not a sum", "", ""),
    ],
)
def test_money(value, form, told):
    assert words.money(value, form) == told


@given(st.decimals(min_value=-99_999, max_value=99_999, places=2, allow_nan=False))
def test_money_below_the_threshold_loses_nothing(value):
    assert Decimal(words.money(value).removesuffix(" 元").replace(",", "")) == value


@given(st.decimals(min_value=100_000, max_value=10**12, places=2, allow_nan=False))
def test_money_in_wan_is_off_by_less_than_half_a_step(value):
    told = Decimal(words.money(value).removesuffix(" 万元").replace(",", "")) * 10_000

    assert abs(told - value) <= 500


@given(st.datetimes(timezones=st.just(dt.UTC), min_value=dt.datetime(2000, 1, 2), max_value=dt.datetime(2099, 1, 1)))
def test_any_moment_names_its_weekday(moment):
    local = moment.astimezone(SHANGHAI)

    assert f"周{'一二三四五六日'[local.weekday()]} {local:%H:%M}" in words.when(moment)


def context(query: str) -> Context:
    return Context({"request": RequestFactory().get(f"/?{query}")})


def test_a_changed_filter_starts_the_list_anew():
    assert words.with_query(context("kind=arts&q=书&after=30"), kind="care") == "?q=%E4%B9%A6&kind=care"
    assert words.with_query(context("kind=arts&after=30"), kind=None) == "?"
    assert words.with_query(context("kind=arts&after=30"), after="60") == "?kind=arts&after=60"


def test_a_facet_with_several_values_toggles_one():
    assert words.with_choice(context("s=a&s=b"), "s", "c") == "?s=a&s=b&s=c"
    assert words.with_choice(context("s=a&s=b"), "s", "a") == "?s=b"
    assert words.with_one(context("s=a"), "s", "b") == "?s=b"
    assert words.with_one(context("s=a"), "s", "a") == "?"
    assert words.is_chosen(context("s=a"), "s", "a")
    assert not words.is_chosen(context("s=a"), "s", "b")


def test_the_way_back_never_leaves_the_house():
    request = RequestFactory().get("/", headers={"host": "testserver"})

    assert words.own_page("http://testserver/cases/", request) == "http://testserver/cases/"
    assert words.own_page("https://elsewhere.example/", request) == "/"
    assert words.own_page("javascript:alert(1)", request) == "/"
    assert words.own_page(None, request) == "/"


def test_a_qr_code_has_no_style_and_escapes_its_label():
    drawn = words.qr("https://example.com/o/abc", 'a"><script>')

    assert drawn.startswith('<svg role="img" aria-label="a&quot;&gt;&lt;script&gt;"')
    assert "style=" not in drawn
    assert "viewBox" in drawn


def test_an_icon_speaks_only_with_a_label():
    assert 'aria-hidden="true"' in words.svg_icon("search")
    assert 'aria-label="找"' in words.svg_icon("search", "找")
    with pytest.raises(KeyError):
        words.svg_icon("no such icon")
