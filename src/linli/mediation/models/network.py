"""Bodies of the network, the mediators in them, and their training."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linli.actors.models import Body
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked
from linli.core.words import Worded
from linli.mediation.choices.network import (
    COMMITTEES,
    MEDIATING_KINDS,
    UNDER_A_COMMITTEE,
    NodeKind,
    Profession,
)


class MediationBody(Marked, Worded):
    """A body of the network: a committee, a room under one, or a place from which cases come."""

    MARKED = (
        *("uid", "name", "kind", "parent", "body", "area", "scope", "place", "contact_phone", "hours"),
        *("term_from", "term_to", "opened_on", "closed_on"),
    )

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("类型"), max_length=12, choices=NodeKind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="rooms", verbose_name=_("所属调委会")
    )
    body = models.OneToOneField(Body, models.PROTECT, related_name="mediation", verbose_name=_("机构"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("所在街道或社区"))
    scope = models.CharField(max_length=200, db_collation="C", editable=False)
    place = models.CharField(_("地点"), max_length=120)
    contact_phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    hours = models.CharField(_("接待时间"), max_length=60, blank=True)
    term_from = models.DateField(_("本届自"), null=True, blank=True)
    term_to = models.DateField(_("本届至"), null=True, blank=True)
    opened_on = models.DateField(_("设立日期"), default=clock.today)
    closed_on = models.DateField(_("撤销日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("调解组织")
        constraints = [
            models.UniqueConstraint(fields=["name", "area"], name="mediation_body_name_once"),
            models.CheckConstraint(
                name="mediation_body_room_hangs_under_a_committee",
                condition=Q(kind__in=UNDER_A_COMMITTEE, parent__isnull=False)
                | ~Q(kind__in=UNDER_A_COMMITTEE) & Q(parent__isnull=True),
                violation_error_message=_("调解室、个人工作室和调解小组要挂在一家人民调解委员会下面。"),
            ),
            models.CheckConstraint(
                name="mediation_body_term",
                condition=Q(term_from__isnull=True, term_to__isnull=True)
                | Q(kind__in=COMMITTEES, term_to__gt=F("term_from")),
            ),
            models.CheckConstraint(
                name="mediation_body_closes_later",
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
            ),
        ]
        indexes = [models.Index(OpClass("scope", "text_pattern_ops"), name="mediation_body_scope")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the scope in step with the area."""
        self.scope = self.area.path
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """Its page: everybody may read it."""
        return reverse("mediation:body", args=[self.uid])

    @property
    def committee(self) -> MediationBody:
        """The committee that accepts and seals: itself, or the one it hangs under."""
        return self.parent or self

    @property
    def is_committee(self) -> bool:
        """Whether it has members, a term and a seal."""
        return self.kind in COMMITTEES

    @property
    def mediates(self) -> bool:
        """Whether cases may be brought to it."""
        return self.kind in MEDIATING_KINDS and self.closed_on is None

    @property
    def term_has_run(self) -> bool:
        """Whether a committee needs a new election."""
        return self.is_committee and (self.term_to is None or self.term_to <= clock.today())


class Mediator(Marked, Worded):
    """A person who mediates in a body, from a day to a day. What the person may do follows from the post there."""

    MARKED = ("uid", "body", "user", "profession", "is_member", "female", "skills", "since", "until")

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    body = models.ForeignKey(MediationBody, models.PROTECT, related_name="mediators", verbose_name=_("调解组织"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="mediator_rows", verbose_name=_("调解员")
    )
    profession = models.CharField(_("身份"), max_length=6, choices=Profession)
    is_member = models.BooleanField(_("调委会委员"), default=False)
    female = models.BooleanField(_("女"), default=False)
    skills = models.CharField(_("擅长"), max_length=60, blank=True)
    since = models.DateField(_("自"), default=clock.today)
    until = models.DateField(_("至（不含）"), null=True, blank=True)

    class Meta:
        verbose_name = _("调解员")
        ordering = ["-is_member", "since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["body", "user"],
                condition=Q(until__isnull=True),
                name="mediation_mediator_once",
                violation_error_message=_("这个人已经是这里的调解员。"),
            ),
            models.CheckConstraint(
                name="mediation_mediator_leaves_later",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user.name)

    @property
    def scope(self) -> str:
        """Where the body has its seat."""
        return self.body.scope


class Training(Marked):
    """Hours a mediator spent learning."""

    MARKED = ("mediator", "held_on", "hours", "subject", "noted_by")

    mediator = models.ForeignKey(Mediator, models.CASCADE, related_name="trainings", verbose_name=_("调解员"))
    held_on = models.DateField(_("日期"))
    hours = models.DecimalField(
        _("学时"),
        max_digits=4,
        decimal_places=1,
        validators=[MinValueValidator(0.5), MaxValueValidator(80)],
    )
    subject = models.CharField(_("内容"), max_length=80)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("调解员培训")
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["mediator", "held_on", "subject"],
                name="mediation_training_once",
                violation_error_message=_("这一天的这次培训已经记过了。"),
            )
        ]
        indexes = [models.Index(fields=["mediator", "-held_on"], name="mediation_training_of")]

    def __str__(self) -> str:
        return f"{self.subject}：{self.hours} 小时"

    @property
    def scope(self) -> str:
        """Where the mediator's body has its seat."""
        return self.mediator.scope
