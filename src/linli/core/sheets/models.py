"""Imports, their rows while they wait, and what they did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked
from linli.core.sheets.choices import BUSY, Choice, Outcome, RowState, State
from linli.core.words import Worded

if TYPE_CHECKING:
    from linli.core.sheets.declare import Sheet

# A row's number tells sheet and line: the third sheet's line 12 is 20_000_012.
TAB = 10_000_000


class Import(Marked, Worded):
    """One workbook on its way into a register. `scope` is the path its rows must lie under."""

    # What it came to; how far it has got meanwhile changes with every portion.
    MARKED = (
        *("uid", "slug", "scope", "state", "name", "run", "counts", "begun_by", "begun_at", "decided_by"),
        *("applied_at", "undone_at", "forgotten_at"),
    )

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    slug = models.CharField(_("登记册"), max_length=40)
    scope = models.CharField(max_length=200, db_collation="C")
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.READING)
    name = models.CharField(_("文件名"), max_length=120)
    extension = models.CharField(max_length=5)
    layout = models.JSONField(default=dict, help_text="sheets, headings, what was left unread")
    trouble = models.TextField(_("读不了的原因"), blank=True)
    attempt = models.PositiveIntegerField(default=0, help_text="a reader that was overtaken stops")
    run = models.PositiveSmallIntegerField(default=0, help_text="how often it has been applied")
    cursor = models.BigIntegerField(default=0, help_text="the last row that is done")
    share = models.PositiveSmallIntegerField(default=0, help_text="how far the work is, in percent")
    counts = models.JSONField(default=dict, help_text="rows by state, then by outcome")
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    begun_at = models.DateTimeField(_("上传时间"), default=clock.now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("经办人")
    )
    applied_at = models.DateTimeField(_("导入时间"), null=True, blank=True)
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    changed_at = models.DateTimeField(default=clock.now)
    forgotten_at = models.DateTimeField(null=True, blank=True, help_text="file and former values are gone")

    class Meta:
        verbose_name = _("导入")
        indexes = [
            models.Index("slug", OpClass("scope", "text_pattern_ops"), name="core_import_scope"),
            models.Index(fields=["state", "changed_at"], name="core_import_state"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("core:import", args=[self.slug, self.uid])

    @property
    def sheet(self) -> Sheet:
        """The declaration it is read by."""
        from linli.core.sheets.declare import REGISTRY

        return REGISTRY[self.slug]

    @property
    def is_busy(self) -> bool:
        """Whether a job is at work on it."""
        return self.state in BUSY

    def place_of(self, number: int) -> str:
        """Where a row stands in the file, in words."""
        tabs = self.layout.get("tabs", [])
        line = f"第 {number % TAB:,} 行"
        return f"“{tabs[number // TAB]['name']}”{line}" if len(tabs) > 1 and number // TAB < len(tabs) else line


class StagedRow(models.Model):
    """A row that has been read and waits. `values` are the record's columns as the database takes them."""

    pk = models.CompositePrimaryKey("batch_id", "number")
    batch = models.ForeignKey(Import, models.CASCADE, related_name="staged", db_index=False)
    number = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=RowState)
    label = models.CharField(max_length=120, blank=True)
    values = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    problems = models.JSONField(null=True, help_text="[column, heading, what stood there, sentence]")
    record_id = models.BigIntegerField(help_text="the key a new record will have")
    match_id = models.BigIntegerField(null=True)
    match_key = models.CharField(max_length=30, blank=True)
    match_mark = models.CharField(max_length=32, blank=True)
    twin = models.BigIntegerField(null=True, help_text="the earlier row of this file it repeats")
    may_new = models.BooleanField(default=True)
    decision = models.CharField(max_length=6, choices=Choice, blank=True)
    fields = models.JSONField(null=True)

    class Meta:
        verbose_name = _("待导入的行")
        indexes = [
            models.Index(
                fields=["batch", "state", "number"], condition=~Q(state=RowState.GOOD), name="core_staged_state"
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number}"

    @property
    def where(self) -> str:
        """Where it stands in the file."""
        return self.batch.place_of(self.number)

    @property
    def said(self) -> list[dict[str, Any]]:
        """Its problems by name."""
        names = ("column", "heading", "found", "sentence")
        return [dict(zip(names, problem, strict=True)) for problem in self.problems or []]


class ImportedRow(models.Model):
    """What became of a row: the record it made or changed, and what the record said before."""

    pk = models.CompositePrimaryKey("batch_id", "run", "number")
    batch = models.ForeignKey(Import, models.CASCADE, related_name="imported", db_index=False)
    run = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    label = models.CharField(max_length=120, blank=True)
    record_id = models.BigIntegerField(null=True)
    decision = models.CharField(max_length=6, blank=True)
    fields = models.JSONField(null=True)
    before = models.JSONField(null=True)
    mark = models.CharField(max_length=32, blank=True, help_text="of the record as this row left it")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("导入结果")
        indexes = [
            models.Index(
                fields=["batch", "run", "outcome", "number"],
                condition=~Q(outcome=Outcome.CREATED),
                name="core_imported_outcome",
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.run}/{self.number}"

    @property
    def where(self) -> str:
        """Where it stood in the file."""
        return self.batch.place_of(self.number)
