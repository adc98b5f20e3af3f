"""Rows that meet a record: what a decision writes into it, checked as a whole, with what stood there before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction

from linli.core.audit.marks import keeping_marks
from linli.core.sheets.checking import typed_frame
from linli.core.sheets.choices import Choice, Outcome
from linli.core.sheets.declare import Kind, Sheet
from linli.core.sheets.slices import UPDATED_EVENT, Fate, Incoming, Slice, reason_of, tell_fields, trace
from linli.core.sheets.staging import IMPORTED, STAGED, literal, mark, quoted, recordset, run, stored, table
from linli.core.workflow.numbers import numbers_after

MOVED = "名册里的这一条在核对之后改过，没有覆盖。请重新核对。"
_MERGED = "s.state = 'duplicate' AND s.decision IN ('update', 'fill', 'pick')"


@dataclass(frozen=True)
class Merged:
    """A row, the record it meets, and what it changes there."""

    row: Incoming
    record: dict[str, Any]
    changes: dict[str, Any]

    @property
    def whole(self) -> dict[str, Any]:
        """The record as it will be."""
        return self.record | self.changes


def merge(part: Slice) -> None:
    """Rows that change a record: those of one record one after the other, in the order of the file.

    Whatever the number of rows, a turn costs the same few statements: lock, write, trace, tell.
    """
    rows = [
        Incoming(number, label, decision, fields or [], values, target, seen, twin)
        for number, label, decision, fields, values, target, seen, twin in _loaded(
            f"""SELECT s.number, s.label, s.decision, s.fields, s.values, coalesce(s.match_id, (
                        SELECT t.record_id FROM {IMPORTED} t WHERE t.batch_id = s.batch_id AND t.run = %s
                        AND t.number = s.twin AND t.outcome IN ('created', 'updated'))),
                    s.match_mark, s.twin
                FROM {STAGED} s WHERE {part.where} AND {_MERGED} ORDER BY s.number""",
            [part.batch.run],
            json_at=(3, 4),
        )
    ]
    before = _twins_in_slice(rows)
    landed: set[int] = set()
    waiting = rows
    while waiting:
        now: dict[int, Incoming] = {}
        later: list[Incoming] = []
        lost: list[Fate] = []
        for row in waiting:
            target = row.target
            if target in now:
                later.append(row)
            elif target is None or before.get(row.number, row.number) not in {row.number, *landed}:
                place = part.batch.place_of(row.twin or row.number)
                lost.append(row.fate(Outcome.REFUSED, f"{place}没有导入，这一行没有可合并的记录。"))
            else:
                now[target] = row
        trace(part, lost)
        landed |= _merge_each(part, now)
        waiting = later


def _twins_in_slice(rows: Sequence[Incoming]) -> dict[int, int]:
    """Rows whose record is that of an earlier row of the slice, with that row: it has to land first."""
    by_number = {row.number: row for row in rows}
    before: dict[int, int] = {}
    for row in rows:
        twin = by_number.get(row.twin) if row.target is None and row.twin is not None else None
        if twin is not None:
            row.target, before[row.number] = twin.target, twin.number
    return before


def _loaded(sql: str, parameters: list[Any], *, json_at: tuple[int, ...]) -> list[tuple[Any, ...]]:
    """Rows with the JSON at these places read: a bare cursor of Django hands jsonb over as text."""
    rows = []
    for row in run(sql, parameters):
        values = list(row)
        for at in json_at:
            values[at] = json.loads(values[at]) if isinstance(values[at], str) else values[at]
        rows.append(tuple(values))
    return rows


def _merge_each(part: Slice, now: dict[int, Incoming]) -> set[int]:
    """At most one row for each record; the numbers of the rows that changed theirs."""
    if not now:
        return set()
    sheet = part.sheet
    records, columns = lock_records(sheet, list(now), part.batch.scope), fields_of(sheet)
    fates: list[Fate] = []
    good: dict[int, Merged] = {}
    moved = {pk for pk, row in now.items() if row.seen and pk in records and row.seen != records[pk][1]}
    moved -= _left_by_this_import(part, {pk: records[pk][1] for pk in moved})
    for target, row in now.items():
        if target not in records:
            fates.append(row.fate(Outcome.REFUSED, "名册里的这一条已经不在了，或移出了你的辖区。"))
            continue
        if target in moved:
            fates.append(row.fate(Outcome.REFUSED, MOVED))
            continue
        record, _ = records[target]
        changes = changes_of(columns, row.decision, row.fields, row.values, record)
        if changes:
            good[target] = Merged(row, record, changes)
        else:
            fates.append(row.fate(Outcome.SKIPPED, "没有要改的内容。", target=target))
    for target, sentence in broken_rules(sheet, {pk: each.whole for pk, each in good.items()}).items():
        fates.append(good.pop(target).row.fate(Outcome.REFUSED, f"和名册里的内容合起来：{sentence}"))
    fates += _write(part, good)
    trace(part, fates)
    return {fate.number for fate in fates if fate.outcome == Outcome.UPDATED}


def _left_by_this_import(part: Slice, present: dict[int, str]) -> set[int]:
    """Records that look as an earlier row of this import left them."""
    if not present:
        return set()
    return {
        row[0]
        for row in run(
            f"""SELECT t.record_id FROM {IMPORTED} t
                JOIN unnest(%s::bigint[], %s::text[]) AS p(id, mark) ON p.id = t.record_id AND p.mark = t.mark
                WHERE t.batch_id = %s AND t.run = %s""",
            [list(present), list(present.values()), part.batch.pk, part.batch.run],
        )
    }


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


Field = tuple[str, str, list[str]]


def fields_of(sheet: Sheet) -> list[Field]:
    """Of each declared column its name, the record's column that shows a change, and all that change with it."""
    found = [(column, columns_of(sheet, column.name)) for column in sheet.own]
    return [(column.name, column.hashed or names[0], names) for column, names in found]


