"""Incubation: apply, a place and a term, help noted, progress against the thresholds, graduate, extend, leave."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from tests.personas import World

from linli.core import clock
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.workflow.queries import open_task
from linli.core.workflow.wizard import WIZARDS
from linli.organizations.actions import incubation as actions
from linli.organizations.models import Incubation, Incubator, Organization, Support
from linli.organizations.queries.incubation import incubations_visible_to

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
REACHED = {"individuals": 50, "units": 0, "funds": Decimal(30_000), "has_venue": True, "has_charter": True}


@pytest.fixture
def head(world: World) -> Any:
    return world["founder"]


@pytest.fixture
def secretary(world: World) -> Any:
    return world["federation_secretary"]


@pytest.fixture
def room(world: World, secretary: Any) -> Incubator:
    return actions.open_incubator(world.street, name="东方孵化室", address="二楼", capacity=1, actor=secretary)


@pytest.fixture
def applied(filed: Organization, head: Any, room: Incubator) -> Incubation:
    stay = actions.begin_incubation(filed, actor=head)
    stay = actions.save_incubation(
        stay, actor=head, revision=None, incubator=room, why="三十人每周写字。", wants="一间教室。"
    )
    return actions.apply_incubation(stay, actor=head)


@pytest.fixture
def staying(applied: Incubation, secretary: Any) -> Incubation:
    return actions.admit_incubation(applied, place="203 室", actor=secretary)


def status(filed: Organization) -> str:
    return Organization.objects.get(pk=filed.pk).incubation_status


def test_a_place_for_a_year(staying: Incubation, filed: Organization) -> None:
    assert (staying.state, staying.number[:3], status(filed)) == ("in", "FH-", "in")
    assert staying.until == actions.later(clock.today(), 12)
    task = open_task(staying)
    assert task is not None
    assert (task.role, task.due_on) == ("federation_secretary", staying.until)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [("2026-01-31", 1, "2026-02-28"), ("2026-11-22", 12, "2027-11-22"), ("2024-02-29", 12, "2025-02-28")],
)
def test_a_term_ends_on_the_same_day(day: str, months: int, then: str) -> None:
    assert actions.later(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(then)


def test_a_full_room_takes_nobody(
    world: World, staying: Incubation, secretary: Any, room: Incubator, filed: Organization
) -> None:
    other = Organization.objects.create(name="第二家", area=world.community, owner=filed.owner, number="BA-2",
                                        filed_on=clock.today())  # fmt: skip
    stay = actions.begin_incubation(other, actor=world["founder"])
    stay = actions.save_incubation(
        stay, actor=world["founder"], revision=None, incubator=room, why="下棋。", wants="桌子。"
    )
    stay = actions.apply_incubation(stay, actor=world["founder"])
    with pytest.raises(BadInput, match="已经满了"):
        actions.admit_incubation(stay, place="203 室", actor=secretary)
    with pytest.raises(WrongState, match="还有 1 家在孵"):
        actions.close_incubator(room, actor=secretary)


def test_one_stay_at_a_time(staying: Incubation, filed: Organization, head: Any) -> None:
    assert actions.begin_incubation(filed, actor=head) == staying
    with pytest.raises(IntegrityError), transaction.atomic():
        Incubation.objects.create(organization=filed)
    with pytest.raises(IntegrityError), transaction.atomic():
        Incubation.objects.filter(pk=staying.pk).update(until=None)


def test_help_is_noted(staying: Incubation, secretary: Any) -> None:
    actions.support_incubation(staying, kind="policy", given_on=clock.today(), words="讲登记条件。", actor=secretary)
    assert [(one.kind, one.given_by) for one in Support.objects.all()] == [("policy", secretary)]
    for day in (clock.today() + dt.timedelta(days=1), clock.today() - dt.timedelta(days=1)):
        with pytest.raises(BadInput, match="入驻以后"):
            actions.support_incubation(staying, kind="venue", given_on=day, words="借桌子。", actor=secretary)


@pytest.mark.parametrize(
    ("values", "lacking"),
    [
        ({}, []),
        ({"individuals": 49}, ["会员"]),
        ({"individuals": 0, "units": 30}, []),
        ({"individuals": 0, "units": 29}, ["会员"]),
        ({"individuals": 30, "units": 20}, []),
        ({"individuals": 30, "units": 19}, ["会员"]),
        ({"funds": Decimal("29999.99")}, ["活动资金"]),
        ({"has_venue": False, "has_charter": False}, ["固定住所", "章程草案"]),
    ],
)
def test_graduates_who_reached_what_registration_asks(
    staying: Incubation, secretary: Any, head: Any, filed: Organization, values: dict[str, Any], lacking: list[str]
) -> None:
    stay = actions.measure_incubation(staying, actor=head, **REACHED | values)
    assert [one.label for one in stay.thresholds if not one.met] == lacking
    if lacking:
        with pytest.raises(BadInput, match="还没有达到登记条件"):
            actions.graduate_incubation(stay, actor=secretary)
        assert status(filed) == "in"
    else:
        assert actions.graduate_incubation(stay, actor=secretary).state == "graduated"
        assert status(filed) == "graduated"


def test_a_term_is_extended_once(staying: Incubation, secretary: Any) -> None:
    until = staying.until
    assert until is not None
    stay = actions.extend_incubation(staying, reason="还差五个会员。", actor=secretary)
    assert (stay.state, stay.until) == ("extended", actions.later(until, 6))
    task = open_task(stay)
    assert task is not None
    assert task.due_on == stay.until
    with pytest.raises(WrongState):
        actions.extend_incubation(stay, reason="再来一次。", actor=secretary)


def test_who_leaves_may_come_again(staying: Incubation, filed: Organization, head: Any) -> None:
    actions.leave_incubation(staying, reason="搬走了。", actor=head)
    assert status(filed) == "exited"
    again = actions.begin_incubation(filed, actor=head)
    assert again != staying
    actions.withdraw_incubation(again, actor=head)
    assert status(filed) == "exited"


def test_a_refused_one_is_as_before(applied: Incubation, filed: Organization, secretary: Any) -> None:
    assert status(filed) == "applied"
    actions.refuse_incubation(applied, reason="没有群众基础。", actor=secretary)
    assert status(filed) == "none"


@pytest.mark.parametrize("legal", ["registering", "registered", "liquidating", "revoked"])
def test_registered_ones_need_none(filed: Organization, head: Any, legal: str) -> None:
    Organization.objects.filter(pk=filed.pk).update(legal_status=legal)
    filed.refresh_from_db()
    with pytest.raises(WrongState):
        actions.begin_incubation(filed, actor=head)


def test_nobody_admits_an_own_one(world: World, applied: Incubation) -> None:
    for name in ("founder", "community_worker", "other_street_officer", "district_head", "stranger"):
        with pytest.raises(NotAllowed):
            actions.admit_incubation(applied, place="203 室", actor=world[name])
    with pytest.raises(NotAllowed):
        actions.open_incubator(world.other_street, name="x", address="y", capacity=1, actor=world["street_officer"])


@pytest.mark.parametrize("sent", [False, True])
def test_list_and_rule_agree(world: World, filed: Organization, head: Any, room: Incubator, sent: bool) -> None:
    stay = actions.begin_incubation(filed, actor=head)
    if sent:
        stay = actions.save_incubation(stay, actor=head, revision=None, incubator=room, why="写字。", wants="教室。")
        stay = actions.apply_incubation(stay, actor=head)
    for name in world.people:
        user = world[name]
        assert user.has_perm("organizations.view_incubation", stay) is (stay in incubations_visible_to(user)), name


def test_over_http(client: Client, world: World, filed: Organization, head: Any, secretary: Any) -> None:
    client.force_login(secretary, backend=BACKEND)
    made = {"name": "东方孵化室", "address": "二楼", "capacity": "2", "area": "440511004"}
    assert client.post("/incubators/", made).status_code == 302
    assert client.post("/incubators/", made).status_code == 422  # the name is taken
    assert client.post("/incubators/", made | {"area": "440511005"}).status_code == 422
    room = Incubator.objects.get()

    client.force_login(head, backend=BACKEND)
    begun = client.post(f"/register/{filed.uid}/incubation/")
    stay = Incubation.objects.get()
    wizard = WIZARDS["incubation"]
    assert begun["Location"] == wizard.url(stay, "apply")
    told = {"incubator": room.pk, "why": "三十人写字", "wants": "教室"}
    assert client.post(wizard.url(stay, "apply"), told).status_code == 302
    assert client.post(wizard.url(stay, "check")).status_code == 302
    assert client.get("/incubators/").status_code == 404

    client.force_login(secretary, backend=BACKEND)
    path = stay.get_absolute_url()
    assert client.post(f"{path}admit_incubation/", {"admit_incubation-place": ""}).status_code == 422
    assert client.post(f"{path}admit_incubation/", {"admit_incubation-place": "203 室"}).status_code == 302
    future = {"support_incubation-kind": "policy", "support_incubation-given_on": "2099-01-01"}
    answer = client.post(f"{path}support_incubation/", future | {"support_incubation-words": "讲课"})
    assert (answer.status_code, Support.objects.count()) == (422, 0)
    page = client.get(path).content.decode()
    assert [word in page for word in ("203 室", "个人 50，或单位 30", "30,000 元")] == [True] * 3
    assert "1 / 2 家" in client.get("/incubators/").content.decode()
