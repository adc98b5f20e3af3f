"""How numbers look: words, changes, small drawings, tiles. Every number carries the address of its records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from linli.core.figures.declare import Counts, Figure, Ratio
from linli.core.parameters import values_of
from linli.indicators.choices import SERIES
from linli.indicators.queries.numbers import Number, Numbers
from linli.indicators.queries.places import Spot
from linli.indicators.web.look import Look

NONE = "—"
WIDTH, HEIGHT = 120, 28


def amount(value: Decimal | None, places: int = 0) -> str:
    """1,286; 96.4; a dash for nothing. A sum that is not whole shows its hundredths."""
    if value is None:
        return NONE
    if not places and value != value.to_integral_value():
        places = 2
    return f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,}"


def words(figure: Figure | Ratio, number: Number) -> str:
    """The value as a page tells it, without its unit."""
    return amount(number.value, figure.places if isinstance(figure, Ratio) else 0)


def plain_value(figure: Figure | Ratio, number: Number) -> float | int | None:
    """The value for a chart and for a sheet."""
    if number.value is None:
        return None
    if isinstance(figure, Ratio):
        return float(round(number.value, figure.places))
    return int(number.value) if number.value == number.value.to_integral_value() else float(number.value)


@dataclass(frozen=True)
class Change:
    """How a number moved: ▲12, ▼1.2 个百分点."""

    text: str = ""
    tone: str = ""


def change(figure: Figure | Ratio, now: Number, then: Number) -> Change:
    """From one number to another; better is green, worse is red, and a word stands beside the colour."""
    if now.value is None or then.value is None:
        return Change()
    by = now.value - then.value
    places = figure.places if isinstance(figure, Ratio) else 0
    shown = amount(abs(by), places)
    if not by or not shown.strip("0.,"):
        return Change("持平")
    unit = " 个百分点" if isinstance(figure, Ratio) and figure.unit == "%" else ""
    better = (by > 0) == (figure.good == "up")
    tone = "" if not figure.good else "ok" if better else "late"
    return Change(f"{'▲' if by > 0 else '▼'}{shown}{unit}", tone)


def spark(values: Sequence[float | int | None]) -> str:
    """The points of a small line, from the least to the greatest value; "" for fewer than two."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    reach = (high - low) or 1
    step = WIDTH / (len(values) - 1)
    middle = HEIGHT / 2 if high == low else None
    return " ".join(
        f"{i * step:.1f},{middle if middle is not None else 2 + (HEIGHT - 4) * (high - value) / reach:.1f}"
        for i, value in enumerate(values)
        if value is not None
    )


@dataclass(frozen=True)
class Part:
    """A part of a number with its records: 134 of 139."""

    name: str
    text: str
    href: str


@dataclass(frozen=True)
class Tile:
    """A figure on a board."""

    figure: Figure | Ratio
    number: Number
    text: str
    unit: str
    href: str  # its page
    records: str
    parts: tuple[Part, ...]
    change: Change
    points: str
    target: str = ""
    target_tone: str = ""


def parts_of(figure: Figure | Ratio, numbers: Numbers, place: str, look: Look, **changes: Any) -> tuple[Part, ...]:
    """What a number is made of: numerator and denominator."""
    if isinstance(figure, Figure):
        return ()
    found = []
    number = numbers.of(figure, place, look.period)
    for part, value in ((figure.numerator, number.numerator), (figure.denominator, number.denominator)):
        found.append(Part(part.name, amount(value), look.records_url(part, **changes)))
    return tuple(found)


def tiles(figures: Iterable[Figure | Ratio], look: Look, *, series: int = SERIES) -> list[Tile]:
    """Figures of the area and period that is looked at, each with its trend; one statement for all of them."""
    chosen = list(figures)
    told = look.period.back(series)
    before = look.period.before
    numbers = Numbers(chosen, {"here": look.spot.paths}, [*told, before])
    targets = targets_of(chosen, look.spot)
    found = []
    for figure in chosen:
        number = numbers.of(figure, "here", look.period)
        target, tone = aimed(figure, number, targets)
        found.append(
            Tile(
                figure,
                number,
                words(figure, number),
                figure.unit,
                look.figure_url(figure),
                look.records_url(figure),
                parts_of(figure, numbers, "here", look),
                change(figure, number, numbers.of(figure, "here", before)),
                spark([plain_value(figure, numbers.of(figure, "here", period)) for period in told]),
                target,
                tone,
            )
        )
    return found


def targets_of(figures: Iterable[Figure | Ratio], spot: Spot) -> Mapping[str, Any]:
    """The targets in force in an area, by the keys of their parameters; one query."""
    keys = {figure.target for figure in figures if figure.target}
    return values_of(keys, spot.path) if keys else {}


def aimed(figure: Figure | Ratio, number: Number, targets: Mapping[str, Any]) -> tuple[str, str]:
    """The target in words, and whether it is reached."""
    if not figure.target:
        return "", ""
    target = Decimal(targets[figure.target])
    if number.value is None:
        return f"目标 {target} {figure.unit}", ""
    reached = number.value <= target if figure.good == "down" else number.value >= target
    return f"目标 {target} {figure.unit}，{'已达到' if reached else '还没有达到'}", "ok" if reached else "soon"


def grouped(found: Iterable[Tile]) -> list[tuple[str, list[Tile]]]:
    """Tiles under the words of their groups, as declared."""
    groups: dict[str, list[Tile]] = {}
    for tile in found:
        groups.setdefault(tile.figure.group, []).append(tile)
    return list(groups.items())


def trend(figure: Figure | Ratio, look: Look, count: int = SERIES) -> dict[str, Any]:
    """The series as a chart; against another area, or the same periods a year before, as a second line."""
    told = look.period.back(count)
    places = {"here": look.spot.paths}
    rival = look.against if isinstance(look.against, Spot) else None
    if rival is not None:
        places["there"] = rival.paths
    numbers = Numbers([figure], places, told)

    def line(name: str, place: str) -> dict[str, Any]:
        return {"name": name, "values": [plain_value(figure, numbers.of(figure, place, period)) for period in told]}

    rows = [line(look.spot.name, "here")]
    if rival is not None:
        rows.append(line(rival.name, "there"))
    flows = isinstance(figure, Figure) and not figure.is_stock and figure.counts is not Counts.CHANGE
    return {
        "kind": "bar" if flows and rival is None else "line",
        "unit": figure.unit,
        "labels": [period.short for period in told],
        "series": rows,
        "hrefs": [look.records_url(figure, period=period.key) for period in told],
    }


@dataclass(frozen=True)
class Row:
    """A line of a table of areas or categories."""

    name: str
    href: str
    text: str
    records: str
    parts: tuple[Part, ...]
    then: str
    change: Change
    value: float | int | None
    spot: Spot | None = None
    is_total: bool = False
