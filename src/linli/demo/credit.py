"""Credit in the demo district: what inspections found, who is on the lists, who has left them, who is being heard."""

from __future__ import annotations

import datetime as dt

from linli.actors.choices import Role
from linli.core import clock
from linli.core.access.models import User
from linli.demo.world import World
from linli.organizations.actions import credit as actions
from linli.organizations.choices.credit import CreditList
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.models import CreditListing, Organization

BUREAU = "汕头市金平区民政局"
INSPECTED = (
    ("抽查合格", "财务、会务、活动都符合章程。", "汕金民查〔{year}〕{n} 号"),
    ("抽查发现财务公开不及时，已当场改正", "补贴了上半年的收支明细。", "汕金民查〔{year}〕{n} 号"),
)
# Cause, facts, document, days ago it was told; how far it has come.
STORIES = (
    (
        "no_report",
        "上一年度工作报告到三月三十一日没有报送，四月、五月两次书面催告。",
        "汕金民年〔2026〕9 号",
        150,
        "listed",
    ),
    (
        "not_mended",
        "抽查发现没有开过理事会，责令三十日内改正，逾期没有完成。",
        "汕金民改〔2026〕3 号",
        120,
        "removed",
    ),
    (
        "no_party",
        "有正式党员四名，街道党工委两次提出设立党支部，没有办理。",
        "汕金民改〔2026〕6 号",
        60,
        "spared",
    ),
    ("no_report", "上一年度工作报告没有报送，电话和书面各催告一次。", "汕金民年〔2026〕14 号", 5, "heard"),
    ("fined_lightly", "未经备案变更活动场所，给予警告。", "汕金民罚〔2026〕2 号", 90, "listed"),
)


def load_credit(world: World) -> int:
    """A few of many: nearly all organizations are in good standing. Returns how many were ever proposed."""
    officer = world.staff.holder(Role.DISTRICT_OFFICER, world.places.district)
    head = world.staff.holder(Role.DISTRICT_HEAD, world.places.district)
    living = Organization.objects.filter(legal_status__in=(LegalStatus.FILED, LegalStatus.REGISTERED))
    chosen = list(living.filter(filed_on__lt=world.now.date() - dt.timedelta(days=500)).order_by("number")[7:400:13])
    for n, organization in enumerate(chosen[: len(INSPECTED) * 4]):
        _inspect(world, organization, n, officer)
    return sum(
        _play(world, organization, story, officer, head)
        for organization, story in zip(chosen[-len(STORIES) :], STORIES, strict=False)  # a small register has fewer
    )


def _inspect(world: World, organization: Organization, n: int, officer: User) -> None:
    title, content, number = INSPECTED[n % len(INSPECTED)]
    day = world.calendar.add(world.now.date() - dt.timedelta(days=200 - 11 * n), 1)
    with clock.at(world.at_work(world.calendar.add(day, 2))):
        actions.enter_credit_info(
            organization,
            actor=officer,
            kind="inspection",
            title=title,
            content=content,
            source=BUREAU,
            document=number.format(year=day.year, n=n + 3),
            happened_on=day,
        )


def _play(
    world: World, organization: Organization, story: tuple[str, str, str, int, str], officer: User, head: User
) -> int:
    cause, facts, document, ago, end = story
    day = world.calendar.add(world.now.date() - dt.timedelta(days=ago), 1)

    def later(workdays: int) -> dt.datetime:
        return world.at_work(world.calendar.add(day, workdays))

    with clock.at(later(0)):
        listing = actions.begin_listing(organization, credit_list=CreditList.ABNORMAL, actor=officer)
        values = {"cause": cause, "facts": facts, "document": document}
        listing = actions.save_listing(listing, actor=officer, revision=None, **values)
        listing = actions.notify_listing(listing, actor=officer)
    if end == "heard":
        return 1
    with clock.at(later(11)):
        listing = actions.end_hearing(listing, actor=world.system)
    with clock.at(later(14)):
        _decide(listing, end, head)
    if end == "removed":
        with clock.at(later(30)):
            listing = actions.ask_removal(
                CreditListing.objects.get(pk=listing.pk),
                actor=officer,
                reason="本月开了理事会，会议纪要和签到已经交来，代负责人申请移出。",
            )
        with clock.at(later(33)):
            actions.grant_removal(listing, actor=head, reason="会议纪要齐全，已经改正。")
    return 1


def _decide(listing: CreditListing, end: str, head: User) -> None:
    if end == "spared":
        actions.spare_listing(listing, actor=head, reason="告知后已向街道党工委提出设立党支部，正在办理。")
    else:
        actions.enter_listing(
            CreditListing.objects.get(pk=listing.pk), actor=head, reason="事实清楚，期限内没有申辩，依法列入。"
        )
