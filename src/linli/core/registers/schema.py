"""What a register needs in the database, as SQL for its migrations: one spelling, the index of pairs, the tally.

Everything here lives in the database itself, so a row is found and counted however it came in: by a form, by COPY, by
INSERT … SELECT of an import, by an UPDATE. PostgreSQL 15 suffices and no extension is needed.
"""

# ruff: noqa: S608 -- names of our own tables and columns, written into migrations

from __future__ import annotations

from collections.abc import Mapping

from django.db import migrations

from linli.core.registers.words import DROPPED, LOWER, SYNONYMS, UPPER


def _quoted(text: str) -> str:
    escaped = "".join(c if 32 <= ord(c) < 127 and c not in "'\\" else f"\\{ord(c):04X}" for c in text)
    return f"U&'{escaped}'"


def _plain(text: str) -> str:
    return f"translate(normalize({text}, NFKC), {_quoted(UPPER + DROPPED)}, '{LOWER}')"


def _canonical(text: str) -> str:
    for said, meant in SYNONYMS:
        text = f"replace({text}, {_quoted(said)}, {_quoted(meant)})"
    return text


# The bodies name nothing but the language's own functions, so they work under any search_path, also in a restore.
# They are loops of PL/pgSQL: a query in SQL would cost its start for every row, four times the work itself.
FUNCTIONS = f"""
CREATE FUNCTION registers_plain(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN {_plain("$1")};

CREATE FUNCTION registers_canonical(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN {_canonical("$1")};

CREATE FUNCTION registers_lines(VARIADIC fields text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    field text; line text; spelt text := ''; meant text;
BEGIN
    FOREACH field IN ARRAY fields LOOP
        line := {_plain("field")};
        IF line <> '' THEN
            spelt := spelt || E'\\n' || line;
        END IF;
    END LOOP;
    meant := {_canonical("spelt")};
    RETURN CASE WHEN spelt = meant THEN spelt ELSE spelt || meant END;
END $$;

CREATE FUNCTION registers_paths(scope text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT left(scope, place) FROM generate_series(1, length(scope)) AS place WHERE substr(scope, place, 1) = '/';
END;

CREATE FUNCTION registers_tokens(
    public text, private text, codes text, scope text, VARIADIC facets text[] = '{{}}'
) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 20000 AS $$
DECLARE
    found text[] := facets;
BEGIN
    FOR place IN 1..length(public) - 1 LOOP
        found := found || substr(public, place, 2);
    END LOOP;
    FOR place IN 1..length(private) - 1 LOOP
        found := found || ('~' || substr(private, place, 2));
    END LOOP;
    FOR place IN 2..length(codes) - 3 LOOP
        found := found || substr(codes, place, 4);
    END LOOP;
    FOR place IN 1..length(scope) LOOP
        IF substr(scope, place, 1) = '/' THEN
            found := found || left(scope, place);
        END IF;
    END LOOP;
    RETURN found;
END $$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION registers_tokens(text, text, text, text, text[]);
DROP FUNCTION registers_paths(text);
DROP FUNCTION registers_lines(text[]);
DROP FUNCTION registers_canonical(text);
DROP FUNCTION registers_plain(text);
"""


def facet_sql(source: str, kind: str) -> str:
    """The value of a facet as text; what is empty is "none"."""
    if kind == "day":
        return f"coalesce(extract(year FROM {source})::int::text, 'none')"
    return f"coalesce(nullif({source}::text, ''), 'none')"


def _grouped(rows: str, scope: str, facets: Mapping[str, str], sign: str = "") -> str:
    values = "ARRAY[" + ", ".join(facets[name] for name in sorted(facets)) + "]::text[]"
    return f"SELECT {scope} AS scope, {values} AS facets, {sign}count(*) AS n FROM {rows} GROUP BY 1, 2"


def _added(register: str, changed: str) -> str:
    """The change of every figure above the rows that changed."""
    return f"""
    INSERT INTO core_tally (register, scope, facets, n)
    SELECT '{register}', path, facets, sum(n)
    FROM ({changed}) AS changed,
        LATERAL (SELECT '' AS path UNION ALL SELECT registers_paths(changed.scope)) AS above
    GROUP BY path, facets HAVING sum(n) <> 0;"""


def first_count_sql(table: str, register: str, scope: str, facets: Mapping[str, str]) -> str:
    """Count what is there. An area's rows lie together, so that its figures are a few pages and not a thousand."""
    return _added(register, _grouped(table, scope, facets)).rstrip(";") + " ORDER BY path, facets;"


def tally_sql(table: str, register: str, scope: str, facets: Mapping[str, str], name: str = "") -> str:
    """Triggers that keep `core_tally` exact: each statement adds what it changed, in its own transaction.

    Rows are only ever added (a writer never waits for another); a job folds them. Every area above a record has a row
    of its own, so a street's figure is read and not added up. `name` tells a table's second tally from its
    first.
    """
    name = name or table
    new, old = _grouped("new_rows", scope, facets), _grouped("old_rows", scope, facets, "-")
    bodies = {
        "insert": (_added(register, new), "REFERENCING NEW TABLE AS new_rows"),
        "delete": (_added(register, old), "REFERENCING OLD TABLE AS old_rows"),
        "update": (
            _added(register, f"{new} UNION ALL {old}"),
            "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
        ),
        "truncate": (f"DELETE FROM core_tally WHERE register = '{register}';", ""),
    }
    made = [
        f"""
CREATE FUNCTION {name}_tally_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {body}
    RETURN NULL;
END $$;
CREATE TRIGGER {name}_tally_{event} AFTER {event.upper()} ON {table} {rows}
    FOR EACH STATEMENT EXECUTE FUNCTION {name}_tally_{event}();"""
        for event, (body, rows) in bodies.items()
    ]
    return "\n".join([*made, first_count_sql(table, register, scope, facets)])


def drop_tally_sql(table: str, register: str, name: str = "") -> str:
    """The way back."""
    name = name or table
    events = ("insert", "delete", "update", "truncate")
    dropped = [
        f"DROP TRIGGER {name}_tally_{event} ON {table}; DROP FUNCTION {name}_tally_{event}();" for event in events
    ]
    return "\n".join([*dropped, f"DELETE FROM core_tally WHERE register = '{register}';"])


class KeepTally(migrations.RunSQL):
    """Let the database keep the tally of a register. `facets` pairs the declared facets with (column, kind). A table
    that is the cases of a process and a register as well has two, each with a `name`."""

    def __init__(
        self,
        table: str,
        register: str,
        facets: Mapping[str, tuple[str, str]],
        scope: str = "scope",
        name: str = "",
    ) -> None:
        self.arguments = (table, register, facets, scope, *((name,) if name else ()))
        values = {facet: facet_sql(column, kind) for facet, (column, kind) in facets.items()}
        super().__init__(tally_sql(table, register, scope, values, name), drop_tally_sql(table, register, name))

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        """Written as it was called."""
        return (self.__class__.__name__, list(self.arguments), {})
