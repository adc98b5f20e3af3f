"""Periods: a month, a quarter, a year, or from a day to a day. A period that runs ends today."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from linli.core import clock
from linli.indicators.choices import Span

EARLIEST = dt.date(1949, 10, 1)


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included."""

    first: dt.date
    last: dt.date
    span: Span

    @property
    def key(self) -> str:
        """As an address writes it: 2026-11, 2026-Q4, 2026, 2026-01-01..2026-03-15."""
        match self.span:
            case Span.MONTH:
                return f"{self.first:%Y-%m}"
            case Span.QUARTER:
                return f"{self.first.year}-Q{(self.first.month + 2) // 3}"
            case Span.YEAR:
                return str(self.first.year)
        return f"{self.first}..{self.last}"

    @property
    def label(self) -> str:
        """As people say it."""
        match self.span:
            case Span.MONTH:
                return f"{self.first.year}年{self.first.month}月"
            case Span.QUARTER:
                return f"{self.first.year}年第{'一二三四'[(self.first.month - 1) // 3]}季度"
            case Span.YEAR:
                return f"{self.first.year}年"
        return f"{self.first}至{self.last}"

    @property
    def short(self) -> str:
        """Under a bar of a chart."""
        match self.span:
            case Span.MONTH:
                return f"{self.first.month}月" if self.first.month > 1 else f"{self.first.year}年1月"
            case Span.QUARTER:
                quarter = (self.first.month + 2) // 3
                return f"{quarter}季度" if quarter > 1 else f"{self.first.year}年1季度"
        return self.label

    @property
    def eve(self) -> dt.date:
        """The day before it began."""
        return self.first - dt.timedelta(days=1)

    @property
    def runs(self) -> bool:
        """Whether it is not over yet."""
        return self.span is not Span.OWN and self.last < whole(self.first, self.span)

    @property
    def before(self) -> Period:
        """The one of the same length before it."""
        if self.span is Span.OWN:
            return Period(self.first - (self.last - self.first) - dt.timedelta(days=1), self.eve, Span.OWN)
        return containing(self.eve, self.span)

    @property
    def after(self) -> Period | None:
        """The next one, unless that has not begun."""
        following = self.last + dt.timedelta(days=1)
        if self.span is Span.OWN or self.runs or following > clock.today():
            return None
        return containing(following, self.span)

    @property
    def a_year_before(self) -> Period:
        """The same part of the year before."""
        first = _a_year_before(self.first)
        if self.span is Span.OWN:
            return Period(first, _a_year_before(self.last), Span.OWN)
        return containing(first, self.span)

    def back(self, count: int) -> list[Period]:
        """The last so many periods of this length, this one the last."""
        found = [self]
        while len(found) < count and found[0].first > EARLIEST:
            found.insert(0, found[0].before)
        return found


def _a_year_before(day: dt.date) -> dt.date:
    return day.replace(year=day.year - 1, day=min(day.day, calendar.monthrange(day.year - 1, day.month)[1]))


def whole(day: dt.date, span: Span) -> dt.date:
    """The last day of the month, quarter or year of a day."""
    month = {Span.MONTH: day.month, Span.QUARTER: (day.month + 2) // 3 * 3}.get(span, 12)
    return dt.date(day.year, month, calendar.monthrange(day.year, month)[1])


def containing(day: dt.date, span: Span) -> Period:
    """The month, quarter or year of a day; no longer than until today."""
    month = {Span.MONTH: day.month, Span.QUARTER: (day.month - 1) // 3 * 3 + 1}.get(span, 1)
    first = dt.date(day.year, month, 1)
    last = whole(day, span)
    today = clock.today()
    return Period(first, today if first <= today < last else last, span)


def month_end(day: dt.date) -> dt.date:
    """The last day of a day's month."""
    return whole(day, Span.MONTH)


_YEAR = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(\d{2})))?", re.ASCII)


def read(text: str) -> Period | None:
    """A period as an address writes it; None for nonsense and for what has not begun."""
    found = _YEAR.fullmatch(text)
    try:
        if found:
            year, quarter, month = found.groups()
            span = Span.QUARTER if quarter else Span.MONTH if month else Span.YEAR
            period = containing(dt.date(int(year), int(month or int(quarter or 1) * 3 - 2), 1), span)
        else:
            first, _, last = text.partition("..")
            period = Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last), Span.OWN)
            if period.last < period.first or period.last > clock.today():
                return None
    except ValueError:
        return None
    return period if EARLIEST <= period.first <= clock.today() else None


def now(span: Span = Span.MONTH) -> Period:
    """The month (quarter, year) that runs."""
    return containing(clock.today(), span)
