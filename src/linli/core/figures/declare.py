"""What a figure is, as data. Value, series, split, target, export and the records behind it follow from it.

A domain declares in its module `indicators.py` which of its tables hold facts (`Facts`) and which numbers are read
from them (`Figure`, `Ratio`). The roll-ups, pages and the API are those of `linli.indicators`, above all domains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db.models import DateTimeField, Model, Q, QuerySet

from linli.core.access.grants import Person
from linli.core.registers.declare import Column

NOTHING = "none"  # a category that is empty
BEGAN, ENDED = "in", "out"  # the two moves of a fact


class Counts(StrEnum):
    """What of the facts a figure counts, and what its date means."""

    STOCK = "stock"  # those there at the end of the period
    OPENING = "opening"  # those there when it began
    BEGAN = "began"  # those that began in it
    ENDED = "ended"  # those that ended in it
    CHANGE = "change"  # began less ended


@dataclass(frozen=True)
class Category:
    """A property facts are divided by: a column of their own table, or an expression over such columns."""

    name: str
    label: str
    source: Any
    choices: tuple[tuple[str, str], ...] | Callable[[], Iterable[tuple[str, str]]] = ()

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """The values with their words, in order."""
        return tuple(self.choices()) if callable(self.choices) else self.choices

    def label_of(self, value: str) -> str:
        """The word of a value."""
        return dict(self.options).get(value, "没有填" if value == NOTHING else value)


@dataclass(frozen=True)
class Facts:
    """A table whose rows are counted. Each row begins on a day and may end on a later one.

    What is empty in `began` has always been there: it is part of every stock and of no flow. A row that ends before
    it begins is never counted. `where`, the categories and the sums may use nothing but columns of the table itself,
    since the database keeps the roll-ups from the changed rows alone. `kept=False` is for a table that is small
    wherever one looks: it has no roll-up and is counted from its records, as distinct values always are; its
    categories may ask other tables by a subquery.
    """

    slug: str
    label: str
    unit: str
    model_label: str
    began: str  # a column of days or moments
    visible_to: Callable[[Person], QuerySet[Any]] = field(repr=False)
    columns: tuple[Column, ...]  # of the list of records; the first names the record
    ended: str = ""
    where: Q = field(default_factory=Q)
    categories: tuple[Category, ...] = ()
    sums: Mapping[str, str] = field(default_factory=dict, hash=False)  # name → column
    distinct: Mapping[str, str] = field(
        default_factory=dict, hash=False
    )  # name → column whose values are counted once
    scope: str = "scope"
    reach: Callable[[Person], tuple[str, ...]] | None = field(default=None, repr=False)  # paths: all below is seen
    kept: bool = True
    href: Callable[[Any], str] | None = field(default=None, repr=False)  # of a record; None: its own page

    @property
    def model(self) -> type[Model]:
        """The record's model."""
        return apps.get_model(self.model_label)

    def category(self, name: str) -> Category | None:
        """The category of this name."""
        return next((each for each in self.categories if each.name == name), None)

    def place_of(self, name: str) -> int:
        """Where a category stands among the values of a roll-up, from 1 on, as PostgreSQL counts."""
        return 1 + next(i for i, each in enumerate(self.categories) if each.name == name)

    def is_moment(self, column: str) -> bool:
        """Whether a column holds moments, whose day is that of Shanghai."""
        return isinstance(self.model._meta.get_field(column), DateTimeField)


