"""The clock of all duties."""

from __future__ import annotations

from procrastinate.contrib.django import app

from linli.core.workflow.duties import run_clock


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="core.run_clock", name="core.run_clock")
def tick(timestamp: int) -> None:
    """Every five minutes; a second run at the same time finds nothing left to do."""
    run_clock()
