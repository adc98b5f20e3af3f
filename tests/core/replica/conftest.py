"""A primary and a standby that streams from it, both our own, and Django pointed at them."""

from __future__ import annotations

import inspect
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from linli.cli.cluster import Cluster, plain
from linli.core.backup.actions import conninfo
from linli.core.postgres import client_programs, server_programs
from linli.core.replica import watch

WANTED = os.environ.get("LINLI_TEST_SERVER", "")
TINY = {"shared_buffers": "16MB", "max_connections": "20", "wal_receiver_status_interval": "1s"}


@dataclass
class Pair:
    """Two servers."""

    primary: Cluster
    standby: Cluster

    def on_standby(self, sql: str) -> Any:
        """As its superuser: only that one may hold the replay."""
        with psycopg.connect(self.superuser(self.standby), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchone()[0] if cursor.description else None

    def superuser(self, cluster: Cluster) -> str:
        return cluster.url.replace("linli@", "postgres@", 1)

    def settings_of(self, cluster: Cluster) -> dict[str, Any]:
        """As Django has them."""
        return {"NAME": "linli", "USER": "linli", "HOST": str(cluster.sockets), "PORT": "", "PASSWORD": ""}


@pytest.fixture(scope="module")
def pair(django_db_setup: None, django_db_blocker: Any) -> Iterator[Pair]:
    """The tables of the tests' database in a server of its own, whose standby is made by pg_basebackup."""
    with tempfile.TemporaryDirectory(prefix="linli-pair-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        place.chmod(0o711)
        programs = server_programs(int(WANTED)) if WANTED else None
        primary = Cluster(place / "primary", place / "primary.log", TINY, programs)
        standby = Cluster(place / "standby", place / "standby.log", TINY, programs)
        primary.start(die_with_parent=True, keep_safe=False)
        try:
            with django_db_blocker.unblock():
                source = conninfo()
            copy_tables(source, primary)
            make_standby(primary, standby)
            standby.start(die_with_parent=True, keep_safe=False)
            yield Pair(primary, standby)
        finally:
            standby.stop()
            primary.stop()


def copy_tables(source: str, primary: Cluster) -> None:
    found = client_programs(primary.programs.major)
    dump = subprocess.run(
        [found.path("pg_dump"), "--no-owner", "--no-privileges", "--no-comments", f"--dbname={source}"],
        capture_output=True,
        check=True,
        env=plain(),
    ).stdout
    unknown = (b"SET transaction_timeout", b"\\restrict", b"\\unrestrict")
    plain_sql = b"\n".join(line for line in dump.split(b"\n") if not line.startswith(unknown))
    told = [found.path("psql"), "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={primary.url}"]
    subprocess.run(told, input=plain_sql, capture_output=True, check=True, env=plain())


def make_standby(primary: Cluster, standby: Cluster) -> None:
    """As docs/deploy.md says, over the socket."""
    standby.take_over_folder()
    command = [primary.programs.path("pg_basebackup"), "-h", str(primary.sockets), "-U", "postgres"]
    # Beside the primary, whose folder its user may write to.
    made = primary.data / "standby"
    primary.run([*command, "-D", str(made), "--checkpoint=fast", "--write-recovery-conf", "--no-sync"])
    for left in made.glob(".s.PGSQL.*"):  # the primary's socket lies in its folder
        left.unlink()
    made.rename(standby.data)


@pytest.fixture
def switched(pair: Pair, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """Django on the pair; afterwards everything as before."""
    # A test's databases are fixed before it begins; this one comes later.
    forbidding = inspect.getclosurevars(BaseDatabaseWrapper.ensure_connection)
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", forbidding.nonlocals["real_ensure_connection"])
    default = connections["default"]
    default.close()
    before = dict(default.settings_dict)
    default.settings_dict.update(pair.settings_of(pair.primary))
    default.settings_dict["OPTIONS"] = {}
    there = {**before, **pair.settings_of(pair.standby)}
    connections.settings["replica"] = {**there, "OPTIONS": {"options": "-c default_transaction_read_only=on"}}
    watch.WATCH.forget()
    try:
        yield pair
    finally:
        if pair.standby.pid():
            pair.on_standby("SELECT pg_wal_replay_resume()")
        call_command("flush", interactive=False, verbosity=0)
        connections["replica"].close()
        del connections["replica"], connections.settings["replica"]
        default.close()
        default.settings_dict.clear()
        default.settings_dict.update(before)
        watch.WATCH.forget()
