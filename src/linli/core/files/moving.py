"""Taking all files from the disk into a bucket, or back: each once, verified, whenever it was interrupted."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage

from linli.core.files.checking import PIECE, digest_of, entries
from linli.core.files.models import Attachment

Say = Callable[[str], None]
BATCH = 500
EVERY = 1000


class MoveError(Exception):
    """A sentence for the operator."""


@dataclass
class Moved:
    """What became of the files."""

    copied: int = 0
    bytes: int = 0
    there: int = 0  # already, from a run before
    gone: int = 0  # deleted by somebody while we were at it
    damaged: list[str] = field(default_factory=list)  # not what its row says, also before


class Journal:
    """Names that have arrived and were read back, a line each; a line that was cut off by a kill does not count."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.done: set[str] = set()
        if path.exists():
            lines = path.read_bytes().split(b"\n")
            self.done = {line.decode() for line in lines[:-1]}
            if lines[-1]:
                os.truncate(path, path.stat().st_size - len(lines[-1]))

    def add(self, name: str) -> None:
        """It has arrived."""
        with self.path.open("ab") as file:
            file.write(name.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.done.add(name)


@contextlib.contextmanager
def alone(home: Path) -> Iterator[None]:
    """One move at a time; MoveError when another runs."""
    with (home / "files.moving.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise MoveError("另一个 linli files move 正在进行，请等它做完。") from error
        yield


def move(
    source: Storage, target: Storage, journal: Path, *, delete: bool = False, say: Say = lambda said: None
) -> Moved:
    """Copy what is not there yet, read it back, then (with `delete`) remove it here. MoveError: it did not arrive."""
    moved, held = Moved(), Journal(journal)
    found = (name for name, _size, _at in entries(source))
    while names := list(islice(found, BATCH)):
        told = dict(Attachment.objects.filter(stored_as__in=names).values_list("stored_as", "sha256"))
        for name in names:
            try:
                _move_one(source, target, name, told.get(name, ""), held, moved)
            except FileNotFoundError:
                moved.gone += 1
                continue
            if delete:
                source.delete(name)
            if (moved.copied + moved.there) % EVERY == 0:
                say(f"{moved.copied + moved.there} 个文件")
    return moved


def _move_one(source: Storage, target: Storage, name: str, told: str, held: Journal, moved: Moved) -> None:
    if name in held.done:
        moved.there += 1
        return
    digest = digest_of(source, name)
    if told and digest != told:
        moved.damaged.append(name)
    if _arrived(target, name, digest):  # a run before was killed between the two
        moved.there += 1
    else:
        moved.bytes += _copy(source, target, name, digest)
        moved.copied += 1
    held.add(name)


def _arrived(target: Storage, name: str, digest: str) -> bool:
    try:
        if digest_of(target, name) == digest:
            return True
    except FileNotFoundError:
        return False
    target.delete(name)
    return False


def _copy(source: Storage, target: Storage, name: str, digest: str) -> int:
    with source.open(name) as file:
        size = file.size
        if isinstance(target, FileSystemStorage):
            _to_disk(Path(target.path(name)), cast("IO[bytes]", file))
        elif target.save(name, File(cast("IO[Any]", file), name)) != name:
            raise MoveError(f"{name} 没能按原名存进文件库。")
    if digest_of(target, name) != digest:
        target.delete(name)
        raise MoveError(f"{name} 到了那边和这边不一样，已删去那一份。请再运行一次；还不行，请检查文件库。")
    return size


def _to_disk(path: Path, file: IO[bytes]) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(prefix=".moving-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as out:
            while piece := file.read(PIECE):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
