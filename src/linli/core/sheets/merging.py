"""Rows that meet a record: what a decision writes into it, checked as a whole, with what stood there before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction

from linli.core.audit.marks import keeping_marks
from linli.core.sheets.checking import typed_frame
from linli.core.sheets.choices import Choice, Outcome
from linli.core.sheets.declare import Kind, Sheet
from linli.core.sheets.slices import UPDATED_EVENT, Incoming, Slice, reason_of, tell, trace
from linli.core.sheets.staging import IMPORTED, STAGED, literal, mark, quoted, recordset, run, stored, table
from linli.core.workflow.numbers import numbers_after

_MERGED = "s.state = 'duplicate' AND s.decision IN ('update', 'fill', 'pick')"
MOVED = "名册里的这一条在核对之后改过，没有覆盖。请重新核对。"


def merge(part: Slice) -> None:
    """Rows that change a record: those of one record one after the other, in the order of the file."""
    rows = [
        Incoming(number, label, decision, fields or [], values, target, seen, twin)
        for number, label, decision, fields, values, target, seen, twin in _loaded(
            f"""SELECT s.number, s.label, s.decision, s.fields, s.values, coalesce(s.match_id, t.record_id),
                    s.match_mark, s.twin
                FROM {STAGED} s LEFT JOIN {IMPORTED} t ON t.batch_id = s.batch_id AND t.run = %s AND t.number = s.twin
                    AND t.outcome IN ('created', 'updated')
                WHERE {part.where} AND {_MERGED} ORDER BY s.number""",
            [part.batch.run],
            json_at=(3, 4),
        )
    ]
    waiting = rows
    while waiting:
        now: dict[int, Incoming] = {}
        later = []
        for row in waiting:
            target = row.target
            if target is None and row.twin is not None:
                target = row.target = _target_of(part, row.twin)
            if target is None:
                place = part.batch.place_of(row.twin or row.number)
                trace(part, row.number, Outcome.REFUSED, row=row, reason=f"{place}没有导入，这一行没有可合并的记录。")
            elif target in now:
                later.append(row)
            else:
                now[target] = row
        if now:
            _merge_each(part, now)
        waiting = later


def _loaded(sql: str, parameters: list[Any], *, json_at: tuple[int, ...]) -> list[tuple[Any, ...]]:
    """Rows with the JSON at these places read: a bare cursor of Django hands jsonb over as text."""
    rows = []
    for row in run(sql, parameters):
        values = list(row)
        for at in json_at:
            values[at] = json.loads(values[at]) if isinstance(values[at], str) else values[at]
        rows.append(tuple(values))
    return rows


def _target_of(part: Slice, twin: int) -> int | None:
    found = run(
        f"SELECT record_id FROM {IMPORTED} WHERE batch_id = %s AND run = %s AND number = %s"
        " AND outcome IN ('created', 'updated')",
        [part.batch.pk, part.batch.run, twin],
    )
    return found[0][0] if found else None


def _merge_each(part: Slice, now: dict[int, Incoming]) -> None:
    """At most one row for each record."""
    sheet = part.sheet
    records = lock_records(sheet, list(now), part.batch.scope)
    good: dict[int, tuple[Incoming, dict[str, Any], dict[str, Any]]] = {}
    for target, row in now.items():
        held = records.get(target)
        if held is None:
            trace(part, row.number, Outcome.REFUSED, row=row, reason="名册里的这一条已经不在了，或移出了你的辖区。")
            continue
        record, present = held
        if row.seen and row.seen != present and not _own_mark(part, target, present):
            trace(part, row.number, Outcome.REFUSED, row=row, reason=MOVED)
            continue
        changes = changes_of(sheet, row.decision, row.fields, row.values, record)
        if not changes:
            trace(part, row.number, Outcome.SKIPPED, row=row, target=target, reason="没有要改的内容。")
            continue
        changes |= _number_for(part, record | changes)
        good[target] = (row, record, changes)
    for target, sentence in broken_rules(
        sheet, {target: old | new for target, (_, old, new) in good.items()}
    ).items():
        row = good.pop(target)[0]
        trace(part, row.number, Outcome.REFUSED, row=row, reason=f"和名册里的内容合起来：{sentence}")
    _write(part, good)


def _own_mark(part: Slice, target: int, present: str) -> bool:
    """Whether it was this import itself that left the record as it is."""
    return bool(
        run(
            f"SELECT 1 FROM {IMPORTED} WHERE batch_id = %s AND run = %s AND record_id = %s AND mark = %s LIMIT 1",
            [part.batch.pk, part.batch.run, target, present],
        )
    )


def lock_records(sheet: Sheet, ids: Sequence[int], scope: str) -> dict[int, tuple[dict[str, Any], str]]:
    """Columns as stored and fingerprint of each record under the path, locked in the order of their keys."""
    names = list(stored(sheet))
    shown = ", ".join(f"{literal(name)}, o.{quoted(name)}" for name in names)
    rows = _loaded(
        f"""SELECT o.id, jsonb_build_object({shown})::text, {mark(sheet, "o")} FROM {table(sheet)} o
            WHERE o.id = ANY(%s) AND o.{quoted(sheet.scope)} LIKE %s ORDER BY o.id FOR UPDATE""",
        [list(ids), scope + "%"],
        json_at=(1,),
    )
    return {pk: (record, present) for pk, record, present in rows}


def changes_of(
    sheet: Sheet, decision: str, fields: Sequence[str], values: Mapping[str, Any], record: Mapping[str, Any]
) -> dict[str, Any]:
    """What a decision writes into a record; a blank of the file never wipes anything out."""
    changes: dict[str, Any] = {}
    for column in sheet.own:
        names = columns_of(sheet, column.name)
        lead = column.hashed or names[0]
        new, old = values.get(lead), record.get(lead)
        if new in (None, "") or new == old:
            continue
        wanted = (
            decision == Choice.UPDATE
            or (decision == Choice.FILL and old in (None, ""))
            or (decision == Choice.PICK and column.name in fields)
        )
        if wanted:
            changes |= {name: values.get(name) for name in names}
    return changes


def columns_of(sheet: Sheet, name: str) -> list[str]:
    """The record's columns behind a declared one."""
    column = sheet.column(name)
    if column.kind is Kind.PLACE:
        return [f"{sheet.place}_id", sheet.scope]
    return [column.name, *([column.hashed] if column.hashed else [])]


