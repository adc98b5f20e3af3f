"""The calendar of working days, by which deadlines are counted."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.db import connection
from django.http import HttpRequest
from ninja import Path, Query
from pydantic import BaseModel, Field

from linli.core.access.signed_in import user_of
from linli.core.api.frame import mark, must_match, version_of
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.schemas import Answer, Input, typed
from linli.core.workdays import add_workdays
from linli.core.workdays.actions import confirm_year, set_day
from linli.core.workdays.models import CalendarDay, CalendarYear

FIRST, LAST = 2024, 2100
YEAR: Any = Annotated[int, Path(..., ge=FIRST, le=LAST, examples=[2026])]  # type: ignore[type-arg]
DAY: Any = Annotated[dt.date, Path(..., examples=["2026-10-01"])]  # type: ignore[type-arg]


class OddDay(Answer):
    """A day that is worked or off against the weekday."""

    day: dt.date = Field(examples=["2026-10-01"])
    is_workday: bool = Field(examples=[False])
    note: str = Field(examples=["国庆节"])


class Year(Answer):
    """The working days of a year."""

    year: int = Field(examples=[2026])
    known: bool = Field(examples=[True], description="放假安排是否已录全；没有录全的按周一到周五算")
    source: str = Field(examples=["国务院办公厅节假日安排通知"])
    exceptions: list[OddDay]


class DayChange(Input):
    """A day that is worked or off."""

    is_workday: bool = Field(strict=True)
    note: str = Field(min_length=1, max_length=60, examples=["本地台风停工"])


class YearChange(Input):
    """On what the year rests."""

    source: str = Field(min_length=1, max_length=200, examples=["国办发明电〔2025〕7 号"])


class Deadline(Answer):
    """The n-th working day after a day."""

    day: dt.date = Field(examples=["2026-12-04"])


class DeadlineAsked(BaseModel):
    """From which day, how many working days."""

    day: dt.date = Field(description="自哪天起（不含）", examples=["2026-11-22"])
    count: int = Field(ge=0, le=400, description="几个工作日", examples=[10])


def build() -> Room:
    """The room of the calendar."""
    room = Room("calendar", "工作日历", "节假日和调休；时限按它算。")

    @typed(year=YEAR)
    def shown(request: HttpRequest, year: int) -> object:
        return _year(request, year)

    @typed(year=YEAR)
    def confirm(request: HttpRequest, year: int, body: YearChange) -> object:
        _lock()
        must_match(request, _version(year))
        confirm_year(year, source=body.source, actor=user_of(request))
        return _year(request, year)

    @typed(day=DAY)
    def change(request: HttpRequest, day: dt.date, body: DayChange) -> object:
        _check(day.year)
        _lock()
        must_match(request, _version(day.year))
        set_day(day, is_workday=body.is_workday, note=body.note, actor=user_of(request))
        return _year(request, day.year)

    def deadline(request: HttpRequest, filters: Query[DeadlineAsked]) -> object:
        _check(filters.day.year)
        return {"day": add_workdays(filters.day, filters.count)}

    room.reads("/years/{year}", "一年的工作日", Year, name="calendar_year")(shown)
    room.changes("/years/{year}", "确认一年的放假安排", Year, method="PUT", name="calendar_confirm")(confirm)
    room.changes("/days/{day}", "把一天改为上班或放假", Year, method="PUT", name="calendar_day")(change)
    room.reads("/deadline", "第几个工作日是哪天", Deadline, name="calendar_deadline")(deadline)
    return room


def _check(year: int) -> None:
    if not FIRST <= year <= LAST:
        raise Problem(422, "input.refused", fields={"day": f"日历只有 {FIRST} 到 {LAST} 年。"})


def _lock() -> None:
    """Two who change the calendar come one after the other, so that the second reads what the first changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('calendar'))")


def _version(year: int) -> str:
    days = CalendarDay.objects.filter(day__year=year).order_by("day").values_list("day", "is_workday", "note")
    return version_of(year, list(days), list(CalendarYear.objects.filter(year=year).values_list("source")))


def _year(request: HttpRequest, year: int) -> dict[str, Any]:
    mark(request, _version(year))
    held = CalendarYear.objects.filter(year=year).first()
    return {
        "year": year,
        "known": held is not None,
        "source": held.source if held else "",
        "exceptions": list(CalendarDay.objects.filter(day__year=year).order_by("day")),
    }
