"""Kill -9 at random moments: nothing that was acknowledged is lost, and nothing is done twice.

A Linli of its own (pages, two workers, the embedded PostgreSQL) on a throw-away folder, eight people at work on it
over HTTP and a program that is told by webhooks. Each round kills one process at a random moment: one that serves
pages, a worker, a process of the database, the database itself, the supervisor. It is brought back as an operator
would do it, or does so itself, and then everything that was acknowledged is looked for in the database
(`kill/checks.py`). Every fiftieth round all come to rest, so that what is done in the background can be held against
what was asked, and the chain of events is verified.

LINLI_BENCH_ROUNDS (200), LINLI_BENCH_SEED (printed; the same dice again), LINLI_BENCH_ONLY (one kind of process),
LINLI_BENCH_KEEP=1 (the folder stays), LINLI_BENCH_FROM (a prepared demo folder to copy). What goes wrong is printed
as it is found, with round and seed; the ratio is how long it takes to be back against a plain start.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil
import psycopg
from bench.kill.checks import Checks, once_back
from bench.kill.installation import KINDS, WEIGHTS, Installation
from bench.kill.ledger import Ledger
from bench.kill.load import PEOPLE, Load
from bench.kill.receiver import Receiver
from bench.result import Result

ROUNDS = int(os.environ.get("LINLI_BENCH_ROUNDS", 200))
SEED = int(os.environ.get("LINLI_BENCH_SEED", 0)) or random.randrange(1, 1_000_000)
ONLY = os.environ.get("LINLI_BENCH_ONLY", "")
FROM = os.environ.get("LINLI_BENCH_FROM", "")
SEATS = """SELECT area_id FROM actors_body b JOIN areas_area a ON a.id = b.area_id AND a.level = 'community'
    GROUP BY 1 HAVING count(*) = 1"""
REST_EVERY = 50
QUIET = 240.0  # seconds until the queues are empty
AT_MOST_TIMES_A_START = 6.0


def run() -> list[Result]:
    """The rounds; AssertionError where anything was lost or done twice."""
    folder = Path(tempfile.mkdtemp(prefix="linli-kills-")).resolve()
    folder.chmod(0o711)
    trial = Trial(folder / "home")
    try:
        trial.begin()
        for number in range(1, ROUNDS + 1):
            trial.round(number)
            if number % REST_EVERY == 0 or number == ROUNDS:
                trial.rest(number)
        trial.end()
    finally:
        trial.installation.over.set()
        trial.installation.stop()
        if "LINLI_BENCH_KEEP" not in os.environ:
            shutil.rmtree(folder, ignore_errors=True)
    print(trial.told(), flush=True)
    assert not trial.findings, f"{len(trial.findings)} findings, seed {SEED}"
    back = statistics.median(trial.back)
    return [
        Result(
            f"back after kill -9, median of {ROUNDS} rounds",
            "a plain start",
            back,
            trial.start,
            AT_MOST_TIMES_A_START,
            f"{dict(trial.kills)}; the longest {max(trial.back):.1f} s; nothing lost, nothing twice; seed {SEED}",
        )
    ]


class Trial:
    """One run of it."""

    def __init__(self, home: Path) -> None:
        home.mkdir(mode=0o711)
        self.dice = random.Random(SEED)
        self.ledger = Ledger()
        self.receiver = Receiver(SEED)
        self.installation = Installation(home, f"http://{self.receiver.address}")
        self.back: list[float] = []
        self.kills: Counter[str] = Counter()
        self.findings: list[str] = []
        self.start = 0.0

    def begin(self) -> None:
        """A running district with everybody at work."""
        here = self.installation
        if FROM:
            subprocess.run(["cp", "-a", f"{FROM}/.", str(here.home)], check=True)
        urls = [f"http://{self.receiver.address}/{n}" for n in range(2)]
        made = here.set_up(PEOPLE, urls)
        began = time.monotonic()
        here.until_back()
        self.start = time.monotonic() - began
        self.checks = Checks(here.cluster.url, here.home, self.ledger, self.receiver, made["hooks"])
        self.load = Load(here.url, made["tokens"], self.ledger, SEED, here.over)
        with psycopg.connect(here.cluster.url) as db:
            self.load.areas = [pk for (pk,) in db.execute(SEATS)]
        self.say(0, f"seed {SEED}, {ROUNDS} rounds, {here.url}, {here.home}")
        self.found(0, once_back(self.checks.now))
        self.load.begin()
        time.sleep(5)

    def round(self, number: int) -> None:
        """Kill one, bring back, look."""
        time.sleep(self.dice.uniform(0.2, 4.0))
        kind = ONLY or self.dice.choices(KINDS, WEIGHTS)[0]
        victims = self.installation.processes(kind)
        roll = self.dice.random()
        if not victims:
            self.say(number, f"no {kind} to kill")
            return
        victim = victims[int(roll * len(victims))]
        with contextlib.suppress(psutil.Error):
            victim.kill()
        self.kills[kind] += 1
        time.sleep(0.05)
        took = self.installation.until_back()
        self.back.append(took)
        self.say(number, f"{kind} {victim.pid}, back in {took:.1f} s; turns {sum(self.load.turns.values())}")
        self.found(number, once_back(self.checks.now))

    def rest(self, number: int) -> None:
        """Everybody comes to rest, the queues empty themselves, and what was left to be done is done."""
        began = time.monotonic()
        late = self.load.rest(QUIET + 120)
        self.found(number, [f"{name} does not come to an end" for name in late])
        end = time.monotonic() + QUIET
        found = once_back(self.checks.at_rest)
        while found and time.monotonic() < end:
            time.sleep(2)
            found = once_back(self.checks.at_rest)
        self.found(number, found)
        self.found(number, once_back(self.checks.now))
        sealed = self.installation.run("audit", "seal")
        verified = self.installation.run("audit", "verify")
        if sealed.returncode or verified.returncode:
            self.found(number, [f"audit: {sealed.stderr}{verified.stdout}{verified.stderr}"])
        self.say(number, f"at rest after {time.monotonic() - began:.0f} s; {verified.stdout.splitlines()[:1]}")
        self.load.going.set()

    def end(self) -> None:
        """What killed processes left in the folder of files goes with the nightly sweep, and nothing else."""
        code = (
            "import datetime as dt\n"
            "from linli.cli.ready import django_ready\n"
            "with django_ready():\n"
            "    from linli.core.files.queries import orphans\n"
            "    print(len(list(orphans(dt.timedelta(0)))))\n"
        )
        self.load.rest(QUIET)
        self.say(ROUNDS, f"orphaned files: {self.installation.run(code=code).stdout.strip()}")

    def found(self, number: int, sentences: list[str]) -> None:
        """Print each finding once, with the means to see it again."""
        for said in [*sentences, *self.ledger.taken_troubles()]:
            sentence = said.partition(', "request_id"')[0]
            if sentence not in self.findings:
                self.findings.append(sentence)
                again = f"LINLI_BENCH_SEED={SEED} python -m bench kills"
                print(f"✗ round {number}: {sentence}\n  again: {again}", flush=True)

    def say(self, number: int, text: str) -> None:
        """A line of the log."""
        print(f"  {time.strftime('%H:%M:%S')} {number:>3}/{ROUNDS} {text}", flush=True)

    def told(self) -> str:
        """The whole in a few lines."""
        bodies, _ = self.receiver.snapshot()
        lines = Counter(line.kind for line in self.ledger.lines if line.acknowledged)
        return (
            f"  {sum(self.kills.values())} kills: {dict(self.kills)}; starts by hand {self.installation.restarts}\n"
            f"  acknowledged: {dict(lines)}; turns {self.load.turns}\n"
            f"  messages {len(bodies)}, sent more than once {sum(len(each) > 1 for each in bodies.values())}\n"
            f"  findings {len(self.findings)}; seed {SEED}"
        )
