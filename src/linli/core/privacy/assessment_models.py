"""Impact assessments: what was judged of a processing activity as declared, by whom, and until when it holds."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.core.privacy.assessment_choices import AssessmentState, Conclusion, Risk
from linli.core.privacy.choices import Trigger
from linli.core.workflow.models import CASE_MARKED, Case

ANSWERS = ("necessity", "effects", "risk", "measures", "conclusion", "mends")


class Assessment(Case):
    """One assessment of one entry of the register of processing for one district; a renewal is a row of its own.

    `key` names the entry (a declared one by its slug, a district's own by its line), `declared` keeps how it read and
    `digest` tells whether it still does. Rows are never deleted: the law asks for three years.
    """

    MARKED = (
        *CASE_MARKED,
        *("key", "label", "reasons", "declared", "digest", *ANSWERS),
        *("assessed_by", "assessed_at", "approved_by", "approved_at", "valid_until", "previous"),
    )

    key = models.CharField(_("处理活动"), max_length=60, editable=False)
    label = models.CharField(_("处理活动的名称"), max_length=80, editable=False)
    reasons = ArrayField(models.CharField(max_length=10, choices=Trigger), default=list, editable=False)
    declared = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=AssessmentState, default=AssessmentState.DRAFT)
    necessity = models.TextField(_("目的和方式是否合法、正当、必要"), max_length=3000, blank=True)
    effects = models.TextField(_("对个人权益的影响和安全风险"), max_length=3000, blank=True)
    risk = models.CharField(_("风险程度"), max_length=6, choices=Risk, blank=True)
    measures = models.TextField(_("保护措施是否合法、有效，与风险相适应"), max_length=3000, blank=True)
    conclusion = models.CharField(_("结论"), max_length=4, choices=Conclusion, blank=True)
    mends = models.TextField(_("要改什么、谁改、何时改好"), max_length=2000, blank=True)
    assessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    assessed_at = models.DateTimeField(_("评估时间"), null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    approved_at = models.DateTimeField(_("审定时间"), null=True, blank=True, editable=False)
    valid_until = models.DateField(_("有效至"), null=True, blank=True, editable=False)
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="renewals"
    )

    SEARCH = ("number__contains", "label__contains")

    class Meta:
        verbose_name = _("影响评估")
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "key"],
                condition=Q(state__in=["draft", "review", "in_force"]),
                name="core_assessment_one_of_an_entry",
            ),
            models.CheckConstraint(
                name="core_assessment_two_people",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("assessed_by")),
            ),
            models.CheckConstraint(
                name="core_assessment_in_force_is_whole",
                condition=~Q(state="in_force")
                | Q(assessed_by__isnull=False, approved_by__isnull=False, valid_until__isnull=False)
                & ~Q(conclusion__in=["", "stop"]),
            ),
        ]
        indexes = [models.Index(OpClass("scope", "text_pattern_ops"), "key", name="core_assessment_scope")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{'重新评估' if self.previous_id else '影响评估'}：{self.label}"

    @property
    def summary(self) -> str:
        """Where, and why it is due."""
        from linli.core.privacy.places import place_of

        place = place_of(self.scope) if self.scope else None
        words = "、".join(self.reason_labels)
        return f"{place.label} · {words}" if place else words

    @property
    def reason_labels(self) -> list[str]:
        """Why the law asks for it."""
        return [str(Trigger(reason).label) for reason in self.reasons]

    def snapshot(self) -> dict[str, Any]:
        """What was judged, by label."""
        said = {}
        for name in ANSWERS:
            display = getattr(self, f"get_{name}_display", None)
            said[str(self._meta.get_field(name).verbose_name)] = str(display() if display else getattr(self, name))  # type: ignore[union-attr]
        return said
