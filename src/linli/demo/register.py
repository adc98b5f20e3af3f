"""The register's past: organizations filed since 2012, each with the case that brought it there, written in bulk."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone

from linli.actors.choices import Role
from linli.areas.models import Area
from linli.core.access.models import User
from linli.core.codes import uscc
from linli.core.files.kinds import DOCX, PDF
from linli.core.files.kinds import Kind as FileKind
from linli.core.files.models import Attachment
from linli.core.files.storing import new_name, put
from linli.core.parameters import values_of
from linli.core.privacy import keyed_hash
from linli.core.workflow.models import Serial
from linli.demo import papers
from linli.demo.changes import Change, plan_changes, write_changes
from linli.demo.names import LONGEST, QUOTAS, RARE_NAME, SORTS, Sort
from linli.demo.personas import COMMUNITY, STREET
from linli.demo.replay import Replay, Taken
from linli.demo.statuses import STATUSES, UNFILED, WITH_CODE, play_status, states_of
from linli.demo.world import World, sort_like
from linli.organizations.choices import filing as choices
from linli.organizations.choices.filing import FilingState, Kind, LegalStatus
from linli.organizations.choices.registration import CODE_BEGINS
from linli.organizations.choices.states import LegalType
from linli.organizations.models import PROFILE_FIELDS, Filing, Organization

# Grown fastest before 2018, as in the seed (273 at the end of 2012, 532 at the end of 2018).
YEARS = {
    2012: 110,
    2013: 46,
    2014: 44,
    2015: 52,
    2016: 48,
    2017: 46,
    2018: 40,
    2019: 26,
    2020: 16,
    2021: 22,
    2022: 20,
    2023: 22,
    2024: 24,
}
A_YEAR = 26  # each year after the last of these
OWN_ACCOUNTS_SINCE = 2019  # before, the community typed for everybody
QUIET_DAYS = 60  # the past ends so many days ago; what is nearer is played by the engine
STREET_SHARE, COMMUNITY_SHARE = 48, 14  # organizations of the personas' street and community
SAVED = sorted(set(PROFILE_FIELDS) | {"founders", "consented_at"})


@dataclass
class Past:
    """One organization and what happened to it, before anything is written."""

    profile: dict[str, Any]
    community: Area
    begun: dt.datetime
    submitted: dt.datetime
    opined: dt.datetime
    agreed: dt.datetime
    issued: dt.datetime
    owner: User | None
    entered_by: User | None
    status: LegalStatus = LegalStatus.FILED
    ended_on: dt.date | None = None
    changes: list[Change] = field(default_factory=list)
    organization: Organization = field(init=False)
    filing: Filing = field(init=False)

    @property
    def typist(self) -> User:
        """Who filled in the form."""
        typed = self.owner or self.entered_by
        assert typed is not None
        return typed


def load_register(world: World, count: int, *, played: Counter[tuple[str, str]]) -> None:
    """Write `count` organizations with their past. `played` are those the running cases will add, by kind."""
    sorts = _sorts(world.random, count, played)
    communities = _communities(world, count)
    past = [_past(world, community, sort) for community, sort in zip(communities, sorts, strict=True)]
    past.sort(key=lambda one: one.issued)
    _special(world, past)
    _assign_statuses(world.random, past, count)
    world.accounts.write()
    plan_changes(world, past)
    _write(world, past)


def _sorts(random: Random, count: int, played: Counter[tuple[str, str]]) -> list[Sort]:
    """As many of each pair of kinds as the quotas say, mixed."""
    total = sum(QUOTAS.values())
    found: list[Sort] = []
    for (kind, national), quota in QUOTAS.items():
        of_pair = [sort for sort in SORTS if (sort.kind, sort.national) == (kind, national)]
        wanted = quota - played[kind, national] if count > total // 2 else round(quota * count / total)
        found += random.choices(of_pair, k=max(0, wanted))
    while len(found) < count:
        found.append(random.choice(SORTS))
    random.shuffle(found)
    return found[:count]


def _communities(world: World, count: int) -> list[Area]:
    """Which community each organization belongs to: one each where they reach, more where more people live."""
    communities = world.places.communities
    own_street = [area for area in communities if area.parent is not None and area.parent.code == STREET]
    if count < len(communities) * 2:
        return world.random.choices(own_street, k=count)
    own = world.places.community(COMMUNITY)
    beside = [area for area in own_street if area is not own]
    elsewhere = [area for area in communities if area not in own_street]
    chosen = [own] * COMMUNITY_SHARE
    chosen += _over(world.random, beside, STREET_SHARE - COMMUNITY_SHARE)
    return chosen + _over(world.random, elsewhere, count - STREET_SHARE)


def _over(random: Random, areas: list[Area], count: int) -> list[Area]:
    weights = [area.population or 1 for area in areas]
    return areas[:count] + random.choices(areas, weights, k=max(0, count - len(areas)))


def _past(world: World, community: Area, sort: Sort) -> Past:
    random = world.random
    last = world.today - dt.timedelta(days=QUIET_DAYS)
    issued_on = _day(random, last)
    days = _days_to(world, issued_on)
    own = issued_on.year >= OWN_ACCOUNTS_SINCE and random.random() < 0.7
    leader = world.people.someone()
    owner = (
        world.accounts.account(
            f"fzr-{len(world.names):04d}", leader.name, phone=leader.phone, elder=random.random() < 0.2
        )
        if own
        else None
    )
    typist = None if own else world.staff.holder(Role.COMMUNITY_WORKER, community)
    submitted = world.at_home(days[0])
    return Past(
        profile=world.profile(community, sort, leader=leader),
        community=community,
        begun=submitted - dt.timedelta(minutes=random.randint(15, 48)),
        submitted=submitted,
        opined=world.at_work(days[1]),
        agreed=world.at_work(days[2]),
        issued=timezone.make_aware(dt.datetime.combine(days[3], dt.time(0, 5))),
        owner=owner,
        entered_by=typist,
    )


def _day(random: Random, last: dt.date) -> dt.date:
    years = list(range(min(YEARS), last.year + 1))
    weights = [
        YEARS.get(year, A_YEAR) * (last.timetuple().tm_yday / 365 if year == last.year else 1) for year in years
    ]
    year = random.choices(years, weights)[0]
    first = dt.date(year, 2, 10)
    end = min(last, dt.date(year, 12, 20))
    return first + dt.timedelta(days=random.randrange(max(1, (end - first).days)))


def _days_to(world: World, wished: dt.date) -> tuple[dt.date, dt.date, dt.date, dt.date]:
    """Submission, opinion, decision and issue, the last near the wished day; about 4 in 100 duties are done late."""
    random, add = world.random, world.calendar.add
    opinion = random.choices((1, 2, 3, 4, 5, 6, 7), (30, 30, 22, 10, 4, 2, 2))[0]
    review = random.choices((1, 2, 3, 4, 5, 7, 9, 11, 13), (14, 22, 22, 16, 10, 7, 5, 3, 1))[0]
    submitted = add(wished - dt.timedelta(days=round((opinion + review + 6) * 1.4)), 1)
    opined = add(submitted, opinion)
    agreed = add(opined, review)
    # The clock issues on the day after the notice has run; let that be a working day.
    while not world.calendar.is_workday(issued := add(agreed, 5) + dt.timedelta(days=1)):
        agreed = add(agreed, 1)
    return submitted, opined, agreed, issued


def _special(world: World, past: list[Past]) -> None:
    """The longest name there is, a name with a dot, and the persona's own organization."""
    here = [one for one in past if one.community.code == COMMUNITY] or past[:3]
    longest, rare = here[-1], here[0]
    between = here[1:-1] or here
    own = next((one for one in between if one.profile["kind"] == Kind.CULTURE), between[0])
    world.names.discard((longest.community.pk, longest.profile["name"]))
    longest.profile |= {"name": LONGEST}
    rare.profile["leader_name"] = RARE_NAME
    rare.profile["founders"] = "\n".join([RARE_NAME, *rare.profile["founders"].split("\n")[1:]])
    if rare.owner is not None:
        rare.owner.name = RARE_NAME
    persona = world.staff.users["chenxiumei"]
    leader = world.people.someone(name=persona.name, female=True)
    sort = sort_like("书画社")
    fresh = world.profile(own.community, sort, name="春梅书画社", leader=leader)
    world.take_name(own.community, "春梅书画社")
    own.profile |= {**fresh, "leader_phone": persona.phone}
    own.owner, own.entered_by = persona, None


