"""A grade taken down or away, and until when no new one may be applied for."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.core.workflow.models import CASE_MARKED, Case
from linli.organizations.choices.grade_change import IN_FORCE, ChangeKind, ChangeState
from linli.organizations.choices.grading import LEVELS, SCHEMES, Scheme
from linli.organizations.models.grading import HeldGrade
from linli.organizations.models.register import Organization


class GradeChange(Case):
    """What is to happen to a grade that stands, why, and what was decided."""

    FOUND_BY = "organization"
    MARKED = (
        *CASE_MARKED,
        *("organization", "held", "kind", "new_level", "facts", "document", "proposed_by", "decided_by"),
        *("decided_on", "barred_until", "plaque_by"),
    )
    SEARCH = ("number__contains", "organization__name__contains")

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="grade_changes", verbose_name=_("社会组织")
    )
    held = models.ForeignKey(HeldGrade, models.PROTECT, related_name="changes", verbose_name=_("现有等级"))
    kind = models.CharField(_("处理"), max_length=10, choices=ChangeKind, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=ChangeState, default=ChangeState.DRAFT)
    new_level = models.PositiveSmallIntegerField(
        _("降到哪一级"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(LEVELS)]
    )
    facts = models.TextField(_("事实"), max_length=1000, blank=True)
    document = models.CharField(_("依据的文书"), max_length=120, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    decided_on = models.DateField(_("决定日期"), null=True, blank=True, editable=False)
    barred_until = models.DateField(_("不接受申请至"), null=True, blank=True, editable=False)
    plaque_by = models.DateField(_("证书和牌匾交回期限"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("降低或取消等级")
        constraints = [
            models.UniqueConstraint(
                fields=["held"],
                condition=~Q(state__in=["done", "spared", "withdrawn"]),
                name="organizations_grade_change_one_open",
                violation_error_message=_("这个等级已经有一件在办。"),
            ),
            models.CheckConstraint(
                name="organizations_grade_change_whole",
                condition=Q(state__in=["draft", "withdrawn"])
                | ~Q(facts="")
                & (Q(kind="downgrade", new_level__isnull=False) | Q(kind="cancel", new_level__isnull=True)),
            ),
            models.CheckConstraint(
                name="organizations_grade_change_by_another",
                condition=Q(decided_by=None) | Q(proposed_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
                violation_error_message=_("提出和决定要由两个人办。"),
            ),
            models.CheckConstraint(
                name="organizations_grade_change_bars",
                condition=~Q(state__in=[state.value for state in IN_FORCE])
                | Q(decided_by__isnull=False, plaque_by__isnull=False, barred_until__gt=F("decided_on")),
            ),
        ]
        indexes = [
            models.Index(OpClass("scope", "text_pattern_ops"), "state", name="organizations_gchange_scope"),
            models.Index(fields=["organization", "state"], name="organizations_gchange_of"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """It lies where the organization lies."""
        self.scope = self.organization.scope
        super().save(*args, **kwargs)

    @property
    def of(self) -> Scheme:
        """The scheme of the grade it is about."""
        return SCHEMES[self.held.scheme]

    @property
    def scheme(self) -> str:
        """The scheme's code."""
        return self.held.scheme

    @property
    def officer_role(self) -> str:
        """Who sees to it that the plaque comes back."""
        return self.of.officer.value

    @property
    def head_role(self) -> str:
        """Who decides."""
        return self.of.head.value

    @property
    def change_in_words(self) -> str:
        """From what to what."""
        after = self.of.words(self.new_level) if self.new_level else "取消"
        return f"{self.held.words} → {after}" if self.kind else self.held.words

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.organization.name}{self.get_kind_display() or '等级的处理'}"

    @property
    def summary(self) -> str:
        """Where, and from what to what."""
        area = self.organization.area
        return " · ".join(part for part in (area.full_name if area else "", self.change_in_words) if part)

    def snapshot(self) -> dict[str, Any]:
        """What was told to the organization, by label."""
        return {
            "现有等级": self.held.words,
            "处理": self.get_kind_display(),
            "降到": self.of.words(self.new_level) if self.new_level else "",
            "事实": self.facts,
            "依据的文书": self.document,
        }
