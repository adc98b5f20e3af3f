"""The annual report: called for, sent, reviewed, concluded, mended; what was missed is said by a person."""

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
from tests.personas import PDF, World

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.figures import REGISTRY
from linli.core.files.actions import store
from linli.core.notices.models import Notice
from linli.core.workflow.duties import run_clock
from linli.core.workflow.models import Task
from linli.indicators.choices import Span
from linli.indicators.queries.numbers import Numbers
from linli.indicators.queries.periods import Period
from linli.organizations.actions import annual as actions
from linli.organizations.actions.amendments import (
    approve_amendment,
    begin_amendment,
    save_amendment,
    submit_amendment,
    support_amendment,
)
from linli.organizations.actions.credit import notify_listing
from linli.organizations.choices.annual import ReportState, Result
from linli.organizations.choices.credit import Cause, ListingState
from linli.organizations.models import AnnualReport, CreditInfo, CreditListing, Organization
from linli.organizations.queries import annual as queries

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
YEAR = 2025
CONTENT: dict[str, Any] = {
    "work": "全年办了二十四场书画教学，服务老人和儿童。",
    "activities": 24,
    "members": 30,
    "party_members": 4,
    "staff": 1,
    "income": "32000.50",
    "expense": "28000.00",
    "assets": "51000.00",
    "debts": "0",
    "councils": 2,
    "assemblies": 1,
}
Later = Callable[[str], None]


@pytest.fixture
def later() -> Iterator[Later]:
    """Let the clock stand at ten in the morning of another day, to the end of the test."""
    with ExitStack() as stack:

        def go(day: str) -> None:
            moment = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(2), tzinfo=dt.UTC)
            stack.enter_context(clock.at(moment))

        yield go


@pytest.fixture
def registered(filed: Organization) -> Organization:
    """On the district's register since long ago."""
    filed.legal_status, filed.legal_type, filed.registered_level = "registered", "association", "district"
    filed.registered_on = dt.date(2024, 5, 20)
    filed.save()
    return filed


@pytest.fixture
def due(registered: Organization, later: Later) -> AnnualReport:
    """Called for in the night of 2 January."""
    later("2026-01-02")
    actions.call_reports()
    return AnnualReport.objects.get()


def written(report: AnnualReport, actor: User, **values: Any) -> AnnualReport:
    """All that is asked, with the two papers."""
    for slot in ("report", "finance"):
        store(SimpleUploadedFile(f"{slot}.pdf", PDF, "application/pdf"), subject=report, slot=slot, actor=actor)
    return actions.save_report(report, actor=actor, revision=None, **{**CONTENT, **values})


def sent(report: AnnualReport, world: World) -> AnnualReport:
    """With the street."""
    founder = world["founder"]
    return actions.send_report(written(report, founder), actor=founder)


def checking(report: AnnualReport, world: World) -> AnnualReport:
    """With the registering authority."""
    return actions.forward_report(sent(report, world), actor=world["street_officer"])


def owed(report: AnnualReport) -> Task:
    return Task.objects.get(case_id=report.pk, process="annualreport", closed_at=None, kind="act")


# --- called for --------------------------------------------------------------------------------------------------


def test_the_clock_calls_once_with_what_is_known_and_it_lies_in_the_inbox_until_the_thirty_first(
    world: World, due: AnnualReport
) -> None:
    assert actions.call_reports() == 0

    task = owed(due)
    assert (due.state, due.year, due.due_on) == (ReportState.DUE, YEAR, dt.date(2026, 3, 31))
    assert (due.members, due.party_members, due.activities) == (11, 2, 0)
    assert (task.owner, task.role, task.due_on) == (world["founder"], "owner", dt.date(2026, 3, 31))
    assert Notice.objects.filter(recipient=world["founder"], title__contains="3 月 31 日前报送").count() == 1
    assert due.number.startswith("NB-440511004-2026-")


