"""The tally of the registers, saved filters and share links."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked


class Tally(models.Model):
    """How many records lie in an area with these values of the facets: the sum of `n` over the rows that say so.

    Written by triggers of the register's table (`schema.KeepTally`), folded by a job; nobody else writes here.
    """

    register = models.CharField(max_length=40)
    scope = models.CharField(max_length=200, blank=True, db_collation="C", help_text="an area's path; empty: all")
    facets = ArrayField(models.TextField())
    n = models.BigIntegerField()

    class Meta:
        verbose_name = _("名册计数")
        indexes = [models.Index(fields=["register", "scope"], name="core_tally_scope")]

    def __str__(self) -> str:
        return f"{self.register} {self.scope} {self.facets} {self.n:+d}"


class SavedFilter(models.Model):
    """A filter of a register that a person keeps under a name."""

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("谁的"))
    register = models.CharField(max_length=40)
    name = models.CharField(_("名字"), max_length=40)
    params = models.JSONField(default=dict)
    is_default = models.BooleanField(_("打开名册时先用"), default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("保存的筛选")
        constraints = [
            models.UniqueConstraint(fields=["owner", "register", "name"], name="core_saved_filter_name_once"),
            models.UniqueConstraint(
                fields=["owner", "register"], condition=Q(is_default=True), name="core_saved_filter_one_default"
            ),
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> str:
        """Events of a filter belong to no place."""
        return ""


class ShareLink(Marked):
    """A filter under an address nobody can guess. It opens with the rights of whoever opens it."""

    MARKED = ("uid", "owner", "register", "params", "view", "note", "created_at", "expires_on", "revoked_at")

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("谁发的"))
    register = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    view = models.CharField(_("打开时看到"), max_length=10, blank=True)
    note = models.CharField(_("说明"), max_length=40, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_on = models.DateField(_("有效至"), null=True, blank=True, help_text=_("不填就一直有效，直到收回"))
    revoked_at = models.DateTimeField(_("收回于"), null=True, blank=True)

    class Meta:
        verbose_name = _("分享链接")
        indexes = [models.Index(fields=["owner", "-created_at"], name="core_share_link_owner")]

    def __str__(self) -> str:
        return self.note or self.register

    @property
    def scope(self) -> str:
        """Events of a link belong to no place."""
        return ""

    @property
    def is_open(self) -> bool:
        """Whether it still opens today."""
        return self.revoked_at is None and (self.expires_on is None or clock.today() <= self.expires_on)
