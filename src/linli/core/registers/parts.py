"""Asking a part of a table: the next rows of an order, or a fixed sample, instead of the whole.

`pk IN (SELECT … LIMIT n)` reads the part and then looks every one of its rows up once more. Here the part itself
stands where the table stood, so that its rows are read once, in their order, and no further than a page needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def columns_of(rows: QuerySet[Any], names: Iterable[str]) -> QuerySet[Any]:
    """A query that gives the columns of these fields under their own names, each once."""
    meta = rows.model._meta
    fields = dict.fromkeys((meta.pk if name == "pk" else meta.get_field(name)).attname for name in names)
    return rows.values(*fields)


def asked_of(part: QuerySet[Any], rows: QuerySet[Any]) -> list[tuple[Any, ...]]:
    """What `rows` gives, read from `part` alone: a query of the same model with all columns that `rows` names.

    LookupError when `rows` joins other tables; then it cannot be asked of a part of one.
    """
    table = connection.ops.quote_name(rows.model._meta.db_table)
    try:
        inner, of_part = part.query.sql_with_params()
        sql, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    before, whole, after = sql.partition(f" FROM {table} WHERE ")
    if not whole or "%s" in before:
        raise LookupError(f"cannot be asked of a part: {sql}")
    with connection.cursor() as cursor:
        cursor.execute(f"{before} FROM ({inner}) AS {table} WHERE {after}", (*of_part, *values))
        return list(cursor.fetchall())
