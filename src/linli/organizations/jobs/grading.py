"""Grades by the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from linli.organizations.actions.grades import expire_grades


@app.periodic(cron="3 16 * * *")
@app.task(name="organizations.grades", queueing_lock="organizations.grades")
def grades(timestamp: int) -> None:
    """Every night at 00:03 in Shanghai: what was valid until yesterday is no more."""
    expire_grades()
