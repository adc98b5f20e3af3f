"""Two people change the tree at the same moment: the lock is needed, and it holds."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from linli.areas.actions import create_area, move_area
from linli.areas.choices import Level
from linli.areas.models import Area
from linli.core.access.models import User
from linli.core.errors import BadInput


def at_once(first: Callable[[], object], second: Callable[[], object]) -> list[Exception]:
    """Let `second` begin while `first` is done but not yet committed; returns what either raised."""
    failed: list[Exception] = []
    second_began = threading.Event()
    first_done = threading.Event()

    def run_first() -> None:
        try:
            with transaction.atomic():
                first()
                first_done.set()
                second_began.wait(5)
                # Long enough for the other to read the tree as it was, were it not for the lock.
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.3)")
        finally:
            first_done.set()
            connection.close()

    def run_second() -> None:
        first_done.wait(5)
        second_began.set()
        try:
            second()
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run_first), threading.Thread(target=run_second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return failed


@pytest.mark.django_db(transaction=True)
def test_a_grid_planted_while_its_community_moves_finds_the_new_place(town):
    system = User.system()
    failed = at_once(
        lambda: move_area(town.phoenix, to=town.west, reason="调整", actor=system),
        lambda: create_area(name="新网格", level=Level.GRID, parent=town.phoenix, actor=system),
    )
    assert failed == []
    grid = Area.objects.get(name="新网格")
    assert grid.path == f"{town.district.pk}/{town.west.pk}/{town.phoenix.pk}/{grid.pk}/"


@pytest.mark.django_db(transaction=True)
def test_one_code_given_twice_at_once_is_given_once(town):
    system = User.system()

    def give() -> object:
        return create_area(
            name="新居委会", level=Level.COMMUNITY, parent=town.east, code="440511001009", actor=system
        )

    failed = at_once(give, give)
    assert [(type(error), error.code) for error in failed] == [(BadInput, "areas.code_used")]
    assert Area.objects.filter(code="440511001009").count() == 1
