"""Answers kept for repeats and counters of calls go when nobody needs them."""

from __future__ import annotations

import time

import structlog
from procrastinate.contrib.django import app

from linli.core.api.choices import KEPT_MOST
from linli.core.api.limits import WINDOW
from linli.core.api.models import RateWindow
from linli.core.api.repeats import forget_old

log = structlog.get_logger(__name__)


@app.periodic(cron="23 * * * *")
@app.task(name="core.forget_answers", queueing_lock="core.forget_answers")
def forget_answers(timestamp: int) -> None:
    """Once an hour."""
    count = forget_old(KEPT_MOST)
    windows, _ = RateWindow.objects.filter(started__lt=int(time.time()) // WINDOW - 1).delete()
    log.info("answers_forgotten", count=count, windows=windows)
