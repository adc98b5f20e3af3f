"""Every night: how alive each organization is, and notice to those that have long held no activity."""

from __future__ import annotations

from procrastinate.contrib.django import app

from linli.organizations.actions.dormant import notice_dormant
from linli.organizations.actions.rating import rate_all


@app.periodic(cron="7 18 * * *")
@app.task(name="organizations.find_dormant", queueing_lock="organizations.find_dormant")
def find_dormant(timestamp: int) -> None:
    """At two in the morning; a second run changes nothing."""
    rate_all()
    notice_dormant()
