"""The annual report of a registered organization, one a year."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.core.workflow.models import CASE_MARKED, Case, indexes_of_lists
from linli.organizations.choices.annual import (
    CONCLUDED,
    FIRST_YEAR,
    LAST_YEAR,
    SENT,
    TO_MEND,
    ReportState,
    Result,
)
from linli.organizations.models.register import Organization, WithOrganization

_MOST = MaxValueValidator(100_000)
TYPED = (
    *("work", "activities", "members", "party_members", "staff"),
    *("income", "expense", "assets", "debts", "councils", "assemblies"),
)


def _count(label: Any) -> Any:
    return models.PositiveIntegerField(label, null=True, blank=True, validators=[_MOST])


def _money(label: Any) -> Any:
    return models.DecimalField(
        label, max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )


class AnnualReport(WithOrganization, Case):
    """What an organization did and spent in a year, and what the registering authority concluded."""

    FOUND_BY = "organization"
    MARKED = (
        *CASE_MARKED,
        *("organization", "year", "result", "simple", "due_on", "sent_on", "forward_by", "mend_by", "missed_on"),
        *("decided_by", *TYPED),
    )

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="annual_reports", verbose_name=_("社会组织")
    )
    year = models.PositiveSmallIntegerField(_("年度"), editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=ReportState, default=ReportState.CALLED)
    result = models.CharField(_("结论"), max_length=6, choices=Result, blank=True, default="", editable=False)
    simple = models.BooleanField(_("简化"), default=False, editable=False)
    due_on = models.DateField(_("报送期限"), editable=False)
    sent_on = models.DateField(_("报送日期"), null=True, blank=True, editable=False)
    forward_by = models.DateField(_("初审期限"), null=True, blank=True, editable=False)
    mend_by = models.DateField(_("整改期限"), null=True, blank=True, editable=False)
    missed_on = models.DateField(_("认定没有按时报送"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    work = models.TextField(_("一年的工作"), max_length=2000, blank=True)
    activities = _count(_("活动场次"))
    members = _count(_("成员人数"))
    party_members = _count(_("其中党员"))
    staff = _count(_("专职人员"))
    income = _money(_("收入（元）"))
    expense = _money(_("支出（元）"))
    assets = _money(_("年末资产（元）"))
    debts = _money(_("年末负债（元）"))
    councils = _count(_("理事会次数"))
    assemblies = _count(_("会员大会次数"))

    class Meta:
        verbose_name = _("年度报告")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "year"],
                name="organizations_annual_once_a_year",
                violation_error_message=_("这一年的年度报告已经有了，一年只报一份。"),
            ),
            models.CheckConstraint(
                name="organizations_annual_year_known", condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR)
            ),
            models.CheckConstraint(
                name="organizations_annual_sent_is_whole",
                condition=~Q(state__in=[state.value for state in SENT])
                | Q(sent_on__isnull=False, forward_by__isnull=False)
                & ~Q(work="")
                & Q(**{f"{name}__isnull": False for name in TYPED if name != "work"}),
            ),
            models.CheckConstraint(
                name="organizations_annual_not_negative",
                condition=Q(
                    *(
                        Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0})
                        for name in ("income", "expense", "assets", "debts")
                    )
                ),
                violation_error_message=_("金额不能小于零。"),
            ),
            models.CheckConstraint(
                name="organizations_annual_party_of_members",
                condition=Q(party_members__isnull=True)
                | Q(members__isnull=True)
                | Q(party_members__lte=F("members")),
                violation_error_message=_("党员人数不能多于成员人数。"),
            ),
            models.CheckConstraint(
                name="organizations_annual_concluded_by_somebody",
                condition=Q(result="", decided_by__isnull=True) & ~Q(state__in=[state.value for state in CONCLUDED])
                | ~Q(result="") & Q(decided_by__isnull=False, state__in=[state.value for state in CONCLUDED]),
            ),
            models.CheckConstraint(
                name="organizations_annual_mended_in_time",
                condition=~Q(state__in=[state.value for state in TO_MEND])
                | Q(result__in=["fair", "failed"], mend_by__isnull=False),
            ),
            models.CheckConstraint(
                name="organizations_annual_missed_after_due",
                condition=~Q(state="missed") & Q(missed_on__isnull=True)
                | Q(missed_on__isnull=False, missed_on__gt=F("due_on")),
                violation_error_message=_("报送期限还没有到，不能认定没有按时报送。"),
            ),
        ]
        indexes = indexes_of_lists("organizations_annual")

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.organization.name} {self.year} 年度报告"

    @property
    def summary(self) -> str:
        """Where, and what was concluded."""
        area = self.organization.area
        return " · ".join(part for part in (area.full_name if area else "", self.get_result_display()) if part)

    @property
    def late(self) -> bool:
        """Whether it was sent after the day it was due."""
        return self.sent_on is not None and self.sent_on > self.due_on

    @property
    def bad(self) -> bool:
        """Whether the year counts towards a revocation: missed, not made good, or not passed."""
        return self.state == ReportState.MISSED or self.result == Result.FAILED

    @property
    def two_years_bad(self) -> bool:
        """Whether this year and the one before were missed or not passed: then the registration may be revoked."""
        if not self.bad:
            return False
        before = AnnualReport.objects.filter(organization=self.organization_id, year=self.year - 1).first()
        return before is not None and before.bad

    def snapshot(self) -> dict[str, Any]:
        """What the organization wrote, by label."""
        return {
            str(field.verbose_name): "" if getattr(self, field.name) is None else getattr(self, field.name)
            for field in (self._meta.get_field(name) for name in TYPED)
            if isinstance(field, models.Field)
        }
