"""What a federation does at regular times: one row for each kind and period."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.core.workflow.models import CASE_MARKED
from linli.organizations.choices.cadence import MEETINGS, SURVEYS, OccasionKind, OccasionState
from linli.organizations.models.federation import FederationCase


class Occasion(FederationCase):
    """A survey, a round of visits, a council or an assembly of one period. `asked` and `reached` are sheets sent and
    sheets back of a survey, members entitled and present of a meeting; of visits `reached` alone, in person-times."""

    MARKED = (
        *CASE_MARKED,
        *("federation", "kind", "period", "period_from", "due_on", "done_on", "asked", "reached", "note"),
    )
    SEARCH = ("number__contains", "federation__name__contains", "period__contains")

    kind = models.CharField(_("哪一项制度"), max_length=20, choices=OccasionKind)
    state = models.CharField(_("状态"), max_length=10, choices=OccasionState, default=OccasionState.OPEN)
    period = models.CharField(_("期次"), max_length=20)
    period_from = models.DateField(_("期次自"))
    due_on = models.DateField(_("应在这一天前开展"))
    done_on = models.DateField(_("开展日期"), null=True, blank=True)
    asked = models.PositiveIntegerField(_("发出或应到"), null=True, blank=True)
    reached = models.PositiveIntegerField(_("收回、实到或人次"), null=True, blank=True)
    note = models.CharField(_("情况和收到的意见"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("三项制度事项")
        constraints = [
            models.UniqueConstraint(
                fields=["federation", "kind", "period_from"], name="organizations_occasion_once_a_period"
            ),
            models.CheckConstraint(name="organizations_occasion_period", condition=Q(due_on__gte=F("period_from"))),
            models.CheckConstraint(
                name="organizations_occasion_done_whole",
                condition=~Q(state="done")
                | Q(done_on__isnull=False, done_on__gte=F("period_from"), reached__isnull=False),
            ),
            models.CheckConstraint(
                name="organizations_occasion_counts",
                condition=Q(asked__isnull=True) | Q(reached__isnull=True) | Q(reached__lte=F("asked")),
                violation_error_message=_("收回的不能多于发出的，实到的不能多于应到的。"),
            ),
        ]
        indexes = [
            models.Index(OpClass("scope", "text_pattern_ops"), "state", name="organizations_occasion_scope"),
            models.Index(fields=["federation", "due_on"], name="organizations_occasion_due"),
        ]

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.period}{self.get_kind_display()}"

    @property
    def result(self) -> str:
        """What came of it, in words."""
        if self.reached is None:
            return ""
        if self.kind in SURVEYS:
            return f"发出 {self.asked} 份，收回 {self.reached} 份"
        if self.kind in MEETINGS:
            return f"应到 {self.asked} 人，实到 {self.reached} 人"
        return f"走访 {self.reached} 人次"

    @property
    def in_time(self) -> bool:
        """Whether it was done by the day it was due."""
        return self.done_on is not None and self.done_on <= self.due_on

    def snapshot(self) -> dict[str, Any]:
        """What the federation says."""
        return {"开展日期": str(self.done_on or ""), "结果": self.result, "情况和收到的意见": self.note}
