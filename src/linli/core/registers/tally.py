"""What the tally says of a selection: exact numbers at any size, as long as no word is searched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, router, transaction
from django.db.models import Model, Sum

from linli.core.registers.declare import Facet, Register
from linli.core.registers.models import Tally
from linli.core.registers.search import NOTHING

if TYPE_CHECKING:
    from linli.core.registers.selection import Selection

Values = tuple[str, ...]
MOST_OWN = 500


class Counted:
    """Numbers of one selection from the tally, and of the reader's own records, which lie elsewhere."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.register = selection.register
        self.tallied = selection.register.tallied

    @cached_property
    def paths(self) -> list[str]:
        """The areas whose figures make up what the reader sees."""
        return [branch.path for branch in self.selection.branches if branch.path is not None]

    @property
    def knows(self) -> bool:
        """Whether the register keeps a tally and can say where the reader sees everything."""
        return self.register.is_indexed and self.selection.reach is not None

    @cached_property
    def by_path(self) -> dict[str, list[tuple[Values, int]]]:
        """Path → (values of the facets, how many), for the areas read."""
        return self._read[0]

    @property
    def whole(self) -> int:
        """How many the register has in all, whoever asks."""
        return self._read[1]

    @cached_property
    def _read(self) -> tuple[dict[str, list[tuple[Values, int]]], int]:
        found: dict[str, list[tuple[Values, int]]] = {path: [] for path in self.paths if self.knows}
        whole = 0
        # By hand: some thousand rows, each of which a query set would convert value by value.
        with connections[router.db_for_read(Tally) or DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(FIGURES, [self.register.slug, list(found), self.register.slug])
            for path, values, total in cursor.fetchall():
                if path is None:
                    whole = total
                else:
                    found[path].append((tuple(values), total))
        return found | {path: [] for path in self.paths if path not in found}, whole

    @cached_property
    def own(self) -> list[Values]:
        """The values of the reader's own records outside the areas; a handful."""
        selection = self.selection
        found: list[Values] = []
        for branch in selection.branches:
            if branch.path is not None:
                continue
            area = selection.register.area_facet
            rows = selection.base.filter(branch.condition)
            if area is not None and selection.area is not None:
                rows = rows.filter(selection.condition_of(area))
            fields = [facet.source for facet in self.tallied]
            found += self.values_of(list(rows.values_list(*fields)[:MOST_OWN]))
        return found

    def values_of(self, rows: Sequence[tuple[object, ...]]) -> list[Values]:
        """Records' values as the tally writes them, column by column: there are thousands of rows and few values."""
        if not rows:
            return []
        columns = zip(*rows, strict=True)
        written = [
            map(_Written(facet).__getitem__, column) for facet, column in zip(self.tallied, columns, strict=True)
        ]
        return list(zip(*written, strict=True))

    @cached_property
    def rows(self) -> list[tuple[Values, int]]:
        """All that the reader sees in the chosen area, by the values of the facets."""
        return [row for path in self.paths for row in self.by_path[path]] + [(values, 1) for values in self.own]

    @cached_property
    def by_place(self) -> list[Counter[str]]:
        """How many have each value of each facet, none chosen: the same few thousand rows, gone through once."""
        if not self.rows:
            return [Counter() for _facet in self.tallied]
        columns, numbers = zip(*(values for values, _n in self.rows), strict=True), [n for _values, n in self.rows]
        return [_summed(zip(column, numbers, strict=True)) for column in columns]

    # --- figures ------------------------------------------------------------------------------------------------

    def wanted(self, *, without: str = "") -> Mapping[int, frozenset[str]]:
        """Place of a facet → the values that were chosen, what is public included."""
        selection, found = self.selection, {}
        for place, facet in enumerate(self.tallied):
            values: frozenset[str] | None = None
            if facet.name in selection.chosen and facet.name != without:
                values = frozenset(selection.chosen[facet.name])
            if selection.public and facet.name in self.register.public_values:
                public = frozenset(self.register.public_values[facet.name])
                values = public if values is None else values & public
            if values is not None:
                found[place] = values
        return found

    @cached_property
    def filtered(self) -> int | None:
        """Exactly how many match the facets; None where there is no tally."""
        if not self.knows:
            return None
        wanted = self.wanted()
        return sum(n for values, n in self.rows if _fits(values, wanted)) if wanted else self.reachable

    @cached_property
    def reachable(self) -> int | None:
        """Exactly how many the reader sees in the chosen area, whatever the other facets."""
        return sum(n for _values, n in self.rows) if self.knows else None

    def share_of(self, path: str) -> float:
        """The part of the whole register that lies below a path."""
        if not path or not self.knows:
            return 1.0
        return sum(n for _values, n in self.by_path.get(path, [])) / self.whole if self.whole else 1.0

    def of_facet(self, facet: Facet) -> Counter[str]:
        """How many have each value of a facet, the other facets applied and its own left out."""
        place = self.tallied.index(facet)
        wanted = self.wanted(without=facet.name)
        if not wanted:
            return self.by_place[place]
        return _summed((values[place], n) for values, n in self.rows if _fits(values, wanted))

    def fitting(self, rows: Sequence[tuple[Values, str]]) -> list[tuple[Values, str]]:
        """Those of some records, given as values and path, that match the facets, the area included."""
        wanted = self.wanted()
        area = self.selection.area
        path = area.path if area is not None else ""
        return [row for row in rows if row[1].startswith(path) and _fits(row[0], wanted)]

    def below(self, paths: list[str]) -> dict[str, int]:
        """How many match the facets in each of some areas; one query, the reader's own elsewhere not among them."""
        found = dict.fromkeys(paths, 0)
        if not self.knows or not paths:
            return found
        rows = Tally.objects.filter(register=self.register.slug, scope__in=paths)
        for place, values in self.wanted().items():
            rows = rows.filter(**{f"facets__{place}__in": sorted(values)})
        found |= dict(rows.values_list("scope").annotate(total=Sum("n")))
        return found


class _Written(dict[Any, str]):
    """What is written for each value of a facet."""

    def __init__(self, facet: Facet) -> None:
        super().__init__()
        self.facet = facet

    def __missing__(self, value: object) -> str:
        found = self[value] = value_of(self.facet, value)
        return found


def _summed(rows: Iterable[tuple[str, int]]) -> Counter[str]:
    found: dict[str, int] = {}
    for value, n in rows:
        found[value] = found.get(value, 0) + n
    return Counter(found)


def _fits(values: Values, wanted: Mapping[int, frozenset[str]]) -> bool:
    return all(values[place] in allowed for place, allowed in wanted.items())


def value_of(facet: Facet, value: object) -> str:
    """A column's value as the tally and the index write it."""
    if value is None or value == "":
        return NOTHING
    return str(getattr(value, "year", value))


# The figures of some paths, and under no path how many there are in all.
FIGURES = """
SELECT scope, facets, sum(n)::bigint FROM core_tally WHERE register = %s AND scope = ANY(%s)
GROUP BY scope, facets HAVING sum(n) <> 0
UNION ALL SELECT NULL, NULL, coalesce(sum(n), 0)::bigint FROM core_tally WHERE register = %s AND scope = ''
"""
FOLD = """
WITH folded AS (
    DELETE FROM core_tally WHERE (register, scope, facets) IN (
        SELECT register, scope, facets FROM core_tally
        GROUP BY register, scope, facets HAVING count(*) > 1 OR sum(n) = 0
    ) RETURNING register, scope, facets, n
)
INSERT INTO core_tally (register, scope, facets, n)
SELECT register, scope, facets, sum(n) FROM folded GROUP BY register, scope, facets HAVING sum(n) <> 0
ORDER BY register, scope, facets
"""


@transaction.atomic
def fold() -> int:
    """Put the rows of each figure into one; how many of those are left. Writers do not wait."""
    with connection.cursor() as cursor:
        # Two folds at once would each take the other's rows for gone.
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('core_tally'))")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(FOLD)
        return int(cursor.rowcount)


def recount(register: Register) -> None:
    """Count a register anew, after its triggers were switched off for a mass of rows. Its writers wait meanwhile."""
    recount_rows(register.model, register.slug, register.indexed, register.scope)


@transaction.atomic
def recount_rows(model: type[Model], name: str, facets: Mapping[str, tuple[str, str]], scope: str = "scope") -> None:
    """The same for any table that keeps a tally under this name."""
    from linli.core.registers.schema import facet_sql, first_count_sql

    quoted = connection.ops.quote_name
    values = {facet: facet_sql(quoted(column), kind) for facet, (column, kind) in facets.items()}
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {quoted(table)} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("DELETE FROM core_tally WHERE register = %s", [name])
        cursor.execute(first_count_sql(table, name, scope, values))
