"""The ledgers of federations by the clock."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from linli.organizations.actions.custody import close_due_months

log = structlog.get_logger(__name__)


@app.periodic(cron="41 16 * * *")
@app.task(name="organizations.custody_statements", queueing_lock="organizations.custody_statements")
def custody_statements(timestamp: int) -> None:
    """Every night at 00:41 in Shanghai: months whose day of closing has come are closed, with their statements."""
    log.info("custody_statements", made=close_due_months())
