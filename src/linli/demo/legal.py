"""The legal life of registered organizations in the demo district: annual reports of the last year that is due."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from linli.actors.choices import Role
from linli.core import clock
from linli.core.access.models import User
from linli.core.files import store
from linli.demo import papers
from linli.demo.world import World, moment
from linli.organizations.actions import annual
from linli.organizations.models import AnnualReport

SAFE_FROM = 9  # from this month on last year's reports are told to their end, before it those of the year before
WORK = "围绕社区需要开展服务：全年办活动{n}场，参加的多是本社区居民；按章程开了会，账目向成员公布。"


def load_legal(world: World) -> int:
    """Play the reports of a year through the real actions, then call for those that are owed today."""
    year = world.today.year - (1 if world.today.month >= SAFE_FROM else 2)
    with clock.at(moment(dt.date(year + 1, 1, 2), "02:21")):
        annual.call_reports()
    reports = AnnualReport.objects.select_related("organization__area__parent", "owner").order_by("pk")
    for n, report in enumerate(reports):
        _Telling(world, report).tell(n)
    with clock.at(world.now):
        annual.call_reports()
    return AnnualReport.objects.count()


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