def _number_for(part: Slice, record: Mapping[str, Any]) -> dict[str, Any]:
    numbered = part.sheet.numbered
    key = numbered.key(record, part.places) if numbered and not record.get(numbered.column) else ""
    return {numbered.column: numbers_after([key])[0]} if numbered and key else {}


def broken_rules(sheet: Sheet, records: Mapping[int, Mapping[str, Any]]) -> dict[int, str]:
    """Records that would break a rule of the sheet, with the rule's sentence."""
    if not records or not sheet.rules:
        return {}
    values = {
        column.name: pl.Series(
            column.name,
            [
                None if (value := record.get(_lead(sheet, column.name))) in (None, "") else str(value)
                for record in records.values()
            ],
            dtype=pl.String,
        )
        for column in sheet.own
    }
    typed, ids = typed_frame(sheet, values), list(records)
    broken: dict[int, str] = {}
    for rule in sheet.rules:
        for at in typed.select(rule.wrong.fill_null(False)).to_series().arg_true():
            broken.setdefault(ids[at], rule.sentence)
    return broken


def _lead(sheet: Sheet, name: str) -> str:
    return columns_of(sheet, name)[0]


def _write(part: Slice, good: dict[int, tuple[Incoming, dict[str, Any], dict[str, Any]]]) -> None:
    if not good:
        return
    try:
        with transaction.atomic():
            marks = write_records(part.sheet, {target: old | new for target, (_, old, new) in good.items()})
    except IntegrityError as error:
        if len(good) == 1:
            ((row, _, _),) = good.values()
            trace(part, row.number, Outcome.REFUSED, row=row, reason=reason_of(part.sheet, error))
            return
        items = list(good.items())
        _write(part, dict(items[: len(items) // 2]))
        _write(part, dict(items[len(items) // 2 :]))
        return
    for target, (row, old, new) in good.items():
        before = {name: old.get(name) for name in new}
        trace(part, row.number, Outcome.UPDATED, row=row, target=target, before=before, present=marks[target])
    fields = {target: sorted(set(new) - hidden(part.sheet)) for target, (_, _, new) in good.items()}
    tell(part, UPDATED_EVENT, fields)


def hidden(sheet: Sheet) -> set[str]:
    """Columns that are named together with another one."""
    return {column.hashed for column in sheet.own if column.hashed} | {sheet.scope}


def write_records(sheet: Sheet, records: Mapping[int, Mapping[str, Any]]) -> dict[int, str]:
    """Write whole records by their keys; the fingerprints they have afterwards."""
    names = [name for name in stored(sheet) if name not in sheet.fresh]
    rows = [{"id": pk, **{name: record.get(name) for name in names}} for pk, record in records.items()]
    pairs = ", ".join(f"{quoted(name)} = v.{quoted(name)}" for name in names)
    with keeping_marks(sheet.model, list(records)):
        written = run(
            f"""UPDATE {table(sheet)} o SET {pairs}
                FROM jsonb_to_recordset(%s::jsonb) AS v(id bigint, {recordset(sheet, names)})
                WHERE o.id = v.id RETURNING o.id, {mark(sheet, "o")}""",
            [json.dumps(rows, cls=DjangoJSONEncoder)],
        )
    return dict(written)
