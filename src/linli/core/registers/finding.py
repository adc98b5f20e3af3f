"""Which records stand on a page: fast at any size, whatever is asked, in any order.

There are three ways, and what is known of the numbers decides between them (docs/algorithms/finding.md):

* *gather*: few records match. The index of tokens names them, they are fetched and sorted.
* *window*: many match. Some of the next rows of the order are looked at and those that match are kept; when they do
  not fill the page, the records are gathered after all.
* *range*: nothing but areas and years narrows the list. One covering index holds the rows of the area (or the year),
  which are sorted by what the index itself says; the whole register is read along the index of the order.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import F, Func, Q, QuerySet
from django.db.models.expressions import OrderBy, RawSQL

from linli.core.paging import Order, Page
from linli.core.registers.declare import Kind
from linli.core.registers.parts import asked_of, columns_of
from linli.core.registers.search import COLUMNS, FEW, planned_rows
from linli.core.registers.selection import Branch, Selection
from linli.core.registers.tally import Counted, Values

SAMPLE = 2_000  # records by which is guessed how many match
LEAST_SEEN = 4  # fewer of the sample say nothing
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


def fits(expected: int | None, among: int, limit: int) -> bool:
    """Whether a page is found within half the widest window when so many match and lie evenly."""
    return expected is not None and 2 * limit * max(among, 1) <= WINDOW[1] * expected


def width(expected: int, among: int, limit: int) -> int:
    """How many rows of the order a window takes: enough for a page when the matching lie anyhow spread."""
    return int(min(max(limit * max(among, 1) / max(expected, 1) * SPARE, WINDOW[0]), WINDOW[1]))


class Finder:
    """Finds the rows of one selection."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.register = selection.register
        self.model = selection.register.model
        self.known: list[int] | None = None  # primary keys of all that match, when somebody has listed them

    # --- what is known beforehand -------------------------------------------------------------------------------

    @cached_property
    def counted(self) -> Counted:
        """What the tally says."""
        return Counted(self.selection)

    @cached_property
    def expected(self) -> int:
        """About how many match, words included; never more than the tally knows to match without them."""
        expected = planned_rows(self.model._base_manager.filter(self.selection.token_condition()).values("pk"))
        if self.counted.filtered is not None:
            expected = min(expected, self.counted.filtered)
        return max(expected, self.seen(self.sampled_here)) if expected <= FEW and self.is_ambiguous else expected

    @property
    def is_ambiguous(self) -> bool:
        """Whether pairs stand together more often than the planner, who takes each for itself, expects."""
        several = len(self.selection.words) > 1 or any(len(word.text) > 2 for word in self.selection.words)
        return several and self.weight() > 1 and (self.counted.filtered or 0) > FEW

    def weight(self, size: int = 0) -> float:
        """For how many records one of a sample stands; 1 where the sample is the whole register."""
        return max(self.counted.whole / (size or SAMPLE), 1.0)

    def seen(self, found: Sequence[Any]) -> int:
        """How many there are in all when so many were found in the sample; 0 where they are too few to say."""
        return round(len(found) * self.weight()) if len(found) >= LEAST_SEEN else 0

    @cached_property
    def sampled(self) -> list[tuple[Values, str]]:
        """The small sample."""
        return self.sample(SAMPLE)

    @cached_property
    def sampled_here(self) -> list[tuple[Values, str]]:
        """Those of the small sample that match the facets, too."""
        return self.counted.fitting(self.sampled)

    def sample(self, size: int) -> list[tuple[Values, str]]:
        """What has the words among a fixed random part of the register, as far as the reader sees it: the first by
        outward name, which is random. Values of the facets and the path of each."""
        selection = self.selection
        fields = [*(facet.source for facet in self.register.tallied), self.register.scope]
        rows = selection.base.filter(selection.text_condition).values_list(*fields)
        if self.weight(size) > 1:
            part = columns_of(self.model._base_manager.order_by("uid"), ["uid", *self.asked])[:size]
            found: Iterable[Any] = asked_of(part, rows)
        else:
            found = rows
        both = [(row[:-1], row[-1]) for row in found]
        values = self.counted.values_of([fields for fields, _scope in both])
        return list(zip(values, [scope for _fields, scope in both], strict=True))

    @cached_property
    def asked(self) -> list[str]:
        """Every field that a condition of a selection may name."""
        register = self.register
        owner = [register.own] if register.own else []
        return ["pk", register.scope, *COLUMNS, *(facet.source for facet in register.tallied), *owner]

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
        if self.known is not None and len(order.terms) == 1:
            # By the key alone, which is at hand: the database need not sort them.
            last = int(key[0]) if key is not None else None
            down = order.terms[0].descending
            keys = [pk for pk in self.known if last is None or (pk < last if down else pk > last)]
            return self.visible(heapq.nsmallest(limit, keys, key=(lambda pk: -pk) if down else None), order, limit)
        if self.known is not None:
            # One parameter: three thousand would take longer to write out than their rows to fetch.
            rows = self.model._base_manager.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [self.known]))
            return self.visible(list(self.sorted(rows, order, key, limit)), order, limit)
        for branch in self.selection.branches:
            if branch.path is not None or not self.counted.knows or self.counted.own:
                found += self.keys(branch, order, key, limit)
        return self.visible(found, order, limit)

    def visible(self, found: list[int], order: Order, limit: int) -> list[Any]:
        """The records of these keys, in order."""
        if not found:
            return []
        # Once more through what the reader may see; the database puts the branches in one order.
        return list(self.selection.base.filter(pk__in=found).order_by(*order.order_by)[:limit])

    def keys(self, branch: Branch, order: Order, key: Sequence[Any] | None, limit: int) -> Iterable[int]:
        """Primary keys of the next rows of a branch."""
        selection = self.selection
        rows = selection.rows_of(branch).filter(selection.facet_condition())
        if branch.path is None or selection.who:
            # The reader's own, or records found by a personal number: a handful.
            return self.sorted(rows.filter(selection.text_condition), order, key, limit)
        if self.is_narrow(branch, order):
            found = self.ahead(branch, order, key, limit)
            if len(found) >= limit:
                return found
            if not selection.words:
                # The covering indexes hold what the facets ask, too.
                return self.sorted(rows, order, key, limit)
        if not self.is_hard:
            return self.along(rows, order, key, limit)
        if not self.register.is_indexed:
            return self.along(rows.filter(selection.text_condition), order, key, limit)
        among = self.counted.reachable or 1
        if not self.is_rare and fits(self.expected, among, limit):
            found = list(self.windowed(branch, order, key, limit, width(self.expected, among, limit)))
            if len(found) >= limit:
                return found
        return self.sorted(selection.named(branch), order, key, limit)

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

    # --- the three ways -----------------------------------------------------------------------------------------

    def sorted(self, rows: QuerySet[Any], order: Order, key: Sequence[Any] | None, limit: int) -> Keys:
        """All that match and come after the key, sorted: for few, or for what one index holds together."""
        after = Q()
        for segment in order.segments(key):
            after |= segment
        return rows.filter(after).order_by(*_still(order)).values_list("pk", flat=True)[:limit]

    def along(self, rows: QuerySet[Any], order: Order, key: Sequence[Any] | None, limit: int) -> Keys:
        """The next rows along the index of the order, range by range, no further than the page is long."""
        if rows._fields is None:  # type: ignore[attr-defined]
            rows = rows.values_list("pk", flat=True)
        ranges = [rows.filter(segment).order_by(*order.order_by)[:limit] for segment in order.segments(key)]
        first, *rest = ranges
        # PostgreSQL reads the parts one after the other and stops at the limit.
        return first.union(*rest, all=True)[:limit] if rest else first

    def windowed(
        self, branch: Branch, order: Order, key: Sequence[Any] | None, limit: int, width: int
    ) -> Iterable[int]:
        """Those of the next `width` rows that match."""
        selection = self.selection
        easy = selection.rows_of(branch).filter(self.easy_condition())
        found = self.model._base_manager.filter(selection.facet_condition(), selection.text_condition)
        if self.is_narrow(branch, order):
            # The covering index sorts them without a look at the table.
            found = found.filter(pk__in=self.sorted(easy, order, key, width))
            return found.order_by(*order.order_by).values_list("pk", flat=True)[:limit]
        part = self.along(columns_of(easy, [*self.asked, *order.names]), order, key, width)
        return (
            row[0] for row in asked_of(part, found.order_by(*order.order_by).values_list("pk", *order.names)[:limit])
        )

    def ahead(self, branch: Branch, order: Order, key: Sequence[Any] | None, limit: int) -> list[int]:
        """Those of the next rows of the whole register that lie in the branch and match: where records come evenly
        from everywhere, that is a page at once, and the area need not be sorted. Nothing where that is not likely.
        """
        selection = self.selection
        expected = self.expected if selection.words else self.counted.filtered
        whole = self.counted.whole
        if selection.public or expected is None or expected < limit or not fits(expected, whole, limit):
            return []
        every = columns_of(self.model._base_manager.all(), [*self.asked, *order.names])
        part = self.along(every, order, key, width(expected, whole, limit))
        rows = selection.rows_of(branch).filter(selection.facet_condition(), selection.text_condition)
        found = rows.order_by(*order.order_by).values_list("pk", *order.names)[:limit]
        return [row[0] for row in asked_of(part, found)]

    def easy_condition(self) -> Q:
        """What the covering indexes hold: area and year."""
        found = Q()
        for facet in self.selection.facets:
            if facet.kind != Kind.CHOICE and facet.name in self.selection.chosen:
                found &= self.selection.condition_of(facet)
        return found


__all__ = ["FEW", "Finder", "planned_rows"]
