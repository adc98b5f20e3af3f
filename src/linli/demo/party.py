"""Party-building in the demo district: members, units that stand or wait for a decision, meetings, posts of the two
committees. 东方 has all of it; the other streets have begun."""

from __future__ import annotations

import datetime as dt

from linli.actors.choices import Role
from linli.core import clock
from linli.core.access.models import User
from linli.core.privacy import keyed_hash
from linli.demo.personas import STREET
from linli.demo.replay import Replay
from linli.demo.world import World, moment
from linli.organizations.actions import party as actions
from linli.organizations.actions import party_people as people
from linli.organizations.actions import sessions
from linli.organizations.choices.filing import LIVING
from linli.organizations.choices.party import SessionKind
from linli.organizations.models import Federation, Organization, PartyMember, PartySession, PartyUnit

OWN, OTHERS = 30, 8  # organizations with members: in 东方, in each other street
FULL = (1, 2, 1, 4, 0, 1, 2, 3, 1, 1)  # full members, in turn
MONTH = 31  # days; what is due by a longer period is mostly held in its middle
BRANCHES = ("党委", "第一党支部", "退休党支部")
TOPICS = {
    SessionKind.THEME: "到楼栋认领微心愿，给独居老人送药",
    SessionKind.MEMBERS: "通过下季度活动计划，讨论发展对象",
    SessionKind.GROUP: "学习基层治理文件，分工下月义诊",
    SessionKind.COMMITTEE: "研究换届和经费",
    SessionKind.LECTURE: "书记讲课：把组织办到居民需要的地方",
}


def load_party(world: World) -> int:
    """Returns how many members there are."""
    replay = Replay(world.calendar, world.system, world.staff.post_name, world.staff.nearest)
    streets = [(row, row.area.code == STREET) for row in Federation.objects.select_related("area").order_by("pk")]
    for row, own in streets:
        _members(world, replay, row, OWN if own else OTHERS)
    replay.write()
    for row, own in streets:
        _units(world, row, own)
        _posts(world, row, 12 if own else 4)
    return PartyMember.objects.count()


def _members(world: World, replay: Replay, row: Federation, how_many: int) -> None:
    """As they were entered over the year: written in bulk."""
    secretary = world.staff.holder(Role.FEDERATION_SECRETARY, row.area)
    rows = Organization.objects.filter(scope__startswith=row.scope, legal_status__in=LIVING)
    chosen = rows.filter(filed_on__lt=world.today - dt.timedelta(days=400)).select_related("area")
    made: list[PartyMember] = []
    for n, organization in enumerate(chosen.order_by("area", "pk")[:how_many]):
        full = FULL[n % len(FULL)]
        for place in range(full + (1 if n % 5 == 4 else 0)):
            made.append(_member(world, organization, "full" if place < full else "probationary", place))
    for member in PartyMember.objects.bulk_create(made):
        at = moment(member.joined_on, "10:20")
        replay.event(
            at, secretary, "organizations.party_member_entered", member, organization=member.organization.name
        )


def _member(world: World, organization: Organization, stage: str, place: int) -> PartyMember:
    person, area = world.people.someone(), organization.area
    assert area is not None
    joined = world.today - dt.timedelta(days=200 + world.random.randrange(150))
    return PartyMember(
        organization=organization,
        scope=organization.scope,
        name=person.name,
        id_number=person.id_number,
        id_number_hash=keyed_hash(person.id_number, "id_number"),
        phone=person.phone,
        phone_hash=keyed_hash(person.phone, "phone"),
        stage=stage,
        belongs_to=f"{area.short_name}{BRANCHES[place % len(BRANCHES)]}",
        reported_to=area if place % 2 == 0 else None,
        joined_on=joined,
        created_at=moment(joined, "10:20"),
    )


