"""`linli prepare`: killed between what a migration did and its mark, killed in the demo load; then run again."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
import pytest
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql
from psycopg.conninfo import make_conninfo
from tests.processes.kills.conftest import held, nobody_works, somebody_waits, wait_for

from linli.areas.models import Area
from linli.cli import prepare
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.backup.actions import conninfo
from linli.core.workflow.models import Task
from linli.demo import load, stories
from linli.organizations.models import Organization

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

GATE = 0x6C696E6C69_FE
# Whoever writes down that this migration is done waits at the gate.
STOP = """
CREATE OR REPLACE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock({gate}); RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER gate BEFORE INSERT ON django_migrations FOR EACH ROW
    WHEN (NEW.app = {app} AND NEW.name = {name}) EXECUTE FUNCTION gate();
"""
# The triggers of figures follow from their declarations, not from migrations.
SHAPE = {
    "columns": """SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
            a.attgenerated, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p')""",
    "indexes": """SELECT pg_get_indexdef(indexrelid), indisvalid FROM pg_index JOIN pg_class c ON c.oid = indexrelid
        WHERE c.relnamespace = 'public'::regnamespace""",
    "constraints": """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "triggers": """SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal AND tgname <> 'gate'
        AND tgname NOT LIKE 'figures%'""",
    "functions": """SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
        AND prokind = 'f' AND proname <> 'gate' AND proname NOT LIKE 'figures%'
        AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = p.oid
                                                                AND deptype = 'e')""",
    "migrations": "SELECT app, name FROM django_migrations",
}


def shape(url: str) -> dict[str, list[str]]:
    """Everything that migrations make, in words."""
    with psycopg.connect(url) as database:
        return {what: sorted(map(str, database.execute(question).fetchall())) for what, question in SHAPE.items()}


class Elsewhere(NamedTuple):
    """Two databases: the one of the tests, whose migrations nobody disturbed, and an empty one."""

    own: str
    there: str


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    """With Django's connection standing on the empty one, also in the processes that are forked meanwhile."""
    whole = conninfo()
    own = connection.settings_dict["NAME"]
    name, admin = f"prepared_{uuid.uuid4().hex[:8]}", make_conninfo(whole, dbname="postgres")
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    connections.close_all()
    connection.settings_dict["NAME"] = name
    yield Elsewhere(whole, make_conninfo(whole, dbname=name))
    connections.close_all()
    connection.settings_dict["NAME"] = own
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def killed_at(url: str, fork: Any, migration: tuple[str, str]) -> None:
    """Prepare until this migration has done its work and is about to say so, and not a moment longer."""
    app, name = migration
    with psycopg.connect(url, autocommit=True) as watch:
        watch.execute(sql.SQL(STOP).format(gate=GATE, app=app, name=name))
        watch.execute("SELECT pg_advisory_lock(%s)", [GATE])
        working = fork(prepare.migrate)
        wait_for(somebody_waits)
        working.kill()
        # Who waits does not look whether anybody is left to tell; the moment it went on, it would be done.
        watch.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        wait_for(nobody_works)
        watch.execute("SELECT pg_advisory_unlock(%s)", [GATE])
        done = watch.execute("SELECT 1 FROM django_migrations WHERE (app, name) = (%s, %s)", [app, name]).fetchone()
        assert done is None


def test_migrations_that_were_killed_are_run_again(elsewhere: Elsewhere, fork: Any) -> None:
    """One that builds an index beside the work and is no transaction, then the very last, which is one."""
    executor = MigrationExecutor(connection)
    executor.recorder.ensure_schema()  # the gate hangs on its table
    plan = [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    beside = [(each.app_label, each.name) for each in plan if not each.atomic]
    last = [(each.app_label, each.name) for each in plan if each.atomic][-1]

    killed_at(elsewhere.there, fork, beside[-1])
    killed_at(elsewhere.there, fork, last)
    assert fork(prepare.migrate).join() == 0

    made, wanted = shape(elsewhere.there), shape(elsewhere.own)
    assert len(made["migrations"]) == len(plan)
    assert {what: set(made[what]) ^ set(wanted[what]) for what in SHAPE} == {what: set() for what in SHAPE}


def test_a_demo_whose_load_was_killed_is_loaded_whole(monkeypatch: pytest.MonkeyPatch, fork: Any) -> None:
    """Killed at its last table; a few of its stories are enough."""
    told = stories.filings()[:3]
    monkeypatch.setattr(stories, "filings", lambda: told)
    monkeypatch.setattr(stories, "amendments", list)

    def begin() -> None:
        load.ensure(lambda said: None, organizations=40)

    def there() -> tuple[int, ...]:
        people = User.objects.filter(is_system=False)
        return tuple(
            rows.count() for rows in (Area.objects, people, Organization.objects, Event.objects, Task.objects)
        )

    with held("LOCK TABLE core_incident IN EXCLUSIVE MODE"):
        working = fork(begin)
        wait_for(somebody_waits)
        working.kill()
    wait_for(nobody_works)
    assert (there(), load.is_loaded()) == ((0, 0, 0, 0, 0), False)

    begin()

    assert (Organization.objects.count(), load.is_loaded()) == (40, True)
    loaded = there()
    begin()
    assert there() == loaded
