"""The data folder (LINLI_HOME): what lies where in it, and whether it can be worked with."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

LEAST_FREE_BYTES = 256 * 1024 * 1024  # the database keeps 64 MB of log ahead of the data, several times
LOG_BYTES = 10 * 1024 * 1024
OLD_LOGS = 3


class Halt(click.ClickException):
    """Ends the command with exit code 1 and one sentence that says what is wrong and what to do."""

    exit_code = 1

    def show(self, file: object = None) -> None:
        click.secho(f"✗ {self.message}", fg="red", err=True)


@contextlib.contextmanager
def stage(label: str) -> Iterator[None]:
    """One line of progress: the label at once, the seconds when it is done."""
    began = time.monotonic()
    click.echo(f"  {label} … ", nl=False)
    try:
        yield
    except BaseException:
        click.echo("没有完成")
        raise
    click.echo(f"{time.monotonic() - began:.1f} 秒")


@dataclass(frozen=True)
class Home:
    """One data folder. Everything that has to be kept lies in it, except a database given by DATABASE_URL."""

    path: Path

    @classmethod
    def from_environment(cls) -> Home:
        """The folder named by LINLI_HOME, by default `.linli` where the command was given."""
        return cls(Path(os.environ.get("LINLI_HOME") or ".linli").expanduser().resolve())

    @property
    def postgres(self) -> Path:
        """The embedded server's cluster."""
        return self.path / "postgres"

    @property
    def logs(self) -> Path:
        """Output of the processes, a file each."""
        return self.path / "logs"

    def make_usable(self) -> None:
        """Create the folder and see that it can be written to; Halt when it cannot."""
        try:
            # Root hands the database to another user, who has to pass through here; nobody may list it.
            self.path.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
            for private in ("logs", "files", "secrets"):
                (self.path / private).mkdir(exist_ok=True, mode=0o700)
            probe = self.path / f".write-{os.getpid()}"
            probe.write_bytes(b"\0" * 65536)
            probe.unlink()
        except OSError as error:
            raise Halt(cannot_write(self.path, error)) from error
        free = shutil.disk_usage(self.path).free
        if free < LEAST_FREE_BYTES:
            raise Halt(
                f"磁盘快满了：{self.path} 所在的盘只剩 {free // 2**20} MB，至少要 {LEAST_FREE_BYTES // 2**20} MB。"
                "请清出空间，或用 LINLI_HOME 换一个位置。"
            )

    @contextlib.contextmanager
    def held(self) -> Iterator[Lease]:
        """Be the only `linli serve` of this folder; Halt with the holder's address when there is one."""
        with (self.path / "serve.lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                holder = Lease(self.path / "serve.json").read()
                where = f"（进程 {holder['pid']}，{holder['url']}）" if holder.get("url") else ""
                raise Halt(
                    f"这个数据文件夹已经有一个 Linli 在用{where}：{self.path}。"
                    "请先停下它，或用 LINLI_HOME 换一个文件夹。"
                ) from error
            lease = Lease(self.path / "serve.json")
            try:
                yield lease
            finally:
                lease.clear()

    def settle_kind(self, *, demo: bool) -> None:
        """A folder is for the demo or for real data, for good: demo accounts have passwords that everyone knows."""
        mark = self.path / "kind"
        wanted = "demo" if demo else "real"
        found = mark.read_text().strip() if mark.exists() else ""
        if not found:
            mark.write_text(wanted + "\n")
        elif found == "demo" and not demo:
            raise Halt(
                f"{self.path} 里是演示数据，演示账号的密码人人知道。"
                "请用 linli serve --demo 打开，或用 LINLI_HOME 换一个文件夹。"
            )
        elif found == "real" and demo:
            raise Halt(f"{self.path} 里是正式数据，不能装入演示账号。请去掉 --demo，或用 LINLI_HOME 换一个文件夹。")


@dataclass(frozen=True)
class Lease:
    """What the running `linli serve` says about itself; left behind only when it was killed."""

    path: Path

    def read(self) -> dict[str, object]:
        """Empty when there is none or it is half written."""
        try:
            said = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}

    def write(self, **facts: object) -> None:
        """Replace it whole."""
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(facts))
        fresh.replace(self.path)

    def clear(self) -> None:
        """The end was clean."""
        self.path.unlink(missing_ok=True)


def cannot_write(path: Path, error: OSError) -> str:
    """The sentence for a folder that cannot be written to."""
    if error.errno == 28:
        return f"磁盘满了，{path} 写不进去。请清出空间后再试，已有的数据没有动。"
    return f"数据文件夹 {path} 写不进去：{error.strerror}。请检查权限，或用 LINLI_HOME 换一个文件夹。"


def rotate(log: Path) -> None:
    """Past LOG_BYTES a log becomes `.1` (and `.1` becomes `.2`…). Writers append, so the file itself is emptied."""
    try:
        if log.stat().st_size < LOG_BYTES:
            return
    except OSError:
        return
    for number in range(OLD_LOGS, 1, -1):
        older = log.with_name(f"{log.name}.{number - 1}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number}"))
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    os.truncate(log, 0)


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log, for an error message."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
