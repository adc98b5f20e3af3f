"""One line in the log and one observation for each request."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import structlog
from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse

from linli.core.monitoring import metrics

log = structlog.get_logger("linli.requests")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
LONGEST_QUERY = 400


class Watch:
    """Time spent in the database during one request; a statement that takes long is logged without its values."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took = time.perf_counter() - began
            self.seconds += took
            self.count += 1
            if settings.LINLI_SLOW_QUERY_MS and took * 1000 >= settings.LINLI_SLOW_QUERY_MS:
                log.warning("slow_query", ms=round(took * 1000), sql=str(sql)[:LONGEST_QUERY])


def route_of(request: HttpRequest) -> str:
    """The pattern of the address, e.g. "cases/<slug:slug>/": as many as the program has, whatever is asked for."""
    match = request.resolver_match
    return (match.route or "/") if match else "(none)"


class RequestMiddleware:
    """Counts each request and writes its line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        trace = str(getattr(request, "trace_id", ""))
        watch, began, status = Watch(), time.perf_counter(), 500
        try:
            with ExitStack() as watched:
                for name in connections.settings:
                    watched.enter_context(connections[name].execute_wrapper(watch))
                response = self.get_response(request)
            status = response.status_code
            response.headers.setdefault("X-Request-ID", trace)
            return response
        finally:
            self.tell(request, status, time.perf_counter() - began, watch)

    def tell(self, request: HttpRequest, status: int, seconds: float, watch: Watch) -> None:
        """The line and the observation."""
        method = request.method if request.method in METHODS else "OTHER"
        route = route_of(request)
        metrics.observe(str(method), route, status, seconds, watch.seconds)
        slow = bool(settings.LINLI_SLOW_REQUEST_MS) and seconds * 1000 >= settings.LINLI_SLOW_REQUEST_MS
        level = logging.ERROR if status >= 500 else logging.WARNING if slow else logging.INFO
        user = getattr(request, "_cached_user", None)  # who was never asked for is not asked for here
        log.log(
            level,
            "slow_request" if slow else "request",
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000),
            db_ms=round(watch.seconds * 1000),
            queries=watch.count,
            user=str(getattr(user, "uid", "")),
        )
