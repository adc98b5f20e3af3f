"""Every night: the ruler of the day, and every standing by it."""

from __future__ import annotations

from procrastinate.contrib.django import app

from linli.organizations.actions.ranking import rank_all


@app.periodic(cron="2 16 * * *")
@app.task(name="organizations.rank", queueing_lock="organizations.rank")
def rank(timestamp: int) -> None:
    """Just after midnight in Shanghai; a second run changes nothing."""
    rank_all()
