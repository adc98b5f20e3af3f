"""Pages of a list in an order: the next starts after the last row of this one, whatever came in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from linli.core.api.problems import Problem
from linli.core.paging import Order

UNKNOWN_PAGE = "没有这一页。after 请用上一页应答里的 next。"


def page(rows: QuerySet[Any], by: Sequence[str], after: str | None, limit: int) -> tuple[list[Any], str | None]:
    """One page of rows in the order of `by`, and the key of the next; None at the end.

    A key that is none is refused: a program that began again at the first page would never end.
    """
    order = Order(rows.model, by)
    key = order.read(after) if after else None
    if after and key is None:
        raise Problem(404, "page.unknown", UNKNOWN_PAGE)
    found: list[Any] = []
    for segment in order.segments(key):
        found += rows.filter(segment).order_by(*order.order_by)[: limit + 1 - len(found)]
        if len(found) > limit:
            return found[:limit], order.written(order.key_of(found[limit - 1]))
    return found, None
