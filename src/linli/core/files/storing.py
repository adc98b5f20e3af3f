"""Putting bytes into the storage so that they are there exactly when the row is."""

from __future__ import annotations

import errno
import weakref
from collections.abc import Iterable
from typing import Any

import structlog
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction

from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.errors import BadInput

log = structlog.get_logger(__name__)
FOLDER = "attachments"
_FULL = (errno.ENOSPC, errno.EDQUOT)


class StorageError(BadInput):
    """The storage did not take the file; the file is fine. Nothing was half saved."""

    status = 507
    title = "文件没有存上"


def new_name(suffix: str = "") -> str:
    """An unguessable name, spread over folders by month: attachments/2026/11/…"""
    return f"{FOLDER}/{clock.today():%Y/%m}/{new_uid()}{suffix}"


def put(contents: Iterable[tuple[str, bytes | File[bytes]]]) -> None:
    """Save named contents, all or none; they are deleted again when the transaction around rolls back.

    Not where the connection is lost: the commit may have come and only its answer not. What has no row then goes with
    the nightly sweep.
    Raises StorageError with a sentence for a full disk or an unreachable store.
    """
    saved: list[str] = []
    for name, content in contents:
        saved.append(name)  # first, since a failed save may leave a part behind
        try:
            default_storage.save(name, content if isinstance(content, File) else ContentFile(content))
        except (OSError, BotoCoreError, ClientError) as error:
            delete(saved)
            raise _refusal(error) from error
    _delete_on_rollback(saved)


def delete(names: Iterable[str]) -> None:
    """Delete what is there; a failure is logged and left to the nightly sweep."""
    for name in names:
        try:
            default_storage.delete(name)
        except (OSError, BotoCoreError, ClientError) as error:
            log.warning("file_not_deleted", name=name, error=type(error).__name__)


class _Pending:
    """Lives as long as Django remembers the commit hook it belongs to."""

    def __init__(self, names: list[str]) -> None:
        self.finalizer = weakref.finalize(self, _delete_unless_lost, names, transaction.get_connection().connection)
        self.finalizer.atexit = False

    def committed(self) -> None:
        self.finalizer.detach()


def _delete_unless_lost(names: list[str], database: Any) -> None:
    if database is not None and not database.closed:
        delete(names)


def _delete_on_rollback(names: list[str]) -> None:
    # Django calls hooks after a commit only. On a rollback, of a savepoint too, it drops them; the dropped hook takes
    # its object along, whose finalizer deletes the files. A killed process does neither: the sweep finds those.
    transaction.on_commit(_Pending(names).committed)


def _refusal(error: Exception) -> StorageError:
    if isinstance(error, OSError) and error.errno in _FULL:
        sentence = "服务器的磁盘满了，这个文件没有存上，已填的内容不受影响。请稍后再传，并告诉系统管理员清理磁盘。"
        return StorageError("files.disk_full", sentence, fields={"file": sentence})
    sentence = "文件库暂时连不上，这个文件没有存上，已填的内容不受影响。请过几分钟再传。"
    return StorageError("files.storage", sentence, fields={"file": sentence})
