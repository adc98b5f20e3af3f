"""The end of a registered organization: consent, liquidation, fifteen days, and striking off; also by merger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from tests.organizations.test_at_once import at_once
from tests.organizations.test_registration import code
from tests.personas import PDF, World

from linli.core import clock
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files.actions import store
from linli.core.workflow.models import Task
from linli.organizations.actions import annual
from linli.organizations.actions import deregistration as actions
from linli.organizations.actions.activities import begin_activity
from linli.organizations.choices.deregistration import DeregistrationState
from linli.organizations.models import AnnualReport, Deregistration, Organization
from linli.organizations.queries import deregistration as queries

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WHY: dict[str, Any] = {
    "kind": "dissolve",
    "cause": "会员大会九月一日决议解散。",
    "plan": "理事会组成清算组，登报公告，两个月内清算完。",
}
RESULT: dict[str, Any] = {
    "claims": "1200.00",
    "debts": "800.50",
    "remainder": "3000.00",
    "heir": "转给宗旨相近的社区书画公益项目。",
}
S = DeregistrationState
Later = Callable[[int], None]


@pytest.fixture
def later() -> Iterator[Later]:
    """Let some days pass, to the end of the test."""
    with ExitStack() as stack:
        start = clock.now()

        def go(days: int) -> None:
            stack.enter_context(clock.at(start + dt.timedelta(days=days)))

        yield go


@pytest.fixture
def registered(filed: Organization) -> Organization:
    """On the district's register since long ago."""
    filed.legal_status, filed.legal_type, filed.registered_level = "registered", "association", "district"
    filed.registered_on, filed.uscc = dt.date(2024, 5, 20), code("51")
    filed.grade, filed.grade_until = "3A", dt.date(2030, 1, 1)
    filed.save()
    return filed


@pytest.fixture
def taker(world: World) -> Organization:
    """Another one of the same district, of another street."""
    return Organization.objects.create(
        name="大华书画协会",
        area=world.far_community,
        legal_status="registered",
        legal_type="association",
        registered_level="district",
        uscc=code("51", "440511TTT"),
    )


def now(organization: Organization) -> Organization:
    return Organization.objects.get(pk=organization.pk)


def paper(case: Deregistration, slot: str, world: World) -> None:
    file = SimpleUploadedFile(f"{slot}.pdf", PDF + slot.encode(), "application/pdf")
    store(file, subject=case, slot=slot, actor=world["founder"])


def sent(world: World, organization: Organization, **values: Any) -> Deregistration:
    founder = world["founder"]
    case = actions.begin_deregistration(organization, actor=founder)
    for slot in ("application", "resolution"):
        paper(case, slot, world)
    case = actions.save_deregistration(case, actor=founder, revision=None, **{**WHY, **values})
    return actions.submit_deregistration(case, actor=founder)


def liquidating(world: World, organization: Organization, **values: Any) -> Deregistration:
    return actions.consent_deregistration(sent(world, organization, **values), actor=world["street_officer"])


def applying(world: World, organization: Organization, **values: Any) -> Deregistration:
    case = liquidating(world, organization, **values)
    return actions.end_liquidation(case, actor=world["founder"], liquidated_on=clock.today())


def deciding(world: World, organization: Organization, **values: Any) -> Deregistration:
    case = applying(world, organization, **values)
    paper(case, "liquidation", world)
    case = actions.save_deregistration(case, actor=world["founder"], revision=None, **RESULT)
    return actions.apply_deregistration(case, actor=world["founder"])


def test_from_the_resolution_to_the_register(client: Client, world: World, registered: Organization) -> None:
    case = sent(world, registered)
    assert (case.state, now(registered).legal_status) == (S.CONSENT, "registered")
    with pytest.raises(NotAllowed):
        actions.consent_deregistration(case, actor=world["district_officer"])
    case = actions.consent_deregistration(case, actor=world["street_officer"], reason="同意。")
    assert now(registered).legal_status == "liquidating"
    case = actions.end_liquidation(case, actor=world["founder"], liquidated_on=clock.today())
    task = Task.objects.get(case_id=case.pk, process="deregistration", closed_at=None, kind="act")
    assert (case.apply_by, task.due_on, task.owner) == (
        clock.today() + dt.timedelta(days=15),
        case.apply_by,
        world["founder"],
    )
    paper(case, "liquidation", world)
    case = actions.save_deregistration(case, actor=world["founder"], revision=None, **RESULT)
    case = actions.apply_deregistration(case, actor=world["founder"])
    assert (case.state, case.late) == (S.DECIDING, False)

    case = actions.strike_off(case, actor=world["district_officer"], reason="证书和印章已收。")

    gone = now(registered)
    assert (case.state, case.decided_on, case.decided_by) == (
        S.DEREGISTERED,
        clock.today(),
        world["district_officer"],
    )
    assert (gone.legal_status, gone.ended_on, gone.grade, gone.uscc) == (
        "deregistered",
        clock.today(),
        "",
        code("51"),
    )
    assert Event.objects.filter(name="organizations.deregistered", subject_id=gone.pk).count() == 1
    assert "已注销登记" in client.get(f"/o/{gone.uid}/").text


