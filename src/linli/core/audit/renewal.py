"""Marks made anew when a model's MARKED names other fields than before.

A model says its former fields in `MARKED_BEFORE`. Rows whose mark fits by those get one by the present fields, once,
by the sealer or by `linli audit remark`; rows that fit neither way keep the mark they have, and go on being named.
Until then a mark by the former fields counts as sound. A column that falls out of MARKED must therefore stay in the
table for the release that says so, and may be dropped in the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.marks import (
    CHUNK,
    MARKS_RENEWED,
    Marked,
    former_shapes,
    mark_rows,
    marked_models,
    shape_of,
)


@dataclass(frozen=True)
class Renewed:
    """What came of one model's marks: rows marked anew, and rows that fitted neither way."""

    model: type[Marked]
    rows: int
    left: int


def renew_marks() -> list[Renewed]:
    """Mark anew where that has not been done yet. Killed in between, the next run goes on."""
    return [_renew(model) for model in marked_models() if former_shapes(model)]


def _renew(model: type[Marked]) -> Renewed:
    shape, former, after, rows, left = shape_of(model), former_shapes(model), -(2**63), 0, 0
    digests = ", ".join(each.digest for each in (shape, *former))
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    f"""SELECT {shape.pk}, m.mac, {digests} FROM {shape.table} t
                        JOIN core_mark m ON m.kind_id = %s AND m.row_id = {shape.pk}
                        WHERE {shape.pk} > %s ORDER BY {shape.pk} LIMIT {CHUNK} FOR SHARE OF t""",  # noqa: S608
                    [shape.kind, after],
                )
                found: list[Any] = cursor.fetchall()
            kinds = [_kind(shape, [bytes(each) for each in held], bytes(mac)) for _pk, mac, *held in found]
            due = [row[0] for row, kind in zip(found, kinds, strict=True) if kind == "former"]
            mark_rows(model, due)
        rows, left = rows + len(due), left + kinds.count("none")
        if not found:
            break
        after = found[-1][0]
    before = [list(fields) for fields in model.MARKED_BEFORE]
    detail = {"model": shape.label, "fields": list(model.MARKED), "before": before, "rows": rows, "left": left}
    record(User.system(), MARKS_RENEWED, None, detail=detail)
    return Renewed(model, rows, left)


def _kind(shape: Any, digests: list[bytes], mac: bytes) -> str:
    now, *former = shape.sign(digests)
    return "present" if mac == now else "former" if mac in former else "none"
