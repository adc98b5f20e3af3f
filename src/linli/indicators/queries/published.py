"""Published numbers beside those that are counted: what agrees, what differs, where a source contradicts itself."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from linli.areas.choices import Level
from linli.areas.models import Area
from linli.core.access.grants import Person
from linli.core.figures.declare import REGISTRY, Figure, Ratio
from linli.indicators.choices import Means, Span, Verdict
from linli.indicators.queries.fractions import denominators, fitting, nearest, places_of, rounded
from linli.indicators.queries.numbers import Number, Numbers
from linli.indicators.queries.periods import Period
from linli.indicators.queries.places import home_of, may_read, spot_of

FEW = 6  # denominators that are named


@dataclass(frozen=True)
class Published:
    """One number of a report: `id` is its place in the list of the report's figures."""

    id: str
    figure: str
    value: Decimal
    period: Period
    phrase: str
    means: Means = Means.EXACT
    dated: str = ""
    contradicts: str = ""
    together: str = ""

    @property
    def of(self) -> Figure | Ratio:
        """The figure that counts it."""
        return REGISTRY[self.figure]

    @property
    def places(self) -> int:
        """The digits that were printed behind the point."""
        return places_of(self.value)


@dataclass(frozen=True)
class Source:
    """A report on one district."""

    code: str
    name: str
    remarks: tuple[str, ...]
    figures: tuple[Published, ...]


@dataclass(frozen=True)
class Line:
    """A published number beside the counted one."""

    published: Published
    number: Number
    verdict: Verdict
    difference: Decimal | None
    remarks: tuple[str, ...]


@cache
def sources() -> Mapping[str, Source]:
    """The reports by the code of their district."""
    text = (files("linli.indicators") / "data" / "published.toml").read_text(encoding="utf-8")
    return {
        code: Source(code, told["name"], tuple(told["remarks"]), tuple(_read(each) for each in told["figures"]))
        for code, told in tomllib.loads(text).items()
    }


def _read(told: dict[str, str]) -> Published:
    first, _, last = told["period"].partition("..")
    begun = dt.date.fromisoformat(first)
    period = Period(begun, dt.date.fromisoformat(last) if last else begun, Span.OWN)
    more = {name: told[name] for name in ("dated", "contradicts", "together") if name in told}
    means = Means(told.get("means", Means.EXACT))
    return Published(told["id"], told["figure"], Decimal(told["value"]), period, told["phrase"], means, **more)


def source_of(area: Area) -> Source | None:
    """The report on the district an area lies in."""
    return sources().get((area.code or "")[:6])


def district_of(user: Person, area: Area | None = None) -> Area | None:
    """The district with a report whose numbers the person reads: that of an area, or of the own posts."""
    area = area or home_of(user)
    source = source_of(area) if area is not None else None
    if source is None:
        return None
    found = Area.objects.filter(code=source.code, level=Level.DISTRICT).defer("boundary").first()
    return found if found is not None and may_read(user, found) else None


def compared(source: Source, district: Area) -> list[Line]:
    """Each published number beside the counted one; one statement for all of them."""
    figures = list({each.figure: each.of for each in source.figures}.values())
    periods = list(dict.fromkeys(each.period for each in source.figures))
    numbers = Numbers(figures, {"here": spot_of(district).paths}, periods)
    return [_line(each, numbers.of(each.of, "here", each.period), source.figures) for each in source.figures]


def _line(published: Published, number: Number, all_of_them: Sequence[Published]) -> Line:
    remarks = [published.contradicts] if published.contradicts else []
    remarks += _fractions(published, number, all_of_them)
    if number.value is None:
        return Line(published, number, Verdict.NOTHING, None, tuple(remarks))
    counted = rounded(number.value, published.places)
    agrees = agree(published.means, published.value, counted)
    verdict = Verdict.AGREES if agrees else Verdict.DIFFERS
    return Line(published, number, verdict, counted - published.value, tuple(remarks))


def agree(means: Means, published: Decimal, counted: Decimal) -> bool:
    """Whether what was counted, to the printed places, is what was published."""
    match means:
        case Means.MORE:
            return counted > published
        case Means.LEAST:
            return counted >= published
    return counted == published


def _fractions(published: Published, number: Number, all_of_them: Sequence[Published]) -> list[str]:
    """What a percentage that no whole number gives can be at best, and over which denominators it could be had."""
    below = int(number.denominator or 0)
    exact = isinstance(published.of, Ratio) and published.of.unit == "%" and published.means is Means.EXACT
    if not below or not exact or fitting(published.value, below):
        return []
    near = [f"{one.above}/{one.below} = {one.percent(published.places)}%" for one in nearest(published.value, below)]
    found = [f"分母是 {below}，没有哪个整数能得 {published.value}%；最近的是 {'、'.join(near)}。"]
    if published.together:
        both = [each.value for each in all_of_them if each.together == published.together]
        fits = denominators(both, below)[-FEW:]
        said = "、".join(f"{most}（{'、'.join(map(str, above))}）" for most, above in fits)
        words = "和".join(f"{value}%" for value in both)
        found.append(
            f"{below} 以内能同时得出 {words} 的分母只有 {said}：当时并没有把 {below} 家都算进去。"
            if fits
            else f"{below} 以内没有一个分母能同时得出 {words}。"
        )
    return found
