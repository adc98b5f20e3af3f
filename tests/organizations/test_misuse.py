"""Misuse, door by door: what the rules of organizations forbid is refused on the page, over the API and by the
database; the action's own refusal is tested where the loop is.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from tests.core.api.conftest import Program
from tests.organizations import party
from tests.organizations.custody import agreed, entered
from tests.organizations.grading import MARKS, balloting, drawn, evaluators, members, registered, round_of, sheets
from tests.organizations.test_activities import plan
from tests.organizations.test_grading import leave, refused_by
from tests.personas import World

from linli.core import clock
from linli.core.access.models import User
from linli.core.workflow.models import Case
from linli.organizations.actions import activities, custody, incubation
from linli.organizations.actions.evaluation import save_sheet
from linli.organizations.models import (
    Activity,
    Custody,
    CustodyEntry,
    Federation,
    GradingSheet,
    GradingVote,
    HeldGrade,
    Incubation,
    Member,
    Organization,
    PartyMember,
)
from linli.organizations.rules.eligibility import months_on

__all__ = ["registered"]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def press(user: User, case: Case, step: str, **values: Any) -> tuple[int, str]:
    """The step's button on the page of the case: status and what is told."""
    given = {f"{step}-{name}": value for name, value in values.items()}
    answer = signed_in(user).post(f"{case.get_absolute_url()}{step}/", given)
    return answer.status_code, answer.text


def ask(user: User, case: Case, step: str, **values: Any) -> Any:
    """The same step by a program."""
    address = f"/cases/{case.process.slug}/{case.uid}"
    caller = Program(user)
    return caller.post(f"{address}/steps/{step}", values, If_Match=caller.get(address)["ETag"])


# --- money: an entry without its second person, and one's own money -----------------------------------------------


@pytest.fixture
def ledger(world: World, member: Member) -> Custody:
    """In force since today."""
    asked = custody.apply_custody(agreed(member, world["founder"]), actor=world["founder"])
    return custody.sign_custody(asked, actor=world["federation_secretary"])


BOOKED = {"state": "booked", "booked_on": "2026-11-30", "seq": 1}


def test_a_secretary_does_not_approve_an_own_entry(world: World, ledger: Custody) -> None:
    secretary = world["federation_secretary"]
    entry = entered(ledger, secretary, "1200.00")

    status, told = press(secretary, entry, "approve_custody_entry")
    answer = ask(secretary, entry, "approve_custody_entry")

    assert (status, "岗位" in told, answer.status_code) == (403, True, 403)
    for approved_by in (None, secretary):
        with pytest.raises(IntegrityError, match="entry_by_two"), transaction.atomic():
            CustodyEntry.objects.filter(pk=entry.pk).update(**BOOKED, approved_by=approved_by)
    entry.refresh_from_db()
    assert entry.state == "check"


def test_whose_money_it_is_does_not_approve_it(world: World, ledger: Custody) -> None:
    """The secretary heads the member: the treasurer's entry waits for somebody else."""
    secretary, treasurer = world["federation_secretary"], world["federation_treasurer"]
    entry = entered(ledger, treasurer, "1200.00")
    Organization.objects.filter(pk=ledger.member.organization_id).update(owner=secretary)

    assert press(secretary, entry, "approve_custody_entry")[0] == 403
    assert ask(secretary, entry, "approve_custody_entry").status_code == 403
    with pytest.raises(IntegrityError, match="entry_disinterested"), transaction.atomic():
        CustodyEntry.objects.filter(pk=entry.pk).update(**BOOKED, approved_by=secretary)
    # Nor does anybody else book what the head of the member entered.
    with pytest.raises(IntegrityError, match="entry_disinterested"), transaction.atomic():
        CustodyEntry.objects.filter(pk=entry.pk).update(**BOOKED, approved_by=treasurer, owner=secretary)


def test_a_secretary_does_not_sign_the_own_agreement(world: World, member: Member) -> None:
    secretary = world["federation_secretary"]
    asked = custody.apply_custody(agreed(member, world["founder"]), actor=world["founder"])
    Organization.objects.filter(pk=member.organization_id).update(owner=secretary)

    assert press(secretary, asked, "sign_custody")[0] == 403
    assert ask(secretary, asked, "sign_custody").status_code == 403
    with pytest.raises(IntegrityError, match="custody_disinterested"), transaction.atomic():
        Custody.objects.filter(pk=asked.pk).update(state="in_force", signed_by=secretary)


# --- grading: an interest, an old grade ---------------------------------------------------------------------------


def test_who_left_the_organization_last_year_hands_in_no_sheet(world: World, registered: Organization) -> None:
    evaluators(world)
    sheet = sheets(drawn(world, registered, round_of(world)))[0]
    owner = User.objects.get(pk=sheet.owner_id)
    save_sheet(sheet, actor=owner, revision=None, declared=True, remark="台账齐。", **MARKS)
    leave(owner, registered, 300)

    page = signed_in(owner).post(f"/cases/gradingsheet/{sheet.uid}/edit/check/", follow=True)
    answer = ask(owner, sheet, "send_sheet")

    assert "你要回避：两年以内在这家组织任职" in page.text
    assert (answer.status_code, answer.json()["detail"][:5]) == (403, "你要回避：")
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        GradingSheet.objects.filter(pk=sheet.pk).update(state="sent", total=1, sent_on=clock.today())
    refused_by("organizations_sheet_disinterested", error)
    sheet.refresh_from_db()
    assert sheet.state == "drawn"


