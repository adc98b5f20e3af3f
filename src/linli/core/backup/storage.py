"""The files of this installation, wherever they lie, as a backup takes them and a restore gives them back."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from botocore.exceptions import ClientError
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage

from linli.core.backup.archive import BLOCK, BackupError, Member
from linli.core.files.disk import sync_folders
from linli.core.files.queries import walk
from linli.core.files.storing import FOLDER

SPOOLED = 8 << 20


class Files:
    """Django's default storage, a folder or a bucket, behind the two questions of a backup."""

    def open(self, name: str) -> tuple[IO[bytes], int] | None:
        """A file and its size; None when it is not there."""
        try:
            file = default_storage.open(name)
            return cast("IO[bytes]", file), file.size
        except FileNotFoundError:
            return None
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey"):
                return None
            raise

    def others(self) -> Iterator[str]:
        """What rooms other than the attachments' keep; folders that nobody made yet are no folders."""
        folders, files = default_storage.listdir("")
        yield from files
        for folder in folders:
            if folder and folder != FOLDER:
                yield from walk(folder)

    def is_empty(self) -> bool:
        """Whether nothing is kept."""
        return next(walk(""), None) is None

    def put(self, name: str, member: Member) -> None:
        """Keep a file under its name; one of this name and size that is there stays. OSError: the disk is full."""
        if default_storage.exists(name):
            if default_storage.size(name) == member.size:
                return
            default_storage.delete(name)
        if isinstance(default_storage, FileSystemStorage):
            self._to_disk(Path(default_storage.path(name)), member)
            return
        with tempfile.SpooledTemporaryFile(max_size=SPOOLED) as file:  # a store wants to go back to the beginning
            shutil.copyfileobj(cast("IO[bytes]", member), file, BLOCK)
            whole(cast("IO[bytes]", file), member)
            file.seek(0)
            saved = default_storage.save(name, File(cast("IO[Any]", file), name))
        if saved != name:
            raise BackupError(f"文件 {name} 没能按原名存进文件库。")

    def _to_disk(self, path: Path, member: Member) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(path.name + ".restoring")
        try:
            with draft.open("wb") as file:
                shutil.copyfileobj(cast("IO[bytes]", member), file, BLOCK)
                whole(file, member)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            sync_folders(path, Path(default_storage.path("")))
        except (OSError, BackupError):
            draft.unlink(missing_ok=True)
            raise


def whole(file: IO[bytes], member: Member) -> None:
    """BackupError unless everything of the member has been written."""
    if file.tell() != member.size:
        raise BackupError(f"{member.name} 没有写全（{file.tell()} / {member.size} 字节）。")
