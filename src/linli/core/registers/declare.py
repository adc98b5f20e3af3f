"""What a register is, as data. The list, its filters and counts, the map, the charts, the export, the API and the
template of an import are derived from it; a domain declares its registers in its module `registers.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet

from linli.core.access.grants import Person


class Kind(StrEnum):
    """What a value is, for the formats that care (Excel, JSON, charts)."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    AREA = "area"
    CODE = "code"


@dataclass(frozen=True)
class Column:
    """One value of a record, the same in a list, an export and the API.

    `source` names one ORM path or several; `show` receives their values and returns what a reader may see: the word
    of a choice, a masked name. A personal value without a mask does not belong here: it is revealed one by one, with
    a reason (core/privacy).
    """

    name: str
    label: str
    source: str | tuple[str, ...] = ""
    show: Callable[..., Any] | None = None
    kind: Kind = Kind.TEXT
    public: bool = False  # every visitor may read it
    tones: Mapping[str, str] = field(default_factory=dict, hash=False)  # a value's tone: ok, soon, late
    personal: bool = False  # says something of a person, even masked: taking it along needs a reason

    @property
    def sources(self) -> tuple[str, ...]:
        """The ORM paths; the name itself when none was given."""
        return (self.source,) if isinstance(self.source, str) and self.source else tuple(self.source) or (self.name,)

    def of(self, *values: Any) -> Any:
        """The values of `sources` as a reader sees them."""
        return self.show(*values) if self.show else values[0]

    def of_record(self, record: Any) -> Any:
        """As `of`, from a record whose related rows were selected with it."""
        return self.of(*(_follow(record, source) for source in self.sources))

    def tone_of(self, record: Any) -> str:
        """The tone of its value, "" where it has none."""
        return self.tones.get(str(_follow(record, self.sources[0])), "") if self.tones else ""


def _follow(record: Any, path: str) -> Any:
    for step in path.split("__"):
        record = getattr(record, step, None)
    return record


@dataclass(frozen=True)
class Place:
    """An area as a filter offers it. `key` is its name in addresses, `code` the official one, which programs use; the
    path of `above` begins its own."""

    key: str
    path: str
    name: str
    above: str = ""
    code: str = ""


@dataclass(frozen=True)
class Facet:
    """A property to filter and count by. CHOICE: `choices` lists the values; AREA: everything below an area, by its
    path; DAY: a year."""

    name: str
    label: str
    source: str
    kind: Kind = Kind.CHOICE
    choices: tuple[tuple[str, str], ...] = ()
    public: bool = False
    places: Callable[[], Sequence[Place]] | None = field(default=None, repr=False)  # AREA: upper before lower


@dataclass(frozen=True)
class Key:
    """A personal number by which a reader with the right may find records: typed whole, compared by its keyed hash.

    `check` normalises what was typed or raises ValidationError; `permission` is asked for each record found.
    """

    name: str
    label: str
    source: str
    kind: str  # of core.privacy.keyed_hash
    check: Callable[[str], str] = field(repr=False)
    permission: str = ""


@dataclass(frozen=True)
class Sort:
    """An order of the list: ORM order_by terms; the primary key is added as the last. What is empty comes last."""

    name: str
    label: str
    by: tuple[str, ...]


@dataclass(frozen=True)
class Register:
    """A register. `visible_to` is the list twin of the rule `view`; `public` is what every visitor may read."""

    slug: str  # outward name: addresses, API, saved filters
    label: str
    unit: str
    model_label: str
    view: str
    visible_to: Callable[[Person], QuerySet[Any]] = field(repr=False)
    columns: tuple[Column, ...]
    facets: tuple[Facet, ...]
    sorts: tuple[Sort, ...]  # the first is the default
    search: tuple[str, ...]  # fields of which any part finds the record
    public: Callable[[], QuerySet[Any]] | None = field(default=None, repr=False)
    scope: str = "scope"  # the path of the area a record lies in
    point: tuple[str, str, str] | None = None  # longitude, latitude, datum
    # What follows makes it fast; what may be seen is said by visible_to and public alone.
    reach: Callable[[Person], tuple[str, ...]] | None = field(default=None, repr=False)  # paths: all below is seen
    own: str = ""  # the account whose record it is: seen wherever it lies
    public_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)  # `public` as facets
    keys: tuple[Key, ...] = ()
    listed: tuple[str | Column, ...] = ()  # columns of the list; the first names the record, the second lies below
    url: str = ""  # name of the officers' list page
    public_url: str = ""
    home: str = ""  # of the public face: its title
    excerpt: str = ""  # the column of which the public list shows the beginning
    outlines: Callable[[Sequence[str], str], list[dict[str, Any]]] | None = field(default=None, repr=False)
    convert: Callable[[float, float, str, str], tuple[float, float]] | None = field(default=None, repr=False)

    @property
    def model(self) -> type[Model]:
        """The record's model."""
        return apps.get_model(self.model_label)

    def columns_for(self, *, public: bool) -> Iterator[Column]:
        """What this reader may see, in the order declared."""
        return (column for column in self.columns if column.public or not public)

    def facets_for(self, *, public: bool) -> tuple[Facet, ...]:
        """What this reader may filter by."""
        return tuple(facet for facet in self.facets if facet.public or not public)

    def list_columns(self, *, public: bool) -> list[Column]:
        """The columns of the list, as far as this reader may see them."""
        named = {column.name: column for column in self.columns}
        chosen = [named[one] if isinstance(one, str) else one for one in self.listed]
        return [column for column in chosen if column.public or not public]

    @property
    def area_facet(self) -> Facet | None:
        """The facet of areas."""
        return next((facet for facet in self.facets if facet.kind == Kind.AREA), None)

    @property
    def tallied(self) -> tuple[Facet, ...]:
        """The facets the tally and the index hold, by name, as their values stand there."""
        found = (facet for facet in self.facets if facet.kind != Kind.AREA)
        return tuple(sorted(found, key=lambda facet: facet.name))

    @cached_property
    def indexed(self) -> dict[str, tuple[str, str]]:
        """For the index and the tally: facet → (column, kind)."""
        return {facet.name: (facet.source, facet.kind.value) for facet in self.tallied}

    @cached_property
    def is_indexed(self) -> bool:
        """Whether the table has the search columns (`search.py`); without them a register is searched row by row."""
        from linli.core.registers.search import searchable

        return searchable(self.model)


REGISTRY: dict[str, Register] = {}


def declare(register: Register) -> Register:
    """Make a register known; two of one slug are a mistake."""
    if REGISTRY.setdefault(register.slug, register) is not register:
        raise ValueError(f"register declared twice: {register.slug}")
    return register
