"""Local values of declared parameters."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.audit.marks import Marked


class ParameterValue(Marked):
    """A value set for an area and everything under it, from a date on. The nearest area wins, then the later date."""

    MARKED = ("key", "scope", "value", "valid_from", "valid_to", "reason", "set_by", "set_at")

    key = models.CharField(_("参数"), max_length=80)
    scope = models.CharField(max_length=200, blank=True, db_collation="C", help_text="area path; empty: everywhere")
    value = models.JSONField(_("取值"))
    valid_from = models.DateField(_("自"), default=clock.today)
    valid_to = models.DateField(_("至（不含）"), null=True, blank=True)
    reason = models.CharField(_("依据"), max_length=200, blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("参数取值")
        constraints = [
            models.CheckConstraint(
                name="core_parameter_valid_range",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
            ),
            models.UniqueConstraint(fields=["key", "scope", "valid_from"], name="core_parameter_one_value_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.key}={self.value}"

    def holds_on(self, day: dt.date) -> bool:
        """Whether it is in force on a day; the last day is the one before `valid_to`."""
        return self.valid_from <= day and (self.valid_to is None or self.valid_to > day)
