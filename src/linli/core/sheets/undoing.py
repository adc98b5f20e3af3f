"""Taking an import back, in the caller's transaction: records it made go, records it changed get their former values,
each only where nothing has happened to it since.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import ManyToManyRel, Model

from linli.core.audit.marks import Marked, mark_removed
from linli.core.sheets.choices import Outcome
from linli.core.sheets.declare import Sheet
from linli.core.sheets.merging import hidden, lock_records, write_records
from linli.core.sheets.models import Import
from linli.core.sheets.slices import RESTORED_EVENT, Slice, tell, tell_fields
from linli.core.sheets.staging import IMPORTED, literal, mark, quoted, run, table

REMOVED_EVENT = "sheets.removed"
CHANGED = "导入以后改过。"


def _dependents(sheet: Sheet) -> list[tuple[str, str]]:
    """Tables whose rows belong to a record: (what it is called, SQL condition over `o`)."""
    model = sheet.model
    found: list[tuple[str, str]] = []
    for relation in model._meta.related_objects:
        if relation.one_to_one and relation.field.primary_key:
            continue  # worked out from the record (organizations.Standing), and gone with it
        name = str(relation.related_model._meta.verbose_name)
        table_of, column = relation.related_model._meta.db_table, relation.field.column
        if isinstance(relation, ManyToManyRel):  # the rows that join them
            through: Any = relation.through
            table_of = through._meta.db_table
            column = through._meta.get_field(relation.field.m2m_reverse_field_name()).column
        if not isinstance(column, str):
            continue
        other = quoted(table_of)
        found.append((name, f"EXISTS (SELECT 1 FROM {other} d WHERE d.{quoted(column)} = o.id)"))
    return found + _loose_dependents(model)


def _loose_dependents(model: type[Model]) -> list[tuple[str, str]]:
    """Rows that belong to a record by kind and key: papers, inbox rows. Events stay: they tell what was."""
    from django.apps import apps

    from linli.core.audit.models import Event

    kind = ContentType.objects.get_for_model(model).pk
    found = []
    for other in apps.get_models():
        if other is Event or not other.__module__.startswith("linli."):
            continue
        for field in other._meta.private_fields:
            if isinstance(field, GenericForeignKey):
                of = str(other._meta.get_field(field.ct_field).column)  # type: ignore[union-attr]
                key = str(other._meta.get_field(field.fk_field).column)  # type: ignore[union-attr]
                where = f"d.{quoted(of)} = {int(kind)} AND d.{quoted(key)} = o.id"
                name = str(other._meta.verbose_name)
                found.append((name, f"EXISTS (SELECT 1 FROM {quoted(other._meta.db_table)} d WHERE {where})"))
    return found


def _obstacle(sheet: Sheet, created: bool) -> str:
    """SQL for why a record cannot go back to what it was, "" where nothing is in the way."""
    cases = [f"WHEN o.id IS NULL THEN {literal('名册里已经没有这一条。')}"]
    if created:
        cases += [f"WHEN {exists} THEN {literal(f'已经有{name}。')}" for name, exists in _dependents(sheet)]
    # The last row of this import that touched the record left the mark that must still be there.
    cases.append(f"WHEN {mark(sheet, 'o')} <> t.last THEN {literal(CHANGED)}")
    return f"CASE {' '.join(cases)} ELSE '' END"


def _touched(batch: Import) -> str:
    """What the import did, with the mark it left on each record in the end."""
    return f"""(SELECT i.*, first_value(i.mark) OVER (PARTITION BY i.record_id ORDER BY i.number DESC) AS last
        FROM {IMPORTED} i WHERE i.batch_id = {int(batch.pk)} AND i.run = {int(batch.run)}
        AND i.outcome IN ('created', 'updated'))"""


def obstacles(batch: Import, limit: int = 20) -> tuple[int, list[tuple[int, str, int, str]]]:
    """How many rows cannot be undone, and the first of them: number, label, record, why."""
    sheet = batch.sheet
    parts = [
        f"""SELECT t.number, t.label, t.record_id, {_obstacle(sheet, outcome == Outcome.CREATED)} AS why
            FROM {_touched(batch)} t LEFT JOIN {table(sheet)} o ON o.id = t.record_id
            WHERE t.outcome = {literal(outcome)}"""
        for outcome in (Outcome.CREATED, Outcome.UPDATED)
    ]
    rows = run(
        f"""SELECT number, label, record_id, why, count(*) OVER () FROM ({" UNION ALL ".join(parts)}) a
            WHERE why <> '' ORDER BY number LIMIT %s""",
        [limit],
    )
    return (rows[0][4] if rows else 0), [(row[0], row[1], row[2], row[3]) for row in rows]


def take_back(part: Slice) -> None:
    """Undo the rows of a slice, changes before creations, the last first."""
    rows = run(
        f"""SELECT s.number, s.outcome, s.record_id, s.before::text, s.mark FROM {IMPORTED} s
            WHERE {part.where} AND s.run = %s AND s.outcome IN ('created', 'updated') ORDER BY s.number DESC""",
        [part.batch.run],
    )
    updated = [
        (number, pk, json.loads(before or "{}"), left) for number, kind, pk, before, left in rows if kind == "updated"
    ]
    while updated:
        now: dict[int, tuple[int, dict[str, Any], str]] = {}
        later = []
        for row in updated:
            if row[1] in now:
                later.append(row)
            else:
                now[row[1]] = (row[0], row[2], row[3])
        _restore(part, now)
        updated = later
    _remove(part, [(number, pk, left) for number, kind, pk, _, left in rows if kind == "created"])


def _restore(part: Slice, now: dict[int, tuple[int, dict[str, Any], str]]) -> None:
    sheet = part.sheet
    held = lock_records(sheet, list(now), part.batch.scope)
    good: dict[int, tuple[int, dict[str, Any], dict[str, Any]]] = {}
    for pk, (number, before, left) in now.items():
        if pk not in held:
            _settle(part, [number], Outcome.KEPT, "名册里已经没有这一条，或移出了辖区。")
        elif held[pk][1] != left:
            _settle(part, [number], Outcome.KEPT, CHANGED)
        else:
            good[pk] = (number, held[pk][0], before)
    _put_back(part, good)


def _put_back(part: Slice, good: dict[int, tuple[int, dict[str, Any], dict[str, Any]]]) -> None:
    if not good:
        return
    try:
        with transaction.atomic():
            marks = write_records(part.sheet, {pk: record | before for pk, (_, record, before) in good.items()})
    except IntegrityError:
        if len(good) == 1:
            ((number, _, _),) = good.values()
            _settle(part, [number], Outcome.KEPT, "恢复原值会和名册里别的记录冲突。")
            return
        items = list(good.items())
        _put_back(part, dict(items[: len(items) // 2]))
        _put_back(part, dict(items[len(items) // 2 :]))
        return
    numbers = [number for number, _, _ in good.values()]
    _settle(part, numbers, Outcome.UNDONE, "")
    # An earlier row of this import may have touched the same record; it finds its own mark again.
    del marks
    tell_fields(
        part, RESTORED_EVENT, {pk: sorted(set(before) - hidden(part.sheet)) for pk, (_, _, before) in good.items()}
    )


def _remove(part: Slice, rows: Sequence[tuple[int, int, str]]) -> None:
    if not rows:
        return
    sheet = part.sheet
    numbers, ids, marks = (list(column) for column in zip(*rows, strict=True))
    run(f"SELECT 1 FROM {table(sheet)} o WHERE o.id = ANY(%s) ORDER BY o.id FOR UPDATE", [ids])
    cases = [f"WHEN o.id IS NULL THEN {literal('名册里已经没有这一条。')}"]
    cases += [f"WHEN {exists} THEN {literal(f'已经有{name}。')}" for name, exists in _dependents(sheet)]
    cases.append(f"WHEN {mark(sheet, 'o')} <> r.mark THEN {literal(CHANGED)}")
    checked = run(
        f"""SELECT r.number, r.id, CASE {" ".join(cases)} ELSE '' END
            FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS r(number, id, mark)
            LEFT JOIN {table(sheet)} o ON o.id = r.id""",
        [numbers, ids, marks],
    )
    reasons: dict[str, list[int]] = {}
    for number, _, why in checked:
        if why:
            reasons.setdefault(why, []).append(number)
    for why, kept in reasons.items():
        _settle(part, kept, Outcome.KEPT, why)
    free = [(number, pk) for number, pk, why in checked if not why]
    if free:
        _delete(part, [pk for _, pk in free])
        _settle(part, [number for number, _ in free], Outcome.UNDONE, "")


def _delete(part: Slice, ids: list[int]) -> None:
    gone = run(
        f"DELETE FROM {table(part.sheet)} o WHERE o.id = ANY(%s) RETURNING o.id, o.{quoted(part.sheet.scope)}", [ids]
    )
    tell(part, REMOVED_EVENT, [(pk, scope) for pk, scope in gone])
    if issubclass(part.sheet.model, Marked):
        mark_removed(part.sheet.model, ids)


def _settle(part: Slice, numbers: list[int], outcome: Outcome, reason: str) -> None:
    run(
        f"""UPDATE {IMPORTED} SET outcome = %s, reason = %s
            WHERE batch_id = %s AND run = %s AND number = ANY(%s)""",
        [outcome, reason, part.batch.pk, part.batch.run, numbers],
    )
