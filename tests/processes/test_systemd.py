"""What systemd hears of the processes, and how they end when it asks: nothing that was begun is lost."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tests.core.backup.conftest import url_of
from tests.processes.test_serve import free_port

from linli.cli import notify
from linli.core.backup.actions import conninfo

pytestmark = pytest.mark.processes
PATIENCE = 120.0


class Systemd:
    """The socket that services speak to."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "notify"
        self.heard: list[tuple[float, str]] = []
        self.door = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.door.bind(str(self.path))
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        while True:
            self.heard.append((time.monotonic(), self.door.recv(4096).decode()))

    def times(self, word: str) -> list[float]:
        return [at for at, said in list(self.heard) if said == word]

    def wait_for(self, word: str, count: int = 1, process: subprocess.Popen[str] | None = None) -> float:
        deadline = time.monotonic() + PATIENCE
        while len(self.times(word)) < count:
            assert time.monotonic() < deadline, self.heard
            assert process is None or process.poll() is None, process.communicate()[0]
            time.sleep(0.02)
        return self.times(word)[0]


@pytest.fixture
def systemd(tmp_path: Path) -> Systemd:
    return Systemd(tmp_path)


@pytest.fixture
def run(transactional_db: None, tmp_path: Path, systemd: Systemd) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a service on the tests' database as systemd would."""
    known = {
        "DATABASE_URL": url_of(conninfo()),
        "LINLI_HOME": str(tmp_path / "home"),
        "NOTIFY_SOCKET": str(systemd.path),
        "WATCHDOG_USEC": "600000",
    }
    started: list[subprocess.Popen[str]] = []

    def start(*command: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "linli", *command],
            env={**os.environ, **known},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def test_the_web_server_ends_what_it_has_begun(run: Callable[..., subprocess.Popen[str]], systemd: Systemd) -> None:
    port = free_port()
    web = run("web", "--port", str(port), "--workers", "1")
    ready = systemd.wait_for(notify.READY, process=web)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
        assert answer.status == 200
    alive = systemd.wait_for(notify.ALIVE, 2)
    assert alive > ready

    answers: list[int] = []
    with psycopg.connect(conninfo()) as holding:
        holding.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")

        def ask() -> None:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=60) as answer:
                answers.append(answer.status)

        asking = threading.Thread(target=ask)
        asking.start()
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'django_migrations'::regclass"
        deadline = time.monotonic() + PATIENCE
        while holding.execute(waits).fetchone() == (0,):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        web.terminate()
        systemd.wait_for(notify.STOPPING)
        time.sleep(0.3)
        assert (web.poll(), answers) == (None, [])
    asking.join()

    said, _ = web.communicate(timeout=PATIENCE)
    assert (answers, web.returncode) == ([200], 0), said
    assert len(systemd.times(notify.READY)) == 1


def test_a_worker_says_that_it_takes_jobs_and_that_it_stops(
    run: Callable[..., subprocess.Popen[str]], systemd: Systemd
) -> None:
    worker = run("worker")
    ready = systemd.wait_for(notify.READY, process=worker)
    systemd.wait_for(notify.ALIVE, 2)
    worker.terminate()
    said, _ = worker.communicate(timeout=PATIENCE)

    assert worker.returncode == 0, said
    assert systemd.wait_for(notify.STOPPING) > ready


def test_without_systemd_nothing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in notify.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert (notify.tell(notify.READY), notify.patience()) == (False, None)

    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    assert (notify.tell(notify.READY), notify.patience()) == (False, 30.0)
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert notify.patience() is None


def test_who_is_not_well_is_not_called_alive(systemd: Systemd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(systemd.path))
    monkeypatch.setenv("WATCHDOG_USEC", "30000")
    answers = iter([False, True, True, False, False])
    stopped = threading.Event()

    def well() -> bool:
        try:
            return next(answers)
        except StopIteration:
            stopped.set()
            return False

    notify.beat_while(well, stopped, until_ready=0.01)
    systemd.wait_for(notify.ALIVE)
    assert [said for _at, said in systemd.heard] == [notify.READY, notify.ALIVE]
