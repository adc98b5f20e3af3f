"""The waiting rows: written by COPY, held against each other and against the register by the database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from django.db import connection
from django.db.models import Model

from linli.core.sheets.checking import Chunk
from linli.core.sheets.choices import RowState
from linli.core.sheets.declare import Column, Key, Kind, Sheet
from linli.core.sheets.models import Import, ImportedRow, StagedRow

STAGED = StagedRow._meta.db_table
IMPORTED = ImportedRow._meta.db_table
_NULL = "\\N"


def quoted(name: str) -> str:
    """A name of the database."""
    return connection.ops.quote_name(name)


def table(sheet: Sheet) -> str:
    """The register's table."""
    return quoted(sheet.model._meta.db_table)


def run(sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    """Rows of a query; none for a command."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall()) if cursor.description else []


def stored(sheet: Sheet) -> dict[str, str]:
    """The record's columns a row may bring, with their types of the database; keys of `StagedRow.values`."""
    names: list[str] = []
    for column in sheet.own:
        if column.kind is Kind.PLACE:
            names += [f"{sheet.place}_id", sheet.scope]
        else:
            names += [column.name, *([column.hashed] if column.hashed else [])]
    return {name: type_of(sheet.model, name) for name in (*names, *sheet.fresh)}


def type_of(model: type[Model], column: str) -> str:
    """The database's type of a column."""
    field = next(field for field in model._meta.concrete_fields if field.column == column)
    kind = field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
    assert kind
    # A bound length is checked when the record is written; here it would cut silently.
    return "text" if kind.startswith("varchar") else kind


def recordset(sheet: Sheet, names: Iterable[str] | None = None) -> str:
    """The column list under which jsonb_to_record unpacks the values."""
    types = stored(sheet)
    return ", ".join(f"{quoted(name)} {types[name]}" for name in (names if names is not None else types))


def marked(sheet: Sheet) -> list[str]:
    """Columns by which a change of a record is noticed: everything a row may bring but for ciphertexts, which change
    with the key; their hashes stand for them."""
    secret = {column.name for column in sheet.own if column.hashed}
    return [name for name in stored(sheet) if name not in secret and name not in sheet.fresh]


def mark(sheet: Sheet, alias: str) -> str:
    """SQL for the fingerprint of a record."""
    parts = ", ".join(f"coalesce({alias}.{quoted(name)}::text, '')" for name in marked(sheet))
    return f"md5(concat_ws(chr(31), {parts}))"


# --- writing ----------------------------------------------------------------------------------------------------


def stage(batch: Import, chunk: Chunk) -> None:
    """Write a chunk, in the caller's transaction. Each row gets the key its record will have."""
    sheet = batch.sheet
    ((ids,),) = run(
        "SELECT array_agg(nextval(pg_get_serial_sequence(%s, 'id'))) FROM generate_series(1, %s)",
        [table(sheet), len(chunk)],
    )
    frame = chunk.frame.with_columns(
        pl.lit(batch.pk).alias("batch_id"),
        pl.Series("record_id", ids, dtype=pl.Int64),
        pl.lit("").alias("match_key"),
        pl.lit("").alias("match_mark"),
        pl.lit("").alias("decision"),
        pl.lit("t").alias("may_new"),
    )
    columns = ", ".join(quoted(name) for name in frame.columns)
    content = frame.write_csv(include_header=False, null_value=_NULL, quote_style="non_numeric")
    # Quoted, the mark for nothing would be a text of two characters.
    content = content.replace(f'"{_NULL}"', _NULL)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {STAGED} ({columns}) FROM STDIN (FORMAT csv, NULL '{_NULL}')") as copy,
    ):
        copy.write(content.encode())


# --- duplicates -------------------------------------------------------------------------------------------------


def _key_fields(sheet: Sheet) -> list[str]:
    return list(dict.fromkeys(name for key in sheet.keys for name in (*key.fields, *key.among)))


def _present(key: Key, alias: str) -> str:
    return " AND ".join(
        f"{alias}.{quoted(name)} IS NOT NULL AND {alias}.{quoted(name)}::text <> ''" for name in key.fields
    )


def _among(key: Key, alias: str) -> str:
    """The register's condition of a key, written out, so that a partial index with the same condition serves."""
    return "".join(
        f" AND {alias}.{quoted(name)} IN ({', '.join(literal(value) for value in values)})"
        for name, values in key.among.items()
    )


def literal(value: str) -> str:
    """A declared word as SQL."""
    return "'" + value.replace("'", "''") + "'"


def _same_key(key: Key, left: str, right: str) -> str:
    return " AND ".join(f"{left}.{quoted(name)} = {right}.{quoted(name)}" for name in key.fields)


def _defaults(sheet: Sheet, names: Iterable[str]) -> str:
    """Columns of `v` with what a new record gets where the file says nothing."""
    return ", ".join(
        f"coalesce(v.{quoted(name)}, {sheet.blank[name]}) AS {quoted(name)}"
        if name in sheet.blank
        else f"v.{quoted(name)}"
        for name in names
    )


