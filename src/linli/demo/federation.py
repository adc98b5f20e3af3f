"""The federations of the streets: what they have been for years, written in bulk, and what is going on, played."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from linli.actors.choices import BodyKind, Role
from linli.actors.models import Body
from linli.core import clock
from linli.core.access.models import User
from linli.core.files import store
from linli.core.parameters import REGISTRY as PARAMETERS
from linli.core.privacy import keyed_hash
from linli.core.workflow.numbers import next_number, pass_over
from linli.demo import papers
from linli.demo.personas import STREET
from linli.demo.replay import Replay, Taken
from linli.demo.world import World, moment
from linli.organizations.actions import federation as actions
from linli.organizations.actions import membership as members
from linli.organizations.actions.cadence import period_of
from linli.organizations.choices import federation as choices
from linli.organizations.choices.cadence import HOLD_OCCASION, RHYTHM, OccasionKind
from linli.organizations.choices.federation import One, Title
from linli.organizations.choices.filing import LIVING
from linli.organizations.models import Federation, Friendship, Member, Occasion, Organization, Pillar, Tenure

FOUNDED = dt.date(2015, 6, 18)
NOTES = {
    One.OFFICE: "政务服务中心二楼 206 室，92 平方米，产权属街道，无偿借用到 2030 年。",
    One.STRUCTURE: "有章程；理事 11 人、监事 3 人，2024 年换届选举产生。",
    One.STAFF: "专职 2 人（1 人持社会工作师证），兼职 11 人。",
    One.FUNDS: "街道每年安排 6 万元工作经费，另有公益项目经费，单独核算。",
    One.RULES: "会员管理、项目管理、财务管理、重大活动报备四项制度，已汇编上墙。",
    One.PLATFORM: "联合会会客厅、会员议事厅各一处，每周六对居民开放。",
}
TITLES = (
    *((Title.PRESIDENT, True), (Title.DEPUTY, True), (Title.DEPUTY, False), (Title.SECRETARY_GENERAL, False)),
    *((Title.COUNCILLOR, False), (Title.COUNCILLOR, False), (Title.SUPERVISOR, False)),
)
FRIENDS = (
    ("汕头市海韵公益服务中心", "汕头市民政局", "互借场地，儿童阅读项目共办"),
    ("汕头市潮语文化促进会", "汕头市民政局", "灯谜、潮剧下社区，志愿者互派"),
    ("汕头市蓝天应急救援队", "汕头市民政局", "防灾演练，应急物资共用"),
    ("汕头市阳光社会工作服务社", "汕头市民政局", "社工督导，困难家庭个案转介"),
)
SHOPS = ("润和超市", "同益药房", "金园茶行", "海滨海鲜酒楼", "永泰五金行", "长平口腔诊所")
YEARLY = {kind: int(PARAMETERS[key].default) for kind, key in RHYTHM.items()}
UNMET = 4  # of every three streets one still lacks something
ASKED = (
    ("汕头市海韵公益服务中心", "venue", "每周六上午借一间活动室，办三十个孩子的阅读会", 4, "09:20"),
    ("揭阳市榕江志愿者联合会", "people", "十二月要十名会讲潮语的志愿者，陪老人体检", 2, "15:05"),
    ("汕头市潮语文化促进会", "project", "春节前想合办一场灯谜会，需要场地和会员组织参加", 1, "10:40"),
)


def load_federations(world: World) -> int:
    """Every street's federation; returns how many members they have."""
    replay = Replay(world.calendar, world.system, world.staff.post_name, world.staff.nearest)
    made = [_federation(world, replay, n, street) for n, street in enumerate(world.places.streets)]
    count = sum(_members(world, replay, row) for row in made)
    replay.write()
    own = next(row for row in made if row.area.code == STREET)
    _going_on(world, own, [row for row in made if row is not own])
    return count


def _at(world: World, day: dt.date) -> dt.datetime:
    return world.at_work(day if world.calendar.is_workday(day) else world.calendar.add(day, 1))


def _paper(subject: Any, slot: str, name: str, said: list[str], actor: User) -> None:
    content = papers.word(name, said)
    store(SimpleUploadedFile(f"{name}.docx", content), subject=subject, slot=slot, actor=actor)


# --- what has been for years ------------------------------------------------------------------------------------


