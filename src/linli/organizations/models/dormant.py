"""The matter of an organization that has long held no activity."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.core.workflow.models import CASE_MARKED, Case, indexes_of_lists
from linli.organizations.choices.dormant import DormancyState, Ending
from linli.organizations.models.register import Organization, WithOrganization


class Dormancy(WithOrganization, Case):
    """From the day the rule found it to what people made of it."""

    FOUND_BY = "organization"
    MARKED = (*CASE_MARKED, "organization", "last_on", "answer_by", "ending", "merged_into", "decided_by")

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="dormancies", verbose_name=_("社会组织")
    )
    state = models.CharField(_("状态"), max_length=20, choices=DormancyState, default=DormancyState.FOUND)
    last_on = models.DateField(_("最近一次核实的活动"), null=True, blank=True)
    answer_by = models.DateField(_("答复期限"), null=True, blank=True)
    ending = models.CharField(_("拟怎么办"), max_length=10, choices=Ending, blank=True)
    merged_into = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("并入")
    )
    decided_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("休眠组织")
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=~Q(state__in=["woken", "merged", "ended"]),
                name="organizations_one_open_dormancy",
            ),
            models.CheckConstraint(
                name="organizations_dormancy_ended_by_somebody",
                condition=~Q(state__in=["woken", "merged", "ended"]) | Q(decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="organizations_dormancy_merged_into_another",
                condition=~Q(state="merged") | Q(merged_into__isnull=False) & ~Q(merged_into=F("organization")),
            ),
        ]
        indexes = indexes_of_lists("organizations_dormant")

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.organization.name}长期没有活动"

    @property
    def summary(self) -> str:
        """Where, and since when."""
        area = self.organization.area
        last = f"最近一次 {self.last_on:%Y-%m-%d}" if self.last_on else "没有核实过的活动"
        return " · ".join(part for part in (area.full_name if area else "", last) if part)
