"""Records that files belong to: accounts stand for them, since core has no other record of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from linli.core.access.models import User
from linli.core.files import store
from linli.core.files.models import Attachment
from linli.core.files.registry import READABLE, register_readable


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings) -> Path:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    assert Path(default_storage.path("x")).parent == tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def rights() -> Iterator[None]:
    """The owner reads and changes; an account named officer reads."""
    before = dict(READABLE)
    register_readable(
        User,
        lambda user, subject: user.pk is not None and (user == subject or user.username == "officer"),
        changeable=lambda user, subject: user == subject,
    )
    yield
    READABLE.clear()
    READABLE.update(before)


@pytest.fixture
def owner(db) -> User:
    return User.objects.create_user("owner")


@pytest.fixture
def put(owner) -> Callable[..., Attachment]:
    def send(name: str, content: bytes, slot: str = "charter") -> Attachment:
        return store(SimpleUploadedFile(name, content), subject=owner, slot=slot, actor=owner)

    return send


@pytest.fixture
def on_disk(folder: Path) -> Callable[[], list[Path]]:
    return lambda: sorted(path for path in folder.rglob("*") if path.is_file())
