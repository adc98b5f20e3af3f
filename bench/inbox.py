"""The inbox of a person with 10,000 open duties among 1,000,000: a page of the desk's list and its three counts.

The budget is 50 ms at the 95th percentile, on the server, queries and rows included; the desk's whole pages, template
and menu included, are held to the 60 ms of every page. Beside the list stands what the same inbox was before: one
query with an OR over all posts, cut by an offset, and exact counts. BENCH_SCALE=0.01 makes the district a hundredth
of the size, to try the measurement out.
"""

from __future__ import annotations

import logging
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.result import Result
from django.db import connection
from django.db.models import Count, Q
from django.test import Client

from linli.cli.web import load_everything
from linli.core import clock
from linli.core.access.models import User
from linli.core.workflow import inbox
from linli.core.workflow.duties import run_clock
from linli.core.workflow.models import Task
from linli.core.workflow.queries import tasks_of
from linli.demo.scale import Size, grow

BUDGET, WHOLE = 0.050, 0.060
ROUNDS = 40
PERSON = "linxiaoyan"
SHARE = float(os.environ.get("BENCH_SCALE", "1"))
SIZE = Size(round(1_000_000 * SHARE), round(1_000_000 * SHARE), round(10_000 * SHARE))


def run() -> list[Result]:
    """Measure; AssertionError where a page costs more queries at this size than with ten rows."""
    grow(SIZE, lambda said: print(f"    {said}"))
    logging.getLogger("linli.requests").setLevel("ERROR")
    load_everything()
    middle = inbox.page(_person()).after
    pages = {
        "": "first",
        f"?after={middle}": "second",
        "?process=filing": "of one process",
        "?only=late": "late",
        f"?process=filing&only=today&after={middle}": "of one process, today, second",
    }
    return [
        desk("first page"),
        desk("page in the middle", pages=SIZE.owed // inbox.SIZE // 2),
        *(whole(query, name) for query, name in pages.items()),
        idle_clock(),
    ]


def whole(query: str, name: str) -> Result:
    """A page of the desk as the browser gets it."""
    client = Client(headers={"host": "localhost"})
    client.force_login(_person(), backend="allauth.account.auth_backends.AuthenticationBackend")
    address = f"/desk/{query}"
    assert client.get(address).status_code == 200
    times = _times(lambda: client.get(address))
    p95 = statistics.quantiles(times, n=20)[-1]
    note = f"median {1000 * statistics.median(times):.0f} ms, {_queries(lambda: client.get(address))} queries"
    return Result(f"desk, {name} page as a whole, p95", "budget of 60 ms", p95, WHOLE, 1.0, note)


def desk(name: str, pages: int = 0) -> Result:
    """A page of the list with the figures above it, each time for a person who has just come."""
    after = ""
    for _page in range(pages):
        after = inbox.page(_person(), after=after).after

    def ours() -> None:
        user = _person()
        assert inbox.page(user, after=after).rows
        for only in ("", inbox.LATE, inbox.TODAY):
            inbox.waiting(user, only=only)

    def plain() -> None:
        user, today = _person(), clock.today()
        list(tasks_of(user)[pages * inbox.SIZE : (pages + 1) * inbox.SIZE + 1])
        tasks_of(user).aggregate(
            all=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)), due=Count("pk", filter=Q(due_on=today))
        )

    times, before = _times(ours), _times(plain)
    queries = _queries(ours)
    assert queries <= 10, queries
    note = (
        f"median {1000 * statistics.median(times):.1f} ms, {queries} queries, {inbox.waiting(_person())} of "
        f"{Task.objects.filter(closed_at__isnull=True).count():,}; with OR, offset and exact counts: median "
        f"{1000 * statistics.median(before):.1f} ms"
    )
    p95 = statistics.quantiles(times, n=20)[-1]
    return Result(f"inbox, {name}, p95", "budget of 50 ms", p95, BUDGET, 1.0, note)


def idle_clock() -> Result:
    """What the clock of all duties costs every five minutes while nothing has fallen due."""
    while any(run_clock().values()):  # what fell due since the rows were made
        pass
    times = _times(run_clock, rounds=10)
    note = f"{Task.objects.filter(closed_at__isnull=True).count():,} open duties, none of them due a mark"
    return Result("clock of duties, a run with nothing to do", "budget of 50 ms", max(times), BUDGET, 1.0, note)


def _person() -> User:
    return User.objects.get(username=PERSON)


def _times(work: Callable[[], Any], rounds: int = ROUNDS) -> list[float]:
    work()
    found = []
    for _round in range(rounds):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return found


def _queries(work: Callable[[], Any]) -> int:
    seen: list[str] = []

    def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        work()
    return len(seen)
