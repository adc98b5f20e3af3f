"""The roll-ups: put under the keeping of triggers, folded, counted anew, and held against the records."""

# ruff: noqa: S608 -- names of our own tables; whatever comes from outside is a parameter

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import OperationalError, connection, transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import NotAllowed
from linli.core.figures.declare import FACTS, Facts, kept
from linli.indicators.models import Check
from linli.indicators.queries import schema

CHECKED, MENDED = "indicators.checked", "indicators.mended"
LOCK = "hashtext('indicators_rollup')"
TRIES, PAUSE = 20, 2.0
EXAMPLES = 20
# A table that is counted anew is sorted and summed in memory as far as this goes.
WORK_MEM = "64MB"

PRESENT = """
SELECT p.proname, p.prosrc FROM pg_proc p JOIN pg_trigger t ON t.tgfoid = p.oid
WHERE p.proname = ANY(%s) AND NOT t.tgisinternal AND t.tgrelid = %s::regclass
"""
# Triggers of facts that are declared no longer.
STRANGERS = """
SELECT t.tgrelid::regclass::text, t.tgname, p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE p.proname LIKE 'figures\\_%%' AND p.proname <> ALL(%s) AND NOT t.tgisinternal
"""
FOLD = """
WITH fresh AS (DELETE FROM indicators_rollup WHERE NOT folded
        RETURNING facts, move, scope, grain, day, categories, n),
    grouped AS (SELECT facts, move, scope, grain, day, categories, sum(n) AS n FROM fresh GROUP BY 1, 2, 3, 4, 5, 6),
    met AS (UPDATE indicators_rollup r SET n = r.n + g.n FROM grouped g
        WHERE r.folded AND (r.facts, r.move, r.scope, r.grain, r.day, r.categories)
            = (g.facts, g.move, g.scope, g.grain, g.day, g.categories)
        RETURNING g.facts, g.move, g.scope, g.grain, g.day, g.categories)
INSERT INTO indicators_rollup (facts, move, scope, grain, day, categories, n, folded)
SELECT g.*, true FROM grouped g WHERE g.n <> 0 AND NOT EXISTS (SELECT FROM met m
    WHERE (m.facts, m.move, m.scope, m.grain, m.day, m.categories)
        = (g.facts, g.move, g.scope, g.grain, g.day, g.categories))
"""


def install(stage: Callable[[str], AbstractContextManager[object]] = nullcontext) -> list[str]:
    """Let the database keep every figure as it is declared today; the names of the facts that were counted anew.

    Called by `linli prepare`, which shows a `stage` while a table with rows is counted. Where nothing changed it is
    one query for each table.
    """
    known = [name for facts in kept() for name in schema.signature(facts)]
    with connection.cursor() as cursor:
        cursor.execute(STRANGERS, [known])
        for table, trigger, function in cursor.fetchall():
            cursor.execute(
                f"DROP TRIGGER {connection.ops.quote_name(trigger)} ON {table}; DROP FUNCTION {function}()"
            )
    changed = []
    for facts in kept():
        if _present(facts) != schema.signature(facts):
            rows = facts.model._base_manager.exists()
            with stage(f"指标汇总：{facts.label}") if rows else nullcontext():
                _patiently(facts)
            changed.append(facts.slug)
    return changed


def _present(facts: Facts) -> dict[str, str]:
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(facts.model._meta.db_table)
        cursor.execute(PRESENT, [list(schema.signature(facts)), table])
        return dict(cursor.fetchall())


def _patiently(facts: Facts) -> None:
    """Put the triggers and count. Waits for the table a few seconds at most, then lets the others through and
    tries again."""
    for again in range(TRIES, 0, -1):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '3s'")
                _lock(cursor, facts)
                for event in schema.EVENTS:
                    cursor.execute(schema.trigger_sql(facts, event))
                _count(cursor, facts)
            return
        except OperationalError:
            if again == 1 or connection.in_atomic_block:
                raise
            time.sleep(PAUSE)


def _lock(cursor: Any, facts: Facts) -> None:
    """Keep writers of the facts and the folding job away; readers go on."""
    table = connection.ops.quote_name(facts.model._meta.db_table)
    cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
    cursor.execute(f"SELECT pg_advisory_xact_lock({LOCK})")


