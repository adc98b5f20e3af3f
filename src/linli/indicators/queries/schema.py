"""The triggers that keep the roll-ups, as SQL derived from the declarations.

Each statement adds what it changed, in its own transaction, once for each area above a row and for month and year.
Rows are only ever added, so no writer waits for another. docs/algorithms/figures.md explains it with an example.
"""

# ruff: noqa: S608 -- names of our own tables and columns, and expressions that Django compiled

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connection
from django.db.models import DateField, F, TextField, Value
from django.db.models.functions import Cast, Coalesce, NullIf, TruncDate
from django.utils import timezone

from linli.core.figures.declare import BEGAN, ENDED, NOTHING, Facts

ROLLUP = "indicators_rollup"
EVENTS = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "truncate": "",
}
LONG_AGO = "'0001-01-01'::date"


def day_of(facts: Facts, column: str) -> Any:
    """A column of days or moments as a day of Shanghai."""
    if facts.is_moment(column):
        return TruncDate(column, tzinfo=timezone.get_default_timezone())
    return F(column)


def selected(facts: Facts, rows: str) -> str:
    """The facts among some rows, with nothing but columns of the table; `columns_of` names what it gives."""
    model = facts.model
    named: dict[str, Any] = {
        "_began": day_of(facts, facts.began),
        "_ended": day_of(facts, facts.ended) if facts.ended else Cast(Value(None), DateField()),
    }
    named |= {f"_category_{i}": text_of(each.source) for i, each in enumerate(facts.categories)}
    named |= {f"_sum_{i}": F(column) for i, column in enumerate(facts.sums.values())}
    named |= {f"_key_{i}": F(column) for i, column in enumerate(facts.distinct.values())}
    query = model._base_manager.filter(facts.where).annotate(**named).order_by().values_list(facts.scope, *named)
    sql, params = query.query.sql_with_params()
    if " JOIN " in sql:
        raise ValueError(f"{facts.slug} may use columns of its own table only")
    table = connection.ops.quote_name(model._meta.db_table)
    written = str(connection.ops.compose_sql(sql, params))  # type: ignore[attr-defined]
    return written.replace(f" FROM {table}", f" FROM {rows} AS {table}", 1)


def columns_of(facts: Facts) -> list[str]:
    """Scope, first and last day, categories, sums, and what is counted once."""
    numbered = (("category", facts.categories), ("sum", facts.sums), ("key", facts.distinct))
    return ["scope", "began", "ended", *(f"{name}_{i}" for name, held in numbered for i in range(len(held)))]


def text_of(source: Any) -> Any:
    """A category as the roll-up writes it."""
    value = F(source) if isinstance(source, str) else source
    return Coalesce(NullIf(Cast(value, TextField()), Value("")), Value(NOTHING), output_field=TextField())


def moves_sql(facts: Facts, rows: str, sign: str = "", more: str = "") -> str:
    """Each move of some rows: scope, move, day, categories, how much."""
    names = ", ".join(columns_of(facts))
    began, ended = f"coalesce(f.began, {LONG_AGO})", "f.ended"
    moves = [f"('{BEGAN}', {began}, 1::numeric)"]
    moves += [f"('{BEGAN}:{name}', {began}, f.sum_{i}::numeric)" for i, name in enumerate(facts.sums)]
    if facts.ended:
        moves += [f"('{ENDED}', {ended}, 1::numeric)"]
        moves += [f"('{ENDED}:{name}', {ended}, f.sum_{i}::numeric)" for i, name in enumerate(facts.sums)]
    values = ", ".join(f"f.category_{i}" for i in range(len(facts.categories)))
    return f"""SELECT f.scope, m.move, m.day, ARRAY[{values}]::text[] AS categories, {sign}m.n AS n
    FROM ({selected(facts, rows)}) AS f({names}), LATERAL (VALUES {", ".join(moves)}) AS m(move, day, n)
    WHERE m.day IS NOT NULL AND m.n <> 0 AND (f.ended IS NULL OR f.began IS NULL OR f.ended >= f.began){more}"""


def rolled_sql(facts: Facts, moves: str) -> str:
    """What some moves add to the roll-ups: every area above them, by month and by year.

    In three sums, each over what the one before it left: by month, then by the areas above (looked up once a place,
    not once a row), then the months of a year.
    """
    return f"""
    WITH months AS (SELECT scope, move, date_trunc('month', day::timestamp)::date AS day, categories, sum(n) AS n
            FROM ({moves}) AS each GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0),
        places AS MATERIALIZED (SELECT p.scope, above.path FROM (SELECT DISTINCT scope FROM months) AS p,
            LATERAL (SELECT '' AS path UNION ALL SELECT registers_paths(p.scope)) AS above),
        areas AS MATERIALIZED (SELECT p.path AS scope, m.move, m.day, m.categories, sum(m.n) AS n
            FROM months AS m JOIN places AS p ON p.scope = m.scope GROUP BY 1, 2, 3, 4 HAVING sum(m.n) <> 0)
    SELECT '{facts.slug}' AS facts, move, scope, 'm' AS grain, day, categories, n FROM areas
    UNION ALL
    SELECT '{facts.slug}', move, scope, 'y', date_trunc('year', day::timestamp)::date, categories, sum(n)
    FROM areas GROUP BY move, scope, 5, categories HAVING sum(n) <> 0"""


def added_sql(facts: Facts, moves: str, *, folded: bool = False) -> str:
    """Add what some moves change."""
    return (
        f"INSERT INTO {ROLLUP} (facts, move, scope, grain, day, categories, n, folded)"
        f" SELECT r.*, {str(folded).lower()} FROM ({rolled_sql(facts, moves)}) AS r"
    )


def body_of(facts: Facts, event: str) -> str:
    """What the trigger of an event does."""
    new, old = moves_sql(facts, "new_rows"), moves_sql(facts, "old_rows", "-")
    statement = {
        "insert": lambda: added_sql(facts, new),
        "delete": lambda: added_sql(facts, old),
        "update": lambda: added_sql(facts, f"{new} UNION ALL {old}"),
        "truncate": lambda: f"DELETE FROM {ROLLUP} WHERE facts = '{facts.slug}'",
    }[event]()
    return f"\nBEGIN\n    {statement};\n    RETURN NULL;\nEND "


def name_of(facts: Facts, event: str) -> str:
    """The name of the trigger and of its function. The function knows its facts, since a table may hold several."""
    return f"figures_{facts.slug.replace('-', '_')}_{event}"


def trigger_sql(facts: Facts, event: str) -> str:
    """The function and the trigger of an event, whatever was there before."""
    name, table = name_of(facts, event), connection.ops.quote_name(facts.model._meta.db_table)
    return f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $figures${body_of(facts, event)}$figures$;
DROP TRIGGER IF EXISTS {name} ON {table};
CREATE TRIGGER {name} AFTER {event.upper()} ON {table} {EVENTS[event]}
    FOR EACH STATEMENT EXECUTE FUNCTION {name}();"""


@cache
def signature(facts: Facts) -> dict[str, str]:
    """The bodies of the triggers by name: a declaration that changed changes them."""
    return {name_of(facts, event): body_of(facts, event) for event in EVENTS}