def test_it_warns_and_goes_to_the_district_when_the_day_has_passed(
    world: World, due: AnnualReport, later: Later
) -> None:
    later("2026-03-20")
    run_clock()
    assert owed(due).level == Task.Level.NEAR

    later("2026-04-01")
    run_clock()

    assert owed(due).level == Task.Level.LATE
    watching = Task.objects.get(case_id=due.pk, process="annualreport", closed_at=None, kind="watch")
    assert watching.role == "district_officer"
    due.refresh_from_db()
    assert due.state == ReportState.DUE  # nothing is decided by the clock
    assert CreditInfo.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "owes"),
    [
        ({}, True),
        ({"registered_on": None}, True),
        ({"registered_on": dt.date(2025, 12, 31)}, True),
        ({"registered_on": dt.date(2026, 1, 1)}, False),
        ({"legal_type": "service", "registered_on": dt.date(2025, 6, 30)}, True),
        ({"legal_type": "service", "registered_on": dt.date(2025, 7, 1)}, False),
        ({"registered_level": "province"}, False),
        ({"legal_status": "liquidating"}, False),
        ({"legal_status": "filed", "legal_type": "", "registered_level": "", "registered_on": None}, False),
    ],
)
def test_who_owes_a_report(
    world: World, registered: Organization, later: Later, values: dict[str, Any], owes: bool
) -> None:
    later("2026-02-01")
    Organization.objects.filter(pk=registered.pk).update(**values)

    assert actions.call_reports() == int(owes)
    if not owes:
        with pytest.raises(WrongState):
            actions.begin_report(Organization.objects.get(), year=YEAR, actor=world["founder"])


@pytest.mark.parametrize(("day", "calls"), [("2026-01-01", 1), ("2026-05-31", 1), ("2026-06-01", 0)])
def test_the_clock_calls_until_the_reports_ought_to_be_with_the_authority(
    registered: Organization, later: Later, day: str, calls: int
) -> None:
    later(day)
    assert actions.call_reports() == calls


def test_without_an_account_the_community_owes_and_writes_it(
    world: World, registered: Organization, later: Later
) -> None:
    later("2026-01-02")
    Organization.objects.filter(pk=registered.pk).update(owner=None)
    actions.call_reports()
    report = AnnualReport.objects.get()
    assert (owed(report).owner, owed(report).role) == (None, "community_worker")
    worker = world["community_worker"]
    with pytest.raises(NotAllowed):
        actions.save_report(report, actor=world["neighbour_worker"], revision=None, work="别的社区")

    report = actions.send_report(written(report, worker), actor=worker)
    report = actions.return_report(report, actor=world["street_officer"], reason="缺财务报告的盖章。")

    assert report.entered_by == worker
    assert (owed(report).owner, owed(report).role) == (worker, "owner")


# --- sent once ---------------------------------------------------------------------------------------------------


def test_what_is_lacking_is_named_and_nothing_is_sent(world: World, due: AnnualReport) -> None:
    with pytest.raises(BadInput, match=r"还差 10 项.*上传年度工作报告；上传财务报告"):
        actions.send_report(due, actor=world["founder"])
    due.refresh_from_db()
    assert due.state == ReportState.DUE


def test_a_good_grade_needs_no_financial_report(world: World, registered: Organization, later: Later) -> None:
    later("2026-01-02")
    Organization.objects.filter(pk=registered.pk).update(grade="4A", grade_until=dt.date(2028, 1, 1))
    actions.call_reports()
    founder = world["founder"]
    report = actions.save_report(AnnualReport.objects.get(), actor=founder, revision=None, **CONTENT)
    store(SimpleUploadedFile("r.pdf", PDF, "application/pdf"), subject=report, slot="report", actor=founder)

    assert report.simple
    assert actions.missing(report) == []


def test_a_second_report_of_a_year_is_refused_by_action_page_and_database(
    client: Client, world: World, due: AnnualReport
) -> None:
    founder, organization = world["founder"], due.organization
    assert actions.begin_report(organization, year=YEAR, actor=founder) == due  # still to be sent: that one
    sent(due, world)

    with pytest.raises(WrongState, match="一年只报一份"):
        actions.begin_report(organization, year=YEAR, actor=founder)
    client.force_login(founder, backend=BACKEND)
    assert client.post(f"/register/{organization.uid}/report/", {"year": "2025"}).status_code == 409
    with pytest.raises(IntegrityError), transaction.atomic():
        AnnualReport.objects.create(organization=organization, year=YEAR, due_on=due.due_on)
    assert AnnualReport.objects.count() == 1


