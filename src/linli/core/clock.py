"""The one clock. Everything that asks for the time asks here, so that a demo or a test can move it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.utils import timezone

_stopped: ContextVar[dt.datetime | None] = ContextVar("linli.clock", default=None)


def now() -> dt.datetime:
    """The present moment, aware, in UTC; shifted by LINLI_CLOCK_SHIFT_DAYS in a demo."""
    stopped = _stopped.get()
    if stopped is not None:
        return stopped
    moment = timezone.now()
    if settings.DEMO and settings.LINLI_CLOCK_SHIFT_DAYS:
        moment += dt.timedelta(days=settings.LINLI_CLOCK_SHIFT_DAYS)
    return moment


def today() -> dt.date:
    """The date in Asia/Shanghai."""
    return timezone.localdate(now())


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Let the clock stand at an aware moment for what is called inside; only where there is a demo (RuntimeError)."""
    if not settings.DEMO:
        raise RuntimeError("the clock is stopped in a demo or a test only")
    token = _stopped.set(moment.astimezone(dt.UTC))
    try:
        yield
    finally:
        _stopped.reset(token)
