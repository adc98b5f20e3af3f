"""Large exports, and the end of their files."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from linli.core.exports import actions
from linli.core.exports.queries import JOB

log = structlog.get_logger(__name__)


@app.task(name=JOB)
def make_export(export_id: int) -> None:
    """Write one file."""
    actions.make_export(export_id)


@app.periodic(cron="*/5 * * * *")
@app.task(name="core.end_left_exports", queueing_lock="core.end_left_exports")
def end_left_exports(timestamp: int) -> None:
    """Every five minutes: whose job gave up for good hears of it, and may ask for another."""
    actions.end_left_exports()


@app.periodic(cron="23 18 * * *")
@app.task(name="core.forget_exports", queueing_lock="core.forget_exports")
def forget_exports(timestamp: int) -> None:
    """Once a night (02:23 in Shanghai)."""
    if count := actions.forget_exports():
        log.info("exports_forgotten", count=count)
    if count := actions.sweep_strays():
        log.info("stray_exports_deleted", count=count)
