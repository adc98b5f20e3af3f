"""Numbers from the roll-ups: any figures, for any areas and periods, in one statement and hence of one moment.

A number up to a day is the sum of the years before and of the months of its own year, less what lies between the day
and the end of its month; the last comes from the records themselves, along their index of days. Today nothing lies
there but what was entered for a day to come.
"""

# ruff: noqa: S608 -- names of our own tables and columns; whatever comes from outside is a parameter

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection

from linli.core import clock
from linli.core.figures.declare import BEGAN, ENDED, NOTHING, Counts, Facts, Figure, Ratio
from linli.indicators.queries.periods import Period, month_end
from linli.indicators.queries.schema import columns_of, selected

Paths = tuple[str, ...]
_NARROW = "narrow_rows"  # stands for the rows of a tail while the declaration is compiled
Key = tuple[str, str, str, tuple[tuple[int, tuple[str, ...]], ...]]


@dataclass(frozen=True)
class Number:
    """The value of a figure; of a ratio with what stands above and below the line. None where nothing is below."""

    value: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    @property
    def is_ratio(self) -> bool:
        """Whether it is one number over another."""
        return self.denominator is not None


@dataclass(frozen=True)
class _Scan:
    """One range of the roll-ups: the facts, the move, and the conditions that are summed side by side."""

    facts: Facts
    move: str
    wanted: tuple[tuple[tuple[int, tuple[str, ...]], ...], ...]
    days: frozenset[dt.date]  # up to which its figures ask


