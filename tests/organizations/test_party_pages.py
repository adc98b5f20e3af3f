"""Pages, figures, programs and privacy of Party-building: who sees what, and that a number opens into its records."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.organizations.party import BACKEND, card, member, members, organization, own_branch, suggested
from tests.personas import PERSONAS, World

from linli.core import clock
from linli.core.audit.models import Event
from linli.core.figures.declare import REGISTRY
from linli.core.privacy import keyed_hash
from linli.core.privacy.actions import retention
from linli.core.privacy.declare import HOLDINGS, RETENTIONS, Subject
from linli.core.privacy.models import VerifiedNumber
from linli.core.privacy.registry import reveal_url
from linli.organizations.actions import party as actions
from linli.organizations.actions import party_people as people
from linli.organizations.actions.sessions import keep_sessions
from linli.organizations.models import CommitteePost, Federation, PartyMember, PartySession, PartyUnit
from linli.organizations.queries import party as queries

APPROVAL = "东方街道党工委〔2026〕8 号"


def signed_in(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world[who], backend=BACKEND)
    return client


@pytest.fixture
def begun(world: World, federation: Federation) -> PartyUnit:
    """金苑巡逻队 with its branch and meetings, 聚龙舞蹈队 with a suggestion, posts of the two committees in both."""
    unit = own_branch(world, federation)
    keep_sessions(unit)
    dancers = organization(world.neighbour_community, "聚龙舞蹈队")
    member(world, dancers, 50, name="吴丽")
    suggested(world, federation)
    organization(world.community, "金苑灯谜社")
    officer = world["street_officer"]
    for of, name, head in ((unit.covered[0], "许惠如", True), (dancers, "黄志强", False), (dancers, "郑丽", False)):
        people.enter_committee_post(of, person_name=name, approval=APPROVAL, is_head=head, actor=officer)
    return unit


# --- who sees what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", PERSONAS)
def test_lists_and_rules_agree(world: World, begun: PartyUnit, who: str) -> None:
    user = world[who]
    for rows, model, permission in (
        (queries.party_members_visible_to(user), PartyMember, "organizations.view_party_member"),
        (queries.units_visible_to(user), PartyUnit, "organizations.view_partyunit"),
        (queries.sessions_visible_to(user), PartySession, "organizations.view_partysession"),
    ):
        assert set(rows) == {row for row in model.objects.all() if user.has_perm(permission, row)}


SEES = {
    "federation_secretary": 4,
    "street_officer": 4,
    "district_officer": 4,
    "auditor": 4,
    "community_head": 3,
    "community_worker": 0,
    "other_street_officer": 0,
    "founder": 0,
}


@pytest.mark.parametrize(("who", "count"), SEES.items())
def test_how_many_members_each_sees(world: World, begun: PartyUnit, who: str, count: int) -> None:
    assert queries.party_members_visible_to(world[who]).count() == count


def test_the_page_of_a_street_and_of_one_of_its_communities(
    world: World, federation: Federation, begun: PartyUnit
) -> None:
    address = f"/party/{federation.uid}/"
    whole = signed_in(world, "federation_secretary").get(address).text
    part = signed_in(world, "community_head").get(address).text

    assert "1 / 3" in whole
    assert "聚龙舞蹈队党小组" in whole
    assert "提出设置建议" in whole
    assert "1 / 2" in part
    assert "聚龙" not in part
    assert "提出设置建议" not in part
    assert "登记党员" in part
    assert "林海" not in whole + part
    for who, status in (("other_street_officer", 404), ("founder", 404), ("community_worker", 404)):
        assert signed_in(world, who).get(address).status_code == status
    assert signed_in(world, "founder").get("/party/").status_code == 403
    assert signed_in(world, "community_head").get("/party/")["Location"] == address
    assert signed_in(world, "district_officer").get("/party/")["Location"] == address


NUMBERS = {"organized": 1, "own": 1, "joint": 0, "group": 0, "none": 2, "post": 2, "head": 1}


def test_every_number_opens_into_exactly_its_organizations(
    world: World, federation: Federation, begun: PartyUnit
) -> None:
    figures = queries.party_figures([federation.scope])
    assert (figures.organized, figures.post, figures.head) == (
        queries.Share(1, 3),
        queries.Share(2, 3),
        queries.Share(1, 3),
    )
    assert (figures.post.percent, figures.managed) == ("66.67", 3)
    assert queries.Share(0, 0).percent == "—"
    client = signed_in(world, "street_officer")
    for figure, count in NUMBERS.items():
        page = client.get(f"/party/{federation.uid}/organizations/{figure}/").text
        assert len(re.findall(r'href="/o/', page)) == count
    assert client.get(f"/party/{federation.uid}/organizations/nothing/").status_code == 404


def test_the_figures_are_those_of_the_records(world: World, begun: PartyUnit) -> None:
    from linli.indicators.queries.numbers import Numbers
    from linli.indicators.queries.periods import now
    from linli.indicators.queries.places import spot_of

    names = ("party_branches", "party_groups", "party_managed", "cadre_post", "cadre_head")
    figures = [REGISTRY[name] for name in names]
    read = Numbers(figures, {"here": spot_of(world.street).paths}, [now()])
    found = [read.of(figure, "here", now()) for figure in figures]
    assert [number.value for number in found[:3]] == [1, 0, 3]
    assert [(number.numerator, number.denominator) for number in found[3:]] == [(2, 3), (1, 3)]
    rows = signed_in(world, "district_officer").get("/figures/cadre_posts/records/")
    assert rows.status_code == 200


def test_a_page_costs_the_same_with_one_and_with_many(world: World, federation: Federation, begun: PartyUnit) -> None:
    client = signed_in(world, "street_officer")
    addresses = [f"/party/{federation.uid}/", f"/party/{federation.uid}/organizations/none/", "/party/"]
    addresses += ["/registers/partymembers/"]

    def cost() -> list[int]:
        found = []
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(connection) as queried:
                assert client.get(address, follow=True).status_code == 200
            found.append(len(queried))
        return found

    before = cost()
    for n in range(12):
        more = organization(world.community, f"金苑{n}队")
        members(world, more, 3, 100 + 10 * n)
    suggested(world, federation)
    assert cost() == before


# --- forms --------------------------------------------------------------------------------------------------------

NEW = {"name": "陈大海", "belongs_to": "金苑社区党委", "stage": "full", "phone": "", "reported_to": ""}


def test_a_member_is_entered_by_the_communitys_secretary_and_shown_masked(
    world: World, federation: Federation, begun: PartyUnit
) -> None:
    client, choir = signed_in(world, "community_head"), begun.covered[0]
    address = f"/party/{federation.uid}/enter/member/"

    answer = client.post(address, NEW | {"organization": choir.uid, "id_number": card(70)})

    made = PartyMember.objects.latest("pk")
    assert (answer.status_code, answer["Location"]) == (302, made.get_absolute_url())
    page = client.get(made.get_absolute_url()).text
    assert (made.managed_by, made.name) == (begun, "陈大海")
    assert "陈*海" in page
    assert "陈大海" not in page
    assert card(70) not in page


def test_a_second_branch_is_refused_at_the_field(world: World, federation: Federation, begun: PartyUnit) -> None:
    client = signed_in(world, "federation_secretary")
    dancers = PartyMember.objects.get(name="吴丽").organization
    address = f"/party/{federation.uid}/enter/member/"

    answer = client.post(address, NEW | {"organization": dancers.uid, "id_number": card(1)})

    assert answer.status_code == 422
    assert people.TWICE in answer.text
    assert PartyMember.objects.count() == 4
    # A community's secretary cannot enter for the neighbour's.
    answer = signed_in(world, "community_head").post(
        address, NEW | {"organization": dancers.uid, "id_number": card(71)}
    )
    assert (answer.status_code, PartyMember.objects.count()) == (422, 4)
    assert signed_in(world, "auditor").get(address).status_code == 403


def test_relations_change_and_a_member_is_transferred(world: World, begun: PartyUnit) -> None:
    client = signed_in(world, "federation_secretary")
    row = PartyMember.objects.earliest("pk")
    given = {"stage": "probationary", "belongs_to": "退休党支部", "reported_to": world.community.pk}

    assert client.post(row.get_absolute_url(), given).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.stage, row.belongs_to, row.reported_to) == (
        "林海",
        "probationary",
        "退休党支部",
        world.community,
    )
    assert client.post(row.get_absolute_url(), given | {"belongs_to": ""}).status_code == 422
    assert client.post(row.get_absolute_url(), {"leave": "1", "reason": ""}).status_code == 422
    assert client.post(row.get_absolute_url(), {"leave": "1", "reason": "转到聚龙"}).status_code == 302
    row.refresh_from_db()
    assert row.standing == "left"


def test_a_suggestion_is_asked_for_and_a_post_entered_and_ended(
    world: World, federation: Federation, begun: PartyUnit
) -> None:
    client, riddles = signed_in(world, "federation_secretary"), "金苑灯谜社"
    one = organization(world.community, "金苑合唱团")
    members(world, one, 3, 80)
    assert client.post(f"/party/{federation.uid}/suggest/").status_code == 302
    assert PartyUnit.objects.latest("pk").covered == [one]
    address = f"/party/{federation.uid}/enter/post/"
    given = {"organization": one.uid, "person_name": "许惠如", "approval": APPROVAL, "held_from": "2026-03-01"}
    assert client.post(address, given | {"approval": ""}).status_code == 422
    assert client.post(address, given).status_code == 302
    post = CommitteePost.objects.latest("pk")
    assert client.post(f"/party-posts/{post.uid}/end/").status_code == 302
    post.refresh_from_db()
    assert post.held_to == clock.today()
    assert riddles in client.get(f"/party/{federation.uid}/enter/unit/").text


def test_a_unit_proposed_by_hand_leads_to_its_form(world: World, federation: Federation, begun: PartyUnit) -> None:
    one = organization(world.community, "金苑合唱团")
    given = {"organization": one.uid, "kind": "instructor"}
    answer = signed_in(world, "federation_secretary").post(f"/party/{federation.uid}/enter/unit/", given)
    made = PartyUnit.objects.latest("pk")
    assert (made.kind, answer["Location"]) == ("instructor", f"/cases/partyunit/{made.uid}/edit/unit/")


# --- privacy ------------------------------------------------------------------------------------------------------


def test_every_look_asks_a_reason_and_tells_the_person(world: World, begun: PartyUnit) -> None:
    row = PartyMember.objects.get(name="吴丽")
    VerifiedNumber.objects.create(
        person=world["resident"],
        kind="id_number",
        value_hash=keyed_hash(card(50), "id_number"),
        verified_by=world["street_officer"],
    )
    client = signed_in(world, "street_officer")
    answer = client.post(reveal_url(row, "id_number"), {"purpose": "identity", "reason": "核对党员身份"})
    assert card(50) in answer.text
    event = Event.objects.get(name="privacy.reveal")
    assert (event.actor, event.subject_id) == (world["street_officer"], row.pk)
    assert card(50) not in str(event.detail)
    assert "核对党员身份" in signed_in(world, "resident").get(reverse("core:access_log")).text
    assert signed_in(world, "auditor").post(reveal_url(row, "phone"), {}).status_code == 403
    assert signed_in(world, "community_head").get(reveal_url(row, "phone")).status_code == 404


def test_a_person_finds_the_own_registration_and_nobody_elses(world: World, begun: PartyUnit) -> None:
    about = HOLDINGS["party-members"].about
    mine = Subject(id_hashes=frozenset({keyed_hash(card(50), "id_number")}))
    assert [row.name for row in about(mine)] == ["吴丽"]
    # The phone is the same in all of them; with a card on record it proves nothing.
    assert list(about(Subject(phone_hashes=frozenset({keyed_hash("13800002046", "phone")})))) == []
    assert list(about(Subject())) == []


def test_numbers_of_who_left_go_after_their_time(world: World, begun: PartyUnit) -> None:
    row = PartyMember.objects.get(name="吴丽")
    rule = RETENTIONS["left-party-members"]
    people.transfer_party_member(row, actor=world["street_officer"], reason="转到外地")
    for days, done in ((729, 0), (732, 1), (733, 0)):
        with clock.at(clock.now() + dt.timedelta(days=days)):
            assert retention.run_rule(rule).done == done
    row.refresh_from_db()
    assert (row.name, row.id_number, row.id_number_hash, row.phone, row.phone_hash) == ("吴*", "", "", "", "")
    assert row.belongs_to == "金苑社区党委"


def test_names_of_posts_and_secretaries_go_long_after(world: World, begun: PartyUnit) -> None:
    post = CommitteePost.objects.get(person_name="许惠如")
    people.end_committee_post(post, actor=world["street_officer"])
    actions.end_unit(begun, actor=world["street_officer"], reason="改建")
    with clock.at(clock.now() + dt.timedelta(days=3660)):
        for slug in ("ended-committee-posts", "ended-party-units"):
            assert [retention.run_rule(RETENTIONS[slug]).done for _turn in range(2)] == [1, 0]
    post.refresh_from_db()
    begun.refresh_from_db()
    assert (post.person_name, begun.secretary_name) == ("许*如", "许*如")
