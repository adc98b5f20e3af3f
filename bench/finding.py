"""Finding among 1,000,000 organizations: the 95th percentile of each page on the server against 60 ms.

`LINLI_BENCH_ROWS` makes it smaller. Each page is measured in the demo as it is (532 organizations, in a database of
its own) and in the large one; the note tells both and the number of queries, which may differ by one
or two (a window that found too few, a sample that was asked).
"""

from __future__ import annotations

import json
import logging
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bench.result import Result
from django.db import connection
from django.test import Client

from linli.cli.web import load_everything
from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.registers.tally import fold
from linli.demo.load import ensure
from linli.demo.scale.growing import Size, grow
from linli.organizations.models import Organization

ROWS = int(os.environ.get("LINLI_BENCH_ROWS", "1000000"))
BUDGET = 0.060
ROUNDS = 30
DEEP = 100
SMALL = "linli_small"
DISTRICT, STREET, COMMUNITY = "wuminjie", "linxiaoyan", "huangzhiqiang"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass
class Measured:
    """One page once."""

    p50: float
    p95: float
    queries: int


def pages() -> Iterator[tuple[str, str, str]]:
    """Name, who looks, and at what."""
    street = grants_of(User.objects.get(username=STREET))[0].scope
    area = street.rstrip("/").rpartition("/")[2]
    far = Organization.objects.exclude(scope__startswith=street).earliest("pk").scope.split("/")[-3]
    number = Organization.objects.filter(number__isnull=False).latest("pk").number
    yield "first page", DISTRICT, "/register/?all=1"
    for sort in ("name", "filed_on"):
        yield f"by {sort}", DISTRICT, f"/register/?sort={sort}"
    for name, asked in {
        "common pair": "社区",
        "other common pair": "服务",
        "pair": "书画",
        "rare pair": "潮绣",
        "four characters": "志愿服务",
        "a whole name": "金苑社区书画社",
        "person": "陈秀",
        "two words": "金苑 书画",
        "code": str(number),
        "part of a code": str(number)[-6:],
    }.items():
        yield name, DISTRICT, f"/register/?q={asked}"
        yield f"{name}, its facets", DISTRICT, f"/register/?q={asked}&part=facets"
        yield f"{name}, visitor", "", f"/orgs/?q={asked}"
    yield "common pair by name", DISTRICT, "/register/?q=社区&sort=name"
    yield "common pair, rare status", DISTRICT, "/register/?q=社区&legal_status=banned"
    yield "kind and year", DISTRICT, "/register/?kind=culture&year=2014"
    yield "year, by name", DISTRICT, "/register/?year=2014&sort=name"
    yield (
        "area, kind, status, year and text",
        DISTRICT,
        (f"/register/?area={far}&kind=culture&legal_status=filed&year=2014&q=社区"),
    )
    yield "street officer", STREET, "/register/?all=1"
    yield "street officer by name", STREET, "/register/?sort=name"
    yield "street officer, common pair", STREET, "/register/?q=社区"
    yield "community worker", COMMUNITY, "/register/?all=1"
    yield "charts", DISTRICT, "/register/?view=charts"
    yield "charts of a common pair", DISTRICT, "/register/?view=charts&q=社区"
    yield "map", DISTRICT, "/registers/organizations/points/desk.json?"
    yield "map of a street", DISTRICT, f"/registers/organizations/points/desk.json?area={area}"
    yield (
        "map, looking close",
        DISTRICT,
        ("/registers/organizations/points/desk.json?bbox=116.700,23.358,116.704,23.361&zoom=17"),
    )
    yield "search everywhere", DISTRICT, "/find/?q=书画"
    yield "one organization", DISTRICT, Organization.objects.earliest("pk").get_absolute_url()
    for sort, asked in (("newest", ""), ("name", ""), ("filed_on", ""), ("newest", "社区"), ("name", "社区")):
        yield f"page {DEEP} by {sort} {asked}".strip(), DISTRICT, deep(sort, asked)


def deep(sort: str, asked: str) -> str:
    """The address of a page far down, by the links of the pages before."""
    client = client_of(DISTRICT)
    address = f"/register/?sort={sort}&q={asked}&all=1"
    for _page in range(DEEP - 1):
        found = re.search(r'rel="next" href="([^"]+)"', client.get(address).text)
        if not found:
            break
        address = found[1].replace("&amp;", "&")
    return address


def client_of(who: str) -> Client:
    """A browser of that person."""
    client = Client(headers={"host": "localhost"})
    if who:
        client.force_login(User.objects.get(username=who), backend=BACKEND)
    return client


def measure(who: str, path: str, rounds: int) -> Measured:
    """The whole request, middleware and template included, without a network."""
    client = client_of(who)
    client.get(path)
    asked: list[str] = []

    def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        answer: Any = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    times = []
    for _round in range(rounds):
        began = time.perf_counter()
        client.get(path)
        times.append(time.perf_counter() - began)
    return Measured(statistics.median(times), statistics.quantiles(times, n=20)[-1], len(asked))


def in_small() -> dict[str, Measured]:
    """The same pages of the demo as it is, by a process of its own over a database of its own."""
    url = os.environ["DATABASE_URL"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [SMALL])
        if not cursor.fetchone()[0]:
            cursor.execute(f"CREATE DATABASE {SMALL}")
    ready = "from bench.__main__ import make_tables; make_tables()"
    code = f"{ready}; from bench.finding import tell; tell()"
    told = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DATABASE_URL": url.replace("/linli?", f"/{SMALL}?")},
    ).stdout
    return {name: Measured(*values) for name, values in json.loads(told.splitlines()[-1]).items()}


def tell() -> None:
    """For `in_small`."""
    ensure(lambda said: None)
    load_everything()
    found = {name: measure(who, path, 8) for name, who, path in pages()}
    print(json.dumps({name: (one.p50, one.p95, one.queries) for name, one in found.items()}))


def run() -> list[Result]:
    """Small first, then large."""
    logging.getLogger("linli.requests").setLevel("ERROR")
    small = in_small()
    ensure(lambda said: None)
    grow(Size(ROWS, 0, 0), lambda said: print(f"    {said}"))
    fold()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE core_tally")
    load_everything()
    results = []
    for name, who, path in pages():
        large, before = measure(who, path, ROUNDS), small[name]
        note = (
            f"median {1000 * large.p50:.0f} ms, {large.queries} queries; "
            f"of 532: median {1000 * before.p50:.0f} ms, {before.queries} queries"
        )
        results.append(Result(f"finding: {name}, p95", "budget of 60 ms", large.p95, BUDGET, 1.0, note))
    return results
