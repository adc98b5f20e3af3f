"""An application to be registered by law."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinLengthValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.core.parameters import values_of
from linli.core.workflow.models import CASE_MARKED, Case, indexes_of_lists
from linli.organizations.choices.registration import (
    LEAST_FUNDS,
    LEAST_INDIVIDUALS,
    LEAST_MIXED,
    LEAST_UNITS,
    OFFERED,
    WITH_REGISTRY,
    RegistrationState,
)
from linli.organizations.choices.states import LegalType
from linli.organizations.models.incubation import Threshold
from linli.organizations.models.register import Organization, WithOrganization

_MOST = 100_000


def _count(label: Any) -> Any:
    return models.PositiveIntegerField(label, default=0, validators=[MaxValueValidator(_MOST)])


class Registration(WithOrganization, Case):
    """From a filed (or unfiled) organization to a legal person on the district's register."""

    FOUND_BY = "organization"
    MARKED = (
        *CASE_MARKED,
        *("organization", "before", "legal_type", "full_name", "premises", "individuals", "units", "staff"),
        *("funds", "approval_number", "complete_on", "decide_by", "uscc", "decided_on", "decided_by"),
    )

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="registrations", verbose_name=_("社会组织")
    )
    state = models.CharField(_("状态"), max_length=14, choices=RegistrationState, default=RegistrationState.DRAFT)
    before = models.CharField(max_length=20, editable=False, help_text="the legal status it came from")
    legal_type = models.CharField(_("法律类型"), max_length=12, choices=LegalType, blank=True)
    full_name = models.CharField(_("登记名称"), max_length=60, blank=True, validators=[MinLengthValidator(4)])
    premises = models.CharField(_("住所"), max_length=120, blank=True)
    individuals = _count(_("个人会员"))
    units = _count(_("单位会员"))
    staff = _count(_("从业人员"))
    funds = models.DecimalField(
        _("注册资金（元）"),
        max_digits=14,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
    )
    approval_number = models.CharField(_("批准文号"), max_length=60, blank=True, editable=False)
    complete_on = models.DateField(_("受理日期"), null=True, blank=True, editable=False)
    decide_by = models.DateField(_("决定期限"), null=True, blank=True, editable=False)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True, editable=False)
    decided_on = models.DateField(_("登记日期"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("成立登记")
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=~Q(state__in=["registered", "refused", "withdrawn"]),
                name="organizations_one_open_registration",
                violation_error_message=_("这家组织已经有一件登记申请在办。"),
            ),
            models.UniqueConstraint(
                fields=["uscc"],
                condition=~Q(uscc=""),
                name="organizations_registration_code_once",
                violation_error_message=_("这个统一社会信用代码已经给了别的组织。"),
            ),
            models.CheckConstraint(
                name="organizations_registration_type_offered",
                condition=Q(legal_type__in=["", *(kind.value for kind in OFFERED)]),
                violation_error_message=_("基金会由省级以上民政部门登记，区里不受理。"),
            ),
            models.CheckConstraint(
                name="organizations_registration_sent_is_whole",
                condition=Q(state__in=["draft", "withdrawn"])
                | ~Q(legal_type="") & ~Q(full_name="") & ~Q(premises=""),
            ),
            models.CheckConstraint(
                name="organizations_registration_consented_first",
                condition=~Q(state__in=[state.value for state in WITH_REGISTRY]) | ~Q(approval_number=""),
                violation_error_message=_("先要有业务主管单位的批准文件。"),
            ),
            models.CheckConstraint(
                name="organizations_registration_clock",
                condition=Q(complete_on__isnull=True, decide_by__isnull=True)
                & ~Q(state__in=["deciding", "registered"])
                | Q(complete_on__isnull=False, decide_by__gt=F("complete_on")),
            ),
            models.CheckConstraint(
                name="organizations_registration_is_lawful",
                condition=~Q(state="registered")
                | Q(decided_by__isnull=False, decided_on__isnull=False)
                & ~Q(uscc="")
                & (
                    Q(legal_type="service", staff__gte=1, funds__gt=0)
                    | Q(legal_type="association", funds__gte=LEAST_FUNDS)
                    & (
                        Q(individuals__gte=LEAST_INDIVIDUALS)
                        | Q(units__gte=LEAST_UNITS)
                        | Q(individuals__gt=0, units__gt=0, individuals__gte=LEAST_MIXED - F("units"))
                    )
                ),
                violation_error_message=_("没有达到登记条件。"),
            ),
        ]
        indexes = indexes_of_lists("organizations_regist")

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.full_name or self.organization.name}成立登记"

    @property
    def summary(self) -> str:
        """Where, and as what."""
        area = self.organization.area
        return " · ".join(part for part in (area.full_name if area else "", self.get_legal_type_display()) if part)

    def kept(self, key: str) -> int:
        """A parameter as this application began under it; as it stands now before that."""
        held = self.parameters.get(key)
        return int(held if held is not None else values_of([key], self.organization.scope)[key])

    @property
    def thresholds(self) -> list[Threshold]:
        """What the law asks of this type, each with how much is there."""
        if self.legal_type == LegalType.SERVICE:
            funds, staff = self.kept("registration.service_funds"), self.kept("registration.service_staff")
            return [
                Threshold("从业人员", f"{self.staff} 人", f"{staff} 人", self.staff >= staff),
                Threshold("开办资金", f"{self.funds:,.0f} 元", f"{funds:,} 元", self.funds >= funds),
                Threshold("必要的场所", self.premises or "没有", "有", bool(self.premises)),
            ]
        if self.legal_type != LegalType.ASSOCIATION:
            return []
        individuals, units, mixed, funds = (
            self.kept(f"registration.{name}") for name in ("individuals", "units", "mixed", "funds")
        )
        both = self.individuals > 0 and self.units > 0 and self.individuals + self.units >= mixed
        return [
            Threshold(
                "会员",
                f"个人 {self.individuals}、单位 {self.units}",
                f"个人 {individuals}，或单位 {units}，或合计 {mixed}",
                self.individuals >= individuals or self.units >= units or both,
            ),
            Threshold("活动资金", f"{self.funds:,.0f} 元", f"{funds:,} 元", self.funds >= funds),
            Threshold("固定的住所", self.premises or "没有", "有", bool(self.premises)),
        ]

    def snapshot(self) -> dict[str, Any]:
        """What the applicant wrote, by label."""
        return {
            "法律类型": self.get_legal_type_display(),
            "登记名称": self.full_name,
            "住所": self.premises,
            "个人会员": self.individuals,
            "单位会员": self.units,
            "从业人员": self.staff,
            "注册资金（元）": self.funds,
        }
