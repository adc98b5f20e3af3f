"""Annual reports: called for by the clock, written by the organization, concluded by the registering authority."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from linli.actors.choices import Role
from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files.queries import attachments_of
from linli.core.workdays import add_workdays
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import days_of, keep_version, perform, performs
from linli.core.workflow.numbers import next_number
from linli.organizations.actions.credit import begin_listing, enter_credit_info, save_listing
from linli.organizations.choices import annual as choices
from linli.organizations.choices.annual import CALLED_FROM, FIRST_YEAR, MENDING_MONTHS, ReportState, Result
from linli.organizations.choices.credit import Cause, CreditList, InfoKind, ListingState
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.choices.states import Grade
from linli.organizations.models import AnnualReport, CreditListing, Organization
from linli.organizations.queries.annual import due_of, forwarded_of, owes_report, to_be_called, verified_in
from linli.organizations.queries.credit import months_later

BEGIN, SAVED = "organizations.begin_report", "organizations.draft_saved"
EDITABLE = frozenset({ReportState.DUE, ReportState.MEND, ReportState.MISSED})
SIMPLE = (Grade.A4, Grade.A5)  # 民政部令39号：a simplified check, so the financial report need not be attached
REQUIRED = (
    ("work", "写明一年的工作"),
    ("activities", "填写活动场次"),
    ("members", "填写成员人数"),
    ("party_members", "填写党员人数"),
    ("staff", "填写专职人员"),
    ("income", "填写收入"),
    ("expense", "填写支出"),
    ("assets", "填写年末资产"),
    ("debts", "填写年末负债"),
    ("councils", "填写理事会次数"),
    ("assemblies", "填写会员大会次数"),
)
CALLS_A_NIGHT = 2000


# --- opening ----------------------------------------------------------------------------------------------------


def call_reports(limit: int = CALLS_A_NIGHT) -> int:
    """Call for last year's report wherever it is owed and nobody opened it; returns how many were called for.

    From 1 January until the reports ought to be with the registering authority; later a person opens one by hand.
    """
    today = clock.today()
    year = today.year - 1
    if not dt.date(today.year, *CALLED_FROM) <= today <= forwarded_of(year):
        return 0
    return sum(_call_one(organization, year) for organization in to_be_called(year)[:limit])


def _call_one(organization: Organization, year: int) -> int:
    try:
        _open(organization, year, User.system())
    except WrongState:  # another run, or the organization itself, was first
        return 0
    return 1


@transaction.atomic
def _open(organization: Organization, year: int, opener: User) -> AnnualReport:
    """The report with what the register knows already, called for in the same moment."""
    draft = AnnualReport(
        organization=organization,
        year=year,
        owner=organization.owner,
        due_on=due_of(year),
        simple=organization.grade_now in SIMPLE,
        activities=verified_in(organization, year),
        members=organization.member_count,
        party_members=organization.party_member_count,
    )
    report = open_draft(draft, actor=opener, code=BEGIN)
    called: AnnualReport = perform(choices.CALL, report, actor=User.system())
    return called


def begin_report(organization: Organization, *, year: int, actor: User) -> AnnualReport:
    """Open the report of a year, or go on with the one that is still to be sent.

    Raises WrongState for a second one, and for an organization that owes none of that year.
    """
    if not actor.has_perm(BEGIN, organization):
        raise NotAllowed(BEGIN, "年度报告由组织的负责人报送，或由所在社区代办。")
    if not FIRST_YEAR <= year < clock.today().year:
        text = f"{year} 年还没有结束，年度报告在第二年报送。" if year >= clock.today().year else "年度填错了。"
        raise BadInput(BEGIN, text, fields={"year": text})
    held = AnnualReport.objects.filter(organization=organization, year=year).first()
    if held is not None and held.state not in EDITABLE:
        raise WrongState(BEGIN, f"{year} 年度报告已经有了（{held.state_label}），一年只报一份。")
    if held is not None:
        return held
    if organization.legal_status != LegalStatus.REGISTERED:
        status = organization.get_legal_status_display()
        raise WrongState(BEGIN, f"“{organization.name}”{status}，年度报告由已登记的组织报送。")
    if not owes_report(organization, year):
        raise WrongState(BEGIN, f"{year} 年登记不满六个月，或者不由本区登记，这一年不用在这里报送。")
    return _open(organization, year, actor)


def save_report(report: AnnualReport, *, actor: User, revision: int | None, **values: Any) -> AnnualReport:
    """Keep what has been typed so far."""
    sending = (choices.SEND, choices.RESEND)
    return keep_draft(report, steps=sending, name=SAVED, actor=actor, revision=revision, values=values)


def missing(report: AnnualReport) -> list[str]:
    """What is still to be done before the report can be sent, as instructions; empty when nothing is."""
    todo = [words for name, words in REQUIRED if getattr(report, name) in (None, "")]
    held = {attachment.slot for attachment in attachments_of(report)} if report.pk else set()
    papers = (("report", "年度工作报告", True), ("finance", "财务报告", not report.simple))
    todo += [f"上传{label}" for slot, label, needed in papers if needed and slot not in held]
    return todo


# --- the loop ---------------------------------------------------------------------------------------------------


@performs(choices.CALL)
def call_report(report: AnnualReport, *, actor: User) -> None:
    """It gets its number and lies in the inbox of whoever owes it."""
    area = report.organization.area
    assert area is not None
    report.number = next_number("NB", area, clock.today().year)


def _send(report: AnnualReport, actor: User) -> None:
    todo = missing(report)
    if todo:
        raise BadInput("organizations.incomplete", f"还差 {len(todo)} 项：{'；'.join(todo)}。", fields={})
    if report.owner_id is None:
        report.entered_by = actor
    today = clock.today()
    days = days_of(report, "annual.review_days") or 0
    report.sent_on = report.sent_on or today
    report.forward_by = max(forwarded_of(report.year), add_workdays(today, days))
    keep_version(report, actor)


@performs(choices.SEND)
def send_report(report: AnnualReport, *, actor: User) -> None:
    """Send it to the supervising unit. One that comes late is taken, and stays late."""
    _send(report, actor)


@performs(choices.RESEND)
def resend_report(report: AnnualReport, *, actor: User) -> None:
    """Send the mended report; it counts as sent on the first day."""
    _send(report, actor)


@performs(choices.FORWARD)
def forward_report(report: AnnualReport, *, actor: User, reason: str = "") -> None:
    """The supervising unit has looked at it."""


@performs(choices.RETURN)
def return_report(report: AnnualReport, *, actor: User, reason: str) -> None:
    """Whoever has it now asks for what is missing."""


def _conclude(report: AnnualReport, result: Result, reason: str, actor: User) -> None:
    report.result, report.decided_by = result, actor
    if result != Result.PASSED:
        report.mend_by = months_later(clock.today(), MENDING_MONTHS)
    _inform(report, f"{report.year} 年度检查{result.label}", reason, actor)


def _inform(report: AnnualReport, title: str, content: str, actor: User) -> None:
    """Enter it as credit information the moment it comes about (rulebook §2.5)."""
    bodies = (
        grant.body_name
        for grant in grants_of(actor)
        if grant.role in (Role.DISTRICT_OFFICER, Role.DISTRICT_HEAD) and grant.covers(report.scope)
    )
    enter_credit_info(
        report.organization,
        actor=actor,
        kind=InfoKind.REPORT,
        title=title,
        content=content[:500],
        source=next(bodies, "") or "登记管理机关",
        document=report.number,
        happened_on=clock.today(),
    )


@performs(choices.PASS)
def pass_report(report: AnnualReport, *, actor: User, reason: str = "") -> None:
    """Passed."""
    _conclude(report, Result.PASSED, reason, actor)


@performs(choices.PASS_BARELY)
def pass_report_barely(report: AnnualReport, *, actor: User, reason: str) -> None:
    """Basically passed: three months to mend."""
    _conclude(report, Result.FAIR, reason, actor)


@performs(choices.FAIL)
def fail_report(report: AnnualReport, *, actor: User, reason: str) -> None:
    """Not passed: three months to mend."""
    _conclude(report, Result.FAILED, reason, actor)


@performs(choices.SAY_MENDED)
def say_report_mended(report: AnnualReport, *, actor: User, reason: str) -> None:
    """The organization says that it has put things right."""


@performs(choices.ACCEPT_MENDING)
def accept_report_mending(report: AnnualReport, *, actor: User, reason: str = "") -> None:
    """Looked at and put right."""


@performs(choices.REJECT_MENDING)
def reject_report_mending(report: AnnualReport, *, actor: User, reason: str) -> None:
    """Something is still wrong; the day by which it has to be mended stays."""


@performs(choices.NOTE_UNMENDED)
def note_report_unmended(report: AnnualReport, *, actor: User, reason: str) -> None:
    """The three months are over: a person says so, and the credit information follows."""
    assert report.mend_by is not None
    if clock.today() <= report.mend_by:
        raise WrongState(choices.NOTE_UNMENDED.name, f"整改期到 {report.mend_by:%Y年%-m月%-d日}，还不能认定。")
    _inform(report, f"{report.year} 年度检查{report.get_result_display()}，逾期没有整改", reason, actor)
    _draft_listing(report, Cause.NOT_MENDED, reason, actor)


@performs(choices.NOTE_MISSED)
def note_report_missed(report: AnnualReport, *, actor: User, reason: str) -> None:
    """The day has passed without a report: a person says so, and the credit information follows."""
    if clock.today() <= report.due_on:
        raise WrongState(choices.NOTE_MISSED.name, f"报送期限是 {report.due_on:%Y年%-m月%-d日}，还不能认定。")
    report.missed_on = clock.today()
    _inform(report, f"没有按时报送 {report.year} 年度工作报告", reason, actor)
    _draft_listing(report, Cause.NO_REPORT, reason, actor)


def _draft_listing(report: AnnualReport, cause: Cause, reason: str, actor: User) -> None:
    """Leave the officer a draft of the entry on the list; sending it is another decision, listing a third."""
    ended = (ListingState.REMOVED, ListingState.DROPPED, ListingState.WITHDRAWN)
    organization = report.organization
    held = CreditListing.objects.filter(organization=organization, cause=cause).exclude(state__in=ended)
    if held.exists():
        return
    listing = begin_listing(organization, credit_list=CreditList.ABNORMAL, actor=actor)
    if not listing.cause:
        facts = f"{report.title}（{report.number}）：{reason}"
        values = {"cause": cause, "facts": facts[:1000], "document": report.number}
        save_listing(listing, actor=actor, revision=None, **values)


@performs(choices.EXEMPT)
def exempt_report(report: AnnualReport, *, actor: User, reason: str) -> None:
    """No report of this year is owed after all."""
