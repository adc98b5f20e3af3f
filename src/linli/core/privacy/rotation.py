"""Re-encrypting every EncryptedTextField with the newest key, and adding a key.

A batch is a transaction of its own, so a rotation can be killed and started again: what is done stays done and is
not touched twice. Rows somebody else is changing are waited for.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.apps import apps
from django.db import transaction
from django.db.models import Model, QuerySet, TextField
from django.db.models.functions import Cast, Left

from linli.core.audit.marks import keeping_marks
from linli.core.privacy.cipher import FORMAT, DecryptionError, decrypt, newest_prefix
from linli.core.privacy.fields import EncryptedTextField

BATCH = 500


@dataclass(frozen=True)
class Column:
    """One encrypted column of one table."""

    model: type[Model]
    name: str

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.name}"

    def stored(self) -> QuerySet[Model]:
        """Rows that hold something, with the stored form as `stored` and its format and key mark as `mark`."""
        # The cast hands the column over as plain text, past the decrypting field.
        rows = self.model._base_manager.annotate(stored=Cast(self.name, TextField())).exclude(stored="")
        width = len(newest_prefix())
        filled: QuerySet[Model] = rows.filter(stored__isnull=False).annotate(mark=Left("stored", width))
        return filled


@dataclass
class Result:
    """What a rotation did to one column."""

    column: Column
    changed: int = 0
    left: int = 0
    unreadable: list[int] = field(default_factory=list)


def columns() -> list[Column]:
    """All encrypted columns of this installation."""
    return [
        Column(model, found.name)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        for found in model._meta.local_fields
        if isinstance(found, EncryptedTextField)
    ]


def count_by_key(column: Column) -> dict[str, int]:
    """How many values each key mark protects; "" stands for text that is not encrypted."""
    counts: dict[str, int] = {}
    for prefix in column.stored().values_list("mark", flat=True).iterator():
        version, _, mark = str(prefix).partition("$")
        key = mark.rstrip("$") if version == FORMAT else ""
        counts[key] = counts.get(key, 0) + 1
    return counts


def rotate(column: Column) -> Iterator[Result]:
    """Re-encrypt a column batch by batch, yielding the state after each; the last one has counted what is left."""
    result = Result(column)
    after = 0
    while True:
        with transaction.atomic():
            rows = column.stored().exclude(mark=newest_prefix()).filter(pk__gt=after).order_by("pk")
            batch = list(rows.select_for_update(of=("self",)).values_list("pk", "stored")[:BATCH])
            with keeping_marks(column.model, [pk for pk, _stored in batch]):
                for pk, stored in batch:
                    try:
                        plain = decrypt(stored)
                    except DecryptionError:
                        result.unreadable.append(pk)
                        continue
                    column.model._base_manager.filter(pk=pk).update(**{column.name: plain})
                    result.changed += 1
        if not batch:
            break
        after = batch[-1][0]
        yield result
    result.left = column.stored().exclude(mark=newest_prefix()).count()
    yield result


def verify(column: Column) -> tuple[int, int]:
    """Decrypt every value: how many could be read and how many could not."""
    read = failed = 0
    for stored in column.stored().values_list("stored", flat=True).iterator(chunk_size=BATCH):
        try:
            decrypt(stored)
            read += 1
        except DecryptionError:
            failed += 1
    return read, failed


def add_key(path: Path) -> str:
    """Put a fresh key before the others in the secrets file; the new text of the file.

    The file is replaced as a whole, owner-readable only, so that a kill or a full disk leaves the old one.
    """
    held = os.open(path.parent, os.O_RDONLY)
    try:
        # The folder, since the file itself is replaced: two operators at once go one after the other, no key is lost.
        fcntl.flock(held, fcntl.LOCK_EX)
        keys = [key.strip() for key in path.read_text().split(",") if key.strip()]
        text = ",".join([secrets.token_urlsafe(48), *keys])
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise
    finally:
        os.close(held)
    return text