def find_duplicates(batch: Import) -> None:
    """Say of each good row whether it is on the register already, or earlier in the file. Strong keys come first."""
    sheet = batch.sheet
    fields = _key_fields(sheet)
    run("DROP TABLE IF EXISTS sheets_keys")
    run(f"ANALYZE {STAGED}")  # a few thousand rows have just come in, and the joins below must know it
    # `v` holds every column, since what a blank becomes may depend on another one.
    run(
        f"""CREATE TEMP TABLE sheets_keys ON COMMIT DROP AS
            SELECT s.number AS line_, {_defaults(sheet, fields)}
            FROM {STAGED} s, jsonb_to_record(s.values) AS v({recordset(sheet)})
            WHERE s.batch_id = %s AND s.state = 'good'""",
        [batch.pk],
    )
    run("ANALYZE sheets_keys")
    for key in sorted(sheet.keys, key=lambda key: not key.strong):
        _against_register(batch, sheet, key)
    # Within a file most weak keys say too little: one person leads two groups, one household has several members.
    for key in sorted((key for key in sheet.keys if key.strong or key.twins), key=lambda key: not key.strong):
        _within_file(batch, key)
    _compare(batch, sheet)


def _against_register(batch: Import, sheet: Sheet, key: Key) -> None:
    seen = f"o.{quoted(sheet.scope)} LIKE %(scope)s"
    matches = f"""SELECT k.line_ AS number, min(o.id) FILTER (WHERE {seen}) AS id
        FROM sheets_keys k JOIN {table(sheet)} o ON {_same_key(key, "k", "o")}
        WHERE {_present(key, "k")} AND {_present(key, "o")}{_among(key, "k")}{_among(key, "o")} GROUP BY k.line_"""
    parameters = {"batch": batch.pk, "scope": batch.scope + "%", "key": key.name, "new": not key.strong}
    run(
        f"""UPDATE {STAGED} s SET state = 'duplicate', match_id = m.id, match_key = %(key)s, may_new = %(new)s
            FROM ({matches}) m
            WHERE s.batch_id = %(batch)s AND s.number = m.number AND s.state = 'good' AND m.id IS NOT NULL""",
        parameters,
    )
    # The same row may meet two records by two keys; then it may not be taken as new if either forbids it.
    if not key.strong:
        return
    column = next(column for column in sheet.columns if _stored_name(sheet, column) == key.fields[0])
    sentence = (
        f"名册里已经有相同的{key.label}，但不在你的辖区，看不到是哪一条。请核对；确实没错的，请区里经办人处理。"
    )
    run(
        f"""UPDATE {STAGED} s SET state = 'wrong', values = NULL, problems = %(said)s::jsonb
            FROM ({matches}) m
            WHERE s.batch_id = %(batch)s AND s.number = m.number AND s.state = 'good' AND m.id IS NULL""",
        {**parameters, "said": json.dumps([[column.name, column.label, "", sentence]], ensure_ascii=False)},
    )


def _stored_name(sheet: Sheet, column: Column) -> str:
    return f"{sheet.place}_id" if column.kind is Kind.PLACE else column.hashed or column.name


def _within_file(batch: Import, key: Key) -> None:
    fields = ", ".join(quoted(name) for name in key.fields)
    told = f"{_present(key, 'k')}{_among(key, 'k')}"
    run(
        f"""UPDATE {STAGED} s SET state = 'duplicate', twin = r.first, match_key = %(key)s, may_new = %(new)s
            FROM (
                SELECT k.line_ AS number, f.first FROM sheets_keys k JOIN (
                    SELECT {fields}, min(k.line_) AS first FROM sheets_keys k WHERE {told}
                    GROUP BY {fields} HAVING count(*) > 1
                ) f USING ({fields}) WHERE {told}
            ) r
            WHERE s.batch_id = %(batch)s AND s.number = r.number AND r.first <> r.number AND s.state = 'good'""",
        {"batch": batch.pk, "key": key.name, "new": not key.strong},
    )


def _compare(batch: Import, sheet: Sheet) -> None:
    """Remember how the record looks now; a row that says nothing new needs no decision."""
    names = marked(sheet)
    same = " AND ".join(
        f"(v.{quoted(name)} IS NULL OR v.{quoted(name)}::text = o.{quoted(name)}::text)" for name in names
    )
    run(
        f"""UPDATE {STAGED} s
            SET match_mark = {mark(sheet, "o")}, state = CASE WHEN {same} THEN 'same' ELSE s.state END
            FROM {table(sheet)} o, {STAGED} t, LATERAL jsonb_to_record(t.values) AS v({recordset(sheet)})
            WHERE s.batch_id = %(batch)s AND s.match_id IS NOT NULL AND o.id = s.match_id
            AND t.batch_id = s.batch_id AND t.number = s.number""",
        {"batch": batch.pk},
    )


def count_states(batch: Import) -> dict[str, int]:
    """How many rows there are of each state."""
    found = dict(run(f"SELECT state, count(*) FROM {STAGED} WHERE batch_id = %s GROUP BY state", [batch.pk]))
    return {state: found.get(state, 0) for state in RowState.values}


def keep_decisions(batch: Import) -> None:
    """When a file is read again, what was decided for its duplicates holds still."""
    run(
        f"""UPDATE {STAGED} s SET decision = t.decision, fields = t.fields FROM {IMPORTED} t
            WHERE s.batch_id = %(batch)s AND t.batch_id = s.batch_id AND t.run = %(run)s AND t.number = s.number
            AND s.state = 'duplicate' AND t.decision <> '' AND (t.decision <> 'new' OR s.may_new)""",
        {"batch": batch.pk, "run": batch.run},
    )


def column_values(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Some of a row's values; what it does not name is None."""
    return {name: row.get(name) for name in names}
