"""The trace at full size: audited actions a second with sealing on, a check of the whole chain, and the searches.

First the table grows to LINLI_BENCH_EVENTS (default 10,000,000) by event_rows.py, unless it was kept from the time
before (`LINLI_BENCH_HOME=/somewhere`): three to six minutes. All else is measured beside those ten million.

Twenty writers in four processes each take actions in transactions of their own: one `record()`, as a request does,
with what is committed on the disk, for LINLI_BENCH_SECONDS (default 10). Beside them the sealer runs every second,
sixty times as often as at work. Writers, sealer and server share the machine's cores; the writers' own Python is part
of what an action costs. The baseline is twenty writers with the barest statement there is: INSERT of the same row by
psycopg, and COMMIT.

The check reads every event, digests it, holds it against its seal, on two connections; the baseline reads the same
rows and takes `md5(row::text)` of each on two connections.

A search is what the audit officer's page asks: rows and what stands beside them, by Django, without the template.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from bench.event_rows import grow
from bench.result import Result
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import RequestFactory

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import queries, record
from linli.core.audit.chain import seal_events
from linli.core.audit.findings import Report
from linli.core.audit.labels import GROUPS
from linli.core.audit.models import Event, Seal
from linli.core.audit.search import Search
from linli.core.audit.verify import verify_chain

EVENTS = int(os.environ.get("LINLI_BENCH_EVENTS", 10_000_000))
SECONDS = float(os.environ.get("LINLI_BENCH_SECONDS", 10))
WRITERS, PROCESSES = 20, 4
ROUNDS = 20  # pages of each search, one after the other
SEARCH_BUDGET = 0.060
PAUSE = 1.0  # seconds between two runs of the sealer; at work it is a minute
WANTED = 2_000  # actions a second
BUDGET = 60.0  # seconds for ten million
AT_MOST_TIMES_BARE = 3.0
AT_MOST_TIMES_MD5 = 3.0


def run() -> list[Result]:
    """Write, check, search. AssertionError where an event is not sealed or a check finds something."""
    _people()
    grow(EVENTS)
    bare = _writers(_bare)
    # The rows the baseline wrote are none of the program's; they go, so that the check below is about ours.
    _clear_bare()
    before = Seal.objects.count()
    ours = _writers(_ours, beside=_sealer)
    sealed = Seal.objects.count() - before
    seal_events(wait=True)
    return [
        Result(
            "audited actions, 20 writers, sealing on",
            f"the same time at {WANTED} a second",
            1000 / ours,
            1000 / WANTED,
            1.0,
            f"{ours:,.0f} a second beside {EVENTS:,} events; seconds are those of 1,000 actions; {sealed} links made",
        ),
        Result(
            "audited actions, 20 writers, sealing on",
            "bare INSERT and COMMIT from 20 writers",
            1000 / ours,
            1000 / bare,
            AT_MOST_TIMES_BARE,
            f"{ours:,.0f} against {bare:,.0f} a second",
        ),
        *_check(),
        *_searches(),
    ]


def _clear_bare() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_event DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM core_event WHERE stamp IS NULL AND name = 'bench.step'")
        cursor.execute("ALTER TABLE core_event ENABLE TRIGGER USER")


# --- writing ------------------------------------------------------------------------------------------------------


def _writers(write: Callable[[int, float, list[int]], None], beside: Callable[[Any], None] | None = None) -> float:
    """Actions a second."""
    context = multiprocessing.get_context("fork")
    connection.close()
    stop, counts = context.Event(), context.Queue()
    sealer = context.Process(target=beside, args=(stop,)) if beside else None
    if sealer:
        sealer.start()
    processes = [context.Process(target=_process, args=(write, part, counts)) for part in range(PROCESSES)]
    for process in processes:
        process.start()
    done = sum(counts.get() for _ in processes)
    for process in processes:
        process.join()
    if sealer:
        stop.set()
        sealer.join()
        assert sealer.exitcode == 0
    return float(done / SECONDS)


def _process(write: Callable[[int, float, list[int]], None], part: int, counts: Any) -> None:
    done: list[int] = []
    end = time.perf_counter() + SECONDS
    share = WRITERS // PROCESSES
    threads = [threading.Thread(target=write, args=(part * share + n, end, done)) for n in range(share)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts.put(sum(done))


def _people() -> None:
    for n in range(WRITERS):
        User.objects.get_or_create(username=f"writer-{n}", defaults={"password": "!"})


def _ours(number: int, end: float, done: list[int]) -> None:
    actor, count = User.objects.get(username=f"writer-{number}"), 0
    while time.perf_counter() < end:
        with transaction.atomic():
            record(actor, "bench.step", actor, scope="1/2/3/", number=count, reason="场地可错时使用。")
        count += 1
    done.append(count)
    connection.close()


def _bare(number: int, end: float, done: list[int]) -> None:
    import psycopg

    kind = ContentType.objects.get_for_model(User).pk
    actor, count = User.objects.get(username=f"writer-{number}").pk, 0
    connection.close()
    with psycopg.connect(os.environ["DATABASE_URL"]) as plain:
        while time.perf_counter() < end:
            plain.execute(
                """INSERT INTO core_event (at, actor_id, post, name, subject_type_id, subject_id, scope, detail,
                       request_id) VALUES (now(), %s, '', 'bench.step', %s, %s, '1/2/3/', %s, '')""",
                [actor, kind, actor, '{"number": 1, "reason": "场地可错时使用。"}'],
            )
            plain.commit()
            count += 1
    done.append(count)


def _sealer(stop: Any) -> None:
    while not stop.is_set():
        seal_events()
        stop.wait(PAUSE)
    connection.close()


# --- checking -----------------------------------------------------------------------------------------------------


def _check() -> list[Result]:
    plain = min(_plain(), _plain())
    began = time.perf_counter()
    report = verify_chain(lanes=2, report=Report())
    took = time.perf_counter() - began
    count = report.counts["events"]
    assert report.clean, report.findings[:3]
    assert (count, report.counts["unsealed"]) == (Event.objects.count(), 0), report.counts
    budget = BUDGET * count / 10_000_000
    note = f"{count:,} events in {report.counts['seals']:,} links, {count / took:,.0f} a second"
    return [
        Result("verification of the chain", f"{BUDGET:.0f} s for ten million events", took, budget, 1.0, note),
        Result(
            "verification of the chain", "md5 of every row, two connections", took, plain, AT_MOST_TIMES_MD5, note
        ),
    ]


def _plain() -> float:
    """Seconds to read every event and take the md5 of its row, on two connections."""
    last = Event.objects.latest("pk").pk
    spans = [(0, last // 2), (last // 2 + 1, last)]

    def half(span: tuple[int, int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")
            cursor.execute("SELECT max(md5(e::text)) FROM core_event e WHERE id BETWEEN %s AND %s", span)
        connection.close()

    threads = [threading.Thread(target=half, args=(span,)) for span in spans]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


# --- searching ----------------------------------------------------------------------------------------------------


def _searches() -> list[Result]:
    """The slowest kind of search, by its 95th percentile over ROUNDS, next pages included."""
    slowest, words = max((_p95(Search(**asked)), said) for said, asked in _asked().items())
    note = f"{len(_asked())} kinds of search among {Event.objects.count():,} events; the slowest: {words}"
    return [Result("a page of the trace, p95", "budget of 60 ms", slowest, SEARCH_BUDGET, 1.0, note)]


def _p95(search: Search) -> float:
    requests, took, after = RequestFactory(), [], ""
    for _round in range(ROUNDS):
        request = requests.get("/audit/", {"after": after} if after else {})
        began = time.perf_counter()
        page = search.page(Event.objects.all(), request)
        queries.lines_of(page.rows)
        took.append(time.perf_counter() - began)
        after = page.after
    return sorted(took)[int(ROUNDS * 0.95) - 1]


def _asked() -> dict[str, dict[str, Any]]:
    """Every field of the form alone, and what is rare among the frequent."""
    busy, rare = _ends("actor_id")
    often, seldom = _ends("name")
    many, few = _ends("scope")
    people = User.objects.in_bulk([busy, rare])
    one, other, today = people[busy].username, people[rare].username, clock.today()
    old = today - dt.timedelta(days=900)
    (asked_for,) = Event.objects.filter(pk=EVENTS // 2).values_list("request_id", flat=True)
    alone: dict[str, dict[str, Any]] = {
        "everything": {},
        "a busy officer": {"person": one},
        "an idle officer": {"person": other},
        "nobody": {"person": "nobody"},
        "whom it concerns": {"about": one},
        "a frequent action": {"name": often},
        "a rare action": {"name": seldom},
        "failed": {"outcome": "failed"},
        "done": {"outcome": "done"},
        "a district": {"scope": many.rsplit("/", 3)[0] + "/"},
        "a street": {"scope": many.rsplit("/", 2)[0] + "/"},
        "a community": {"scope": few},
        "one day": {"since": old, "until": old},
        "until then": {"until": old},
        "a request": {"request": asked_for},
        "no such record": {"record": "SQ-0"},
        **{f"group {group}": {"group": group} for group in GROUPS},
    }
    both: dict[str, dict[str, Any]] = {
        "a rare action of a busy officer": {"person": one, "name": seldom},
        "a rare action in a quiet place": {"name": seldom, "scope": few},
        "an officer in a place": {"person": one, "scope": few},
        "failed, an officer, long ago": {"outcome": "failed", "person": other, "until": old},
        "a group in a street": {"group": "reveal", "scope": many.rsplit("/", 2)[0] + "/"},
        "failed in a place on a day": {"outcome": "failed", "scope": few, "since": old, "until": old},
    }
    return alone | both


def _ends(column: str) -> tuple[Any, Any]:
    """The most frequent value, and one of the rarest, of a sample."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {column} FROM core_event TABLESAMPLE SYSTEM (0.3) REPEATABLE (1) WHERE name <> 'bench.step'
                GROUP BY 1 ORDER BY count(*) DESC, 1"""
        )
        found = [value for (value,) in cursor.fetchall()]
    return found[0], found[-1]
