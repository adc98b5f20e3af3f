"""Loading the published calendar and amending a day."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import NotAllowed
from linli.core.workdays import forget
from linli.core.workdays.models import CalendarDay, CalendarYear

FIRST_YEAR = 2024


@transaction.atomic
def load_published(last_year: int = 2026) -> int:
    """Add the years that chinesecalendar ships and this database lacks; own entries stay. Returns days added.

    Source: 国务院办公厅 yearly notices, as carried by the library chinesecalendar.
    """
    import chinese_calendar

    added = 0
    known = set(CalendarYear.objects.values_list("year", flat=True))
    for year in range(FIRST_YEAR, last_year + 1):
        if year in known:
            continue
        day, rows = dt.date(year, 1, 1), []
        try:
            while day.year == year:
                works = chinese_calendar.is_workday(day)
                if works != (day.weekday() < 5):
                    _off, holiday = chinese_calendar.get_holiday_detail(day)
                    rows.append(
                        CalendarDay(day=day, is_workday=works, note="调休上班" if works else holiday or "放假")
                    )
                day += dt.timedelta(days=1)
        except (
            NotImplementedError
        ):  # the library does not ship this year: leave it unknown, so that people are warned
            continue
        there = set(CalendarDay.objects.filter(day__year=year).values_list("day", flat=True))
        CalendarDay.objects.bulk_create([row for row in rows if row.day not in there])
        CalendarYear.objects.create(year=year, source="国务院办公厅节假日安排通知")
        added += len(rows)
    forget()
    return added


@transaction.atomic
def set_day(day: dt.date, *, is_workday: bool, note: str, actor: User) -> CalendarDay:
    """Say that a day is worked or off, against the weekday or the published plan."""
    if not actor.has_perm("core.edit_calendar"):
        raise NotAllowed("calendar.not_allowed", "工作日历由区系统管理员维护。请联系区民政局。")
    before = CalendarDay.objects.filter(day=day).values_list("is_workday", flat=True).first()
    row, _created = CalendarDay.objects.update_or_create(day=day, defaults={"is_workday": is_workday, "note": note})
    record(actor, "core.set_calendar_day", None, day=day, before=before, after=is_workday, note=note)
    transaction.on_commit(forget)
    return row


@transaction.atomic
def confirm_year(year: int, *, source: str, actor: User) -> CalendarYear:
    """Say that all exceptions of a year have been entered, so that the warning ends."""
    if not actor.has_perm("core.edit_calendar"):
        raise NotAllowed("calendar.not_allowed", "工作日历由区系统管理员维护。请联系区民政局。")
    row, _created = CalendarYear.objects.update_or_create(year=year, defaults={"source": source})
    record(actor, "core.confirm_calendar_year", None, year=year, source=source)
    transaction.on_commit(forget)
    return row
