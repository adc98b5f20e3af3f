"""Whether there is anything to prepare."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import click

from linli.cli.home import Home

# What `linli prepare` works from: tables, static files, the demo.
SOURCES = ("migrations/*.py", "static/**/*", "demo/**/*", "data/**/*")


class Prepared:
    """Remembers what `linli prepare` was last done from, so that a start with nothing new does without it.

    Only for the embedded database: one that others may change is looked at every time.
    """

    def __init__(self, home: Home, *, demo: bool) -> None:
        self.mark = home.path / "prepared"
        self.postgres = home.postgres
        self.demo = demo
        self.embedded = not os.environ.get("DATABASE_URL")

    def value(self) -> str:
        """Changes with the code of Linli, with any installed package, and with the cluster."""
        package = Path(__file__).resolve().parent.parent
        files = {path for kind in SOURCES for path in package.rglob(kind) if path.is_file() and path.suffix != ".pyc"}
        seen = [f"{path} {(found := path.stat()).st_size} {found.st_mtime_ns}" for path in sorted(files)]
        installed = sorted(path.name for path in Path(click.__file__).parents[1].glob("*.dist-info"))
        cluster = self.postgres.stat().st_ino if self.postgres.exists() else 0
        return hashlib.sha256("\n".join([*seen, *installed, f"{cluster} {self.demo}"]).encode()).hexdigest()

    def is_current(self) -> bool:
        """Whether nothing has changed since."""
        return self.embedded and self.mark.exists() and self.mark.read_text() == self.value()

    def remember(self) -> None:
        """It is done."""
        self.mark.write_text(self.value())
