"""Who looked at whose data, what people agreed to and ask for, what they take along, and what was cleaned up."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked
from linli.core.privacy.choices import (
    Ground,
    MarkKind,
    NumberKind,
    RefusalGround,
    RequestKind,
    RequestState,
    TakeoutState,
    Trigger,
)
from linli.core.privacy.cipher import keyed_hash
from linli.core.privacy.fields import EncryptedTextField
from linli.core.privacy.masks import mask_id_number, mask_name, mask_phone
from linli.core.workflow.models import CASE_MARKED, Case


class Disclosure(Marked):
    """Ties an event in which personal data was seen to a person concerned. Never holds the value.

    An event of many records (an export) has many; one record has one.
    """

    MARKED = ("person", "event")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="disclosures")
    event = models.ForeignKey("core.Event", models.PROTECT, related_name="disclosures")

    class Meta:
        verbose_name = _("信息查看记录")
        constraints = [models.UniqueConstraint(fields=["event", "person"], name="core_disclosure_once")]
        indexes = [models.Index(fields=["person", "-id"], name="core_disclosure_list")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.event_id}"


class VerifiedNumber(Marked):
    """A number that an officer saw on the card, or reached the person at: only such a number ties records to an
    account. Held as a keyed hash alone."""

    MARKED = ("person", "kind", "value_hash", "verified_by", "verified_at")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="verified_numbers")
    kind = models.CharField(_("号码"), max_length=10, choices=NumberKind)
    value_hash = models.CharField(max_length=64, db_index=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    verified_at = models.DateTimeField(_("核实时间"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("核实过的号码")
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "value_hash"], name="core_verified_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.verified_at:%Y-%m-%d}"


class NoticeVersion(Marked):
    """The privacy notice as it read from a day on: what the declared entries and the districts' own ones said."""

    MARKED = ("number", "content", "digest", "published_at")

    number = models.PositiveIntegerField(_("版本"), unique=True)
    content = models.JSONField(encoder=DjangoJSONEncoder)
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(_("发布时间"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("隐私说明版本")

    def __str__(self) -> str:
        return f"第 {self.number} 版"


class Consent(Marked):
    """Who agreed to which entry of the register, to which wording, and until when."""

    MARKED = ("person", "processing", "version", "wording", "as_guardian", "given_at", "withdrawn_at")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="consents")
    processing = models.CharField(_("同意的事项"), max_length=60)
    version = models.PositiveIntegerField(_("隐私说明版本"), help_text="0: given before versions were kept")
    wording = models.CharField(_("同意书版本"), max_length=40, blank=True)
    as_guardian = models.BooleanField(_("由监护人同意"), default=False)
    given_at = models.DateTimeField(_("同意时间"), default=clock.now, editable=False)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("同意记录")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "processing"], condition=Q(withdrawn_at__isnull=True), name="core_consent_once"
            ),
            models.CheckConstraint(
                name="core_consent_given_before_withdrawn",
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=models.F("given_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.processing} {self.version}"


class LocalProcessing(Marked):
    """What a district adds to the register of processing: an entry of its own, or words to a declared one."""

    MARKED = (
        *("scope", "extends", "label", "purpose", "ground", "basis", "fields", "sensitive", "sources", "recipients"),
        *("kept", "security", "assessment", "set_by", "set_at", "ended_at"),
    )

    scope = models.CharField(max_length=200, db_collation="C")
    extends = models.CharField(_("补充哪一项"), max_length=60, blank=True)
    label = models.CharField(_("处理活动"), max_length=60)
    purpose = models.TextField(_("目的和方式"), max_length=500)
    ground = models.CharField(_("法律依据"), max_length=12, choices=Ground)
    basis = models.CharField(_("依据的条款"), max_length=200)
    fields = models.TextField(_("个人信息的种类"), max_length=300)
    sensitive = models.BooleanField(_("含敏感个人信息"), default=False)
    sources = models.CharField(_("来源"), max_length=200)
    recipients = models.CharField(_("提供给谁"), max_length=200, blank=True)
    kept = models.CharField(_("保存期限"), max_length=200)
    security = models.CharField(_("安全措施"), max_length=200)
    triggers = ArrayField(
        models.CharField(max_length=10, choices=Trigger),
        verbose_name=_("有没有下列情形"),
        null=True,
        blank=True,
    )
    assessment = models.CharField(_("影响评估"), max_length=200, blank=True, editable=False)  # until 0013; words
    line = models.BigIntegerField(null=True, blank=True, editable=False, help_text="the first row of a changed entry")
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=clock.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("本区的处理活动")
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "label"], condition=Q(ended_at__isnull=True), name="core_local_processing_once"
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def key(self) -> str:
        """The entry's name, the same through all its changes."""
        return f"local-{self.line or self.pk}"

    @property
    def reasons(self) -> list[Trigger]:
        """Why an impact assessment is due, in the order of the law; empty where none is."""
        due = {*(self.triggers or ())} | ({Trigger.SENSITIVE} if self.sensitive else set())
        return [trigger for trigger in Trigger if trigger in due]


class RecordMark(Marked):
    """A mark on one record: kept by law although its time has run, or restricted at its person's wish."""

    MARKED = ("kind", "subject_type", "subject_id", "reason", "set_by", "set_at", "lifted_by", "lifted_at")

    kind = models.CharField(_("标记"), max_length=10, choices=MarkKind)
    subject_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    reason = models.CharField(_("理由"), max_length=300)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=clock.now, editable=False)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("记录上的标记")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_type", "subject_id"],
                condition=Q(lifted_at__isnull=True),
                name="core_record_mark_once",
            ),
            models.CheckConstraint(
                name="core_record_mark_lifted_by_somebody",
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.set_at:%Y-%m-%d}"


