"""Which session belongs to whom."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SessionOwner(models.Model):
    """A session somebody is signed in by, or that keeps a form of theirs: Django's own table knows sessions by their
    key alone. The row goes with its session, by the database (a session is deleted without being read)."""

    pk = models.CompositePrimaryKey("session_id", "account_id")
    session = models.ForeignKey(
        "sessions.Session", models.DO_NOTHING, related_name="owners", db_constraint=False, db_index=False
    )
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("登录状态的账号")

    def __str__(self) -> str:
        return f"{self.account_id}"
