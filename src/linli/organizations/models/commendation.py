"""Lists of commendation by year, frozen by the database once they are published."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.areas.models import Area
from linli.core.audit.marks import Marked
from linli.core.words import Worded
from linli.core.workflow.models import CASE_MARKED, Case
from linli.organizations.choices.commendation import CommendationState
from linli.organizations.choices.filing import Kind
from linli.organizations.choices.ranking import POINT
from linli.organizations.models.register import Organization


class Commendation(Case):
    """The list of one year and area: drawn from the ranking, thinned by people, decided by another one."""

    MARKED = (*CASE_MARKED, "area", "year", "drawn_on", "proposed_by", "decided_by", "published_on")

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("范围"))
    year = models.PositiveSmallIntegerField(_("年度"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    state = models.CharField(_("状态"), max_length=10, choices=CommendationState, default=CommendationState.DRAFT)
    drawn_on = models.DateField(_("排位的日期"), editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    published_on = models.DateField(_("公布日期"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("表彰名单")
        constraints = [
            models.UniqueConstraint(
                fields=["area", "year"],
                condition=~Q(state__in=["refused", "withdrawn"]),
                name="organizations_commendation_once_a_year",
                violation_error_message=_("这个范围这一年的表彰名单已经有了。"),
            ),
            models.CheckConstraint(
                name="organizations_commendation_decided_by_another",
                condition=Q(decided_by=None) | Q(proposed_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
                violation_error_message=_("提出和决定要由两个人办。"),
            ),
            models.CheckConstraint(
                name="organizations_commendation_published_whole",
                condition=Q(state="published", published_on__isnull=False, decided_by__isnull=False)
                | ~Q(state="published") & Q(published_on__isnull=True),
            ),
        ]
        indexes = [
            models.Index(OpClass("scope", "text_pattern_ops"), "state", name="organizations_commend_scope"),
            models.Index(fields=["-year", "-id"], name="organizations_commend_year"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """It lies where its area lies."""
        self.scope = self.area.path
        super().save(*args, **kwargs)

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.area.name} {self.year} 年度社会组织表彰名单"

    @property
    def summary(self) -> str:
        """From which ranking."""
        return f"{self.drawn_on:%Y-%m-%d} 的四维排位"

    def snapshot(self) -> dict[str, Any]:
        """Who is proposed, by label."""
        rows = self.rows.select_related("organization").order_by("kind", "place", "pk")
        kept = [f"{row.organization.name}（{row.get_kind_display()}第 {row.place} 位）" for row in rows if row.kept]
        return {"年度": self.year, "范围": self.area.name, "名单": "、".join(kept)}


class Commended(Marked, Worded):
    """One organization of a list, with its place and its parts as they stood when the list was drawn."""

    MARKED = (
        *("commendation", "organization", "kind", "place", "total"),
        *("active", "orderly", "coverage", "influence", "struck"),
    )

    commendation = models.ForeignKey(Commendation, models.PROTECT, related_name="rows", verbose_name=_("表彰名单"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="commended", verbose_name=_("社会组织")
    )
    kind = models.CharField(_("类别"), max_length=10, choices=Kind)
    place = models.PositiveIntegerField(_("名次"))
    total = models.PositiveIntegerField(_("四维分"))
    active = models.PositiveIntegerField(_("活跃度"))
    orderly = models.PositiveIntegerField(_("规范化"))
    coverage = models.PositiveIntegerField(_("覆盖率"))
    influence = models.PositiveIntegerField(_("影响力"))
    struck = models.CharField(_("划去的理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("拟表彰的组织")
        constraints = [
            models.UniqueConstraint(fields=["commendation", "organization"], name="organizations_commended_once")
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.place}"

    @property
    def kept(self) -> bool:
        """Whether nobody struck it out."""
        return not self.struck

    @property
    def points(self) -> Decimal:
        """The total on a scale of a hundred, exact."""
        return Decimal(self.total) / POINT
