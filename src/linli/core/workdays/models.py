"""The calendar of working days, as published and as amended locally."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.core.audit.marks import Marked


class CalendarYear(Marked):
    """A year whose holidays are known. A year without a row falls back to Monday to Friday, with a warning."""

    MARKED = ("source",)

    year = models.PositiveSmallIntegerField(_("年份"), primary_key=True)
    source = models.CharField(_("依据"), max_length=200)

    class Meta:
        verbose_name = _("日历年份")
        ordering = ["year"]

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(Marked):
    """A day that differs from Monday-to-Friday: a holiday on a weekday, or a working weekend."""

    MARKED = ("is_workday", "note")

    day = models.DateField(_("日期"), primary_key=True)
    is_workday = models.BooleanField(_("上班"))
    note = models.CharField(_("说明"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("特殊日")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {'上班' if self.is_workday else '放假'}"
