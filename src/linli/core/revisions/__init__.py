"""What is asked by every page and hardly ever changes, kept in the process until it does.

A revision is a mark in the database that triggers of the tables it stands for replace at every change, in the same
transaction, however the change came in. What was made under a mark is good as long as the mark is: each process finds
out by itself, and nothing has to be told to anybody. A page asks for all marks by one query.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

T = TypeVar("T")

PARAMETERS, AREAS, BODIES = "parameters", "areas", "bodies"
MOST = 500  # things kept in a process; beyond, all are made anew

_asked: ContextVar[list[dict[str, Any]] | None] = ContextVar("linli.revisions", default=None)
_made: dict[tuple[str, Hashable], tuple[Any, Any]] = {}


@contextmanager
def asked_once() -> Iterator[None]:
    """Within, the marks are asked once: for a request that only reads."""
    token = _asked.set([])
    try:
        yield
    finally:
        _asked.reset(token)


def marks() -> dict[str, Any]:
    """Name → mark; a name that was never touched has none."""
    from linli.core.revisions.models import Revision

    asked = _asked.get()
    if asked:
        return asked[0]
    found = dict(Revision.objects.values_list("name", "mark"))
    if asked is not None:
        asked.append(found)
    return found


def remembered(names: tuple[str, ...], key: Hashable, make: Callable[[], T]) -> T:
    """What `make` gives, made anew when something these names stand for has changed. Nobody may alter it."""
    now = marks()
    mark = tuple(now.get(name) for name in names)
    held = _made.get((names[0], key))
    if held is not None and held[0] == mark:
        return cast(T, held[1])
    made = make()
    if len(_made) >= MOST:
        _made.clear()
    _made[(names[0], key)] = (mark, made)
    return made


__all__ = ["AREAS", "BODIES", "PARAMETERS", "asked_once", "marks", "remembered"]
