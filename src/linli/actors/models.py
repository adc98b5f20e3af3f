"""Bodies, the posts people hold in them, and the proposals from which posts come."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, IntegerRangeField, RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import AppointmentKind, AppointmentState, BodyKind, Role
from linli.areas.models import Area
from linli.core import clock
from linli.core.audit.marks import Marked
from linli.core.workflow.models import CASE_MARKED, Case

ONE_HAT = _("系统、安全、审计三种管理员互斥，也不能兼任业务岗位。请先卸任原岗位，或换一个人。")


def side(*roles: str) -> Func:
    """A role as one of two neighbouring ranges: [0,1) for these roles, [1,2) for all others.

    Two posts touch (`-|-`) exactly when one is of these roles and the other is not. Written so because an exclusion
    constraint over `<>` would need the extension btree_gist.
    """
    named = ", ".join(f"'{role}'" for role in roles)
    return Func(
        F("role"),
        template=f"(CASE WHEN %(expressions)s IN ({named}) THEN int4range(0, 1) ELSE int4range(1, 2) END)",
        output_field=IntegerRangeField(),
    )


def one_hat(name: str, *roles: str) -> ExclusionConstraint:
    """No account holds one of these roles and, on any same day, a role that is not one of them."""
    person = Func(F("user"), F("user"), template="int8range(%(expressions)s, '[]')", output_field=IntegerRangeField())
    days = Func(F("valid_from"), F("valid_to"), function="daterange", output_field=DateRangeField())
    return ExclusionConstraint(
        name=name,
        expressions=[
            (person, RangeOperators.OVERLAPS),
            (days, RangeOperators.OVERLAPS),
            (side(*roles), RangeOperators.ADJACENT_TO),
        ],
        violation_error_message=ONE_HAT,
    )


class Body(Marked):
    """A department, street, community, organization or other body that acts through posts."""

    MARKED = ("name", "short_name", "kind", "area", "valid_from", "valid_to")

    name = models.CharField(_("名称"), max_length=120)
    short_name = models.CharField(_("简称"), max_length=40, blank=True)
    kind = models.CharField(_("类别"), max_length=20, choices=BodyKind)
    area = models.ForeignKey(Area, models.PROTECT, related_name="bodies", verbose_name=_("所在区域"))
    phone = models.CharField(_("办公电话"), max_length=30, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    valid_from = models.DateField(_("自"), default=clock.today)
    valid_to = models.DateField(_("至（不含）"), null=True, blank=True)

    class Meta:
        verbose_name = _("机构")
        indexes = [models.Index(fields=["kind", "area"], name="actors_body_kind")]
        constraints = [
            models.CheckConstraint(
                name="actors_body_valid_range", condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))
            )
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    @property
    def scope(self) -> str:
        """The path of the area the body has its seat in."""
        return self.area.path


class Post(Marked):
    """A person holds a role in a body, over an area, from a day to a day. All rights follow from this."""

    MARKED = ("user", "role", "body", "area", "title", "valid_from", "valid_to")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts", verbose_name=_("任职人"))
    role = models.CharField(_("岗位"), max_length=30, choices=Role)
    body = models.ForeignKey(Body, models.PROTECT, related_name="posts", verbose_name=_("机构"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="posts", verbose_name=_("管辖区域"))
    title = models.CharField(_("职务"), max_length=60, blank=True)
    valid_from = models.DateField(_("任职自"), default=clock.today)
    valid_to = models.DateField(_("任职至（不含）"), null=True, blank=True)

    class Meta:
        verbose_name = _("岗位")
        indexes = [
            models.Index(fields=["user", "valid_to"], name="actors_post_user"),
            models.Index(fields=["role", "area"], name="actors_post_role"),
        ]
        constraints = [
            models.CheckConstraint(
                # An equal end is a post given back before it began: an empty span, held on no day.
                name="actors_post_valid_range",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
            models.UniqueConstraint(
                fields=["user", "role", "body", "area"],
                condition=Q(valid_to__isnull=True),
                name="actors_post_held_once",
            ),
            # Every post is of one of four hats: business, system, security, audit. Each hat has its own answers to
            # these two questions, so two posts of different hats differ in at least one and may not overlap in time.
            one_hat("actors_post_one_hat_system_audit", Role.SYSADMIN, Role.AUDITADMIN),
            one_hat("actors_post_one_hat_security_audit", Role.SECADMIN, Role.AUDITADMIN),
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.title or self.get_role_display()}"

    @property
    def scope(self) -> str:
        """The path of the area the post covers."""
        return self.area.path

    def is_held_on(self, day: dt.date) -> bool:
        """Whether the post is held on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    @property
    def standing(self) -> tuple[str, str]:
        """Held, to come or ended today: words and tone."""
        today = clock.today()
        if self.is_held_on(today):
            return ("在任", "ok") if self.valid_to is None else ("在任，有期限", "soon")
        return ("将任", "act") if self.valid_from > today else ("已卸任", "")


