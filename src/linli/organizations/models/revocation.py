"""A revocation or a ban: the grounds, who proposed and who decided, the service, and how it was reviewed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.areas.models import Area
from linli.core.workflow.models import CASE_MARKED, Case
from linli.organizations.choices.revocation import (
    DECIDED,
    GROUNDS,
    IN_EFFECT,
    RevocationGround,
    RevocationKind,
    RevocationState,
)
from linli.organizations.models.register import Organization


def _by() -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )


class Revocation(Case):
    """Proposed, heard, decided by another, served, and open to reconsideration for sixty days."""

    MARKED = (
        *CASE_MARKED,
        *("kind", "organization", "area", "name", "address", "ground", "facts", "law", "proposed_by", "heard_by"),
        *("heard_on", "decided_by", "decided_on", "decision_number", "served_on", "reconsider_by", "asked_on"),
        *("recalled_on", "reversed_on", "before"),
    )
    SEARCH = ("number__contains", "name__contains", "decision_number__contains")

    kind = models.CharField(_("处理"), max_length=6, choices=RevocationKind)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="revocations", verbose_name=_("社会组织")
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("所在街道或社区"))
    name = models.CharField(_("名称"), max_length=60, validators=[MinLengthValidator(2)])
    address = models.CharField(_("活动地点"), max_length=120, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=RevocationState, default=RevocationState.DRAFT)
    ground = models.CharField(_("情形"), max_length=16, choices=RevocationGround, blank=True)
    facts = models.TextField(_("事实"), max_length=2000, blank=True)
    law = models.CharField(_("依据的条款"), max_length=200, blank=True)
    proposed_by = _by()
    heard_by = _by()
    heard_on = models.DateField(_("听证日期"), null=True, blank=True, editable=False)
    decided_by = _by()
    decided_on = models.DateField(_("决定日期"), null=True, blank=True, editable=False)
    decision_number = models.CharField(_("决定书文号"), max_length=60, blank=True, editable=False)
    served_on = models.DateField(_("送达日期"), null=True, blank=True, editable=False)
    reconsider_by = models.DateField(_("复议期至"), null=True, blank=True, editable=False)
    asked_on = models.DateField(_("申请复议"), null=True, blank=True, editable=False)
    recalled_on = models.DateField(_("收缴日期"), null=True, blank=True, editable=False)
    reversed_on = models.DateField(_("恢复日期"), null=True, blank=True, editable=False)
    before = models.JSONField(default=dict, blank=True, editable=False, help_text="what a reversal restores")

    class Meta:
        verbose_name = _("撤销和取缔")
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=~Q(state__in=["done", "reversed", "dropped", "withdrawn"]),
                name="organizations_one_open_revocation",
                violation_error_message=_("这家组织已经有一件撤销或取缔在办。"),
            ),
            models.CheckConstraint(
                name="organizations_revocation_of_somebody",
                condition=~Q(kind="revoke") | Q(organization__isnull=False),
            ),
            models.CheckConstraint(
                name="organizations_revocation_ground_of_its_kind",
                condition=Q(ground="")
                | Q(kind="revoke", ground__in=[one.value for one in GROUNDS[RevocationKind.REVOKE]])
                | Q(kind="ban", ground__in=[one.value for one in GROUNDS[RevocationKind.BAN]]),
                violation_error_message=_("这个情形不能这样处理。"),
            ),
            models.CheckConstraint(
                name="organizations_revocation_told_is_whole",
                condition=Q(state__in=["draft", "withdrawn"])
                | (Q(proposed_by__isnull=False) & ~Q(ground="") & ~Q(facts="") & ~Q(law="")),
            ),
            models.CheckConstraint(
                name="organizations_revocation_by_two",
                condition=~Q(state__in=[state.value for state in DECIDED])
                | (
                    Q(decided_by__isnull=False, decided_on__isnull=False)
                    & ~Q(decision_number="")
                    & ~Q(decided_by=F("proposed_by"))
                    & (Q(owner=None) | ~Q(decided_by=F("owner")))
                ),
                violation_error_message=_("提出和决定要由两个人办。"),
            ),
            models.CheckConstraint(
                name="organizations_revocation_heard_by_another",
                condition=Q(heard_by=None) | (Q(heard_on__isnull=False) & ~Q(heard_by=F("proposed_by"))),
                violation_error_message=_("提出的人不能主持听证。"),
            ),
            models.CheckConstraint(
                name="organizations_revocation_served",
                condition=~Q(state__in=[state.value for state in IN_EFFECT])
                | Q(
                    organization__isnull=False,
                    served_on__gte=F("decided_on"),
                    reconsider_by__gt=F("served_on"),
                ),
            ),
        ]
        indexes = [
            models.Index(OpClass("scope", "text_pattern_ops"), "state", name="organizations_revoke_scope"),
            models.Index(fields=["owner", "-id"], name="organizations_revoke_owned"),
            models.Index(fields=["state", "-served_on"], name="organizations_revoke_public"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """It lies where the organization lies."""
        self.scope = self.area.path
        super().save(*args, **kwargs)

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.get_kind_display()}：{self.name}"

    @property
    def summary(self) -> str:
        """Where, and on which ground."""
        return " · ".join(part for part in (self.area.full_name, self.get_ground_display()) if part)

    def snapshot(self) -> dict[str, Any]:
        """What was told, by label."""
        return {
            "处理": self.get_kind_display(),
            "名称": self.name,
            "活动地点": self.address,
            "情形": self.get_ground_display(),
            "事实": self.facts,
            "依据的条款": self.law,
        }
