"""Incubators, the stays of organizations in them, and the help they got."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked
from linli.core.parameters import values_of
from linli.core.words import Worded
from linli.core.workflow.models import CASE_MARKED, Case, indexes_of_lists
from linli.organizations.choices.incubation import STAYING, IncubationState, SupportKind
from linli.organizations.models.register import Organization, WithOrganization

_MOST = 100_000


class Incubator(Marked, Worded):
    """Rooms and places for young organizations, of a street or a community."""

    MARKED = ("uid", "name", "area", "scope", "address", "capacity", "opened_on", "closed_on")

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    name = models.CharField(_("名称"), max_length=60)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("所在街道或社区"))
    scope = models.CharField(max_length=200, db_collation="C", editable=False)
    address = models.CharField(_("地址"), max_length=120)
    capacity = models.PositiveSmallIntegerField(
        _("能容纳几家"), validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    opened_on = models.DateField(_("开办日期"), default=clock.today)
    closed_on = models.DateField(_("停办日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("孵化室")
        constraints = [
            models.UniqueConstraint(fields=["name", "area"], name="organizations_incubator_name_once"),
            models.CheckConstraint(name="organizations_incubator_has_room", condition=Q(capacity__gte=1)),
            models.CheckConstraint(
                name="organizations_incubator_closes_later",
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
            ),
        ]
        indexes = [models.Index(OpClass("scope", "text_pattern_ops"), name="organizations_incubator_scope")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the scope in step with the area."""
        self.scope = self.area.path
        super().save(*args, **kwargs)


@dataclass(frozen=True)
class Threshold:
    """One of the things registration asks for: how much there is, how much is asked, and whether that is reached."""

    label: str
    have: str
    need: str
    met: bool


class Incubation(WithOrganization, Case):
    """One stay of an organization in an incubator, from its application to its end."""

    FOUND_BY = "organization"
    MARKED = (
        *CASE_MARKED,
        *("organization", "incubator", "why", "wants", "place", "admitted_on", "until"),
        *("individuals", "units", "funds", "has_venue", "has_charter"),
    )

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="incubations", verbose_name=_("社会组织")
    )
    state = models.CharField(_("状态"), max_length=20, choices=IncubationState, default=IncubationState.DRAFT)
    incubator = models.ForeignKey(
        Incubator, models.PROTECT, null=True, blank=True, related_name="incubations", verbose_name=_("孵化室")
    )
    why = models.TextField(_("现在做什么、有多少人参加"), max_length=500, blank=True)
    wants = models.TextField(_("需要什么扶持"), max_length=500, blank=True)
    place = models.CharField(_("房间或工位"), max_length=60, blank=True)
    admitted_on = models.DateField(_("入驻日期"), null=True, blank=True)
    until = models.DateField(_("孵化期至"), null=True, blank=True)
    individuals = models.PositiveIntegerField(_("个人会员"), default=0, validators=[MaxValueValidator(_MOST)])
    units = models.PositiveIntegerField(_("单位会员"), default=0, validators=[MaxValueValidator(_MOST)])
    funds = models.DecimalField(
        _("活动资金（元）"), max_digits=12, decimal_places=2, default=Decimal(0), validators=[MinValueValidator(0)]
    )
    has_venue = models.BooleanField(_("有固定住所"), default=False)
    has_charter = models.BooleanField(_("有章程草案"), default=False)

    class Meta:
        verbose_name = _("孵化")
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=~Q(state__in=["graduated", "exited", "refused", "withdrawn"]),
                name="organizations_one_open_incubation",
            ),
            models.CheckConstraint(
                name="organizations_incubation_has_a_term",
                condition=~Q(state__in=[*STAYING, IncubationState.GRADUATED])
                | Q(incubator__isnull=False, admitted_on__isnull=False, until__isnull=False)
                & Q(until__gt=F("admitted_on"))
                & ~Q(place=""),
            ),
        ]
        indexes = [
            *indexes_of_lists("organizations_incubate"),
            models.Index(fields=["incubator", "state"], name="organizations_incubate_room"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.organization.name}孵化"

    @property
    def summary(self) -> str:
        """Which incubator, and how far."""
        met = [one.met for one in self.thresholds]
        progress = f"登记条件 {sum(met)}/{len(met)}" if self.state in STAYING else ""
        return " · ".join(part for part in (self.incubator.name if self.incubator else "", progress) if part)

    def kept(self, key: str) -> Any:
        """A parameter as this stay began under it; as it stands now before that."""
        return self.parameters[key] if key in self.parameters else values_of([key], self.organization.scope)[key]

    @property
    def thresholds(self) -> list[Threshold]:
        """What registration asks for, each with how much is there （社会团体登记管理条例第十条）."""
        individuals, units, mixed, funds = (
            int(self.kept(f"registration.{name}")) for name in ("individuals", "units", "mixed", "funds")
        )
        together = self.individuals + self.units
        enough = (
            self.individuals >= individuals
            or self.units >= units
            or (self.individuals > 0 and self.units > 0 and together >= mixed)
        )
        return [
            Threshold(
                "会员",
                f"个人 {self.individuals}、单位 {self.units}",
                f"个人 {individuals}，或单位 {units}，或合计 {mixed}",
                enough,
            ),
            Threshold("活动资金", f"{self.funds:,.0f} 元", f"{funds:,} 元", self.funds >= funds),
            Threshold("固定住所", "有" if self.has_venue else "没有", "有", self.has_venue),
            Threshold("章程草案", "有" if self.has_charter else "没有", "有", self.has_charter),
        ]

    def snapshot(self) -> dict[str, Any]:
        """What the applicant wrote, by label."""
        return {
            "孵化室": self.incubator.name if self.incubator else "",
            "现在做什么、有多少人参加": self.why,
            "需要什么扶持": self.wants,
        }


class Support(Marked, Worded):
    """A piece of help that an organization got while it stayed."""

    MARKED = ("incubation", "kind", "given_on", "words", "given_by", "noted_at")

    incubation = models.ForeignKey(Incubation, models.CASCADE, related_name="supports", verbose_name=_("孵化"))
    kind = models.CharField(_("扶持"), max_length=10, choices=SupportKind)
    given_on = models.DateField(_("日期"))
    words = models.CharField(_("做了什么"), max_length=300)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("孵化扶持")
        ordering = ["-given_on", "-pk"]
        indexes = [models.Index(fields=["incubation", "-given_on"], name="organizations_support_of")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.words}"
