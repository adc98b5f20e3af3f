"""What can be exported: the filter of a register or of a process's cases, as one reader may see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.registers.declare import REGISTRY, Column
from linli.core.registers.selection import Selection
from linli.core.workflow.declare import REGISTRY as PROCESSES
from linli.core.workflow.listing import Cases

CHUNK = 2000


@dataclass(frozen=True)
class Source:
    """Rows in their order and the columns of them that this reader may see."""

    slug: str
    label: str
    unit: str
    columns: tuple[Column, ...]
    rows: QuerySet[Any]
    words: str
    params: dict[str, Any]
    reach: tuple[str, ...]
    known: int | None = None  # how many, where a tally says so
    back: str = ""

    def chosen(self, names: Iterable[str]) -> tuple[Column, ...]:
        """The columns of these names, in the order declared; unknown names are left out."""
        wanted = set(names)
        return tuple(column for column in self.columns if column.name in wanted)

    @property
    def traced(self) -> dict[str, Any]:
        """The filter as the trace keeps it: what was searched for may be a person's name, so it is not said."""
        return {name: "…" if name in ("q", "who") else value for name, value in self.params.items()}


def source_of(slug: str, params: Mapping[str, Any], user: User) -> Source | None:
    """The rows behind an address; None where there is no such list, or none for this person."""
    if slug in REGISTRY:
        return _of_register(slug, params, user) if grants_of(user) else None
    return _of_cases(slug, params, user)


def _of_register(slug: str, params: Mapping[str, Any], user: User) -> Source:
    register = REGISTRY[slug]
    selection = Selection.from_params(register, params, user)
    return Source(
        slug=slug,
        label=register.label,
        unit=register.unit,
        columns=tuple(register.columns_for(public=False)),
        rows=selection.queryset,
        words=selection.describe(),
        params=selection.params,
        reach=selection.reach or (),
        known=None if selection.words or selection.who else selection.finder.counted.filtered,
    )


def _of_cases(slug: str, params: Mapping[str, Any], user: User) -> Source | None:
    process = PROCESSES.get(slug)
    if process is None or process.visible_to is None or not process.columns:
        return None
    cases = Cases.from_params(process, params, user)
    return Source(
        slug=slug,
        label=f"{process.label}清单",
        unit=process.unit,
        columns=tuple(process.columns),
        rows=cases.queryset,
        words=cases.describe(),
        params=cases.params,
        reach=tuple(cases.reach),
        known=_known(cases),
    )


def _known(cases: Cases) -> int | None:
    if cases.words or cases.late:
        return None
    counts = cases.by_state()
    return counts[cases.state] if cases.state else sum(counts.values())


def values_of(rows: QuerySet[Any], columns: Sequence[Column]) -> Iterator[tuple[Any, ...]]:
    """What the reader sees of every row, read from the server in chunks and shown column by column.

    Plain values, no records: a column that needs a cipher opened says so by its source, the others never see one.
    """
    paths = [path for column in columns for path in column.sources]
    found = rows.values_list(*paths).iterator(chunk_size=CHUNK)
    while batch := list(islice(found, CHUNK)):
        yield from zip(*_shown(columns, list(zip(*batch, strict=True))), strict=True)


def _shown(columns: Sequence[Column], held: list[tuple[Any, ...]]) -> Iterator[Iterable[Any]]:
    """The columns of a batch as they are shown, from those of the query."""
    place = 0
    for column in columns:
        first, place = place, place + len(column.sources)
        yield map(column.show, *held[first:place]) if column.show else held[first]
