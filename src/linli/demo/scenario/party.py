"""Party-building of a scenario: which unit covers which organization, the members, posts of the two committees."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from linli.actors.choices import BodyKind, Role
from linli.actors.models import Body
from linli.areas.models import Area
from linli.core.privacy import keyed_hash
from linli.demo.replay import Taken
from linli.demo.scenario.composing import BATCH, Made, numbered, parts
from linli.demo.scenario.register import Planned
from linli.demo.world import moment
from linli.organizations.choices.party import ACCEPT_UNIT, APPROVE_UNIT, RENEW_UNIT, TERM_ENDS, UnitKind
from linli.organizations.models import (
    CommitteePost,
    Federation,
    Organization,
    PartyCoverage,
    PartyMember,
    PartyUnit,
)

ENOUGH = 3  # full members from which an organization has a branch of its own
JOINED = 3  # organizations of a joint branch, here
BRANCHES = ("党委", "第一党支部", "退休党支部")


@dataclass
class Unit:
    """A unit before it is written, with the organizations it covers."""

    kind: UnitKind
    community: Area
    covers: list[Planned] = field(default_factory=list)


def arrange(planned: list[Planned], own: int, joint: int) -> list[Unit]:
    """A group in each community for what no branch covers; branches where most organizations are.

    Own branches each cover one organization, joint ones several of one community; everything is covered once.
    """
    held: dict[int, list[Planned]] = defaultdict(list)
    for one in planned:
        held[one.community.pk].append(one)
    full = sorted(held.values(), key=lambda rows: (-len(rows), rows[0].community.pk))
    units = []
    for n, rows in enumerate(full):
        free = list(rows)
        if n < joint:
            taken, free = free[:JOINED], free[JOINED:]
            units.append(Unit(UnitKind.JOINT, rows[0].community, taken))
        elif n < joint + own:
            taken, free = free[:1], free[1:]
            units.append(Unit(UnitKind.OWN, rows[0].community, taken))
        if not free:
            raise ValueError(f"nothing is left for a group in {rows[0].community}")
        units.append(Unit(UnitKind.GROUP, rows[0].community, free))
    for unit in units:
        for one in unit.covers:
            one.more["party_cover"] = unit.kind.value
    return units


def share_members(units: list[Unit], total: int) -> dict[int, tuple[int, int]]:
    """Full and probationary members of each organization, by the id of its plan; together exactly the total.

    Fewer than three full members where there is no own branch; all that is left over belongs to own branches.
    """
    found: dict[int, tuple[int, int]] = {}
    own: list[Planned] = []
    for unit in units:
        if unit.kind is UnitKind.OWN:
            own += unit.covers
            continue
        for n, one in enumerate(unit.covers):
            found[id(one)] = (1 + n % 2, 1 if n % 4 == 0 else 0)
    rest = total - sum(full + more for full, more in found.values())
    for one, count in zip(own, parts(rest, [1 + n % 3 for n in range(len(own))], ENOUGH), strict=True):
        found[id(one)] = (count, 0)
    for unit in units:
        for one in unit.covers:
            one.more["party_member_count"] = sum(found[id(one)])
    return found


def write(
    made: Made,
    units: list[Unit],
    members: dict[int, tuple[int, int]],
    rows: dict[int, Organization],
    federations: list[Federation],
    first: dt.date,
    last: dt.date,
) -> None:
    """Units approved between two days, whom they cover, and their members. `rows` are organizations by plan."""
    written = _units(made, units, rows, federations, first, last)
    people = []
    for unit, planned in zip(written, units, strict=True):
        for one in planned.covers:
            full, probationary = members[id(one)]
            for n in range(full + probationary):
                stage = "full" if n < full else "probationary"
                people.append(_member(made, unit, rows[id(one)], stage, n, last))
    PartyMember.objects.bulk_create(people, batch_size=BATCH)
    for member in people:
        assert member.managed_by is not None
        secretary = made.world.staff.holder(Role.FEDERATION_SECRETARY, member.managed_by.federation.area)
        made.replay.event(
            member.created_at,
            secretary,
            "organizations.party_member_entered",
            member,
            organization=member.organization.name,
        )


def _units(
    made: Made,
    units: list[Unit],
    rows: dict[int, Organization],
    federations: list[Federation],
    first: dt.date,
    last: dt.date,
) -> list[PartyUnit]:
    by_street = {row.area_id: row for row in federations}
    leaders = {body.area_id: body for body in Body.objects.filter(kind=BodyKind.COMMUNITY).select_related("area")}
    renewed = dt.date(made.world.today.year - 2, 3, 1)
    written = []
    for unit in units:
        community = unit.community
        approved = made.between(first, last)
        written.append(
            PartyUnit(
                federation=by_street[community.parent_id or 0],
                scope=community.path,
                state="standing",
                kind=unit.kind,
                name=_name(unit, rows),
                words=_why(unit),
                led_by=leaders[community.pk],
                secretary_name=made.world.people.name(),
                term_from=renewed,
                term_to=renewed.replace(year=renewed.year + 5),
                announce_on=renewed.replace(year=renewed.year + 5) - dt.timedelta(days=60),
                approved_on=approved,
                revision=6,
                created_at=moment(approved - dt.timedelta(days=9), "10:10"),
                began_at=moment(approved - dt.timedelta(days=6), "15:00"),
            )
        )
    numbered([(row, row.federation.area, row.approved_on or first) for row in written], "DZ")
    PartyUnit.objects.bulk_create(written, batch_size=BATCH)
    PartyCoverage.objects.bulk_create(
        [
            PartyCoverage(unit=row, organization=rows[id(one)])
            for row, unit in zip(written, units, strict=True)
            for one in unit.covers
        ],
        batch_size=BATCH,
    )
    for row in written:
        _play(made, row, renewed)
    return written


def _name(unit: Unit, rows: dict[int, Organization]) -> str:
    said = unit.community.short_name
    match unit.kind:
        case UnitKind.OWN:
            return f"{rows[id(unit.covers[0])].name}党支部"
        case UnitKind.JOINT:
            return f"{said}社会组织联合党支部"
    return f"{said}社会组织党小组"


def _why(unit: Unit) -> str:
    match unit.kind:
        case UnitKind.OWN:
            return "正式党员 3 人以上，单独组建党支部。"
        case UnitKind.JOINT:
            return f"正式党员都不足 3 人，{len(unit.covers)} 家同在一个社区，联合组建党支部。"
    return f"正式党员不足 3 人，由社区党组织就近编成党小组，覆盖 {len(unit.covers)} 家。"


def _play(made: Made, row: PartyUnit, renewed: dt.date) -> None:
    area = row.federation.area
    secretary = made.world.staff.holder(Role.FEDERATION_SECRETARY, area)
    officer = made.world.staff.holder(Role.STREET_OFFICER, area)
    assert row.began_at is not None
    assert row.approved_on is not None
    approved = moment(row.approved_on, "11:00")
    steps = [
        Taken(row.began_at, ACCEPT_UNIT, secretary, sends=True),
        Taken(approved, APPROVE_UNIT, officer),
        Taken(moment(renewed - dt.timedelta(days=60), "00:05"), TERM_ENDS, made.world.system),
        Taken(moment(renewed, "09:40"), RENEW_UNIT, secretary),
    ]
    made.replay.play(row, steps, begun=(row.created_at, secretary))


def _member(
    made: Made, unit: PartyUnit, organization: Organization, stage: str, place: int, last: dt.date
) -> PartyMember:
    person, area = made.world.people.someone(), organization.area
    assert area is not None
    assert unit.approved_on is not None
    joined = made.between(unit.approved_on, last)
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
        managed_by=unit,
        reported_to=area if place % 2 == 0 else None,
        standing="managed",
        joined_on=joined,
        created_at=moment(joined, "10:20"),
    )


def seat(
    made: Made, organizations: list[Organization], posts: int, heads: int, first: dt.date, last: dt.date
) -> None:
    """Members of the two committees in so many organizations, in so many of them as the head."""
    rows = []
    for n, one in enumerate(made.world.random.sample(organizations, posts)):
        assert one.area is not None
        assert one.area.parent is not None
        day = made.between(max(first, one.filed_on or first), last)
        rows.append(
            CommitteePost(
                organization=one,
                scope=one.scope,
                person_name=made.world.people.name(),
                is_head=n < heads,
                approval=f"{one.area.parent.name}党工委〔{day.year}〕{n + 1} 号",
                held_from=day,
                created_at=moment(day, "15:30"),
            )
        )
    CommitteePost.objects.bulk_create(rows, batch_size=BATCH)
    for row in rows:
        area = row.organization.area
        assert area is not None
        assert area.parent is not None
        officer = made.world.staff.holder(Role.STREET_OFFICER, area.parent)
        made.replay.event(row.created_at, officer, "organizations.committee_post_entered", row, head=row.is_head)
