"""Bringing a backup back: all or nothing.

The database is loaded, compared and committed in one transaction. Files have unguessable names that are used once,
so they can be put where they belong before the commit: if it never comes they are orphans, which go at night. Keys
lie ready in `secrets.restoring` before the commit and take their place after it; `finish` does that for a restore
that was killed in between, and finds out from the database whether the commit came.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import Connection, sql

from linli.core.backup import archive, dump, tables
from linli.core.backup.archive import BackupError, Member
from linli.core.backup.reading import compare, manifest_of, parts_of

STAGED = "secrets.restoring"
TICKET = "ticket"
LOCK = "restore.lock"
WAIT_FOR_LOCKS = "10s"


class Sink(Protocol):
    """Where files go."""

    def put(self, name: str, member: Member) -> None:
        """Keep a file under its name; one of this name and size that is there stays."""


@dataclass(frozen=True)
class Unfinished:
    """The mark of a restore that has begun; left behind only by one that did not come to its end."""

    home: Path

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.home / "restore.unfinished"

    def read(self) -> dict[str, Any]:
        """When it began, of which file, and whether there was nothing before; empty when there is none."""
        try:
            said = json.loads(self.path.read_text())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            return {"at": "", "file": "", "empty": False}
        return said if isinstance(said, dict) else {}

    def write(self, file: Path, *, empty: bool, ticket: str = "") -> None:
        """Before anything is touched; by the ticket it can be found out later whether the commit came."""
        at = f"{dt.datetime.now().astimezone():%Y-%m-%d %H:%M}"
        draft = self.path.with_suffix(".new")
        with draft.open("w") as out:
            json.dump({"at": at, "file": str(file), "empty": empty, "ticket": ticket}, out)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self.path)

    def clear(self) -> None:
        """It came to its end."""
        self.path.unlink(missing_ok=True)


def new_ticket() -> str:
    """The sign by which a restore knows its own commit."""
    return secrets.token_hex(8)


@dataclass(frozen=True)
class Target:
    """Where a backup is restored to."""

    conninfo: str
    home: Path
    sink: Sink | None  # None: files stay as they are
    secrets: Mapping[str, str] = field(default_factory=dict)  # to take their place; empty: those in use fit
    replace: bool = False
    ticket: str = field(default_factory=new_ticket)


def is_empty(connection: Connection[Any]) -> bool:
    """Whether the database holds no table."""
    return not tables.names(connection)


def restore(path: Path, identities: Sequence[Any], target: Target, say: Callable[[str], None]) -> dict[str, Any]:
    """Bring everything back; gives the manifest. BackupError, OSError or psycopg.Error leave all as it was."""
    stage(target.home, target.secrets, target.ticket)
    try:
        manifest = _restore(path, identities, target, say)
    except BaseException:
        finish(target.home, target.conninfo)
        raise
    settle(target.home)
    return manifest


def _restore(path: Path, identities: Sequence[Any], target: Target, say: Callable[[str], None]) -> dict[str, Any]:
    with (
        archive.opened(path, identities) as members,
        psycopg.connect(target.conninfo, autocommit=False) as connection,
    ):
        first = next(members, None)
        if first is None:
            raise BackupError(f"{path.name} 是空的。")
        manifest = manifest_of(first)
        make_room(connection, replace=target.replace)
        aside: list[Member] = []
        dump.read_back(connection, parts_of(members, aside))
        say("数据库已载入，正在核对")
        wrong = compare(connection, manifest)
        if wrong:
            raise BackupError("恢复出来的和备份不一样，已撤销：" + "；".join(wrong[:5]) + "。")
        files = 0
        for member in chain(aside, members):
            if member.name.startswith("files/") and target.sink is not None:
                target.sink.put(member.name.removeprefix("files/"), member)
                files += 1
            member.exhaust()
        if target.sink is not None:
            say(f"文件 {files} 个")
        # Says to a restore that was killed after this commit that it came.
        sign = sql.Literal(said_of(target.ticket))
        comment = sql.SQL("COMMENT ON TABLE public.django_migrations IS {}").format(sign)
        connection.execute(comment)
        connection.commit()
        connection.autocommit = True
        with contextlib.suppress(psycopg.Error):
            connection.execute("ANALYZE")
    return manifest


def make_room(connection: Connection[Any], *, replace: bool) -> None:
    """Drop what is there, within the transaction; BackupError when that was not asked for or may not be done."""
    if is_empty(connection):
        return
    if not replace:
        raise BackupError("数据库里已有数据。只能恢复到空库；确实要覆盖，请加 --replace。")
    connection.execute(f"SET LOCAL lock_timeout TO '{WAIT_FOR_LOCKS}'".encode())
    schemas = sorted({schema for schema, _ in tables.names(connection)})
    try:
        for schema in schemas:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))
        connection.execute("CREATE SCHEMA IF NOT EXISTS public")
        connection.execute("ALTER SCHEMA public OWNER TO pg_database_owner")  # as a new database has it
    except psycopg.errors.InsufficientPrivilege as error:
        raise BackupError("这个数据库账号不能清空原来的表。请让它做库的所有者，或恢复到一个新的空库。") from error
    except psycopg.errors.LockNotAvailable as error:
        raise BackupError("还有 Linli 的进程连着这个库。请先停下所有网页和后台任务，再恢复。") from error


@contextlib.contextmanager
def alone(home: Path) -> Iterator[None]:
    """Let nobody finish, or throw away, what is being restored here."""
    with (home / LOCK).open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def finish_interrupted(home: Path, conninfo: str) -> str:
    """What every command does first: see to a restore that was killed. Quick when there was none.

    Its keys take their place or go. Gives a sentence where it left less than there should be: an empty database that
    was to hold a backup, which nobody may take for a new one. The mark of one whose commit came stays for `linli
    prepare`, which brings the tables to this version and has `note_if_cut` do the rest.
    """
    mark = Unfinished(home)
    if not (home / STAGED).exists() and not mark.path.exists():
        return ""
    with (home / LOCK).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return ""  # it is at work
        finish(home, conninfo)
        said = mark.read()
        if not said:
            return ""
        with psycopg.connect(conninfo) as connection:
            empty = is_empty(connection)
            came = not empty and has_come(connection, said.get("ticket", ""))
        if empty:
            return (
                f"{said['at']} 开始的恢复没有做完，数据库还是空的。请再运行一次 linli restore {said['file']}；"
                f"不恢复了，请删除 {mark.path}。"
            )
        if not came:
            mark.clear()  # what was there before is there still
        return ""


def note_if_cut(home: Path, note: Callable[[], None]) -> None:
    """Do for a restore that was killed after its commit what it would have done then."""
    mark = Unfinished(home)
    if not mark.path.exists():
        return
    with (home / LOCK).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # it is at work
        note()
        mark.clear()


def said_of(ticket: str) -> str:
    """What the restored database says of its restore."""
    return f"restore {ticket}"


def has_come(connection: Connection[Any], ticket: str) -> bool:
    """Whether what is in the database was committed by the restore of this ticket."""
    row = connection.execute("SELECT obj_description(to_regclass('public.django_migrations'), 'pg_class')").fetchone()
    return bool(ticket) and row is not None and row[0] == said_of(ticket)


# --- keys -------------------------------------------------------------------------------------------------------


def stage(home: Path, fresh: Mapping[str, str], ticket: str) -> None:
    """Lay the restored keys ready beside those in use.

    BackupError while those of an earlier restore lie there: they may be the only ones that open what is in the
    database. `finish` finds out as soon as the database answers.
    """
    folder = home / STAGED
    if folder.exists():
        raise BackupError(f"上一次恢复的密钥还在 {folder}，要等数据库连得上，才知道该不该用。请检查数据库后再试。")
    if not fresh:
        return
    draft = home / f"{STAGED}.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    for name, value in {**fresh, TICKET: ticket}.items():
        descriptor = os.open(draft / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
    draft.rename(folder)


def finish(home: Path, conninfo: str) -> None:
    """After a restore that did not end: keys take their place if the database was committed, else they go."""
    ticket = home / STAGED / TICKET
    if not ticket.exists():
        return
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            came = has_come(connection, ticket.read_text())
    except psycopg.Error:
        return  # unknown; the next start asks again
    if came:
        settle(home)
    else:
        shutil.rmtree(home / STAGED)


def settle(home: Path) -> None:
    """Keys that lie ready take their place; the old ones are kept beside, for whoever took the wrong backup."""
    staged, current = home / STAGED, home / "secrets"
    if not staged.exists():
        return
    if current.exists() and any(current.iterdir()):
        aside = home / f"secrets.before-{secrets.token_hex(4)}"
        shutil.copytree(current, aside)
    current.mkdir(mode=0o700, exist_ok=True)
    for file in sorted(staged.iterdir()):
        if file.name != TICKET:
            file.replace(current / file.name)
    shutil.rmtree(staged)
