"""Annual reports by the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from linli.organizations.actions.annual import call_reports


@app.periodic(cron="21 18 * * *")
@app.task(name="organizations.annual_reports", queueing_lock="organizations.annual_reports")
def annual_reports(timestamp: int) -> None:
    """Every night at 02:21 in Shanghai: last year's report is called for wherever it is owed."""
    call_reports()
