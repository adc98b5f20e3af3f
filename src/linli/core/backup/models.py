"""What is remembered of backups, so that somebody is told when there has been none for too long."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.backup.choices import Outcome


class Backup(models.Model):
    """One try. The file itself says what is in it; after a restore the rows end before the one restored."""

    at = models.DateTimeField(_("时间"), default=clock.now, editable=False)
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome)
    name = models.CharField(_("文件"), max_length=100, blank=True)
    size = models.PositiveBigIntegerField(_("大小"), default=0, help_text="bytes")
    rows = models.PositiveBigIntegerField(default=0)
    files = models.PositiveBigIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0, help_text="attachments whose file was gone")
    last_event = models.BigIntegerField(default=0, help_text="the last event it holds")
    reason = models.CharField(_("原因"), max_length=300, blank=True, help_text="why it failed; no data")

    class Meta:
        verbose_name = _("备份")
        indexes = [models.Index(fields=["outcome", "-at"], name="core_backup_last")]

    def __str__(self) -> str:
        return f"{self.name or self.get_outcome_display()} @ {self.at:%Y-%m-%d %H:%M}"
