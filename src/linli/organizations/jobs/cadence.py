"""What organizations do by the clock."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from linli.organizations.actions.cadence import keep_all_occasions

log = structlog.get_logger(__name__)


@app.periodic(cron="8 19 * * *")
@app.task(name="organizations.keep_occasions", queueing_lock="organizations.keep_occasions")
def keep_occasions(timestamp: int) -> None:
    """Once a night (03:08 in Shanghai): open what the federations owe in the periods that have begun."""
    log.info("occasions", opened=keep_all_occasions())
