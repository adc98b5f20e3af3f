"""Sending what the outbox holds, with growing pauses."""

from __future__ import annotations

import structlog
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from linli.core.jobs import defer
from linli.core.parameters import value_of
from linli.core.webhooks.actions import SEND, forget_old, send_message
from linli.core.webhooks.choices import KEPT_DAYS
from linli.core.webhooks.queries import forgotten_messages

log = structlog.get_logger(__name__)


class TryLaterError(Exception):
    """A receiver did not take a message."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Growing(BaseRetryStrategy):
    """Tries again when the message says so; it also says when to stop."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Procrastinate's hook."""
        if not isinstance(exception, TryLaterError):
            return None
        return RetryDecision(retry_in={"seconds": exception.seconds})


@app.task(name=SEND, retry=Growing())
def send_webhook(message_id: int) -> None:
    """Send one message; running it again sends nothing twice that was taken."""
    seconds = send_message(message_id)
    if seconds is not None:
        raise TryLaterError(seconds)


@app.periodic(cron="*/10 * * * *")
@app.task(name="core.sweep_webhooks", queueing_lock="core.sweep_webhooks")
def sweep_webhooks(timestamp: int) -> None:
    """Ask again for what no job remembers."""
    for message_id in forgotten_messages():
        defer(SEND, message_id=message_id)


@app.periodic(cron="33 18 * * *")
@app.task(name="core.forget_webhook_messages", queueing_lock="core.forget_webhook_messages")
def forget_webhook_messages(timestamp: int) -> None:
    """Once a night (02:33 in Shanghai)."""
    if count := forget_old(value_of(KEPT_DAYS)):
        log.info("webhook_messages_forgotten", count=count)
