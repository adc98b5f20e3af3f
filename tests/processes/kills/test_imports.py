"""Imports, and jobs whose database goes away."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from tests.core.sheets.conftest import line, workbook
from tests.personas import World
from tests.processes.kills.conftest import (
    doing,
    finish,
    held,
    nobody_works,
    rescue,
    somebody_waits,
    wait_for,
    work_off,
)

from linli.core.audit.models import Event
from linli.core.notices.models import Notice
from linli.core.sheets import actions as sheets
from linli.core.sheets.actions import applying, undoing
from linli.core.sheets.declare import REGISTRY
from linli.core.sheets.models import Import, ImportedRow
from linli.organizations.models import Organization

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def batch(world: World, monkeypatch: pytest.MonkeyPatch) -> Import:
    """Five rows, two to a slice, asked to be applied."""
    monkeypatch.setattr(applying, "SLICE", 2)
    monkeypatch.setattr(undoing, "SLICE", 2)
    content = workbook([line(f"第{n}书画社", 负责人身份证号="") for n in "一二三四五"])
    officer = world["street_officer"]
    batch = sheets.begin_import(REGISTRY["organizations"], BytesIO(content), name="五家.xlsx", actor=officer)
    sheets.read_import(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.counts["good"]) == ("ready", 5)
    sheets.apply_import(batch, actor=officer)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name <> 'core.apply_import'")
    return batch


def landed(batch: Import) -> tuple[int, int, int]:
    """Records, traces and events of an import."""
    events = Event.objects.filter(name="sheets.created", detail__import=batch.uid)
    return Organization.objects.count(), ImportedRow.objects.filter(batch=batch).count(), events.count()


def block_a_row(world: World, name: str) -> Any:
    """Somebody enters an organization of this name and does not commit: whoever enters it too must wait."""
    return held(
        """INSERT INTO organizations_organization (name, kind, national_kind, purpose, area_id, address, datum,
               point_source, leader_name, leader_id_number, leader_id_hash, leader_phone, leader_phone_hash, uid,
               scope, legal_status, filed_on, number, uscc, created_at)
           VALUES (%s, 'culture', '', '', %s, '', '', '', '', '', '', '', '', 'held', %s, 'filed',
               now(), 'BA-held', '', now())""",
        name,
        world.community.pk,
        world.community.path,
    )


def test_killed_between_two_slices_each_row_lands_once(world: World, batch: Import, fork: Any) -> None:
    with block_a_row(world, "第四书画社"):
        working = fork(work_off)
        wait_for(lambda: somebody_waits() and landed(batch) == (2, 2, 2))
        working.kill()
    wait_for(nobody_works)
    assert landed(batch) == (2, 2, 2)
    assert doing() == [("core.apply_import", "doing")]

    finish(fork)
    assert landed(batch) == (2, 2, 2)  # it is not known yet that the worker is dead
    rescue()
    finish(fork)

    batch.refresh_from_db()
    assert (batch.state, landed(batch), doing()) == ("applied", (5, 5, 5), [])
    assert Notice.objects.filter(title__contains="导入完成").count() == 1
    assert len(set(Organization.objects.values_list("number", flat=True))) == 5


def test_killed_in_an_undo_every_row_goes_once(world: World, batch: Import, fork: Any) -> None:
    finish(fork)
    sheets.undo_import(batch, actor=world["street_officer"])
    first = Organization.objects.get(name="第二书画社")
    with held("SELECT 1 FROM organizations_organization WHERE id = %s FOR UPDATE", first.pk):
        working = fork(work_off)
        wait_for(lambda: somebody_waits() and Organization.objects.count() == 3)
        working.kill()
    wait_for(nobody_works)
    assert Organization.objects.count() == 3
    rescue()
    finish(fork)

    batch.refresh_from_db()
    assert (batch.state, Organization.objects.count(), doing()) == ("undone", 0, [])
    assert Event.objects.filter(name="sheets.removed", detail__import=batch.uid).count() == 5


def test_a_job_whose_database_goes_away_runs_again(world: World, batch: Import, fork: Any) -> None:
    with block_a_row(world, "第四书画社"):
        working = fork(work_off)
        wait_for(lambda: somebody_waits() and landed(batch) == (2, 2, 2))
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'"""
            )
        assert working.join() == 0  # the worker itself goes on
    assert (landed(batch), doing()) == ((2, 2, 2), [("core.apply_import", "todo")])

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL")
    finish(fork)
    batch.refresh_from_db()
    assert (batch.state, landed(batch), doing()) == ("applied", (5, 5, 5), [])


def test_a_file_whose_database_goes_away_is_read_again(world: World, fork: Any) -> None:
    content = workbook([line("第一书画社")])
    officer = world["street_officer"]
    batch = sheets.begin_import(REGISTRY["organizations"], BytesIO(content), name="一家.xlsx", actor=officer)
    with held("LOCK TABLE core_stagedrow IN EXCLUSIVE MODE"):
        working = fork(work_off)
        wait_for(somebody_waits)
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'"""
            )
        assert working.join() == 0
    batch.refresh_from_db()
    assert (batch.state, batch.trouble, doing()) == ("reading", "", [("core.read_import", "todo")])
    sheets.read_import(batch.pk)  # here: what reads tables has threads of its own, which do not come along in a fork
    batch.refresh_from_db()
    assert (batch.state, batch.counts["good"]) == ("ready", 1)
