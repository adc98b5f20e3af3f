"""Activities, who signed in on site, and the years whose records are closed."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.audit.marks import Marked
from linli.core.parameters import values_of
from linli.core.words import Worded
from linli.core.workdays import add_workdays
from linli.core.workflow.models import CASE_MARKED, Case, indexes_of_lists
from linli.organizations.choices.activities import (
    ANNOUNCED,
    OPEN_TO_SIGN_IN,
    POLICE_BY_LAW,
    ActivityKind,
    ActivityState,
    Trigger,
)
from linli.organizations.models.register import Organization, WithOrganization

_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is taken for another when read from a poster
EARLY, AFTERWARDS = dt.timedelta(hours=1), dt.timedelta(hours=1)  # signing in begins before and ends after
_MOST_PEOPLE = 1_000_000


def new_code() -> str:
    """A code shown on site: some 900 million of them, so that nobody guesses one from home."""
    return "".join(secrets.choice(_LETTERS) for _place in range(6))


def _count(label: Any) -> Any:
    return models.PositiveIntegerField(label, null=True, blank=True, validators=[MaxValueValidator(_MOST_PEOPLE)])


def _money(label: Any) -> Any:
    return models.DecimalField(
        label, max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )


class Activity(WithOrganization, Case):
    """One activity of an organization, from plan to proof; person-times, persons and hours are three counts."""

    FOUND_BY = "organization"
    MARKED = (
        *CASE_MARKED,
        *(
            "organization",
            "name",
            "kind",
            "starts_at",
            "ends_at",
            "place",
            "plan",
            "budget",
            "money_from",
            "expected",
        ),
        *("outdoor", "procession", "fire", "funds", "guests", "minors", "police_number", "open_to_all"),
        *("person_times", "persons", "hours", "spent", "summary_text", "checked_in", "confirmed_by"),
    )

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="activities", verbose_name=_("举办组织")
    )
    state = models.CharField(_("状态"), max_length=20, choices=ActivityState, default=ActivityState.DRAFT)
    name = models.CharField(_("活动名称"), max_length=60, blank=True)
    kind = models.CharField(_("活动类型"), max_length=10, choices=ActivityKind, blank=True)
    open_to_all = models.BooleanField(_("居民都可以来"), default=True)
    starts_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    ends_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    place = models.CharField(_("地点"), max_length=120, blank=True)
    plan = models.TextField(_("怎么办"), max_length=1000, blank=True)
    budget = _money(_("预算（元）"))
    money_from = models.CharField(_("钱从哪里来、怎么用"), max_length=300, blank=True)
    expected = models.PositiveIntegerField(
        _("预计到场人数"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(_MOST_PEOPLE)],
    )
    outdoor = models.BooleanField(Trigger.OUTDOOR.label, default=False)
    procession = models.BooleanField(Trigger.PROCESSION.label, default=False)
    fire = models.BooleanField(Trigger.FIRE.label, default=False)
    funds = models.BooleanField(Trigger.FUNDS.label, default=False)
    guests = models.BooleanField(Trigger.GUESTS.label, default=False)
    minors = models.BooleanField(Trigger.MINORS.label, default=False)
    police_number = models.CharField(_("公安许可编号"), max_length=60, blank=True)
    person_times = _count(_("人次"))
    persons = _count(_("人数"))
    hours = models.DecimalField(
        _("服务时长（小时）"),
        max_digits=9,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    spent = _money(_("支出（元）"))
    summary_text = models.TextField(_("总结"), max_length=1000, blank=True)
    code = models.CharField(_("签到码"), max_length=6, default=new_code, editable=False)
    checked_in = models.PositiveIntegerField(_("现场签到人数"), default=0, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("活动")
        constraints = [
            models.CheckConstraint(
                name="organizations_activity_ends_after_it_starts",
                condition=Q(starts_at__isnull=True, ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
            ),
            models.CheckConstraint(
                name="organizations_activity_announced_is_whole",
                condition=~Q(state__in=[*ANNOUNCED, ActivityState.REPORTED])
                | Q(starts_at__isnull=False, ends_at__isnull=False, expected__isnull=False, expected__gte=1)
                & ~Q(name="")
                & ~Q(place=""),
            ),
            models.CheckConstraint(
                name="organizations_activity_police_first",
                condition=~Q(state__in=ANNOUNCED)
                | Q(expected__lt=POLICE_BY_LAW)
                | Q(expected__gte=POLICE_BY_LAW) & ~Q(police_number=""),
            ),
            models.CheckConstraint(
                name="organizations_activity_counts",
                condition=~Q(state__in=[ActivityState.SUMMED, ActivityState.VERIFIED])
                | Q(person_times__isnull=False, persons__isnull=False, hours__isnull=False)
                & Q(person_times__gte=F("persons"), persons__gte=1, hours__gte=0)
                & ~Q(summary_text=""),
            ),
            models.CheckConstraint(
                name="organizations_activity_verified_by_others",
                condition=~Q(state=ActivityState.VERIFIED)
                | Q(checked_in__gte=1)
                | Q(confirmed_by__isnull=False)
                & (Q(owner__isnull=True) | ~Q(confirmed_by=F("owner")))
                & (Q(entered_by__isnull=True) | ~Q(confirmed_by=F("entered_by"))),
            ),
        ]
        indexes = [
            *indexes_of_lists("organizations_activity"),
            # The calendar, and how alive an organization is.
            models.Index(
                fields=["starts_at", "id"],
                include=["scope", "organization"],
                condition=Q(state__in=ANNOUNCED, open_to_all=True),
                name="organizations_activity_days",
            ),
            models.Index(
                fields=["organization", "-starts_at"],
                include=["state", "person_times"],
                name="organizations_activity_of",
            ),
            # What figures count, the latest first.
            models.Index(
                F("starts_at").desc(nulls_last=True),
                F("id").desc(),
                include=["scope", "kind"],
                condition=Q(state=ActivityState.VERIFIED),
                name="organizations_activity_counted",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.organization.name}：{self.name or '未命名的活动'}"

    @property
    def summary(self) -> str:
        """When and where."""
        return " · ".join(part for part in (self.when, self.place) if part)

    @property
    def when(self) -> str:
        """11月21日 14:30 – 16:00."""
        if self.starts_at is None or self.ends_at is None:
            return ""
        start, end = timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)
        year = "" if start.year == clock.today().year else f"{start.year}年"
        until = f"{end:%H:%M}" if end.date() == start.date() else f"{end.month}月{end.day}日 {end:%H:%M}"
        return f"{year}{start.month}月{start.day}日 {start:%H:%M} – {until}"

    @property
    def summary_due(self) -> dt.date | None:
        """Until when the organizer sums it up: some working days after it has ended."""
        if self.ends_at is None:
            return None
        return add_workdays(timezone.localdate(self.ends_at), int(self.kept("activity.summary_days")))

    @property
    def public_url(self) -> str:
        """The page everybody may read, and where people sign in."""
        return reverse("organizations:activity", args=[self.uid])

    def kept(self, key: str) -> Any:
        """A parameter as this activity began under it; as it stands now while it is a draft."""
        return self.parameters[key] if key in self.parameters else values_of([key], self.organization.scope)[key]

    @property
    def reported_because(self) -> list[str]:
        """Why the plan has to be reported beforehand, in words; empty when it need not be."""
        watched = str(self.kept("major.triggers")).split(",")
        words = [str(each.label) for each in Trigger if each.value in watched and getattr(self, each.value)]
        least = int(self.kept("major.attendance"))
        if (self.expected or 0) >= least:
            words.insert(0, f"预计到场 {self.expected:,} 人（{least} 人起）")
        return words

    @property
    def lacks_licence(self) -> bool:
        """Whether the police have to license it and no number is there."""
        return (self.expected or 0) >= int(self.kept("major.police")) and not self.police_number

    def is_open_to_sign_in(self, now: dt.datetime) -> bool:
        """Whether people on site may sign in at this moment."""
        if self.starts_at is None or self.ends_at is None or self.state not in OPEN_TO_SIGN_IN:
            return False
        return self.starts_at - EARLY <= now <= self.ends_at + AFTERWARDS

    def snapshot(self) -> dict[str, Any]:
        """What the organizer wrote, by label."""
        return {
            "活动名称": self.name,
            "类型": self.get_kind_display(),
            "时间": self.when,
            "地点": self.place,
            "怎么办": self.plan,
            "预计到场人数": self.expected or "",
            "预算（元）": "" if self.budget is None else str(self.budget),
            "钱从哪里来、怎么用": self.money_from,
            "特别情形": "、".join(str(each.label) for each in Trigger if getattr(self, each.value)),
            "公安许可编号": self.police_number,
        }


class CheckIn(Marked, Worded):
    """Somebody was there: signed in on site with the code, one row a person."""

    MARKED = ("activity", "person", "at")

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="check_ins", verbose_name=_("活动"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("签到人"))
    at = models.DateTimeField(_("签到时间"), default=clock.now)

    class Meta:
        verbose_name = _("现场签到")
        constraints = [models.UniqueConstraint(fields=["activity", "person"], name="organizations_check_in_once")]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.at:%Y-%m-%d %H:%M}"


class ClosedYear(Marked, Worded):
    """A year whose records are closed below an area: nothing that took place in it is added or changed."""

    MARKED = ("scope", "year", "closed_at", "closed_by")

    scope = models.CharField(max_length=200, db_collation="C")
    year = models.PositiveSmallIntegerField(_("年度"))
    closed_at = models.DateTimeField(_("结账时间"), default=clock.now)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("年度结账")
        constraints = [models.UniqueConstraint(fields=["year", "scope"], name="organizations_year_closed_once")]

    def __str__(self) -> str:
        return f"{self.year} 年度"
