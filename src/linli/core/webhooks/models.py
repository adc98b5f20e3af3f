"""Where programs are told what happened, and each message to them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked
from linli.core.privacy.fields import EncryptedTextField
from linli.core.webhooks.choices import HookState, MessageState


class Webhook(Marked):
    """An address that is told of events its owner may see. The secrets are encrypted and shown once."""

    MARKED = ("uid", "user", "name", "url", "patterns", "secret", "state", "created_at")

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="webhooks")
    name = models.CharField(_("用途"), max_length=60)
    url = models.CharField(_("接收地址"), max_length=500)
    patterns = ArrayField(models.CharField(max_length=80), verbose_name=_("事件"))
    secret = EncryptedTextField(editable=False)
    # After a rotation both sign until the receiver has had time to change over.
    former_secret = EncryptedTextField(blank=True, default="", editable=False)
    former_until = models.DateTimeField(null=True, blank=True, editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=HookState, default=HookState.ACTIVE)
    created_at = models.DateTimeField(_("建立"), default=clock.now, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    last_sent_at = models.DateTimeField(_("最近送达"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("回调")
        indexes = [
            models.Index(fields=["user", "-id"], name="core_webhook_user"),
            models.Index(fields=["id"], condition=Q(state="active"), name="core_webhook_active"),
        ]

    def __str__(self) -> str:
        return self.name


class Message(models.Model):
    """One event for one webhook: the outbox. `body` is written at the first try and stays, so repeats are equal."""

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="messages")
    event = models.ForeignKey("core.Event", models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("事件"), max_length=80)
    body = models.TextField(blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=MessageState, default=MessageState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=clock.now, editable=False)
    next_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("回调消息")
        constraints = [models.UniqueConstraint(fields=["webhook", "event"], name="core_message_once")]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="queued"), name="core_message_queued"),
            models.Index(fields=["webhook", "-id"], name="core_message_list"),
            models.Index(fields=["made_at"], name="core_message_age"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.get_state_display()}"
