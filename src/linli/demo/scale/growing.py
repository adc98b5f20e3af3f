"""Growing the demo's register slice by slice: each slice commits whole, and a run that was killed is gone on with.

Where much is missing the tables are filled without their indexes (`bare.py`), in one transaction: a run that was
killed has left nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction

from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.marks import Marked, mark_rows
from linli.core.audit.models import Event, Mark
from linli.core.codes import uscc
from linli.core.figures.declare import kept
from linli.core.registers.models import Tally
from linli.core.registers.tally import recount, recount_rows
from linli.core.workflow.models import Task
from linli.core.workflow.queries import tasks_of
from linli.demo.load import ORGANIZATIONS, SEED, ensure
from linli.demo.scale import parts
from linli.demo.scale.bare import bare
from linli.demo.statuses import STATUSES, UNFILED, WITH_CODE
from linli.indicators.actions.keeping import recount as recount_facts
from linli.organizations.actions.ranking import rank_all
from linli.organizations.choices.filing import AMENDMENT, FILING, LegalStatus
from linli.organizations.models import CASE_FACETS, Amendment, Filing, Organization
from linli.organizations.registers.organizations import ORGANIZATIONS as REGISTER

PERSON = "linxiaoyan"
SLICE = 25_000
LARGE_SLICE = 100_000
MASS = 60_000  # rows from which it is worth making the indexes anew
GROWN = "demo.grown"
ENDED = (LegalStatus.CANCELLED, LegalStatus.DEREGISTERED, LegalStatus.REVOKED, LegalStatus.BANNED)
OF_AMENDMENTS = 0.3  # so much of the open duties belongs to changes, as far as there are organizations
FILLED = (Organization, Filing, Amendment, Task, Event)
LISTED = (Organization, Filing, Amendment, Task, Tally)  # read by indexes alone, which takes a vacuum
OPEN = models.Q(closed_at__isnull=True)
_LOCK = 0x6C696E6C69_5C
Say = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """How many rows there are to be in all: organizations, open duties, and those that one person owes."""

    organizations: int
    duties: int
    owed: int


def grow(size: Size, say: Say) -> None:
    """Add what is missing to the demo district. Called again it does nothing; killed, it goes on where it stood."""
    ensure(say)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        _grow(size, say)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _grow(size: Size, say: Say) -> None:
    person = User.objects.get(username=PERSON)
    given = parts.lay_out(Random(SEED)) | {  # noqa: S311 - names and moments, no secrets
        "system": User.system().pk,
        "filing_type": ContentType.objects.get_for_model(Filing).pk,
        "organization_type": ContentType.objects.get_for_model(Organization).pk,
        "unfiled": list(UNFILED),
        "ended": list(ENDED),
        "with_code": list(WITH_CODE),
        "statuses": _statuses(),
        "turn": 0,
        "pool": None,
        "most": None,
    }
    with connection.cursor() as cursor:
        for name in ("uid", "chance"):
            cursor.execute(statements()[name])
    given["owners"] = parts.accounts(max(200, size.organizations // 100))
    missing = size.organizations - Organization.objects.count() + size.duties - Task.objects.filter(OPEN).count()
    if missing >= MASS:
        with bare(FILLED, say):
            grown = _fill(size, given, person, LARGE_SLICE, say)
            _count_anew()
    else:
        grown = _fill(size, given, person, SLICE, say)
    if grown:
        _analyze()
        rank_all()
        say(f"{Event.objects.count():,} 条办理记录，统计信息已更新")


def _fill(size: Size, given: dict[str, Any], person: User, slice_: int, say: Say) -> bool:
    """Slice after slice; whether there were any."""
    grown = False

    def told(count: int, words: str) -> None:
        nonlocal grown
        grown = True
        say(f"{count:,} {words}")

    while (there := Organization.objects.count()) < size.organizations:
        wanted = round(size.duties * OF_AMENDMENTS) - Amendment.objects.count()
        _slice(
            "organizations",
            min(slice_, size.organizations - there),
            _organizations,
            given | {"amendments": max(0, wanted)},
        )
        told(Organization.objects.count(), "家组织")
    while (there := Task.objects.filter(OPEN).count()) < size.duties - size.owed:
        _slice("filings", min(slice_, size.duties - size.owed - there), _filings, given | {"turn": 700_001})
        told(Task.objects.filter(OPEN).count(), "件待办")
    while (there := tasks_of(person).count()) < size.owed:
        # One community in thirteen lies in the person's street; the other rows of a slice are not made.
        most = min(SLICE, size.owed - there)
        owed = given | {"turn": 700_001, "pool": parts.OWED, "most": most}
        _slice("filings", most * 13 + given["places"], _filings, owed)
        told(tasks_of(User.objects.get(pk=person.pk)).count(), f"件归{person.name}办")
    return grown


def _count_anew() -> None:
    """The tallies and figures of the tables whose triggers were off."""
    recount(REGISTER)
    for process, model in ((FILING, Filing), (AMENDMENT, Amendment)):
        recount_rows(model, process.slug, CASE_FACETS)
    for facts in kept():
        if facts.model in FILLED:
            recount_facts(facts)


@transaction.atomic
def _slice(kind: str, count: int, make: Callable[[Run], None], given: dict[str, Any]) -> None:
    """One slice of rows, with a note of how far the numbers are used up."""
    past = Event.objects.filter(name=GROWN, detail__kind=kind).order_by("-pk").first()
    first = past.detail["upto"] + 1 if past else 1
    last = first + count - 1
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")  # a lost slice is made again
        make(Run(cursor, given | {"first": first, "last": last}))
    record(User.system(), GROWN, None, kind=kind, upto=last)


@dataclass
class Run:
    """The statements of rows.sql by name, all with the same numbers."""

    cursor: Any
    given: dict[str, Any]

    def __call__(self, *names: str) -> None:
        for name in names:
            self.cursor.execute(statements()[name], self.given)

    def mark(self, model: type[Marked], table: str, column: str) -> None:
        """Rows written by the database itself are marked by us (linli.core.audit)."""
        self.cursor.execute(f"SELECT {column} FROM {table}")  # noqa: S608 -- our own temporary tables
        mark_rows(model, [pk for (pk,) in self.cursor.fetchall()])


@cache
def statements() -> dict[str, str]:
    """rows.sql by the names that stand above each statement."""
    text = (files("linli.demo.scale") / "data" / "rows.sql").read_text(encoding="utf-8")
    named = (part.partition("\n") for part in text.split("-- name: ")[1:])
    return {name.strip(): whole(sql) for name, _, sql in named}


def whole(sql: str) -> str:
    """An INSERT … SELECT with the columns added that the model has got since it was written, at their defaults."""
    found = re.match(r"(?:--[^\n]*\n)*INSERT INTO (\w+) \(([^)]*)\)\s*SELECT", sql)
    if found is None:
        return sql
    (model,) = (model for model in apps.get_models() if model._meta.db_table == found[1])
    named = {column.strip() for column in found[2].split(",")}
    absent = {
        str(field.column): field
        for field in model._meta.concrete_fields
        if not (field.column in named or field.generated or field.primary_key or field.null)
    }
    if not absent:
        return sql
    values = ", ".join(_literal(field) for field in absent.values())
    return f"INSERT INTO {found[1]} ({', '.join(absent)}, {found[2]}) SELECT {values}, {sql[found.end() :]}"


def _literal(field: models.Field[Any, Any]) -> str:
    value = field.get_db_prep_save(field.get_default(), connection)
    with connection.cursor() as cursor:
        return str(cursor.mogrify("%s", [value])).replace("%", "%%")


def _organizations(run: Run) -> None:
    run("anew", "named", "new", "coded")
    codes = [(i, code_of(i)) for (i,) in run.cursor.fetchall()]
    run.cursor.execute("CREATE TEMPORARY TABLE scale_code (i bigint, uscc text)")
    with run.cursor.copy("COPY scale_code FROM STDIN") as copy:
        for row in codes:
            copy.write_row(row)
    run("register", "past", "past_filings", "past_tasks", "past_events")
    run.given["case_type"] = ContentType.objects.get_for_model(Amendment).pk
    run("amendments", "running_amendments", "tasks", "events")
    run.mark(Organization, "scale_new", "id")
    run.mark(Filing, "scale_past", "filing_id")
    run.mark(Amendment, "scale_case", "case_id")


def _filings(run: Run) -> None:
    run.given["case_type"] = run.given["filing_type"]
    run("anew", "named", "filings", "running_filings", "tasks", "events")
    run.mark(Filing, "scale_case", "case_id")


def _statuses() -> list[str]:
    """As many of each legal status as in the demo's register."""
    rest = ORGANIZATIONS - sum(STATUSES.values())
    return [status.value for status, count in {**STATUSES, LegalStatus.FILED: rest}.items() for _n in range(count)]


def code_of(i: int) -> str:
    """A unified social credit code that nobody bears, with both check characters right; one for each number."""
    letter = "ABCDEFGHJKLMNPQRTUWXY"[i // 100_000 % 21]
    inner = f"MK{letter}{i % 100_000:05d}"
    body = f"5{1 + i % 2}440511{inner}{uscc.inner_check_character(inner)}"
    return body + uscc.check_character(body)


def _analyze() -> None:
    """Tell the planner how large everything has become, and mark what every transaction may see."""
    listed, others = (", ".join(model._meta.db_table for model in models) for models in (LISTED, (Event, Mark, User)))
    with connection.cursor() as cursor:
        if not connection.in_atomic_block:  # a test's transaction
            cursor.execute(f"VACUUM (ANALYZE) {listed}")
        cursor.execute(f"ANALYZE {listed if connection.in_atomic_block else others}")
