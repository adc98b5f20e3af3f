"""What a row points at is on the disk before the row is committed."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import TemporaryUploadedFile

from linli.core.files.disk import DurableStorage
from linli.settings import keep_secret, kept_secret


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The inodes of everything that was forced to the disk, in order."""
    found: list[int] = []
    really = os.fsync

    def fsync(descriptor: int) -> None:
        found.append(os.fstat(descriptor).st_ino)
        really(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return found


def uploaded() -> Any:
    """As Django hands on what was too large for memory."""
    upload = TemporaryUploadedFile("a.pdf", "application/pdf", 5, "utf-8")
    upload.write(b"bytes")
    upload.seek(0)
    upload.file._closer.delete = False  # it is moved away
    return upload


@pytest.mark.parametrize("content", [lambda: ContentFile(b"bytes"), uploaded])
def test_bytes_and_the_folders_that_lead_to_them(tmp_path: Path, synced: list[int], content: Any) -> None:
    storage = DurableStorage(location=tmp_path)
    name = storage.save("attachments/2026/11/a.pdf", content())

    path = Path(storage.path(name))
    assert path.read_bytes() == b"bytes"
    assert synced == [each.stat().st_ino for each in (path, *list(path.parents)[:4])]
    assert path.parents[3] == tmp_path


def test_the_folder_of_an_installation_is_one() -> None:
    assert settings.LINLI_FILES_FOLDER["BACKEND"] == "linli.core.files.disk.DurableStorage"


def test_a_secret_is_on_the_disk_before_anybody_reads_it(tmp_path: Path, synced: list[int]) -> None:
    path = tmp_path / "secrets" / "field_keys"
    value = kept_secret(path)

    assert (kept_secret(path), len(value)) == (value, 64)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert synced == [path.stat().st_ino, path.parent.stat().st_ino]
    assert list(path.parent.iterdir()) == [path]


def test_of_two_processes_that_make_a_secret_the_first_one_counts(tmp_path: Path) -> None:
    path = tmp_path / "field_keys"
    keep_secret(path, "first")
    keep_secret(path, "second")

    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]
