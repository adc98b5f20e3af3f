"""Killed in the middle, pressed twice, two workers, somebody else at once: every row lands exactly once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from tests.core.sheets.conftest import Bring, line, officer, workbook
from tests.organizations.test_at_once import at_once
from tests.personas import World

from linli.core.audit.marks import sound_rows
from linli.core.audit.models import Event
from linli.core.errors import WrongState
from linli.core.sheets import actions
from linli.core.sheets.actions import applying, reading, undoing
from linli.core.sheets.models import Import, ImportedRow, StagedRow
from linli.organizations.models import Organization

pytestmark = pytest.mark.django_db(transaction=True)
NUMERALS = "甲乙丙丁戊己庚辛壬癸"
# Workers that end themselves without a warning: at a slice of the work, before or after it is committed.
WORKERS = """
import os, signal, sys
from linli.cli.ready import set_up_django
set_up_django()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from linli.core.sheets import actions
from linli.core.sheets.actions import applying, reading, undoing
applying.SLICE = undoing.SLICE = reading.CHUNK = 7
WORK = {"read": (reading, "stage"), "find": (reading, "find_duplicates"), "apply": (applying, "land"),
    "undo": (undoing, "take_back")}

def work(step, pk, at):
    module, name = WORK[step]
    inner, count = getattr(module, name), 0
    def counted(*given):
        nonlocal count
        count += 1
        if count == at + 0.5:
            os.kill(os.getpid(), signal.SIGKILL)
        inner(*given)
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
        if at % 1 and count == at - 0.5:
            connection.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
    setattr(module, name, counted)
    if step in ("read", "find"):
        actions.read_import(pk)
    else:
        go_on = actions.continue_import if step == "apply" else actions.continue_undo
        while go_on(pk):
            pass

print("ready", flush=True)
for line in sys.stdin:
    step, pk, at = line.split()
    child = os.fork()
    if not child:
        work(step, int(pk), float(at))
        os._exit(0)
    print(os.WTERMSIG(os.waitpid(child, 0)[1]), flush=True)
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


@pytest.fixture
def killed() -> Iterator[Callable[[str, Import, float], None]]:
    """`killed("apply", batch, 3)`: a worker begins and is killed in its third slice; 3.5: right behind its commit."""
    command = [sys.executable, "-c", WORKERS, str(connection.settings_dict["NAME"])]
    environment = os.environ | {"LINLI_HOME": str(settings.HOME)}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as workers:
        assert workers.stdin is not None
        assert workers.stdout is not None
        assert workers.stdout.readline() == "ready\n"

        def kill(step: str, batch: Import, at: float) -> None:
            assert workers.stdin is not None
            assert workers.stdout is not None
            workers.stdin.write(f"{step} {batch.pk} {at}\n")
            workers.stdin.flush()
            assert workers.stdout.readline() == f"{int(signal.SIGKILL)}\n"

        yield kill
        workers.stdin.close()


@pytest.mark.processes
def test_a_worker_that_is_killed_leaves_every_row_once(
    world: World, bring: Bring, small_steps: None, killed: Callable[[str, Import, float], None]
) -> None:
    batch = bring(many(60))
    actions.recheck_import(batch, actor=officer(world))
    for step, at in (("read", 1), ("read", 4.5), ("read", 9), ("find", 1)):
        killed(step, batch, at)
        batch.refresh_from_db()
        assert batch.state == "reading"
    actions.read_import(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.counts["good"], StagedRow.objects.filter(batch=batch).count()) == ("ready", 60, 60)

    actions.apply_import(batch, actor=officer(world))
    for at in (1, 1.5, 3, 4.5, 1):
        killed("apply", batch, at)
    batch.refresh_from_db()
    # Slices 1, 2 to 3 and 4 to 7 were committed; each record has its trace and the cursor stands behind them.
    assert (batch.state, Organization.objects.count(), ImportedRow.objects.count()) == ("applying", 49, 49)
    while actions.continue_import(batch.pk):
        pass

    batch.refresh_from_db()
    ids = set(Organization.objects.values_list("pk", flat=True))
    assert (batch.state, batch.counts["created"]) == ("applied", 60)
    assert sorted(Organization.objects.values_list("name", flat=True)) == sorted(names(60))
    assert ImportedRow.objects.filter(batch=batch).count() == 60
    assert Event.objects.filter(name="sheets.created").count() == 60
    assert sound_rows(Organization, ids) == ids
    given = Organization.objects.filter(number__startswith="BA-").order_by("number").values_list("number", flat=True)
    assert list(given) == [f"BA-440511004-2016-{at:05d}" for at in range(1, 21)]

    actions.undo_import(batch, actor=officer(world))
    for at in (1, 1.5, 3, 2.5):
        killed("undo", batch, at)
    while actions.continue_undo(batch.pk):
        pass
    assert not Organization.objects.exists()
    assert Event.objects.filter(name="sheets.removed").count() == 60
    assert ImportedRow.objects.filter(batch=batch, outcome="undone").count() == 60


@pytest.mark.processes
def test_updates_that_were_killed_are_made_and_taken_back_once(
    world: World, bring: Bring, land: Any, small_steps: None, killed: Callable[[str, Import, float], None]
) -> None:
    land(bring(many(20)))
    made = set(Organization.objects.values_list("pk", "member_count", "leader_phone_hash"))
    batch = bring(workbook([line(name, 负责人身份证号="", 成员人数=50 + at) for at, name in enumerate(names(20))]))
    actions.decide(batch, "update", actor=officer(world))
    actions.apply_import(batch, actor=officer(world))
    for at in (1, 1.5, 1):
        killed("apply", batch, at)
    while actions.continue_import(batch.pk):
        pass
    ids = set(Organization.objects.values_list("pk", flat=True))
    assert sorted(Organization.objects.values_list("member_count", flat=True)) == list(range(50, 70))
    assert sound_rows(Organization, ids) == ids
    assert Event.objects.filter(name="sheets.updated").count() == 20

    actions.undo_import(batch, actor=officer(world))
    for at in (1, 1.5):
        killed("undo", batch, at)
    while actions.continue_undo(batch.pk):
        pass
    assert set(Organization.objects.values_list("pk", "member_count", "leader_phone_hash")) == made
    assert sound_rows(Organization, ids) == ids
    assert Event.objects.filter(name="sheets.restored").count() == 20


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
