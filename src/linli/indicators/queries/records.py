"""The records behind a number, as one reader may see them. They are as many, or the page says what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from linli.core.access.grants import Person
from linli.core.figures.declare import NOTHING, Counts, Facts, Figure, Ratio
from linli.core.paging import Order, Page
from linli.indicators.choices import RECORDS
from linli.indicators.queries.numbers import Numbers
from linli.indicators.queries.periods import Period
from linli.indicators.queries.places import Spot
from linli.indicators.queries.schema import day_of


@dataclass(frozen=True)
class Asked:
    """A number: which figure, where, when, and which part of it."""

    figure: Figure
    spot: Spot
    period: Period
    within: Mapping[str, tuple[str, ...]]

    @property
    def facts(self) -> Facts:
        """What is counted."""
        return self.figure.facts


def lists_of(figure: Figure | Ratio) -> list[Figure]:
    """The lists a number opens into."""
    found = []
    for part in figure.parts:
        if part.counts is Counts.CHANGE:
            came = replace(part, id=f"{part.id}-in", name=f"{part.name}：进来的", counts=Counts.BEGAN)
            gone = replace(part, id=f"{part.id}-out", name=f"{part.name}：离开的", counts=Counts.ENDED)
            found += [came, gone] if part.facts.ended else [came]
        else:
            found.append(part)
    return found


def bounds(facts: Facts, column: str, first: dt.date | None, last: dt.date | None) -> Q:
    """Days from the first to the last, as a range of the column's index."""
    found, moment = Q(), facts.is_moment(column)
    if first is not None:
        found &= Q(**{f"{column}__gte": _start(first) if moment else first})
    if last is not None:
        if moment:
            found &= Q(**{f"{column}__lt": _start(last + dt.timedelta(days=1))})
        else:
            found &= Q(**{f"{column}__lte": last})
    return found