@pytest.mark.parametrize("year", [2026, 2027, 1999])
def test_a_year_that_is_not_over_or_was_never_is_refused(
    world: World, registered: Organization, later: Later, year: int
) -> None:
    later("2026-02-01")
    with pytest.raises(BadInput):
        actions.begin_report(registered, year=year, actor=world["founder"])


@pytest.mark.django_db(transaction=True)
def test_two_who_open_the_report_of_a_year_at_once_get_one(world: World, registered: Organization) -> None:
    founder, worker = world["founder"], world["community_worker"]

    results = at_once(
        lambda: actions.begin_report(Organization.objects.get(), year=YEAR, actor=founder),
        lambda: actions.begin_report(Organization.objects.get(), year=YEAR, actor=worker),
    )

    held = AnnualReport.objects.get()
    assert all(result == held or isinstance(result, WrongState) for result in results)


def test_party_members_and_money_are_held_by_form_action_and_database(
    client: Client, world: World, due: AnnualReport
) -> None:
    founder = world["founder"]
    client.force_login(founder, backend=BACKEND)
    assert [client.get(address).status_code for address in _pages(due)] == [200, 200, 200, 200]

    wrong = client.post(_pages(due)[0], {**CONTENT, "members": 3, "party_members": 9})
    negative = client.post(_pages(due)[1], {**CONTENT, "income": "-1"})

    assert (wrong.status_code, "党员人数不能多于成员人数" in wrong.text) == (422, True)
    assert negative.status_code == 422
    for values in ({"members": 3, "party_members": 9}, {"income": "-1"}):
        with pytest.raises(BadInput):
            actions.save_report(due, actor=founder, revision=None, **values)
        with pytest.raises(IntegrityError), transaction.atomic():
            AnnualReport.objects.filter(pk=due.pk).update(**values)


def _pages(report: AnnualReport) -> list[str]:
    from linli.organizations.web.cases.annual import ANNUAL_WIZARD

    return [ANNUAL_WIZARD.url(report, slug) for slug in ("work", "money", "papers", "check")]


# --- concluded ---------------------------------------------------------------------------------------------------


def test_sent_reviewed_and_passed_it_is_credit_information_and_public(
    client: Client, world: World, due: AnnualReport
) -> None:
    report = sent(due, world)
    assert (report.sent_on, report.late, owed(report).due_on) == (dt.date(2026, 1, 2), False, dt.date(2026, 5, 31))
    with pytest.raises(NotAllowed):
        actions.forward_report(report, actor=world["other_street_officer"])
    report = actions.forward_report(report, actor=world["street_officer"])
    with pytest.raises(NotAllowed):
        actions.pass_report(report, actor=world["street_officer"])

    report = actions.pass_report(report, actor=world["district_officer"])

    assert (report.state, report.result, report.decided_by) == (
        ReportState.PASSED,
        Result.PASSED,
        world["district_officer"],
    )
    info = CreditInfo.objects.get()
    assert (info.kind, info.title, info.document) == ("report", "2025 年度检查合格", report.number)
    assert "2025 年合格" in client.get(f"/o/{due.organization.uid}/").text
    assert Event.objects.filter(name="organizations.pass_report", subject_id=report.pk).count() == 1


def test_basically_passed_has_three_months_and_ends_when_it_is_mended(
    world: World, due: AnnualReport, later: Later
) -> None:
    report = checking(due, world)
    later("2026-05-31")
    report = actions.pass_report_barely(report, actor=world["district_officer"], reason="没有开过会员大会。")
    assert (report.mend_by, owed(report).due_on) == (dt.date(2026, 8, 31), dt.date(2026, 8, 31))

    report = actions.say_report_mended(report, actor=world["founder"], reason="七月五日开了会员大会。")
    report = actions.reject_report_mending(report, actor=world["district_head"], reason="没有会议记录。")
    assert report.mend_by == dt.date(2026, 8, 31)
    report = actions.say_report_mended(report, actor=world["founder"], reason="补交会议记录。")
    report = actions.accept_report_mending(report, actor=world["district_head"])

    assert (report.state, report.result) == (ReportState.MENDED, Result.FAIR)


