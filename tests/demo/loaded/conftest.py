"""The demo district, loaded once for this folder and rolled back after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from linli.demo.load import ensure


@pytest.fixture(scope="package")
def said(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[str]]:
    """What the loader said; its rows are seen by every test of this folder that asks for it."""
    told: list[str] = []
    with django_db_blocker.unblock(), transaction.atomic():
        ensure(told.append)
        yield told
        transaction.set_rollback(True)


@pytest.fixture
def district(said: list[str], db: None) -> None:
    """The loaded district; what a test changes is rolled back after it."""
