"""Keyset paging: the next page starts where this one ended, so a list costs the same however long it grows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of a list, newest first. `after` is the key the next page starts below; empty on the last page."""

    rows: list[M]
    after: str
    is_first: bool


def keyset(rows: QuerySet[M], request: HttpRequest, size: int = 30, ascending: bool = False) -> Page[M]:
    """Cut a page by primary key; a nonsense key in the address shows the first page."""
    key: Any = request.GET.get("after", "")
    after = int(key) if key.isascii() and key.isdigit() and len(key) < 19 else None
    ordered = rows.order_by("pk" if ascending else "-pk")
    if after is not None:
        ordered = ordered.filter(pk__gt=after) if ascending else ordered.filter(pk__lt=after)
    found = list(ordered[: size + 1])
    more = len(found) > size
    return Page(found[:size], str(found[size - 1].pk) if more else "", after is None)
