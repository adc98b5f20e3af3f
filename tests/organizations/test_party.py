"""Party-building: members in three relations, never in two branches; units suggested, edited, approved, renewed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.organizations.party import (
    accepted,
    card,
    member,
    members,
    organization,
    own_branch,
    standing,
    suggested,
)
from tests.personas import World

from linli.core import clock
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.workflow.duties import run_clock
from linli.core.workflow.models import Task
from linli.organizations.actions import party as actions
from linli.organizations.actions import party_people as people
from linli.organizations.actions.register import amend_register, cancel_filing
from linli.organizations.models import (
    CommitteePost,
    Federation,
    Organization,
    PartyCoverage,
    PartyMember,
    PartyUnit,
)

TODAY = clock.today


def cover(of: Organization) -> str:
    """As the register says it now."""
    return Organization.objects.get(pk=of.pk).party_cover


# --- members ------------------------------------------------------------------------------------------------------


def test_a_member_stands_in_three_relations_and_leaves_a_trace_without_name(world: World) -> None:
    choir = organization(world.community, "金苑合唱团")

    made = member(world, choir, 1, reported_to=world.neighbour_community)

    held = PartyMember.objects.get()
    assert (held.belongs_to, held.managed_by, held.reported_to) == ("金苑社区党委", None, world.neighbour_community)
    assert (held.standing, held.scope, str(held)) == ("unmanaged", world.community.path, "林*")
    event = Event.objects.get(name="organizations.party_member_entered")
    assert (event.actor, event.subject_id) == (world["federation_secretary"], made.pk)
    assert event.detail == {"organization": "金苑合唱团"}


def test_nobody_is_in_two_branches_until_transferred(world: World, federation: Federation) -> None:
    unit = own_branch(world, federation)
    other = organization(world.neighbour_community, "聚龙舞蹈队")

    with pytest.raises(BadInput) as refused:
        member(world, other, 1)

    assert refused.value.fields == {"id_number": people.TWICE}
    held = PartyMember.objects.filter(managed_by=unit).earliest("pk")
    twin = PartyMember(organization=other, name="林海", id_number=card(1), belongs_to="聚龙社区党委")
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()

    left = people.transfer_party_member(held, actor=world["street_officer"], reason="转到聚龙社区")

    assert (left.standing, left.left_on, left.managed_by) == ("left", TODAY(), unit)
    assert member(world, other, 1).standing == "unmanaged"
    with pytest.raises(WrongState):
        people.change_party_member(left, actor=world["street_officer"], belongs_to="另一处")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"id_number": "440511196001029810"}, "id_number"),
    ({"phone": "12"}, "phone"),
    ({"name": "1"}, "name"),
    ({"belongs_to": " "}, "belongs_to"),
]


@pytest.mark.parametrize(("values", "field"), WRONG)
def test_what_is_wrong_is_named(world: World, values: dict[str, Any], field: str) -> None:
    choir = organization(world.community, "金苑合唱团")
    with pytest.raises(BadInput) as refused:
        member(world, choir, 1, **values)
    assert list(refused.value.fields) == [field]
    assert PartyMember.objects.count() == 0


def test_an_organization_that_ended_takes_nobody_in(world: World) -> None:
    gone = organization(world.community, "旧社", legal_status="filing_cancelled", ended_on=TODAY())
    with pytest.raises(WrongState):
        member(world, gone, 1)


def test_the_database_knows_who_is_managed_and_by_which_number(world: World, federation: Federation) -> None:
    own_branch(world, federation)
    rows = PartyMember.objects.all()
    for wrong in (
        {"standing": "unmanaged"},
        {"left_on": TODAY()},
        {"id_number_hash": ""},
        {"managed_by": None},
        {"standing": "left", "left_on": dt.date(2000, 1, 1)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.filter(pk=rows.earliest("pk").pk).update(**wrong)


KEEP = {"federation_secretary", "street_officer", "street_head", "community_head"}


@pytest.mark.parametrize(
    "who", [*sorted(KEEP), "community_worker", "founder", "district_officer", "other_street_officer", "auditor"]
)
def test_who_keeps_members(world: World, who: str) -> None:
    choir = organization(world.community, "金苑合唱团")
    given = {"name": "林海", "id_number": card(1), "belongs_to": "金苑社区党委"}
    if who in KEEP:
        assert people.enter_party_member(choir, actor=world[who], **given).name == "林海"
    else:
        with pytest.raises(NotAllowed):
            people.enter_party_member(choir, actor=world[who], **given)


# --- suggesting and editing ---------------------------------------------------------------------------------------


@pytest.fixture
def three(world: World, federation: Federation) -> list[Organization]:
    """巡逻队 with three full members, 书画社 with two and 合唱团 with one in the same community."""
    rows = [
        organization(world.community, "金苑巡逻队", "safety"),
        organization(world.community, "金苑书画社"),
        organization(world.community, "金苑合唱团"),
    ]
    for place, (row, full) in enumerate(zip(rows, (3, 2, 1), strict=True)):
        members(world, row, full, 1 + 10 * place)
    return rows


def test_groupings_are_suggested_with_their_reason_and_cover_nothing_yet(
    world: World, federation: Federation, three: list[Organization]
) -> None:
    own, joint = suggested(world, federation)

    assert (own.kind, own.name, own.covered) == ("own", "金苑巡逻队党支部", [three[0]])
    assert own.words == "金苑巡逻队有正式党员 3 名，达到 3 名，单独建支部。"
    assert (joint.kind, joint.name, set(joint.covered)) == ("joint", "金苑书画社等联合党支部", set(three[1:]))
    assert joint.words.startswith("都在同一个社区（地域相邻）。正式党员：金苑书画社 2 名、金苑合唱团 1 名")
    assert [str(joint.led_by), joint.federation] == ["金苑居委会办公室", federation]
    assert joint.scope == world.community.path
    assert {cover(row) for row in three} == {"none"}
    assert Task.objects.filter(process="partyunit", role="federation_secretary").count() == 2
    assert suggested(world, federation) == []


def test_who_suggests(world: World, federation: Federation) -> None:
    with pytest.raises(NotAllowed):
        actions.suggest_units(federation, actor=world["community_head"])


def test_accepted_and_approved_it_covers_and_manages(
    world: World, federation: Federation, three: list[Organization]
) -> None:
    joint = accepted(world, suggested(world, federation)[1])
    assert (joint.state, joint.number[:3], cover(three[1])) == ("street", "DZ-", "none")

    joint = actions.approve_unit(joint, actor=world["street_officer"])

    today = TODAY()
    assert (joint.state, joint.approved_on, joint.term_to) == (
        "standing",
        today,
        today.replace(year=today.year + 3) - dt.timedelta(days=1),
    )
    assert [cover(row) for row in three] == ["none", "joint", "joint"]
    assert set(PartyMember.objects.filter(managed_by=joint).values_list("organization", "standing")) == {
        (three[1].pk, "managed"),
        (three[2].pk, "managed"),
    }
    # Who is entered later is managed from the first day.
    assert member(world, three[2], 40).managed_by == joint


def test_probationary_members_do_not_count(world: World, federation: Federation) -> None:
    choir = organization(world.community, "金苑合唱团")
    members(world, choir, 2, 1)
    member(world, choir, 5, stage="probationary")

    (unit,) = suggested(world, federation)

    assert unit.kind == "group"
    assert "正式党员 2 名，不足 3 名" in unit.words


def test_a_person_edits_the_suggestion_and_kind_and_name_follow(
    world: World, federation: Federation, three: list[Organization]
) -> None:
    secretary = world["federation_secretary"]
    own, joint = suggested(world, federation)
    with pytest.raises(BadInput, match="已经在另一个党组织里"):
        actions.join_unit(joint, actor=secretary, organization=three[0].name)

    actions.dismiss_unit(own, actor=secretary, reason="合在一起活动")
    joint = actions.join_unit(joint, actor=secretary, organization=three[0].number or "")
    joint = actions.leave_unit(joint, actor=secretary, organization="金苑书画社")

    assert (joint.kind, len(joint.covered), joint.words.endswith(actions.EDITED)) == ("joint", 2, True)
    joint = actions.leave_unit(joint, actor=secretary, organization="金苑合唱团")
    assert (joint.kind, joint.name, joint.covered) == ("own", "金苑巡逻队党支部", [three[0]])
    with pytest.raises(BadInput, match="没有这家"):
        actions.join_unit(joint, actor=secretary, organization="没有的社")


def test_a_name_somebody_gave_stays(world: World, federation: Federation, three: list[Organization]) -> None:
    secretary = world["federation_secretary"]
    _own, joint = suggested(world, federation)
    joint = actions.save_unit(joint, actor=secretary, revision=None, name="金苑文艺联合党支部")
    joint = actions.leave_unit(joint, actor=secretary, organization="金苑合唱团")
    assert (joint.kind, joint.name) == ("group", "金苑文艺联合党支部")


def test_what_a_unit_lacks_is_said_with_its_rule(
    world: World, federation: Federation, three: list[Organization]
) -> None:
    secretary = world["federation_secretary"]
    _own, joint = suggested(world, federation)
    with pytest.raises(BadInput, match="填书记（组长、指导员）姓名；填任期从哪天起"):
        actions.accept_unit(joint, actor=secretary)
    for day, words in (("2015-01-01", "任期已经届满"), ("2099-01-01", "最多提前 60 天填")):
        given = {"secretary_name": "许惠如", "term_from": dt.date.fromisoformat(day)}
        joint = actions.save_unit(joint, actor=secretary, revision=None, **given)
        with pytest.raises(BadInput, match=words):
            actions.accept_unit(joint, actor=secretary)
    joint = actions.save_unit(joint, actor=secretary, revision=None, term_from=TODAY())
    # A member left meanwhile: two are too few for a branch.
    people.transfer_party_member(
        PartyMember.objects.filter(organization=three[2]).get(), actor=secretary, reason="搬家"
    )
    with pytest.raises(BadInput, match="共 2 名，不足 3 名，不能设支部（预备党员不计）"):
        actions.accept_unit(joint, actor=secretary)


def test_at_most_five_organizations(world: World, federation: Federation) -> None:
    rows = [organization(world.community, f"金苑{n}队") for n in range(6)]
    for n, row in enumerate(rows[:5]):
        member(world, row, n)
    (joint,) = suggested(world, federation)
    assert len(joint.covered) == 5
    joint = actions.join_unit(joint, actor=world["federation_secretary"], organization="金苑5队")
    with pytest.raises(BadInput, match="联合党支部要有 2 到 5 家组织，现在 6 家"):
        accepted(world, joint)


def test_an_instructor_for_an_organization_without_members(world: World, federation: Federation) -> None:
    choir = organization(world.community, "金苑合唱团")
    made = actions.begin_unit(federation, kind="instructor", organization=choir, actor=world["street_officer"])
    standing(world, made, secretary_name="陈志伟")
    assert cover(choir) == "instructor"
    assert member(world, choir, 1).managed_by is None
    empty = organization(world.community, "金苑灯谜社")
    made = actions.begin_unit(federation, kind="group", organization=empty, actor=world["federation_secretary"])
    with pytest.raises(BadInput, match="没有党员"):
        accepted(world, made)


def test_an_organization_of_another_street_is_refused(world: World, federation: Federation) -> None:
    far = organization(world.far_community, "华坞社")
    with pytest.raises(BadInput) as refused:
        actions.begin_unit(federation, kind="own", organization=far, actor=world["federation_secretary"])
    assert list(refused.value.fields) == ["organization"]


# --- what the street decides, terms, ends -------------------------------------------------------------------------


def test_refused_or_dismissed_its_organizations_are_free(
    world: World, federation: Federation, three: list[Organization]
) -> None:
    own, joint = suggested(world, federation)
    actions.dismiss_unit(joint, actor=world["federation_secretary"], reason="不便一起活动")
    back = actions.return_unit(accepted(world, own), actor=world["street_officer"], reason="先听社区意见")
    assert back.state == "suggested"
    actions.refuse_unit(accepted(world, back), actor=world["street_officer"], reason="条件不成熟")
    assert PartyCoverage.objects.filter(holds=True).count() == 0
    assert len(suggested(world, federation)) == 2


def test_the_database_lets_no_organization_into_two_units(world: World, federation: Federation) -> None:
    unit = own_branch(world, federation)
    other = PartyUnit.objects.create(
        federation=federation, kind="group", name="另一个", words="试", led_by=unit.led_by
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        PartyCoverage.objects.create(unit=other, organization=unit.covered[0])
    for wrong in ({"secretary_name": ""}, {"term_to": None}, {"approved_on": None}, {"theme_day": 31}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PartyUnit.objects.filter(pk=unit.pk).update(**wrong)


def test_the_street_adds_and_takes_out_of_a_unit_that_stands(
    world: World, federation: Federation, three: list[Organization]
) -> None:
    secretary, officer = world["federation_secretary"], world["street_officer"]
    _own, joint = suggested(world, federation)
    joint = standing(world, joint)
    late = organization(world.community, "金苑灯谜社")
    member(world, late, 60)
    with pytest.raises(NotAllowed):
        actions.join_unit(joint, actor=secretary, organization="金苑灯谜社")

    joint = actions.join_unit(joint, actor=officer, organization="金苑灯谜社")

    assert (cover(late), PartyMember.objects.filter(managed_by=joint).count()) == ("joint", 4)
    joint = actions.leave_unit(joint, actor=officer, organization="金苑灯谜社")
    assert cover(late) == "none"
    assert PartyMember.objects.get(organization=late).standing == "unmanaged"
    # Without 书画社 one full member is left: the unit would be a branch no more.
    left = actions.leave_unit(joint, actor=officer, organization="金苑书画社")
    assert (left.kind, cover(three[2])) == ("group", "group")


def test_the_end_of_a_term_is_announced_and_the_election_owed_by_its_last_day(
    world: World, federation: Federation
) -> None:
    unit = own_branch(world, federation)
    assert unit.term_to is not None
    task = Task.objects.get(process="partyunit", case_id=unit.pk, closed_at__isnull=True)
    assert (task.role, task.due_on) == ("system", unit.term_to - dt.timedelta(days=60))

    with clock.at(dt.datetime.combine(unit.announce_on + dt.timedelta(days=1), dt.time(2), tzinfo=dt.UTC)):
        run_clock()
        task = Task.objects.get(process="partyunit", case_id=unit.pk, closed_at__isnull=True)
        assert (task.role, task.state, task.due_on) == ("federation_secretary", "renewing", unit.term_to)
        assert cover(unit.covered[0]) == "own"
        secretary = world["federation_secretary"]
        with pytest.raises(BadInput, match="还没到"):
            actions.renew_unit(unit, actor=secretary, secretary_name="吴强", term_from=TODAY() + dt.timedelta(days=1))
        with pytest.raises(BadInput, match="晚于上一届"):
            actions.renew_unit(unit, actor=secretary, secretary_name="吴强", term_from=unit.term_from)
        again = actions.renew_unit(unit, actor=secretary, secretary_name="吴强", term_from=TODAY())
    assert again.term_from is not None
    assert (again.state, again.secretary_name, again.term_to.year) == (
        "standing",
        "吴强",
        (again.term_from + dt.timedelta(days=3 * 365)).year,
    )


def test_a_unit_that_ends_covers_nothing(world: World, federation: Federation) -> None:
    unit = own_branch(world, federation)
    one = unit.covered[0]
    with pytest.raises(NotAllowed):
        actions.end_unit(unit, actor=world["federation_secretary"], reason="改建")

    ended = actions.end_unit(unit, actor=world["street_officer"], reason="改建联合支部")

    assert (ended.state, cover(one), ended.covered) == ("ended", "none", [one])
    assert set(PartyMember.objects.values_list("standing", "managed_by")) == {("unmanaged", None)}
    assert [event.detail for event in Event.objects.filter(name="organizations.party_cover").order_by("pk")] == [
        {"before": "none", "after": "own"},
        {"before": "own", "after": "none"},
    ]


# --- what happens to an organization ------------------------------------------------------------------------------


def test_an_organization_that_ends_leaves_its_unit_and_its_people_are_free(
    world: World, federation: Federation, three: list[Organization]
) -> None:
    _own, joint = suggested(world, federation)
    joint = standing(world, joint)
    people.enter_committee_post(
        three[1], person_name="许惠如", approval="东方街道党工委〔2026〕8 号", actor=world["street_officer"]
    )

    cancel_filing(three[1], actor=world["street_officer"])

    assert (cover(three[1]), joint.covered) == ("none", [three[2]])
    assert set(PartyMember.objects.filter(organization=three[1]).values_list("standing", "left_on")) == {
        ("left", TODAY())
    }
    assert CommitteePost.objects.get().held_to == TODAY()
    assert cover(three[2]) == "joint"  # whether the rest still is a branch the street decides


def test_who_moves_takes_members_and_posts_along(world: World, federation: Federation) -> None:
    unit = own_branch(world, federation)
    one = unit.covered[0]
    people.enter_committee_post(one, person_name="许惠如", approval="批复", actor=world["street_officer"])

    amend_register(one, actor=world["street_officer"], area=world.neighbour_community)

    moved = world.neighbour_community.path
    assert set(PartyMember.objects.values_list("scope", flat=True)) == {moved}
    assert CommitteePost.objects.get().scope == moved


# --- posts of the two committees ----------------------------------------------------------------------------------


def test_a_post_needs_its_approval_and_one_head_is_enough(world: World) -> None:
    officer, choir = world["street_officer"], organization(world.community, "金苑合唱团")
    first = people.enter_committee_post(choir, person_name="许惠如", approval="批复", is_head=True, actor=officer)
    for values, field in (
        ({"person_name": "黄志强", "approval": " "}, "approval"),
        ({"person_name": "黄志强", "approval": "批复", "is_head": True}, "is_head"),
        ({"person_name": "许惠如", "approval": "批复"}, "person_name"),
        ({"person_name": "黄志强", "approval": "批复", "held_from": TODAY() + dt.timedelta(days=1)}, "held_from"),
    ):
        with pytest.raises(BadInput) as refused:
            people.enter_committee_post(choir, actor=officer, **values)
        assert list(refused.value.fields) == [field]
    with pytest.raises(IntegrityError), transaction.atomic():
        CommitteePost.objects.create(organization=choir, person_name="黄志强", approval="批复", is_head=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        CommitteePost.objects.create(organization=choir, person_name="黄志强", approval="")

    ended = people.end_committee_post(first, actor=officer)

    assert ended.held_to == TODAY()
    with pytest.raises(WrongState):
        people.end_committee_post(first, actor=officer)
    people.enter_committee_post(choir, person_name="黄志强", approval="批复", is_head=True, actor=officer)
    with pytest.raises(NotAllowed):
        people.end_committee_post(CommitteePost.objects.latest("pk"), actor=world["community_head"])
