"""How many there are, told honestly at a cost that does not grow: exactly up to a bound, beyond it "999+"."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

MOST = 999


@dataclass(frozen=True)
class Bounded:
    """A number as far as it was counted."""

    counted: int
    most: int = MOST

    @property
    def is_exact(self) -> bool:
        """Whether everything was counted."""
        return self.counted <= self.most

    def __bool__(self) -> bool:
        return self.counted > 0

    def __int__(self) -> int:
        return min(self.counted, self.most)

    def __str__(self) -> str:
        return f"{self.counted:,}" if self.is_exact else f"{self.most:,}+"


def bounded(rows: QuerySet[Any], *others: QuerySet[Any], most: int = MOST) -> Bounded:
    """Count no further than one past the bound. Several lists count as one; no row may stand in two of them."""
    parts = [part.order_by().values_list("pk")[: most + 1] for part in (rows, *others)]
    return Bounded(joined(parts)[: most + 1].count(), most)


def counts(parts: Sequence[QuerySet[Any]], most: int = MOST) -> list[int]:
    """How many rows each list has, none counted further than `most`; one query for all of them, of any models."""
    found: list[int] = [0] * len(parts)
    asked: list[tuple[int, str]] = []
    values: list[Any] = []
    for place, part in enumerate(parts):
        with suppress(EmptyResultSet):
            sql, own = part.order_by().values_list("pk")[:most].query.sql_with_params()
            asked.append((place, f"(SELECT count(*) FROM ({sql}) AS counted)"))  # noqa: S608 -- compiled by Django
            values += own
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(one for _place, one in asked)}", values)
            for (place, _sql), n in zip(asked, cursor.fetchone(), strict=True):
                found[place] = n
    return found


def joined(parts: Sequence[QuerySet[Any]]) -> QuerySet[Any]:
    """One list after the other; each part walks an index of its own and stops at its own limit."""
    first, *rest = parts
    return first.union(*rest, all=True) if rest else first
