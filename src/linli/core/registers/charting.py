"""The figures of a filter as charts: plain numbers for the chart component and its table."""

from __future__ import annotations

from typing import Any

from linli.core.registers.declare import Facet, Kind
from linli.core.registers.figures import Count, Figures, Listed, Sure
from linli.core.registers.search import NOTHING

Bars = list[tuple[str, str, Count]]


def chart_of(figures: Figures, facet: Facet, url: str) -> dict[str, Any] | None:
    """One chart, or None where there is nothing to divide."""
    bars = _areas(figures, facet) if facet.kind == Kind.AREA else _values(figures, facet)
    if not bars:
        return None
    selection = figures.selection
    estimated = any(not count.is_exact for _value, _label, count in bars)
    return {
        "id": f"chart-{facet.name}",
        "title": f"按{facet.label}",
        "first": facet.label,
        "estimated": estimated,
        "spec": {
            "kind": "rank" if facet.kind == Kind.AREA or (facet.kind == Kind.CHOICE and len(bars) > 6) else "bar",
            "unit": selection.register.unit,
            "labels": [label for _value, label, _count in bars],
            "series": [{"name": "约数" if estimated else "数量", "values": [count.n for _v, _l, count in bars]}],
            "hrefs": [f"{url}?{selection.query(**{facet.name: [value]})}" for value, _label, _count in bars],
        },
    }


def _rows(figures: Figures) -> tuple[Listed, float]:
    """The matches that were counted, and for how many each stands."""
    if figures.listed is not None:
        return figures.listed, 1
    return figures.sampled, figures.weight


def _count(n: int, weight: float) -> Count:
    return Count(n) if weight == 1 else Count(_round(n * weight), Sure.ABOUT)


def _round(n: float) -> int:
    digits = max(len(str(int(n))) - 2, 0)
    return int(round(n / 10**digits) * 10**digits)


def _values(figures: Figures, facet: Facet) -> Bars:
    selection = figures.selection
    place = figures.register.tallied.index(facet)
    chosen = selection.chosen.get(facet.name)
    counts: dict[str, Count] = {}
    if figures.from_tally:
        counts = {value: Count(n) for value, n in figures.counted.of_facet(facet).items()}
    else:
        rows, weight = _rows(figures)
        counts = {value: _count(n, weight) for value, n in rows.by(place).items()}
    if facet.kind == Kind.DAY:
        order = sorted(value for value in counts if value != NOTHING)
    else:
        order = [value for value, _label in facet.choices if value in counts]
    if NOTHING in counts:
        order.append(NOTHING)
    return [
        (value, selection.value_label(facet, value).removesuffix(" 年"), counts[value])
        for value in order
        if counts[value].n and (chosen is None or value in chosen)
    ]


def _areas(figures: Figures, facet: Facet) -> Bars:
    places = figures.offered
    area = figures.selection.area
    if area is not None and not any(place.above == area.path for place in places):
        places = [place for place in places if place is area]
    if figures.from_tally:
        counts = figures.counted.below([place.path for place in places])
        bars = [(place.key, place.name, Count(counts[place.path])) for place in places]
    else:
        rows, weight = _rows(figures)
        bars = [(place.key, place.name, _count(rows.below(place.path), weight)) for place in places]
    return sorted((bar for bar in bars if bar[2].n), key=lambda bar: -bar[2].n)
