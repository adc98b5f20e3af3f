"""What the posts are told by the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from linli.actors.actions.watch import check_and_tell


@app.periodic(cron="30 18 * * 6")
@app.task(name="actors.weekly_audit", queueing_lock="actors.weekly_audit")
def weekly_audit(timestamp: int) -> None:
    """Every Sunday at 02:30 in Shanghai: check everything, and tell the audit administrators how it stands."""
    check_and_tell()