@dataclass(frozen=True)
class Figure:
    """A number: of which facts, which of them, counted or summed, and what the date means."""

    id: str
    name: str
    unit: str
    facts: Facts
    counts: Counts
    counted: str  # what is counted, in words
    source: str  # the rule or report that asks for it
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)  # category → values
    weight: str = ""  # the name of a sum, or of what is counted once; else rows are counted
    group: str = ""
    target: str = ""  # the key of a parameter
    good: str = ""  # "up" or "down": which way is better
    listed: bool = True  # offered on boards

    @property
    def formula(self) -> str:
        """How it is worked out, in words."""
        what = "数量" if not self.weight else "合计" if self.weight in self.facts.sums else "数量（同一个只算一次）"
        return {
            Counts.STOCK: f"期末当天仍在的{self.facts.label}{what}",
            Counts.OPENING: f"期初前一天仍在的{self.facts.label}{what}",
            Counts.BEGAN: f"期内开始的{self.facts.label}{what}",
            Counts.ENDED: f"期内结束的{self.facts.label}{what}",
            Counts.CHANGE: f"期内开始的{self.facts.label}减去期内结束的",
        }[self.counts]

    @property
    def is_stock(self) -> bool:
        """Whether it is there on a day; else it happens in a period."""
        return self.counts in (Counts.STOCK, Counts.OPENING)

    @property
    def parts(self) -> tuple[Figure, ...]:
        """The figures it is read from: itself."""
        return (self,)

    @property
    def is_live(self) -> bool:
        """Whether it is counted from the records and not from a roll-up."""
        return not self.facts.kept or self.weight in self.facts.distinct

    @property
    def moves(self) -> tuple[str, ...]:
        """Which moves of its facts it reads."""
        both = self.counts in (Counts.STOCK, Counts.OPENING, Counts.CHANGE) and self.facts.ended
        one = ENDED if self.counts is Counts.ENDED else BEGAN
        return tuple(
            f"{move}:{self.weight}" if self.weight else move for move in ((BEGAN, ENDED) if both else (one,))
        )


@dataclass(frozen=True)
class Ratio:
    """Two figures, one over the other; both are always shown."""

    id: str
    name: str
    numerator: Figure
    denominator: Figure
    source: str
    unit: str = "%"
    places: int = 1  # digits behind the point
    group: str = ""
    target: str = ""
    good: str = ""
    listed: bool = True
    note: str = ""

    @property
    def factor(self) -> int:
        """A share is told in hundredths."""
        return {"%": 100, "‰": 1000}.get(self.unit, 1)

    @property
    def formula(self) -> str:
        """How it is worked out, in words."""
        return f"{self.numerator.name} ÷ {self.denominator.name}" + (f" × {self.factor}" if self.factor > 1 else "")

    @property
    def counted(self) -> str:
        """What is counted above and below the line."""
        return f"分子：{self.numerator.counted}；分母：{self.denominator.counted}" + (
            f"。{self.note}" if self.note else ""
        )

    @property
    def is_stock(self) -> bool:
        """Whether both parts are there on a day."""
        return self.numerator.is_stock and self.denominator.is_stock

    @property
    def facts(self) -> Facts:
        """Those above the line."""
        return self.numerator.facts

    @property
    def parts(self) -> tuple[Figure, ...]:
        """The two figures it is read from."""
        return (self.numerator, self.denominator)


FACTS: dict[str, Facts] = {}
REGISTRY: dict[str, Figure | Ratio] = {}
PARTS: dict[str, Figure] = {}


def declare(*figures: Figure | Ratio) -> None:
    """Make figures known, and the parts and facts they are read from; two of one name are a mistake."""
    for figure in figures:
        if REGISTRY.setdefault(figure.id, figure) is not figure:
            raise ValueError(f"figure declared twice: {figure.id}")
        for part in figure.parts:
            if PARTS.setdefault(part.id, part) is not part:
                raise ValueError(f"figure declared twice: {part.id}")
            if FACTS.setdefault(part.facts.slug, part.facts) is not part.facts:
                raise ValueError(f"facts declared twice: {part.facts.slug}")
            known = {category.name for category in part.facts.categories}
            if set(part.where) - known or (
                part.weight and part.weight not in {**part.facts.sums, **part.facts.distinct}
            ):
                raise ValueError(f"{part.id} asks for what {part.facts.slug} does not keep")


def kept() -> list[Facts]:
    """The facts that have a roll-up."""
    return [facts for facts in FACTS.values() if facts.kept]


def listed() -> Iterator[Figure | Ratio]:
    """The figures boards offer: those of the highest floor first, since they say most; on each as declared."""
    floors = {config.label: i for i, config in enumerate(apps.get_app_configs())}
    offered = [figure for figure in REGISTRY.values() if figure.listed]
    return iter(sorted(offered, key=lambda figure: -floors[figure.facts.model._meta.app_label]))


__all__ = [
    "BEGAN",
    "ENDED",
    "FACTS",
    "NOTHING",
    "PARTS",
    "REGISTRY",
    "Category",
    "Counts",
    "Facts",
    "Figure",
    "Ratio",
    "declare",
    "kept",
    "listed",
]
