"""Rounds of grading: whole before they open, unchanged afterwards, closed by the clock."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from tests.core.api.conftest import Program
from tests.organizations.grading import (
    applied,
    evaluators,
    refused_by,
    registered,
    round_of,
)
from tests.personas import World

from linli.core import clock
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.notices.models import Notice
from linli.core.workflow.duties import run_clock
from linli.core.workflow.models import Task
from linli.organizations.actions import gradings
from linli.organizations.actions.grading_rounds import begin_round, finish_round, open_round, save_round
from linli.organizations.models import (
    GradingRound,
    Organization,
)

__all__ = ["registered"]


def test_a_round_opens_with_its_boards_and_nothing_of_it_changes_any_more(world: World) -> None:
    row = round_of(world)
    assert (row.state, row.members, row.reviewers, row.opened_on) == ("open", 9, 5, clock.today())
    assert row.number.startswith("PGL-440511-")
    assert Notice.objects.filter(title__contains="你是评估委员会的委员").count() == 9
    seat = row.seats.first()
    assert seat is not None
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        seat.delete()
    refused_by("organizations_seat_frozen", error)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        GradingRound.objects.filter(pk=row.pk).update(least_3=71)
    refused_by("organizations_round_frozen", error)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"weight_work": 31}, "让五项权重加起来正好 100（现在是 101）"),
        ({"weight_party": 5, "weight_work": 45}, "党建工作的权重至少 10"),
        ({"least_2": 40}, "让分数线一级比一级高"),
        ({"criteria": ""}, "写明每一项看什么"),
        ({"commission": "founder"}, "评估委员会要 7 到 25 人（现在 1 人）"),
        ({"commission": "a b c d e f g"}, "评估委员会里没有这些账号：a、b、c、d、e"),
        ({"board": "founder resident stranger mediator merchant"}, ""),
    ],
)
def test_a_round_that_is_not_whole_does_not_open(world: World, values: dict[str, Any], said: str) -> None:
    officer = world["district_officer"]
    seven = "founder resident stranger mediator merchant volunteer auditor"
    whole = {
        "apply_until": clock.today(),
        "criteria": "看章程。",
        "commission": seven,
        "board": "community_worker community_head street_officer street_head evaluator",
    }
    draft = begin_round(world.district, scheme="grade", year=clock.today().year, actor=officer)
    draft = save_round(draft, actor=officer, revision=None, **{**whole, **values})
    with pytest.raises(BadInput, match="还差") as error:
        open_round(draft, actor=officer)
    assert said in error.value.message
    if not said:
        assert "一个人只能在一个委员会里：founder、mediator、merchant、resident、stranger" in error.value.message


def test_boards_are_picked_by_name_or_named_by_account(world: World) -> None:
    """Ticked on the page, typed beside it, and sent as accounts by a program: the same text is kept."""
    officer = world["district_officer"]
    draft = begin_round(world.district, scheme="grade", year=clock.today().year, actor=officer)
    client, address = Client(), f"/cases/gradinground/{draft.uid}/edit/boards/"
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(address).text
    assert f'value="{world["street_head"].username}"' in page
    assert f"{world['street_head']}（" in page
    assert f'value="{world["stranger"].username}"' not in page  # holds no post here

    answer = client.post(
        address, {"commission": ["street_head", "street_officer", "stranger"], "board": ["", "auditor"]}
    )

    draft.refresh_from_db()
    assert (answer.status_code, draft.commission, draft.board) == (
        302,
        "street_head\nstreet_officer\nstranger",
        "auditor",
    )
    page = client.get(address).text
    assert f'value="{world["stranger"].username}"' in page  # named besides: stands among the others now
    assert "stranger" in client.get(draft.get_absolute_url()).text
    case, caller = f"/cases/gradinground/{draft.uid}", Program(officer)
    answer = caller.call("PATCH", case, {"board": "auditor mediator"}, If_Match=caller.get(case)["ETag"])
    draft.refresh_from_db()
    assert (answer.status_code, draft.commission.split()[0], draft.board) == (200, "street_head", "auditor\nmediator")


@pytest.mark.parametrize(
    ("who", "scheme", "place", "refusal"),
    [
        ("district_officer", "grade", "district", None),
        ("street_officer", "stars", "street", None),
        ("street_officer", "grade", "district", NotAllowed),
        ("district_officer", "stars", "street", NotAllowed),
        ("other_street_officer", "stars", "street", NotAllowed),
        ("district_officer", "grade", "street", BadInput),
        ("founder", "grade", "district", NotAllowed),
    ],
)
def test_who_begins_a_round(world: World, who: str, scheme: str, place: str, refusal: Any) -> None:
    act = lambda: begin_round(getattr(world, place), scheme=scheme, year=clock.today().year, actor=world[who])  # noqa: E731
    if refusal is None:
        assert act().state == "draft"
    else:
        with pytest.raises(refusal):
            act()


def test_one_round_a_year_and_place(world: World) -> None:
    round_of(world)
    with pytest.raises(WrongState, match="已经有了"):
        begin_round(world.district, scheme="grade", year=clock.today().year, actor=world["district_officer"])
    with pytest.raises(BadInput, match="今年或者去年"):
        begin_round(world.district, scheme="grade", year=clock.today().year + 1, actor=world["district_officer"])


def test_the_clock_closes_it_and_it_ends_when_all_have_a_result(world: World, registered: Organization) -> None:
    evaluators(world)
    row = round_of(world)
    grading = applied(world, registered, row)
    with clock.at(clock.now() + dt.timedelta(days=21)):
        run_clock()
    row.refresh_from_db()
    assert row.state == "underway"
    task = Task.objects.get(case_id=row.pk, process="gradinground", closed_at=None)
    assert (task.role, task.due_on) == ("district_officer", None)
    with pytest.raises(WrongState, match="还有 1 家没有结论"):
        finish_round(row, actor=world["district_officer"])
    gradings.withdraw_grading(grading, actor=world["founder"])
    assert finish_round(row, actor=world["district_officer"]).state == "done"