def _assign_statuses(random: Random, past: list[Past], count: int) -> None:
    """Every legal status there is; whoever ended, registered or was revoked had been filed for at least two years."""
    free = [one for one in past[: len(past) * 3 // 4] if one.owner is None or one.owner.username.startswith("fzr")]
    random.shuffle(free)
    share = min(1.0, count / sum(QUOTAS.values()))
    for status, wanted in STATUSES.items():
        for _n in range(max(1, round(wanted * share))):
            one = free.pop()
            one.status = status


# --- writing ----------------------------------------------------------------------------------------------------


def _write(world: World, past: list[Past]) -> None:
    filed = [one for one in past if one.status not in UNFILED]
    numbers = _number("BA", filed, lambda one: one.issued)
    applied = _number("SQ", filed, lambda one: one.submitted)
    parameters = values_of(choices.FILING.parameter_keys(), world.places.district.path)
    for one in past:
        final = dict(one.profile)
        for change in one.changes:
            final |= change.changes
        one.organization = _organization(world, one, final, numbers.get(id(one)))
    Organization.objects.bulk_create([one.organization for one in past], batch_size=1000)
    for one in filed:
        one.filing = _filing(one, applied[id(one)], parameters)
    Filing.objects.bulk_create([one.filing for one in filed], batch_size=1000)
    replay = Replay(world.calendar, world.system, world.staff.post_name, world.staff.nearest)
    for one in filed:
        play_filing(world, replay, one)
    for one in past:
        play_status(world, replay, one)
    _keep_papers(replay, filed)
    write_changes(world, replay, past)
    replay.write()


def _number(kind: str, past: list[Past], when: Any) -> dict[int, str]:
    """Numbers without gaps in each street and year, in the order of time; the serial goes on where they end."""
    last: Counter[str] = Counter()
    found = {}
    for one in sorted(past, key=when):
        key = f"{kind}-{one.community.number_code}-{timezone.localdate(when(one)).year}"
        last[key] += 1
        found[id(one)] = f"{key}-{last[key]:05d}"
    Serial.objects.bulk_create([Serial(key=key, last=count) for key, count in last.items()])
    return found


def profile_of(profile: dict[str, Any]) -> dict[str, Any]:
    """The fields both rows hold, with the hashes that saving one by one would set."""
    return {
        **{name: profile[name] for name in PROFILE_FIELDS},
        "leader_id_hash": keyed_hash(profile["leader_id_number"], "id_number"),
        "leader_phone_hash": keyed_hash(profile["leader_phone"], "phone"),
    }


def _organization(world: World, one: Past, final: dict[str, Any], number: str | None) -> Organization:
    issued_on, states = timezone.localdate(one.issued), states_of(one)
    return Organization(
        **profile_of(final),
        number=number,
        uscc=_code(world.random, states["legal_type"]) if one.status in WITH_CODE else "",
        scope=one.community.path,
        legal_status=one.status,
        owner=one.owner,
        founded_on=issued_on,
        filed_on=issued_on if number else None,
        ended_on=one.ended_on,
        created_at=one.issued,
        urban_rural=one.community.urban_rural,
        **states,
    )


def _filing(one: Past, number: str, parameters: dict[str, Any]) -> Filing:
    agreed_on = timezone.localdate(one.agreed)
    return Filing(
        **profile_of(one.profile),
        founders=one.profile["founders"],
        number=number,
        scope=one.community.path,
        owner=one.owner,
        entered_by=one.entered_by,
        parameters=parameters,
        revision=5,
        created_at=one.begun,
        began_at=one.submitted,
        ended_at=one.issued,
        state=FilingState.FILED,
        consented_at=one.submitted - dt.timedelta(minutes=2),
        publicity_from=agreed_on,
        publicity_to=timezone.localdate(one.issued) - dt.timedelta(days=1),
        organization=one.organization,
    )


def _code(random: Random, legal_type: LegalType) -> str:
    """A unified social credit code that nobody bears, of its legal type, with both check characters right."""
    digits = random.randrange(100_000)
    inner = f"MJ{random.choice('XY')}{digits:05d}"
    body = f"{CODE_BEGINS[legal_type]}440511{inner}{uscc.inner_check_character(inner)}"
    return body + uscc.check_character(body)


def play_filing(world: World, replay: Replay, one: Past) -> None:
    """The case from its first word to the register."""
    filing = one.filing
    replay.event(one.begun, one.typist, "core.case_begun", filing, scope="")
    replay.event(
        one.submitted - dt.timedelta(minutes=2), one.typist, "organizations.draft_saved", filing, fields=SAVED
    )
    # Whoever typed for somebody leaves the opinion to a colleague (回避).
    opinion = world.staff.holder(Role.COMMUNITY_WORKER, one.community, 1 if one.entered_by else filing.pk)
    street = one.community.parent
    assert street is not None
    officer = world.staff.holder(Role.STREET_OFFICER, street, filing.pk)
    steps = [
        Taken(one.submitted, choices.SUBMIT, one.typist, sends=True),
        Taken(one.opined, choices.SUPPORT, opinion, world.random.choice(OPINIONS)),
        Taken(one.agreed, choices.AGREE, officer),
        Taken(one.issued, choices.ISSUE, replay.system),
    ]
    replay.event(one.issued, replay.system, "organizations.entered", one.organization, number=one.organization.number)
    replay.play(filing, steps, begun=(one.begun, one.typist))


OPINIONS = ("", "", "", "活动内容健康，同意。", "场地由社区提供，请注意用电安全。", "请与其他组织错开使用场地。")


def _keep_papers(replay: Replay, filed: list[Past]) -> None:
    """The charter and the consent of each filing, as real files."""
    contents: list[tuple[str, bytes]] = []
    rows: list[Attachment] = []
    kind_of = ContentType.objects.get_for_model(Filing)

    def keep(
        subject: Model, slot: str, name: str, kind: FileKind, content: bytes, at: dt.datetime, actor: User
    ) -> None:
        digest = hashlib.sha256(content).hexdigest()
        row = Attachment(
            subject_type=kind_of,
            subject_id=subject.pk,
            slot=slot,
            name=name,
            media_type=kind.media_type,
            size=len(content),
            sha256=digest,
            source_sha256=digest,
            stored_as=new_name(f".{kind.extension}"),
            uploaded_by=actor,
            uploaded_at=at,
        )
        rows.append(row)
        contents.append((row.stored_as, content))
        replay.event(at, actor, "files.store", subject, slot=slot, uid=row.uid, size=row.size)

    for one in filed:
        filing, at = one.filing, one.submitted - dt.timedelta(minutes=1)
        said = papers.charter(filing.name, filing.purpose, filing.member_count or 0)
        keep(filing, "charter", "章程.docx", DOCX, said, at, one.typist)
        lent = papers.consent(filing.name, filing.address, f"{one.community.short_name}居民委员会")
        keep(filing, "venue", "场所使用同意书.pdf", PDF, lent, at, one.typist)
    put(contents)
    Attachment.objects.bulk_create(rows, batch_size=2000)
