"""Every page of the demo district as its persona sees it: the 95th percentile on the server against 60 ms.

The whole request is measured, middleware, queries and template included, in one process without a network. Pages are
warmed once. The note names the slowest page's queries.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench.result import Result
from django.db import connection
from django.test import Client

from linli.core.access.models import User
from linli.core.workflow.models import Task
from linli.demo.load import ensure
from linli.organizations.models import Filing, Organization

BUDGET = 0.060
ROUNDS = 40
MOST_QUERIES = 30
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def pages() -> Iterator[tuple[str, str]]:
    """Who looks at what."""
    organization = Organization.objects.filter(legal_status="filed", number__startswith="BA-440511004").first()
    review = Filing.objects.filter(
        state="review", scope__startswith=Filing.objects.filter(name="凤亭下书画社").earliest("pk").scope
    ).first()
    assert organization is not None
    assert review is not None
    for path in ("/", "/orgs/", "/orgs/?q=书画", "/orgs/points.json", organization.public_url, "/publicity/"):
        yield "", path
    for path in (
        "/desk/",
        "/desk/done/",
        "/register/",
        "/register/?q=老人",
        organization.get_absolute_url(),
        "/cases/filing/",
        "/cases/filing/picture/",
        review.get_absolute_url(),
        "/notices/",
        "/settings/calendar/",
    ):
        yield "linxiaoyan", path
    yield "zhengguanghui", "/desk/"
    yield "zhengguanghui", "/cases/filing/picture/"
    yield "chenxiumei", "/mine/"
    draft = Filing.objects.filter(owner__username="chenxiumei", state__in=["draft", "mend_community"]).first()
    assert draft is not None
    for page in ("basics", "place", "documents", "check"):
        yield "chenxiumei", f"/cases/filing/{draft.uid}/edit/{page}/"


def run() -> list[Result]:
    """Measure each page; AssertionError for one that fails or asks more than 30 queries."""
    ensure(lambda said: None)
    gc.collect()
    gc.freeze()  # as the web process does once it has loaded (cli/web.py)
    assert Task.objects.exists()
    return [measure(who, path) for who, path in pages()]


def measure(who: str, path: str) -> Result:
    """One page."""
    client = Client(headers={"host": "localhost"})
    if who:
        client.force_login(User.objects.get(username=who), backend=BACKEND)
    client.get(path)
    seen: list[str] = []

    def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    assert len(seen) <= MOST_QUERIES, (path, len(seen))
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        client.get(path)
        times.append(time.perf_counter() - began)
    p95 = statistics.quantiles(times, n=20)[-1]
    words = "".join(part if len(part) < 20 else "…" for part in path.split("?")[0].replace("/", "\0/\0").split("\0"))
    note = f"median {1000 * statistics.median(times):.0f} ms, {len(seen)} queries"
    return Result(f"page {words} {who or 'visitor'}, p95", "budget of 60 ms", p95, BUDGET, 1.0, note)
