"""A person's inbox at any size: pages by deadline, and how much there is.

What somebody owes are the rows of own matters and, for every post, those of a role below an area. Each of these parts
is one range of an index. A page is the beginning of all ranges merged by deadline; it goes on after the last row seen
(a key, not a number of rows to skip), so a row that is closed meanwhile moves nothing out of sight.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from linli.core import clock
from linli.core.access.grants import Person, grants_of
from linli.core.access.models import User
from linli.core.counting import Bounded, bounded, joined
from linli.core.paging import Page
from linli.core.workflow.declare import OWNER
from linli.core.workflow.models import Task

SIZE = 60
LATE, TODAY = "late", "today"


@dataclass(frozen=True)
class Key:
    """Where a page ended: the deadline and the row; rows without a deadline stand last."""

    due_on: dt.date | None
    pk: int

    @classmethod
    def read(cls, text: str) -> Key | None:
        """From an address; nonsense is the first page."""
        day, _, number = text.partition(".")
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        try:
            return cls(dt.date.fromisoformat(day) if day else None, int(number))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.due_on or ''}.{self.pk}"

    def following(self) -> Iterator[Q]:
        """The ranges of the order behind this place."""
        if self.due_on is None:
            yield Q(due_on__isnull=True, pk__gt=self.pk)
            return
        yield Q(due_on=self.due_on, pk__gt=self.pk)
        yield Q(due_on__gt=self.due_on)
        yield Q(due_on__isnull=True)


def parts_of(user: Person) -> list[Q]:
    """The conditions whose rows together are the inbox; no row meets two of them."""
    if not isinstance(user, User):
        return []
    wide: dict[str, list[str]] = {}
    for role, scope in sorted({(grant.role, grant.scope) for grant in grants_of(user)}):
        # Sorted, an area comes before what lies in it.
        if not any(scope.startswith(above) for above in wide.setdefault(role, [])):
            wide[role].append(scope)
    owed = [Q(role=role, scope__startswith=scope) for role, scopes in wide.items() for scope in scopes]
    return [Q(role=OWNER, owner=user), *owed]


def _rows(part: Q, process: str = "", only: str = "") -> QuerySet[Task]:
    rows = Task.objects.filter(part, closed_at__isnull=True)
    if process:
        rows = rows.filter(process=process)
    if only == LATE:
        rows = rows.filter(due_on__lt=clock.today())
    elif only == TODAY:
        rows = rows.filter(due_on=clock.today())
    return rows


def page(user: Person, *, process: str = "", only: str = "", after: str = "", size: int = SIZE) -> Page[Task]:
    """The rows that follow a place in the order of deadlines, of one process or all; two queries at any size."""
    key = Key.read(after)
    order = ("due_on", "id")  # PostgreSQL puts what has no deadline last
    parts = [
        _rows(part & following, process, only).order_by(*order).values_list(*order)[: size + 1]
        for part in parts_of(user)
        for following in (key.following() if key else [Q()])
    ]
    found_at = joined(parts) if parts else Task.objects.none().values_list(*order)
    if len(parts) > 1:  # one part alone is in order, and cut, already
        found_at = found_at.order_by(*order)[: size + 1]
    places = [Key(due_on, pk) for due_on, pk in found_at]
    rows = Task.objects.filter(closed_at__isnull=True).in_bulk([place.pk for place in places[:size]])
    more = len(places) > size
    found = [rows[place.pk] for place in places[:size] if place.pk in rows]
    return Page(found, str(places[size - 1]) if more else "", key is None)


def waiting(user: Person, *, only: str = "") -> Bounded:
    """How much there is, or is late or due today; counted no further than the bound."""
    first, *rest = [_rows(part, only=only) for part in parts_of(user)] or [Task.objects.none()]
    return bounded(first, *rest)


def total(user: Person) -> Bounded:
    """`waiting` without a filter, asked once a request: the desk and the menu say the same."""
    held: Bounded | None = getattr(user, "_inbox_total", None)
    if held is None:
        held = waiting(user)
        user._inbox_total = held  # type: ignore[union-attr]
    return held
