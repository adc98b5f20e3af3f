"""What a register is, as data. The list, its filters and counts, the map, the charts, the export, the API and the
template of an import are derived from it; a domain declares its registers in its module `registers.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
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

    @property
    def sources(self) -> tuple[str, ...]:
        """The ORM paths; the name itself when none was given."""
        return (self.source,) if isinstance(self.source, str) and self.source else tuple(self.source) or (self.name,)

    def of(self, *values: Any) -> Any:
        """The values of `sources` as a reader sees them."""
        return self.show(*values) if self.show else values[0]


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


@dataclass(frozen=True)
class Sort:
    """An order of the list: ORM order_by terms; the primary key is added as the last."""

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

    @property
    def model(self) -> type[Model]:
        """The record's model."""
        return apps.get_model(self.model_label)

    def columns_for(self, *, public: bool) -> Iterator[Column]:
        """What this reader may see, in the order declared."""
        return (column for column in self.columns if column.public or not public)


REGISTRY: dict[str, Register] = {}


def declare(register: Register) -> Register:
    """Make a register known; two of one slug are a mistake."""
    if REGISTRY.setdefault(register.slug, register) is not register:
        raise ValueError(f"register declared twice: {register.slug}")
    return register
