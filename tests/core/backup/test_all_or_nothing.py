"""A restore that fails, or is killed at any moment, leaves what was there; one that was committed ends well."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.core.backup.conftest import Folder, content

from linli.core.backup import archive, restoring
from linli.core.backup.actions import conninfo
from linli.core.backup.archive import BackupError, Member
from linli.core.backup.making import Made
from linli.core.backup.restoring import Target, Unfinished, finish, finish_interrupted, restore
from linli.organizations.models import Organization

pytestmark = pytest.mark.django_db(transaction=True)

FRESH = {"field_keys": "new", "hash_key": "new hash"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder with keys of its own."""
    folder = tmp_path / "home"
    (folder / "secrets").mkdir(parents=True)
    for name in ("field_keys", "hash_key", "secret_key"):
        (folder / "secrets" / name).write_text(f"old {name}")
    return folder


@pytest.fixture
def occupied(empty_database: str) -> str:
    """A database with something in it."""
    with psycopg.connect(empty_database) as connection:
        connection.execute("CREATE TABLE mine AS SELECT generate_series(1, 100) AS n")
    return empty_database


def keys(home: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted((home / "secrets").iterdir())}


OLD = {name: f"old {name}" for name in ("field_keys", "hash_key", "secret_key")}
NEW = {**FRESH, "secret_key": "old secret_key"}


class Full:
    """A disk that is full at the second file."""

    count = 0

    def put(self, name: str, member: Member) -> None:
        self.count += 1
        if self.count == 2:
            raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_that_fills_up_in_the_middle(
    filed: Organization, back_up: Callable[..., Made], identity: Any, occupied: str, home: Path
) -> None:
    before = content(occupied)

    with pytest.raises(OSError, match="No space left"):
        restore(back_up().path, [identity], Target(occupied, home, Full(), FRESH, True), lambda said: None)

    assert (content(occupied), keys(home)) == (before, OLD)
    assert not (home / restoring.STAGED).exists()


def test_a_backup_whose_end_is_cut_off_is_not_committed(
    filed: Organization, back_up: Callable[..., Made], identity: Any, occupied: str, home: Path
) -> None:
    before = content(occupied)
    path = back_up().path
    path.write_bytes(path.read_bytes()[:-100])

    with pytest.raises(BackupError, match="不完整或已损坏"):
        restore(path, [identity], Target(occupied, home, Folder(), FRESH, True), lambda said: None)

    assert (content(occupied), keys(home)) == (before, OLD)


def test_somebody_still_at_work_is_not_robbed(
    filed: Organization,
    back_up: Callable[..., Made],
    identity: Any,
    occupied: str,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(restoring, "WAIT_FOR_LOCKS", "200ms")
    path = back_up().path
    with psycopg.connect(occupied) as busy:
        busy.execute("SELECT count(*) FROM mine")
        with pytest.raises(BackupError, match="请先停下所有网页和后台任务"):
            restore(path, [identity], Target(occupied, home, None, FRESH, True), lambda said: None)

    assert keys(home) == OLD


PROGRAM = """
import sys, time
from pathlib import Path
from linli.core.backup import archive, restoring
class Slow:
    def put(self, name, member):
        print("file", flush=True)
        time.sleep(600)
file, key, conninfo, home, where = sys.argv[1:]
identity = archive.identities_in(Path(key), lambda: "")
settle = restoring.settle
def wait(home):
    print("committed", flush=True)
    time.sleep(600)
if where == "committed":
    restoring.settle = wait
sink = Slow() if where == "file" else None
said = (lambda text: (print("loaded", flush=True), time.sleep(600))) if where == "loaded" else (lambda text: None)
target = restoring.Target(conninfo, Path(home), sink, {"field_keys": "new", "hash_key": "new hash"}, True)
restoring.restore(Path(file), identity, target, said)
"""


@pytest.mark.parametrize("where", ["loaded", "file", "committed"])
def test_killed(
    where: str,
    filed: Organization,
    back_up: Callable[..., Made],
    identity: Any,
    occupied: str,
    home: Path,
    tmp_path: Path,
) -> None:
    before, wanted = content(occupied), content(conninfo())
    path = back_up().path
    key = tmp_path / "key"
    key.write_bytes(archive.identity_file(identity))
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(path), str(key), occupied, str(home), where],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == where
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with psycopg.connect(occupied, autocommit=True) as connection:  # the server notices that nobody is there
        wait_until_alone(connection)

    finish_interrupted(home, occupied)

    if where == "committed":
        assert (content(occupied), keys(home)) == (wanted, NEW)
        assert [folder.name.partition("-")[0] for folder in home.glob("secrets.*")] == ["secrets.before"]
    else:
        assert (content(occupied), keys(home)) == (before, OLD)
    assert not (home / restoring.STAGED).exists()


def wait_until_alone(connection: psycopg.Connection[Any]) -> None:
    """Until the server has seen that the killed program is gone."""
    import time

    deadline = time.monotonic() + 60
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    while time.monotonic() < deadline:
        row = connection.execute(query).fetchone()
        if row == (0,):
            return
        time.sleep(0.05)
    raise AssertionError("somebody is still connected")


def test_keys_wait_while_nobody_knows_whether_the_commit_came(home: Path) -> None:
    restoring.stage(home, FRESH, "ticket")

    finish(home, "host=/nowhere dbname=none connect_timeout=1")

    assert (home / restoring.STAGED).exists()
    assert keys(home) == OLD


def test_keys_that_are_being_restored_are_left_alone(home: Path, occupied: str) -> None:
    with restoring.alone(home):
        restoring.stage(home, FRESH, "ticket")
        finish_interrupted(home, occupied)

        assert (home / restoring.STAGED).exists()
    finish_interrupted(home, occupied)
    assert not (home / restoring.STAGED).exists()
    assert keys(home) == OLD


def test_a_restore_into_nothing_that_was_killed_says_so_and_can_be_repeated(home: Path, empty_database: str) -> None:
    """Its files lie there already; the empty database is not taken for a new installation."""
    mark = Unfinished(home)
    assert finish_interrupted(home, empty_database) == ""
    mark.write(Path("/backups/linli.tar.age"), empty=True)
    with restoring.alone(home):
        assert finish_interrupted(home, empty_database) == ""  # it is at work

    said = finish_interrupted(home, empty_database)
    assert "恢复没有做完，数据库还是空的。请再运行一次 linli restore /backups/linli.tar.age；" in said
    assert mark.read()["empty"]

    with psycopg.connect(empty_database) as connection:  # it was committed after all, or has been repeated
        connection.execute("CREATE TABLE mine AS SELECT 1 AS n")
    assert finish_interrupted(home, empty_database) == ""
    assert not mark.path.exists()
