"""Former passwords, as hashes, so that an old one is not taken again (rulebook §11.3: last 5)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.core import clock


class FormerPassword(models.Model):
    """The hash of a password an account has or had. Only as many as the policy needs are kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("用过的密码")
        indexes = [models.Index(fields=["user", "-set_at"], name="core_former_password")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.set_at:%Y-%m-%d}"
