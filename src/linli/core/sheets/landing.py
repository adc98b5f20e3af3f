"""Putting staged rows into the register, in the caller's transaction: new records by one statement, the others merged
(merging.py), each with its trace and its event.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from linli.core.audit.marks import Marked, digest_sql, mark_digests
from linli.core.sheets.choices import Outcome
from linli.core.sheets.declare import Key, Sheet
from linli.core.sheets.merging import merge
from linli.core.sheets.models import Import
from linli.core.sheets.slices import CREATED_EVENT, Fate, Slice, reason_of, tell, trace
from linli.core.sheets.staging import IMPORTED, STAGED, literal, mark, quoted, recordset, run, stored, table
from linli.core.workflow.numbers import numbers_after, pass_over

_NEW = "(s.state = 'good' OR s.state = 'duplicate' AND s.decision = 'new')"
TAKEN = "刚才有人记入了相同的{}，这一行没有导入。请重新核对。"


def land(part: Slice) -> None:
    """Create, merge and pass over the rows of a slice."""
    _number(part)
    _create(part, _refuse_taken(part))
    merge(part)
    _pass_over(part)


# --- numbers ----------------------------------------------------------------------------------------------------


def reserve_numbers(batch: Import) -> None:
    """Let the register's own serials go on behind the numbers the file brings."""
    numbered = batch.sheet.numbered
    if numbered is None:
        return
    given = run(
        f"""SELECT found[1], max(found[2]::bigint) FROM (
                SELECT regexp_match(s.values->>%s, %s) AS found FROM {STAGED} s WHERE s.batch_id = %s
            ) t WHERE found IS NOT NULL GROUP BY 1 ORDER BY 1""",
        [numbered.column, numbered.pattern, batch.pk],
    )
    for key, last in given:
        pass_over(key, int(last))


def _number(part: Slice) -> None:
    """Give a number to each new record that needs one and brought none."""
    numbered = part.sheet.numbered
    if numbered is None:
        return
    blank = part.sheet.blank
    reads = ", ".join(
        f"coalesce(v.{quoted(name)}, {blank[name]})" if name in blank else f"v.{quoted(name)}"
        for name in numbered.reads
    )
    rows = run(
        f"""SELECT s.number, {reads} FROM {STAGED} s, jsonb_to_record(s.values) AS v({recordset(part.sheet)})
            WHERE {part.where} AND {_NEW} AND s.values->>{literal(numbered.column)} IS NULL ORDER BY s.number"""
    )
    keys = [(row[0], numbered.key(dict(zip(numbered.reads, row[1:], strict=True)), part.places)) for row in rows]
    wanted = [(number, key) for number, key in keys if key]
    if not wanted:
        return
    given = numbers_after([key for _, key in wanted])
    run(
        f"""UPDATE {STAGED} s SET values = s.values || jsonb_build_object(%s::text, g.given)
            FROM unnest(%s::bigint[], %s::text[]) AS g(number, given)
            WHERE s.batch_id = %s AND s.number = g.number""",
        [numbered.column, [number for number, _ in wanted], given, part.batch.pk],
    )


# --- new records ------------------------------------------------------------------------------------------------


def _refuse_taken(part: Slice) -> list[int]:
    """Refuse rows whose record somebody else has entered since they were checked; their numbers."""
    sheet = part.sheet
    strong = [key for key in sheet.keys if key.strong]
    if not strong:
        return []
    cases = " ".join(f"WHEN {_is_there(sheet, key)} THEN {literal(TAKEN.format(key.label))}" for key in strong)
    # In the order of the file: an earlier row of the same file is a twin and was decided on.
    return [
        row[0]
        for row in run(
            f"""INSERT INTO {IMPORTED} (batch_id, run, number, outcome, label, decision, fields, mark, reason)
                SELECT batch_id, {int(part.batch.run)}, number, 'refused', label, decision, fields, '', reason
                FROM (SELECT s.*, CASE {cases} END AS reason
                    FROM {STAGED} s, jsonb_to_record(s.values) AS v({recordset(sheet)})
                    WHERE {part.where} AND {_NEW}) taken
                WHERE reason IS NOT NULL ON CONFLICT DO NOTHING RETURNING number"""
        )
    ]


def _is_there(sheet: Sheet, key: Key) -> str:
    """SQL over `v`: whether the register has a record of this key."""
    same = " AND ".join(f"o.{quoted(name)} = v.{quoted(name)}" for name in key.fields)
    there = " AND ".join(f"o.{quoted(name)}::text <> ''" for name in key.fields)
    among = "".join(
        f" AND {_filled(sheet, name)} IN ({', '.join(map(literal, values))})"
        f" AND o.{quoted(name)} IN ({', '.join(map(literal, values))})"
        for name, values in key.among.items()
    )
    return f"EXISTS (SELECT 1 FROM {table(sheet)} o WHERE {same} AND {there}{among})"


def _filled(sheet: Sheet, name: str) -> str:
    return f"coalesce(v.{quoted(name)}, {sheet.blank[name]})" if name in sheet.blank else f"v.{quoted(name)}"


