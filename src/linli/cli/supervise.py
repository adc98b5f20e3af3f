"""Keeps child processes running until it is told to stop, and leaves none behind."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import click

from linli.cli.home import Halt, rotate, tail

GRACE_SECONDS = 25  # a request or a job may end in this time
STEADY_SECONDS = 60  # alive this long: earlier falls are forgotten
LONGEST_PAUSE = 30
HOUSEKEEPING_SECONDS = 30
WATCH_SECONDS = 2


@dataclass
class Child:
    """One process to keep running; what it says goes to its log."""

    label: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    falls: int = 0
    due: float = field(default_factory=time.monotonic)

    def start(self, environment: Mapping[str, str]) -> None:
        """In a session of its own, so that Ctrl-C in the terminal reaches only the supervisor."""
        rotate(self.log)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=dict(environment),
            )
        self.began = time.monotonic()

    def fell(self) -> int | None:
        """The exit code when it has just ended by itself; then it is due again after a pause that doubles."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        self.sweep()
        now = time.monotonic()
        self.falls = 1 if now - self.began > STEADY_SECONDS else self.falls + 1
        self.due = now + self.pause
        self.process = None
        return code

    @property
    def pause(self) -> int:
        """Seconds until the next try: 1, 2, 4 … LONGEST_PAUSE."""
        return int(min(2 ** (self.falls - 1), LONGEST_PAUSE))

    def sweep(self, number: int = signal.SIGKILL) -> None:
        """Signal whatever is left of its process group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


class Stopped(Exception):  # noqa: N818 - nothing is wrong
    """Somebody asked us to stop."""


class Supervisor:
    """Starts children, restarts those that fall, and stops them all on SIGINT, SIGTERM or SIGHUP."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.children: list[Child] = []
        self.asked = 0
        self.asked_at = 0.0
        self.looked_after = time.monotonic()

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Take over the signals; a wake-up descriptor makes every wait end at once."""
        self.wake, writer = os.pipe()
        for end in (self.wake, writer):
            os.set_blocking(end, False)
        before = {
            number: signal.signal(number, self.on_signal)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
        }
        old_writer = signal.set_wakeup_fd(writer)
        try:
            yield
        finally:
            signal.set_wakeup_fd(old_writer)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(self.wake)
            os.close(writer)

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """The first asks for an orderly end; from the second on nothing is waited for."""
        # One wish may arrive twice, from the terminal and from make.
        if number != signal.SIGCHLD and time.monotonic() - self.asked_at > 1:
            self.asked += 1
            self.asked_at = time.monotonic()

    def wait(self, seconds: float) -> None:
        """Sleep, but not through a signal."""
        if select.select([self.wake], [], [], max(seconds, 0))[0]:
            with contextlib.suppress(BlockingIOError):
                os.read(self.wake, 512)

    def check_asked(self) -> None:
        """Raise Stopped when an end was asked for."""
        if self.asked:
            raise Stopped

    def run_once(self, command: Sequence[str]) -> None:
        """A command to its end, its words on our terminal; Halt without a word of ours when it fails."""
        process = subprocess.Popen(
            command, env=dict(self.environment), start_new_session=True, stdin=subprocess.DEVNULL
        )
        told = False
        while process.poll() is None:
            if self.asked and not told:
                process.terminate()
                told = True
            if self.asked > 1:
                process.kill()
            self.wait(0.2)
        self.check_asked()
        if process.returncode:
            raise SystemExit(1)

    def start(self, child: Child) -> Child:
        """Start it and keep it from now on."""
        self.check_asked()
        child.start(self.environment)
        self.children.append(child)
        return child

    def until_ready(self, child: Child, ready: Callable[[], bool], seconds: float) -> None:
        """Wait for `ready`; Halt with the end of the child's log when it dies first or takes too long."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.check_asked()
            if child.process is None or child.process.poll() is not None:
                raise Halt(f"{child.label}没能启动。{last_words(child)}")
            if time.monotonic() > deadline:
                raise Halt(f"{child.label}在 {seconds:.0f} 秒内没有准备好。{last_words(child)}")
            self.wait(0.05)

    def keep(self, also: Callable[[], None] | None = None, watch: Callable[[], None] | None = None) -> None:
        """Until asked to stop: restart what falls; `also` is called now and then, `watch` every few seconds."""
        while not self.asked:
            for child in self.children:
                if (code := child.fell()) is not None:
                    click.secho(
                        f"! {child.label}停了（{how_it_ended(code)}），{child.pause} 秒后再启动；原因见 {child.log}",
                        fg="yellow",
                        err=True,
                    )
                if child.process is None and time.monotonic() >= child.due:
                    child.start(self.environment)
            if time.monotonic() - self.looked_after > HOUSEKEEPING_SECONDS:
                self.looked_after = time.monotonic()
                for child in self.children:
                    rotate(child.log)
                if also:
                    also()
            if watch:
                watch()
            pending = [child.due - time.monotonic() for child in self.children if child.process is None]
            self.wait(min([*pending, WATCH_SECONDS if watch else HOUSEKEEPING_SECONDS]))

    def stop_all(self) -> None:
        """Ask every child to end, wait, and kill what does not; a second signal cuts the wait short."""
        running = [child for child in self.children if child.process is not None]
        patience_ends_at = self.asked + 1
        for child in running:
            assert child.process is not None
            child.process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        while any(child.process and child.process.poll() is None for child in running):
            if time.monotonic() > deadline or self.asked >= patience_ends_at:
                break
            self.wait(0.1)
        for child in running:
            assert child.process is not None
            child.sweep()
            child.process.wait()
            child.process = None


def last_words(child: Child) -> str:
    """Where its log is, and how it ends."""
    return f"完整的记录在 {child.log}，最后几行是：\n{tail(child.log)}"


def how_it_ended(code: int) -> str:
    """The exit code or the signal in words."""
    return f"信号 {signal.Signals(-code).name}" if code < 0 else f"代码 {code}"