def _federation(world: World, replay: Replay, n: int, street: Any) -> Federation:
    body = Body.objects.get(area=street, kind=BodyKind.FEDERATION)
    officer = world.staff.holder(Role.STREET_OFFICER, street, 1)
    secretary = world.staff.holder(Role.FEDERATION_SECRETARY, street)
    begun = _at(world, dt.date(2025, 3, 3) + dt.timedelta(days=n))
    lacks = (One.FUNDS,) if n % UNMET == UNMET - 1 else ()
    row = Federation.objects.create(
        body=body,
        area=street,
        name=body.name,
        founded_on=FOUNDED + dt.timedelta(days=9 * n),
        ones_met=len(One) - len(lacks),
        standard="mending" if lacks else "met",
        created_at=begun,
    )
    replay.event(begun, officer, "organizations.open_federation", row, founded_on=row.founded_on.isoformat())
    for one in One:
        if one not in lacks:
            _pillar(world, replay, row, one, begun, secretary, officer)
    if not lacks:
        last = max(event.at for event in replay.events if event.subject_id and event.scope == row.scope)
        replay.event(last, officer, "organizations.federation_standard", row, standard="met")
    for kind in OccasionKind:
        _year(world, replay, row, kind, secretary)
    for place, (title, official) in enumerate(TITLES):
        _tenure(world, replay, row, title, official, place, secretary, officer)
    for name, registered, shares in world.random.sample(FRIENDS, 2):
        _friendship(world, replay, row, name, registered, shares, secretary)
    opened = moment(world.back(8), "15:00")  # the budget was cut: the street has it looked at anew
    for one in lacks:
        pillar = Pillar.objects.create(federation=row, item=one, created_at=opened)
        replay.event(opened, officer, "core.case_begun", pillar)
        replay.play(pillar, [], begun=(opened, officer))
    return row


def _pillar(
    world: World, replay: Replay, row: Federation, one: One, begun: dt.datetime, secretary: User, officer: User
) -> None:
    day = timezone.localdate(begun)
    sent = _at(world, world.calendar.add(day, 3 + world.random.randrange(10)))
    checked = _at(world, world.calendar.add(timezone.localdate(sent), 1 + world.random.randrange(4)))
    with clock.at(sent):
        pillar = Pillar.objects.create(
            federation=row,
            item=one,
            state="met",
            note=NOTES[one],
            number=next_number("LG", row.area, sent.year),
            sent_by=secretary,
            checked_by=officer,
            checked_on=timezone.localdate(checked),
            parameters={},
            revision=3,
            created_at=begun,
            began_at=sent,
            ended_at=checked,
        )
        _paper(pillar, actions.EVIDENCE, f"{one.label}佐证", [NOTES[one]], secretary)
    replay.event(begun, officer, "core.case_begun", pillar)
    steps = [
        Taken(sent, choices.SEND_PILLAR, secretary, sends=True),
        Taken(checked, choices.CONFIRM_PILLAR, officer),
    ]
    replay.play(pillar, steps, begun=(begun, officer))


def _year(world: World, replay: Replay, row: Federation, kind: OccasionKind, secretary: User) -> None:
    """The periods of this year and the last: those that ended were held, some a few days late; one is under way."""
    period = period_of(dt.date(world.today.year - 1, 1, 1), YEARLY[kind])
    while period.first <= world.today:
        begun = timezone.make_aware(dt.datetime.combine(period.first, dt.time(3, 8)))
        case = Occasion(
            federation=row,
            kind=kind,
            period=period.words,
            period_from=period.first,
            due_on=period.last,
            created_at=begun,
        )
        held = _at(world, period.last - dt.timedelta(days=world.random.randrange(-3 if kind == "visit" else 4, 30)))
        steps = []
        if timezone.localdate(held) < world.today - dt.timedelta(days=2):
            asked = {"council": 11, "assembly": 60, "visit": None}.get(kind, 120)
            case.state, case.done_on, case.revision = "done", timezone.localdate(held), 2
            case.asked, case.reached = asked, world.random.randrange(8, 11) if asked == 11 else 52
            case.began_at = case.ended_at = held
            case.number = next_number("ZD", row.area, held.year)
            steps = [Taken(held, HOLD_OCCASION, secretary, sends=True)]
        case.save()
        if steps and period.first.year == world.today.year:
            with clock.at(held):
                _paper(case, actions.EVIDENCE, f"{case.title}佐证", [case.result], secretary)
        replay.event(begun, world.system, "core.case_begun", case)
        replay.play(case, steps, begun=(begun, world.system))
        period = period_of(period.last + dt.timedelta(days=1), YEARLY[kind])