class Numbers:
    """Figures for places and periods. `places` names for each key the paths that make up the area."""

    def __init__(
        self,
        figures: Iterable[Figure | Ratio],
        places: Mapping[str, Paths],
        periods: Sequence[Period],
        *,
        by: str = "",
        within: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.figures = tuple(figures)
        self.places = dict(places)
        self.by = by
        self.within = dict(within or {})
        self.cuts = sorted({day for period in periods for day in (period.eve, period.last)})
        self.periods = tuple(dict.fromkeys(periods))
        self.held: dict[tuple[Key, str, str], list[Decimal]] = {}
        self.live: dict[tuple[str, str, str, str], Decimal] = {}
        self.values: dict[str, set[str]] = {}
        if self.cuts and self.places:
            self._read()

    # --- what is asked ------------------------------------------------------------------------------------------

    def of(self, figure: Figure | Ratio, place: str, period: Period, value: str = "") -> Number:
        """A figure's number; of one category's value where the numbers were read `by` it."""
        if isinstance(figure, Ratio):
            above = self._plain(figure.numerator, place, period, value)
            below = self._plain(figure.denominator, place, period, value)
            return Number(above * figure.factor / below if below else None, above, below)
        return Number(self._plain(figure, place, period, value))

    def split(self, figure: Figure | Ratio) -> list[str]:
        """The values there are of the category by which was read, as declared; the empty one last."""
        category = figure.facts.category(self.by)
        found = self.values.get(figure.facts.slug, set())
        declared = [value for value, _label in category.options] if category is not None else []
        rest = sorted(found - set(declared) - {NOTHING})
        return [value for value in dict.fromkeys((*declared, *rest, NOTHING)) if value in found]

    def _plain(self, figure: Figure, place: str, period: Period, value: str) -> Decimal:
        if figure.is_live:
            return self.live.get((figure.id, place, period.key, value), Decimal(0))

        def upto(move: str, day: dt.date) -> Decimal:
            name = f"{move}:{figure.weight}" if figure.weight else move
            if name not in figure.moves:
                return Decimal(0)
            key = _key(figure, name, self.within)
            at = self.cuts.index(day)
            wanted = self.places[place]
            return sum(
                (self.held[key, path, value][at] for path in wanted if (key, path, value) in self.held), Decimal(0)
            )

        match figure.counts:
            case Counts.STOCK:
                return upto(BEGAN, period.last) - upto(ENDED, period.last)
            case Counts.OPENING:
                return upto(BEGAN, period.eve) - upto(ENDED, period.eve)
            case Counts.BEGAN:
                return upto(BEGAN, period.last) - upto(BEGAN, period.eve)
            case Counts.ENDED:
                return upto(ENDED, period.last) - upto(ENDED, period.eve)
        came = upto(BEGAN, period.last) - upto(BEGAN, period.eve)
        return came - (upto(ENDED, period.last) - upto(ENDED, period.eve))

    # --- how it is read -----------------------------------------------------------------------------------------

    def _scans(self) -> list[_Scan]:
        found: dict[tuple[str, str], dict[Any, None]] = {}
        days: dict[tuple[str, str], set[dt.date]] = {}
        facts = {}
        for figure in self.figures:
            for part in figure.parts:
                if part.is_live:
                    continue
                facts[part.facts.slug] = part.facts
                asked = {day for period in self.periods for day in _ends_of(part, period)}
                for move in part.moves:
                    key = (part.facts.slug, move)
                    found.setdefault(key, {})[_key(part, move, self.within)[3]] = None
                    days.setdefault(key, set()).update(asked)
        return [
            _Scan(facts[slug], move, tuple(wanted), frozenset(days[slug, move]))
            for (slug, move), wanted in found.items()
        ]

    def _read(self) -> None:
        scans = self._scans()
        paths = sorted({path for group in self.places.values() for path in group})
        parts, params = [], []
        for i, scan in enumerate(scans):
            for sql, values in (self._rolled(i, scan, paths), *self._tails(i, scan, paths)):
                parts.append(sql)
                params += values
        for sql, values in self._lives(len(scans)):
            parts.append(sql)
            params += values
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            for i, bucket, path, value, sums in cursor.fetchall():
                if i < len(scans):
                    self._keep(scans[i], bucket, path, value, sums)
                else:
                    self._keep_live(self._live_parts[i - len(scans)], path, value, sums)

    def _keep(self, scan: _Scan, bucket: int, path: str, value: str, sums: Sequence[Decimal | None]) -> None:
        """A bucket counts from its cut on; what lies behind a cut (bucket < 0) is taken from that one alone."""
        if self.by:
            self.values.setdefault(scan.facts.slug, set()).add(value)
        for wanted, n in zip(scan.wanted, sums, strict=True):
            if not n:
                continue
            key = (scan.facts.slug, scan.move, "", wanted)
            row = self.held.setdefault((key, path, value), [Decimal(0)] * len(self.cuts))
            if bucket < 0:
                row[-bucket - 1] -= n
            else:
                for at in range(bucket, len(row)):
                    row[at] += n

    def _by(self, scan: _Scan) -> str:
        """The value of the category by which is split; nothing where these facts do not have it."""
        if not self.by or scan.facts.category(self.by) is None:
            return "''"
        return f"categories[{scan.facts.place_of(self.by)}]"

    def _sums(self, scan: _Scan) -> tuple[str, list[Any]]:
        sums, params = [], []
        for wanted in scan.wanted:
            terms = [f"categories[{place}] = ANY(%s)" for place, _values in wanted]
            params += [list(values) for _place, values in wanted]
            sums.append(f"sum(n) FILTER (WHERE {' AND '.join(terms)})" if terms else "sum(n)")
        return f"ARRAY[{', '.join(sums)}]", params

    def _rolled(self, i: int, scan: _Scan, paths: list[str]) -> tuple[str, list[Any]]:
        first, last = self.cuts[0], self.cuts[-1]
        january = first.replace(month=1, day=1)
        sums, wanted = self._sums(scan)
        # The thresholds are the days behind the cuts: what is on the first of them or later is in the next bucket.
        limits = [cut + dt.timedelta(days=1) for cut in self.cuts[:-1]]
        bucket = "width_bucket(day, %s::date[])" if limits else "0"
        return (
            f"""SELECT {i}, {bucket} AS bucket, scope, {self._by(scan)} AS value, {sums}
            FROM indicators_rollup WHERE facts = %s AND move = %s AND scope = ANY(%s)
                AND (grain = 'y' AND day < %s OR grain = 'm' AND day BETWEEN %s AND %s) GROUP BY 2, 3, 4""",
            [*([limits] if limits else []), *wanted, scan.facts.slug, scan.move, paths, january, january, last],
        )

    def _tails(self, i: int, scan: _Scan, paths: list[str]) -> Iterable[tuple[str, list[Any]]]:
        """What lies between a cut and the end of its month, from the records.

        Added up by the place they lie in before each place is counted for the areas above it: places are few.
        """
        facts = scan.facts
        ends = scan.move.startswith(ENDED)
        field: Any = facts.model._meta.get_field(facts.ended if ends else facts.began)
        placed: Any = facts.model._meta.get_field(facts.scope)
        moment = facts.is_moment(field.name)
        quote = connection.ops.quote_name
        table, day, scope = quote(facts.model._meta.db_table), quote(field.column), quote(placed.column)
        tops = _tops(paths)
        inside = "" if tops == [""] else f" AND ({' OR '.join([f'{scope} LIKE %s'] * len(tops))})"
        prefixes = [f"{top}%" for top in tops if inside]
        # The declarations were compiled to plain text: a per cent sign in them is no placeholder.
        compiled = selected(facts, _NARROW).replace("%", "%%")
        rows = compiled.replace(_NARROW, f"(SELECT * FROM {table} WHERE {day} >= %s AND {day} < %s{inside})")
        category = facts.category(self.by) if self.by else None
        value = f"f.category_{facts.place_of(self.by) - 1}" if category is not None else "''"
        _kind, _, weight = scan.move.partition(":")
        measure = f"sum(f.sum_{list(facts.sums).index(weight)})" if weight else "count(*)"
        sums, wanted = [], []
        for terms in scan.wanted:
            said = " AND ".join(f"f.category_{place - 1} = ANY(%s)" for place, _values in terms)
            wanted += [list(values) for _place, values in terms]
            sums.append(f"{measure} FILTER (WHERE {said})" if said else measure)
        own = ", ".join(f"{each} AS n{n}" for n, each in enumerate(sums))
        whole = ", ".join(f"sum(n{n})" for n in range(len(sums)))
        for at, cut in enumerate(self.cuts):
            end = month_end(cut)
            if cut == end or cut not in scan.days or (cut >= clock.today() and moment):
                continue  # what bears a moment has happened: nothing of it is to come
            behind: list[Any] = [_behind(cut, moment), _behind(end, moment)]
            yield (
                f"""SELECT {i}, {-at - 1}, above.path, value, ARRAY[{whole}]::numeric[]
                FROM (SELECT f.scope, {value} AS value, {own} FROM ({rows}) AS f({", ".join(columns_of(facts))})
                    WHERE f.ended IS NULL OR f.began IS NULL OR f.ended >= f.began GROUP BY 1, 2) AS here,
                    LATERAL (SELECT '' AS path UNION ALL SELECT registers_paths(here.scope)) AS above
                WHERE above.path = ANY(%s) GROUP BY 3, 4""",
                [*wanted, *behind, *prefixes, paths],
            )

    # --- counted from the records ---------------------------------------------------------------------------------

    @cached_property
    def _live_parts(self) -> list[Figure]:
        found = {part.id: part for figure in self.figures for part in figure.parts if part.is_live}
        return list(found.values())

    def _lives(self, offset: int) -> Iterable[tuple[str, list[Any]]]:
        """For each figure without a roll-up its numbers of all periods, by place."""
        places = [(key, path) for key, group in self.places.items() for path in group]
        tops = _tops(path for _key, path in places)
        for i, part in enumerate(self._live_parts):
            facts = part.facts
            table = connection.ops.quote_name(facts.model._meta.db_table)
            terms = [f"category_{place - 1} = ANY(%s)" for place, _values in _key(part, BEGAN, self.within)[3]]
            wanted: list[Any] = [list(values) for _place, values in _key(part, BEGAN, self.within)[3]]
            what = _measure(part)
            counted, days = [], []
            for period in self.periods:
                condition, values = _on(part, period)
                counted.append(f"{what} FILTER (WHERE {condition})")
                days += values
            category = facts.category(self.by) if self.by else None
            value = f"category_{facts.place_of(self.by) - 1}" if category is not None else "''"
            under = " OR ".join(["f.scope LIKE %s"] * len(tops))
            yield (
                f"""SELECT {offset + i}, 0, p.place, {value} AS value, ARRAY[{", ".join(counted)}]::numeric[]
                FROM ({selected(facts, table).replace("%", "%%")}) AS f({", ".join(columns_of(facts))})
                JOIN unnest(%s::text[], %s::text[]) AS p(place, path) ON starts_with(f.scope, p.path)
                WHERE ({under}) AND (f.ended IS NULL OR f.began IS NULL OR f.ended >= f.began)
                {"".join(f" AND {term}" for term in terms)} GROUP BY 3, 4""",
                [
                    *days,
                    [key for key, _path in places],
                    [path for _key, path in places],
                    *(f"{top}%" for top in tops),
                    *wanted,
                ],
            )

    def _keep_live(self, part: Figure, place: str, value: str, sums: Sequence[Decimal | None]) -> None:
        if self.by:
            self.values.setdefault(part.facts.slug, set()).add(value)
        for period, n in zip(self.periods, sums, strict=True):
            self.live[part.id, place, period.key, value] = Decimal(n or 0)


def _tops(paths: Iterable[str]) -> list[str]:
    """Those of the paths below which all others lie."""
    found: list[str] = []
    for path in sorted(set(paths), key=len):
        if not any(path.startswith(top) for top in found):
            found.append(path)
    return found


def _measure(figure: Figure) -> str:
    facts = figure.facts
    if figure.weight in facts.distinct:
        return f"count(DISTINCT key_{list(facts.distinct).index(figure.weight)})"
    return f"sum(sum_{list(facts.sums).index(figure.weight)})" if figure.weight else "count(*)"


def _on(figure: Figure, period: Period) -> tuple[str, list[dt.date]]:
    """Which facts count in a period, as SQL."""
    match figure.counts:
        case Counts.BEGAN:
            return "began BETWEEN %s AND %s", [period.first, period.last]
        case Counts.ENDED:
            return "ended BETWEEN %s AND %s", [period.first, period.last]
        case Counts.CHANGE:
            raise ValueError(f"{figure.id}: a difference is read from roll-ups")
    day = period.eve if figure.counts is Counts.OPENING else period.last
    return "(began IS NULL OR began <= %s) AND (ended IS NULL OR ended > %s)", [day, day]


def _ends_of(figure: Figure, period: Period) -> tuple[dt.date, ...]:
    """Up to which days a figure's moves are added up for a period."""
    match figure.counts:
        case Counts.STOCK:
            return (period.last,)
        case Counts.OPENING:
            return (period.eve,)
    return (period.eve, period.last)


def _behind(day: dt.date, moment: bool) -> dt.date | dt.datetime:
    """The first day (or moment) after a day."""
    from django.utils import timezone

    following = day + dt.timedelta(days=1)
    return timezone.make_aware(dt.datetime.combine(following, dt.time.min)) if moment else following


def _key(figure: Figure, move: str, within: Mapping[str, tuple[str, ...]]) -> Key:
    """Which sum a figure reads of a move: the values wanted of each category."""
    wanted: dict[str, tuple[str, ...]] = dict(figure.where)
    for name, values in within.items():
        if figure.facts.category(name) is not None:
            held = wanted.get(name)
            wanted[name] = tuple(value for value in values if held is None or value in held)
    places = sorted((figure.facts.place_of(name), tuple(map(str, values))) for name, values in wanted.items())
    return (figure.facts.slug, move, "", tuple(places))
