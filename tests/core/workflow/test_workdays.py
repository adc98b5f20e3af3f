"""Working days by the vectors of rulebook App. C."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.personas import World

from linli.core.workdays import Calendar, add_workdays, calendar, due_words, workdays_between
from linli.core.workdays.actions import load_published, set_day

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31))
CALENDARS = st.dictionaries(DAYS, st.booleans(), max_size=40).map(lambda days: Calendar(days, frozenset()))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-02-13", 3, "2026-02-25"),
        ("2026-04-30", 5, "2026-05-11"),
        ("2026-09-24", 5, "2026-10-09"),
        ("2026-09-30", 5, "2026-10-13"),
    ],
)
def test_the_vectors(db: Any, start: str, count: int, end: str) -> None:
    load_published()

    assert add_workdays(dt.date.fromisoformat(start), count) == dt.date.fromisoformat(end)


def test_the_year_2026_has_248_working_days(db: Any) -> None:
    load_published()

    assert workdays_between(dt.date(2025, 12, 31), dt.date(2026, 12, 31)) == 248


def test_loading_twice_adds_nothing_and_an_unknown_year_is_known_as_such(db: Any) -> None:
    assert load_published() > 0
    assert load_published() == 0
    assert not calendar().knows(dt.date(2031, 1, 1))
    assert add_workdays(dt.date(2031, 1, 3), 1) == dt.date(2031, 1, 6)  # Friday to Monday


def test_a_day_set_by_hand_counts_at_once(world: World, django_capture_on_commit_callbacks: Any) -> None:
    load_published()
    before = add_workdays(dt.date(2026, 11, 23), 1)
    with django_capture_on_commit_callbacks(execute=True):
        set_day(dt.date(2026, 11, 24), is_workday=False, note="台风", actor=world["sysadmin"])

    assert (before, add_workdays(dt.date(2026, 11, 23), 1)) == (dt.date(2026, 11, 24), dt.date(2026, 11, 25))


@given(CALENDARS, DAYS, st.integers(0, 30))
def test_adding_and_counting_agree(table: Calendar, day: dt.date, count: int) -> None:
    end = table.add(day, count)

    assert table.between(day, end) == count
    assert count == 0 or table.is_workday(end)


@given(CALENDARS, DAYS, st.integers(0, 15), st.integers(0, 15))
def test_adding_in_two_parts_is_adding_at_once(table: Calendar, day: dt.date, a: int, b: int) -> None:
    assert table.add(table.add(day, a), b) == table.add(day, a + b)


def test_words(db: Any) -> None:
    load_published()
    monday = dt.date(2026, 11, 23)

    assert due_words(None, monday) == ("不限时", "")
    assert due_words(monday, monday) == ("今天到期", "soon")
    assert due_words(dt.date(2026, 11, 26), monday) == ("剩 3 个工作日", "")
    assert due_words(dt.date(2026, 11, 20), monday) == ("超期 1 个工作日", "late")
