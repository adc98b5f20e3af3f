"""Killed in the middle, pressed twice, two workers, somebody else at once: every row lands exactly once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from tests.core.sheets.conftest import Bring, line, officer, workbook
from tests.organizations.test_at_once import at_once
from tests.personas import World

from linli.core.audit.models import Event
from linli.core.errors import WrongState
from linli.core.sheets import actions
from linli.core.sheets.actions import applying, reading, undoing
from linli.core.sheets.models import Import, ImportedRow, StagedRow
from linli.organizations.models import Organization

pytestmark = pytest.mark.django_db(transaction=True)
NUMERALS = "甲乙丙丁戊己庚辛壬癸"
# A worker of its own that does one job to its end, slowly enough to be killed on the way.
WORKER = """
import sys, time
from linli.cli.ready import set_up_django
set_up_django()
from django.db import connection
from django.conf import settings
connection.settings_dict["NAME"] = sys.argv[1]
from linli.core.sheets import actions
from linli.core.sheets.actions import applying, reading, undoing
applying.SLICE = undoing.SLICE = reading.CHUNK = 7
print("ready", flush=True)
{"read": lambda: actions.read_import(int(sys.argv[3])),
 "apply": lambda: all(iter(lambda: actions.continue_import(int(sys.argv[3])), False)),
 "undo": lambda: all(iter(lambda: actions.continue_undo(int(sys.argv[3])), False))}[sys.argv[2]]()
print("done", flush=True)
"""


def names(count: int) -> list[str]:
    """So many names."""
    return [f"{NUMERALS[at // 10 % 10]}{NUMERALS[at % 10]}书画社" + "甲" * (at // 100) for at in range(count)]


def many(count: int) -> bytes:
    """A workbook of so many right rows, some without numbers."""
    return workbook(
        [line(name, 负责人身份证号="", 备案编号=f"旧{at}" if at % 3 else "") for at, name in enumerate(names(count))]
    )


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices of a few rows, so that there are many moments in between."""
    monkeypatch.setattr(applying, "SLICE", 7)
    monkeypatch.setattr(undoing, "SLICE", 7)
    monkeypatch.setattr(reading, "CHUNK", 7)


def worker(step: str, batch: Import) -> subprocess.Popen[str]:
    """A process of its own at work on the import."""
    name = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-c", WORKER, name, step, str(batch.pk)]
    environment = os.environ | {"LINLI_HOME": str(settings.HOME)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def kill_on_the_way(step: str, batch: Import, chance: random.Random) -> None:
    """Let a worker begin and end it without a warning."""
    process = worker(step, batch)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(chance.uniform(0.0, 0.25))
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    process.stdout.close()


@pytest.mark.processes
def test_a_worker_that_is_killed_leaves_every_row_once(world: World, bring: Bring, small_steps: None) -> None:
    chance = random.Random(5)
    batch = bring(many(60))
    actions.apply_import(batch, actor=officer(world))
    for _ in range(2):
        kill_on_the_way("apply", batch, chance)
    while actions.continue_import(batch.pk):
        pass

    batch.refresh_from_db()
    assert (batch.state, batch.counts["created"]) == ("applied", 60)
    assert sorted(Organization.objects.values_list("name", flat=True)) == sorted(names(60))
    assert ImportedRow.objects.filter(batch=batch).count() == 60
    assert Event.objects.filter(name="sheets.created").count() == 60
    given = Organization.objects.filter(number__startswith="BA-").order_by("number").values_list("number", flat=True)
    assert list(given) == [f"BA-440511004-2016-{at:05d}" for at in range(1, 21)]

    actions.undo_import(batch, actor=officer(world))
    kill_on_the_way("undo", batch, chance)
    while actions.continue_undo(batch.pk):
        pass
    assert not Organization.objects.exists()
    assert Event.objects.filter(name="sheets.removed").count() == 60


@pytest.mark.processes
def test_reading_that_was_killed_starts_anew(world: World, bring: Bring, small_steps: None) -> None:
    batch = bring(many(40))
    actions.recheck_import(batch, actor=officer(world))
    kill_on_the_way("read", batch, random.Random(1))
    actions.read_import(batch.pk)

    batch.refresh_from_db()
    assert (batch.state, batch.counts["good"]) == ("ready", 40)
    assert StagedRow.objects.filter(batch=batch).count() == 40


def test_two_workers_on_one_import(world: World, bring: Bring, small_steps: None) -> None:
    batch = bring(many(60))
    actions.apply_import(batch, actor=officer(world))

    def work() -> None:
        while actions.continue_import(batch.pk):
            pass

    at_once(work, work, work)

    batch.refresh_from_db()
    assert (batch.state, batch.counts["created"], Organization.objects.count()) == ("applied", 60, 60)
    assert Event.objects.filter(name="sheets.applied").count() == 1


def test_two_readers_of_one_file(world: World, bring: Bring, small_steps: None) -> None:
    batch = bring(many(40))
    actions.recheck_import(batch, actor=officer(world))

    at_once(lambda: actions.read_import(batch.pk), lambda: actions.read_import(batch.pk))

    batch.refresh_from_db()
    assert (batch.state, batch.counts["good"]) == ("ready", 40)
    assert StagedRow.objects.filter(batch=batch).count() == 40


def test_a_double_click_applies_and_undoes_once(world: World, bring: Bring) -> None:
    batch = bring(many(3))
    results = at_once(*[lambda: actions.apply_import(batch, actor=officer(world))] * 3)
    assert sorted(type(result).__name__ for result in results) == ["Import", "WrongState", "WrongState"]
    while actions.continue_import(batch.pk):
        pass
    results = at_once(*[lambda: actions.undo_import(batch, actor=officer(world))] * 2)

    assert sorted(type(result).__name__ for result in results) == ["Import", "WrongState"]
    assert Event.objects.filter(name__in=["sheets.apply_import", "sheets.undo_import"]).count() == 2


def test_two_imports_of_the_same_rows_at_once(world: World, bring: Bring, small_steps: None) -> None:
    first, second = bring(many(30)), bring(many(30), name="又一份.xlsx")
    assert (first.counts["good"], second.counts["good"]) == (30, 30)

    def work(batch: Import) -> None:
        actions.apply_import(batch, actor=officer(world))
        while actions.continue_import(batch.pk):
            pass

    at_once(lambda: work(first), lambda: work(second))

    assert sorted(Organization.objects.values_list("name", flat=True)) == sorted(names(30))
    outcomes = [row.outcome for row in ImportedRow.objects.all()]
    assert (outcomes.count("created"), outcomes.count("refused")) == (30, 30)


def test_a_record_that_changed_meanwhile_is_not_overwritten(world: World, bring: Bring, land: Any) -> None:
    land(bring(workbook([line()])))
    batch = bring(workbook([line(成员人数=50)]))
    actions.decide(batch, "update", actor=officer(world))
    Organization.objects.update(address="刚搬了")
    land(batch)

    organization = Organization.objects.get()
    assert (organization.address, organization.member_count) == ("刚搬了", 11)
    assert ImportedRow.objects.get(batch=batch).reason == "名册里的这一条在核对之后改过，没有覆盖。请重新核对。"


def test_only_whoever_is_first_gives_it_up(world: World, bring: Bring) -> None:
    batch = bring(many(3))
    actions.cancel_import(batch, actor=officer(world))

    with pytest.raises(WrongState):
        actions.apply_import(batch, actor=officer(world))
    assert not StagedRow.objects.exists()