def test_not_mended_is_said_by_a_person_after_the_three_months_alone(
    world: World, due: AnnualReport, later: Later
) -> None:
    report = checking(due, world)
    report = actions.fail_report(report, actor=world["district_officer"], reason="财务不实。")
    later("2026-04-02")
    with pytest.raises(WrongState, match="2026年4月2日"):
        actions.note_report_unmended(report, actor=world["district_officer"], reason="催告过")

    later("2026-04-03")
    report = actions.note_report_unmended(report, actor=world["district_officer"], reason="催告两次没有改。")

    listing = CreditListing.objects.get()
    assert (listing.state, listing.cause, listing.document) == (
        ListingState.DRAFT,
        Cause.NOT_MENDED,
        report.number,
    )
    assert [info.title for info in CreditInfo.objects.order_by("pk")] == [
        "2025 年度检查不合格",
        "2025 年度检查不合格，逾期没有整改",
    ]


def test_missed_is_said_by_a_person_after_the_day_and_leaves_a_draft_for_the_list(
    world: World, due: AnnualReport, later: Later
) -> None:
    officer = world["district_officer"]
    later("2026-03-31")
    with pytest.raises(WrongState, match="2026年3月31日"):
        actions.note_report_missed(due, actor=officer, reason="没有交")
    with pytest.raises(IntegrityError), transaction.atomic():
        AnnualReport.objects.filter(pk=due.pk).update(state="missed", missed_on=dt.date(2026, 3, 31))
    later("2026-04-01")
    with pytest.raises(NotAllowed):
        actions.note_report_missed(due, actor=world["street_officer"], reason="没有交")

    report = actions.note_report_missed(due, actor=officer, reason="三月、四月各催告一次。")

    listing = CreditListing.objects.get()
    assert (report.state, report.missed_on) == (ReportState.MISSED, dt.date(2026, 4, 1))
    assert (listing.cause, listing.owner, listing.state) == (Cause.NO_REPORT, officer, ListingState.DRAFT)
    assert CreditInfo.objects.get().title == "没有按时报送 2025 年度工作报告"
    assert Organization.objects.get().credit_status == "normal"  # that is another decision, by another person
    assert notify_listing(listing, actor=officer).state == ListingState.HEARING

    late = sent(report, world)
    assert (late.state, late.late, late.forward_by) == (ReportState.REVIEW, True, dt.date(2026, 5, 31))


def test_two_bad_years_in_a_row_are_pointed_out(world: World, due: AnnualReport, later: Later) -> None:
    later("2026-04-01")
    first = actions.note_report_missed(due, actor=world["district_officer"], reason="没有交")
    assert not first.two_years_bad
    later("2027-04-01")
    actions.call_reports()
    second = AnnualReport.objects.get(year=2026)

    second = actions.note_report_missed(second, actor=world["district_officer"], reason="又没有交")

    assert second.two_years_bad
    assert CreditListing.objects.count() == 1  # the first draft stands


@pytest.mark.parametrize("field", ["result", "decided_by"])
def test_a_conclusion_without_its_person_is_refused_by_the_database(
    world: World, due: AnnualReport, field: str
) -> None:
    report = actions.pass_report(checking(due, world), actor=world["district_officer"])
    with pytest.raises(IntegrityError), transaction.atomic():
        AnnualReport.objects.filter(pk=report.pk).update(**{field: "" if field == "result" else None})


def test_an_officer_who_heads_the_organization_decides_nothing_about_it(world: World, due: AnnualReport) -> None:
    report = checking(due, world)
    Organization.objects.filter(pk=report.organization_id).update(owner=world["district_officer"])

    with pytest.raises(NotAllowed):
        actions.pass_report(report, actor=world["district_officer"])
    assert actions.pass_report(report, actor=world["district_head"]).state == ReportState.PASSED


def test_two_officers_who_conclude_one_after_the_other(world: World, due: AnnualReport) -> None:
    report = checking(due, world)
    actions.pass_report(report, actor=world["district_officer"])
    with pytest.raises(WrongState, match="年度检查结论：合格"):
        actions.fail_report(report, actor=world["district_head"], reason="财务不实。")


