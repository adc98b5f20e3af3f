"""Cases that run through a process, and the inbox rows they open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.indexes import OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked
from linli.core.words import Worded

if TYPE_CHECKING:
    from linli.core.workflow.declare import Process


def indexes_of_lists(name: str) -> list[models.Index]:
    """What the lists of a kind of case are read from: of an area, in a state, of an owner, the newest first."""
    return [
        models.Index(OpClass("scope", "text_pattern_ops"), "state", name=f"{name}_scope"),
        models.Index(fields=["state", "-id"], include=["scope"], name=f"{name}_state"),
        models.Index(fields=["owner", "-id"], name=f"{name}_owned"),
        models.Index(fields=["entered_by", "-id"], name=f"{name}_entered"),
        models.Index(fields=["-id"], include=["scope", "state"], name=f"{name}_newest"),
    ]


def indexes_of_figures(name: str) -> list[models.Index]:
    """Where figures count a kind of case by the hundred thousand: those that began and ended, by day."""
    return [
        models.Index(
            models.F("began_at").desc(nulls_last=True),
            models.F("id").desc(),
            name=f"{name}_began",
            include=["scope", "state"],
        ),
        models.Index(
            fields=["ended_at", "id"],
            name=f"{name}_ended",
            include=["scope", "state"],
            condition=Q(ended_at__isnull=False),
        ),
    ]


class Case(Marked, Worded):
    """Something that runs through a Process and ends. `scope` is the path of the area it lies in."""

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    number = models.CharField(_("编号"), max_length=40, blank=True, db_index=True, editable=False)
    scope = models.CharField(max_length=200, blank=True, db_collation="C", editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("申请人")
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("代办人")
    )
    parameters = models.JSONField(default=dict, editable=False, help_text="values the case began under")
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    began_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    if TYPE_CHECKING:
        state: models.CharField[str, str]

    # Look-ups a list's search box asks, joined by "or".
    SEARCH: ClassVar[tuple[str, ...]] = ("number__contains",)

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        """The case page."""
        return reverse("core:case", args=[self.process.slug, self.uid])

    @property
    def process(self) -> Process:
        """The loop this case runs through."""
        from linli.core.workflow.declare import process_of

        return process_of(self)

    @property
    def title(self) -> str:
        """What the case is about, as an inbox row says it. Carries no personal data."""
        raise LookupError(f"{type(self).__name__} names no title")

    @property
    def summary(self) -> str:
        """Where it lies and what was last said; one line."""
        return ""

    @property
    def state_label(self) -> str:
        """The state in words."""
        return self.process.label_of(self.state)

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes a step."""
        return self.state not in self.process.ends

    def snapshot(self) -> dict[str, Any]:
        """The content a person wrote, by field label, with personal values masked: what versions compare."""
        return {}


CASE_MARKED = (
    *("uid", "number", "state", "scope", "owner", "entered_by", "parameters", "revision"),
    *("created_at", "began_at", "ended_at"),
)


class CaseVersion(Marked):
    """What a case said each time it was sent, so that a mended one can be held against the last."""

    MARKED = ("case_type", "case_id", "number", "content", "sent_at", "sent_by")

    case_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    case_id = models.BigIntegerField()
    case = GenericForeignKey("case_type", "case_id")
    number = models.PositiveSmallIntegerField(_("稿次"))
    content = models.JSONField(encoder=DjangoJSONEncoder)
    sent_at = models.DateTimeField(default=clock.now)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("历次提交稿")
        constraints = [
            models.UniqueConstraint(fields=["case_type", "case_id", "number"], name="core_version_number_once")
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"第 {self.number} 稿"


_OPEN = Q(closed_at__isnull=True)
_ACT = Q(closed_at__isnull=True, kind="act")
_DONE = Q(closed_at__isnull=False, kind="act")


class Task(models.Model):
    """A row of the inbox: somebody owes (or watches over) the next step of a case.

    `scope`, `title` and `summary` repeat the case, so that a day's list is one query however many kinds it holds.
    """

    class Kind(models.TextChoices):
        """Whether the holder takes the step or only sees to it that it is taken."""

        ACT = "act", _("办理")
        WATCH = "watch", _("督办")

    class Level(models.IntegerChoices):
        """How far the time has run."""

        FINE = 0, _("正常")
        HALF = 1, _("时限过半")
        NEAR = 2, _("临近到期")
        LATE = 3, _("超期")

    kind = models.CharField(max_length=5, choices=Kind, default=Kind.ACT)
    process = models.CharField(max_length=40)
    case_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    case_id = models.BigIntegerField()
    case = GenericForeignKey("case_type", "case_id")
    state = models.CharField(max_length=30)
    role = models.CharField(max_length=30, help_text="role code, owner or system")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    scope = models.CharField(max_length=200, blank=True, db_collation="C")
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=200)
    opened_at = models.DateTimeField(default=clock.now)
    days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="working days given")
    due_on = models.DateField(null=True, blank=True)
    half_on = models.DateField(null=True, blank=True, help_text="50 % of the time has run")
    near_on = models.DateField(null=True, blank=True, help_text="80 % of the time has run")
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.FINE)
    extended_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("待办")
        constraints = [
            models.UniqueConstraint(
                fields=["case_type", "case_id", "kind"],
                condition=Q(closed_at__isnull=True),
                name="core_task_one_open_of_a_kind",
            ),
            models.CheckConstraint(
                name="core_task_held_by_somebody", condition=Q(role="owner", owner__isnull=False) | ~Q(role="owner")
            ),
        ]
        indexes = [
            # The inbox: what a role owes below an area, by area for few and by deadline for many (see inbox.py).
            models.Index(
                "role",
                OpClass("scope", "text_pattern_ops"),
                "due_on",
                "id",
                condition=_OPEN,
                name="core_task_held",
            ),
            models.Index(
                fields=["role", "due_on", "id"],
                include=["scope", "process"],
                condition=_OPEN,
                name="core_task_due",
            ),
            models.Index(fields=["owner", "due_on", "id"], condition=_OPEN, name="core_task_owned"),
            # The clock: rows that a mark is still before; each leaves its index when the mark has passed.
            models.Index(fields=["half_on"], condition=_ACT & Q(level__lt=1), name="core_task_half"),
            models.Index(fields=["near_on"], condition=_ACT & Q(level__lt=2), name="core_task_near"),
            models.Index(fields=["due_on"], condition=_ACT & Q(level__lt=3), name="core_task_late"),
            # Figures of a process, and what was done.
            models.Index(
                fields=["process", "state", "due_on"],
                include=["scope", "role", "case_id"],
                condition=_ACT,
                name="core_task_standing",
            ),
            models.Index(
                fields=["process", "state", "-closed_at"],
                include=["opened_at"],
                condition=_DONE,
                name="core_task_stay",
            ),
            models.Index(
                fields=["closed_at"], include=["scope", "role", "due_on"], condition=_DONE, name="core_task_done"
            ),
            models.Index(
                fields=["opened_at", "id"], include=["scope"], condition=Q(kind="act"), name="core_task_opened"
            ),
            models.Index(fields=["case_type", "case_id"], name="core_task_case"),
        ]

    def __str__(self) -> str:
        return f"{self.title}({self.state})"


class Serial(models.Model):
    """The last number given of a kind, place and year."""

    key = models.CharField(max_length=60, unique=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("流水号")

    def __str__(self) -> str:
        return f"{self.key}: {self.last}"
