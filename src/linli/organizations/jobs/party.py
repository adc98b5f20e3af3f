"""The regular meetings of Party units by the clock."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from linli.organizations.actions.sessions import keep_all_sessions

log = structlog.get_logger(__name__)


@app.periodic(cron="23 19 * * *")
@app.task(name="organizations.keep_sessions", queueing_lock="organizations.keep_sessions")
def keep_sessions(timestamp: int) -> None:
    """Once a night (03:23 in Shanghai): open the meetings Party units owe in the periods that have begun."""
    log.info("party_sessions", opened=keep_all_sessions())
