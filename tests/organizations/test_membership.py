"""Members of a federation and the one queue for outside organizations."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.organizations.test_at_once import at_once
from tests.personas import VOTE, World

from linli.core import clock
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.notices.models import Notice
from linli.core.workflow.duties import run_clock
from linli.core.workflow.models import Task
from linli.organizations.actions import membership as actions
from linli.organizations.actions.federation_erasing import erase_contact
from linli.organizations.models import Enquiry, Federation, Member, Membership, Organization
from linli.organizations.queries.federation import (
    enquiries_visible_to,
    federations_visible_to,
    members_visible_to,
    memberships_visible_to,
)

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ASKED = {
    "name": "海韵公益服务中心",
    "resource": "venue",
    "want": "每周六借一间活动室办阅读",
    "contact_name": "林海",
    "contact_phone": "13900001234",
}


def matter(world: World, member: Member, kind: str) -> Membership:
    """A sent matter, brought by the secretary."""
    secretary = world["federation_secretary"]
    made = actions.begin_matter(member, kind, actor=secretary)
    made = actions.save_membership(made, actor=secretary, revision=None, cause="连续两次无故不参加大会")
    return actions.submit_membership(made, actor=secretary)


def decided(world: World, member: Member, kind: str) -> Member:
    officer = world["street_officer"]
    made = actions.forward_membership(matter(world, member, kind), actor=officer)
    actions.pass_membership(made, actor=officer, met_on=clock.today(), **VOTE)
    return Member.objects.get(pk=member.pk)


def test_an_organization_joins(world: World, member: Member, filed: Organization) -> None:
    assert (member.status, member.name, member.scope) == ("active", filed.name, filed.scope)
    assert member.number.startswith("HY-440511004-")
    assert Notice.objects.filter(recipient=world["founder"], title__contains="理事会通过了").count() == 1
    assert [e.actor for e in Event.objects.filter(name="organizations.member_entered")] == [
        world["federation_secretary"]
    ]


def test_warned_suspended_restored_expelled_each_by_the_council(world: World, member: Member) -> None:
    for kind, status in (("warn", "warned"), ("suspend", "suspended"), ("restore", "active"), ("expel", "left")):
        member = decided(world, member, kind)
        assert member.status == status
    assert member.left_on == clock.today()
    with pytest.raises(WrongState, match="已退会"):
        actions.begin_matter(member, "warn", actor=world["federation_secretary"])


def test_who_brings_a_member_does_not_decide(world: World, member: Member) -> None:
    made = matter(world, member, "warn")
    task = Task.objects.get(process="membership", case_id=made.pk, closed_at__isnull=True)
    assert task.role == "street_officer"
    with pytest.raises(NotAllowed):
        actions.forward_membership(made, actor=world["federation_secretary"])


def test_a_member_is_told_and_answers_before_the_council_decides(world: World, member: Member) -> None:
    founder = world["founder"]
    made = matter(world, member, "warn")
    assert Notice.objects.filter(recipient=founder, title="联合会提出：凤亭下书画社警告").count() == 1
    assert list(memberships_visible_to(founder).filter(pk=made.pk)) == [made]

    made = actions.reply_membership(made, actor=founder, reason="那天在医院。")

    assert made.state == "review"
    with pytest.raises(NotAllowed):
        actions.reply_membership(made, actor=world["stranger"], reason="我也说说。")


def test_leaving_needs_nobody_to_agree(world: World, member: Member) -> None:
    founder, secretary = world["founder"], world["federation_secretary"]
    made = actions.begin_matter(member, "leave", actor=founder)
    made = actions.save_membership(made, actor=founder, revision=None, cause="搬到别的区了")
    made = actions.submit_membership(made, actor=founder)
    with pytest.raises(NotAllowed):
        actions.forward_membership(made, actor=secretary)
    actions.acknowledge_leaving(made, actor=secretary)
    member.refresh_from_db()
    assert (member.status, member.left_on) == ("left", clock.today())


def test_two_matters_of_a_member_are_not_open_at_once(world: World, member: Member) -> None:
    matter(world, member, "warn")
    with pytest.raises(WrongState, match="正在办"):
        actions.begin_matter(member, "suspend", actor=world["federation_secretary"])


def test_an_organization_joins_once(world: World, member: Member, filed: Organization) -> None:
    with pytest.raises(WrongState, match="已经是会员"):
        actions.begin_joining(
            member.federation, member_kind="organization", organization=filed, actor=world["founder"]
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.create(
            federation=member.federation,
            kind="organization",
            organization=filed,
            name="x",
            number="y",
            joined_on=clock.today(),
        )


def joining(world: World, federation: Federation, filed: Organization) -> Membership:
    founder = world["founder"]
    made = actions.begin_joining(federation, member_kind="organization", organization=filed, actor=founder)
    made = actions.save_membership(
        made,
        actor=founder,
        revision=None,
        intro="教老人写字",
        contact_name="陈秀梅",
        contact_phone="13800002046",
        consented_at=clock.now(),
    )
    made = actions.submit_membership(made, actor=founder)
    return actions.forward_membership(made, actor=world["federation_secretary"])


VOTES: list[tuple[dict[str, int], str]] = [
    ({"entitled": 9, "present": 5, "in_favour": 5}, "present"),
    ({"entitled": 9, "present": 6, "in_favour": 3}, "in_favour"),
    ({"entitled": 9, "present": 10, "in_favour": 3}, "present"),
    ({"entitled": 9, "present": 6, "in_favour": 7}, "in_favour"),
]


def test_a_vote_without_quorum_or_majority_is_refused(
    world: World, federation: Federation, filed: Organization
) -> None:
    made = joining(world, federation, filed)
    for vote, field in VOTES:
        with pytest.raises(BadInput) as refused:
            actions.pass_membership(made, actor=world["federation_secretary"], met_on=clock.today(), **vote)
        assert list(refused.value.fields) == [field]
    assert Member.objects.count() == 0


@given(whole=st.integers(1, 99), part=st.integers(0, 99))
def test_a_share_is_reached_as_the_charter_counts(whole: int, part: int) -> None:
    from fractions import Fraction

    assert actions._reaches(part, whole, Fraction(2, 3)) == (3 * part >= 2 * whole)
    assert actions._reaches(part, whole, Fraction(1, 2)) == (2 * part > whole)


def test_the_step_on_the_page_says_what_is_wrong_with_a_vote(
    world: World, federation: Federation, filed: Organization, client: Client
) -> None:
    made = joining(world, federation, filed)
    client.force_login(world["federation_secretary"], BACKEND)
    day = clock.today().isoformat()
    vote = {"met_on": day, "entitled": 9, "present": 4, "in_favour": 4}
    at = f"{made.get_absolute_url()}pass_membership/"
    answer = client.post(at, {f"pass_membership-{name}": value for name, value in vote.items()})
    assert (answer.status_code, "决议无效" in answer.content.decode()) == (422, True)
    vote["present"] = vote["in_favour"] = 7
    client.post(at, {f"pass_membership-{name}": value for name, value in vote.items()})
    assert Member.objects.get().name == "凤亭下书画社"


@pytest.mark.django_db(transaction=True)
def test_two_record_the_vote_at_once(world: World, federation: Federation, filed: Organization) -> None:
    made = joining(world, federation, filed)
    secretary, officer = world["federation_secretary"], world["street_officer"]
    results = at_once(
        *(
            lambda who=who: actions.pass_membership(
                Membership.objects.get(pk=made.pk), actor=who, met_on=clock.today(), **VOTE
            )
            for who in (secretary, officer)
        )
    )
    assert sorted(type(result).__name__ for result in results) == ["Membership", "WrongState"]
    assert Member.objects.count() == 1


READERS = [
    *("founder", "stranger", "federation_secretary", "street_officer", "auditor", "other_street_officer"),
    *("community_worker", "district_head", "sysadmin"),
]


def test_lists_and_rules_agree(world: World, member: Member) -> None:
    actions.make_enquiry(member.federation, actor=world["stranger"], consented=True, **ASKED)
    matter(world, member, "warn")
    for who in READERS:
        user = world[who]
        for listed, model, rule in (
            (federations_visible_to, Federation, "organizations.view_federation"),
            (members_visible_to, Member, "organizations.view_member"),
            (memberships_visible_to, Membership, "organizations.view_membership"),
            (enquiries_visible_to, Enquiry, "organizations.view_enquiry"),
        ):
            assert set(listed(user)) == {row for row in model.objects.all() if user.has_perm(rule, row)}, who


# --- the register -----------------------------------------------------------------------------------------------


def test_the_list_of_members_costs_the_same_with_one_and_thirty(
    world: World, member: Member, client: Client, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(world["federation_secretary"], BACKEND)
    client.get("/registers/members/?all=1")
    with CaptureQueriesContext(connection) as one:
        page = client.get("/registers/members/?all=1").content.decode()
    assert "凤亭下书画社" in page
    assert "13800002046" not in page
    for n in range(29):
        Member.objects.create(
            federation=member.federation, kind="enterprise", name=f"企业{n}", number=f"E{n}", joined_on=clock.today()
        )
    with CaptureQueriesContext(connection) as thirty:
        assert client.get("/registers/members/?all=1").status_code == 200
    assert len(thirty) == len(one)


def test_the_member_page_and_leaving_from_it(world: World, member: Member, client: Client) -> None:
    client.force_login(world["founder"], BACKEND)
    page = client.get(member.get_absolute_url()).content.decode()
    assert "13800002046" not in page
    answer = client.post(f"{member.get_absolute_url()}leave/")
    assert answer.status_code == 302
    assert client.post(f"{member.get_absolute_url()}warn/").status_code == 403
    client.force_login(world["stranger"], BACKEND)
    assert client.get(member.get_absolute_url()).status_code == 404


def test_joining_from_the_page(world: World, federation: Federation, filed: Organization, client: Client) -> None:
    at = f"/federations/{federation.uid}/join/"
    client.force_login(world["founder"], BACKEND)
    assert client.post(at, {"member_kind": "organization"}).status_code == 422
    answer = client.post(at, {"member_kind": "organization", "organization": filed.uid})
    made = Membership.objects.get()
    assert answer["Location"].startswith(made.get_absolute_url())
    assert (made.owner, made.entered_by) == (world["founder"], None)
    client.force_login(world["stranger"], BACKEND)
    assert client.post(at, {"member_kind": "organization", "organization": filed.uid}).status_code == 422


# --- the queue --------------------------------------------------------------------------------------------------


def test_a_visitor_without_an_account_asks_and_reads_the_answer(
    world: World, federation: Federation, client: Client
) -> None:
    at = f"/federations/{federation.uid}/enquire/"
    assert client.get(at).status_code == 200
    wrong = client.post(at, ASKED | {"contact_phone": "12"})
    assert (wrong.status_code, Enquiry.objects.count()) == (422, 0)
    answer = client.post(at, ASKED | {"consented": "on"})
    made = Enquiry.objects.get()
    assert answer["Location"] == made.tracking_url
    assert (made.state, made.owner) == ("received", None)

    actions.match_enquiry(made, actor=world["federation_secretary"], reason="周六上午 203 室可以用，找张秘书。")

    page = client.get(made.tracking_url).content.decode()
    assert "周六上午 203 室可以用" in page
    assert "13900001234" not in page
    assert "林海" not in page


def test_the_answer_is_due_in_five_working_days_and_rises_to_the_street(world: World, federation: Federation) -> None:
    made = actions.make_enquiry(federation, actor=None, consented=True, **ASKED)
    task = Task.objects.get(process="enquiry", case_id=made.pk)
    assert (task.role, task.days) == ("federation_secretary", 5)
    with clock.at(clock.now() + dt.timedelta(days=30)):
        run_clock()
    watching = Task.objects.get(process="enquiry", case_id=made.pk, kind="watch")
    assert watching.role == "street_officer"


def test_what_the_street_has_to_decide_goes_to_the_street(world: World, federation: Federation) -> None:
    made = actions.make_enquiry(federation, actor=world["stranger"], consented=True, **ASKED)
    made = actions.refer_enquiry(made, actor=world["federation_secretary"], reason="礼堂归街道管")
    with pytest.raises(NotAllowed):
        actions.match_enquiry_by_street(made, actor=world["federation_secretary"], reason="可以")
    made = actions.decline_enquiry_by_street(made, actor=world["street_officer"], reason="礼堂在修")
    assert made.state == "declined"
    assert Notice.objects.filter(recipient=world["stranger"], title__contains="街道不能提供").count() == 1


def test_one_phone_has_three_open_enquiries_at_most(world: World, federation: Federation) -> None:
    for _n in range(3):
        actions.make_enquiry(federation, actor=None, consented=True, **ASKED)
    with pytest.raises(BadInput, match="已经有 3 件在办"):
        actions.make_enquiry(federation, actor=None, consented=True, **ASKED)


def test_without_consent_nothing_is_kept(world: World, federation: Federation) -> None:
    with pytest.raises(BadInput) as refused:
        actions.make_enquiry(federation, actor=None, consented=False, **ASKED)
    assert (list(refused.value.fields), Enquiry.objects.count()) == (["consented"], 0)


def test_a_contact_goes_and_the_matter_stays(world: World, federation: Federation) -> None:
    made = actions.make_enquiry(federation, actor=None, consented=True, **ASKED)
    made = actions.decline_enquiry(made, actor=world["federation_secretary"], reason="没有场地")
    erase_contact(made, actor=world["street_officer"])
    erase_contact(made, actor=world["street_officer"])
    made.refresh_from_db()
    assert (made.contact_phone, made.contact_phone_hash, made.contact_name) == ("", "", "林*")
    assert Event.objects.filter(name="organizations.erased").count() == 1
