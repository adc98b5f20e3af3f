"""The end of a registered organization, from its resolution to the register."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.core.workflow.models import CASE_MARKED, Case, indexes_of_lists
from linli.organizations.choices.deregistration import LIQUIDATED, DeregistrationState, EndKind
from linli.organizations.models.register import Organization, WithOrganization


def _money(label: Any) -> Any:
    return models.DecimalField(
        label, max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )


class Deregistration(WithOrganization, Case):
    """A registered organization ends: it liquidates first, and is struck off after it."""

    FOUND_BY = "organization"
    MARKED = (
        *CASE_MARKED,
        *("organization", "kind", "cause", "merged_into", "plan", "liquidated_on", "apply_by", "applied_on"),
        *("claims", "debts", "remainder", "heir", "decided_on", "decided_by"),
    )

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="deregistrations", verbose_name=_("社会组织")
    )
    state = models.CharField(_("状态"), max_length=14, choices=DeregistrationState, default=DeregistrationState.DRAFT)
    kind = models.CharField(_("终止的情形"), max_length=10, choices=EndKind, blank=True)
    cause = models.TextField(_("原因"), max_length=500, blank=True)
    merged_into = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("并入")
    )
    plan = models.TextField(_("清算安排"), max_length=500, blank=True)
    liquidated_on = models.DateField(_("清算结束"), null=True, blank=True, editable=False)
    apply_by = models.DateField(_("申请期限"), null=True, blank=True, editable=False)
    applied_on = models.DateField(_("申请日期"), null=True, blank=True, editable=False)
    claims = _money(_("收回债权（元）"))
    debts = _money(_("清偿债务（元）"))
    remainder = _money(_("剩余财产（元）"))
    heir = models.CharField(_("剩余财产的去向"), max_length=200, blank=True)
    decided_on = models.DateField(_("注销日期"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("注销登记")
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=~Q(state__in=["deregistered", "refused", "resumed", "withdrawn"]),
                name="organizations_one_open_deregistration",
                violation_error_message=_("这家组织已经有一件注销登记在办。"),
            ),
            models.CheckConstraint(
                name="organizations_deregister_sent_is_whole",
                condition=Q(state__in=["draft", "withdrawn"]) | ~Q(kind="") & ~Q(cause="") & ~Q(plan=""),
            ),
            models.CheckConstraint(
                name="organizations_deregister_merges_with_another",
                condition=Q(merged_into__isnull=True) | Q(kind="merge") & ~Q(merged_into=F("organization")),
                violation_error_message=_("只有合并才填并入哪一家，并且要是另一家。"),
            ),
            models.CheckConstraint(
                name="organizations_deregister_liquidated_first",
                condition=~Q(state__in=[state.value for state in LIQUIDATED])
                | Q(liquidated_on__isnull=False, apply_by__gt=F("liquidated_on")),
                violation_error_message=_("先要清算结束。"),
            ),
            models.CheckConstraint(
                name="organizations_deregister_by_report",
                condition=~Q(state__in=["deciding", "deregistered"])
                | Q(applied_on__isnull=False, claims__gte=0, debts__gte=0, remainder__gte=0) & ~Q(heir=""),
            ),
            models.CheckConstraint(
                name="organizations_deregister_by_somebody",
                condition=~Q(state="deregistered")
                | Q(decided_by__isnull=False, decided_on__isnull=False, decided_on__gte=F("liquidated_on")),
            ),
        ]
        indexes = indexes_of_lists("organizations_deregist")

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.organization.name}注销登记"

    @property
    def summary(self) -> str:
        """Where, and why."""
        area = self.organization.area
        return " · ".join(part for part in (area.full_name if area else "", self.get_kind_display()) if part)

    @property
    def late(self) -> bool:
        """Whether it was applied for later than fifteen days after the liquidation."""
        return self.applied_on is not None and self.apply_by is not None and self.applied_on > self.apply_by

    def snapshot(self) -> dict[str, Any]:
        """What the organization wrote, by label."""
        told: dict[str, Any] = {
            "终止的情形": self.get_kind_display(),
            "原因": self.cause,
            "并入": self.merged_into.name if self.merged_into else "",
            "清算安排": self.plan,
        }
        if self.liquidated_on is not None:
            told |= {
                "清算结束": self.liquidated_on,
                "收回债权（元）": self.claims,
                "清偿债务（元）": self.debts,
                "剩余财产（元）": self.remainder,
                "剩余财产的去向": self.heir,
            }
        return {label: "" if value is None else value for label, value in told.items()}
