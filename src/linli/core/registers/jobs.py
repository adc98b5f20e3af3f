"""The tally is folded, so that it stays as short as there are different figures."""

from __future__ import annotations

from procrastinate.contrib.django import app

from linli.core.registers.tally import fold


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="core.fold_tally", name="core.fold_tally")
def fold_tally(timestamp: int) -> None:
    """Every ten minutes; a second one at the same time leaves the work to the first."""
    fold()
