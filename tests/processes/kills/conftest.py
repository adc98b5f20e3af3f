"""Kill -9 between each pair of the moments that matter; `bench/kills.py` does the same at random.

The moment is made certain from outside: the test holds a lock that the work must wait for, or watches the database or
the receiver of a webhook. What is killed is a process of its own, forked from the test, so that it starts at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from procrastinate.contrib.django import app

from linli.core.jobs import jobs as queue_jobs
from linli.core.jobs.enduring import endure, on_sound_connections

PATIENCE = 240.0  # on a machine that may have other things to do


def wait_for(condition: Callable[[], Any]) -> Any:
    """Its first answer that is true."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)
    return found


class Forked:
    """A function in a process of its own."""

    def __init__(self, work: Callable[[], Any]) -> None:
        connections.close_all()
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            with contextlib.suppress(BaseException):
                work()
                code = 0
            os._exit(code)

    def kill(self) -> None:
        """As the system does it when memory is short."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def join(self) -> int:
        """Wait for its end."""
        return os.waitpid(self.pid, 0)[1]


@pytest.fixture
def fork() -> Iterator[Callable[[Callable[[], Any]], Forked]]:
    """Start one; those that live at the end are killed."""
    started: list[Forked] = []

    def start(work: Callable[[], Any]) -> Forked:
        started.append(Forked(work))
        return started[-1]

    yield start
    for forked in started:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            forked.kill()
    wait_for(lambda: others("true") == 0)  # else the database could not be dropped


def work_off() -> None:
    """A worker as `linli worker` runs it, until the queue is empty."""
    with app.replace_connector(app.connector.get_worker_connector()) as running:  # type: ignore[attr-defined]
        endure(running)
        running.run_worker(
            wait=False,
            concurrency=1,
            listen_notify=False,
            install_signal_handlers=False,
            delete_jobs="successful",
            task_middleware=[on_sound_connections],
        )


def finish(fork: Callable[[Callable[[], Any]], Forked]) -> None:
    """Let a worker do what there is to do."""
    assert fork(work_off).join() == 0


def rescue() -> None:
    """Half a minute later: what the minute's job does with jobs of a worker that gives no sign of life."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")

    async def run() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as running:  # type: ignore[attr-defined]
            async with running.open_async():
                await queue_jobs.rescue_jobs(SimpleNamespace(app=running), timestamp=0)

    asyncio.run(run())


@contextlib.contextmanager
def held(statement: str, *values: Any) -> Iterator[psycopg.Connection[Any]]:
    """Another session that has run this and does not commit; afterwards it takes it back."""
    params = {**connection.get_connection_params()}
    for name in ("prepare_threshold", "autocommit", "cursor_factory", "context"):
        params.pop(name, None)
    with psycopg.connect(**params) as other:
        other.execute(statement, values or None)
        yield other
        other.rollback()


def somebody_waits() -> bool:
    """Whether a session of this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event_type = 'Lock' AND state = 'active'"""
        )
        return bool(cursor.fetchone()[0])


def nobody_works() -> bool:
    """Whether the sessions of a killed process have ended: its transaction is undone then."""
    return others("state <> 'idle'") == 0


def others(which: str) -> int:
    """How many other sessions there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                AND backend_type = 'client backend' AND {which}"""
        )
        return int(cursor.fetchone()[0])


def doing() -> list[tuple[str, str]]:
    """What is left in the queue."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id")
        return [(name, status) for name, status in cursor.fetchall()]


@pytest.fixture(autouse=True)
def no_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Workers of these tests do what was asked for, not what the clock asks for."""
    app.perform_import_paths()
    monkeypatch.setattr(app.periodic_registry, "periodic_tasks", {})
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")
