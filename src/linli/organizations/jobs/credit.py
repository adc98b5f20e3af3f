"""The lists of credit by the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from linli.organizations.actions.credit import suggest_after_two_years


@app.periodic(cron="11 18 * * *")
@app.task(name="organizations.credit_suggestions", queueing_lock="organizations.credit_suggestions")
def credit_suggestions(timestamp: int) -> None:
    """Every night at 02:11 in Shanghai: two years on the abnormal list are laid before an officer."""
    suggest_after_two_years()