def changes_of(
    columns: Sequence[Field],
    decision: str,
    fields: Sequence[str],
    values: Mapping[str, Any],
    record: Mapping[str, Any],
) -> dict[str, Any]:
    """What a decision writes into a record; a blank of the file never wipes anything out."""
    changes: dict[str, Any] = {}
    for column, lead, names in columns:
        new, old = values.get(lead), record.get(lead)
        if new in (None, "") or new == old:
            continue
        wanted = (
            decision == Choice.UPDATE
            or (decision == Choice.FILL and old in (None, ""))
            or (decision == Choice.PICK and column in fields)
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


def broken_rules(sheet: Sheet, records: Mapping[int, Mapping[str, Any]]) -> dict[int, str]:
    """Records that would break a rule of the sheet, with the rule's sentence."""
    if not records or not sheet.rules:
        return {}
    asked = {name for rule in sheet.rules for name in rule.wrong.meta.root_names()}
    values = {
        name: pl.Series(
            name,
            [None if (value := record.get(lead)) in (None, "") else str(value) for record in records.values()],
            dtype=pl.String,
        )
        for name, lead in ((column.name, columns_of(sheet, column.name)[0]) for column in sheet.own)
        if name in asked
    }
    typed, ids = typed_frame(sheet, values), list(records)
    broken: dict[int, str] = {}
    for rule in sheet.rules:
        for at in typed.select(rule.wrong.fill_null(False)).to_series().arg_true():
            broken.setdefault(ids[at], rule.sentence)
    return broken


def _numbers(part: Slice, good: Mapping[int, Merged]) -> dict[int, dict[str, Any]]:
    """The number that each record needs and has not: given in the order of the file."""
    numbered = part.sheet.numbered
    if numbered is None:
        return {}
    blank = [(pk, each.whole) for pk, each in good.items() if not each.whole.get(numbered.column)]
    keys = {pk: key for pk, whole in blank if (key := numbered.key(whole, part.places))}
    given = numbers_after(list(keys.values())) if keys else []
    return {pk: {numbered.column: number} for pk, number in zip(keys, given, strict=True)}


def _write(part: Slice, good: dict[int, Merged]) -> list[Fate]:
    """Change the records and tell; where the database refuses, find the rows it refuses."""
    if not good:
        return []
    try:
        with transaction.atomic():
            numbers = _numbers(part, good)
            changes = {pk: each.changes | numbers.get(pk, {}) for pk, each in good.items()}
            marks = write_records(part.sheet, {pk: each.record | changes[pk] for pk, each in good.items()})
    except IntegrityError as error:
        if len(good) == 1:
            (only,) = good.values()
            return [only.row.fate(Outcome.REFUSED, reason_of(part.sheet, error))]
        items = list(good.items())
        half = len(items) // 2
        return [*_write(part, dict(items[:half])), *_write(part, dict(items[half:]))]
    tell_fields(part, UPDATED_EVENT, {pk: sorted(set(new) - hidden(part.sheet)) for pk, new in changes.items()})
    return [
        each.row.fate(
            Outcome.UPDATED,
            target=pk,
            before={name: each.record.get(name) for name in changes[pk]},
            present=marks[pk],
        )
        for pk, each in good.items()
    ]


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
