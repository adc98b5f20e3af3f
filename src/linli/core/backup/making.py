"""Making a backup: everything as of one snapshot of the database."""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

import psycopg
from psycopg import Connection

from linli.core.backup import archive, dump, tables
from linli.core.backup.archive import BackupError, Writer

FORMAT = 1
NAME = re.compile(r"linli-\d{4}-\d\d-\d\dT\d{6}Z-[0-9a-f]{4}\.tar\.age")
DUMP = "database/linli.sql.gz."

Say = Callable[[str], None]


class Source(Protocol):
    """Where the files lie."""

    def open(self, name: str) -> tuple[IO[bytes], int] | None:
        """A file and its size; None when it is not there."""

    def others(self) -> Iterator[str]:
        """Names of what is kept beside attachments."""


@dataclass(frozen=True)
class Plan:
    """What a backup is made of."""

    conninfo: str
    folder: Path
    recipients: Sequence[Any]
    version: str  # of Linli
    kind: str  # demo or real
    source: Source | None = None  # None: without files
    secrets: Mapping[str, str] = field(default_factory=dict)  # empty: without keys
    marks: Mapping[str, Any] = field(default_factory=dict)  # which keys the data need, without giving them away


@dataclass(frozen=True)
class Made:
    """A backup that is there."""

    path: Path
    manifest: dict[str, Any]
    files: int
    missing: tuple[str, ...]  # attachments whose file is gone; at most a hundred are named

    @property
    def size(self) -> int:
        """Bytes."""
        return self.path.stat().st_size


def make(plan: Plan, say: Say = lambda said: None) -> Made:
    """Write one backup and read it back. BackupError or OSError when it did not succeed; then nothing is left."""
    plan.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    moment = dt.datetime.now(dt.UTC)
    path = plan.folder / f"linli-{moment:%Y-%m-%dT%H%M%SZ}-{secrets.token_hex(2)}.tar.age"
    # A key of its own, thrown away afterwards, to read back what was written; the operator's stays elsewhere.
    own = archive.new_identity()
    with closing(_connect(plan.conninfo)) as connection, Writer(path, [*plan.recipients, own.to_public()]) as writer:
        snapshot = _snapshot(connection)
        manifest = _manifest(plan, connection, moment)
        say(f"{len(manifest['tables'])} 张表，{sum(t['rows'] for t in manifest['tables'].values())} 行")
        writer.add("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        number = 0
        for number, part in enumerate(dump.written(plan.conninfo, snapshot, connection.info.server_version // 10000)):
            writer.add(f"{DUMP}{number:06}", part)
        say(f"数据库已写入，{number + 1} 段")
        for name, value in plan.secrets.items():
            writer.add(f"secrets/{name}", value.encode())
        files, missing = _files(plan.source, connection, writer) if plan.source else (0, [])
        writer.seal()
    try:
        with archive.opened(path, [own]) as members:
            for member in members:
                member.exhaust()
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Made(path, manifest, files, tuple(missing))


def _connect(conninfo: str) -> Connection[Any]:
    try:
        connection = psycopg.connect(conninfo, autocommit=True)
    except psycopg.OperationalError as error:
        raise BackupError(f"连不上数据库：{str(error).strip().splitlines()[0]}。") from error
    return connection


def _snapshot(connection: Connection[Any]) -> str:
    """Begin a transaction that sees one moment, and give the name under which pg_dump sees the same."""
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    connection.execute("SET LOCAL idle_in_transaction_session_timeout TO 0")
    row = connection.execute("SELECT pg_export_snapshot()").fetchone()
    assert row is not None
    return str(row[0])


def _manifest(plan: Plan, connection: Connection[Any], moment: dt.datetime) -> dict[str, Any]:
    def one(query: str) -> Any:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None

    migrations = connection.execute("SELECT app || '.' || name FROM public.django_migrations ORDER BY 1").fetchall()
    return {
        "format": FORMAT,
        "made_at": moment.isoformat(timespec="seconds"),
        "linli": plan.version,
        "kind": plan.kind,
        "contains": ["database", *(["secrets"] if plan.secrets else []), *(["files"] if plan.source else [])],
        "server": {
            "version": one("SHOW server_version"),
            "encoding": one("SHOW server_encoding"),
            "database_bytes": one("SELECT pg_database_size(current_database())"),
        },
        "migrations": [row[0] for row in migrations],
        "tables": tables.count(connection),
        "audit": head_of_chain(connection),
        "keys": dict(plan.marks),
    }


def head_of_chain(connection: Connection[Any]) -> dict[str, Any]:
    """How many events there are, the last one, and the last link of the chain of seals."""
    row = connection.execute("SELECT count(*), coalesce(max(id), 0) FROM public.core_event").fetchone()
    assert row is not None
    head: dict[str, Any] = {"events": row[0], "last_event": row[1]}
    exists = connection.execute("SELECT to_regclass('public.core_seal') IS NOT NULL").fetchone()
    if exists and exists[0]:
        last = connection.execute(
            "SELECT number, encode(hash, 'hex'), last_id FROM public.core_seal ORDER BY number DESC LIMIT 1"
        ).fetchone()
        head["seal"] = {"number": last[0], "hash": last[1], "last_id": last[2]} if last else None
    return head


def _files(source: Source, connection: Connection[Any], writer: Writer) -> tuple[int, list[str]]:
    """Add every file: those of the snapshot's attachments by their rows, then whatever else is kept."""
    count = 0
    missing: list[str] = []

    def add(name: str) -> bool:
        found = source.open(name)
        if found is None:
            return False
        file, size = found
        with file:
            writer.add(f"files/{name}", file, size)
        return True

    with connection.cursor(name="files") as cursor:
        cursor.execute("SELECT stored_as, thumbnail_as FROM public.core_attachment ORDER BY id")
        for pair in cursor:
            for name in filter(None, pair):
                if add(name):
                    count += 1
                elif len(missing) < 100:
                    missing.append(name)
    return count + sum(map(add, source.others())), missing


def kept(folder: Path) -> list[Path]:
    """The backups in a folder, oldest first."""
    return sorted(path for path in folder.glob("linli-*.tar.age") if NAME.fullmatch(path.name))


def forget(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` (at least one) backups, and what killed ones left behind; what was removed."""
    old = kept(folder)[: -max(keep, 1)]
    left = [path for path in folder.glob("linli-*.tar.age.part") if NAME.fullmatch(path.name.removesuffix(".part"))]
    for path in (*old, *left):
        path.unlink(missing_ok=True)
    return old
