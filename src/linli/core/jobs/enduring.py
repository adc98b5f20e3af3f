"""Jobs outlive their database: cut off in the middle, a job runs again instead of counting as failed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError, close_old_connections
from procrastinate import App, BaseRetryStrategy, RetryDecision
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job

ATTEMPTS = 25
LONGEST_PAUSE = 300  # seconds
AFTER_STOPPING = 30  # seconds; the worker's threads have ended or been killed by then
_LOST = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)


def was_cut(error: BaseException | None) -> bool:
    """Whether the database went away, or could not go on just now (a lock, a full table of connections).

    It says nothing about the work itself: who gives something up for good asks this first, and lets it pass. What is
    cut off so often that its job does not run again is found by `queries.left_alone`.
    """
    while error is not None:
        if isinstance(error, _LOST):
            return True
        error = error.__cause__ or error.__context__
    return False


class AfterACut(BaseRetryStrategy):
    """Again after 2, 4, 8 … 300 s where the database was lost, and where the worker itself had to stop.

    Everything else as the job itself says. Nobody here ever tells a job to end before its time.
    """

    def __init__(self, own: BaseRetryStrategy | None) -> None:
        self.own = own

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Procrastinate's hook."""
        if isinstance(exception, (asyncio.CancelledError, JobAborted)):
            return RetryDecision(retry_in={"seconds": AFTER_STOPPING})
        if was_cut(exception) and job.attempts < ATTEMPTS:
            return RetryDecision(retry_in={"seconds": min(2 ** (job.attempts + 1), LONGEST_PAUSE)})
        return self.own.get_retry_decision(exception=exception, job=job) if self.own else None


def endure(app: App) -> None:
    """Give every job of the worker that begins here this strategy before its own."""
    app.perform_import_paths()  # type: ignore[no-untyped-call]
    for task in app.tasks.values():
        if not isinstance(task.retry_strategy, AfterACut):
            task.retry_strategy = AfterACut(task.retry_strategy)


def on_sound_connections(run: Callable[[], Any], context: Any, worker: Any) -> Any:
    """Around each job: a connection that was lost meanwhile is made anew, as at the beginning of a request."""
    close_old_connections()
    try:
        return run()
    finally:
        close_old_connections()
