"""Mediation by the clock."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from linli.mediation.actions.keeping import remind_confirmations

log = structlog.get_logger(__name__)


@app.periodic(cron="17 0 * * *")
@app.task(name="mediation.remind_confirmations", queueing_lock="mediation.remind_confirmations")
def remind(timestamp: int) -> None:
    """Every morning at 08:17 in Shanghai: who may still apply for judicial confirmation is reminded."""
    log.info("mediation_reminders", told=remind_confirmations())