# --- who sees ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["founder", "community_worker", "street_officer", "auditor", "resident", "sysadmin"])
@pytest.mark.parametrize("called", [True, False])
def test_list_and_rule_agree(world: World, due: AnnualReport, who: str, called: bool) -> None:
    if not called:
        AnnualReport.objects.filter(pk=due.pk).update(state="called")
    user, view = world[who], "organizations.view_annualreport"

    seen = set(queries.annual_reports_visible_to(user))
    assert seen == {row for row in AnnualReport.objects.all() if user.has_perm(view, row)}


def test_the_page_offers_the_report_to_whoever_owes_it(
    client: Client, world: World, registered: Organization, later: Later
) -> None:
    later("2026-06-10")
    address = f"/register/{registered.uid}/"
    client.force_login(world["founder"], backend=BACKEND)
    assert "报送 2025 年度报告" in client.get(address).text

    answer = client.post(f"{address}report/", {"year": "2025"})

    report = AnnualReport.objects.get()
    assert (answer.status_code, report.uid in answer["Location"]) == (302, True)
    assert "报送 2025 年度报告" not in client.get(address).text
    client.force_login(world["street_officer"], backend=BACKEND)
    assert client.post(f"{address}report/", {"year": "2025"}).status_code == 403
    page = client.get(report.get_absolute_url()).text
    assert "2025 年度报告" in page


@pytest.mark.parametrize("many", [1, 12])
def test_the_list_costs_the_same_with_one_and_with_many(
    client: Client, world: World, due: AnnualReport, django_assert_max_num_queries: Any, many: int
) -> None:
    for year in range(2001, 2000 + many):
        AnnualReport.objects.create(
            organization=due.organization, year=year, due_on=queries.due_of(year), state="due", owner=due.owner
        )
    client.force_login(world["street_officer"], backend=BACKEND)
    client.get("/cases/annualreport/")
    with django_assert_max_num_queries(17):
        assert client.get("/cases/annualreport/").text.count("年度报告") > many


def test_figures_count_what_was_due_sent_and_passed(world: World, due: AnnualReport) -> None:
    actions.pass_report(checking(due, world), actor=world["district_officer"])
    AnnualReport.objects.create(
        organization=due.organization, year=2024, due_on=dt.date(2026, 3, 31), state="due", owner=due.owner
    )
    figures = ("reports_due", "reports_sent", "reports_on_time", "report_on_time", "reports_passed", "report_passed")
    period = Period(dt.date(2026, 1, 1), dt.date(2026, 12, 31), Span.YEAR)

    numbers = Numbers([REGISTRY[id] for id in figures], {"here": (world.street.path,)}, [period])

    found = [numbers.of(REGISTRY[id], "here", period).value for id in figures]
    assert found == [2, 1, 1, 50, 1, 100]


def test_a_registered_organization_is_not_cancelled_like_a_filed_one(
    client: Client, world: World, registered: Organization
) -> None:
    founder = world["founder"]
    client.force_login(founder, backend=BACKEND)
    page = client.get(f"/register/{registered.uid}/").text
    assert ("变更名称" in page, "注销备案" in page) == (True, False)
    assert client.post(f"/register/{registered.uid}/cancel/").status_code == 409

    Organization.objects.filter(pk=registered.pk).update(
        legal_status="filed", legal_type="", registered_level="", registered_on=None
    )
    asked = begin_amendment(Organization.objects.get(), kind="cancel", actor=founder)
    asked = save_amendment(asked, actor=founder, revision=None, cause="不办了", settlement="无")
    asked = submit_amendment(asked, actor=founder)
    asked = support_amendment(asked, actor=world["community_worker"])
    Organization.objects.filter(pk=registered.pk).update(
        legal_status="registered", legal_type="association", registered_on=dt.date(2026, 1, 1)
    )
    with pytest.raises(WrongState, match="不能注销备案"):
        approve_amendment(asked, actor=world["street_officer"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.filter(pk=registered.pk).update(legal_status="filing_cancelled")
