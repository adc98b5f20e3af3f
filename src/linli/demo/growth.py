"""Young organizations in incubators, and old ones that have fallen asleep."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from linli.actors.choices import Role
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.demo.personas import STREET
from linli.demo.world import World, moment
from linli.organizations.actions import dormant, incubation, rating
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.models import Dormancy, Incubation, Incubator, Organization
from linli.organizations.rules.incubation import MAY_APPLY

STAYS = 24
WHY = "每周活动两次，常来的有二十多人，都是附近居民。"
WANTS = "想要一间固定的活动室，也想请人讲讲怎么登记。"
HELP = (
    ("policy", "请区民政局经办讲登记要准备的材料。"),
    ("venue", "借投影和桌椅，每周三晚开放大厅。"),
    ("project", "和社区卫生站合办义诊，分担材料费。"),
)


def load_growth(world: World) -> tuple[int, int]:
    """Stays in incubators and matters of dormant organizations; returns how many of each."""
    rooms = {street.pk: _room(world, n, street) for n, street in enumerate(world.places.streets)}
    for n, organization in enumerate(_young(world)):
        _stay(world, n, organization, rooms)
    _dormant(world)
    return Incubation.objects.count(), Dormancy.objects.count()


def _young(world: World) -> list[Organization]:
    """Not registered, led by somebody with an account; the personas' street first, as many as its rooms hold."""
    rows = Organization.objects.filter(legal_status__in=MAY_APPLY, owner__isnull=False)
    rows = rows.exclude(name="春梅书画社").filter(filed_on__lt=world.today - dt.timedelta(days=400))
    rows = rows.select_related("area__parent", "owner").order_by("-filed_on", "pk")
    near = list(rows.filter(area__parent__code=STREET)[:8])
    return [*near, *rows.exclude(area__parent__code=STREET)[: STAYS - len(near)]]


def _room(world: World, n: int, street: Area) -> Incubator:
    keeper = world.staff.holder(Role.FEDERATION_SECRETARY, street)
    with clock.at(moment(world.today - dt.timedelta(days=900 - n), "10:00")):
        name = f"{street.name.removesuffix('街道')}社会组织孵化室"
        return incubation.open_incubator(street, name=name, address="街道政务服务中心二楼", capacity=12, actor=keeper)


def _stay(world: World, n: int, organization: Organization, rooms: dict[int, Incubator]) -> None:
    area, owner = organization.area, organization.owner
    assert area is not None
    assert area.parent is not None
    assert owner is not None
    keeper = world.staff.holder(Role.FEDERATION_SECRETARY, area.parent)
    begun = world.back(4 + n % 3) if n < 2 else world.today - dt.timedelta(days=330 - 9 * n)
    with clock.at(_at(world, begun, 0)):
        stay = incubation.begin_incubation(organization, actor=owner)
        told = {"incubator": rooms[area.parent.pk], "why": WHY, "wants": WANTS}
        stay = incubation.save_incubation(stay, actor=owner, revision=None, **told)
        stay = incubation.apply_incubation(stay, actor=owner)
    if n < 2:  # waits for an answer
        return
    with clock.at(_at(world, begun, 5)):
        stay = incubation.admit_incubation(stay, place=f"{201 + n % 4} 室 {1 + n % 6} 号工位", actor=keeper)
    for turn, (kind, words) in enumerate(HELP[: 1 + n % 3]):
        with clock.at(_at(world, begun, 20 + 14 * turn)):
            given = {"kind": kind, "given_on": clock.today(), "words": words}
            stay = incubation.support_incubation(stay, actor=keeper, **given)
    _end(world, n, stay, begun, owner, keeper)


def _end(world: World, n: int, stay: Incubation, begun: dt.date, owner: User, keeper: User) -> None:
    """Every fourth has reached what registration asks for, one leaves, one gets more time."""
    grown = n % 4 == 2
    with clock.at(_at(world, begun, 60)):
        stay = incubation.measure_incubation(
            stay,
            individuals=52 + n if grown else 18 + n,
            units=0,
            funds=Decimal(32_000 if grown else 6_000 + 900 * n),
            has_venue=grown or n % 2 == 0,
            has_charter=True,
            actor=owner,
        )
    with clock.at(_at(world, begun, 75)):
        if grown:
            incubation.graduate_incubation(stay, reason="四项条件都达到，建议申请登记。", actor=keeper)
        elif n == 3:
            incubation.leave_incubation(stay, reason="负责人去外地工作，暂停活动。", actor=owner)
        elif n == 5:
            incubation.extend_incubation(stay, reason="还差会员和资金，正在和两个小区联络。", actor=keeper)


def _at(world: World, begun: dt.date, days: int) -> dt.datetime:
    day = begun + dt.timedelta(days=days)
    return world.at_work(day if world.calendar.is_workday(day) else world.calendar.add(day, 1))


# --- those that have fallen asleep --------------------------------------------------------------------------------


def _dormant(world: World) -> None:
    """Found some weeks ago; some have answered, one is decided on."""
    with clock.at(moment(world.back(18), "02:07")):
        rating.rate_all()
        dormant.notice_dormant(limit=16)
    filed = Dormancy.objects.filter(organization__legal_status=LegalStatus.FILED)  # what the street may end
    for n, matter in enumerate(filed.select_related("organization__area__parent", "owner")[:8]):
        _heard(world, n, matter)
    with clock.at(world.now):
        rating.rate_all()


def _heard(world: World, n: int, matter: Dormancy) -> None:
    area = matter.organization.area
    assert area is not None
    assert area.parent is not None
    worker = world.staff.holder(Role.COMMUNITY_WORKER, area)
    officer = world.staff.holder(Role.STREET_OFFICER, area.parent)
    speaker = matter.owner or worker
    with clock.at(moment(world.back(12), "10:20")):
        matter = dormant.answer_dormancy(matter, reason="骨干都搬走了，这一年没办成活动。", actor=speaker)
    if n < 3:  # waits for the community
        return
    with clock.at(moment(world.back(9), "15:40")):
        matter = dormant.check_dormancy(matter, reason="上门见到负责人，情况属实。", actor=worker)
    if n < 5:  # waits for the street
        return
    with clock.at(moment(world.back(6), "11:15")):
        if n == 5:
            dormant.wake_dormant(matter, reason="社区书记牵头，下月合办一场便民活动。", actor=officer)
            return
        reason = "一年没有活动，负责人书面表示不再继续。"
        matter = dormant.propose_dormant_end(matter, ending="cancel", reason=reason, actor=officer)
    with clock.at(moment(world.back(3), "09:10")):
        matter = dormant.reply_dormancy(matter, reason="没有意见。", actor=speaker)
    if n == 6:
        with clock.at(moment(world.back(2), "16:00")):
            dormant.end_dormant(matter, reason="事实清楚，本人无异议，予以注销。", actor=officer)
