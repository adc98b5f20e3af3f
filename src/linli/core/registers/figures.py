"""How many records match, in all and by each facet: exact wherever that can be had at once, and said so where not.

Without words every figure comes from the tally and is exact. With words the records are listed up to `EXACT` of them
and counted; beyond, the total is told as "more than", or estimated from a fixed random sample and rounded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from linli.core.registers.declare import Facet, Kind, Place
from linli.core.registers.finding import FEW, SAMPLE, planned_rows
from linli.core.registers.search import NOTHING
from linli.core.registers.selection import Selection
from linli.core.registers.tally import Values, value_of

EXACT = FEW  # so many are counted one by one: as many as a page gathers, which then need not look again
LARGE_SAMPLE = 10_000  # for charts
LEAST_HITS = 40  # fewer in the sample say too little


class Sure(StrEnum):
    """What a figure is."""

    EXACT = "exact"
    OVER = "over"
    ABOUT = "about"


@dataclass(frozen=True)
class Count:
    """A number with how sure it is."""

    n: int
    sure: Sure = Sure.EXACT

    @property
    def is_exact(self) -> bool:
        """Whether exactly so many records stand behind it."""
        return self.sure is Sure.EXACT

    @property
    def words(self) -> str:
        """1,286; 超过 2,000; 约 12 万."""
        if self.sure is Sure.OVER:
            return f"超过 {self.n:,}"
        return f"{self.n:,}" if self.is_exact else f"约 {rounded(self.n)}"


def rounded(n: float) -> str:
    """Two figures that count: 118,230 → 12 万， 4,730 → 4,700."""
    digits = max(len(str(int(n))) - 2, 0)
    near = int(round(n / 10**digits) * 10**digits)
    return f"{near / 10_000:g} 万" if near >= 10_000 else f"{near:,}"


@dataclass(frozen=True)
class Option:
    """A value of a facet as a page offers it. `count` is None where nobody counted."""

    value: str
    label: str
    count: Count | None
    chosen: bool
    query: str  # of the address that adds it, or takes it away


@dataclass(frozen=True)
class Listed:
    """The values of every match, one row each."""

    rows: list[tuple[Values, str]]
    keys: list[int] = field(default_factory=list)  # primary keys in the same order, of all that match

    def by(self, place: int) -> Counter[str]:
        """How many have each value of the facet at this place."""
        return Counter(values[place] for values, _scope in self.rows)

    def below(self, path: str) -> int:
        """How many lie in an area."""
        return sum(n for scope, n in self.by_scope.items() if scope.startswith(path))

    @cached_property
    def by_scope(self) -> Counter[str]:
        """How many lie at each path."""
        return Counter(scope for _values, scope in self.rows)


class Figures:
    """The figures of one selection. Each is asked when it is first read."""

    def __init__(self, selection: Selection, *, careful: bool = False, counting: bool = True) -> None:
        self.selection = selection
        self.counting = counting  # or the facets are offered without their numbers
        self.register = selection.register
        self.finder = selection.finder
        self.counted = self.finder.counted
        self.sample_size = LARGE_SAMPLE if careful else SAMPLE

    @property
    def from_tally(self) -> bool:
        """Whether the tally alone answers."""
        return not self.selection.words and not self.selection.who and self.counted.knows

    # --- the total ----------------------------------------------------------------------------------------------

    @cached_property
    def total(self) -> Count:
        """How many match."""
        if self.from_tally:
            return Count(self.counted.filtered or 0)
        if self.listed is not None:
            return self._known(self.listed)
        hits = len(self.sampled.rows)
        if self.weight == 1:
            return Count(hits)
        if hits >= LEAST_HITS:
            return Count(round(hits * self.weight), Sure.ABOUT)
        if self.finder.expected > FEW and not self.finder.is_ambiguous and not self.selection.chosen:
            # The planner's statistics know how frequent a pair is better than so few of a sample.
            plans = [self.selection.named(branch) for branch in self.selection.branches if branch.path is not None]
            return Count(sum(planned_rows(rows.values("pk")) for rows in plans), Sure.ABOUT)
        found = self._list(facets=True)
        return Count(EXACT, Sure.OVER) if found is None else self._known(found)

    def _known(self, listed: Listed) -> Count:
        """So many match; the page need not look for them again."""
        self.finder.known = listed.keys
        return Count(len(listed.keys))

    # --- with words ---------------------------------------------------------------------------------------------

    @cached_property
    def everywhere(self) -> Listed | None:
        """All that the words find, whatever the facets, so that each facet can count without itself."""
        if not self.register.is_indexed:
            return None
        if not self.selection.who and self._expected_without_facets > EXACT:
            return None
        return self._list(facets=False)

    @cached_property
    def _expected_without_facets(self) -> int:
        if not self.selection.chosen:
            return self.finder.expected
        rows = self.register.model._base_manager.filter(self.selection.token_condition(facets=False))
        planned = planned_rows(rows.values("pk"))
        if planned > FEW or not self.finder.is_ambiguous:
            return planned
        return max(planned, self.finder.seen(self.finder.sampled))

    @cached_property
    def listed(self) -> Listed | None:
        """All that match, or None when they are too many."""
        if self.everywhere is not None:
            wanted = self.counted.wanted()
            path = self.selection.area.path if self.selection.area is not None else ""
            both = zip(self.everywhere.rows, self.everywhere.keys, strict=True)
            kept = [(row, key) for row, key in both if _fits(row, wanted, path)]
            return Listed([row for row, _key in kept], [key for _row, key in kept])
        if not self.selection.chosen or self.finder.expected > EXACT or not self.register.is_indexed:
            return None
        return self._list(facets=True)

    def _list(self, *, facets: bool) -> Listed | None:
        selection = self.selection if facets else self._everything
        found: list[tuple[Any, ...]] = []
        fields = [facet.source for facet in self.register.tallied]
        for branch in selection.branches:
            if branch.path is not None and self.register.is_indexed and not selection.who:
                rows = selection.named(branch)
            else:
                rows = selection.rows_of(branch).filter(selection.text_condition, selection.facet_condition())
            found += list(rows.values_list(*fields, self.register.scope, "pk")[: EXACT + 1 - len(found)])
            if len(found) > EXACT:
                return None
        values = self.counted.values_of([row[:-2] for row in found])
        return Listed(list(zip(values, [row[-2] for row in found], strict=True)), [row[-1] for row in found])

    @property
    def _everything(self) -> Selection:
        """The same words without the facets."""
        asked = self.selection
        return Selection(asked.register, asked.user, public=asked.public, asked=asked.asked, who=asked.who)

    @cached_property
    def weight(self) -> float:
        """For how many records one of the sample stands; 1 where the sample is the whole register."""
        return self.finder.weight(self.sample_size)

    @cached_property
    def sampled(self) -> Listed:
        """The matches among a fixed random part of the register."""
        if self.sample_size == SAMPLE:
            return Listed(self.finder.sampled_here)
        return Listed(self.counted.fitting(self.finder.sample(self.sample_size)))

    # --- facets -------------------------------------------------------------------------------------------------

    def counts_of(self, facet: Facet) -> Callable[[str], Count | None]:
        """A function that counts a value of a facet, the facet's own choice left out."""
        place = self.register.tallied.index(facet)
        if not self.counting:
            return lambda value: None
        if self.from_tally:
            exact = self.counted.of_facet(facet)
            return lambda value: Count(exact[value])
        if self.everywhere is not None:
            wanted = self.counted.wanted(without=facet.name)
            path = self.selection.area.path if self.selection.area is not None else ""
            rows = Listed([row for row in self.everywhere.rows if _fits(row, wanted, path)]).by(place)
            return lambda value: Count(rows[value])
        if self.listed is not None:
            own = self.listed.by(place)
            chosen = self.selection.chosen.get(facet.name)
            return lambda value: Count(own[value]) if chosen is None or value in chosen else None
        return lambda value: None

    def options(self, facet: Facet) -> list[Option]:
        """What a facet offers. A value that nothing has is offered only where it was chosen."""
        if facet.kind == Kind.AREA:
            return list(self._places(facet))
        count = self.counts_of(facet)
        found = []
        for value, label in self._values(facet):
            chosen = value in self.selection.chosen.get(facet.name, ())
            number = count(value)
            if chosen or number is None or number.n:
                found.append(self._option(facet, value, label, number, chosen))
        return found

    def _values(self, facet: Facet) -> Iterator[tuple[str, str]]:
        place = self.register.tallied.index(facet)
        there = set(self.counted.by_place[place]) if self.counted.knows else set()
        if facet.kind == Kind.DAY:
            years = there | set(self.selection.chosen.get(facet.name, ()))
            yield from ((value, f"{value} 年") for value in sorted(years - {NOTHING}, reverse=True))
        else:
            yield from facet.choices
        if NOTHING in there or NOTHING in self.selection.chosen.get(facet.name, ()):
            yield NOTHING, "没有填"

    def _option(self, facet: Facet, value: str, label: str, count: Count | None, chosen: bool) -> Option:
        held = self.selection.chosen.get(facet.name, ())
        rest = [one for one in held if one != value]
        return Option(
            value,
            label,
            count,
            chosen,
            self.selection.query(**{facet.name: rest if chosen else [*held, value]}),
        )

    # --- areas --------------------------------------------------------------------------------------------------

    @cached_property
    def offered(self) -> list[Place]:
        """The areas that divide what the reader looks at: the streets, or the communities of one."""
        places, reach = list(self.selection.places.values()), self.selection.reach
        seen = [place for place in places if reach is None or place.path.startswith(reach)]
        area = self.selection.area
        if area is not None:
            below = [place for place in seen if place.above == area.path]
            return below or [place for place in seen if place.above == area.above]
        paths = {place.path for place in seen}
        top = [place for place in seen if place.above not in paths]
        return [place for place in seen if place.above == top[0].path] if len(top) == 1 else top

    @cached_property
    def in_areas(self) -> dict[str, Count | None]:
        """Path → how many match there, for the areas offered."""
        paths = [place.path for place in self.offered]
        area = self.selection.area
        if not self.counting:
            return dict.fromkeys(paths)
        if self.from_tally:
            return {path: Count(n) for path, n in self.counted.below(paths).items()}
        listed = self.listed
        if self.everywhere is not None:
            wanted = self.counted.wanted()
            listed = Listed([row for row in self.everywhere.rows if _fits(row, wanted, "")])
        elif area is not None and not any(path.startswith(area.path) for path in paths[:1] if path != area.path):
            listed = None  # beside the chosen one stand its neighbours, of which nothing was listed
        if listed is None:
            return dict.fromkeys(paths)
        return {path: Count(listed.below(path)) for path in paths}

    def _places(self, facet: Facet) -> Iterator[Option]:
        for place in self.offered:
            chosen = place is self.selection.area
            count = self.in_areas[place.path]
            if not (chosen or count is None or count.n):
                continue
            query = self.selection.query(**{facet.name: None if chosen else place.key})
            yield Option(place.key, place.name, count, chosen, query)


def _fits(row: tuple[Values, str], wanted: Any, path: str) -> bool:
    values, scope = row
    return scope.startswith(path) and all(values[place] in allowed for place, allowed in wanted.items())


__all__ = ["EXACT", "Count", "Figures", "Option", "Sure", "rounded", "value_of"]