def test_while_it_liquidates_it_does_nothing_else(world: World, registered: Organization) -> None:
    liquidating(world, registered)
    with pytest.raises(WrongState):
        begin_activity(now(registered), actor=world["founder"])


def test_a_late_application_is_taken_and_stays_late(world: World, registered: Organization, later: Later) -> None:
    case = applying(world, registered)
    later(16)
    paper(case, "liquidation", world)
    case = actions.save_deregistration(case, actor=world["founder"], revision=None, **RESULT)

    assert actions.apply_deregistration(case, actor=world["founder"]).late


def test_without_the_report_of_the_liquidation_nothing_is_applied_for(world: World, registered: Organization) -> None:
    case = applying(world, registered)
    with pytest.raises(BadInput, match=r"还差 5 项.*上传清算报告") as refusal:
        actions.apply_deregistration(case, actor=world["founder"])
    assert refusal.value.code == "organizations.incomplete"
    with pytest.raises(IntegrityError), transaction.atomic():
        Deregistration.objects.filter(pk=case.pk).update(state="deciding")
    case.refresh_from_db()
    assert (case.state, case.applied_on) == (S.APPLYING, None)


def test_what_was_resolved_is_not_rewritten_after_the_liquidation(world: World, registered: Organization) -> None:
    case = applying(world, registered)
    with pytest.raises(WrongState):
        actions.save_deregistration(case, actor=world["founder"], revision=None, kind="split")


def test_a_filed_one_has_no_registration_to_end(world: World, filed: Organization) -> None:
    with pytest.raises(WrongState, match="已登记的组织申请"):
        actions.begin_deregistration(filed, actor=world["founder"])


def test_what_the_city_registered_ends_there(client: Client, world: World, registered: Organization) -> None:
    Organization.objects.filter(pk=registered.pk).update(registered_level="city")
    with pytest.raises(WrongState, match="市级登记机关"):
        actions.begin_deregistration(now(registered), actor=world["founder"])
    client.force_login(world["founder"], backend=BACKEND)
    assert "申请注销登记" not in client.get(f"/register/{registered.uid}/").text


@pytest.mark.parametrize("days", [1, -30])
def test_the_end_of_the_liquidation_lies_between_the_application_and_today(
    world: World, registered: Organization, days: int
) -> None:
    case = liquidating(world, registered)
    with pytest.raises(BadInput):
        actions.end_liquidation(case, actor=world["founder"], liquidated_on=clock.today() + dt.timedelta(days=days))


@pytest.mark.parametrize("way", ["deny", "withdraw", "resume"])
def test_where_it_comes_to_nothing_it_goes_on(world: World, registered: Organization, way: str) -> None:
    match way:
        case "deny":
            ended = actions.deny_deregistration(
                sent(world, registered), actor=world["street_head"], reason="还有承接的项目没有完成。"
            )
        case "withdraw":
            ended = actions.withdraw_deregistration(sent(world, registered), actor=world["founder"])
        case _:
            ended = actions.resume_organization(
                deciding(world, registered), actor=world["district_head"], reason="会员大会重新决议，继续活动。"
            )
    assert (ended.is_open, now(registered).legal_status) == (False, "registered")
    assert actions.begin_deregistration(now(registered), actor=world["founder"]).pk != ended.pk


def test_once_the_liquidation_runs_the_organization_alone_cannot_take_it_back(
    world: World, registered: Organization
) -> None:
    with pytest.raises(WrongState):
        actions.withdraw_deregistration(liquidating(world, registered), actor=world["founder"])


# --- merger ------------------------------------------------------------------------------------------------------


def test_it_merges_into_another_registered_one(world: World, registered: Organization, taker: Organization) -> None:
    case = deciding(world, registered, kind="merge", merged_into=taker)

    actions.strike_off(case, actor=world["district_officer"])

    told = Event.objects.get(name="organizations.merged_into", subject_id=taker.pk)
    assert told.detail == {"number": registered.number}
    assert (now(registered).legal_status, now(taker).legal_status) == ("deregistered", "registered")


