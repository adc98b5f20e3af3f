"""After a summary: whether enough people signed in on site."""

from __future__ import annotations

from procrastinate.contrib.django import app

from linli.organizations.actions.activities import VERIFY_JOB, verify_by_attendance


@app.task(name=VERIFY_JOB)
def verify(activity_id: int) -> None:
    """Finds nothing to do the second time."""
    verify_by_attendance(activity_id)
