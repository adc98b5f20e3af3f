"""Exports that are made in the background."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.exports.choices import BUSY, Format, State
from linli.core.words import Worded


class Export(Worded):
    """One file on its way to the person who asked for it. `reach` are the paths that person read at that moment."""

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("导出人"))
    slug = models.CharField(_("名册"), max_length=40)
    label = models.CharField(_("名称"), max_length=60)
    params = models.JSONField(default=dict, help_text="the filter; emptied when the file goes")
    columns = models.JSONField(default=list)
    format = models.CharField(_("格式"), max_length=10, choices=Format)
    reason = models.CharField(_("用途"), max_length=200, blank=True)
    reach = models.JSONField(default=list)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    expected = models.PositiveIntegerField(_("约有行数"), null=True, blank=True)
    written = models.PositiveIntegerField(_("已写行数"), default=0)
    size = models.PositiveBigIntegerField(_("大小"), default=0)
    stored_as = models.CharField(max_length=100, blank=True)
    asked_at = models.DateTimeField(_("提出时间"), default=clock.now, editable=False)
    finished_at = models.DateTimeField(_("生成时间"), null=True, blank=True)
    kept_to = models.DateField(_("保留至"), null=True, blank=True)

    class Meta:
        verbose_name = _("导出")
        constraints = [
            models.CheckConstraint(
                name="core_export_done_has_file",
                condition=~Q(state="done") | ~Q(stored_as="") & Q(kept_to__isnull=False),
            )
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="core_export_owner"),
            models.Index(fields=["kept_to"], condition=Q(state="done"), name="core_export_kept"),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        """Where its progress is shown."""
        return reverse("core:exports")

    @property
    def scope(self) -> str:
        """An export belongs to a person, not to a place."""
        return ""

    @property
    def is_busy(self) -> bool:
        """Whether it is still being made."""
        return self.state in BUSY

    @property
    def share(self) -> int:
        """How far it is, in percent; never 100 before it is done."""
        if self.state == State.DONE:
            return 100
        return min(99, 100 * self.written // self.expected) if self.expected else 0

    @property
    def file_name(self) -> str:
        """As the file is saved: what, and of which day."""
        return file_name(self.label, self.format)


def file_name(label: str, format_: str) -> str:
    """社会组织名册-2026-11-22.xlsx."""
    return f"{label}-{clock.today():%Y-%m-%d}.{'xlsx' if format_ == Format.XLSX else 'csv'}"
