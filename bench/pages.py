"""Every page of the demo district as its people see it: the 95th percentile on the server against 60 ms.

The crawler of the tests walks everybody through the district; of each kind of page (a route and the keys of its
query) the one is measured that took longest, for whoever it was. The whole request counts, middleware, queries and
template included, in one process without a network.
"""

from __future__ import annotations

import logging
import statistics
import time

from bench.result import Result
from django.test import Client
from tests.demo.loaded.test_crawler import MOST_QUERIES, VISITOR, Walk, kind_of

from linli.cli.web import load_everything
from linli.core.access.models import User
from linli.demo.load import ensure
from linli.demo.personas import PERSONAS

BUDGET = 0.060
ROUNDS = 20
SHOWN = 12  # of the slowest; the others are told together
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def run() -> list[Result]:
    """The slowest pages, and one result for all. AssertionError for a link that fails or asks too often."""
    logging.getLogger("linli.requests").setLevel("ERROR")
    ensure(lambda said: None)
    walks = [walk(name) for name in (VISITOR, *(persona.username for persona in PERSONAS))]
    slowest: dict[object, tuple[float, Walk, str]] = {}
    for each in walks:
        assert not each.broken, each.broken
        for address in each.pages:
            assert each.queries[address] <= MOST_QUERIES, (each.username, address, each.queries[address])
            found = (each.took[address], each, address)
            kind = kind_of(address)
            slowest[kind] = max(slowest.get(kind, found), found, key=lambda one: one[0])
    load_everything()
    results = [measure(each, address) for _took, each, address in slowest.values()]
    results.sort(key=lambda one: -one.seconds)
    late = [one for one in results if not one.passed]
    seconds = [one.seconds for one in results]
    median = 1000 * statistics.median(seconds)
    note = f"{len(results)} kinds of pages, {len(late)} over the budget; median of all {median:.0f} ms"
    whole = Result("pages, the slowest kind, p95", "budget of 60 ms", max(seconds), BUDGET, 1.0, note)
    return [whole, *results[: max(SHOWN, len(late))]]


def walk(username: str) -> Walk:
    """One person's walk."""
    client = Client(headers={"host": "localhost"})
    if username:
        client.force_login(User.objects.get(username=username), backend=BACKEND)
    return Walk(username, client).run()


def measure(seen: Walk, address: str) -> Result:
    """One page, for the person who waited longest for it."""
    seen.client.get(address)
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        seen.client.get(address)
        times.append(time.perf_counter() - began)
    route, keys = kind_of(address)
    name = f"{route}{'?' if keys else ''}{'&'.join(sorted(keys))}"
    note = f"median {1000 * statistics.median(times):.0f} ms, {seen.queries[address]} queries"
    p95 = statistics.quantiles(times, n=20)[-1]
    return Result(f"page {name} {seen.username or 'visitor'}, p95", "budget of 60 ms", p95, BUDGET, 1.0, note)