def _count(cursor: Any, facts: Facts) -> None:
    table = connection.ops.quote_name(facts.model._meta.db_table)
    cursor.execute(f"SET LOCAL work_mem = '{WORK_MEM}'")
    cursor.execute(f"DELETE FROM {schema.ROLLUP} WHERE facts = %s", [facts.slug])
    whole = schema.added_sql(facts, schema.moves_sql(facts, table), folded=True)
    # An area's rows lie together, so that its numbers are a few pages and not a thousand.
    cursor.execute(f"{whole} ORDER BY r.scope, r.move, r.grain, r.day")


@transaction.atomic
def recount(facts: Facts) -> None:
    """Count facts anew, also after their triggers were off for a mass of rows. Their writers wait meanwhile."""
    with connection.cursor() as cursor:
        _lock(cursor, facts)
        _count(cursor, facts)


@transaction.atomic
def fold() -> int:
    """Put what came in since the last time into one row a cell; how many rows that were. Writers do not wait."""
    with connection.cursor() as cursor:
        # Two folds at once would each make a row of the same cell.
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({LOCK})")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT count(*) FROM indicators_rollup WHERE NOT folded")
        fresh = int(cursor.fetchone()[0])
        if fresh:
            cursor.execute(FOLD)
        return fresh


def differing(facts: Facts) -> tuple[int, int, int, list[dict[str, Any]]]:
    """Records, cells, cells that differ, and some of those: the roll-ups held against a plain recomputation.

    One statement, hence one moment: what is written meanwhile is on both sides or on neither.
    """
    table = connection.ops.quote_name(facts.model._meta.db_table)
    # Declarations were compiled to plain text: a per cent sign in them is no placeholder.
    truth = schema.rolled_sql(facts, schema.moves_sql(facts, table)).replace("%", "%%")
    key = "facts, move, scope, grain, day, categories"
    compared = f"""
    WITH truth AS MATERIALIZED ({truth}),
        kept AS MATERIALIZED (SELECT {key}, sum(n) AS n FROM {schema.ROLLUP} WHERE facts = %s
            GROUP BY {key} HAVING sum(n) <> 0),
        wrong AS (SELECT move, scope, grain, day, categories,
                coalesce(truth.n, 0) AS truth, coalesce(kept.n, 0) AS kept
            FROM truth FULL JOIN kept USING ({key}) WHERE truth.n IS DISTINCT FROM kept.n)
    SELECT (SELECT count(*) FROM {table}), (SELECT count(*) FROM truth), (SELECT count(*) FROM wrong),
        (SELECT coalesce(json_agg(w), '[]'::json)
         FROM (SELECT * FROM wrong ORDER BY scope, day LIMIT {EXAMPLES}) AS w)
    """
    with connection.cursor() as cursor:
        cursor.execute(compared, [facts.slug])
        rows, cells, drifted, examples = cursor.fetchone()
    return rows, cells, drifted, list(examples)


@transaction.atomic
def check(facts: Facts, *, actor: User) -> Check:
    """Hold one table's roll-ups against its records; what was found stands in a row, and in an event."""
    _ask(actor)
    rows, cells, drifted, examples = differing(facts)
    found = Check.objects.create(facts=facts.slug, rows=rows, cells=cells, drifted=drifted, examples=examples)
    record(actor, CHECKED, None, facts=facts.slug, rows=rows, cells=cells, drifted=drifted)
    return found


def check_all(*, actor: User, only: Collection[str] = ()) -> list[Check]:
    """All of them, one after the other, each in its own transaction."""
    return [check(facts, actor=actor) for facts in kept() if not only or facts.slug in only]


@transaction.atomic
def mend(found: Check, *, actor: User) -> Check:
    """Count the facts anew in which a check found drift."""
    _ask(actor)
    recount(FACTS[found.facts])
    found.mended_at = clock.now()
    found.save(update_fields=["mended_at"])
    record(actor, MENDED, None, facts=found.facts, drifted=found.drifted)
    return found


def _ask(actor: User) -> None:
    if not actor.has_perm("indicators.check_figures"):
        raise NotAllowed("indicators.check_figures", "指标由系统每晚核对，要马上核对请运行 linli figures check。")
