"""`linli restore` itself, killed where it hurts, and then run again or gone on with as it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.core.backup.conftest import content, digests, url_of
from tests.core.backup.test_all_or_nothing import wait_until_alone

from linli.core.audit.chain import seal_events
from linli.core.backup import archive
from linli.core.backup.actions import conninfo
from linli.core.backup.making import Made
from linli.core.backup.restoring import STAGED, Unfinished
from linli.organizations.models import Organization

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

# The command as it is, but for one function that says that it is reached and never comes back.
PROGRAM = """
import sys, time
from linli.core.backup import restoring
where = sys.argv.pop(1)
def stand(*words):
    print("here", flush=True)
    time.sleep(600)
setattr(restoring, {"loaded": "compare", "committed": "settle"}[where], stand)
from linli.cli import main
main()
"""


class Place:
    """An empty machine: a data folder and a database of its own."""

    def __init__(self, home: Path, database: str) -> None:
        self.home, self.database = home, database
        drop = ("LINLI_DEMO", "LINLI_SECRET_KEY", "LINLI_FIELD_KEYS", "LINLI_HASH_KEY")
        self.environment = {name: value for name, value in os.environ.items() if name not in drop} | {
            "DATABASE_URL": url_of(database),
            "LINLI_HOME": str(home),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command to its end."""
        command = [sys.executable, "-m", "linli", *words]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)

    def kill(self, where: str, *words: str) -> None:
        """A command until it is there."""
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, where, *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        said = []
        while (line := process.stdout.readline()) and line != "here\n":
            said.append(line)
        assert line == "here\n", "".join(said)
        process.kill()
        process.wait()
        process.stdout.close()
        with psycopg.connect(self.database, autocommit=True) as connection:
            wait_until_alone(connection)

    def keys(self) -> dict[str, str]:
        """Those in use."""
        return {path.name: path.read_text().strip() for path in sorted((self.home / "secrets").iterdir())}


@pytest.fixture
def wanted(filed: Organization) -> dict[str, str]:
    """Every table of a district whose chain is sealed."""
    assert seal_events(wait=True).events > 0
    return content(conninfo())


@pytest.fixture
def made(wanted: dict[str, str], back_up: Callable[..., Made]) -> Made:
    """Its backup."""
    return back_up()


@pytest.fixture
def words(made: Made, identity: Any, tmp_path: Path) -> tuple[str, ...]:
    """How it is restored."""
    key = tmp_path / "key"
    key.write_bytes(archive.identity_file(identity))
    return ("restore", str(made.path), "-i", str(key))


@pytest.fixture
def place(tmp_path: Path, empty_database: str) -> Place:
    return Place(tmp_path / "home", empty_database)


def test_killed_before_the_commit_it_is_run_again(
    wanted: dict[str, str], words: tuple[str, ...], place: Place, folder: Path
) -> None:
    place.kill("loaded", *words)
    assert content(place.database) == {}
    assert (place.keys(), (place.home / STAGED).exists()) == ({}, True)

    again = place.run(*words)

    assert again.returncode == 0, again.stderr
    assert "开始的恢复没有做完，现在重做。" in again.stderr
    assert content(place.database) == wanted
    assert digests(place.home / "files") == digests(folder)
    verified = place.run("audit", "verify", "--copy")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert not (place.home / STAGED).exists()
    assert not Unfinished(place.home).path.exists()


def test_killed_after_the_commit_the_next_command_does_the_rest(
    wanted: dict[str, str], made: Made, words: tuple[str, ...], place: Place
) -> None:
    """Its keys, what kind of data these are, and that links sealed after the backup are void."""
    heads = place.home / "audit" / "heads.jsonl"
    heads.parent.mkdir(parents=True)
    later = {"number": made.manifest["audit"]["seal"]["number"] + 1, "hash": "ab" * 32, "at": "2026-11-01T00:00:00Z"}
    heads.write_text(json.dumps(later) + "\n")
    (place.home / "prepared").write_text("as if nothing had changed")

    place.kill("committed", *words)
    assert content(place.database) == wanted
    assert place.keys() == {}
    assert (place.home / "kind").read_text() == "demo\n"  # demo passwords are known: never opened as real data
    assert not (place.home / "prepared").exists()

    prepared = place.run("prepare")

    assert prepared.returncode == 0, prepared.stderr
    restored = json.loads(heads.read_text().splitlines()[-1])
    seal = made.manifest["audit"]["seal"]
    assert (restored["number"], restored["hash"], restored["restored"]) == (seal["number"], seal["hash"], True)
    assert sorted(place.keys()) == ["field_keys", "hash_key", "secret_key"]
    verified = place.run("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert not Unfinished(place.home).path.exists()
