"""Whose files are whose: each domain says who may read and who may change the files of its records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from linli.core.access.grants import Person
from linli.core.access.models import User

Reads = Callable[[Person, Any], bool]
Changes = Callable[[User, Any], bool]


def nobody(user: User, subject: Any) -> bool:
    """The default: files of a record are changed by its actions alone."""
    return False


@dataclass(frozen=True)
class Readable:
    """The two questions a domain answers for the files of one model."""

    readable: Reads
    changeable: Changes


READABLE: dict[str, Readable] = {}


def register_readable(model: type[Model], readable: Reads, *, changeable: Changes = nobody) -> None:
    """Let files of a model's records be read, and removed or restored from the page by whom `changeable` allows.

    `readable` also receives anonymous visitors. Files of a model nobody registered are read by nobody.
    """
    READABLE[model._meta.label_lower] = Readable(readable, changeable)


def may_read(user: Person, subject: Model | None) -> bool:
    """Whether this person may read the files of this record; an unknown model or a missing record: no."""
    entry = READABLE.get(subject._meta.label_lower) if subject is not None else None
    return entry is not None and bool(entry.readable(user, subject))


def may_change(user: User, subject: Model | None) -> bool:
    """Whether this person may remove and restore the files of this record."""
    entry = READABLE.get(subject._meta.label_lower) if subject is not None else None
    return entry is not None and bool(entry.changeable(user, subject))
