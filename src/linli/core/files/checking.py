"""Are the stored files those the rows speak of? Month by month, so that memory stays flat."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import IO, Any, cast

from django.core.files.storage import FileSystemStorage, Storage, default_storage
from django.db.models import Q

from linli.core import clock
from linli.core.files.models import Attachment
from linli.core.files.storing import FOLDER

Entry = tuple[str, int, dt.datetime]
Say = Callable[[str], None]
PIECE = 1 << 20
A_DAY = dt.timedelta(days=1)  # younger files may belong to a transaction that still runs

# Rooms that keep files without an attachment: folder → names that are wanted.
_kept: dict[str, Callable[[], Iterable[str]]] = {}


def register_stored(folder: str, names: Callable[[], Iterable[str]]) -> None:
    """Say whose the files of a folder are."""
    _kept[folder] = names


@dataclass
class Findings:
    """What was looked at, and what is not as it should be."""

    files: int = 0
    bytes: int = 0
    missing: list[str] = field(default_factory=list)  # a row names it
    wrong: list[str] = field(default_factory=list)  # of another size or content than its row says
    orphans: list[str] = field(default_factory=list)  # no row names it

    @property
    def good(self) -> bool:
        """Whether everything the rows speak of is there and right. Orphans cost space, nothing else."""
        return not self.missing and not self.wrong


def entries(storage: Storage, folder: str = "") -> Iterator[Entry]:
    """Name, size and time of everything below a folder."""
    found = getattr(storage, "entries", None)
    if found is not None:
        yield from found(folder)
        return
    assert isinstance(storage, FileSystemStorage)
    root = Path(storage.path(""))
    for path in sorted((root / folder).rglob("*")):
        if path.is_file():
            stat = path.stat()
            yield str(path.relative_to(root)), stat.st_size, dt.datetime.fromtimestamp(stat.st_mtime, dt.UTC)


def digest_of(storage: Storage, name: str) -> str:
    """SHA-256 of a stored file. FileNotFoundError when it is not there."""
    digest = hashlib.sha256()
    with storage.open(name) as file:
        while piece := cast("IO[bytes]", file).read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def check(*, digests: bool, say: Say = lambda said: None) -> Findings:
    """Compare rows and files; `digests` also reads every file."""
    findings = Findings()
    for month in _months():
        _check_month(month, digests, findings)
        say(f"{month}：到此 {findings.files} 个文件")
    for folder, names in sorted(_kept.items()):
        _compare(folder, dict.fromkeys(names(), (None, "")), False, findings)
    return findings


def _months() -> list[str]:
    """Every folder of a month that a row or a file lies in."""
    rows: Any = Attachment.objects.order_by().values_list("stored_as", flat=True)
    of_rows = {_month(name) for name in rows.iterator(chunk_size=5000)}
    of_files = {month for month, _ in groupby(entries(default_storage, FOLDER), key=lambda entry: _month(entry[0]))}
    return sorted(of_rows | of_files)


def _month(name: str) -> str:
    return "/".join(name.split("/")[:3])


def _check_month(month: str, digests: bool, findings: Findings) -> None:
    wanted: dict[str, tuple[int | None, str]] = {}
    rows = Attachment.objects.filter(Q(stored_as__startswith=f"{month}/") | Q(thumbnail_as__startswith=f"{month}/"))
    found = rows.order_by().values_list("stored_as", "thumbnail_as", "size", "sha256")
    for stored_as, thumbnail_as, size, sha256 in found.iterator(chunk_size=5000):
        wanted[stored_as] = (size, sha256)
        if thumbnail_as:
            wanted[thumbnail_as] = (None, "")
    _compare(month, wanted, digests, findings)


def _compare(folder: str, wanted: dict[str, tuple[int | None, str]], digests: bool, findings: Findings) -> None:
    young = clock.now() - A_DAY
    for name, size, at in entries(default_storage, folder):
        if name not in wanted:
            if at < young:
                findings.orphans.append(name)
            continue
        expected, digest = wanted.pop(name)
        findings.files += 1
        findings.bytes += size
        differs = expected is not None and size != expected
        if not differs and digests and digest:
            differs = digest_of(default_storage, name) != digest
        if differs:
            findings.wrong.append(name)
    findings.missing += [name for name in wanted if not default_storage.exists(name)]  # stored meanwhile
