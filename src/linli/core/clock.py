"""The one clock. Everything that asks for the time asks here, so that a demo or a test can move it."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone


def now() -> dt.datetime:
    """The present moment, aware, in UTC; shifted by LINLI_CLOCK_SHIFT_DAYS in a demo."""
    moment = timezone.now()
    if settings.DEMO and settings.LINLI_CLOCK_SHIFT_DAYS:
        moment += dt.timedelta(days=settings.LINLI_CLOCK_SHIFT_DAYS)
    return moment


def today() -> dt.date:
    """The date in Asia/Shanghai."""
    return timezone.localdate(now())
