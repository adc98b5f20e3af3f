"""The database as a stream of SQL: written by pg_dump, read back over an ordinary connection.

Reading needs no psql: everything but the data of COPY is plain SQL. The whole happens in the transaction of the
connection that is given, so a restore that is killed, or whose input ends too early, leaves the database as it was.
"""

from __future__ import annotations

import io
import os
import subprocess
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from linli.core.backup.archive import BackupError
from linli.core.postgres import NoPrograms, client_programs

PART = 8 << 20
BATCH = 1 << 18
OPTIONS = (
    "--format=plain",
    "--no-owner",
    "--no-privileges",
    "--no-comments",
    "--no-tablespaces",
    "--no-security-labels",
    "--no-publications",
    "--no-subscriptions",
    "--encoding=UTF8",
    "--lock-wait-timeout=60000",
    # Extensions are the server's business; those of our own data come back with it.
    "--extension=plpgsql",
    "--extension=vector",
    "--compress=6",
)
# Written by a newer pg_dump and unknown to an older server; words to psql; a schema that is always there.
NOT_FOR_ALL = (b"SET transaction_timeout", b"\\restrict", b"\\unrestrict", b"CREATE SCHEMA public;")


def written(conninfo: str, snapshot: str, server_major: int) -> Iterator[bytes]:
    """The dump of an exported snapshot, compressed (gzip), in parts; BackupError when pg_dump fails."""
    try:
        programs = client_programs(server_major)
    except NoPrograms as reason:
        raise BackupError(str(reason)) from reason
    parts: dict[str, Any] = conninfo_to_dict(conninfo)
    password = str(parts.pop("password", "") or "")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C"}
    if password:
        environment["PGPASSWORD"] = password  # not among the arguments, which everybody on the machine can read
    command = [programs.path("pg_dump"), *OPTIONS, f"--snapshot={snapshot}", f"--dbname={make_conninfo(**parts)}"]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, env=environment
        )
        assert process.stdout is not None
        try:
            while part := process.stdout.read(PART):
                yield part
            if process.wait() != 0:
                said.seek(0)
                words = said.read()[-600:].decode(errors="replace").strip()
                raise BackupError(f"pg_dump 没有做完：{words}")
        finally:
            process.stdout.close()
            if process.poll() is None:
                process.kill()
                process.wait()


class Parts(io.RawIOBase):
    """Compressed parts as one readable stream of plain SQL."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self.parts = iter(parts)
        self.unzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self.left = b""

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As of a raw file."""
        while not self.left:
            packed = self.unzip.unconsumed_tail or next(self.parts, None)
            if packed is None:
                self.left = self.unzip.flush()
                if not self.left:
                    return 0
                break
            self.left = self.unzip.decompress(packed, BATCH)
        taken = self.left[: len(buffer)]
        buffer[: len(taken)] = taken
        self.left = self.left[len(taken) :]
        return len(taken)


def read_back(connection: Connection[Any], parts: Iterable[bytes]) -> None:
    """Run a dump in the connection's transaction. psycopg.Error when the server refuses something."""
    stream = io.BufferedReader(Parts(parts), BATCH)
    statements: list[bytes] = []
    for line in stream:
        if line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n"):
            _execute(connection, statements)
            _copy(connection, line, stream)
        elif not line.startswith(NOT_FOR_ALL):
            statements.append(line)
    _execute(connection, statements)


def _execute(connection: Connection[Any], statements: list[bytes]) -> None:
    if any(line.strip() and not line.startswith(b"--") for line in statements):
        connection.execute(b"".join(statements))
    statements.clear()


def _copy(connection: Connection[Any], head: bytes, stream: Iterable[bytes]) -> None:
    with connection.cursor() as cursor, cursor.copy(head.rstrip(b";\n")) as copy:
        batch, size = [], 0
        for line in stream:
            if line == b"\\.\n":
                break
            batch.append(line)
            size += len(line)
            if size >= BATCH:
                copy.write(b"".join(batch))
                batch, size = [], 0
        else:
            raise BackupError("数据库的备份到中途断了。请换一份备份。")
        copy.write(b"".join(batch))
