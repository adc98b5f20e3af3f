"""The network: what hangs under what, terms, composition, the list of mediators, training and load."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from tests.mediation.table import SECRETS, Network, case_at
from tests.personas import UserFactory, post

from linli.actors.choices import Role
from linli.core import clock
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.mediation.actions import network
from linli.mediation.choices.network import UNDER_A_COMMITTEE, WITHOUT_POWER, NodeKind
from linli.mediation.models import MediationBody
from linli.mediation.queries import composition, loads, mediators_to_choose

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", NodeKind.values)
def test_rooms_hang_under_a_committee_and_nothing_else_does(net: Network, kind: str) -> None:
    officer, under = net.world["street_officer"], kind in UNDER_A_COMMITTEE

    def opened(parent: MediationBody | None) -> MediationBody:
        name = f"{NodeKind(kind).label}甲"
        return network.open_body(net.world.street, kind=kind, name=name, place="二楼", parent=parent, actor=officer)

    with pytest.raises(BadInput) as refusal:
        opened(None if under else net.committee)
    made = opened(net.committee if under else None)

    assert list(refusal.value.fields) == ["parent"]
    assert made.mediates == (kind not in WITHOUT_POWER)


def test_a_room_hangs_under_no_room(net: Network) -> None:
    with pytest.raises(BadInput):
        network.open_body(
            net.world.street, kind="room", name="二室", place="二楼", parent=net.room,
            actor=net.world["street_officer"],
        )  # fmt: skip


@pytest.mark.parametrize("who", ["community_head", "other_street_officer", "district_head", "head", "stranger"])
def test_only_the_street_opens_bodies(net: Network, who: str) -> None:
    with pytest.raises(NotAllowed):
        network.open_body(net.world.street, kind="trade", name="新", place="二楼", actor=net[who])


def test_a_term_needs_three_to_nine_members_and_women(net: Network) -> None:
    officer = net.world["street_officer"]
    body = net.committee
    assert composition(body) == []  # head, lead and expert are members, expert is a woman

    body = network.begin_term(body, begins_on=dt.date(2026, 3, 1), actor=officer)
    with pytest.raises(BadInput) as few:
        network.begin_term(net.trade, begins_on=clock.today(), actor=officer)

    assert body.term_to == dt.date(2029, 3, 1)
    assert few.value.message == (
        "还不能换届：委员 0 人；人民调解法第八条：3 至 9 人；"
        "还没有妇女委员；人民调解法第八条：应当有妇女成员。请先登记委员。"
    )


def test_a_tenth_member_is_refused(net: Network) -> None:
    officer = net.world["street_officer"]
    refused = []
    for n in range(8):
        user = UserFactory(username=f"member{n}")
        post(user, Role.MEDIATOR, net.world.street, net.committee.body)
        try:
            network.enrol_mediator(net.committee, user=user, profession="social", is_member=True, actor=officer)
        except BadInput as refusal:
            refused.append((n, list(refusal.fields)))

    assert refused == [(6, ["is_member"]), (7, ["is_member"])]


def test_the_list_gives_no_right_without_the_post(net: Network) -> None:
    with pytest.raises(BadInput) as refusal:
        network.enrol_mediator(
            net.committee, user=net.world["volunteer"], profession="law", actor=net.world["street_officer"]
        )
    net.people["lead"].posts.update(valid_to="2026-01-01")

    assert list(refusal.value.fields) == ["user"]
    assert net.rows["lead"] not in mediators_to_choose(net.committee)


def test_who_leads_a_case_does_not_leave_the_list(net: Network) -> None:
    case_at(net, "mediating")

    with pytest.raises(WrongState):
        network.end_mediator(net.rows["lead"], actor=net["head"])
    network.end_mediator(net.rows["expert"], actor=net["head"])

    assert net.rows["expert"] not in mediators_to_choose(net.committee)


def test_a_body_with_open_cases_or_rooms_is_not_closed(net: Network) -> None:
    officer = net.world["street_officer"]
    case_at(net, "mediating")

    with pytest.raises(WrongState) as rooms:
        network.close_body(net.committee, actor=officer)
    network.close_body(net.room, actor=officer)
    with pytest.raises(WrongState) as cases:
        network.close_body(net.committee, actor=officer)

    assert "调解室" in rooms.value.message
    assert "还有 1 件在办" in cases.value.message


def test_the_load_counts_what_is_on_hand_and_what_was_learnt(net: Network) -> None:
    case_at(net, "mediating")
    case_at(net, "signing")
    case_at(net, "failed")
    network.note_training(
        net.rows["lead"], held_on=clock.today(), hours=Decimal(4), subject="人民调解法", actor=net["head"]
    )

    found = {str(load.mediator): load for load in loads(net.committee)}

    assert {name: (load.leading, load.sitting) for name, load in found.items()} == {
        "head": (0, 0),
        "lead": (2, 0),
        "expert": (0, 0),
        "social": (0, 2),
    }
    assert (found["lead"].closed, found["lead"].hours, found["lead"].lacks_hours) == (2, Decimal(4), True)


def test_the_public_network_tells_nothing_of_cases(net: Network, client: Client) -> None:
    case = case_at(net, "performing")

    listed = client.get(reverse("mediation:network")).content.decode()
    page = client.get(net.committee.get_absolute_url()).content.decode()

    assert [body.name in listed for body in (net.committee, net.trade, net.room)] == [True, True, True]
    assert "李饶工作室" in page
    assert [secret for secret in (*SECRETS, case.number) if secret in listed + page] == []


@pytest.mark.parametrize(
    ("who", "keeps"), [("street_officer", 200), ("head", 200), ("other_head", 404), ("lead", 404), ("stranger", 404)]
)
def test_who_keeps_a_body(net: Network, client: Client, who: str, keeps: int) -> None:
    client.force_login(net[who], "allauth.account.auth_backends.AuthenticationBackend")

    assert client.get(reverse("mediation:keep", args=[net.committee.uid])).status_code == keeps


def test_the_page_opens_a_body_enrols_and_says_what_is_wrong(net: Network, client: Client) -> None:
    client.force_login(net["street_officer"], "allauth.account.auth_backends.AuthenticationBackend")
    new = {"kind": "room", "name": "二号调解室", "area": "440511004", "place": "一楼"}

    wrong = client.post(reverse("mediation:bodies"), new)
    right = client.post(reverse("mediation:bodies"), new | {"parent": net.committee.uid})
    made = MediationBody.objects.get(name="二号调解室")
    page = client.post(reverse("mediation:keep", args=[made.uid]), {"what": "term", "begins_on": "2026-01-01"})

    assert (wrong.status_code, right.status_code, page.status_code) == (422, 302, 422)
    assert "要挂在一家人民调解委员会下面" in wrong.content.decode()
    assert made.parent == net.committee
