"""The calendar page: a year at a glance, a day changed, a year confirmed."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from linli.core import clock
from linli.core.access.models import User
from linli.core.workdays import calendar
from linli.core.workdays.actions import confirm_year, set_day
from linli.core.workdays.models import CalendarDay, CalendarYear


class DayForm(forms.Form):
    """A day that is worked or off against the rule."""

    day = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}))
    is_workday = forms.TypedChoiceField(
        label="改为",
        choices=[("1", "上班"), ("0", "放假")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="依据", max_length=60, help_text="例如：国办发明电〔2025〕7号；本地台风停工。")


class YearForm(forms.Form):
    """A year whose exceptions are all entered."""

    year = forms.IntegerField(label="年份", min_value=2024, max_value=2100)
    source = forms.CharField(label="依据", max_length=200, help_text="写明放假安排的通知文号。")


@login_required
def calendar_page(request: HttpRequest) -> HttpResponse:
    """Everybody who is signed in may read it; the system administrator changes it."""
    assert isinstance(request.user, User)
    this_year = clock.today().year
    raw = request.GET.get("year", "")
    year = int(raw) if raw.isascii() and raw.isdigit() and len(raw) == 4 else this_year
    editable = request.user.has_perm("core.edit_calendar")
    form, year_form = DayForm(prefix="day"), YearForm(prefix="year", initial={"year": year})
    if request.method == "POST":
        if "confirm" in request.POST:
            year_form = YearForm(request.POST, prefix="year")
            if year_form.is_valid():
                confirm_year(
                    year_form.cleaned_data["year"], source=year_form.cleaned_data["source"], actor=request.user
                )
                messages.success(request, f"{year_form.cleaned_data['year']} 年的节假日已确认。")
                return redirect(f"{reverse('core:calendar')}?year={year_form.cleaned_data['year']}")
        else:
            form = DayForm(request.POST, prefix="day")
            if form.is_valid():
                row = set_day(**form.cleaned_data, actor=request.user)
                messages.success(
                    request, f"{row.day:%Y-%m-%d} 已改为{'上班' if row.is_workday else '放假'}。在办的时限不变。"
                )
                return redirect(f"{reverse('core:calendar')}?year={row.day.year}")
    return render(
        request,
        "core/calendar.html",
        {
            "year": year,
            "months": months_of(year),
            "known": CalendarYear.objects.filter(year=year).first(),
            "exceptions": CalendarDay.objects.filter(day__year=year),
            "editable": editable,
            "form": form,
            "year_form": year_form,
            "warn": not CalendarYear.objects.filter(year=this_year).exists(),
        },
        status=422 if form.errors or year_form.errors else 200,
    )


def months_of(year: int) -> list[tuple[int, list[list[tuple[dt.date, str] | None]]]]:
    """Twelve months of weeks; each day with "off", "extra" (a working weekend) or ""."""
    table = calendar()
    months = []
    for month in range(1, 13):
        first = dt.date(year, month, 1)
        cells: list[tuple[dt.date, str] | None] = [None] * first.weekday()
        day = first
        while day.month == month:
            mark = "" if table.is_workday(day) else "off"
            if table.is_workday(day) and day.weekday() >= 5:
                mark = "extra"
            cells.append((day, mark))
            day += dt.timedelta(days=1)
        cells += [None] * (-len(cells) % 7)
        months.append((month, [cells[i : i + 7] for i in range(0, len(cells), 7)]))
    return months
