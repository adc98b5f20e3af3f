"""Who looked at whose personal value."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.core.audit.marks import Marked


class Disclosure(Marked):
    """Ties a reveal event to the person concerned, for the page 谁看过我的信息. Never holds the value."""

    MARKED = ("person", "event")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="disclosures")
    event = models.OneToOneField("core.Event", models.PROTECT, related_name="disclosure")

    class Meta:
        verbose_name = _("信息查看记录")
        indexes = [models.Index(fields=["person", "-id"], name="core_disclosure_list")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.event_id}"
