"""Working days (rulebook App. C). Days are dates in Asia/Shanghai; a count never includes the day it starts on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.cache import cache

_KEY = "linli.workdays"


@dataclass(frozen=True)
class Calendar:
    """The known exceptions to Monday-to-Friday and the years they were published for."""

    exceptions: dict[dt.date, bool]
    years: frozenset[int]

    def is_workday(self, day: dt.date) -> bool:
        """Whether offices are open that day. An unknown year counts Monday to Friday."""
        return self.exceptions.get(day, day.weekday() < 5)

    def knows(self, day: dt.date) -> bool:
        """Whether the year's holidays have been published and loaded."""
        return day.year in self.years

    def add(self, day: dt.date, count: int) -> dt.date:
        """The count-th working day after `day`; `day` itself when count is 0. Negative counts are refused."""
        if count < 0:
            raise ValueError("count of working days must not be negative")
        while count:
            day += dt.timedelta(days=1)
            count -= self.is_workday(day)
        return day

    def between(self, start: dt.date, end: dt.date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` lies before `start`."""
        if end < start:
            return -self.between(end, start)
        days = (start + dt.timedelta(days=n) for n in range(1, (end - start).days + 1))
        return sum(self.is_workday(day) for day in days)


def calendar() -> Calendar:
    """The calendar in force; kept in memory and dropped when a day is changed (at most a minute late elsewhere)."""
    held: Calendar | None = cache.get(_KEY)
    if held is None:
        from linli.core.workdays.models import CalendarDay, CalendarYear

        held = Calendar(
            dict(CalendarDay.objects.values_list("day", "is_workday")),
            frozenset(CalendarYear.objects.values_list("year", flat=True)),
        )
        cache.set(_KEY, held, 60)
    return held


def forget() -> None:
    """Drop the kept calendar after a change."""
    cache.delete(_KEY)


def is_workday(day: dt.date) -> bool:
    """Whether offices are open that day."""
    return calendar().is_workday(day)


def add_workdays(day: dt.date, count: int) -> dt.date:
    """The count-th working day after `day`."""
    return calendar().add(day, count)


def workdays_between(start: dt.date, end: dt.date) -> int:
    """Working days after `start` up to and including `end`."""
    return calendar().between(start, end)


def due_words(due_on: dt.date | None, today: dt.date) -> tuple[str, str]:
    """How a deadline reads and its tone: ("超期 1 个工作日", "late"), ("今天到期", "soon"), ("剩 3 个工作日", "")."""
    if due_on is None:
        return "不限时", ""
    if due_on == today:
        return "今天到期", "soon"
    left = workdays_between(today, due_on)
    if due_on < today:
        return (f"超期 {-left} 个工作日", "late") if left else ("已到期", "late")
    return f"剩 {left} 个工作日", "soon" if left <= 1 else ""