def test_a_member_of_the_commission_with_an_interest_does_not_vote(world: World, registered: Organization) -> None:
    evaluators(world)
    grading = balloting(world, registered, round_of(world))
    one = members(grading.round)[0]
    leave(one, registered, 300)

    status, told = press(one, grading, "vote_grading", choice="for")
    answer = ask(one, grading, "vote_grading", choice="for")

    assert (status, "你要回避：两年以内在这家组织任职" in told) == (403, True)
    assert answer.status_code == 403
    seat = grading.round.seats.get(user=one)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        GradingVote.objects.create(grading=grading, member=seat, choice="for")
    refused_by("organizations_vote_disinterested", error)
    assert grading.votes.count() == 0


def test_a_grade_older_than_five_years_is_not_entered(world: World, registered: Organization) -> None:
    officer, old = world["district_officer"], months_on(clock.today(), -60)
    values = {"level": 3, "granted_on": old.isoformat(), "document": "汕金民评 1 号"}

    page = signed_in(officer).post(f"/register/{registered.uid}/grades/", values)
    answer = Program(officer).post(f"/grades/organizations/{registered.uid}", values)

    assert (page.status_code, "满 5 年的等级已经失效" in page.text) == (422, True)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["granted_on"])
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        HeldGrade.objects.create(
            organization=registered,
            scheme="grade",
            level=3,
            document="x",
            entered_by=officer,
            granted_on=old,
            valid_until=old + dt.timedelta(days=1800),
        )
    refused_by("organizations_grade_not_expired", error)


# --- activities: a closed year ------------------------------------------------------------------------------------


def test_an_activity_is_not_dated_into_a_closed_year(world: World, filed: Organization) -> None:
    """Form and database: tests/organizations/test_activities.py. Here the API, and sending what was typed before."""
    head, year = world["founder"], clock.today().year - 1
    then = dt.datetime(year, 6, 1, 14, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    before, fresh = plan(filed, head, starts_at=then), plan(filed, head)
    activities.close_year(world.district.path, year, actor=world["district_head"])
    caller = Program(head)
    address = f"/cases/activity/{fresh.uid}"

    typed = caller.call(
        "PATCH",
        address,
        {"starts_at": then.isoformat(), "ends_at": (then + dt.timedelta(hours=1)).isoformat()},
        If_Match=caller.get(address)["ETag"],
    )
    sent = ask(head, before, "announce_activity")

    assert (typed.status_code, sent.status_code) == (422, 422)
    assert f"{year} 年度已经结账" in typed.text
    assert f"{year} 年度已经结账" in sent.text
    assert press(head, before, "announce_activity")[0] == 422
    with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
        Activity.objects.filter(pk=fresh.pk).update(starts_at=then, ends_at=then + dt.timedelta(hours=1))


# --- Party members: two branches ----------------------------------------------------------------------------------


def test_nobody_is_a_member_in_two_branches(world: World, federation: Federation) -> None:
    secretary = world["federation_secretary"]
    party.own_branch(world, federation)
    other = party.organization(world.neighbour_community, "聚龙舞蹈队")
    told = {"name": "林海", "belongs_to": "聚龙社区党委", "id_number": party.card(1)}

    page = signed_in(secretary).post(
        f"/party/{federation.uid}/enter/member/",
        told | {"organization": other.uid, "stage": "full", "phone": "", "reported_to": ""},
    )
    answer = Program(secretary).post("/party/members", told | {"organization": other.uid})

    assert (page.status_code, "已经在另一个社会组织或党支部里" in page.text) == (422, True)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["id_number"])
    twin = PartyMember(organization=other, name="林海", id_number=party.card(1), belongs_to="聚龙社区党委")
    with pytest.raises(IntegrityError, match="party_member_once"), transaction.atomic():
        twin.save()
    assert PartyMember.objects.filter(id_number_hash=twin.id_number_hash).count() == 1


# --- incubation: a full room --------------------------------------------------------------------------------------


def test_a_full_room_takes_nobody(world: World, filed: Organization) -> None:
    secretary, founder = world["federation_secretary"], world["founder"]
    room = incubation.open_incubator(world.street, name="东方孵化室", address="二楼", capacity=1, actor=secretary)
    other = party.organization(world.community, "第二家", owner=founder)
    first, second = (stay_of(one, founder, room) for one in (filed, other))
    incubation.admit_incubation(first, place="203 室", actor=secretary)

    status, told = press(secretary, second, "admit_incubation", place="204 室")
    answer = ask(secretary, second, "admit_incubation", place="204 室")

    assert (status, "已经满了" in told, answer.status_code) == (422, True, 422)
    values = {"state": "in", "place": "204 室", "admitted_on": clock.today(), "until": clock.today()}
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Incubation.objects.filter(pk=second.pk).update(**values)
    refused_by("organizations_incubation_has_room", error)


def stay_of(organization: Organization, actor: User, room: Any) -> Incubation:
    """An application for a place in the room."""
    stay = incubation.begin_incubation(organization, actor=actor)
    values = {"incubator": room, "why": "三十人每周写字。", "wants": "一间教室。"}
    stay = incubation.save_incubation(stay, actor=actor, revision=None, **values)
    return incubation.apply_incubation(stay, actor=actor)


def test_an_entry_is_not_made_by_whoever_heads_the_member(world: World, ledger: Custody) -> None:
    secretary = world["federation_secretary"]
    Organization.objects.filter(pk=ledger.member.organization_id).update(owner=secretary)
    assert signed_in(secretary).post(f"/custody/{ledger.uid}/entry/").status_code == 403
    answer = Program(secretary).post("/cases/custodyentry", {"ledger": ledger.uid})
    assert (answer.status_code, CustodyEntry.objects.count()) == (403, 0)
