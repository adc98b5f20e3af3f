"""What many tests begin with is made once in a process, and put back row by row for all the others.

The small district and the filing that went all its way take a third of a second to make by the actions that do it,
and five of six tests begin with them. The first test that asks has them made; the rows that came of it are kept as
one script, which puts the same rows back, with the same numbers, for the next test. Triggers do not run meanwhile:
what they did is among the rows.

Tests that commit make their own: seals and numbers that go on over a commit would find rows older than themselves.
The tests of the kernel make every row anew, since seals, numbers and memory are what they look at.
Rows are put back only on the ground on which they were made: a fresh database, and nothing written by this test but
what the fixture stood on then. Otherwise the fixture makes them, as if this module were not there.
"""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable
from typing import Any, NamedTuple, ParamSpec, TypeVar

from django.core.files.storage import default_storage
from django.db import connection, transaction

from linli.core import clock
from linli.core.files.models import Attachment
from linli.core.files.storing import put

P = ParamSpec("P")
T = TypeVar("T")

#: Table → primary key → row, both as SQL.
State = dict[str, dict[str, str]]

TABLES = """
SELECT c.oid::regclass::text,
    string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
    string_agg(format('quote_nullable(%I::text)', a.attname), ', ' ORDER BY a.attnum),
    string_agg(format('%I = |quote_literal(%I::text)', a.attname, a.attname), '||' ORDER BY a.attnum)
        FILTER (WHERE a.attnum = ANY (key.conkey))
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
JOIN pg_constraint key ON key.conrelid = c.oid AND key.contype = 'p'
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
GROUP BY c.oid ORDER BY 1
"""


FRESH = """
SELECT (SELECT md5(string_agg(concat(id, model), ' ' ORDER BY id)) FROM django_content_type),
    (SELECT md5(string_agg(concat(id, username), ' ' ORDER BY id)) FROM core_user),
    (SELECT md5(string_agg(concat(name, mark), ' ' ORDER BY name)) FROM core_revision),
    (SELECT count(*) FROM areas_area), (SELECT count(*) FROM core_event)
"""


class Kept(NamedTuple):
    """What one fixture made."""

    script: str
    value: bytes
    after: State
    files: dict[str, bytes]


class _Ground:
    """Where the test that runs stands: the fixtures it was built by, and whether anything else has written since."""

    def __init__(self) -> None:
        self.writes = 0
        self.path: tuple[object, ...] = ()
        self.at = -1
        self.state: State | None = None
        self.columns: dict[str, tuple[str, str, str]] = {}
        self.kept: dict[tuple[object, ...], Kept] = {}
        self.able: bool | None = None
        self.base: tuple[object, ...] = ()

    def count(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        if not isinstance(sql, str) or not sql.lstrip()[:9].upper().startswith(("SELECT", "SAVEPOINT", "RELEASE")):
            self.writes += 1
        return execute(sql, params, many, context)

    def begin(self) -> None:
        """A test begins."""
        self.path, self.at, self.state = (), self.writes, None

    def fresh(self) -> tuple[object, ...]:
        """What the rows lean on that is there before: after a test that emptied the tables, kinds have other numbers.

        Then nothing of what was kept fits any more, nor ever will again.
        """
        with connection.cursor() as cursor:
            cursor.execute(FRESH)
            base = (clock.today(), *cursor.fetchone())
        if base != self.base:
            self.base = base
            self.kept.clear()
        return base

    def stand(self, path: tuple[object, ...], state: State | None) -> None:
        self.path, self.at, self.state = path, self.writes, state


GROUND = _Ground()


def begin(*, anew: bool) -> None:
    """Called before each test; `anew` where every row has to be made by the actions that make it."""
    if anew:
        GROUND.at = -1
        return
    if GROUND.count not in connection.execute_wrappers:
        connection.execute_wrappers.append(GROUND.count)
    GROUND.begin()


def remembered(make: Callable[P, T]) -> Callable[P, T]:
    """A fixture whose rows are made once. It takes other fixtures and returns what can be pickled."""

    @functools.wraps(make)
    def fixture(*args: P.args, **kwargs: P.kwargs) -> T:
        if GROUND.writes != GROUND.at or not connection.in_atomic_block or not _able():
            return make(*args, **kwargs)
        path = (*(GROUND.path or GROUND.fresh()), make.__name__)
        kept = GROUND.kept.get(path)
        if kept is not None:
            with transaction.atomic():
                _run(kept.script)
                put(kept.files.items())  # they are deleted when the test is rolled back
            GROUND.stand(path, kept.after)
            return pickle.loads(kept.value)  # type: ignore[no-any-return]
        before = GROUND.state or _state()
        made = make(*args, **kwargs)
        after = _state()
        GROUND.kept[path] = Kept(_script(before, after), pickle.dumps(made), after, _files(before))
        GROUND.stand(path, after)
        return made

    return fixture


def _able() -> bool:
    """Whether triggers may be left out; tests/conftest.py allows it on the server it has started."""
    if GROUND.able is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
            GROUND.able = bool(cursor.fetchone()[0])
    return GROUND.able


def _state() -> State:
    """Every row of every table."""
    with connection.cursor() as cursor:
        if not GROUND.columns:
            cursor.execute(TABLES)
            for table, columns, values, key in cursor.fetchall():
                pairs = [pair.split("|", 1) for pair in key.split("||")]
                where = " || ' AND ' || ".join(f"'{name}' || {value}" for name, value in pairs)
                GROUND.columns[table] = (columns, f"concat_ws(', ', {values})", where)
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', {where}, {row} FROM {table}" for table, (_, row, where) in GROUND.columns.items()
            )
        )
        found: State = {}
        for table, key, row in cursor.fetchall():
            found.setdefault(table, {})[key] = row
        return found


def _files(before: State) -> dict[str, bytes]:
    """What was put into the storage since."""
    known = before.get(Attachment._meta.db_table, {})
    stored = Attachment.objects.exclude(pk__in=[int(key.split("'")[1]) for key in known])
    return {name: default_storage.open(name).read() for name in stored.values_list("stored_as", flat=True)}


def _script(before: State, after: State) -> str:
    """Statements that make the one of the other."""
    said = ["SET LOCAL session_replication_role = replica"]
    for table, (columns, _, _) in GROUND.columns.items():
        old, new = before.get(table, {}), after.get(table, {})
        gone = [key for key, row in old.items() if new.get(key) != row]
        come = [row for key, row in new.items() if old.get(key) != row]
        if gone:
            said.append(f"DELETE FROM {table} WHERE " + " OR ".join(f"({key})" for key in gone))
        if come:
            rows = ", ".join(f"({row})" for row in come)
            said.append(f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE VALUES {rows}")
    return "; ".join([*said, "SET LOCAL session_replication_role = origin"])


def _run(script: str) -> None:
    """All statements in one go; the driver is asked directly, for Django would look for parameters."""
    assert connection.connection is not None
    with connection.connection.cursor() as cursor:
        cursor.execute(script.encode(), prepare=False)


__all__ = ["begin", "remembered"]
