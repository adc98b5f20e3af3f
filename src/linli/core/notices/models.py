"""Notices, their deliveries, and how a person wants them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.notices.choices import GROUPS, Channel, State, group_of
from linli.core.privacy.fields import EncryptedTextField


class Notice(models.Model):
    """Something a person should know. The row itself is the in-app channel.

    `title` leaves the house by e-mail and group robots, so it holds no personal data; `body` never leaves.
    """

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=80)
    title = models.CharField(_("标题"), max_length=200)
    body = models.TextField(_("内容"), blank=True)
    url = models.CharField(max_length=300, blank=True, help_text="a path of this site")
    event = models.ForeignKey("core.Event", models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("消息")
        indexes = [
            models.Index(fields=["recipient", "-id"], name="core_notice_list"),
            models.Index(fields=["recipient"], condition=Q(read_at__isnull=True), name="core_notice_unread"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def group_label(self) -> str:
        """What the list says the notice is about."""
        return GROUPS[group_of(self.kind)].label


class Delivery(models.Model):
    """One notice on one channel. The unique pair and the row lock keep a channel from being used twice."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    # Names the message to the outside, so that a mail server can recognise a repeat.
    token = models.UUIDField(default=uuid.uuid4, editable=False)
    changed_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("消息发送")
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="core_delivery_once")]
        indexes = [
            models.Index(fields=["changed_at"], condition=Q(state=State.QUEUED), name="core_delivery_queued"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.get_state_display()}"


class Preference(models.Model):
    """Whether a person wants a group of notices on a channel; without a row: yes."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_preferences")
    group = models.CharField(max_length=20, choices=[(group.key, group.label) for group in GROUPS.values()])
    channel = models.CharField(max_length=10, choices=Channel)
    enabled = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("消息设置")
        constraints = [
            models.UniqueConstraint(fields=["user", "group", "channel"], name="core_preference_once"),
            models.CheckConstraint(name="core_preference_outward", condition=~Q(channel=Channel.IN_APP)),
        ]

    def __str__(self) -> str:
        return f"{self.group}/{self.channel}: {self.enabled}"


class Robot(models.Model):
    """A group robot （企业微信， 钉钉， 飞书…） that a person wants notices from; the address is a secret."""

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="robots")
    label = models.CharField(_("名称"), max_length=40)
    address = EncryptedTextField(_("地址"))
    added_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("机器人")

    def __str__(self) -> str:
        return self.label
