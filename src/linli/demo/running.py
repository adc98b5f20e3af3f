"""Cases of the last weeks, played through the real actions while the clock stands at each step's moment.

A story yields the moment of its next step and is taken up again when the clock stands there, so that all stories run
side by side in the order of time, with the clock of duties at night between them: warnings, raised duties and ended
notices come about as they do in earnest.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.utils import timezone

from linli.actors.choices import Role
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.errors import Refusal
from linli.core.files import store
from linli.core.files.actions import remove_attachment
from linli.core.files.queries import attachments_of
from linli.core.notices.models import Notice
from linli.core.workflow import Step
from linli.core.workflow.duties import extend_duty, run_clock, urge_duty
from linli.core.workflow.engine import perform
from linli.core.workflow.models import Case
from linli.core.workflow.queries import open_task
from linli.demo import papers
from linli.demo.telling import DRAFT, EXTEND, URGE, AmendmentStory, FilingStory, Part
from linli.demo.world import World, completed, moment
from linli.organizations.actions.amendments import begin_amendment, save_amendment
from linli.organizations.actions.filings import begin_filing, save_draft
from linli.organizations.choices import filing as choices
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.models import Filing, Organization

Story = Iterator[dt.datetime]
COMMUNITY_STEPS = {
    choices.SUPPORT,
    choices.OPPOSE,
    choices.RETURN_COMMUNITY,
    choices.SUPPORT_AMENDMENT,
    choices.OPPOSE_AMENDMENT,
}
STREET_STEPS = {
    choices.AGREE,
    choices.REFUSE,
    choices.RETURN_STREET,
    choices.OBJECT,
    choices.APPROVE_AMENDMENT,
    choices.REFUSE_AMENDMENT,
    EXTEND,
}


def play(world: World, filings: Iterable[FilingStory], amendments: Iterable[AmendmentStory]) -> int:
    """Play all stories up to the moment of loading; returns how many there were."""
    stories = [_filing(world, story) for story in filings] + [_amendment(world, story) for story in amendments]
    world.accounts.write()
    run_to(world.now, stories)
    with clock.at(world.now):
        run_clock()
    _read_older(world)
    return len(stories)


def run_to(end: dt.datetime, stories: list[Story]) -> None:
    """Take up whichever story is next in time, at its moment, until none is left before the end."""
    agenda: list[tuple[dt.datetime, int, Story]] = []
    for number, story in enumerate(stories):
        first = next(story, None)
        if first is not None:
            heapq.heappush(agenda, (first, number, story))
    if not agenda:
        return
    heapq.heappush(agenda, (*_night_after(agenda[0][0]), nights(agenda[0][0])))
    while agenda and agenda[0][0] <= end:
        now, number, story = heapq.heappop(agenda)
        with clock.at(now):
            following = next(story, None)
        if following is not None:
            heapq.heappush(agenda, (following, number, story))


def _night_after(moment_: dt.datetime) -> tuple[dt.datetime, int]:
    return next(nights(moment_)), -1


def nights(start: dt.datetime) -> Story:
    """Five past midnight, day after day: what the job of every few minutes would find first."""
    day = timezone.localdate(start)
    while True:
        day += dt.timedelta(days=1)
        yield moment(day, "00:05")
        run_clock()


def _read_older(world: World) -> None:
    """People have read what came before the last four working days."""
    before = moment(world.back(4), "08:00")
    unread = Notice.objects.filter(created_at__lt=before, read_at__isnull=True)
    unread.update(read_at=F("created_at") + dt.timedelta(hours=14))


# --- filings ----------------------------------------------------------------------------------------------------


def _filing(world: World, story: FilingStory) -> Story:
    """Everything that leaves no trace is settled before the first moment."""
    community = world.places.community(story.community)
    wish = story.wish
    leader = world.people.someone(name=wish.leader)
    owner: User | None
    if story.persona:
        owner = world.staff.users[story.persona]
        leader = world.people.someone(name=owner.name, female=True)
        profile_phone = owner.phone
    else:
        owner = None
        profile_phone = leader.phone
        if not story.behalf:
            owner = world.accounts.account(f"sqr-{len(world.names):04d}", leader.name, phone=leader.phone)
    typist = owner or world.staff.holder(Role.COMMUNITY_WORKER, community)
    if wish.name:
        world.take_name(community, wish.name)
    profile = world.profile(
        community, wish.sort, name=wish.name, purpose=wish.purpose, address=wish.address, leader=leader
    )
    profile |= {"leader_phone": profile_phone, **wish.fields}
    first = story.parts[0]
    return _play_filing(world, story, community, profile, typist, moment(world.back(first.back), first.time))


def _play_filing(
    world: World, story: FilingStory, community: Area, profile: dict[str, Any], typist: User, first: dt.datetime
) -> Story:
    whole = story.parts[0].do is not DRAFT
    yield first - dt.timedelta(minutes=26)
    filing = begin_filing(actor=typist, on_behalf=story.behalf)
    if not whole:
        some = {name: profile[name] for name in story.parts[0].fields}
        filing = save_draft(filing, actor=typist, revision=0, **some)
        _attach(filing, "charter", "章程.docx", _charter(profile), typist)
        return
    yield first - dt.timedelta(minutes=9)
    filing = save_draft(filing, actor=typist, revision=0, **profile)
    _attach(filing, "charter", "章程.docx", _charter(profile), typist)
    lent = papers.consent(profile["name"], profile["address"], f"{community.short_name}居民委员会")
    _attach(filing, "venue", "场所使用同意书.pdf", lent, typist)
    if story.photo:
        _attach(filing, "other", "活动室照片.jpg", papers.photo(world.random), typist)
    yield first - dt.timedelta(minutes=1)
    filing = save_draft(filing, actor=typist, revision=1, consented_at=clock.now())
    case: Case = filing
    for part in story.parts:
        yield moment(world.back(part.back), part.time)
        if part.changes:
            assert isinstance(case, Filing)
            case = save_draft(case, actor=typist, revision=case.revision, **part.changes)
        if part.paper:
            for unsigned in attachments_of(case, "venue"):
                remove_attachment(unsigned, actor=typist)
            _attach(
                case,
                "venue",
                part.paper,
                papers.consent(profile["name"], profile["address"], "金苑社区居民委员会"),
                typist,
            )
        case = _take(world, part, case, community, typist, behalf=story.behalf)


def _charter(profile: dict[str, Any]) -> bytes:
    return papers.charter(profile["name"], profile["purpose"], profile["member_count"])


def _attach(case: Case, slot: str, name: str, content: bytes, actor: User) -> None:
    store(SimpleUploadedFile(name, content), subject=case, slot=slot, actor=actor)


def _take(world: World, part: Part, case: Case, community: Area, typist: User, *, behalf: bool) -> Case:
    """One part of a story: a step by whoever it is up to, or an extension, or urging."""
    street = community.parent
    assert street is not None
    actor = typist
    if part.do in COMMUNITY_STEPS or (part.do is choices.RETURN_AMENDMENT and case.state == "opinion"):
        actor = world.staff.holder(Role.COMMUNITY_WORKER, community, 1 if behalf else 0)
    elif part.do in STREET_STEPS or part.do is choices.RETURN_AMENDMENT:
        actor = world.staff.holder(Role.STREET_OFFICER, street)
    elif part.do is URGE:
        actor = world.staff.holder(Role.STREET_HEAD, street)
    task = open_task(case)
    if part.do is EXTEND and task is not None:
        extend_duty(task, reason=part.words, actor=actor)
    elif part.do is URGE and task is not None:
        urge_duty(task, reason=part.words, actor=actor)
    else:
        assert isinstance(part.do, Step)
        inputs = {"reason": part.words} if part.words else {}
        try:
            return perform(part.do, case, actor=actor, **inputs)
        except Refusal as refusal:
            raise ValueError(f"{case.title}: {part.do.name}: {refusal.message}") from refusal
    return case


# --- changes ----------------------------------------------------------------------------------------------------


def _amendment(world: World, story: AmendmentStory) -> Story:
    leader = world.people.someone()
    first = story.parts[0]
    yield moment(world.back(first.back), first.time) - dt.timedelta(minutes=11)
    organization = _chosen(world, story)
    if organization is None or organization.area is None:  # a small register: this story is not told
        return
    community = world.places.community(organization.area.code or "")
    typist = organization.owner or world.staff.holder(Role.COMMUNITY_WORKER, community)
    amendment = begin_amendment(organization, kind=story.kind, actor=typist)
    values: dict[str, Any] = {"cause": story.cause}
    match story.kind:
        case choices.AmendmentKind.LEADER:
            values |= {
                "new_leader_name": leader.name,
                "new_leader_id_number": leader.id_number,
                "new_leader_phone": leader.phone,
            }
        case choices.AmendmentKind.NAME:
            values["new_name"] = story.wanted.format(old=organization.name) or completed(organization.name, community)
        case choices.AmendmentKind.ADDRESS:
            values["new_address"] = f"{organization.area.short_name}党群服务中心 305 室"
        case _:
            values["settlement"] = "账上余款 126.50 元转赠社区助老，乐器归还社区，没有未了事务。"
    yield moment(world.back(first.back), first.time) - dt.timedelta(minutes=2)
    amendment = save_amendment(amendment, actor=typist, revision=0, **values)
    case: Case = amendment
    for part in story.parts:
        yield moment(world.back(part.back), part.time)
        if part.do is DRAFT:
            continue
        case = _take(world, part, case, community, typist, behalf=organization.owner is None)


def _chosen(world: World, story: AmendmentStory) -> Organization | None:
    """A filed organization of the community, or else its street, that never changed; own accounts go first."""
    held = Organization.objects.filter(legal_status=LegalStatus.FILED, amendments__isnull=True).select_related("area")
    held = held.select_related("owner", "area__parent")
    community = world.places.community(story.community)
    others = held.exclude(owner__in=list(world.staff.users.values()))
    assert community.parent is not None
    for place in (community, community.parent):
        near = others.filter(scope__startswith=place.path).order_by("owner", "pk").first()
        if near is not None:
            return near
    return None