def _tenure(
    world: World,
    replay: Replay,
    row: Federation,
    title: Title,
    official: bool,
    place: int,
    secretary: User,
    officer: User,
) -> None:
    elected = dt.date(2024, 3, 15) + dt.timedelta(days=world.random.randrange(60))
    sent = _at(world, world.calendar.add(elected, 3))
    checked = _at(world, world.calendar.add(timezone.localdate(sent), 2))
    # The president is the street's deputy Party secretary, as the report of Jinping has it.
    name = world.people.name(female=place % 2 == 1)
    with clock.at(sent):
        tenure = Tenure.objects.create(
            federation=row,
            owner=secretary,
            state="in_office",
            number=next_number("RZ", row.area, sent.year),
            title_held=title,
            person_name=name,
            is_official=official,
            approval_number=f"汕金组干〔2024〕{20 + world.random.randrange(80)} 号" if official else "",
            approved_on=elected - dt.timedelta(days=10) if official else None,
            elected_on=elected,
            term_from=elected,
            term_to=elected.replace(year=elected.year + 4),
            activated_by=officer,
            revision=3,
            created_at=sent,
            began_at=sent,
        )
        if official:
            said = [f"同意{name}同志兼任{row.name}{title.label}，兼职期间不领取报酬。"]
            _paper(tenure, actions.APPROVAL, "关于同意兼职的批复", said, secretary)
    replay.event(sent, secretary, "core.case_begun", tenure)
    steps = [
        Taken(sent, choices.SEND_TENURE, secretary, sends=True),
        Taken(checked, choices.ACTIVATE_TENURE, officer),
    ]
    replay.play(tenure, steps, begun=(sent, secretary))


def _friendship(
    world: World, replay: Replay, row: Federation, name: str, registered: str, shares: str, secretary: User
) -> None:
    since = world.today - dt.timedelta(days=world.random.randrange(60, 500))
    signed = _at(world, since)
    with clock.at(signed):
        friendship = Friendship.objects.create(
            federation=row,
            owner=secretary,
            state="in_force",
            number=next_number("YH", row.area, signed.year),
            name=name,
            registered_with=registered,
            shares=shares,
            valid_from=since,
            valid_to=since + dt.timedelta(days=730),
            revision=2,
            created_at=signed,
            began_at=signed,
        )
        _paper(
            friendship, actions.AGREEMENT, "友好合作协议", [f"甲方：{row.name}", f"乙方：{name}", shares], secretary
        )
    replay.event(signed, secretary, "core.case_begun", friendship)
    replay.play(
        friendship, [Taken(signed, choices.SIGN_FRIENDSHIP, secretary, sends=True)], begun=(signed, secretary)
    )


def _members(world: World, replay: Replay, row: Federation) -> int:
    """Nearly all organizations of the street, some enterprises and notable persons: as they were entered."""
    secretary = world.staff.holder(Role.FEDERATION_SECRETARY, row.area)
    living = Organization.objects.filter(scope__startswith=row.scope, legal_status__in=LIVING)
    living = living.select_related("owner").defer("search_text", "search_private", "search_codes")
    rows: list[Member] = []
    for organization in living.order_by("pk"):
        since = max(organization.filed_on or FOUNDED, row.founded_on)
        joined = min(since + dt.timedelta(days=10 + world.random.randrange(60)), world.today - dt.timedelta(days=30))
        if joined < since:  # filed last month: not a member yet
            continue
        rows.append(
            _member(
                row,
                joined,
                kind="organization",
                organization=organization,
                name=organization.name,
                scope=organization.scope,
                owner=organization.owner,
                contact_name=organization.leader_name,
                contact_phone=organization.leader_phone,
            )
        )
    for shop in world.random.sample(SHOPS, 3):
        contact = world.people.someone()
        joined = row.founded_on + dt.timedelta(days=world.random.randrange(2000))
        name = f"{row.area.name.removesuffix('街道')}{shop}"
        given = {"contact_name": contact.name, "contact_phone": contact.phone}
        rows.append(_member(row, joined, kind="enterprise", name=name, scope=row.scope, **given))
    for _n in range(2):
        person = world.people.someone()
        joined = row.founded_on + dt.timedelta(days=world.random.randrange(2000))
        given = {"contact_name": person.name, "contact_phone": person.phone}
        rows.append(_member(row, joined, kind="person", name=person.name, scope=row.scope, **given))
    given_out: Counter[str] = Counter()
    rows.sort(key=lambda member: member.joined_on)
    for member in rows:
        key = f"HY-{row.area.number_code}-{member.joined_on.year}"
        given_out[key] += 1
        member.number = f"{key}-{given_out[key]:05d}"
    for key, last in given_out.items():
        pass_over(key, last)
    Member.objects.bulk_create(rows)
    for member in rows:
        at = moment(member.joined_on, "10:00")
        replay.event(at, secretary, "organizations.member_entered", member, number=member.number)
    return len(rows)


