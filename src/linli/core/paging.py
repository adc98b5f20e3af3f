"""Keyset paging: the next page starts where this one ended, so a list costs the same however long it grows."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest

M = TypeVar("M", bound=Model)
LONGEST_KEY = 600


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of a list. `after` is the key the next page starts below, `before` the one the page above ends at;
    each is empty where there is no such page."""

    rows: list[M]
    after: str
    is_first: bool
    before: str = ""


def keyset(rows: QuerySet[M], request: HttpRequest, size: int = 30, ascending: bool = False) -> Page[M]:
    """Cut a page by primary key; a nonsense key in the address shows the first page."""
    key: Any = request.GET.get("after", "")
    after = int(key) if key.isascii() and key.isdigit() and len(key) < 19 else None
    ordered = rows.order_by("pk" if ascending else "-pk")
    if after is not None:
        ordered = ordered.filter(pk__gt=after) if ascending else ordered.filter(pk__lt=after)
    found = list(ordered[: size + 1])
    more = len(found) > size
    return Page(found[:size], str(found[size - 1].pk) if more else "", after is None)


@dataclass(frozen=True)
class Term:
    """One column of an order. What is empty comes last; read backwards, first."""

    name: str
    descending: bool
    nullable: bool
    nulls_first: bool = False

    @property
    def order(self) -> OrderBy:
        """For `order_by`."""
        nulls: dict[str, Any] = {}
        if self.nullable:
            nulls = {"nulls_first": True} if self.nulls_first else {"nulls_last": True}
        return F(self.name).desc(**nulls) if self.descending else F(self.name).asc(**nulls)

    @property
    def reversed(self) -> Term:
        """The same column from the other end."""
        return Term(self.name, not self.descending, self.nullable, not self.nulls_first)

    def equals(self, value: Any) -> Q:
        """Rows that stand level with the key."""
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def beyond(self, value: Any) -> Iterator[Q]:
        """Rows strictly after the key, in order."""
        if value is not None:
            yield Q(**{f"{self.name}__{'lt' if self.descending else 'gt'}": value})
            if self.nullable and not self.nulls_first:
                yield Q(**{f"{self.name}__isnull": True})
        elif self.nulls_first:
            yield Q(**{f"{self.name}__isnull": False})


class Order:
    """A total order of a model's rows: some columns and, as the last, the primary key."""

    def __init__(self, model: type[Model], by: Sequence[str], filled: Collection[str] = ()) -> None:
        """`filled` names columns that are never empty among the rows of the list."""
        pk = model._meta.pk
        assert pk is not None
        terms = []
        for word in by:
            name = word.lstrip("-")
            field = pk if name == "pk" else model._meta.get_field(name)
            terms.append(Term(name, word.startswith("-"), bool(getattr(field, "null", False)) and name not in filled))
        if terms[-1].name != "pk":
            # In the direction of the column before it, so that one index serves both ways.
            terms.append(Term("pk", terms[-1].descending, False))
        self.model = model
        self.terms = tuple(terms)

    @property
    def reversed(self) -> Order:
        """From the last row to the first."""
        twin = object.__new__(Order)
        twin.model, twin.terms = self.model, tuple(term.reversed for term in self.terms)
        return twin

    @property
    def names(self) -> list[str]:
        """The columns of a key."""
        return [term.name for term in self.terms]

    @property
    def order_by(self) -> list[OrderBy]:
        """For `order_by`."""
        return [term.order for term in self.terms]

    def key_of(self, row: Model) -> tuple[Any, ...]:
        """Where a row stands."""
        return tuple(getattr(row, name) for name in self.names)

    def segments(self, key: Sequence[Any] | None) -> list[Q]:
        """The rows after a key as conditions, one after the other; each is one range of the order's index."""
        if key is None:
            return [Q()]
        found = []
        for place in reversed(range(len(self.terms))):
            level = Q()
            for term, value in zip(self.terms[:place], key, strict=False):
                level &= term.equals(value)
            found += [level & beyond for beyond in self.terms[place].beyond(key[place])]
        return found

    def written(self, key: Sequence[Any]) -> str:
        """A key as an address holds it."""
        text = json.dumps(list(key), default=str, ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def read(self, text: str) -> tuple[Any, ...] | None:
        """The key of an address; None for nonsense, which shows the first page."""
        if not text or len(text) > LONGEST_KEY or not text.isascii():
            return None
        try:
            values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            if not isinstance(values, list) or len(values) != len(self.terms):
                return None
            return tuple(self._read(term, value) for term, value in zip(self.terms, values, strict=True))
        except (ValueError, TypeError, OverflowError, ValidationError):
            return None

    def _read(self, term: Term, value: Any) -> Any:
        if value is None:
            if not term.nullable:
                raise ValueError(term.name)
            return None
        if term.name == "pk":
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
                raise ValueError(term.name)
            return value
        if not isinstance(value, str | int | float) or "\0" in str(value):
            raise ValueError(term.name)
        return self.model._meta.get_field(term.name).to_python(value)  # type: ignore[union-attr]
