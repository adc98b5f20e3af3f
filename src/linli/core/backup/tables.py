"""Rows and a sum of each table: what a backup says of itself, and what a restore is compared with."""

from __future__ import annotations

from typing import Any

from psycopg import Connection, sql

# So that a value reads the same on every server.
SAME_TEXT = (
    "SET LOCAL timezone TO 'UTC'; SET LOCAL datestyle TO 'ISO, YMD'; SET LOCAL intervalstyle TO 'postgres';"
    "SET LOCAL bytea_output TO 'hex'; SET LOCAL extra_float_digits TO 1; SET LOCAL statement_timeout TO 0"
)
NAMES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence <> 't'
      AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1, 2
"""
# Adding 60 bits of each row's SHA-256 does not depend on the order of the rows, and counts equal rows twice.
SUM = """
    SELECT count(*), coalesce(sum(('x' || substr(encode(sha256(convert_to(t::text, 'UTF8')), 'hex'), 1, 15))
                                  ::bit(60)::bigint), 0)::text
    FROM {} AS t
"""


def names(connection: Connection[Any]) -> list[tuple[str, str]]:
    """Schema and name of every table that holds data, those of extensions left out."""
    return [(str(schema), str(table)) for schema, table in connection.execute(NAMES).fetchall()]


def count(connection: Connection[Any]) -> dict[str, dict[str, Any]]:
    """`{"public.core_event": {"rows": 12, "sum": "81…"}, …}` as this transaction sees it."""
    connection.execute(SAME_TEXT)
    found = {}
    for schema, table in names(connection):
        row = connection.execute(sql.SQL(SUM).format(sql.Identifier(schema, table))).fetchone()
        assert row is not None
        found[f"{schema}.{table}"] = {"rows": row[0], "sum": row[1]}
    return found


def differences(told: dict[str, dict[str, Any]], found: dict[str, dict[str, Any]]) -> list[str]:
    """What is not as told, a sentence for each table; empty when all is well."""
    said = []
    for name in sorted({*told, *found}):
        before, after = told.get(name), found.get(name)
        if before == after:
            continue
        if before is None or after is None:
            said.append(f"{name}：{'多出这张表' if before is None else '缺这张表'}")
        elif before["rows"] != after["rows"]:
            said.append(f"{name}：应有 {before['rows']} 行，实有 {after['rows']} 行")
        else:
            said.append(f"{name}：行数相同，内容不同")
    return said
