"""The administrators hear of it when the last good backup is too old, and when one failed it is remembered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from tests.personas import World

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.backup import making
from linli.core.backup.actions import warn_when_overdue
from linli.core.backup.archive import BackupError
from linli.core.backup.choices import Outcome
from linli.core.backup.jobs import watch_backups
from linli.core.backup.making import Made
from linli.core.backup.models import Backup
from linli.core.backup.queries import age
from linli.core.notices.models import Notice


def told() -> list[tuple[str, str]]:
    return [(notice.recipient.username, notice.title) for notice in Notice.objects.filter(kind="other.backup")]


def test_never_and_too_long_ago(world: World) -> None:
    system = User.system()
    assert age() is None

    assert warn_when_overdue(actor=system) == 1
    assert warn_when_overdue(actor=system) == 0  # once a day
    assert told() == [("sysadmin", "备份已经过期，请今天处理")]
    assert "还没有成功备份过" in Notice.objects.get(kind="other.backup").body

    Backup.objects.create(outcome=Outcome.GOOD, at=clock.now())
    Backup.objects.create(outcome=Outcome.FAILED, at=clock.now())
    with clock.at(clock.now() + dt.timedelta(hours=35)):
        assert warn_when_overdue(actor=system) == 0
    with clock.at(clock.now() + dt.timedelta(hours=37)):
        assert warn_when_overdue(actor=system) == 1
    assert len(told()) == 2


def test_a_demo_is_left_alone(world: World, settings: Any) -> None:
    watch_backups(0)
    assert told() == []

    settings.DEMO = False
    watch_backups(0)
    assert len(told()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_failure_is_remembered_and_said(
    world: World, back_up: Callable[..., Made], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(making, "make", fail)
    with pytest.raises(BackupError, match="放备份的磁盘满了"):
        back_up()

    row = Backup.objects.get()
    assert (row.outcome, row.reason[:8]) == (Outcome.FAILED, "放备份的磁盘满了")
    assert Event.objects.get(name="core.backup").detail["outcome"] == "failed"
    assert age() is None


@pytest.mark.django_db(transaction=True)
def test_pg_dump_that_gives_up_leaves_no_file(
    world: World, back_up: Callable[..., Made], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from linli.core.backup import dump

    monkeypatch.setattr(dump, "OPTIONS", ("--no-such-option",))
    with pytest.raises(BackupError, match="pg_dump 没有做完"):
        back_up()

    assert list((tmp_path / "backups").iterdir()) == []
    assert default_storage.listdir("") == ([], [])
