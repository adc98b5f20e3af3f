"""What the organizations of a scenario did: activities and stays in incubators, each with the steps it took."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from linli.actors.choices import Role
from linli.areas.models import Area
from linli.core.access.models import User
from linli.demo.replay import Taken
from linli.demo.scenario.composing import BATCH, Made, day_of, numbered, values_for
from linli.demo.world import moment
from linli.organizations.actions.incubation import OPENED
from linli.organizations.choices import activities as steps_of
from linli.organizations.choices import incubation as staying
from linli.organizations.choices.activities import POLICE_BY_LAW, ActivityKind
from linli.organizations.models import Activity, Incubation, Incubator, Organization

K = ActivityKind
USUAL = (
    ("便民服务日", K.SERVICE),
    ("义诊进社区", K.SERVICE),
    ("独居老人走访慰问", K.CARE),
    ("助学帮困", K.CARE),
    ("灯谜竞猜", K.SHOW),
    ("普法讲座", K.CLASS),
)
GREAT = (("春节锣鼓巡游", K.FESTIVAL), ("潮剧惠民演出", K.SHOW), ("元宵民俗游园会", K.FESTIVAL))
REPORTED_FROM = 200  # expected people from which a plan is reported beforehand: major.attendance
PLAN = "提前公布时间地点，志愿者引导秩序，结束后清理场地。"
DONE = ("秩序良好，居民希望每年都办。", "按方案进行，没有安全事故。", "老人多，下次早半小时开始。")
WHY = "有固定骨干，每月办活动，参加的多是附近居民。"
WANTS = "想要活动室和登记方面的指导。"


def hold(
    made: Made, hosts: Sequence[Organization], sizes: Sequence[int], first: dt.date, last: dt.date
) -> list[Activity]:
    """An activity of each size in person-times, by the hosts in turn, on days between two days."""
    parameters = values_for(steps_of.ACTIVITY, made.ground.today.district)
    rows = [
        _activity(made, hosts[n % len(hosts)], size, made.between(first, last), n) for n, size in enumerate(sizes)
    ]
    for row in rows:
        row.parameters = parameters
    numbered([(row, row.organization.area or made.ground.today.district, day_of(row)) for row in rows], "HD")
    Activity.objects.bulk_create(rows, batch_size=BATCH)
    for row in rows:
        _play(made, row)
    return rows


def _activity(made: Made, host: Organization, size: int, day: dt.date, n: int) -> Activity:
    chance, area = made.world.random, host.area
    assert area is not None
    day = max(day, (host.filed_on or day) + dt.timedelta(days=14))
    starts_at = moment(day, chance.choice(("09:00", "14:30", "19:00")))
    great = size >= POLICE_BY_LAW
    name, kind = chance.choice(GREAT if great else USUAL)
    return Activity(
        organization=host,
        scope=host.scope,
        entered_by=_of(made, area, Role.COMMUNITY_WORKER),
        state="verified",
        name=name,
        kind=kind,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(minutes=chance.choice((90, 120, 180))),
        place=host.address,
        plan=PLAN,
        expected=max(1, size),
        outdoor=great,
        procession=great and "巡游" in name,
        police_number=f"公治许〔{day.year}〕{n + 1} 号" if great else "",
        budget=Decimal(200 + size) if size >= REPORTED_FROM else None,
        money_from="会费和商户赞助，账目张榜" if size >= REPORTED_FROM else "",
        persons=max(1, size * 4 // 5),
        person_times=size,
        hours=Decimal(chance.randint(4, 60)) / 2,
        summary_text=chance.choice(DONE),
        confirmed_by=_of(made, area, Role.COMMUNITY_HEAD),
        revision=6,
        created_at=starts_at - dt.timedelta(days=12),
        began_at=starts_at - dt.timedelta(days=11),
        ended_at=made.at(day + dt.timedelta(days=3)),
    )


def _of(made: Made, area: Area, role: Role) -> User:
    return made.world.staff.holder(role, area)


def _play(made: Made, row: Activity) -> None:
    area = row.organization.area
    assert area is not None
    assert area.parent is not None
    assert row.began_at is not None
    assert row.ends_at is not None
    assert row.ended_at is not None
    assert row.confirmed_by is not None
    worker = _of(made, area, Role.COMMUNITY_WORKER)
    made.replay.event(row.created_at, worker, "core.case_begun", row)
    if row.person_times is not None and row.person_times >= REPORTED_FROM:
        secretary = _of(made, area.parent, Role.FEDERATION_SECRETARY)
        planned = [
            Taken(row.began_at, steps_of.REPORT, worker, sends=True),
            Taken(row.began_at + dt.timedelta(days=2), steps_of.AGREE, secretary),
        ]
    else:
        planned = [Taken(row.began_at, steps_of.ANNOUNCE, worker, sends=True)]
    after = [
        Taken(row.ends_at + dt.timedelta(minutes=25), steps_of.HOLD, worker),
        Taken(row.ends_at + dt.timedelta(minutes=40), steps_of.SUMMARISE, worker),
        Taken(row.ended_at, steps_of.CONFIRM, row.confirmed_by),
    ]
    made.replay.play(row, [*planned, *after], begun=(row.created_at, worker))


# --- incubation -----------------------------------------------------------------------------------------------------


def open_parks(made: Made, areas: Sequence[Area], since: dt.date, said: str, capacity: int) -> list[Incubator]:
    """An incubator in each of these streets or communities."""
    rows = [
        Incubator(
            name=f"{area.short_name.removesuffix('街道')}{said}",
            area=area,
            scope=area.path,
            address=f"{area.short_name}党群服务中心",
            capacity=capacity,
            opened_on=since + dt.timedelta(days=6 * n % 200),
        )
        for n, area in enumerate(areas)
    ]
    Incubator.objects.bulk_create(rows)
    for row in rows:
        made.replay.event(moment(row.opened_on, "10:00"), made.world.system, OPENED, row, incubator=row.name)
    return rows


def incubate(
    made: Made,
    stays: Sequence[tuple[Organization, Incubator, dt.date]],
    graduated: int,
    until: dt.date,
    keeper_of: Role,
) -> None:
    """Stays from a day on; the first so many reach what registration asks for by the last day, the others leave."""
    parameters = values_for(staying.INCUBATION, made.ground.today.district)
    rows: list[Incubation] = []
    for n, (one, room, admitted) in enumerate(stays):
        grown = n < graduated
        left = min(admitted + dt.timedelta(days=300 + n % 60), until) if grown else admitted + dt.timedelta(days=365)
        rows.append(
            Incubation(
                organization=one,
                scope=one.scope,
                entered_by=_of(made, one.area, Role.COMMUNITY_WORKER) if one.area else None,
                state="graduated" if grown else "exited",
                incubator=room,
                why=WHY,
                wants=WANTS,
                place=f"{201 + n % 4} 室 {1 + n % 9} 号工位",
                admitted_on=admitted,
                until=admitted + dt.timedelta(days=365),
                individuals=52 + n % 30 if grown else 12 + n % 30,
                funds=Decimal(31_000 + 500 * n if grown else 3_000 + 10 * n),
                has_venue=grown,
                has_charter=grown,
                parameters=parameters,
                revision=5,
                created_at=moment(admitted - dt.timedelta(days=10), "09:10"),
                began_at=moment(admitted - dt.timedelta(days=9), "09:40"),
                ended_at=moment(left, "16:30"),
            )
        )
    numbered([(row, row.organization.area or made.ground.today.district, day_of(row)) for row in rows], "FH")
    Incubation.objects.bulk_create(rows, batch_size=BATCH)
    for row in rows:
        _stay(made, row, keeper_of)


def _stay(made: Made, row: Incubation, keeper_of: Role) -> None:
    area = row.organization.area
    assert area is not None
    assert area.parent is not None
    assert row.began_at is not None
    assert row.admitted_on is not None
    assert row.ended_at is not None
    worker = _of(made, area, Role.COMMUNITY_WORKER)
    keeper = _of(made, area.parent, keeper_of)
    end = (
        Taken(row.ended_at, staying.GRADUATE, keeper, "四项条件都达到。")
        if row.state == "graduated"
        else Taken(row.ended_at, staying.LEAVE, keeper, "孵化期满，转回社区活动。")
    )
    steps = [
        Taken(row.began_at, staying.APPLY, worker, sends=True),
        Taken(moment(row.admitted_on, "10:30"), staying.ADMIT, keeper),
        end,
    ]
    made.replay.play(row, steps, begun=(row.created_at, worker))
