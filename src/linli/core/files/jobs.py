"""Files that a killed process left behind go at night."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from linli.core.files.actions import abandon_uploads
from linli.core.files.actions import sweep_orphans as sweep

log = structlog.get_logger(__name__)


@app.periodic(cron="43 18 * * *")
@app.task(name="core.sweep_orphans", queueing_lock="core.sweep_orphans")
def sweep_orphans(timestamp: int) -> None:
    """Once a night (02:43 in Shanghai)."""
    if count := sweep():
        log.info("orphans_deleted", count=count)
    if count := abandon_uploads():
        log.info("uploads_abandoned", count=count)
