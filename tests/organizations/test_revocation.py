"""Revocation and ban: who meets a ground, heard, decided by another, served, what follows, and the way back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from tests.organizations import party
from tests.organizations.custody import agreed, booked
from tests.organizations.test_at_once import at_once
from tests.organizations.test_registration import code
from tests.personas import PDF, World

from linli.core import clock
from linli.core.access.models import User
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files.actions import store
from linli.core.notices.models import Notice
from linli.core.workflow.duties import run_clock
from linli.core.workflow.models import Task
from linli.core.workflow.queries import open_task, steps_for, steps_to_come
from linli.organizations.actions import credit, custody
from linli.organizations.actions import party_people as people
from linli.organizations.actions import revocation as actions
from linli.organizations.actions.activities import begin_activity
from linli.organizations.actions.deregistration import begin_deregistration
from linli.organizations.models import (
    Activity,
    AnnualReport,
    CommitteePost,
    CreditListing,
    Federation,
    Member,
    Organization,
    PartyMember,
    Revocation,
)
from linli.organizations.queries import revocation as queries

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def registered(filed: Organization) -> Organization:
    """An association of the district, registered two years ago."""
    Organization.objects.filter(pk=filed.pk).update(
        legal_status="registered",
        legal_type="association",
        registered_level="district",
        uscc=code(7),
        registered_on=clock.today() - dt.timedelta(days=730),
        filed_on=clock.today() - dt.timedelta(days=900),
    )
    return Organization.objects.get(pk=filed.pk)


def told(world: World, organization: Organization) -> Revocation:
    """The officer proposed, the organization may answer."""
    officer = world["district_officer"]
    case = actions.begin_revocation(organization, actor=officer)
    store(SimpleUploadedFile("e.pdf", PDF, "application/pdf"), subject=case, slot="evidence", actor=officer)
    values = {"ground": "inactive", "facts": "登记两年，没有一场活动。", "law": "社会团体登记管理条例第三十条"}
    return actions.notify_revocation(
        actions.save_revocation(case, actor=officer, revision=None, **values), actor=officer
    )


def decided(world: World, organization: Organization) -> Revocation:
    """By the head of the bureau."""
    case = actions.end_stating(told(world, organization), actor=User.system())
    return actions.decide_revocation(
        case, actor=world["district_head"], reason="事实清楚。", decision_number="汕金民撤〔2026〕1 号"
    )


def served(world: World, organization: Organization) -> Revocation:
    """In effect since today."""
    return actions.serve_revocation(
        decided(world, organization), actor=world["district_officer"], reason="当面送达。", served_on=clock.today()
    )


def now(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


# --- who meets a ground -----------------------------------------------------------------------------------------


def report(organization: Organization, year: int, **values: Any) -> None:
    due = dt.date(year + 1, 3, 31)
    AnnualReport.objects.create(organization=organization, year=year, due_on=due, **values)


def test_who_is_idle_for_a_year_is_suggested(world: World, registered: Organization) -> None:
    officer = world["district_officer"]
    (found,) = queries.who_meets_a_ground(officer)
    assert (found.organization, found.ground) == (registered, "inactive")
    assert queries.who_meets_a_ground(world["stranger"]) == []
    Organization.objects.filter(pk=registered.pk).update(registered_on=clock.today() - dt.timedelta(days=300))
    assert queries.who_meets_a_ground(officer) == []
    Organization.objects.filter(pk=registered.pk).update(
        registered_on=clock.today() - dt.timedelta(days=900), legal_type="service"
    )
    assert queries.who_meets_a_ground(officer) == []


@pytest.mark.parametrize(
    ("years", "ground"),
    [
        ([(2024, "missed", ""), (2025, "missed", "")], "reports_missed"),
        ([(2024, "unmended", "failed"), (2025, "unmended", "failed")], "reports_failed"),
        ([(2023, "missed", ""), (2025, "missed", "")], None),
        ([(2025, "missed", "")], None),
    ],
)
def test_two_bad_reports_running_are_suggested(
    world: World, registered: Organization, years: list[tuple[int, str, str]], ground: str | None
) -> None:
    Organization.objects.filter(pk=registered.pk).update(legal_type="service")
    for year, state, result in years:
        more = {"missed_on": dt.date(year + 1, 4, 1)} if state == "missed" else {}
        if result:
            more = {"mend_by": dt.date(year + 1, 9, 1), "decided_by": world["district_officer"]}
            more |= {"sent_on": dt.date(year + 1, 3, 1), "work": "做事", "forward_by": dt.date(year + 1, 5, 31)}
            more |= dict.fromkeys(("activities", "members", "party_members", "staff", "councils", "assemblies"), 1)
            more |= dict.fromkeys(("income", "expense", "assets", "debts"), 1)
        report(registered, year, state=state, result=result, **more)
    found = queries.who_meets_a_ground(world["district_head"])
    assert [one.ground.value for one in found] == ([ground] if ground else [])


def test_what_is_open_or_was_dropped_lately_is_not_suggested_again(world: World, registered: Organization) -> None:
    officer = world["district_officer"]
    case = told(world, registered)
    assert queries.who_meets_a_ground(officer) == []
    case = actions.end_stating(case, actor=User.system())
    actions.spare_revocation(case, actor=world["district_head"], reason="正在筹备活动。")
    assert queries.who_meets_a_ground(officer) == []


# --- heard ------------------------------------------------------------------------------------------------------


def test_the_organization_is_told_and_may_answer(world: World, registered: Organization) -> None:
    case, founder = told(world, registered), world["founder"]
    assert (case.state, case.number[:3]) == ("stating", "CX-")
    assert Notice.objects.filter(recipient=founder, title__startswith="拟撤销登记").count() == 1
    assert {step.slug for step in steps_for(founder, case)} == {"state_case", "ask_hearing"}
    actions.state_case(case, actor=founder, reason="疫情期间没法办活动。")
    Task.objects.filter(case_id=case.pk, process="revocation").update(due_on="2020-01-01")
    run_clock()
    assert now(case).state == "deciding"


def test_nothing_is_told_without_evidence(world: World, registered: Organization) -> None:
    officer = world["district_officer"]
    case = actions.begin_revocation(registered, actor=officer)
    assert actions.begin_revocation(registered, actor=officer) == case
    with pytest.raises(BadInput, match="还差 4 项"):
        actions.notify_revocation(case, actor=officer)


def test_a_hearing_is_announced_and_held_by_another(world: World, registered: Organization) -> None:
    today = clock.today()
    case = actions.ask_hearing(told(world, registered), actor=world["founder"], reason="")
    task = open_task(case)
    assert task is not None
    assert (case.state, task.role) == ("hearing", "district_officer")
    with pytest.raises(NotAllowed):
        actions.hold_hearing(case, actor=world["district_officer"], reason="x", heard_on=today, told_on=today)
    with pytest.raises(BadInput, match="提前 7 天"):
        actions.hold_hearing(
            case, actor=world["district_head"], reason="x", heard_on=today, told_on=today - dt.timedelta(days=6)
        )
    case = actions.hold_hearing(
        case, actor=world["district_head"], reason="各方陈述。", heard_on=today, told_on=today - dt.timedelta(days=7)
    )
    assert (case.state, case.heard_by) == ("deciding", world["district_head"])


def test_who_proposes_never_decides(world: World, registered: Organization) -> None:
    head = world["district_head"]
    case = actions.begin_revocation(registered, actor=head)
    store(SimpleUploadedFile("e.pdf", PDF, "application/pdf"), subject=case, slot="evidence", actor=head)
    values = {"ground": "inactive", "facts": "没有活动。", "law": "第三十条"}
    case = actions.notify_revocation(actions.save_revocation(case, actor=head, revision=None, **values), actor=head)
    case = actions.end_stating(case, actor=User.system())
    for who in ("district_head", "district_officer", "street_head", "founder"):
        with pytest.raises(NotAllowed):
            actions.decide_revocation(case, actor=world[who], reason="x", decision_number="1 号")
    with pytest.raises(IntegrityError, match="by_two"), transaction.atomic():
        Revocation.objects.filter(pk=case.pk).update(
            state="serving", decided_by=head, decided_on=clock.today(), decision_number="1 号"
        )


@pytest.mark.django_db(transaction=True)
def test_decided_and_dropped_at_once(world: World, registered: Organization) -> None:
    case, head = actions.end_stating(told(world, registered), actor=User.system()), world["district_head"]

    results = at_once(
        lambda: actions.decide_revocation(now(case), actor=head, reason="事实清楚。", decision_number="1 号"),
        lambda: actions.spare_revocation(now(case), actor=head, reason="改了。"),
    )

    assert sorted(type(result).__name__ for result in results) == ["Revocation", "WrongState"]


# --- what follows -----------------------------------------------------------------------------------------------


def test_what_follows_from_the_service(world: World, member: Member, registered: Organization) -> None:
    founder, secretary = world["founder"], world["federation_secretary"]
    ledger = custody.sign_custody(custody.apply_custody(agreed(member, founder), actor=founder), actor=secretary)
    booked(world, ledger, "100.00")
    activity = begin_activity(registered, actor=founder)
    case = decided(world, registered)
    assert (now(registered).legal_status, now(activity).state) == ("registered", "draft")
    with pytest.raises(BadInput, match="不能晚于今天"):
        actions.serve_revocation(
            case, actor=world["district_officer"], reason="x", served_on=clock.today() + dt.timedelta(days=1)
        )
    case = actions.serve_revocation(
        case, actor=world["district_officer"], reason="当面送达。", served_on=clock.today()
    )
    struck = now(registered)
    assert (struck.legal_status, struck.ended_on, struck.credit_status) == ("revoked", clock.today(), "dishonest")
    listing = CreditListing.objects.get(organization=struck)
    assert (listing.state, listing.credit_list, listing.cause, listing.document) == (
        *("listed", "dishonest", "revoked"),
        "汕金民撤〔2026〕1 号",
    )
    assert case.number in listing.facts
    assert (now(activity).state, now(member).status) == ("cancelled", "suspended")
    assert case.reconsider_by == clock.today() + dt.timedelta(days=60)
    with pytest.raises(WrongState, match="已经冻结"):
        booked(world, ledger, "1.00", "paid")
    page = Client().get("/revocations/").content.decode()
    assert ("凤亭下书画社" in page, "汕金民撤〔2026〕1 号" in page) == (True, True)


def test_certificate_and_seal_then_sixty_days(world: World, registered: Organization) -> None:
    case, officer = served(world, registered), world["district_officer"]
    case = actions.recall_papers(case, actor=officer, reason="收回正副本和公章。", recalled_on=clock.today())
    task = open_task(case)
    assert task is not None
    assert (case.state, task.role, task.due_on) == ("window", "system", case.reconsider_by)
    with clock.at(clock.now() + dt.timedelta(days=61)), pytest.raises(WrongState, match="已经过了六十日"):
        actions.reconsider_revocation(case, actor=world["founder"], reason="不服")
    with clock.at(clock.now() + dt.timedelta(days=62)):
        run_clock()
    assert now(case).state == "done"


def test_a_reversal_restores_everything(world: World, member: Member, registered: Organization) -> None:
    officer = world["district_officer"]
    Organization.objects.filter(pk=registered.pk).update(
        grade="3A", grade_until=clock.today() + dt.timedelta(days=400)
    )
    case = actions.reconsider_revocation(served(world, registered), actor=world["founder"], reason="有活动，没录。")
    assert case.state == "reconsidered"
    case = actions.reverse_revocation(case, actor=officer, reason="金府行复〔2027〕3 号")
    back = now(registered)
    assert (back.legal_status, back.ended_on, back.credit_status, back.grade) == ("registered", None, "normal", "3A")
    assert (now(member).status, CreditListing.objects.get().state, case.state) == ("active", "removed", "reversed")
    assert "复议撤销，已恢复" in Client().get("/revocations/").content.decode()


def test_a_reversal_gives_back_party_cover_members_and_posts(
    world: World, federation: Federation, registered: Organization
) -> None:
    """And names what it cannot give back: an activity that was cancelled, a member who is elsewhere meanwhile."""
    secretary, officer = world["federation_secretary"], world["district_officer"]
    party.members(world, registered, 3, 1)
    unit = party.standing(world, party.suggested(world, federation)[0])
    people.enter_committee_post(registered, actor=secretary, person_name="许惠如", approval="东街〔2026〕3 号")
    activity = begin_activity(registered, actor=world["founder"])
    case = served(world, registered)
    gone = PartyMember.objects.filter(organization=registered, left_on__isnull=False)
    assert (gone.count(), now(registered).party_cover, unit.covered) == (3, "none", [])
    other = party.organization(world.neighbour_community, "聚龙舞蹈队")
    party.member(world, other, 1)
    case = actions.reconsider_revocation(case, actor=world["founder"], reason="有活动，没录。")

    case = actions.reverse_revocation(case, actor=officer, reason="金府行复〔2027〕3 号")

    assert (now(registered).party_cover, now(unit).covered) == ("own", [registered])
    back = PartyMember.objects.filter(organization=registered, left_on__isnull=True)
    assert [(row.standing, row.managed_by) for row in back] == [("managed", unit)] * 2
    assert CommitteePost.objects.filter(organization=registered, held_to__isnull=True).count() == 1
    assert case.before["anew"] == ["党员林*已经在别处，需要的请重新登记。"]
    assert queries.cancelled_by(case, officer) == [now(activity)]
    page = Client()
    page.force_login(world["founder"], backend=BACKEND)
    told = page.get(case.get_absolute_url()).text
    assert f'href="{activity.get_absolute_url()}"' in told
    assert "党员林*已经在别处" in told


def test_what_liquidates_is_not_revoked_and_what_is_revoked_does_not_liquidate(
    world: World, registered: Organization
) -> None:
    case = told(world, registered)
    with pytest.raises(WrongState, match=f"有一件撤销登记在办（{case.number}）"):
        begin_deregistration(registered, actor=world["founder"])
    actions.withdraw_revocation(case, actor=world["district_officer"])
    assert begin_deregistration(registered, actor=world["founder"]).state == "draft"
    Organization.objects.filter(pk=registered.pk).update(legal_status="liquidating")
    with pytest.raises(WrongState, match="正在清算，由注销登记了结"):
        actions.begin_revocation(now(registered), actor=world["district_officer"])


def test_a_decision_that_is_upheld_stands(world: World, registered: Organization) -> None:
    case = actions.reconsider_revocation(served(world, registered), actor=world["founder"], reason="不服。")
    case = actions.uphold_revocation(case, actor=world["district_officer"], reason="金府行复〔2027〕4 号")
    assert (case.state, now(registered).legal_status) == ("served", "revoked")


# --- a ban ------------------------------------------------------------------------------------------------------


def test_what_was_never_registered_is_banned(world: World) -> None:
    officer, head = world["district_officer"], world["district_head"]
    case = actions.begin_ban(world.community, name="东方养生协会", address="某大厦 9 楼", actor=officer)
    store(SimpleUploadedFile("e.pdf", PDF, "application/pdf"), subject=case, slot="evidence", actor=officer)
    values = {"ground": "unregistered", "facts": "对外收会费。", "law": "社会团体登记管理条例第三十二条"}
    case = actions.notify_revocation(
        actions.save_revocation(case, actor=officer, revision=None, **values), actor=officer
    )
    case = actions.end_stating(case, actor=User.system())
    case = actions.decide_revocation(case, actor=head, reason="属实。", decision_number="汕金民取〔2026〕1 号")
    case = actions.serve_revocation(case, actor=officer, reason="张贴公告。", served_on=clock.today())
    assert case.organization is not None
    assert (case.organization.name, case.organization.legal_status) == ("东方养生协会", "banned")
    case = actions.reconsider_revocation(case, actor=officer, reason="复议机关已受理。")
    case = actions.reverse_revocation(case, actor=officer, reason="金府行复〔2027〕5 号")
    assert now(case.organization).legal_status == "grassroots"


@pytest.mark.parametrize("who", ["street_officer", "founder", "auditor", "federation_secretary", "stranger"])
def test_only_the_authority_proposes(world: World, registered: Organization, who: str) -> None:
    with pytest.raises(NotAllowed):
        actions.begin_revocation(registered, actor=world[who])
    with pytest.raises(NotAllowed):
        actions.begin_ban(world.community, name="某会", address="", actor=world[who])


def test_the_registered_one_is_revoked_and_not_banned(world: World, registered: Organization) -> None:
    with pytest.raises(WrongState, match="不能取缔"):
        actions.begin_ban(
            world.community, name="", address="", actor=world["district_officer"], organization=registered
        )
    Organization.objects.filter(pk=registered.pk).update(registered_level="city")
    with pytest.raises(WrongState, match="由那里撤销"):
        actions.begin_revocation(now(registered), actor=world["district_officer"])


# --- pages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"), [("district_officer", 200), ("street_officer", 200), ("founder", 404), ("stranger", 404)]
)
def test_who_reads_the_suggestions(world: World, registered: Organization, who: str, status: int) -> None:
    client = Client()
    client.force_login(world[who], backend=BACKEND)
    assert client.get("/revocations/grounds/").status_code == status
    assert client.get("/revocations/ban/").status_code == (200 if who == "district_officer" else 404)


def test_from_the_suggestion_to_the_form(world: World, registered: Organization) -> None:
    client = Client()
    client.force_login(world["district_officer"], backend=BACKEND)
    answer = client.post("/revocations/begin/", {"organization": registered.uid, "ground": "inactive"})
    case = Revocation.objects.get()
    assert (answer.status_code, case.ground, "没有一场举办过的活动" in case.facts) == (302, "inactive", True)
    assert client.get(answer["Location"]).status_code == 200
    refused = client.post("/revocations/ban/", {"name": "", "area": "", "address": ""})
    assert (refused.status_code, "请填它用的名称" in refused.content.decode()) == (422, True)
    begun = client.post("/revocations/ban/", {"name": "某某会", "area": "440511004001", "address": "三楼"})
    assert begun.status_code == 302


# --- small mends ------------------------------------------------------------------------------------------------


def test_leaving_a_list_is_offered_from_its_day_on(world: World, registered: Organization) -> None:
    served(world, registered)
    listing = CreditListing.objects.get()
    officer = world["district_officer"]
    assert "ask_removal" not in {step.slug for step in steps_for(officer, listing)}
    assert [(step.slug, day) for step, day in steps_to_come(officer, listing)] == [
        ("ask_removal", listing.earliest_on)
    ]
    client = Client()
    client.force_login(officer, backend=BACKEND)
    assert "起可以办" in client.get(listing.get_absolute_url()).content.decode()
    with pytest.raises(WrongState, match="最早"):
        credit.ask_removal(listing, actor=officer, reason="改了")
    assert listing.earliest_on is not None
    with clock.at(dt.datetime.combine(listing.earliest_on, dt.time(3), tzinfo=dt.UTC)):
        assert "ask_removal" in {step.slug for step in steps_for(officer, listing)}


def test_planned_activities_are_cancelled_and_told(world: World, registered: Organization) -> None:
    activity = begin_activity(registered, actor=world["founder"])
    soon = clock.now() + dt.timedelta(days=9)
    when = {"starts_at": soon, "ends_at": soon + dt.timedelta(hours=2)}
    Activity.objects.filter(pk=activity.pk).update(
        state="planned", name="书画展", place="文化站", code="H7K2QM", expected=9, **when
    )
    served(world, registered)
    assert now(activity).state == "cancelled"
    told_to = set(Notice.objects.filter(title__contains="取消").values_list("recipient__username", flat=True))
    assert told_to == {"founder", "community_worker", "community_head", "federation_secretary"}
