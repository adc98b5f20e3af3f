"""One event for each action, written in the action's own transaction, never changed afterwards."""

from __future__ import annotations

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.core import clock


class Event(models.Model):
    """Who did what to which record, for whom, and when. A database trigger refuses to change or delete a row."""

    at = models.DateTimeField(_("时间"), default=clock.now, editable=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("办理人"))
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("代谁办理")
    )
    post = models.CharField(_("岗位"), max_length=80, blank=True)
    name = models.CharField(_("动作"), max_length=80)
    subject_type = models.ForeignKey(ContentType, models.PROTECT, null=True, related_name="+")
    subject_id = models.BigIntegerField(null=True)
    subject = GenericForeignKey("subject_type", "subject_id")
    scope = models.CharField(max_length=200, blank=True, db_collation="C")
    detail = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    request_id = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("办理记录")
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="core_event_subject"),
            models.Index(fields=["actor", "-at"], name="core_event_actor"),
            models.Index(fields=["name", "-at"], name="core_event_name"),
        ]
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.name} @ {self.at:%Y-%m-%d %H:%M}"
