"""What a workbook of a register looks like, as data. A domain declares its sheets in its module `sheets.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import polars as pl
from django.apps import apps
from django.db.models import Model

from linli.core.privacy.values import Kind as Personal


class Kind(StrEnum):
    """What a cell holds; decides how it is cleaned and checked (checks.py)."""

    TEXT = "text"
    CODE = "code"
    PERSON = "person"
    ORGANIZATION = "organization"
    ID_NUMBER = "id_number"
    MOBILE = "mobile"
    PHONE = "phone"
    USCC = "uscc"
    NUMBER = "number"
    DAY = "day"
    CHOICE = "choice"
    UPPER_PLACE = "upper_place"  # the area above, which tells two places of one name apart
    PLACE = "place"


# Digits in these are a name, not a quantity: the template keeps them as text, and Excel must not have rounded them.
CODES = frozenset({Kind.CODE, Kind.ID_NUMBER, Kind.MOBILE, Kind.PHONE, Kind.USCC})


@dataclass(frozen=True)
class Place:
    """Where a row lies: what the register stores, and what a reader is shown."""

    id: int
    scope: str
    label: str
    code: str = ""


class Places(Protocol):
    """The places a row may name: those of one scope. Answered by a domain that knows areas."""

    def find(self, upper: str, name: str) -> Place | str:
        """The place of this name or code, or the sentence that says why there is none."""
        ...

    def of(self, id: int) -> Place:
        """A place that was found before."""
        ...

    def options(self) -> Sequence[tuple[str, str]]:
        """(upper, name) of every place, for the template."""
        ...


@dataclass(frozen=True)
class Column:
    """One column of the workbook. `name` is the record's field; `also` are other headings it comes under.

    `least` and `most` bound the length of a text or the size of a number. `words` are further words for a choice.
    `personal` values are encrypted where `hashed` names the field of their keyed hash, and shown masked.
    `repeats` says that one merged cell may stand for many rows.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    required: bool = False
    also: tuple[str, ...] = ()
    hint: str = ""
    example: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    least: int = 0
    most: int = 0
    personal: Personal | None = None
    hashed: str = ""
    repeats: bool = False
    future: bool = False  # a day that may still come
    seldom: bool = False  # most workbooks lack it, and nobody is told so

    @property
    def encrypted(self) -> bool:
        """Whether the record keeps the value encrypted."""
        return bool(self.hashed)

    @property
    def is_place(self) -> bool:
        """Whether the cell helps to name a place."""
        return self.kind in (Kind.PLACE, Kind.UPPER_PLACE)


@dataclass(frozen=True)
class Key:
    """Fields that together name one record. A weak key only hints: such a row may be taken as new.

    `fields` are fields of the record (the keyed hash for an encrypted one). `among` narrows the register to rows
    whose fields have one of these values, and the row of the file likewise. `twins` also holds the rows of a file
    against each other, as a strong key always does.
    """

    name: str
    label: str
    fields: tuple[str, ...]
    strong: bool = True
    among: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    twins: bool = False


@dataclass(frozen=True)
class Rule:
    """A check over several columns: where the expression is true, the sentence stands at `column`."""

    column: str
    wrong: pl.Expr = field(repr=False, compare=False)
    sentence: str


@dataclass(frozen=True)
class Numbered:
    """A number the register gives where the file has none: `key` names the serial, "" where none is needed.

    `pattern` finds serial and count in a given number, so that the serial goes on behind what the file brought.
    """

    column: str
    pattern: str
    reads: tuple[str, ...]
    key: Callable[[Mapping[str, Any], Places], str] = field(repr=False)


@dataclass(frozen=True)
class Sheet:
    """A register that can be imported.

    `permission` is asked with the import, which has a `scope`; `roles` is its twin for lists. `blank` says by SQL
    over the row `v` what a new record gets where the file says nothing; whatever the model declares as default needs
    no mention. `fresh` makes a value for each new record. `sentences` explain constraints of the database.
    """

    slug: str
    label: str
    unit: str
    model_label: str
    permission: str
    roles: tuple[str, ...]
    places: Callable[[str], Places] = field(repr=False)
    columns: tuple[Column, ...]
    keys: tuple[Key, ...]
    title: str  # the column that names a row to a reader
    shown: tuple[str, ...]  # columns of the preview
    rules: tuple[Rule, ...] = ()
    numbered: Numbered | None = None
    blank: Mapping[str, str] = field(default_factory=dict)
    fresh: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    sentences: Mapping[str, str] = field(default_factory=dict)
    list_url: str = ""  # name of the page of the register
    place: str = "area"  # the record's foreign key to its place
    scope: str = "scope"  # the record's path of that place

    @property
    def model(self) -> type[Model]:
        """The record's model."""
        return apps.get_model(self.model_label)

    def column(self, name: str) -> Column:
        """A column by name; KeyError for one nobody declared."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def own(self) -> tuple[Column, ...]:
        """Columns that are fields of the record."""
        return tuple(column for column in self.columns if column.kind is not Kind.UPPER_PLACE)


REGISTRY: dict[str, Sheet] = {}


def declare(sheet: Sheet) -> Sheet:
    """Make a sheet known; two of one slug are a mistake."""
    if REGISTRY.setdefault(sheet.slug, sheet) is not sheet:
        raise ValueError(f"sheet declared twice: {sheet.slug}")
    return sheet
