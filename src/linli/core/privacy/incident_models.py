"""The register of personal information incidents, and whom each concerns."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.core.privacy.fields import EncryptedTextField
from linli.core.privacy.incident_choices import IncidentKind, IncidentLevel, IncidentState
from linli.core.workflow.models import CASE_MARKED, Case

TOLD = ("info", "cause", "harm", "measures", "advice", "contact")  # what the law has persons told (PIPL 57)
WRITTEN = ("kind", "happened_from", "happened_to", "level", "estimate", *TOLD)


class Incident(Case):
    """One incident from its report to its closing. What the reporter wrote may name people, so it is encrypted; what
    officers write is told to everybody concerned and names nobody. Rows are never deleted."""

    MARKED = (
        *CASE_MARKED,
        *("what", "found_at", *WRITTEN),
        *("authority", "told_authority_on", "authority_number", "spare_reason", "told_at", "otherwise", "closing"),
    )

    state = models.CharField(_("状态"), max_length=10, choices=IncidentState, default=IncidentState.DRAFT)
    kind = models.CharField(_("怎么了"), max_length=8, choices=IncidentKind)
    what = EncryptedTextField(_("发现了什么"), blank=True, default="")
    found_at = models.DateTimeField(_("发现时间"))
    happened_from = models.DateTimeField(_("发生时间（从）"), null=True, blank=True)
    happened_to = models.DateTimeField(_("发生时间（到）"), null=True, blank=True)
    level = models.CharField(_("等级"), max_length=8, choices=IncidentLevel, blank=True)
    estimate = models.PositiveIntegerField(_("估计涉及多少人"), null=True, blank=True)
    info = models.CharField(_("涉及的个人信息种类"), max_length=300, blank=True)
    cause = models.TextField(_("原因"), max_length=2000, blank=True)
    harm = models.TextField(_("可能造成的危害"), max_length=2000, blank=True)
    measures = models.TextField(_("已经采取的补救措施"), max_length=2000, blank=True)
    advice = models.TextField(_("个人可以怎样减轻危害"), max_length=2000, blank=True)
    contact = models.CharField(_("联系方式"), max_length=200, blank=True)
    sources = models.JSONField(
        default=list, encoder=DjangoJSONEncoder, editable=False, help_text="how the persons concerned were found"
    )
    authority = models.CharField(_("报告给哪个部门"), max_length=100, blank=True)
    told_authority_on = models.DateField(_("报告日期"), null=True, blank=True)
    authority_number = models.CharField(_("文号或回执号"), max_length=60, blank=True)
    spare_reason = models.CharField(_("不通知个人的理由"), max_length=500, blank=True)
    told_at = models.DateTimeField(_("通知个人的时间"), null=True, blank=True, editable=False)
    otherwise = models.CharField(_("没有账号的人怎样通知"), max_length=500, blank=True)
    closing = models.TextField(_("结案报告"), max_length=3000, blank=True)

    class Meta:
        verbose_name = _("个人信息事件")
        constraints = [
            models.CheckConstraint(
                name="core_incident_past_the_authority_was_told",
                condition=~Q(state__in=["persons", "closing", "closed"])
                | Q(told_authority_on__isnull=False) & ~Q(authority=""),
            ),
            models.CheckConstraint(
                name="core_incident_persons_told_or_spared",
                condition=~Q(state__in=["closing", "closed"]) | Q(told_at__isnull=False) | ~Q(spare_reason=""),
            ),
            models.CheckConstraint(
                name="core_incident_ends_after_it_began",
                condition=Q(happened_to__isnull=True) | Q(happened_to__gte=F("happened_from")),
            ),
        ]
        indexes = [models.Index(OpClass("scope", "text_pattern_ops"), "state", name="core_incident_scope")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """As the inbox row says it; nothing personal."""
        return f"个人信息事件：{self.get_kind_display().partition('：')[0]}"

    @property
    def summary(self) -> str:
        """Where, and how grave."""
        from linli.core.privacy.places import place_of

        place = place_of(self.scope) if self.scope else None
        return " · ".join(part for part in (place.label if place else "", self.get_level_display()) if part)

    def snapshot(self) -> dict[str, Any]:
        """What was found out, by label."""
        said = {}
        for name in WRITTEN:
            field: Any = self._meta.get_field(name)
            display = getattr(self, f"get_{name}_display", None)
            value = display() if display else getattr(self, name)
            said[str(field.verbose_name)] = "" if value is None else str(value)
        return said


class Concerned(models.Model):
    """Somebody whose information an incident touched; told once the incident's notices go out."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="concerned")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    told_at = models.DateTimeField(_("通知时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("事件涉及的人")
        constraints = [models.UniqueConstraint(fields=["incident", "person"], name="core_concerned_once")]
        indexes = [
            models.Index(fields=["person", "-id"], name="core_concerned_person"),
            models.Index(fields=["incident"], condition=Q(told_at__isnull=True), name="core_concerned_untold"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.person_id}"
