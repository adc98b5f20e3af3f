"""Where each organization stands by the four dimensions, and the ruler it is measured by.

Both are derived: the database keeps every standing as records change (migrations/0016_ranking.py), the ruler is set
every night. Neither is a fact of its own, so neither bears marks.
"""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linli.core.words import Worded
from linli.organizations.choices.filing import Kind
from linli.organizations.choices.ranking import POINT, WHOLE, Dimension, Item
from linli.organizations.models.register import Organization


def _path() -> models.CharField[str, str]:
    return models.CharField(max_length=200, db_collation="C", blank=True)


def _number(label: object = "") -> models.IntegerField[int, int]:
    return models.IntegerField(label, default=0)  # type: ignore[arg-type]


def _part(label: object) -> models.IntegerField[int, int]:
    return models.IntegerField(label, default=0, validators=[MaxValueValidator(WHOLE)])  # type: ignore[arg-type]


class Ruler(Worded):
    """What organizations of a kind are measured by in a district, the same for all of them until the next night."""

    district = _path()
    kind = models.CharField(_("类别"), max_length=10, choices=Kind)
    day = models.DateField(_("尺子的日期"))
    since = models.DateTimeField(_("从哪一刻起的活动"))
    summed_by = models.DateTimeField(_("此前结束的活动应当总结了"))
    awards_from = models.IntegerField(_("从哪一年起的表彰"))
    awards_most = _number(_("几次表彰算满"))
    median_doubled = _number(_("同类活动场数中位数的两倍"))
    organizations = _number(_("同类组织数"))
    target_share = _number(_("应服务人数占社区人口（%）"))
    target_least = _number(_("应服务人数至少"))
    items = _number(_("规范化看的项目"))
    weight_active = _number()
    weight_orderly = _number()
    weight_coverage = _number()
    weight_influence = _number()

    class Meta:
        verbose_name = _("四维排位的尺子")
        constraints = [
            models.UniqueConstraint(fields=["district", "kind"], name="organizations_ruler_once"),
            models.CheckConstraint(
                name="organizations_ruler_measures",
                condition=Q(median_doubled__gte=2, awards_most__gte=1, target_least__gte=1, items__gte=1)
                & Q(weight_active__gte=0, weight_orderly__gte=0, weight_coverage__gte=0, weight_influence__gte=0)
                & (
                    Q(weight_active__gt=0)
                    | Q(weight_orderly__gt=0)
                    | Q(weight_coverage__gt=0)
                    | Q(weight_influence__gt=0)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day:%Y-%m-%d}"

    @property
    def median(self) -> Decimal:
        """How many verified activities the organization in the middle of its kind held; never less than one."""
        return Decimal(self.median_doubled) / 2

    @property
    def asked(self) -> list[Item]:
        """The checklist of the district."""
        return [item for item in Item if self.items & item]

    def weight(self, dimension: Dimension) -> int:
        """What a dimension counts, as the district set it."""
        return int(getattr(self, f"weight_{dimension.value}"))

    @property
    def weights(self) -> int:
        """All four together; a hundred unless the district set something else."""
        return sum(self.weight(each) for each in Dimension)


class Standing(Worded):
    """One organization's four parts and total. Every organization has a row, so that a change can lock it."""

    organization = models.OneToOneField(
        Organization, models.CASCADE, primary_key=True, related_name="standing", verbose_name=_("社会组织")
    )
    ranked = models.BooleanField(_("参加排位"), default=False)
    kind = models.CharField(_("类别"), max_length=10, choices=Kind, blank=True)
    scope = _path()
    street = _path()
    district = _path()
    held = _number(_("核实的活动"))
    served = _number(_("服务到的居民"))
    target = _number(_("应服务人数"))
    passed = _number(_("做到的项目"))
    grade = _number(_("等级或星级"))
    awards = _number(_("表彰"))
    active = _part(Dimension.ACTIVE.label)
    orderly = _part(Dimension.ORDERLY.label)
    coverage = _part(Dimension.COVERAGE.label)
    influence = _part(Dimension.INFLUENCE.label)
    total = _number(_("四维分"))

    class Meta:
        verbose_name = _("四维排位")
        # A place is counted on these, and a page is read along them; nothing is numbered.
        indexes = [
            models.Index(fields=[where, "kind", "total", "organization"], condition=Q(ranked=True), name=name)
            for where, name in (
                ("district", "organizations_rank_district"),
                ("street", "organizations_rank_street"),
                ("scope", "organizations_rank_community"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.points}"

    @property
    def points(self) -> Decimal:
        """The total on a scale of a hundred, exact."""
        return Decimal(self.total) / POINT

    def part(self, dimension: Dimension) -> int:
        """One dimension in ten-thousandths."""
        return int(getattr(self, dimension.value))

    @property
    def public_url(self) -> str:
        """The page of its parts."""
        return reverse("organizations:standing", args=[self.organization.uid])
