"""A report, how to reach who brought it, and who follows it.

How to reach the author stands in a table of its own: whatever lists, exports or serves reports cannot take it along.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import HashIndex, OpClass
from django.core.exceptions import ObjectDoesNotExist
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import BodyKind, Role
from linli.actors.models import Body
from linli.areas.choices import Datum, Level
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked
from linli.core.parameters import values_of
from linli.core.privacy import keyed_hash, mask_name, mask_phone
from linli.core.privacy.fields import EncryptedTextField
from linli.core.registers.search import search_column, token_index, tokens_of
from linli.core.words import Worded
from linli.core.workflow.models import CASE_MARKED, Case, indexes_of_lists
from linli.voice.choices.matters import DAYS, Topic, Urgency
from linli.voice.choices.report import PUBLISHED, Channel, Elsewhere, ReportState, Satisfaction
from linli.voice.models.matters import Matter

REPORT_FACETS = {
    "channel": ("channel", "choice"),
    "topic": ("topic", "choice"),
    "state": ("state", "choice"),
    "urgency": ("urgency", "choice"),
    "year": ("said_on", "day"),
}
# Which post of a body answers; a body of another kind may be asked to help and leads nothing.
ANSWERS = {
    BodyKind.COMMUNITY: Role.COMMUNITY_WORKER,
    BodyKind.STREET: Role.STREET_OFFICER,
    BodyKind.DEPARTMENT: Role.DISTRICT_OFFICER,
}
EXCERPT = 40


class Report(Case, Worded):
    """What a resident asks for or complains of, followed until somebody answered and the resident was asked back.

    `scope` is empty until it is sent: a draft lies nowhere and is its author's alone.
    """

    TOKENS = tokens_of("scope", REPORT_FACETS)
    SEARCH = ("number__contains", "words__contains")
    MARKED = (
        *CASE_MARKED,
        *("matter", "topic", "urgency", "words", "masked", "area", "community", "place", "lng", "lat", "datum"),
        *(
            "said_on",
            "channel",
            "open_to_all",
            "about",
            "handler",
            "first_handler",
            "asked",
            "dispatched_at",
            "sign_by",
        ),
        *("responded_at", "respond_by", "due_on", "replied_at", "answer", "tries", "reached", "solved", "satisfied"),
        *("reopened_at", "closed_at", "merged_into", "elsewhere", "upheld"),
    )

    state = models.CharField(_("状态"), max_length=20, choices=ReportState, default=ReportState.DRAFT)
    matter = models.ForeignKey(
        Matter, models.PROTECT, null=True, blank=True, related_name="reports", verbose_name=_("什么事")
    )
    topic = models.CharField(_("归在"), max_length=10, choices=Topic, blank=True, editable=False)
    urgency = models.CharField(_("缓急"), max_length=8, choices=Urgency, blank=True)
    words = models.TextField(_("说说情况"), max_length=1000, blank=True)
    masked = models.BooleanField(default=False, editable=False, help_text="numbers of persons were taken out")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("在哪里"))
    community = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    place = models.CharField(_("具体位置"), max_length=80, blank=True)
    lng = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    datum = models.CharField(_("坐标系"), max_length=8, choices=Datum, blank=True)
    said_on = models.DateField(_("提出日期"), null=True, blank=True, editable=False)
    channel = models.CharField(_("怎么来的"), max_length=8, choices=Channel, default=Channel.ONLINE)
    open_to_all = models.BooleanField(_("可以公开"), default=True)
    about = models.ForeignKey(
        Body, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("反映的是哪个单位")
    )
    handler = models.ForeignKey(
        Body, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("承办单位")
    )
    first_handler = models.ForeignKey(
        Body, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("首接单位")
    )
    asked = models.ForeignKey(
        Body, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("请求接办的单位")
    )
    dispatched_at = models.DateTimeField(_("派单"), null=True, blank=True)
    sign_by = models.DateField(_("签收期限"), null=True, blank=True)
    responded_at = models.DateTimeField(_("首次回应"), null=True, blank=True)
    respond_by = models.DateField(_("回应期限"), null=True, blank=True)
    due_on = models.DateField(_("办理期限"), null=True, blank=True)
    replied_at = models.DateTimeField(_("答复"), null=True, blank=True)
    answer = models.TextField(_("答复内容"), max_length=500, blank=True)
    upheld = models.BooleanField(default=False, editable=False, help_text="a dispute was decided: no second one")
    tries = models.PositiveSmallIntegerField(_("没联系上的次数"), default=0)
    reached = models.BooleanField(_("联系上了"), null=True, blank=True)
    solved = models.BooleanField(_("解决了"), null=True, blank=True)
    satisfied = models.PositiveSmallIntegerField(
        _("满意度"), null=True, blank=True, choices=Satisfaction,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )  # fmt: skip
    reopened_at = models.DateTimeField(_("退回重办"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("并入")
    )
    elsewhere = models.CharField(_("去处"), max_length=10, choices=Elsewhere, blank=True)
    search_text = search_column("words", "place")
    search_private = search_column("number")
    search_codes = search_column("number")

    class Meta:
        verbose_name = _("诉求")
        constraints = [
            models.CheckConstraint(
                name="voice_sent_report_has_content",
                condition=Q(state__in=["draft", "withdrawn", "redirected"])
                | Q(area__isnull=False, matter__isnull=False) & ~Q(words="") & ~Q(scope=""),
            ),
            # What belongs to the police, a court or the petition office leaves nothing here.
            models.CheckConstraint(
                name="voice_redirected_report_is_empty",
                condition=~Q(state="redirected")
                | Q(words="", place="", lng__isnull=True, lat__isnull=True, about__isnull=True) & ~Q(elsewhere=""),
            ),
            models.CheckConstraint(
                name="voice_handed_out_report_has_a_handler",
                condition=~Q(
                    state__in=["dispatched", "disputed", "signed", "in_progress", "transfer", "replied", "reopened"]
                )
                | Q(handler__isnull=False, first_handler__isnull=False, due_on__isnull=False),
            ),
            models.CheckConstraint(
                name="voice_nobody_answers_about_itself",
                condition=Q(about__isnull=True) | Q(handler__isnull=True) | ~Q(about=F("handler")),
                violation_error_message=_("被反映的单位不能承办自己的事，请交给别的单位。"),
            ),
            models.CheckConstraint(
                name="voice_merged_report_has_another",
                condition=~Q(state="merged") | Q(merged_into__isnull=False) & ~Q(merged_into=F("pk")),
            ),
            models.CheckConstraint(
                name="voice_report_point_whole",
                condition=Q(lng=None, lat=None, datum="")
                | Q(lng__range=(73, 136), lat__range=(3, 54)) & ~Q(datum=""),
            ),
            models.CheckConstraint(
                name="voice_satisfied_in_five_levels",
                condition=Q(satisfied__isnull=True) | Q(satisfied__range=(1, 5)),
            ),
        ]
        indexes = [
            token_index("voice_report_tokens", "scope", REPORT_FACETS),
            *indexes_of_lists("voice_report"),
            models.Index(fields=["community", "-id"], include=["state"], name="voice_report_board"),
            models.Index(fields=["handler", "-id"], include=["state"], name="voice_report_handled"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="voice_report_merged"),
            models.Index(OpClass("scope", "text_pattern_ops"), "matter", name="voice_report_alike"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Which kind and which community it belongs to follows from what was chosen."""
        self.topic = self.matter.topic if self.matter is not None else ""
        super().save(*args, **kwargs)

    # --- in words -----------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """Kind and place: nothing that a person wrote, since titles go into notices and lists that stay."""
        where = self.community.short_name if self.community else ""
        return f"{where}{self.matter.name if self.matter else '诉求'}"

    @property
    def summary(self) -> str:
        """The beginning of what was said."""
        return " · ".join(part for part in (self.where, self.excerpt) if part)

    @property
    def excerpt(self) -> str:
        """As a list shows it."""
        said = " ".join(self.words.split())
        return f"{said[:EXCERPT]}…" if len(said) > EXCERPT else said

    @property
    def where(self) -> str:
        """The building or grid, and what was added."""
        exact = self.area.short_name if self.area is not None and self.area_id != self.community_id else ""
        return " ".join(part for part in (exact, self.place) if part)

    def snapshot(self) -> dict[str, Any]:
        """What was said, by label. How to reach the author is not among it: whoever answers reads this."""
        community = self.community.full_name if self.community else ""
        return {
            "什么事": self.matter.name if self.matter else "",
            "说说情况": self.words,
            "在哪里": " ".join(part for part in (community, self.where) if part),
            "反映的单位": str(self.about) if self.about else "",
            "公开": "可以公开，不显示是谁说的" if self.open_to_all else "只给办理的单位看",
        }  # fmt: skip

    @property
    def public_url(self) -> str:
        """The page everybody may read."""
        return reverse("voice:public", args=[self.uid])

    @property
    def is_public(self) -> bool:
        """Whether everybody may read it."""
        return self.open_to_all and self.state in PUBLISHED

    # --- who owes what ------------------------------------------------------------------------------------------

    @property
    def dispatcher_role(self) -> str:
        """The street sends it out; what is about the street itself, the district."""
        own = self.about is not None and self.about.kind == BodyKind.STREET
        return Role.DISTRICT_OFFICER if own else Role.STREET_OFFICER

    @property
    def handler_role(self) -> str:
        """The post of the body that answers."""
        return ANSWERS[BodyKind(self.handler.kind)] if self.handler is not None else self.dispatcher_role

    @property
    def asked_role(self) -> str:
        """The post of the body that was asked to take over."""
        return ANSWERS[BodyKind(self.asked.kind)] if self.asked is not None else self.handler_role

    @property
    def caller_role(self) -> str:
        """Who asks the resident back: never who answered, and never who is complained of."""
        answered = self.handler is not None and self.handler.kind == BodyKind.STREET
        return Role.DISTRICT_OFFICER if answered else self.dispatcher_role

    @property
    def days(self) -> int:
        """Working days by how urgent it is, as they stood when it was sent."""
        key = DAYS[self.urgency or Urgency.NORMAL]
        return int(self.parameters[key] if key in self.parameters else values_of([key], self.scope)[key])

    @property
    def is_late(self) -> bool:
        """Whether it was not answered in time, or is not yet though the day has passed."""
        if self.due_on is None:
            return False
        answered = timezone.localdate(self.replied_at) if self.replied_at else clock.today()
        return answered > self.due_on

    @property
    def took(self) -> dt.timedelta | None:
        """From the day it was sent to the answer."""
        return self.replied_at - self.began_at if self.replied_at and self.began_at else None

    # --- as the form asks for it --------------------------------------------------------------------------------

    @property
    def spot(self) -> Area | None:
        """The building or grid within the community, where one was chosen."""
        return self.area if self.area_id != self.community_id else None

    @property
    def contact_name(self) -> str:
        """What the author wants to be called."""
        return self._contact("name")

    @property
    def contact_phone(self) -> str:
        """Where the author is called back."""
        return self._contact("phone")

    @property
    def contact_masked(self) -> str:
        """For the author's own eyes before sending."""
        return " ".join(part for part in (self.contact_name, mask_phone(self.contact_phone)) if part)

    def _contact(self, name: str) -> str:
        try:
            return str(getattr(self.contact, name))
        except ObjectDoesNotExist:
            return ""


