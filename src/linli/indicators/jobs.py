"""The roll-ups are folded, and every night held against the records."""

from __future__ import annotations

from procrastinate.contrib.django import app

from linli.core.access.models import User
from linli.indicators.actions.keeping import check_all, fold


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="indicators.fold", name="indicators.fold")
def fold_rollups(timestamp: int) -> None:
    """Every five minutes; a second one at the same time leaves the work to the first."""
    fold()


@app.periodic(cron="40 18 * * *")
@app.task(queueing_lock="indicators.check", name="indicators.check")
def check_figures(timestamp: int) -> None:
    """Every night at 02:40 in Shanghai."""
    check_all(actor=User.system())
