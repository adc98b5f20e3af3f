"""Sending what actions have written."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from linli.core.notices.actions import ATTEMPTS
from linli.core.notices.actions import deliver_notice as deliver
from linli.core.notices.actions import deliver_notices as deliver_many
from linli.core.notices.queries import stale_notices


class TryLaterError(Exception):
    """A channel did not take a message; the queue tries again with growing pauses."""


@app.task(
    name="core.deliver_notice",
    # 4, 16, 64, 256 s. No wait reaches the age at which the sweep below takes a delivery for forgotten.
    retry=RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=4, retry_exceptions={TryLaterError}),
)
def deliver_notice(notice_id: int) -> None:
    """Send the queued deliveries of one notice; running it again sends nothing twice."""
    if deliver(notice_id):
        raise TryLaterError(f"notice {notice_id}")


@app.task(name="core.deliver_notices")
def deliver_notices(first: int, last: int) -> None:
    """Send the queued deliveries of notices that were written together; running it again sends nothing twice."""
    deliver_many(first, last)


@app.periodic(cron="*/10 * * * *")
@app.task(name="core.sweep_notices", queueing_lock="core.sweep_notices")
def sweep_notices(timestamp: int) -> None:
    """Deliver what no job remembers, e.g. after a backup was restored."""
    for notice_id in stale_notices():
        deliver(notice_id)