def community_of(area: Area | None) -> Area | None:
    """The community an area is or lies in."""
    while area is not None and area.level != Level.COMMUNITY:
        area = area.parent
    return area


class Contact(Marked):
    """How to reach who brought a report. Read by whoever asks back, with a reason that is an event."""

    MARKED = ("uid", "report", "name", "phone", "phone_hash")

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    report = models.OneToOneField(Report, models.CASCADE, related_name="contact")
    name = EncryptedTextField(_("怎么称呼"), blank=True, default="")
    phone = EncryptedTextField(_("联系电话"), blank=True, default="")
    phone_hash = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("诉求人的联系方式")
        indexes = [HashIndex(fields=["phone_hash"], name="voice_contact_phone", condition=~Q(phone_hash=""))]

    def __str__(self) -> str:
        return f"{mask_name(self.name)} {mask_phone(self.phone)}".strip()

    @property
    def scope(self) -> str:
        """Where the report lies."""
        return self.report.scope

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the look-up hash in step."""
        self.phone_hash = keyed_hash("phone", self.phone) if self.phone else ""
        super().save(*args, **kwargs)


class Follow(models.Model):
    """A resident who has the same matter （我也遇到） and is told what becomes of it."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="follows")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    since = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("我也遇到")
        constraints = [models.UniqueConstraint(fields=["report", "user"], name="voice_follow_once")]
        indexes = [models.Index(fields=["user", "-id"], name="voice_follow_of")]

    def __str__(self) -> str:
        return str(self.report)


class HelpAsked(Marked):
    """A body that was asked to help with a report, and what it answered. The handler stays responsible."""

    MARKED = ("report", "body", "wanted", "asked_at", "answer", "answered_at")

    report = models.ForeignKey(Report, models.CASCADE, related_name="helps")
    body = models.ForeignKey(Body, models.PROTECT, related_name="+", verbose_name=_("协助单位"))
    wanted = models.CharField(_("请做什么"), max_length=500)
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    answer = models.CharField(_("协助情况"), max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("协助")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "body"],
                condition=Q(answered_at__isnull=True),
                name="voice_help_asked_once",
                violation_error_message=_("已经请过这个单位，对方还没有答复。"),
            )
        ]

    def __str__(self) -> str:
        return str(self.body)
