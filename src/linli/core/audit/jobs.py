"""Sealing by the minute, and the checks somebody asked for."""

from __future__ import annotations

from procrastinate.contrib.django import app

from linli.core.audit.actions import VERIFY_JOB, begin_marks, verify
from linli.core.audit.chain import begin_stamps, seal_events
from linli.core.audit.choices import Outcome
from linli.core.audit.heads import keep_head
from linli.core.audit.models import Verification
from linli.core.audit.renewal import renew_marks


@app.periodic(cron="* * * * *")
@app.task(name="core.seal_events", queueing_lock="core.seal_events")
def seal(timestamp: int) -> None:
    """Every minute; a second sealer at the same time leaves at once."""
    begin_stamps()
    begin_marks()
    renew_marks()
    seal_events()
    keep_head()


@app.task(name=VERIFY_JOB)
def verify_audit(verification_id: int) -> None:
    """Check everything; what was finished is not checked twice."""
    found = (
        Verification.objects.filter(pk=verification_id).exclude(outcome__in=[Outcome.CLEAN, Outcome.BROKEN]).first()
    )
    if found is not None:
        seal_events()
        verify(found)