class Appointment(Case):
    """A proposal to give or end a post. The system administrator proposes, the security administrator agrees.

    `owner` is who proposed. On agreement the post comes into being (or ends) and is kept in `post`.
    """

    MARKED = (
        *CASE_MARKED,
        "kind",
        "user",
        "role",
        "body",
        "area",
        "duty_title",
        "since",
        "until",
        "cause",
        "replaces",
        "post",
        "decided_by",
    )
    SEARCH = ("number__contains", "user__name__contains", "user__username__startswith")

    kind = models.CharField(_("事项"), max_length=10, choices=AppointmentKind)
    state = models.CharField(_("状态"), max_length=10, choices=AppointmentState, default=AppointmentState.DRAFT)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("任职人"))
    role = models.CharField(_("岗位"), max_length=30, choices=Role)
    body = models.ForeignKey(Body, models.PROTECT, related_name="+", verbose_name=_("机构"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("管辖区域"))
    duty_title = models.CharField(_("职务"), max_length=60, blank=True)
    since = models.DateField(_("自"), default=clock.today)
    until = models.DateField(_("至（不含）"), null=True, blank=True)
    cause = models.CharField(_("任免依据"), max_length=200)
    replaces = models.ForeignKey(
        Post, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("接替或终止的岗位")
    )
    post = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, editable=False, related_name="appointments")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("岗位任免")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "role", "body", "area"],
                condition=Q(state__in=["draft", "proposed"]),
                name="actors_appointment_proposed_once",
                violation_error_message=_("同样的任免已经提出，正等安全管理员核准。"),
            ),
            models.CheckConstraint(
                name="actors_appointment_not_for_oneself",
                condition=Q(owner__isnull=False)
                & ~Q(owner=F("user"))
                & (~Q(decided_by=F("user")) | Q(decided_by=None)),
                violation_error_message=_("任何人不能给自己任免岗位。请由另一位管理员办理。"),
            ),
            models.CheckConstraint(
                name="actors_appointment_by_two",
                condition=Q(decided_by=None) | ~Q(decided_by=F("owner")),
                violation_error_message=_("提出和核准要由两个人办。"),
            ),
            models.CheckConstraint(
                name="actors_appointment_valid_range",
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
                violation_error_message=_("结束日要晚于开始日。"),
            ),
        ]
        indexes = [
            models.Index(OpClass("scope", "text_pattern_ops"), "state", name="actors_appointment_scope"),
            models.Index(fields=["user", "-created_at"], name="actors_appointment_user"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A proposal lies where its post lies."""
        self.scope = self.area.path
        super().save(*args, **kwargs)

    @property
    def title(self) -> str:
        """As the inbox row says it; an officer's name is public in office."""
        duty = self.duty_title or self.get_role_display()
        return f"{self.user} {self.get_kind_display()}：{self.body} {duty}"[:200]

    @property
    def summary(self) -> str:
        """Where, from when, on what ground."""
        until = f"至 {self.until:%Y-%m-%d} " if self.until else ""
        return f"{self.area.full_name} · 自 {self.since:%Y-%m-%d} {until}· {self.cause}"[:300]

    def snapshot(self) -> dict[str, Any]:
        """What was proposed, by label."""
        return {
            "事项": self.get_kind_display(),
            "任职人": str(self.user),
            "岗位": self.get_role_display(),
            "机构": str(self.body),
            "管辖区域": self.area.full_name,
            "职务": self.duty_title,
            "自": str(self.since),
            "至": str(self.until or ""),
            "任免依据": self.cause,
        }
