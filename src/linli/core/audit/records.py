"""Checking every marked row against its mark; each row that does not fit is named, without what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

from linli.core.audit.findings import Report
from linli.core.audit.marks import MARKS_BEGUN, Marked, Shape, called, marked_models, row_of, shape_of, sound_rows
from linli.core.audit.models import Event

PORTION = 10_000  # rows a statement


def verify_records(
    *,
    report: Report,
    progress: Callable[[int], None] | None = None,
    only: Iterable[type[Marked]] | None = None,
) -> Report:
    """Find rows changed, inserted or deleted past the program. `progress` hears how many were checked."""
    for model in marked_models() if only is None else only:
        _rows(report, model, progress or (lambda _count: None))
        _gone(report, model)
    return report


def _rows(report: Report, model: type[Marked], progress: Callable[[int], None]) -> None:
    # A model that is marked since this version has rows from before, until the sealer has come by (begin_marks).
    begun = Event.objects.filter(name=MARKS_BEGUN, detail__contains={"model": model._meta.label_lower}).exists()
    shape, after = shape_of(model), -(2**63)  # nobody's keys are negative, unless somebody put them in
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT {shape.pk}, {shape.digest}, m.mac FROM {shape.table} t
                    LEFT JOIN core_mark m ON m.kind_id = %s AND m.row_id = {shape.pk}
                    WHERE {shape.pk} > %s ORDER BY {shape.pk} LIMIT %s""",  # noqa: S608
                [shape.kind, after, PORTION],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        signed = shape.sign(row[1] for row in rows)
        for (pk, _digest, mac), mark in zip(rows, signed, strict=True):
            if mac is None and begun:
                text = f"{name_of(model, pk)}是绕过系统插入的：没有核对标记。"
                report.add("row_inserted", text, model=shape.label, row=pk)
            elif mac is not None and bytes(mac) != mark and not sound_rows(model, [pk]):
                _changed(report, model, shape, pk)
        after = rows[-1][0]
        report.count("rows", len(rows))
        progress(len(rows))


def _changed(report: Report, model: type[Marked], shape: Shape, pk: int) -> None:
    """Name the columns whose small hash differs; none differs where the mark itself was changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {shape.prints}, m.prints FROM {shape.table} t
                JOIN core_mark m ON m.kind_id = %s AND m.row_id = {shape.pk} WHERE {shape.pk} = %s""",  # noqa: S608
            [shape.kind, pk],
        )
        found = cursor.fetchone()
    now, then = found or ([], [])
    named = len(now) == len(then) == len(shape.names)
    fields = tuple(name for name, a, b in zip(shape.names, now, then, strict=True) if a != b) if named else ()
    labels = "、".join(_label(model, name) for name in fields)
    what = f"改动的是：{labels}" if labels else "改动的是核对标记本身，或者整行被换过"
    text = f"{name_of(model, pk)}被绕过系统改动，{what}。"
    report.add("row_changed", text, model=shape.label, row=pk, fields=fields)


def _label(model: type[Marked], name: str) -> str:
    field: Any = model._meta.get_field(name)
    words = str(field.verbose_name)
    return words if not words.isascii() else name


def name_of(model: type[Marked], pk: int) -> str:
    """A row in words that give no personal value away: 社会组织 18（uid …）."""
    outward = ""
    row = row_of(model, pk)
    if uid := getattr(row, "uid", ""):
        outward = f"（{uid}）"
    elif row is not None and row.pk != pk:
        outward = f"（{row.pk}）"
    return f"{called(model)} {pk}{outward}"


def _gone(report: Report, model: type[Marked]) -> None:
    """Rows a mark or an event speaks of and that are not there, unless the program removed them."""
    shape = shape_of(model)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT m.row_id, m.mac, m.removed FROM core_mark m WHERE m.kind_id = %s
                AND NOT EXISTS (SELECT 1 FROM {shape.table} t WHERE {shape.pk} = m.row_id)""",  # noqa: S608
            [shape.kind],
        )
        marks = cursor.fetchall()
        cursor.execute(
            f"""SELECT DISTINCT e.subject_id FROM core_event e WHERE e.subject_type_id = %s
                AND NOT EXISTS (SELECT 1 FROM {shape.table} t WHERE {shape.pk} = e.subject_id)
                AND NOT EXISTS (SELECT 1 FROM core_mark m WHERE m.kind_id = %s AND m.row_id = e.subject_id)""",  # noqa: S608
            [shape.kind, shape.kind],
        )
        spoken_of = [pk for (pk,) in cursor.fetchall() if pk is not None]
    unsaid = [pk for pk, mac, removed in marks if not removed or bytes(mac) != shape.sign_removed(pk)]
    for pk in sorted({*unsaid, *spoken_of}):
        text = f"{called(model)} {pk} 被绕过系统删除。"
        report.add("row_deleted", text, model=shape.label, row=pk)
