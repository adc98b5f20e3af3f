"""The newest hash, kept outside the database: who cuts off the end of the chain cannot cut off what is known here.

`LINLI_HOME/audit/heads.jsonl` gets a line at most every ten minutes. Publish it elsewhere as well: `linli audit head`
prints the newest hash; copied into a letter, a notice board or another machine it fixes all events before it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from linli.core import clock
from linli.core.audit.chain import last_seal
from linli.core.audit.models import Seal
from linli.core.audit.texts import moment_text

EVERY = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Head:
    """A line of the file: a link's number and hash. `restored` says that later links went with a restored backup."""

    number: int
    hash: str
    at: str
    restored: bool = False


def path() -> Path:
    """Where the heads are kept."""
    return Path(settings.HOME) / "audit" / "heads.jsonl"


def read_heads() -> Iterator[Head]:
    """The lines of the file, oldest first; a half-written last one is passed over."""
    try:
        lines = path().read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            said: dict[str, Any] = json.loads(line)
            yield Head(int(said["number"]), str(said["hash"]), str(said["at"]), bool(said.get("restored")))
        except (ValueError, KeyError, TypeError):
            continue


def valid_heads() -> list[Head]:
    """The heads the chain must still hold: a restored backup takes back those after it."""
    held: list[Head] = []
    for head in read_heads():
        if head.restored:
            held = [each for each in held if each.number <= head.number]
        held.append(head)
    return [head for head in held if head.number]


def keep_head(*, now: bool = False) -> Head | None:
    """Write the newest link's hash into the file unless that was done lately; `now` writes it in any case."""
    seal = last_seal()
    if seal is None:
        return None
    head = head_of(seal)
    last = max(read_heads(), key=lambda each: each.at, default=None)
    if last is not None and last.number == head.number and last.hash == head.hash:
        return head
    if not now and last is not None and last.at > moment_text(clock.now() - EVERY):
        return head
    _append(head)
    return head


def head_of(seal: Seal) -> Head:
    """What is published of a link."""
    return Head(seal.number, bytes(seal.hash).hex(), moment_text(clock.now()))


def note_restore() -> None:
    """A backup was restored: the heads after its last link are void from here on. `linli restore` says so by this."""
    seal = last_seal()
    _append(Head(seal.number if seal else 0, bytes(seal.hash).hex() if seal else "", moment_text(clock.now()), True))


def _append(head: Head) -> None:
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    said = {"number": head.number, "hash": head.hash, "at": head.at} | ({"restored": True} if head.restored else {})
    # A line that was cut off by a kill or a power cut must not take the next one along.
    torn = file.exists() and file.stat().st_size > 0 and not file.read_bytes().endswith(b"\n")
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, b"\n" * torn + json.dumps(said).encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
