"""What is kept in the process is good exactly as long as the database says so."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.personas import World

from linli.areas.models import Area
from linli.areas.queries import predecessors
from linli.core import clock
from linli.core.parameters import value_of
from linli.core.parameters.models import ParameterValue
from linli.core.revisions import AREAS, BODIES, asked_once, marks, remembered

pytestmark = pytest.mark.django_db


def asked(captured: CaptureQueriesContext) -> list[str]:
    """The tables that were read."""
    return [query["sql"].split('FROM "')[1].split('"')[0] for query in captured.captured_queries]


def set_from(day: dt.date, world: World) -> None:
    """Seven days from this day on, past the program."""
    officer = world["street_officer"]
    ParameterValue.objects.create(key="filing.days", scope="", value=7, valid_from=day, set_by=officer)


def touched(name: str) -> object:
    """The mark of a name."""
    return marks().get(name)


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        (AREAS, "UPDATE areas_area SET name = name"),
        (AREAS, "INSERT INTO areas_area_predecessors (from_area_id, to_area_id) VALUES (%(a)s, %(b)s)"),
        (AREAS, "DELETE FROM areas_area_predecessors"),
        (BODIES, "UPDATE actors_body SET name = name"),
        ("parameters", "DELETE FROM core_parametervalue"),
        ("parameters", "TRUNCATE core_parametervalue"),
    ],
)
def test_any_statement_replaces_the_mark(world: World, name: str, sql: str) -> None:
    before = touched(name)
    first, second = Area.objects.order_by("pk")[:2]

    with connection.cursor() as cursor:
        cursor.execute(sql, {"a": first.pk, "b": second.pk})

    assert touched(name) is not None
    assert touched(name) != before


def test_what_was_made_is_made_anew_after_a_change_and_not_before(world: World) -> None:
    made: list[int] = []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    assert [remembered((AREAS, BODIES), "test", make) for _time in range(3)] == [0, 0, 0]
    world.community.save()
    assert [remembered((AREAS, BODIES), "test", make) for _time in range(2)] == [1, 1]


def test_what_was_made_in_a_transaction_that_is_undone_is_not_taken_for_true(world: World) -> None:
    heir, other = Area.objects.order_by("pk")[:2]
    with transaction.atomic():
        heir.predecessors.add(other)
        assert predecessors()[heir.pk] == [(other.pk, other.path)]
        transaction.set_rollback(True)

    assert heir.pk not in predecessors()


def test_a_parameter_set_past_the_program_holds_at_once(world: World) -> None:
    assert value_of("filing.days") == 10
    ParameterValue.objects.create(
        key="filing.days",
        scope="",
        value=7,
        valid_from=clock.today() - dt.timedelta(days=1),
        set_by=world["street_officer"],
    )
    assert value_of("filing.days") == 7

    ParameterValue.objects.filter(key="filing.days").update(value=8)
    assert value_of("filing.days") == 8


def test_a_day_later_the_value_of_that_day_holds(world: World) -> None:
    tomorrow = clock.today() + dt.timedelta(days=1)
    ParameterValue.objects.create(
        key="filing.days", scope="", value=7, valid_from=tomorrow, set_by=world["street_officer"]
    )

    assert value_of("filing.days") == 10
    assert value_of("filing.days", on=tomorrow) == 7


def test_a_page_asks_for_the_marks_once_and_for_what_is_unchanged_not_at_all(world: World) -> None:
    value_of("filing.days")
    predecessors()
    with CaptureQueriesContext(connection) as captured, asked_once():
        value_of("filing.days")
        value_of("filing.opinion_days")
        predecessors()

    assert asked(captured) == ["core_revision"]


def test_a_request_that_changes_something_reads_its_own_change(world: World, client: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        value_of("filing.days")
        value_of("filing.days")

    assert asked(captured) == ["core_revision", "core_revision"]