def _units(world: World, row: Federation, own: bool) -> None:
    """Suggested half a year ago and mostly approved; a few still wait for the federation or the street."""
    secretary = world.staff.holder(Role.FEDERATION_SECRETARY, row.area)
    officer = world.staff.holder(Role.STREET_OFFICER, row.area, 1)
    with clock.at(world.at_work(world.back(95))):
        units = actions.suggest_units(row, actor=secretary)
    kept = units[:-3] if own else units[:2]
    for unit in units[-2:] if own else units[2:]:  # taken back, and suggested anew this week
        with clock.at(world.at_work(world.back(92))):
            actions.dismiss_unit(unit, actor=secretary, reason="两家正在换届，等换届后再看。")
    for unit in kept:
        with clock.at(world.at_work(world.back(92))):
            unit = _accepted(world, unit, secretary)
        with clock.at(world.at_work(world.back(88))):
            unit = actions.approve_unit(unit, actor=officer)
        if own:
            _sessions(world, unit)
    if not own:
        with clock.at(world.at_work(world.back(3))):
            actions.suggest_units(row, actor=secretary)
        return
    for unit in units[-3:-2]:  # with the street
        with clock.at(world.at_work(world.back(4))):
            _accepted(world, unit, secretary)
    with clock.at(world.at_work(world.back(3))):
        actions.suggest_units(row, actor=secretary)
    free = Organization.objects.filter(scope__startswith=row.scope, legal_status__in=LIVING, party_cover="none")
    for organization in free.filter(party_members=None).select_related("area").order_by("pk")[:3]:
        with clock.at(world.at_work(world.back(60))):
            made = actions.begin_unit(row, kind="instructor", organization=organization, actor=secretary)
            made = _accepted(world, made, secretary)
        with clock.at(world.at_work(world.back(57))):
            actions.approve_unit(made, actor=officer)


def _accepted(world: World, unit: PartyUnit, secretary: User) -> PartyUnit:
    given = {"secretary_name": world.people.name(), "term_from": clock.today(), "theme_day": 15}
    unit = actions.save_unit(unit, actor=secretary, revision=None, **given)
    accepted: PartyUnit = actions.accept_unit(unit, actor=secretary)
    return accepted


def _sessions(world: World, unit: PartyUnit) -> None:
    """What was due since then was held, now and then a few days late; what is due now is open."""
    begun = (unit.approved_on or world.today) + dt.timedelta(days=1)
    while begun <= world.today:  # the night after, then every first of a month, as the nightly job
        with clock.at(moment(begun, "03:23")):
            sessions.keep_sessions(unit)
        begun = (begun.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    head = world.staff.holder(Role.COMMUNITY_HEAD, unit.led_by.area)
    for n, session in enumerate(PartySession.objects.filter(party_unit=unit).order_by("due_on", "pk")):
        day = session.due_on + dt.timedelta(days=3 if n % 7 == 6 else -2)
        if (session.due_on - session.period_from).days > MONTH and (n + unit.pk) % 6:  # most do not wait for the end
            day = max(unit.approved_on or begun, session.period_from) + dt.timedelta(days=30 + (n + unit.pk) % 11)
        if day < world.back(2):
            said = TOPICS.get(SessionKind(session.kind), "对照检查，开展批评和自我批评")
            with clock.at(world.at_work(day if world.calendar.is_workday(day) else world.calendar.add(day, 1))):
                given = {"done_on": max(day, session.period_from), "present": 2 + n % 4, "topic": said}
                sessions.hold_session(session, actor=head, **given)


def _posts(world: World, row: Federation, how_many: int) -> None:
    officer = world.staff.holder(Role.STREET_OFFICER, row.area, 1)
    rows = Organization.objects.filter(scope__startswith=row.scope, legal_status__in=LIVING)
    for n, organization in enumerate(rows.order_by("-pk")[:how_many]):
        day = world.back(300 - 9 * n)
        with clock.at(world.at_work(day)):
            people.enter_committee_post(
                organization,
                person_name=world.people.name(),
                approval=f"{row.area.name}党工委〔{day.year}〕{n + 3} 号",
                is_head=n % 6 != 5,
                held_from=day,
                actor=officer,
            )
