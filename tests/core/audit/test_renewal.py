"""MARKED names other fields than before: honest rows get new marks once, the others stay as they are."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection
from tests.personas import World

from linli.actors.models import Body
from linli.core.audit import commands
from linli.core.audit.findings import Report
from linli.core.audit.marks import former_shapes, sound_rows
from linli.core.audit.models import Event
from linli.core.audit.records import verify_records
from linli.core.audit.renewal import renew_marks
from linli.organizations.models import Organization

BEFORE = ("name", "kind")


def named() -> list[tuple[int | None, tuple[str, ...]]]:
    return [(each.row, each.fields) for each in verify_records(report=Report(), only=[Body]).findings]


@pytest.fixture
def upgraded(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Body]:
    """Bodies marked by the fields of before, one changed past the program then; afterwards the program marks more."""
    monkeypatch.setattr(Body, "MARKED", BEFORE)
    from linli.core.audit.marks import mark_rows

    bodies = list(Body.objects.order_by("pk"))
    mark_rows(Body, [body.pk for body in bodies])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE actors_body SET name = '假机构' WHERE id = %s", [bodies[0].pk])
    monkeypatch.undo()
    monkeypatch.setattr(Body, "MARKED_BEFORE", (BEFORE,))
    monkeypatch.setattr(Organization, "MARKED_BEFORE", ())  # of this upgrade alone
    return bodies


def test_until_then_the_former_mark_counts(upgraded: list[Body]) -> None:
    assert [row for row, _fields in named()] == [upgraded[0].pk]
    body = upgraded[1]
    body.phone = "0768"
    body.short_name = "短名"
    body.save()
    assert sound_rows(Body, [each.pk for each in upgraded]) == {each.pk for each in upgraded[1:]}


def test_marks_are_made_anew_once_and_no_change_is_made_good(upgraded: list[Body]) -> None:
    found = renew_marks()
    assert [(each.model, each.rows, each.left) for each in found] == [(Body, len(upgraded) - 1, 1)]
    assert former_shapes(Body) == []
    assert [row for row, _fields in named()] == [upgraded[0].pk]

    with connection.cursor() as cursor:
        cursor.execute("UPDATE actors_body SET short_name = '假' WHERE id = %s", [upgraded[1].pk])
    assert (upgraded[1].pk, ("short_name",)) in named()
    assert renew_marks() == []


def test_the_command_says_what_it_did(upgraded: list[Body]) -> None:
    def run() -> Any:
        return CliRunner().invoke(commands.audit.commands["remark"], [])

    assert run().output == f"机构：{len(upgraded) - 1} 行换了新标记；1 行原来就不符，没有动。\n"
    assert run().output == "没有要换的标记。\n"
    event = Event.objects.get(name="core.marks_renewed")
    assert (event.detail["model"], event.detail["before"], event.detail["left"]) == (
        "actors.body",
        [list(BEFORE)],
        1,
    )
