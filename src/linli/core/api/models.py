"""Tokens, answers kept for repeats, and counters of calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked
from linli.core.privacy.fields import EncryptedTextField

if TYPE_CHECKING:
    import datetime as dt


class ApiToken(Marked, models.Model):
    """Lets a program act as a person, within `scopes`, until a day. The secret is shown once, kept as a keyed hash.

    It is never worth more than the person: rights are asked anew at each call.
    """

    MARKED = ("uid", "user", "secret_hash", "scopes", "scope", "expires_at", "revoked_at")

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("用途"), max_length=60)
    prefix = models.CharField(_("开头"), max_length=16, help_text="what may be shown to recognise it")
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("范围"))
    scope = models.CharField(
        max_length=200, blank=True, db_collation="C", help_text="widest area of the holder's posts"
    )
    created_at = models.DateTimeField(_("建立"), default=clock.now, editable=False)
    expires_at = models.DateTimeField(_("到期"))
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("作废"), null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("接口令牌")
        constraints = [
            models.CheckConstraint(name="core_apitoken_ends", condition=Q(expires_at__gt=F("created_at"))),
            models.CheckConstraint(
                name="core_apitoken_revoked_by_somebody",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["user", "-id"], name="core_apitoken_user")]

    def __str__(self) -> str:
        return f"{self.name}（{self.prefix}…）"

    def is_valid_at(self, moment: dt.datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and moment < self.expires_at


class KeptAnswer(models.Model):
    """The answer to a call that carried an Idempotency-Key, written in the transaction of its effect.

    The body is encrypted, since it may be any record; with `kept` False it is not there at all (revealed values).
    """

    caller = models.CharField(max_length=40, help_text="token or account")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = EncryptedTextField(blank=True, default="")
    kept = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("留存的应答")
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="core_keptanswer_once")]
        indexes = [models.Index(fields=["made_at"], name="core_keptanswer_age")]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"


class RateWindow(models.Model):
    """Calls of one caller within the running minute. The table is UNLOGGED: losing it in a crash costs a minute."""

    key = models.CharField(max_length=80, primary_key=True)
    started = models.BigIntegerField(help_text="minutes since 1970")
    used = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("调用计数")
        indexes = [models.Index(fields=["started"], name="core_ratewindow_age")]

    def __str__(self) -> str:
        return f"{self.key}: {self.used}"