class Takeout(models.Model):
    """A file with everything held about one person; the file is an attachment, sealed, until it expires."""

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="takeouts")
    state = models.CharField(_("状态"), max_length=6, choices=TakeoutState, default=TakeoutState.ASKED)
    size = models.PositiveBigIntegerField(default=0, help_text="bytes as downloaded")
    counts = models.JSONField(default=dict, help_text="rows by kind")
    asked_at = models.DateTimeField(_("申请时间"), default=clock.now, editable=False)
    ready_at = models.DateTimeField(_("做好时间"), null=True, blank=True)
    expires_at = models.DateTimeField(_("到期时间"), null=True, blank=True)
    downloads = models.PositiveSmallIntegerField(_("下载次数"), default=0)

    class Meta:
        verbose_name = _("个人信息文件")
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=["asked", "ready"]), name="core_takeout_one_at_a_time"
            ),
            models.CheckConstraint(
                name="core_takeout_ready_expires",
                condition=~Q(state="ready") | Q(ready_at__isnull=False, expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.asked_at:%Y-%m-%d}"


class RetentionRun(Marked):
    """One run of one rule of keeping: how many rows it dealt with. Which ones stands in the events of its batches."""

    MARKED = ("rule", "cutoff", "started_at", "ended_at", "done", "held", "failed")

    rule = models.CharField(_("规则"), max_length=60)
    cutoff = models.DateTimeField(_("截至"))
    started_at = models.DateTimeField(_("开始"), default=clock.now, editable=False)
    ended_at = models.DateTimeField(_("结束"), null=True, blank=True)
    done = models.PositiveIntegerField(_("清理"), default=0)
    held = models.PositiveIntegerField(_("依法保留"), default=0)
    failed = models.PositiveIntegerField(_("没有办成"), default=0)

    class Meta:
        verbose_name = _("到期清理记录")
        indexes = [models.Index(fields=["rule", "-id"], name="core_retention_run_rule")]

    def __str__(self) -> str:
        return f"{self.rule} {self.started_at:%Y-%m-%d}"


class DataRequest(Case):
    """What a person asks about the own data: correct, delete, restrict, withdraw a consent, explain, link.

    `record` names a row as "<slug of the holding>/<primary key>"; without one it is about everything. `value` and
    `words` are the person's, so they are encrypted. A worker who enters for somebody without an account fills in who
    that is, as seen on the identity card.
    """

    MARKED = (
        *CASE_MARKED,
        "kind",
        "record",
        "field",
        "value",
        "words",
        "processing",
        "event",
        "as_guardian",
        "claimant_name",
        "claimant_id_number",
        "claimant_phone",
        "ground",
    )

    kind = models.CharField(_("想办什么"), max_length=10, choices=RequestKind)
    state = models.CharField(_("状态"), max_length=10, choices=RequestState, default=RequestState.DRAFT)
    record = models.CharField(_("哪一条记录"), max_length=80, blank=True)
    field = models.CharField(_("哪一项"), max_length=40, blank=True)
    value = EncryptedTextField(_("应改为"), blank=True, default="")
    words = EncryptedTextField(_("说明"), blank=True, default="")
    processing = models.CharField(_("撤回哪项同意"), max_length=60, blank=True)
    event = models.ForeignKey("core.Event", models.PROTECT, null=True, blank=True, related_name="+")
    place = models.CharField(_("由哪个区办理"), max_length=200, blank=True)
    as_guardian = models.BooleanField(_("我是监护人，替未满 14 周岁的孩子提出"), default=False)
    claimant_name = models.CharField(_("本人姓名"), max_length=50, blank=True)
    claimant_id_number = EncryptedTextField(_("本人身份证号"), blank=True, default="")
    claimant_id_hash = models.CharField(max_length=64, blank=True, editable=False)
    claimant_phone = EncryptedTextField(_("本人手机号"), blank=True, default="")
    claimant_phone_hash = models.CharField(max_length=64, blank=True, editable=False)
    ground = models.CharField(_("不予办理的法律依据"), max_length=10, choices=RefusalGround, blank=True)
    outcome = models.JSONField(default=list, editable=False, help_text="what was done, row by row, without values")

    SEARCH = ("number__contains",)

    class Meta:
        verbose_name = _("个人信息请求")
        constraints = [
            models.CheckConstraint(
                name="core_data_request_refused_on_a_ground",
                condition=~Q(state__in=["refused", "partly"]) | ~Q(ground=""),
            ),
            models.CheckConstraint(
                name="core_data_request_sent_has_place", condition=Q(state__in=["draft", "withdrawn"]) | ~Q(scope="")
            ),
        ]
        indexes = [
            models.Index(OpClass("scope", "text_pattern_ops"), "state", name="core_data_request_scope"),
            models.Index(fields=["owner", "-created_at"], name="core_data_request_owner"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the look-up hashes in step with the encrypted fields."""
        self.claimant_id_hash = keyed_hash(self.claimant_id_number, "id_number")
        self.claimant_phone_hash = keyed_hash(self.claimant_phone, "phone")
        super().save(*args, **kwargs)

    @property
    def holding_slug(self) -> str:
        """The kind of rows the request names; "" for everything."""
        return self.record.partition("/")[0]

    @property
    def title(self) -> str:
        """As the inbox row says it: what is asked and about which kind of record, nothing personal."""
        from linli.core.privacy.declare import HOLDINGS

        holding = HOLDINGS.get(self.holding_slug)
        about = f"：{holding.label}" if holding else "：全部信息" if self.kind == RequestKind.DELETE else ""
        return f"{self.get_kind_display()}{about}"

    @property
    def summary(self) -> str:
        """Where it lies."""
        from linli.core.privacy.places import place_of

        place = place_of(self.scope) if self.scope else None
        return place.label if place else ""

    @property
    def field_label(self) -> str:
        """The field in words."""
        from linli.core.privacy.declare import HOLDINGS

        holding = HOLDINGS.get(self.holding_slug)
        item = holding.item(self.field) if holding else None
        return item.label if item else ""

    @property
    def value_masked(self) -> str:
        """The asked value as others may read it."""
        from linli.core.privacy.declare import HOLDINGS
        from linli.core.privacy.values import PersonalValue

        holding = HOLDINGS.get(self.holding_slug)
        item = holding.item(self.field) if holding else None
        return str(PersonalValue(item.kind, self.value)) if item and item.kind else self.value

    @property
    def claimant_masked(self) -> str:
        """Who asks, where there is no account: 陈*梅 4405**********0017."""
        parts = (mask_name(self.claimant_name), mask_id_number(self.claimant_id_number))
        return " ".join(part for part in (*parts, mask_phone(self.claimant_phone)) if part)

    def snapshot(self) -> dict[str, Any]:
        """What the person wrote, by label, personal values masked; the words stay in their encrypted column."""
        said = {"想办什么": self.get_kind_display()}
        if self.kind == RequestKind.CORRECT:
            said |= {"哪一项": self.field_label, "应改为": self.value_masked}
        if self.owner_id is None or self.kind == RequestKind.LINK:
            said["本人"] = self.claimant_masked
        return said | {"说明": f"{len(self.words)} 个字" if self.words else ""}
