"""Which records stand on a page: fast at any size, whatever is asked, in any order.

There are three ways, and what is known of the numbers decides between them (docs/algorithms/finding.md):

* *gather*: few records match. The index of tokens names them, they are fetched and sorted.
* *window*: many match. Some of the next rows of the order are looked at and those that match are kept; when they do
  not fill the page, the records are gathered after all.
* *range*: nothing but areas and years narrows the list. One covering index holds the rows of the area (or the year),
  which are sorted by what the index itself says; the whole register is read along the index of the order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import F, Func, Q, QuerySet
from django.db.models.expressions import OrderBy

from linli.core.paging import Order, Page
from linli.core.registers.declare import Kind
from linli.core.registers.search import FEW, planned_rows
from linli.core.registers.selection import Branch, Selection
from linli.core.registers.tally import Counted

WINDOW = (400, 6_000)  # rows looked at: least, most
SPARE = 12  # times the rows that an even spread would need
NARROW = 0.35  # an area with less of the register than this is read by itself
Keys = QuerySet[Any, Any]


class Still(Func):
    """A column that no index is in the order of: it makes the planner fetch and sort."""

    template = "COALESCE(%(expressions)s, %(expressions)s)"

    def as_sql(self, *args: Any, **more: Any) -> Any:
        """Columns only, so writing one twice needs no parameter twice."""
        return super().as_sql(*args, **more)


def _still(order: Order) -> list[OrderBy]:
    found = []
    for term in order.terms:
        nulls: dict[str, Any] = {}
        if term.nullable:
            nulls = {"nulls_first": True} if term.nulls_first else {"nulls_last": True}
        column = Still(F(term.name))
        found.append(column.desc(**nulls) if term.descending else column.asc(**nulls))
    return found


class Finder:
    """Finds the rows of one selection."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.register = selection.register
        self.model = selection.register.model

    # --- what is known beforehand -------------------------------------------------------------------------------

    @cached_property
    def counted(self) -> Counted:
        """What the tally says."""
        return Counted(self.selection)

    @cached_property
    def expected(self) -> int:
        """About how many match, words included; never more than the tally knows to match without them."""
        selection = self.selection
        rows = self.model._base_manager.filter(selection.token_condition()).values("pk")
        expected = planned_rows(rows)
        return expected if self.counted.filtered is None else min(expected, self.counted.filtered)

    @property
    def is_rare(self) -> bool:
        """Whether so few match that they are best named by the index."""
        return self.register.is_indexed and self.expected <= FEW

    # --- a page -------------------------------------------------------------------------------------------------

    def page(self, params: Mapping[str, Any], size: int) -> Page[Any]:
        """The rows after or before a key of the order; a nonsense key shows the first page."""
        order = self.selection.order
        before = order.read(str(params.get("before") or ""))
        after = None if before else order.read(str(params.get("after") or ""))
        toward = order.reversed if before else order
        rows = self.rows(toward, before or after, size + 1)
        more = len(rows) > size
        rows = rows[:size]
        if before:
            rows.reverse()
            if not more and len(rows) < size:
                # The pages above have run out: this is the first, and it is shown whole.
                return self.page({}, size)
        if not rows:
            return Page([], "", after is None, "")
        has_after, has_before = (True, more) if before else (more, after is not None)
        return Page(
            rows,
            order.written(order.key_of(rows[-1])) if has_after else "",
            not has_before,
            order.written(order.key_of(rows[0])) if has_before else "",
        )

    def rows(self, order: Order, key: Sequence[Any] | None, limit: int) -> list[Any]:
        """The next records in an order, each branch of what the reader sees asked by itself."""
        found: list[int] = []
        for branch in self.selection.branches:
            if branch.path is not None or not self.counted.knows or self.counted.own:
                found += self.keys(branch, order, key, limit)
        if not found:
            return []
        # Once more through what the reader may see; the database puts the branches in one order.
        return list(self.selection.base.filter(pk__in=found).order_by(*order.order_by)[:limit])

    def keys(self, branch: Branch, order: Order, key: Sequence[Any] | None, limit: int) -> Iterable[int]:
        """Primary keys of the next rows of a branch."""
        selection = self.selection
        rows = selection.base.filter(branch.condition, selection.facet_condition())
        if branch.path is None or selection.who:
            # The reader's own, or records found by a personal number: a handful.
            return self.sorted(rows.filter(selection.text_condition), order, key, limit)
        if not self.is_hard:
            if self.is_narrow(branch, order):
                return self.sorted(rows, order, key, limit)
            return self.along(rows, order, key, limit)
        if not self.register.is_indexed:
            return self.along(rows.filter(selection.text_condition), order, key, limit)
        if not self.is_rare:
            width = self.width(limit)
            found = list(self.windowed(branch, order, key, limit, width))
            if len(found) >= limit:
                return found
        exact = rows.filter(selection.text_condition, selection.token_condition(path=branch.path))
        return self.sorted(exact, order, key, limit)

    @property
    def is_hard(self) -> bool:
        """Whether something is asked that no index of an order holds: words or choices."""
        return bool(self.selection.words) or any(
            facet.kind == Kind.CHOICE and facet.name in self.selection.chosen for facet in self.selection.facets
        )

    def is_narrow(self, branch: Branch, order: Order) -> bool:
        """Whether the branch is better sorted than looked for along the whole order."""
        by_day = any(
            facet.kind == Kind.DAY and facet.source != order.terms[0].name and facet.name in self.selection.chosen
            for facet in self.selection.facets
        )
        return by_day or self.counted.share_of(branch.path or "") < NARROW

    def width(self, limit: int) -> int:
        """How many rows of the order a window takes: enough for a page when the matching lie anyhow spread."""
        among = max(self.counted.reachable or 1, 1)
        density = max(min(self.expected / among, 1.0), 0.001)
        return int(min(max(limit / density * SPARE, WINDOW[0]), WINDOW[1]))

    # --- the three ways -----------------------------------------------------------------------------------------

    def sorted(self, rows: QuerySet[Any], order: Order, key: Sequence[Any] | None, limit: int) -> Keys:
        """All that match and come after the key, sorted: for few, or for what one index holds together."""
        after = Q()
        for segment in order.segments(key):
            after |= segment
        return rows.filter(after).order_by(*_still(order)).values_list("pk", flat=True)[:limit]

    def along(self, rows: QuerySet[Any], order: Order, key: Sequence[Any] | None, limit: int) -> Keys:
        """The next rows along the index of the order, range by range, no further than the page is long."""
        ranges = [
            rows.filter(segment).order_by(*order.order_by).values_list("pk", flat=True)[:limit]
            for segment in order.segments(key)
        ]
        first, *rest = ranges
        # PostgreSQL reads the parts one after the other and stops at the limit.
        return first.union(*rest, all=True)[:limit] if rest else first

    def windowed(self, branch: Branch, order: Order, key: Sequence[Any] | None, limit: int, width: int) -> Keys:
        """Those of the next `width` rows that match."""
        selection = self.selection
        easy = selection.base.filter(branch.condition, self.easy_condition())
        if self.is_narrow(branch, order):
            next_ = self.sorted(easy, order, key, width)
        else:
            next_ = self.along(easy, order, key, width)
        found = selection.base.filter(selection.facet_condition(), selection.text_condition, pk__in=next_)
        return found.order_by(*order.order_by).values_list("pk", flat=True)[:limit]

    def easy_condition(self) -> Q:
        """What the covering indexes hold: area and year."""
        found = Q()
        for facet in self.selection.facets:
            if facet.kind != Kind.CHOICE and facet.name in self.selection.chosen:
                found &= self.selection.condition_of(facet)
        return found


__all__ = ["FEW", "Finder", "planned_rows"]
