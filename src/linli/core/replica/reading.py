"""Which server a board is read from."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError
from django.db.models import Model
from django.http import HttpRequest

from linli.core.replica.watch import CHECK_SECONDS, PRIMARY, READS, REPLICA, WATCH, configured

T = TypeVar("T")
P = ParamSpec("P")
MARGIN = dt.timedelta(seconds=2)  # of a transaction between its event and its end

_on_replica: ContextVar[bool] = ContextVar("linli_on_replica", default=False)


class Router:
    """Django's hook: the boards' own tables from the replica while a board is read, all else from the primary."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """The rows that may be old. Accounts, posts and sessions never are."""
        if not configured():
            return None
        return REPLICA if _on_replica.get() and may_be_old(model) else PRIMARY

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        """Never the replica, also for a record that came from it."""
        return PRIMARY if configured() else None

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool | None:
        """They are the same database."""
        return True if configured() else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Tables come over by themselves."""
        return False if db == REPLICA else None


def may_be_old(model: type[Model]) -> bool:
    """Whether it is a table of boards: a register's, its tally, the cases of a process, the trace."""
    return model._meta.concrete_model in boards()


@functools.cache
def boards() -> frozenset[type[Model]]:
    """The tables that are read from the replica; known once everything is declared."""
    from linli.core.audit.models import Event
    from linli.core.registers.declare import REGISTRY
    from linli.core.registers.models import Tally
    from linli.core.workflow.declare import REGISTRY as PROCESSES

    return frozenset(
        [Event, Tally, *(each.model for each in REGISTRY.values()), *(each.model for each in PROCESSES.values())]
    )


def has_just_written(user: Any) -> bool:
    """Whether this person did something so lately that the replica may not show it. Every action leaves an event."""
    from linli.core import clock
    from linli.core.audit.models import Event

    if user is None or user.pk is None:
        return False
    since = clock.now() - dt.timedelta(seconds=WATCH.most + CHECK_SECONDS) - MARGIN
    return Event.objects.filter(actor=user.pk, at__gt=since).exists()


def read(function: Callable[[], T], *, user: Any = None) -> T:
    """Call a function that only reads, its boards from the replica where that may be; `user` is who will see it.

    When the replica fails midway the function is called once more, on the primary.
    """
    if not configured() or _on_replica.get():
        return function()
    if WATCH.usable() and not has_just_written(user):
        token = _on_replica.set(True)
        try:
            found = function()
        except (DatabaseError, InterfaceError) as error:
            # Whatever it was: an error of ours comes again on the primary.
            if isinstance(error, OperationalError | InterfaceError):
                WATCH.fell(error)
        else:
            READS.labels(REPLICA).inc()
            return found
        finally:
            _on_replica.reset(token)
    READS.labels("primary").inc()
    return function()


def board(view: Callable[Concatenate[HttpRequest, P], T]) -> Callable[Concatenate[HttpRequest, P], T]:
    """A view that only reads, and may show what is some seconds old."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return read(lambda: view(request, *args, **kwargs), user=getattr(request, "user", None))

    return wrapped
