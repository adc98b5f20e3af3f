"""Tables without their indexes, foreign keys and triggers while masses of rows come in; with all of them afterwards.

An index made once from all rows costs a fraction of one that takes them in one by one, a foreign key checked by one
join likewise. What is taken away is read from the database's own catalogue and put back word by word, in the same
transaction: a kill leaves the tables as they were, and nobody ever sees them bare.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction

# For this transaction alone: sorting in memory, two workers beside us for the making of an index.
SETTINGS = ("maintenance_work_mem TO '512MB'", "work_mem TO '128MB'", "synchronous_commit TO off")

# Primary keys stay: rows come in their order, and other tables point to them.
INDEXES = """
SELECT quote_ident(c.relname), pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = ANY(%s::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
ORDER BY i.indrelid, c.relname
"""
CONSTRAINTS = """
SELECT k.conrelid::regclass::text, quote_ident(k.conname), pg_get_constraintdef(k.oid), k.contype = 'f' AS points
FROM pg_constraint k
WHERE k.conrelid = ANY(%s::regclass[]) AND (k.contype = 'f' OR k.contype = 'u' AND NOT EXISTS (
    SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = k.conindid))
ORDER BY points, k.conrelid, k.conname
"""

TRIGGERS = """
SELECT t.tgrelid::regclass::text, quote_ident(t.tgname) FROM pg_trigger t
WHERE t.tgrelid = ANY(%s::regclass[]) AND NOT t.tgisinternal AND t.tgenabled = 'O' ORDER BY t.tgrelid, t.tgname
"""


@contextmanager
def bare(tables: Sequence[type[models.Model]], say: Callable[[str], None]) -> Iterator[None]:
    """Fill these tables inside; their readers and writers wait until the end."""
    names = [connection.ops.quote_name(model._meta.db_table) for model in tables]
    with transaction.atomic(), connection.cursor() as cursor:
        for setting in SETTINGS:
            cursor.execute(f"SET LOCAL {setting}")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table is changed while something of it is unchecked
        indexes, constraints = _found(cursor, INDEXES, names), _found(cursor, CONSTRAINTS, names)
        triggers = _found(cursor, TRIGGERS, names)
        for table, trigger in triggers:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        for table, constraint, _text, _points in reversed(constraints):
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        for index, _text in indexes:
            cursor.execute(f"DROP INDEX {index}")
        yield
        for table, constraint, text, points in constraints:
            if not points:
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {text}")
        for _index, text in indexes:
            cursor.execute(text)
        say(f"{len(indexes)} 个索引重新建好")
        for table, constraint, text, points in constraints:
            if points:
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {text}")
        for table, trigger in triggers:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


def _found(cursor: Any, query: str, names: list[str]) -> list[tuple[Any, ...]]:
    cursor.execute(query, [names])
    return list(cursor.fetchall())
