"""The folder of files, so that a power cut cannot take away what a committed row points at."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage


class DurableStorage(FileSystemStorage):
    """Django's storage, whose `save` returns when the bytes and the names that lead to them are on the disk."""

    def _save(self, name: str, content: Any) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]
        path = Path(self.path(saved))
        sync(path)
        sync_folders(path, Path(self.location))
        return saved


def sync(path: Path) -> None:
    """Have a file, or the list of names in a folder, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folders(path: Path, root: Path) -> None:
    """Have the folders above a file on the disk, up to `root`: a folder made just now is itself only a name."""
    for folder in path.parents:
        sync(folder)
        if folder == root:
            return