def _start(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def stock_day(figure: Figure, period: Period) -> dt.date:
    """The day on which a stock is counted."""
    return period.eve if figure.counts is Counts.OPENING else period.last


def dated(figure: Figure, period: Period) -> Q:
    """Which facts count in a period. BadInput is nobody's here: a change has two lists, one of each move."""
    facts = figure.facts
    if figure.counts is Counts.BEGAN:
        return bounds(facts, facts.began, period.first, period.last)
    if figure.counts is Counts.ENDED:
        return bounds(facts, facts.ended, period.first, period.last)
    if figure.counts is Counts.CHANGE:
        raise ValueError(f"{figure.id} is a difference: its records are those that began and those that ended")
    day = stock_day(figure, period)
    there = Q(**{f"{facts.began}__isnull": True}) | bounds(facts, facts.began, None, day)
    if facts.ended:
        there &= Q(**{f"{facts.ended}__isnull": True}) | bounds(facts, facts.ended, day + dt.timedelta(days=1), None)
    return there


def placed(facts: Facts, spot: Spot) -> Q:
    """Which facts lie in an area; of its rest, in none of the parts."""
    found = Q(pk__in=())
    for path in spot.paths:
        found |= Q(**{f"{facts.scope}__startswith": path})
    for path in spot.without:
        found &= ~Q(**{f"{facts.scope}__startswith": path})
    return found


def of_categories(facts: Facts, rows: QuerySet[Any], wanted: Mapping[str, tuple[str, ...]]) -> QuerySet[Any]:
    """Those with the values wanted."""
    for name, values in wanted.items():
        category = facts.category(name)
        if category is None:
            continue
        column = category.source
        if not isinstance(column, str):
            column = f"category_{name}"
            rows = rows.alias(**{column: category.source})
        found = Q(**{f"{column}__in": list(values)})
        if NOTHING in values:  # what is empty; some choices have a value of that name as well
            found |= Q(**{f"{column}__isnull": True}) | Q(**{column: ""})
        rows = rows.filter(found)
    return rows


def counted(asked: Asked, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Exactly the facts behind a number among some rows."""
    facts = asked.facts
    rows = rows.filter(facts.where, dated(asked.figure, asked.period), placed(facts, asked.spot))
    if facts.ended:
        # As in the roll-ups: what ends before it begins counts on no day.
        rows = rows.alias(_began=day_of(facts, facts.began), _ended=day_of(facts, facts.ended)).filter(
            Q(_ended__isnull=True) | Q(_began__isnull=True) | Q(_ended__gte=F("_began"))
        )
    return of_categories(facts, of_categories(facts, rows, asked.figure.where), asked.within)


class Records:
    """The records of a number for one reader."""

    def __init__(self, asked: Asked, user: Person) -> None:
        self.asked, self.user, self.facts = asked, user, asked.facts

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """Those the reader may see."""
        return counted(self.asked, self.facts.visible_to(self.user).order_by())

    @cached_property
    def total(self) -> Decimal:
        """The number itself, from the roll-ups."""
        return self._number(self.asked.figure, self.asked.spot)

    @cached_property
    def how_many(self) -> int:
        """How many records there are, whoever may see them; of a sum the rows that are added up."""
        figure = self.asked.figure
        if not figure.weight:
            return int(self.total)
        plain = Figure(figure.id, figure.name, self.facts.unit, self.facts, figure.counts, "", "", figure.where)
        return int(self._number(plain, self.asked.spot))

    @cached_property
    def seen(self) -> int:
        """How many of them the reader may see: from the roll-ups where everything below a path is seen."""
        if self.facts.reach is None:
            return self.rows.count()
        paths = _inside(self.asked.spot, sorted(set(self.facts.reach(self.user)), key=len))
        if paths == self.asked.spot.paths:
            return self.how_many
        return self.rows.count()

    @cached_property
    def seen_sum(self) -> Decimal | None:
        """Of a sum (or of what is counted once), what the visible records come to."""
        weight = self.asked.figure.weight
        if not weight:
            return None
        if weight in self.facts.distinct:
            return Decimal(self.rows.aggregate(n=Count(self.facts.distinct[weight], distinct=True))["n"])
        return Decimal(self.rows.aggregate(n=Sum(self.facts.sums[weight]))["n"] or 0)

    def _number(self, figure: Figure, spot: Spot) -> Decimal:
        places = {"all": spot.paths, "held": spot.without}
        numbers = Numbers([figure], places, [self.asked.period], within=self.asked.within)
        whole = numbers.of(figure, "all", self.asked.period).value or Decimal(0)
        return whole - (numbers.of(figure, "held", self.asked.period).value or Decimal(0))

    @cached_property
    def order(self) -> Order:
        """The latest first: along the index of the day that matters."""
        if self.asked.figure.counts is Counts.ENDED:  # what ended has a day
            return Order(self.facts.model, [f"-{self.facts.ended}"], filled=[self.facts.ended])
        return Order(self.facts.model, [f"-{self.facts.began}"])

    def _ranges(self) -> list[Q]:
        """Where the list begins: of a stock on its day, which the newest records may lie years behind."""
        asked, facts = self.asked, self.facts
        if not asked.figure.is_stock:
            return [Q()]
        known = bounds(facts, facts.began, None, stock_day(asked.figure, asked.period))
        return [known, Q(**{f"{facts.began}__isnull": True})] if self.order.terms[0].nullable else [known]

    def page(self, after: str, size: int = RECORDS) -> Page[Any]:
        """A page of the list, from a key of an address on."""
        order = self.order
        key = order.read(after)
        if not self.how_many:  # a whole table would be read to find none
            return Page([], "", key is None)
        keys: list[Any] = []
        for segment in order.segments(key) if key is not None else self._ranges():
            # Keys alone are found in an index that holds what is asked for; thousands may be passed over.
            rows = self.rows.filter(segment).order_by(*order.order_by).values_list("pk", flat=True)
            keys += rows[: size + 1 - len(keys)]
            if len(keys) > size or len(keys) == self.seen:
                break
        more = len(keys) > size
        there = self.facts.visible_to(self.user).order_by().in_bulk(keys[:size])
        found = [there[each] for each in keys[:size] if each in there]
        return Page(found, order.written(order.key_of(found[-1])) if more and found else "", key is None)


def _inside(spot: Spot, reach: list[str]) -> tuple[str, ...]:
    """The paths of an area below which the reader sees everything."""
    return tuple(path for path in spot.paths if any(path.startswith(above) for above in reach))
