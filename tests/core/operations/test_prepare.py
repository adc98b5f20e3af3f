"""Preparing beside others: one machine at a time, and never long in anybody's way."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.core import management
from django.db import OperationalError, connection

from linli.cli import prepare
from linli.core.backup.actions import conninfo

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_prepares_and_the_others_wait(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    order: list[str] = []
    with psycopg.connect(conninfo(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [prepare.ONE_AT_A_TIME])

        def let_go(seconds: float) -> None:
            order.append("waited")
            other.execute("SELECT pg_advisory_unlock(%s)", [prepare.ONE_AT_A_TIME])

        monkeypatch.setattr("time.sleep", let_go)
        with prepare.tables_to_ourselves():
            order.append("worked")
            taken = other.execute("SELECT pg_try_advisory_lock(%s)", [prepare.ONE_AT_A_TIME]).fetchone()
        free = other.execute("SELECT pg_try_advisory_lock(%s)", [prepare.ONE_AT_A_TIME]).fetchone()

    assert order == ["waited", "worked"]
    assert (taken, free) == ((False,), (True,))
    assert "等另一个 linli prepare 做完" in capsys.readouterr().out


def step(name: str, *, atomic: bool = True) -> Any:
    return SimpleNamespace(app_label="core", name=name, atomic=atomic)


def test_a_step_that_cannot_have_its_table_lets_the_others_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody reads for long; a step waits for the table, and whoever comes after it would wait for the step."""
    tried: list[str] = []
    timeouts: list[str] = []
    holding = psycopg.connect(conninfo())
    holding.execute("SELECT count(*) FROM core_backup")

    def migrate(command: str, app: str, name: str, **options: Any) -> None:
        tried.append(name)
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            timeouts.append(cursor.fetchone()[0])
            cursor.execute("ALTER TABLE core_backup SET (fillfactor = 90)")
            cursor.execute("LOCK TABLE core_backup IN ACCESS EXCLUSIVE MODE") if connection.in_atomic_block else None

    def alter(command: str, app: str, name: str, **options: Any) -> None:
        from django.db import transaction

        with transaction.atomic():
            migrate(command, app, name, **options)

    def readers_come_through(seconds: float) -> None:
        with psycopg.connect(conninfo()) as reader:
            reader.execute("SET statement_timeout TO '2s'")
            reader.execute("SELECT count(*) FROM core_backup")
        if len(tried) == 2:
            holding.rollback()

    monkeypatch.setattr(management, "call_command", alter)
    monkeypatch.setattr(prepare, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr("time.sleep", readers_come_through)
    prepare.apply([step("0099_small"), step("0100_beside", atomic=False)], fresh=False)

    assert tried == ["0099_small"] * 3 + ["0100_beside"]
    assert timeouts == ["100ms"] * 3 + ["0"]
    holding.close()


def test_it_gives_up_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    holding = psycopg.connect(conninfo())
    holding.execute("LOCK TABLE core_backup")
    tried: list[str] = []

    def migrate(command: str, app: str, name: str, **options: Any) -> None:
        tried.append(name)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE core_backup SET (fillfactor = 90)")

    monkeypatch.setattr(management, "call_command", migrate)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr(prepare, "LOCK_TIMEOUT", "10ms")
    with pytest.raises(OperationalError):
        prepare.apply([step("a")], fresh=False)
    assert len(tried) == prepare.LOCK_TRIES
    holding.close()


def test_static_files_are_collected_by_one_at_a_time(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    inside: list[int] = []
    seen: list[int] = []

    def collect(root: Any) -> None:
        inside.append(1)
        seen.append(len(inside))
        threading.Event().wait(0.05)
        inside.pop()

    monkeypatch.setattr(prepare, "_collect_static", collect)
    threads = [threading.Thread(target=prepare.collect_static) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1, 1, 1, 1]