def _defaults(model: type[Model], given: set[str]) -> dict[str, Any]:
    """What the model itself puts into columns that no row brings."""
    found: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.column is None or field.column in given or field.primary_key or field.generated:
            continue
        if not field.has_default():
            continue
        found[field.column] = field.get_db_prep_save(field.get_default(), connection)
    for field in model._meta.concrete_fields:
        if field.column is None or field.column in given or field.column in found or field.null:
            continue
        if field.primary_key or field.generated:
            continue
        if field.empty_strings_allowed:
            found[field.column] = ""
    return found


def _create(part: Slice, refused: list[int]) -> None:
    """One statement for records and traces. The records have gone past Django's models: they get the marks that
    `save` would have made (core/audit), and their events."""
    sheet, batch, model = part.sheet, part.batch, part.sheet.model
    types = stored(sheet)
    constants = _defaults(model, set(types))
    empty = _defaults(model, set())
    columns = ["id", *types, *constants]
    values = ["s.record_id"]
    parameters: list[Any] = []
    for name in types:
        default = f", {sheet.blank[name]}" if name in sheet.blank else ""
        if empty.get(name) is not None:
            default += ", %s"
            parameters.append(empty[name])
        values.append(f"coalesce(v.{quoted(name)}{default})" if default else f"v.{quoted(name)}")
    values += ["%s"] * len(constants)
    parameters += constants.values()
    digest = digest_sql(model) if issubclass(model, Marked) else "NULL::bytea"
    # Nothing is known yet of how many rows there will be, and row by row the last join would take their square.
    run("SET LOCAL enable_nestloop = off")
    made = _savepoint(
        part,
        f"""WITH made AS (
            INSERT INTO {table(sheet)} AS t ({", ".join(map(quoted, columns))})
            SELECT {", ".join(values)} FROM {STAGED} s, jsonb_to_record(s.values) AS v({recordset(sheet)})
            WHERE {{where}} AND {_NEW} AND s.number <> ALL (%s)
            ORDER BY s.number
            ON CONFLICT DO NOTHING
            RETURNING t.id, t.{quoted(sheet.scope)} AS scope, {mark(sheet, "t")} AS mark, {digest} AS digest
        ), traced AS (
            INSERT INTO {IMPORTED} (batch_id, run, number, outcome, label, record_id, decision, mark, reason)
            SELECT s.batch_id, %s, s.number, CASE WHEN made.id IS NULL THEN 'refused' ELSE 'created' END, s.label,
                made.id, s.decision, coalesce(made.mark, ''), CASE WHEN made.id IS NULL THEN %s ELSE '' END
            FROM {STAGED} s LEFT JOIN made ON made.id = s.record_id
            WHERE {{where}} AND {_NEW}
            ON CONFLICT DO NOTHING
        ) SELECT id, scope, digest FROM made""",
        [*parameters, refused, batch.run, TAKEN.format("内容")],
    )
    run("SET LOCAL enable_nestloop TO DEFAULT")
    if issubclass(model, Marked):
        mark_digests(model, [(pk, digest) for pk, _scope, digest in made])
    tell(part, CREATED_EVENT, [(pk, scope) for pk, scope, _digest in made])


def _savepoint(part: Slice, sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    """Run a statement over the slice; where the database refuses it, find the rows it refuses and name them."""
    try:
        with transaction.atomic():
            return run(sql.format(where=part.where), parameters)
    except IntegrityError as error:
        rows = run(f"SELECT s.number, s.label FROM {STAGED} s WHERE {part.where} ORDER BY s.number")
        if len(rows) <= 1:
            reason = reason_of(part.sheet, error)
            trace(part, [Fate(number, label, Outcome.REFUSED, reason=reason) for number, label in rows])
            return []
    middle = rows[(len(rows) - 1) // 2][0]
    return [
        *_savepoint(replace(part, high=middle), sql, parameters),
        *_savepoint(replace(part, low=middle), sql, parameters),
    ]


# --- the rest ---------------------------------------------------------------------------------------------------


def _pass_over(part: Slice) -> None:
    """Duplicates that were to be left alone."""
    run(
        f"""INSERT INTO {IMPORTED} (batch_id, run, number, outcome, label, record_id, decision, mark, reason)
            SELECT s.batch_id, %s, s.number, 'skipped', s.label, s.match_id, s.decision, '',
                CASE s.state WHEN 'same' THEN '名册里已有，内容相同。' ELSE '' END
            FROM {STAGED} s WHERE {part.where}
            AND (s.state = 'same' OR s.state = 'duplicate' AND s.decision IN ('', 'skip'))
            ON CONFLICT DO NOTHING""",
        [part.batch.run],
    )


def count_outcomes(batch: Import, low: int, high: int) -> dict[str, int]:
    """How the rows of a range ended."""
    return dict(
        run(
            f"""SELECT outcome, count(*) FROM {IMPORTED}
                WHERE batch_id = %s AND run = %s AND number > %s AND number <= %s GROUP BY outcome""",
            [batch.pk, batch.run, low, high],
        )
    )
