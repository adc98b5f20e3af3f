"""The legal life of organizations in the demo district: registrations, annual reports, and ends."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from linli.actors.choices import Role
from linli.core import clock
from linli.core.access.models import User
from linli.core.codes.uscc import check_character, inner_check_character
from linli.core.files import store
from linli.core.workflow.models import Case
from linli.demo import papers
from linli.demo.personas import DISTRICT
from linli.demo.world import World, moment
from linli.organizations.actions import annual, deregistration, registration
from linli.organizations.choices import deregistration as deregistration_papers
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.choices.registration import PAPERS
from linli.organizations.choices.states import IncubationStatus
from linli.organizations.models import AnnualReport, Deregistration, Organization, Registration

STORIES = 5
ENDING = re.compile("(小组|小队|队|社|会|团|组)$")
SAFE_FROM = 9  # from this month on last year's reports are told to their end, before it those of the year before
WORK = "围绕社区需要开展服务：全年办活动{n}场，参加的多是本社区居民；按章程开了会，账目向成员公布。"


def load_legal(world: World) -> tuple[int, int, int]:
    """Play reports of a year, registrations and ends through the real actions; how many there are of each."""
    _reports(world)
    for n, organization in enumerate(_grown(world)):
        _apply(world, n, organization)
    ending = Organization.objects.filter(legal_status=LegalStatus.REGISTERED, registered_level="district")
    ending = ending.filter(registered_on__lt=world.back(60))
    for n, organization in enumerate(ending.select_related("area__parent", "owner").order_by("-pk")[:2]):
        _finish(world, n, organization)
    return AnnualReport.objects.count(), Registration.objects.count(), Deregistration.objects.count()


def _reports(world: World) -> None:
    year = world.today.year - (1 if world.today.month >= SAFE_FROM else 2)
    with clock.at(moment(dt.date(year + 1, 1, 2), "02:21")):
        annual.call_reports()
    reports = AnnualReport.objects.select_related("organization__area__parent", "owner").order_by("pk")
    for n, report in enumerate(reports):
        _Telling(world, report).tell(n)
    with clock.at(world.now):
        annual.call_reports()


# --- registrations ------------------------------------------------------------------------------------------------


def _grown(world: World) -> list[Organization]:
    """Who has grown in an incubator, and as many others as are wanted."""
    rows = Organization.objects.filter(legal_status=LegalStatus.FILED, owner__isnull=False)
    rows = rows.exclude(name="春梅书画社").exclude(dormancies__isnull=False).exclude(amendments__isnull=False)
    grown = list(rows.filter(incubation_status=IncubationStatus.GRADUATED).order_by("pk")[:STORIES])
    more = rows.exclude(incubation_status__in=(IncubationStatus.IN, IncubationStatus.GRADUATED)).order_by("pk")
    return [*grown, *more[: STORIES - len(grown)]]


def _apply(world: World, n: int, organization: Organization) -> None:
    """One lies with the street, one waits to be accepted, one is being decided on, one is registered, one refused."""
    area, owner = organization.area, organization.owner
    assert area is not None
    assert area.parent is not None
    assert owner is not None
    street = world.staff.holder(Role.STREET_OFFICER, area.parent)
    officer = world.staff.holder(Role.DISTRICT_OFFICER, world.places.district)
    name = f"{world.places.district.name}{ENDING.sub('', organization.name)}协会"
    with clock.at(world.at_work(world.back(34 - 5 * n if n > 2 else 12 - 3 * n))):
        case = registration.begin_registration(organization, actor=owner)
        _bring(case, PAPERS, name, owner)
        values = {
            "legal_type": "association",
            "full_name": name,
            "individuals": max(case.individuals, 52),
            "funds": max(case.funds, Decimal(32_000)),
        }
        case = registration.save_registration(case, actor=owner, revision=None, **values)
        case = registration.submit_registration(case, actor=owner)
    if n == 0:
        return
    with clock.at(world.at_work(world.back(9 - 3 * n if n < 3 else 30 - 5 * n))):
        approval = f"{area.parent.name[:1]}街〔{world.today.year}〕{11 + n} 号"
        case = registration.consent_registration(case, actor=street, approval_number=approval, reason="同意筹备。")
    if n == 1:
        return
    with clock.at(world.at_work(world.back(2 if n == 2 else 28 - 5 * n))):
        case = registration.accept_registration(case, actor=officer)
    if n == 2:
        return
    with clock.at(world.at_work(world.back(5 if n == 3 else 4))):
        if n == 3:
            registration.register_organization(case, actor=officer, uscc=_code(n))
        else:
            words = "章程里没有写明财产的来源和终止以后怎么处理，不符合条例第十四条。"
            registration.refuse_registration(case, actor=officer, reason=words)


def _code(n: int) -> str:
    inner = f"MJL{n:05d}"
    body = f"51{DISTRICT}{inner}{inner_check_character(inner)}"
    return body + check_character(body)


# --- ends ---------------------------------------------------------------------------------------------------------


def _finish(world: World, n: int, organization: Organization) -> None:
    """One is liquidating, one has done so and waits to be struck off."""
    area = organization.area
    assert area is not None
    assert area.parent is not None
    writer = organization.owner or world.staff.holder(Role.COMMUNITY_WORKER, area)
    street = world.staff.holder(Role.STREET_OFFICER, area.parent)
    values: dict[str, Any] = {
        "kind": "term" if n else "dissolve",
        "cause": "会员大会按章程决议终止，到会会员三分之二以上同意。",
        "plan": "理事会推选三人组成清算组，登报公告四十五日，清偿后的余款转给街道的公益项目。",
    }
    with clock.at(world.at_work(world.back(55))):
        case = deregistration.begin_deregistration(organization, actor=writer)
        _bring(case, deregistration_papers.PAPERS, organization.name, writer)
        case = deregistration.save_deregistration(case, actor=writer, revision=None, **values)
        case = deregistration.submit_deregistration(case, actor=writer)
    with clock.at(world.at_work(world.back(50))):
        case = deregistration.consent_deregistration(case, actor=street, reason="同意，请按章程清算。")
    if n == 0:
        return
    result = {
        "claims": Decimal("2400.00"),
        "debts": Decimal("1860.50"),
        "remainder": Decimal("5320.00"),
        "heir": "捐给街道社区慈善基金，用于独居老人探访。",
    }
    with clock.at(world.at_work(world.back(8))):
        case = deregistration.end_liquidation(case, actor=writer, liquidated_on=clock.today())
    with clock.at(world.at_work(world.back(4))):
        _bring(case, deregistration_papers.PAPERS_AFTER, organization.name, writer)
        case = deregistration.save_deregistration(case, actor=writer, revision=None, **result)
        deregistration.apply_deregistration(case, actor=writer)


def _bring(case: Case, papers_asked: Iterable[tuple[str, str, bool, str]], name: str, writer: User) -> None:
    """The papers that are needed, a page each."""
    for slot, title, needed, _why in papers_asked:
        if needed:
            file = SimpleUploadedFile(f"{title}.pdf", papers.pdf(title, [name, "（签名、盖章）"]), "application/pdf")
            store(file, subject=case, slot=slot, actor=writer)


# --- annual reports -----------------------------------------------------------------------------------------------


class _Telling:
    """One report, and everybody who has to do with it."""

    def __init__(self, world: World, report: AnnualReport) -> None:
        self.world, self.report = world, report
        area = report.organization.area
        assert area is not None
        assert area.parent is not None
        self.writer: User = report.owner or world.staff.holder(Role.COMMUNITY_WORKER, area)
        self.street = world.staff.holder(Role.STREET_OFFICER, area.parent)
        self.officer = world.staff.holder(Role.DISTRICT_OFFICER, world.places.district)
        self.head = world.staff.holder(Role.DISTRICT_HEAD, world.places.district)

    def on(self, month: int, day: int) -> dt.datetime:
        """In office hours of that day in the year after, or of the next working day."""
        wanted = dt.date(self.report.year + 1, month, day)
        calendar = self.world.calendar
        return self.world.at_work(wanted if calendar.is_workday(wanted) else calendar.add(wanted, 1))

    def lately(self, days: int) -> dt.datetime:
        """Some working days ago."""
        return self.world.at_work(self.world.back(days))

    def tell(self, n: int) -> None:
        """Most are passed; one each was missed, is being mended, was mended, lies with somebody."""
        if n == 2:
            with clock.at(self.on(4, 20)):
                annual.note_report_missed(
                    self.report, actor=self.officer, reason="三月、四月电话和书面各催告一次，没有报送。"
                )
            return
        late = n in (3, 4, 5, 6)
        self._send(self.lately(24 - n) if late else self.on(2 + n % 2, 3 + n))
        if n == 5:  # lies with the street
            return
        self._forward(self.lately(15 - n) if late else self.on(4, 8 + n))
        if n == 4:  # lies with the district
            return
        self._conclude(n)

    def _send(self, at: dt.datetime) -> None:
        report = self.report
        members = report.members or 20
        values: dict[str, Any] = {
            "work": WORK.format(n=report.activities or 6),
            "activities": report.activities or 6,
            "members": members,
            "party_members": report.party_members or 0,
            "staff": report.pk % 3,
            "income": Decimal(18_000 + 700 * members),
            "expense": Decimal(16_500 + 650 * members),
            "assets": Decimal(42_000 + 300 * members),
            "debts": Decimal(0),
            "councils": 2,
            "assemblies": 1 if report.organization.legal_type == "association" else 0,
        }
        name = report.organization.name
        with clock.at(at - dt.timedelta(minutes=40)):
            for slot, title in (("report", "年度工作报告"), ("finance", "财务报告")):
                words = [f"{name}", f"{report.year} 年度", values["work"][:38], values["work"][38:76], "（盖章）"]
                paper = SimpleUploadedFile(f"{title}.pdf", papers.pdf(title, words), "application/pdf")
                store(paper, subject=report, slot=slot, actor=self.writer)
            report = annual.save_report(report, actor=self.writer, revision=None, **values)
        with clock.at(at):
            self.report = annual.send_report(report, actor=self.writer)

    def _forward(self, at: dt.datetime) -> None:
        with clock.at(at):
            self.report = annual.forward_report(self.report, actor=self.street, reason="材料齐全，情况属实。")

    def _conclude(self, n: int) -> None:
        officer = {"actor": self.officer}
        if n == 3:  # to be mended now
            with clock.at(self.lately(6)):
                words = "收支没有单独记账，财务报告和银行流水对不上。"
                annual.fail_report(self.report, reason=words, **officer)
            return
        if n not in (1, 6):
            with clock.at(self.on(5, 12 + n % 14)):
                annual.pass_report(self.report, **officer)
            return
        with clock.at(self.lately(8) if n == 6 else self.on(5, 20)):
            report = annual.pass_report_barely(self.report, reason="全年没有开过理事会。", **officer)
        with clock.at(self.lately(4) if n == 6 else self.on(7, 15)):
            report = annual.say_report_mended(report, reason="补开了理事会，会议记录已交来。", actor=self.writer)
        if n == 1:
            with clock.at(self.on(7, 22)):
                annual.accept_report_mending(report, reason="会议记录齐全。", actor=self.head)
