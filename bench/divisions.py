"""The whole country's divisions (about 665,000 rows): `linli areas import` against a bare COPY of the same rows.

The bare COPY writes the finished rows, and the finished marks of them, into tables with the same columns and the same
indexes, but without the checks and the foreign key that ours keeps. Both work in a schema of their own in the
database Django is set up for, and commit; the schema is dropped afterwards. The list is fetched by npm once and kept
in the data folder.
"""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.result import Result
from django.conf import settings
from django.db import connection

from linli.areas import gazetteer
from linli.areas.actions import import_divisions
from linli.core.access.models import User

SCHEMA = "bench_divisions"
LIMIT = 4.0
COPIED = ("areas_area", "core_mark")
ROUNDS = 2  # ours and the plain way by turns; the better of each counts, since a machine has other things to do
MEMORY_LIMIT_MB = 1024


def run() -> list[Result]:
    """Measure; AssertionError where the import lost a row or took more than 1 GB."""
    sources = gazetteer.open_package(_package())
    actor = User.system()
    imports, copies = [], []
    for _round in range(ROUNDS):
        with _own_schema():
            began = time.perf_counter()
            report = import_divisions(sources, actor=actor)
            imports.append(time.perf_counter() - began)
            assert (report.added, report.rejected) == (report.read, 0), report
            copies.append(_bare_copy())
            if len(imports) == ROUNDS:
                here, server = _peak_mb("self"), _peak_mb(str(_backend()))
                assert here + server <= MEMORY_LIMIT_MB, f"import took {here:.0f} + {server:.0f} MB"
                began = time.perf_counter()
                again = import_divisions(sources, actor=actor)
                second_run = time.perf_counter() - began
                assert again.unchanged == again.read, again
    note = (
        f"{report.read:,} rows; peak memory {here:.0f} MB here and {server:.0f} MB in the server (with its shared "
        f"buffers); second run, changing nothing, {second_run:.1f} s"
    )
    plain = "bare COPY of rows and marks, same columns and indexes"
    return [Result("divisions import", plain, min(imports), min(copies), LIMIT, note)]


def _package() -> Path:
    folder: Path = settings.HOME / "bench"
    unpacked = folder / "package" / "dist"
    if not unpacked.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        gazetteer.fetch_package(folder)
    return unpacked


@contextmanager
def _own_schema() -> Iterator[None]:
    """Tables of our own before the real ones in the search path."""
    try:
        _do(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        _do(f"CREATE SCHEMA {SCHEMA}")
        for table in (*COPIED, "core_event"):
            _do(f"CREATE TABLE {SCHEMA}.{table} (LIKE public.{table} INCLUDING ALL)")
        _do(
            f"ALTER TABLE {SCHEMA}.areas_area ADD FOREIGN KEY (parent_id) REFERENCES {SCHEMA}.areas_area (id)"
            " DEFERRABLE INITIALLY DEFERRED"
        )
        _do(f"SET search_path TO {SCHEMA}, public")
        yield
    finally:
        _do("RESET search_path")
        _do(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def _bare_copy() -> float:
    """Seconds to COPY the rows and their marks as they are now into twins without checks."""
    return sum(_copy_of(table) for table in COPIED)


def _copy_of(table: str) -> float:
    columns = ", ".join(_columns(table))
    _do(f"DROP TABLE IF EXISTS {SCHEMA}.twin")
    _do(f"CREATE TABLE {SCHEMA}.twin (LIKE {SCHEMA}.{table} INCLUDING DEFAULTS INCLUDING INDEXES)")
    with tempfile.TemporaryFile() as kept, connection.cursor() as cursor:
        with cursor.copy(f"COPY (SELECT {columns} FROM {SCHEMA}.{table} ORDER BY 1) TO STDOUT") as copy:
            for block in copy:
                kept.write(block)
        kept.seek(0)
        gc.collect()
        began = time.perf_counter()
        with cursor.copy(f"COPY {SCHEMA}.twin ({columns}) FROM STDIN") as copy:
            while block := kept.read(1 << 17):
                copy.write(block)
        return time.perf_counter() - began


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT column_name FROM information_schema.columns
               WHERE table_schema = %s AND table_name = %s""",
            [SCHEMA, table],
        )
        return [row[0] for row in cursor.fetchall()]


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid: int = cursor.fetchone()[0]
    return pid


def _peak_mb(process: str) -> float:
    """Peak resident memory of a process of this machine in MB; 0 where the system does not tell."""
    status = Path("/proc") / process / "status"
    if not status.is_file():
        return 0.0
    peaks = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")]
    return int(peaks[0]) / 1024 if peaks else 0.0


def _do(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
