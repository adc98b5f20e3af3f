"""Notices as read by the person they are for."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from linli.core import clock
from linli.core.access.models import User
from linli.core.notices.choices import State
from linli.core.notices.models import Delivery, Notice


def notices_visible_to(user: User) -> QuerySet[Notice]:
    """A person's own notices."""
    return Notice.objects.filter(recipient=user)


def stale_notices(minutes: int = 15, limit: int = 500) -> list[int]:
    """Notices with a delivery queued longer than any job waits, e.g. after a backup was restored."""
    since = clock.now() - dt.timedelta(minutes=minutes)
    rows = Delivery.objects.filter(state=State.QUEUED, changed_at__lt=since).order_by("changed_at")
    return list(dict.fromkeys(rows.values_list("notice", flat=True)[:limit]))
