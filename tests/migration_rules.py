"""What a migration may do while the version before it still serves people: the rules of CONTRIBUTING.md, by machine.

The statements that a migration will run are looked at, not its operations, so that SQL written by hand is seen, too.
What a RunPython does is not seen; that is for whoever reviews it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlparse
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

# The last migration of each app before the first release: up to it tables are made, not changed under people's hands.
# Until that release a migration that breaks a rule may raise its number instead of telling why it is harmless.
BASELINE = {"core": 12, "areas": 1, "actors": 2, "organizations": 6, "mediation": 1, "indicators": 1, "voice": 1}

RULES = {
    "not_null": "adds a column that the running version leaves empty: give it null=True or db_default",
    "drop_default": "takes a default away that the running version's inserts rely on",
    "set_not_null": "forbids NULL: add a NOT VALID check first, validate it, and forbid NULL a release later",
    "type": "changes the type of a column: add another column, fill both, and read the new one a release later",
    "drop_column": "drops a column: take it out of the models first, and out of the table a release later",
    "drop_table": "drops a table: stop using it first, and drop it a release later",
    "rename": "renames something the running version knows by its old name: add the new one beside it",
    "rewrite": "adds a stored generated column, which writes the whole table anew while everybody waits",
    "index": "builds an index while nobody can write: use AddIndexConcurrently and atomic = False",
    "constraint": "builds a unique or exclusion constraint while nobody can write: build the index beside first",
    "validate": "checks every row while nobody can write: use AddConstraintNotValid, then ValidateConstraint",
    "mass": "changes all rows in one transaction: do it in batches, in a RunPython with atomic = False",
    "lock": "locks a table by hand",
}
NAME = r'(?:only\s+)?(?:"?public"?\.)?"?(\w+)"?'
CREATED = re.compile(rf"create (?:unlogged )?table (?:if not exists )?{NAME}", re.I)
ALTERED = re.compile(rf"alter table (?:if exists )?{NAME}\s+(.*)", re.I | re.S)
INDEXED = re.compile(rf"create (?:unique )?index (concurrently )?(?:if not exists )?(?:\S+ )?on {NAME}", re.I)
CHANGED = re.compile(rf"(?:update {NAME}\s+set\b|delete from {NAME}|truncate (?:table )?{NAME})", re.I)
ACTION = re.compile(r"\b(add column|add constraint|alter column|drop column|rename)\b", re.I)


@dataclass(frozen=True)
class Breach:
    """A rule that a statement breaks."""

    rule: str
    statement: str

    def __str__(self) -> str:
        return f"{self.rule}: it {RULES[self.rule]}\n    {self.statement}"


def statements_of(migration: Migration) -> list[str]:
    """The SQL of one migration, a statement each."""
    loader = MigrationLoader(connection, replace_migrations=False)
    return split(loader.collect_sql([(migration, False)]))


def split(written: Iterable[str]) -> list[str]:
    """Statements on one line each, without comments."""
    found = []
    for text in written:
        for statement in sqlparse.split(sqlparse.format(text, strip_comments=True)):
            bare = " ".join(statement.split()).rstrip("; ")
            if bare:
                found.append(bare)
    return found


def breaches(statements: Iterable[str]) -> list[Breach]:
    """What of these a running older version would suffer from. Tables made among them may be treated as one likes."""
    made: set[str] = set()
    defaults: dict[tuple[str, str], str] = {}  # columns that just got one
    found: list[Breach] = []
    for statement in statements:
        if match := CREATED.match(statement):
            made.add(match[1].lower())
        elif match := ALTERED.match(statement):
            if match[1].lower() not in made:
                found += [Breach(rule, statement) for rule in _altering(match[1].lower(), match[2], defaults)]
        elif match := INDEXED.match(statement):
            if not match[1] and match[2].lower() not in made:
                found.append(Breach("index", statement))
        elif match := CHANGED.match(statement):
            if (match[1] or match[2] or match[3]).lower() not in made:
                found.append(Breach("mass", statement))
        elif re.match(r"drop table", statement, re.I):
            found.append(Breach("drop_table", statement))
        elif re.match(r"(lock table|vacuum full|cluster|reindex (?!.*concurrently))", statement, re.I):
            found.append(Breach("lock", statement))
    return found


def _altering(table: str, rest: str, defaults: dict[tuple[str, str], str]) -> Iterator[str]:
    starts = [match.start() for match in ACTION.finditer(rest)]
    for start, end in zip(starts, [*starts[1:], len(rest)], strict=False):
        action = rest[start:end].lower()
        name = (
            re.sub(r"^(add|alter|drop) (column|constraint) (if (not )?exists )?", "", action).split()[0].strip('",')
        )
        if action.startswith("add column"):
            yield from _adding(action)
            if "not null" in action and re.search(r"\bdefault\b", action):
                defaults[table, name] = action
        elif action.startswith("add constraint"):
            if re.search(r"\b(unique|exclude|primary key)\b", action) and "using index" not in action:
                yield "constraint"
            elif re.search(r"\b(check|foreign key)\b", action) and "not valid" not in action:
                yield "validate"
        elif action.startswith("drop column"):
            yield "drop_column"
        elif action.startswith("rename"):
            yield "rename"
        elif " type " in action:
            yield "type"
        elif "set not null" in action:
            yield "set_not_null"
        elif "drop default" in action:
            # Django gives the rows that are there a value by a default which it takes away at once.
            yield "not_null" if (table, name) in defaults else "drop_default"


def _adding(action: str) -> Iterator[str]:
    if "generated always as (" in action:
        yield "rewrite"
    elif "not null" in action and not re.search(r"\bdefault\b|generated by default as identity", action):
        yield "not_null"
    if re.search(r"\bunique\b", action):
        yield "constraint"


def number_of(migration: Migration) -> int:
    """The number that its name begins with."""
    return int(migration.name.split("_", 1)[0])


def reviewed(migration: Any) -> dict[str, str]:
    """The rules that somebody looked at and found harmless here, and why: `reviewed = {"index": "…"}`."""
    return dict(getattr(migration, "reviewed", {}))
