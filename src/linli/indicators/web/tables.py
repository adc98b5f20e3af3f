"""A figure divided: by the areas below, and by the categories of its facts. The lines add up to the whole."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from linli.core.figures.declare import Category, Figure, Ratio
from linli.indicators.queries.numbers import Number, Numbers
from linli.indicators.queries.periods import Period
from linli.indicators.queries.places import REST, Spot, rest_of
from linli.indicators.web.look import Look
from linli.indicators.web.showing import Row, amount, change, parts_of, plain_value, words

HERE, THERE = "here", "there"


def _then(look: Look) -> Period:
    """The period of the second column."""
    return look.against if isinstance(look.against, Period) else look.period


def area_rows(figure: Figure | Ratio, look: Look) -> list[Row]:
    """A line for each area below, one for what lies in none of them, and the whole."""
    if not look.parts:
        return []
    then = look.period.before if isinstance(look.against, Spot) else _then(look)
    places = {HERE: look.spot.paths} | {spot.key: spot.paths for spot in look.parts}
    numbers = Numbers([figure], places, [look.period, then])
    rows = [_row(figure, look, numbers, spot, spot.key, then) for spot in look.parts]
    rest = _rest(figure, look, numbers, then)
    whole = _row(figure, look, numbers, look.spot, HERE, then, total=True)
    return [*rows, *([rest] if rest is not None else []), whole]


def _row(
    figure: Figure | Ratio, look: Look, numbers: Numbers, spot: Spot, key: str, then: Period, *, total: bool = False
) -> Row:
    number, past = numbers.of(figure, key, look.period), numbers.of(figure, key, then)
    return Row(
        "合计" if total else spot.name,
        "" if total else look.figure_url(figure, area=spot.key),
        words(figure, number),
        look.records_url(figure, area=spot.key),
        parts_of(figure, numbers, key, look, area=spot.key),
        words(figure, past),
        change(figure, number, past),
        plain_value(figure, number),
        spot,
        total,
    )


def _rest(figure: Figure | Ratio, look: Look, numbers: Numbers, then: Period) -> Row | None:
    """What lies in none of the areas below; None where that is nothing."""
    number, past = (_left(figure, look, numbers, period) for period in (look.period, then))
    if not any((number.value, number.numerator, number.denominator, past.value)):
        return None
    spot = rest_of(look.spot, look.parts)
    return Row(
        spot.name,
        "",
        words(figure, number),
        look.records_url(figure, part=REST),
        (),
        words(figure, past),
        change(figure, number, past),
        plain_value(figure, number),
        spot,
    )


def _left(figure: Figure | Ratio, look: Look, numbers: Numbers, period: Period) -> Number:
    def left(part: Figure) -> Decimal:
        whole = numbers.of(part, HERE, period).value or Decimal(0)
        return whole - sum(
            (numbers.of(part, spot.key, period).value or Decimal(0) for spot in look.parts), Decimal(0)
        )

    if isinstance(figure, Figure):
        return Number(left(figure))
    above, below = left(figure.numerator), left(figure.denominator)
    return Number(above * figure.factor / below if below else None, above, below)


def category_rows(figure: Figure | Ratio, category: Category, look: Look) -> list[Row]:
    """A line for each value of a category, compared with the other period or the other area."""
    rival = look.against if isinstance(look.against, Spot) else None
    then = _then(look)
    places = {HERE: look.spot.paths} | ({THERE: rival.paths} if rival is not None else {})
    numbers = Numbers([figure], places, [look.period, then], by=category.name)
    rows = []
    for value in numbers.split(figure):
        number = numbers.of(figure, HERE, look.period, value)
        past = numbers.of(figure, THERE if rival is not None else HERE, then, value)
        if not any((number.value, past.value)):
            continue
        href = look.records_url(figure, **{f"in_{category.name}": value})
        rows.append(
            Row(
                category.label_of(value),
                "",
                words(figure, number),
                href,
                (),
                words(figure, past),
                change(figure, number, past),
                plain_value(figure, number),
            )
        )
    return rows


def ranking(figure: Figure | Ratio, look: Look, rows: list[Row]) -> dict[str, Any]:
    """The areas below as a chart, the greatest first; where less is better, the least."""
    lines = [row for row in rows if row.spot is not None and not row.is_total and not row.spot.is_rest]
    known = sorted((row for row in lines if row.value is not None), key=lambda row: -(row.value or 0))
    if figure.good == "down":
        known.reverse()
    return {
        "kind": "rank",
        "unit": figure.unit,
        "labels": [row.name for row in known],
        "series": [{"name": figure.name, "values": [row.value for row in known]}],
        "hrefs": [row.records for row in known],
    }


def compared(figure: Figure | Ratio, look: Look) -> dict[str, Any] | None:
    """This area beside another one in the period; None where periods are compared."""
    rival = look.against
    if not isinstance(rival, Spot):
        return None
    numbers = Numbers([figure], {HERE: look.spot.paths, THERE: rival.paths}, [look.period])
    here, there = numbers.of(figure, HERE, look.period), numbers.of(figure, THERE, look.period)
    return {
        "name": rival.name,
        "text": words(figure, there),
        "change": change(figure, here, there),
        "records": look.records_url(figure, area=rival.key),
        "parts": [amount(there.numerator), amount(there.denominator)] if there.is_ratio else [],
    }
