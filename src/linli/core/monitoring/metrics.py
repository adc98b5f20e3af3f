"""Figures for Prometheus at `/metrics`, over all processes of this web server.

A process writes its counts into files of the folder that `linli web` names in PROMETHEUS_MULTIPROC_DIR; whichever
process is asked adds them up. What lies in the database is read when it is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from linli.core.monitoring.callers import address_of, lies_in

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
OWN = CollectorRegistry()
REQUESTS = Counter("linli_requests", "Requests answered", ["method", "route", "status"], registry=OWN)
SECONDS = Histogram("linli_request_seconds", "Time to answer", ["route"], buckets=BUCKETS, registry=OWN)
DATABASE = Counter("linli_database_seconds", "Time of requests spent in the database", ["route"], registry=OWN)


def observe(method: str, route: str, status: int, seconds: float, database_seconds: float) -> None:
    """Count one request."""
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)
    DATABASE.labels(route).inc(database_seconds)


# name → (what it says, the query for one number; no row or NULL: it is left out)
FIGURES = {
    "linli_jobs_waiting": (
        "Jobs that wait for a worker and could begin",
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()",
    ),
    "linli_jobs_running": (
        "Jobs a worker is at",
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'",
    ),
    "linli_jobs_failed": (
        "Jobs given up and kept for whoever looks into them",
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'",
    ),
    "linli_oldest_job_seconds": (
        "How long the oldest waiting job could have begun",
        """SELECT coalesce(extract(epoch FROM now() - min(coalesce(j.scheduled_at, e.at))), 0)
           FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
           WHERE j.status = 'todo' AND coalesce(j.scheduled_at, now()) <= now()""",
    ),
    "linli_duties_late": (
        "Open duties whose last day has passed",
        """SELECT count(*) FROM core_task
           WHERE closed_at IS NULL AND kind = 'act' AND due_on < (now() AT TIME ZONE 'Asia/Shanghai')::date""",
    ),
    "linli_seal_age_seconds": (
        "Since the last seal over the events",
        "SELECT extract(epoch FROM now() - max(at)) FROM core_seal",
    ),
    "linli_backup_age_seconds": (
        "Since the last backup that succeeded",
        "SELECT extract(epoch FROM now() - max(at)) FROM core_backup WHERE outcome = 'good'",
    ),
}


class Database(Collector):
    """What lies in the database, read at each scrape. When it does not answer, `linli_database_up` is 0."""

    def collect(self) -> Iterator[Any]:
        """Prometheus' hook."""
        up = 1
        for name, (says, query) in FIGURES.items():
            try:
                with connection.cursor() as cursor:
                    cursor.execute(query)
                    row = cursor.fetchone()
            except DatabaseError:
                up = 0
                break
            if row and row[0] is not None:
                yield GaugeMetricFamily(name, says, value=float(row[0]))
        yield from self.replica()
        yield GaugeMetricFamily("linli_database_up", "Whether the database answers", value=up)

    def replica(self) -> Iterator[Any]:
        """Whether boards are read from the replica, and how far it is behind; nothing where there is none."""
        from linli.core.replica.watch import WATCH, configured

        if not configured():
            return
        try:
            usable = WATCH.usable()
        except DatabaseError:
            return
        yield GaugeMetricFamily("linli_replica_up", "Whether boards are read from the replica", value=int(usable))
        if WATCH.lag is not None:
            yield GaugeMetricFamily("linli_replica_lag_seconds", "How far the replica is behind", value=WATCH.lag)


def figures() -> bytes:
    """All of it, in Prometheus' text format."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        together = CollectorRegistry()
        together.register(Database())
        return generate_latest(OWN) + generate_latest(together)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(Database())
    return generate_latest(registry)


def may_read(request: HttpRequest) -> bool:
    """By token, or from an allowed address. A request that a proxy we do not trust passed on comes from anywhere."""
    token = settings.LINLI_METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if constant_time_compare(given, token):
            return True
    if getattr(request, "passed_on", False):
        return False
    return lies_in(address_of(request.META.get("REMOTE_ADDR", "")), settings.LINLI_METRICS_ALLOW)


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for whom they are meant; 404 for everybody else."""
    if not may_read(request):
        return HttpResponse("Not Found\n", status=404, content_type="text/plain")
    return HttpResponse(figures(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})
