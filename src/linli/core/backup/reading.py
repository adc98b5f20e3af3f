"""Reading a backup: is it whole, what does it say of itself, does it come back as it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg

from linli.core.backup import archive, dump, tables
from linli.core.backup.archive import BackupError, Member
from linli.core.backup.making import DUMP, FORMAT, head_of_chain

MOST_MANIFEST = 64 << 20
Take = Callable[[Member], None]


@dataclass
class Contents:
    """What a backup was found to hold."""

    manifest: dict[str, Any]
    members: int = 0
    files: int = 0
    bytes: int = 0


def manifest_of(member: Member) -> dict[str, Any]:
    """The manifest, from the first member; BackupError for a file of something else or of a newer Linli."""
    if member.name != "manifest.json" or member.size > MOST_MANIFEST:
        raise BackupError("这不是 Linli 的备份。")
    found = json.loads(member.read())
    if not isinstance(found, dict) or "format" not in found:
        raise BackupError("这不是 Linli 的备份。")
    if found["format"] > FORMAT:
        raise BackupError(f"这份备份由更新版本的 Linli（{found.get('linli', '?')}）做成，请用那个版本打开。")
    return found


def look_through(path: Path, identities: Sequence[Any], take: Take = lambda member: None) -> Contents:
    """Read everything once and check every digest; `take` may read a member by the way. BackupError: it is bad."""
    with archive.opened(path, identities) as members:
        first = next(members, None)
        if first is None:
            raise BackupError(f"{path.name} 是空的。")
        contents = Contents(manifest_of(first))
        for member in members:
            take(member)
            contents.members += 1
            contents.files += member.name.startswith("files/")
            contents.bytes += member.size
    return contents


def parts_of(members: Iterator[Member], aside: list[Member]) -> Iterator[bytes]:
    """The parts of the dump, in order; the first member after them lands in `aside`."""
    number = 0
    for member in members:
        if not member.name.startswith(DUMP):
            aside.append(member)
            break
        if member.name != f"{DUMP}{number:06}":
            raise BackupError("备份里的数据库缺了一段。请换一份备份。")
        number += 1
        while block := member.read(dump.PART):
            yield block
    if not number:
        raise BackupError("这份备份里没有数据库。")


def try_out(path: Path, identities: Sequence[Any], conninfo: str) -> list[str]:
    """Restore the database into an empty one and compare with what the backup says of itself; what differs."""
    with (
        archive.opened(path, identities) as members,
        psycopg.connect(conninfo, autocommit=False) as connection,
    ):
        first = next(members, None)
        if first is None:
            raise BackupError(f"{path.name} 是空的。")
        manifest = manifest_of(first)
        aside: list[Member] = []
        dump.read_back(connection, parts_of(members, aside))
        connection.commit()
        for member in chain(aside, members):
            member.exhaust()
        return compare(connection, manifest)


def compare(connection: psycopg.Connection[Any], manifest: dict[str, Any]) -> list[str]:
    """What in this database is not as the manifest says."""
    said = tables.differences(manifest["tables"], tables.count(connection))
    if not said and head_of_chain(connection) != manifest["audit"]:
        said.append("办理记录的封存链和备份时不同")
    return said
