"""Files that lie encrypted in the storage: sealed as they come, opened as they are read, sealed anew with a new key.

The name of a sealed file ends with the mark of its key, so that a rotation finds what is left without reading it.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
from typing import IO, cast

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from linli.core.files.models import Attachment
from linli.core.files.storing import delete, new_name, put
from linli.core.privacy.cipher import DecryptionError, key_marks
from linli.core.privacy.sealed import SealedReader, SealedWriter

SEALED = ".sealed"
BLOCK = 1 << 20


def digest_of(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def sealed_suffix() -> str:
    """What the name of a file sealed now ends with."""
    return f".{key_marks()[0]}{SEALED}"


def sealed_copy(file: IO[bytes]) -> IO[bytes]:
    """A sealed copy in a file without a name, at its beginning."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115 -- handed on
    file.seek(0)
    with SealedWriter(copy) as writer:
        shutil.copyfileobj(file, writer, BLOCK)
    copy.seek(0)
    return copy


def open_stored(name: str) -> IO[bytes]:
    """A stored file as its sender wrote it. Raises FileNotFoundError, and DecryptionError while it is read."""
    stored = default_storage.open(name)
    if not name.endswith(SEALED):
        return cast("IO[bytes]", stored)
    return io.BufferedReader(SealedReader(cast("IO[bytes]", stored)), BLOCK)


def rotate_files() -> tuple[int, int]:
    """Seal with the newest key what is not yet; how many files were changed, and how many cannot be read."""
    changed = unreadable = 0
    old = Attachment.objects.filter(stored_as__endswith=SEALED, removed_at__isnull=True)
    for pk in old.exclude(stored_as__endswith=sealed_suffix()).values_list("pk", flat=True):
        try:
            changed += _sealed_anew(pk)
        except (DecryptionError, FileNotFoundError):
            unreadable += 1
    return changed, unreadable


@transaction.atomic
def _sealed_anew(pk: int) -> bool:
    row = Attachment.objects.select_for_update().get(pk=pk)
    before = row.stored_as
    if row.removed_at is not None or before.endswith(sealed_suffix()):
        return False
    with tempfile.TemporaryFile() as plain:
        with open_stored(before) as stored:
            shutil.copyfileobj(stored, plain, BLOCK)
        sealed = sealed_copy(plain)
    with sealed:
        row.stored_as, row.size = new_name(sealed_suffix()), sealed.seek(0, 2)
        sealed.seek(0)
        row.sha256 = digest_of(sealed)
        sealed.seek(0)
        put([(row.stored_as, File(sealed))])
        row.save(update_fields=["stored_as", "size", "sha256"])
    transaction.on_commit(lambda: delete([before]))
    return True