def _member(row: Federation, joined: dt.date, *, contact_phone: str, **values: Any) -> Member:
    return Member(
        federation=row,
        joined_on=joined,
        created_at=moment(joined, "10:00"),
        contact_phone=contact_phone,
        contact_phone_hash=keyed_hash(contact_phone, "phone") if contact_phone else "",
        **values,
    )


# --- what is going on -------------------------------------------------------------------------------------------


def _going_on(world: World, own: Federation, others: list[Federation]) -> None:
    """东方's secretary has an application to examine, one for the council, three to answer and a post that lacks its
    approval; elsewhere a member is to be warned and an enquiry went on to the street."""
    secretary = world.staff.users["zhangzhuoming"]
    for name, resource, want, back, time in ASKED:
        with clock.at(moment(world.back(back), time)):
            _enquire(world, own, name, resource, want)
    with clock.at(moment(world.back(3), "16:10")):
        _join(world, own, secretary, "凤亭茶业有限公司", forward=False)
    with clock.at(moment(world.back(12), "09:30")):
        _join(world, own, secretary, "东方记忆照相馆", forward=True)
    with clock.at(moment(world.back(2), "11:00")):
        tenure = actions.begin_tenure(own, actor=secretary)
        actions.save_tenure(
            tenure,
            actor=secretary,
            revision=None,
            title_held=Title.COUNCILLOR,
            person_name="许惠如",
            elected_on=world.back(5),
            is_official=True,
            term_from=world.back(5),
            term_to=world.back(5) + dt.timedelta(days=900),
        )
    for n, row in enumerate(others):
        with clock.at(moment(world.back(1 + n % 4), "14:30")):
            name, resource, want, _back, _time = ASKED[n % len(ASKED)]
            enquiry = _enquire(world, row, name, resource, want)
        if n % 5 == 0:
            with clock.at(moment(world.back(1 + n % 4), "17:20")):
                keeper = world.staff.holder(Role.FEDERATION_SECRETARY, row.area)
                members.refer_enquiry(enquiry, actor=keeper, reason="场地归街道管，联合会可以帮着组织人。")
    row = others[0]
    keeper = world.staff.holder(Role.FEDERATION_SECRETARY, row.area)
    member = Member.objects.filter(federation=row, kind="enterprise").order_by("pk").first()
    assert member is not None
    with clock.at(moment(world.back(6), "10:15")):
        matter = members.begin_matter(member, "warn", actor=keeper)
        cause = "连续两次无故不参加会员大会，经提醒仍不改正（章程第十四条）。"
        matter = members.save_membership(matter, actor=keeper, revision=None, cause=cause)
        members.submit_membership(matter, actor=keeper)


def _enquire(world: World, row: Federation, name: str, resource: str, want: str) -> Any:
    contact = world.people.someone()
    return members.make_enquiry(
        row,
        actor=None,
        name=name,
        registered_with="汕头市民政局",
        resource=resource,
        want=want,
        contact_name=contact.name,
        contact_phone=contact.phone,
        consented=True,
    )


def _join(world: World, row: Federation, secretary: User, name: str, *, forward: bool) -> None:
    """An enterprise with an account of its own applies."""
    contact = world.people.someone()
    owner = world.accounts.account(f"hy-{keyed_hash(name, 'name')[:6]}", contact.name, phone=contact.phone)
    world.accounts.write()
    matter = members.begin_joining(row, member_kind="enterprise", actor=owner)
    matter = members.save_membership(
        matter,
        actor=owner,
        revision=None,
        name=name,
        intro="在街道开了二十多年店，能出场地和茶点，想和会员组织一起办惠民活动。",
        contact_name=contact.name,
        contact_phone=contact.phone,
        consented_at=clock.now(),
    )
    matter = members.submit_membership(matter, actor=owner)
    if forward:
        members.forward_membership(matter, actor=secretary)
