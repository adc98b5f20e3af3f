"""`linli serve` for real: it starts, answers, stops without a trace, and comes back after a fall."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from linli.cli.cluster import Cluster

pytestmark = pytest.mark.processes
PATIENCE = 240.0  # a first start makes a cluster and all tables, on a machine that may have other things to do


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def wait_for(condition: Callable[[], object], seconds: float = PATIENCE) -> bool:
    deadline = time.monotonic() + seconds
    while not (done := bool(condition())) and time.monotonic() < deadline:
        time.sleep(0.05)
    return done


class Linli:
    """The command, run over one data folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.started: list[subprocess.Popen[str]] = []
        drop = ("DATABASE_URL", "LINLI_DEMO", "LINLI_HOME", "LINLI_SERVED_BY")
        self.environment = {key: value for key, value in os.environ.items() if key not in drop}
        self.environment["LINLI_HOME"] = str(home)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "linli", *words]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    def serve(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "linli", "serve", "--port", str(self.port), "--workers", "1"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        # The worker is started last: from here on a child that falls is started again.
        assert wait_for(lambda: self.works_under(process) or process.poll() is not None)
        assert process.poll() is None, process.communicate()[0]
        return process

    def works_under(self, supervisor: subprocess.Popen[str]) -> bool:
        """Whether both children of this supervisor run and the web server answers."""
        return bool(children(supervisor, "web") and children(supervisor, "worker")) and self.answers()

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def processes(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            try:
                known_by = [*process.cmdline(), process.environ().get("LINLI_HOME", "")]
            except psutil.Error:
                continue
            if process.pid != os.getpid() and any(word.startswith(str(self.home)) for word in known_by):
                found.append(process)
        return found

    def query(self, sql: str) -> list[tuple[object, ...]]:
        url = Cluster(self.home / "postgres", self.home / "log").url
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []


def children(supervisor: subprocess.Popen[str], word: str) -> list[psutil.Process]:
    """Its direct children whose command contains the word."""
    found = []
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process(supervisor.pid).children():
            with contextlib.suppress(psutil.Error):
                if word in child.cmdline():
                    found.append(child)
    return found


@pytest.fixture
def linli() -> Iterator[Linli]:
    # Not in tmp_path: pytest closes that to other users again and again, and for root the database is another user.
    with tempfile.TemporaryDirectory(prefix="linli-serve-", ignore_cleanup_errors=True) as folder:
        made = Linli(Path(folder).resolve() / "home")
        yield made
        for process in made.processes():
            process.kill()


def stop(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> str:
    process.send_signal(number)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    return said


def test_starts_stops_and_keeps_the_data(linli: Linli) -> None:
    first = linli.serve()
    linli.query("CREATE TABLE kept AS SELECT 7 AS number")
    refused = linli.run("serve", "--port", str(free_port()))
    running = {process.name() for process in linli.processes()}
    safe = [linli.query(f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")]
    said = stop(first)

    assert "postgres" in running
    assert safe == [[("on",)]] * 3  # what was acknowledged outlives a power cut
    assert refused.returncode == 1
    assert f"已经有一个 Linli 在用（进程 {first.pid}，http://127.0.0.1:{linli.port}/）" in refused.stderr
    assert f"http://127.0.0.1:{linli.port}/" in said
    assert linli.processes() == []

    again = linli.serve()
    kept = linli.query("SELECT number FROM kept")
    said = stop(again, signal.SIGINT)

    assert kept == [(7,)]
    assert "更新数据表" not in said
    assert "准备静态文件" not in said
    assert linli.processes() == []


def test_comes_back_after_being_killed(linli: Linli) -> None:
    first = linli.serve()
    linli.query("CREATE TABLE kept AS SELECT 7 AS number")
    first.kill()
    first.wait()
    assert wait_for(lambda: not linli.answers())  # its children have noticed
    second = linli.serve()

    assert linli.query("SELECT number FROM kept") == [(7,)]

    web = children(second, "web")[0]
    web.kill()
    assert wait_for(lambda: not web.is_running() and linli.works_under(second))

    server = Cluster(linli.home / "postgres", linli.home / "log").pid()
    assert server is not None
    psutil.Process(server).kill()
    assert wait_for(lambda: not psutil.pid_exists(server) or psutil.Process(server).status() == "zombie")
    assert wait_for(lambda: linli.works_under(second))
    assert linli.query("SELECT number FROM kept") == [(7,)]
    assert [child.pid for child in psutil.Process(second.pid).children() if child.status() == "zombie"] == []

    second.kill()
    second.wait()

    assert wait_for(lambda: linli.processes() == []), linli.processes()


def test_data_of_a_newer_linli_are_left_alone(linli: Linli) -> None:
    assert linli.run("prepare").returncode == 0
    assert linli.run("db", "start").returncode == 0
    linli.query("INSERT INTO django_migrations (app, name, applied) VALUES ('core', '9999_future', now())")
    assert linli.run("db", "stop").returncode == 0

    refused = linli.run("serve", "--port", str(linli.port))

    assert refused.returncode == 1
    assert "这些数据由更新版本的 Linli 写过（多出 core.9999_future）" in refused.stderr
    assert "Traceback" not in refused.stderr + refused.stdout
    assert linli.processes() == []
