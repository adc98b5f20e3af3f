"""One event for each action, written in the action's own transaction, never changed afterwards."""

from __future__ import annotations

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.audit.choices import Outcome


class Event(models.Model):
    """Who did what to which record, for whom, and when. A database trigger refuses to change or delete a row."""

    # Foreign keys without a constraint of the database. Checking one locks the row it points to, and everybody points
    # to the same few: twenty writers spent a third of their time on it. Accounts are never deleted (PROTECT, marks).
    at = models.DateTimeField(_("时间"), default=clock.now, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("办理人"),
        db_constraint=False,
        db_index=False,
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("代谁办理"),
        db_constraint=False,
        db_index=False,
    )
    post = models.CharField(_("岗位"), max_length=80, blank=True)
    name = models.CharField(_("动作"), max_length=80)
    subject_type = models.ForeignKey(
        ContentType, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    subject_id = models.BigIntegerField(null=True)
    subject = GenericForeignKey("subject_type", "subject_id")
    scope = models.CharField(max_length=200, blank=True, db_collation="C")
    detail = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    request_id = models.CharField(max_length=40, blank=True)
    stamp = models.BinaryField(null=True, editable=False, help_text="what only the program can put (texts.py)")

    class Meta:
        verbose_name = _("办理记录")
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="core_event_subject"),
            models.Index(fields=["actor", "-at"], name="core_event_actor"),
            models.Index(fields=["name", "-at"], name="core_event_name"),
            models.Index(fields=["-at", "-id"], name="core_event_latest"),
            models.Index(OpClass("scope", "text_pattern_ops"), F("at").desc(), name="core_event_scope"),
            models.Index(fields=["request_id"], condition=~Q(request_id=""), name="core_event_request"),
            models.Index(
                fields=["on_behalf_of", "-at"], condition=Q(on_behalf_of__isnull=False), name="core_event_behalf"
            ),
        ]
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.name} @ {self.at:%Y-%m-%d %H:%M}"


class Seal(models.Model):
    """A link of the chain: a range of event ids whose events can no longer change unnoticed (core/audit/chain.py).

    The ranges follow each other without a gap. Events get their id when they are written and appear when their
    transaction commits, so an id may be absent at sealing: the transaction still runs or was rolled back. An event
    that appears afterwards is sealed by a later link as `late`.
    """

    number = models.BigIntegerField(primary_key=True)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    count = models.IntegerField(help_text="events sealed, the late ones included")
    absent = ArrayField(models.BigIntegerField(), default=list, help_text="pairs: from, to")
    late = ArrayField(models.BigIntegerField(), default=list)
    digests = models.BinaryField(help_text="32 bytes an event: the range by id, then the late ones by id")
    root = models.BinaryField(help_text="sha256 of the digests")
    previous = models.BinaryField(help_text="hash of the link before")
    hash = models.BinaryField()
    mac = models.BinaryField(help_text="the hash signed with the installation's key")
    at = models.DateTimeField(_("封存时间"))

    class Meta:
        verbose_name = _("封存")
        constraints = [
            models.CheckConstraint(name="core_seal_range_whole", condition=Q(last_id__gte=F("first_id") - 1)),
            models.UniqueConstraint(fields=["previous"], name="core_seal_no_fork"),
        ]
        indexes = [
            models.Index(fields=["last_id"], name="core_seal_range"),
            models.Index(fields=["at"], name="core_seal_at"),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 号封存"


class Gap(models.Model):
    """Ids that were absent when their range was sealed and may still appear: the sealer's memory."""

    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    at = models.DateTimeField(help_text="when the range was sealed")

    class Meta:
        verbose_name = _("待补封的编号")
        indexes = [models.Index(fields=["at"], name="core_gap_at")]

    def __str__(self) -> str:
        return f"{self.first_id}–{self.last_id}"


class Mark(models.Model):
    """The keyed digest of a register or case row (core/audit/marks.py)."""

    pk = models.CompositePrimaryKey("kind_id", "row_id")
    kind = models.ForeignKey(ContentType, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    row_id = models.BigIntegerField()
    mac = models.BinaryField()
    prints = ArrayField(models.IntegerField(), default=list, help_text="a hash a column, as MARKED")
    removed = models.BooleanField(default=False, help_text="the program itself removed the row")

    class Meta:
        verbose_name = _("核对标记")

    def __str__(self) -> str:
        return f"{self.kind_id}/{self.row_id}"


class Verification(models.Model):
    """One check of the chain and of the marked rows, kept so that the audit officer sees when it was last sound."""

    started_at = models.DateTimeField(_("开始"), default=clock.now)
    finished_at = models.DateTimeField(_("完成"), null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    outcome = models.CharField(_("结果"), max_length=8, choices=Outcome, default=Outcome.RUNNING)
    since = models.BigIntegerField(default=1, help_text="number of the first seal that was checked")
    through = models.BigIntegerField(default=0, help_text="number of the last seal that was checked")
    done = models.BigIntegerField(default=0, help_text="events and rows checked so far")
    total = models.BigIntegerField(default=0, help_text="events and rows to check, about")
    counts = models.JSONField(default=dict)
    findings = models.JSONField(default=list)

    class Meta:
        verbose_name = _("核验")
        indexes = [models.Index(fields=["-started_at"], name="core_verification_latest")]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} @ {self.started_at:%Y-%m-%d %H:%M}"
