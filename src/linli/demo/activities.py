"""Activities: what the organizations did in the last twelve months, written in bulk, and what is going on, played."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

from django.utils import timezone

from linli.actors.choices import Role
from linli.core import clock
from linli.core.access.models import User
from linli.core.parameters import values_of
from linli.core.workflow.numbers import pass_over
from linli.demo.personas import STREET
from linli.demo.replay import Replay, Taken
from linli.demo.world import World, moment
from linli.organizations.actions import activities as actions
from linli.organizations.choices import activities as choices
from linli.organizations.choices.activities import ActivityKind
from linli.organizations.choices.filing import Kind
from linli.organizations.models import Activity, Organization
from linli.organizations.rules.activities import MAY_HOLD

K = ActivityKind
SORTS: dict[str, tuple[tuple[str, ActivityKind], ...]] = {
    Kind.SERVICE: (
        ("便民维修日", K.SERVICE),
        ("老人义诊", K.SERVICE),
        ("独居老人走访", K.CARE),
        ("智能手机课", K.CLASS),
    ),
    Kind.AUTONOMY: (("楼道议事会", K.TALK), ("停车怎么停，大家议", K.TALK), ("小区公约宣讲", K.CLASS)),
    Kind.CULTURE: (
        ("潮剧清唱会", K.SHOW),
        ("书画教学课", K.CLASS),
        ("广场舞交流", K.SHOW),
        ("乒乓球友谊赛", K.SPORTS),
    ),
    Kind.SAFETY: (("消防安全讲座", K.CLASS), ("夜间巡逻", K.SERVICE), ("反诈宣传", K.SERVICE)),
    Kind.OTHER: (("旧衣捐赠整理", K.SERVICE), ("环境清洁日", K.SERVICE), ("邻里茶话会", K.OTHER)),
}
# Of a hundred organizations so many held so many activities in the last twelve months.
HOW_MANY = {0: 14, 1: 18, 2: 30, 3: 22, 4: 10, 6: 6}
SAVED = sorted({"expected", "ends_at", "kind", "name", "open_to_all", "place", "plan", "starts_at"})
PLAN = "提前三天在群里和公告栏通知，当天两名志愿者在门口引导，结束后一起收拾场地。"
DONE = ("居民反映不错，希望每月都有。", "来的多是老人，下次早半小时开始。", "场地有点小，下次借二楼大厅。")
COMING = 24


def load_activities(world: World) -> int:
    """The last twelve months of every organization, and what is planned; returns how many activities there are."""
    rows = Organization.objects.filter(legal_status__in=MAY_HOLD, filed_on__lt=world.today - dt.timedelta(days=70))
    rows = rows.select_related("area__parent", "owner").defer("search_text", "search_private", "search_codes")
    organizations = list(rows.order_by("pk"))
    _past(world, organizations)
    _going_on(world, organizations)
    return Activity.objects.count()


# --- the last twelve months ---------------------------------------------------------------------------------------


def _past(world: World, organizations: list[Organization]) -> None:
    random, parameters = world.random, values_of(choices.ACTIVITY.parameter_keys(), world.places.district.path)
    found: list[tuple[Activity, User]] = []
    for organization in organizations:
        since = max(organization.filed_on or world.today, world.today - dt.timedelta(days=360))
        room = (world.today - dt.timedelta(days=40) - since).days
        (many,) = random.choices(list(HOW_MANY), list(HOW_MANY.values()))
        for _n in range(many if room > 0 else 0):
            day = since + dt.timedelta(days=random.randrange(room))
            found.append(_held(world, organization, day, parameters))
    given: Counter[str] = Counter()
    for row, _typist in sorted(found, key=lambda pair: pair[0].began_at or world.now):
        area = row.organization.area
        assert area is not None
        assert row.began_at is not None
        key = f"HD-{area.number_code}-{timezone.localdate(row.began_at).year}"
        given[key] += 1
        row.number = f"{key}-{given[key]:05d}"
    for key, last in given.items():
        pass_over(key, last)
    Activity.objects.bulk_create([row for row, _typist in found], batch_size=1000)
    replay = Replay(world.calendar, world.system, world.staff.post_name, world.staff.nearest)
    for row, typist in found:
        _play(world, replay, row, typist)
    replay.write()


def _held(
    world: World, organization: Organization, day: dt.date, parameters: dict[str, Any]
) -> tuple[Activity, User]:
    random, area = world.random, organization.area
    assert area is not None
    worker = world.staff.holder(Role.COMMUNITY_WORKER, area)
    typist = organization.owner or worker
    name, kind = random.choice(SORTS[organization.kind])
    starts_at = moment(day, random.choice(("09:00", "14:30", "15:00", "19:30")))
    persons = random.randint(8, 60)
    row = Activity(
        organization=organization,
        scope=organization.scope,
        owner=organization.owner,
        entered_by=None if organization.owner_id else worker,
        state="verified",
        name=name,
        kind=kind,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(minutes=random.choice((90, 120, 150))),
        place=organization.address,
        plan=PLAN,
        expected=persons + random.randint(0, 20),
        persons=persons,
        person_times=persons + random.choice((0, 0, 0, 4, 12)),
        hours=Decimal(random.randint(2, 24)) / 2,
        summary_text=random.choice(DONE),
        parameters=parameters,
        revision=6,
        created_at=starts_at - dt.timedelta(days=7, minutes=20),
        began_at=starts_at - dt.timedelta(days=7),
    )
    confirmed = world.calendar.add(day + dt.timedelta(days=1), random.randint(1, 4))
    row.ended_at = world.at_work(confirmed)
    row.confirmed_by = _colleague(world, row)
    return row, typist


def _colleague(world: World, row: Activity) -> User:
    """Whoever confirms is neither the organizer nor who entered it."""
    area = row.organization.area
    assert area is not None
    interested = {row.owner_id, row.entered_by_id}
    for role, n in ((Role.COMMUNITY_WORKER, 1), (Role.COMMUNITY_WORKER, 0), (Role.COMMUNITY_HEAD, 0)):
        person = world.staff.holder(role, area, n)
        if person.pk not in interested:
            return person
    raise LookupError(f"nobody in {area} may confirm {row}")


def _play(world: World, replay: Replay, row: Activity, typist: User) -> None:
    assert row.began_at is not None
    assert row.ends_at is not None
    assert row.ended_at is not None
    assert row.confirmed_by is not None
    replay.event(row.created_at, typist, "core.case_begun", row)
    replay.event(row.began_at - dt.timedelta(minutes=2), typist, "organizations.draft_saved", row, fields=SAVED)
    steps = [
        Taken(row.began_at, choices.ANNOUNCE, typist, sends=True),
        Taken(row.ends_at + dt.timedelta(minutes=25), choices.HOLD, typist),
        Taken(row.ends_at + dt.timedelta(minutes=40), choices.SUMMARISE, typist),
        Taken(row.ended_at, choices.CONFIRM, row.confirmed_by),
    ]
    replay.play(row, steps, begun=(row.created_at, typist))


# --- what is going on ---------------------------------------------------------------------------------------------


def _going_on(world: World, organizations: list[Organization]) -> None:
    """春梅书画社 has one of everything; the federation's secretary one to hear and one that lacks the police."""
    own = next((row for row in organizations if row.name == "春梅书画社"), organizations[0])
    street = [row for row in organizations if row.owner_id and row.area and row.area.parent.code == STREET]  # type: ignore[union-attr]
    others = [row for row in organizations if row.owner_id and row is not own]
    _signed_in(world, own)
    _summed(world, own)
    with clock.at(moment(world.back(2), "20:10")):
        _plan(own, "春联进楼道", K.SERVICE, _at(world, 6, "09:00"), 40)
        _report(own, "迎新年书画游园会", K.FESTIVAL, _at(world, 14, "15:00"), 260, outdoor=True)
    with clock.at(moment(world.back(1), "19:40")):
        draft = actions.begin_activity(own, actor=_actor(own))
        _save(draft, name="元宵灯谜", kind=K.FESTIVAL, expected=120)
    if len(street) > 1:
        with clock.at(moment(world.back(1), "16:30")):
            host = next(row for row in street if row is not own)
            _report(host, "街道社区文化节汇演", K.SHOW, _at(world, 30, "19:00"), 1200, outdoor=True)
    for n in range(min(COMING, len(others))):
        host = others[n * len(others) // COMING % len(others)]
        name, kind = SORTS[host.kind][n % len(SORTS[host.kind])]
        with clock.at(moment(world.back(1 + n % 6), "18:05")):
            _plan(host, name, kind, _at(world, 1 + n, ("09:00", "14:30", "19:30")[n % 3]), 20 + n)
    with clock.at(moment(world.back(9), "10:00")):
        scope = world.places.district.path
        actions.close_year(scope, world.today.year - 2, actor=world.staff.users["zhengguanghui"])


def _at(world: World, days: int, time: str) -> dt.datetime:
    return moment(world.today + dt.timedelta(days=days), time)


def _actor(organization: Organization) -> User:
    assert organization.owner is not None
    return organization.owner


def _save(activity: Activity, **values: Any) -> Activity:
    return actions.save_activity(activity, actor=_actor(activity.organization), revision=None, **values)


def _written(organization: Organization, name: str, kind: str, starts_at: dt.datetime, expected: int) -> Activity:
    draft = actions.begin_activity(organization, actor=_actor(organization))
    ends_at = starts_at + dt.timedelta(hours=2)
    told = {"name": name, "kind": kind, "starts_at": starts_at, "ends_at": ends_at, "plan": PLAN}
    return _save(draft, **told, place=organization.address, expected=expected)


def _plan(organization: Organization, name: str, kind: str, starts_at: dt.datetime, expected: int) -> Activity:
    row = _written(organization, name, kind, starts_at, expected)
    return actions.announce_activity(row, actor=_actor(organization))  # type: ignore[no-any-return]


def _report(
    organization: Organization, name: str, kind: str, starts_at: dt.datetime, expected: int, **values: Any
) -> None:
    row = _written(organization, name, kind, starts_at, expected)
    row = _save(row, budget=Decimal(expected * 12), money_from="会费和社区支持，用在场地布置、音响和茶水。", **values)
    actions.report_activity(row, actor=_actor(organization))


def _signed_in(world: World, own: Organization) -> None:
    """Verified by the people who signed in on site."""
    head, day = _actor(own), world.back(15)
    with clock.at(moment(world.back(20), "20:30")):
        row = _plan(own, "重阳书画会", K.CLASS, moment(day, "14:30"), 30)
    people = ("liguizhen", "yangzehao", "zhuangrunkai", "hongjiarong", "luyuanxing")
    for n, username in enumerate(people):
        with clock.at(moment(day, f"14:{20 + 3 * n:02d}")):
            actions.check_in(row, code=row.code, actor=world.staff.users[username])
    with clock.at(moment(day, "17:05")):
        row = actions.hold_activity(row, actor=head)
        row = actions.summarise_activity(
            row, actor=head, person_times=34, persons=31, hours=Decimal("7.5"), summary_text=DONE[0]
        )
        actions.verify_by_attendance(row.pk)


def _summed(world: World, own: Organization) -> None:
    """The community has still to confirm it."""
    head, day = _actor(own), world.back(2)
    with clock.at(moment(world.back(8), "19:30")):
        row = _plan(own, "书画教学课", K.CLASS, moment(day, "09:00"), 16)
    with clock.at(moment(day, "18:45")):
        row = actions.hold_activity(row, actor=head)
        actions.summarise_activity(
            row, actor=head, person_times=14, persons=14, hours=Decimal(3), summary_text=DONE[1]
        )