def test_a_merger_needs_a_taker_that_is_there(world: World, registered: Organization, taker: Organization) -> None:
    with pytest.raises(BadInput, match="填写并入哪一家组织"):
        sent(world, registered, kind="merge")
    case = Deregistration.objects.get()
    with pytest.raises(BadInput):
        actions.save_deregistration(case, actor=world["founder"], revision=None, kind="merge", merged_into=registered)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deregistration.objects.filter(pk=case.pk).update(kind="merge", merged_into=registered)

    case = deciding(world, registered, kind="merge", merged_into=taker)
    Organization.objects.filter(pk=taker.pk).update(legal_status="liquidating")
    with pytest.raises(BadInput, match="已经不在册"):
        actions.strike_off(case, actor=world["district_officer"])
    assert now(registered).legal_status == "liquidating"


@pytest.mark.parametrize(
    ("kind", "taken", "told"),
    [
        ("merge", "51440511", "18 位"),
        ("merge", code("51", "440511MM0"), "没有找到"),
        ("merge", code("51"), "没有找到"),  # its own
        ("dissolve", code("51", "440511TTT"), "只有“并入另一家组织”才填"),
    ],
)
def test_the_form_names_what_is_wrong_with_the_taker(
    client: Client, world: World, registered: Organization, taker: Organization, kind: str, taken: str, told: str
) -> None:
    client.force_login(world["founder"], backend=BACKEND)
    first = client.post(f"/register/{registered.uid}/deregistration/")["Location"]

    answer = client.post(first, {**WHY, "kind": kind, "taker": taken})

    assert (answer.status_code, told in answer.text) == (422, True)
    assert Deregistration.objects.get().merged_into is None
    right = client.post(first, {**WHY, "kind": "merge", "taker": taker.uscc})
    assert (right.status_code, Deregistration.objects.get().merged_into) == (302, taker)


# --- what it leaves ----------------------------------------------------------------------------------------------


def test_reports_that_are_still_owed_are_closed_with_it(world: World, registered: Organization) -> None:
    year = clock.today().year - 1
    report = annual.begin_report(registered, year=year, actor=world["founder"])

    case = actions.strike_off(deciding(world, registered), actor=world["district_officer"])

    report = AnnualReport.objects.get(pk=report.pk)
    assert report.state == "exempt"
    exempt = Event.objects.get(name="organizations.exempt_report", subject_id=report.pk)
    assert exempt.detail["reason"] == f"组织已经注销登记（{case.number}）。"


def test_the_database_strikes_nobody_off_without_liquidation(world: World, registered: Organization) -> None:
    done = actions.strike_off(deciding(world, registered), actor=world["district_officer"])
    for values in (
        {"liquidated_on": None},
        {"heir": ""},
        {"remainder": "-1"},
        {"decided_by": None},
        {"decided_on": clock.today() - dt.timedelta(days=1)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Deregistration.objects.filter(pk=done.pk).update(**values)


@pytest.mark.django_db(transaction=True)
def test_two_officers_decide_at_once(world: World, registered: Organization) -> None:
    deciding(world, registered)
    officer, head = world["district_officer"], world["district_head"]

    results = at_once(
        lambda: actions.strike_off(Deregistration.objects.get(), actor=officer),
        lambda: actions.resume_organization(Deregistration.objects.get(), actor=head, reason="重新决议。"),
    )

    assert sorted(type(result).__name__ for result in results) == ["Deregistration", "WrongState"]
    state = Deregistration.objects.get().state
    assert now(registered).legal_status == {"deregistered": "deregistered", "resumed": "registered"}[state]


@pytest.mark.parametrize("who", ["founder", "community_worker", "street_officer", "auditor", "resident", "sysadmin"])
@pytest.mark.parametrize("told", [True, False])
def test_list_and_rule_agree(world: World, registered: Organization, who: str, told: bool) -> None:
    if told:
        sent(world, registered)
    else:
        actions.begin_deregistration(registered, actor=world["founder"])
    user, view = world[who], "organizations.view_deregistration"

    seen = set(queries.deregistrations_visible_to(user))
    assert seen == {row for row in Deregistration.objects.all() if user.has_perm(view, row)}


def test_the_pages_before_and_after_the_liquidation(client: Client, world: World, registered: Organization) -> None:
    client.force_login(world["founder"], backend=BACKEND)
    assert "申请注销登记" in client.get(f"/register/{registered.uid}/").text
    case = applying(world, registered)
    page = client.get(case.get_absolute_url()).text
    assert "清算结束" in page

    from linli.organizations.web.cases.deregistration import DEREGISTRATION_WIZARD

    address = DEREGISTRATION_WIZARD.url(case)
    assert client.get(address).status_code == 200
    assert client.post(address, {**RESULT, "debts": "-1"}).status_code == 422
    assert client.post(address, RESULT).status_code == 302
    assert str(Deregistration.objects.get().remainder) == "3000.00"
