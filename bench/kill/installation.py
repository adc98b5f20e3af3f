"""A Linli of its own on a throw-away folder, its processes by kind, and bringing it back as an operator would."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from linli.cli.cluster import Cluster

KINDS = ("web worker", "job worker", "backend", "web server", "supervisor", "postmaster")
WEIGHTS = (26, 26, 18, 10, 10, 10)
BACK = 240.0  # seconds within which it must answer again

# Tokens, webhooks and wide limits, made by the product's own actions.
SETUP = """
import json, sys
from linli.cli.ready import django_ready
with django_ready():
    import datetime as dt
    from linli.core import clock
    from linli.core.access.models import User
    from linli.core.api.actions import issue_token
    from linli.core.api.web import known_scopes
    from linli.core.parameters.models import ParameterValue
    from linli.core.webhooks.actions import create_webhook
    given = json.loads(sys.argv[1])
    boss = User.objects.get(username="mazhanpeng")
    for key in ("api.calls_per_minute", "api.calls_per_minute_address"):
        ParameterValue.objects.create(key=key, scope="", value=100000, valid_from=clock.today(), reason="kills",
                                      set_by=boss)
    said = {"tokens": {}, "people": {}, "hooks": []}
    for name in given["people"]:
        user = User.objects.get(username=name)
        said["people"][name] = user.pk
        said["tokens"][name] = issue_token(name="kills", scopes=known_scopes(), days=30, known=known_scopes(),
                                           actor=user)[1]
    for url in given["urls"]:
        owner = User.objects.get(username="linxiaoyan")
        said["hooks"].append(create_webhook(name="kills", url=url, patterns=["*"], actor=owner)[0].pk)
    print("SAID" + json.dumps(said))
"""


def free_port() -> int:
    """A port nobody uses at this moment."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def children_of(parents: list[psutil.Process]) -> list[psutil.Process]:
    """Theirs; of one that is gone, none."""
    found: list[psutil.Process] = []
    for parent in parents:
        with contextlib.suppress(psutil.Error):
            found += parent.children()
    return found


class Installation:
    """`linli serve --demo` and a second `linli worker`, as on a server with more to do."""

    def __init__(self, home: Path, hooks: str) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        drop = ("DATABASE_URL", "LINLI_DEMO", "LINLI_HOME", "LINLI_SERVED_BY")
        kept = {key: value for key, value in os.environ.items() if key not in drop}
        self.environment = {**kept, "LINLI_HOME": str(home), "LINLI_WEBHOOK_HOSTS": hooks}
        self.cluster = Cluster(home / "postgres", home / "logs" / "postgres.log")
        self.server: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self.over = threading.Event()
        self.restarts = 0

    # --- life -------------------------------------------------------------------------------------------------------

    def run(self, *words: str, code: str = "", patience: float = 400) -> subprocess.CompletedProcess[str]:
        """A command of Linli to its end (or Python with `code`)."""
        command = [sys.executable, "-c", code, *words] if code else [sys.executable, "-m", "linli", *words]
        environment = {**self.environment, "LINLI_DEMO": "1"}
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=patience, check=False)

    def set_up(self, people: list[str], urls: list[str]) -> dict[str, Any]:
        """The demo district, tokens and webhooks."""
        made = self.run("prepare", "--demo")
        assert made.returncode == 0, made.stdout + made.stderr
        (self.home / "kind").write_text("demo\n")
        made = self.run(json.dumps({"people": people, "urls": urls}), code=SETUP)
        said = [line for line in made.stdout.splitlines() if line.startswith("SAID")]
        assert said, made.stdout + made.stderr
        found: dict[str, Any] = json.loads(said[0].removeprefix("SAID"))
        return found

    def spawn(self, log: str, *words: str) -> subprocess.Popen[bytes]:
        """A command that stays, in a session of its own, its output in a file."""
        with (self.home / "logs" / log).open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "linli", *words],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def look_after(self) -> None:
        """Start what is not there: the supervisor, and the second worker as soon as there is a database."""
        if self.server is None or self.server.poll() is not None:
            words = ("serve", "--demo", "--port", str(self.port), "--workers", "2")
            self.server = self.spawn("serve.log", *words)
            self.restarts += 1
        if (self.worker is None or self.worker.poll() is not None) and self.cluster.pid():
            self.worker = self.spawn("worker2.log", "worker")

    def until_back(self) -> float:
        """Seconds until the pages answer and both workers run again."""
        began = time.monotonic()
        while time.monotonic() - began < BACK:
            self.look_after()
            if self.answers() and len(self.processes("job worker")) > 1 and self.processes("web worker"):
                return time.monotonic() - began
            time.sleep(0.1)
        there = {kind: len(self.processes(kind)) for kind in KINDS}
        raise AssertionError(f"not back after {BACK:.0f} s; {there}\n{self.last_words()}")

    def answers(self) -> bool:
        """Whether /readyz says yes."""
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/readyz", timeout=20) as answer:
            return bool(answer.status == 200)
        return False

    def stop(self) -> None:
        """End everything, kindly first."""
        for process in (self.worker, self.server):
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in (self.worker, self.server):
            if process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(60)
        for left in list(self.everything()):
            with contextlib.suppress(psutil.Error):
                left.kill()

    def last_words(self) -> str:
        """The ends of all logs."""
        said = []
        for log in sorted((self.home / "logs").glob("*.log")):
            said.append(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:]))
        return "\n".join(said)

    # --- processes --------------------------------------------------------------------------------------------------

    def everything(self) -> Iterator[psutil.Process]:
        """Every process of this folder."""
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                known = [*process.cmdline(), process.environ().get("LINLI_HOME", ""), process.cwd()]
                if process.pid != os.getpid() and any(word.startswith(str(self.home)) for word in known):
                    yield process

    def processes(self, kind: str) -> list[psutil.Process]:
        """The processes of a kind that run now."""
        if kind == "postmaster":
            pid = self.cluster.pid()
            return [psutil.Process(pid)] if pid else []
        if kind == "supervisor":
            alive = self.server is not None and self.server.poll() is None
            return [psutil.Process(self.server.pid)] if alive and self.server else []
        if kind == "backend":
            found = []
            for child in children_of(self.processes("postmaster")):
                with contextlib.suppress(psutil.Error):
                    found += [child] if "linli linli" in " ".join(child.cmdline()) else []
            return found
        words = {"web server": ["web"], "web worker": ["web"], "job worker": ["worker"]}[kind]
        own: list[psutil.Process] = []
        parents = self.processes("supervisor")
        for child in children_of(parents):
            with contextlib.suppress(psutil.Error):  # it may be dead and not yet buried; the others count
                own += [child] if set(words) & set(child.cmdline()) else []
        if kind == "web worker":
            own = children_of(own)
        if kind == "job worker" and self.worker is not None and self.worker.poll() is None:
            own.append(psutil.Process(self.worker.pid))
        alive: list[psutil.Process] = []
        for each in own:
            with contextlib.suppress(psutil.Error):
                alive += [each] if each.status() != psutil.STATUS_ZOMBIE else []
        return alive
