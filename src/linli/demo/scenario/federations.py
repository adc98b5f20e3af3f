"""The federations of a scenario: their members, the six, presidents, friends, and what they did at regular times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from linli.actors.choices import BodyKind, Role
from linli.actors.models import Body
from linli.areas.models import Area
from linli.core.parameters import REGISTRY as PARAMETERS
from linli.core.privacy import keyed_hash
from linli.demo.replay import Taken
from linli.demo.scenario.composing import BATCH, Made, numbered, parts
from linli.demo.world import moment
from linli.organizations.actions.cadence import periods
from linli.organizations.choices import federation as choices
from linli.organizations.choices.cadence import HOLD_OCCASION, RHYTHM, OccasionKind
from linli.organizations.choices.federation import One, Title
from linli.organizations.models import Federation, Friendship, Member, Occasion, Organization, Pillar, Tenure

SHOPS = ("润和超市", "同益药房", "金园茶行", "海滨酒楼", "永泰五金行", "长平口腔诊所", "鮀岛书店")
CARES = (
    "公益服务中心",
    "志愿者协会",
    "文化促进会",
    "社会工作服务社",
    "慈善促进会",
    "应急救援队",
    "助学会",
    "体育总会",
)
WHOSE = ("海韵", "潮语", "阳光", "蓝天", "榕江", "韩江", "金凤", "鮀城", "红头船", "小公园", "濠江", "同心", "春泥")
YEARLY = {kind: int(PARAMETERS[key].default) for kind, key in RHYTHM.items()}


def found(made: Made, streets: Sequence[Area], since: dt.date) -> list[Federation]:
    """A federation in each street, with all of 六个一 and a president who is the street's deputy Party secretary."""
    bodies = {body.area_id: body for body in Body.objects.filter(kind=BodyKind.FEDERATION)}
    rows = []
    for n, street in enumerate(streets):
        row = Federation(
            body=bodies[street.pk],
            area=street,
            name=bodies[street.pk].name,
            scope=street.path,
            founded_on=since + dt.timedelta(days=9 * n),
            ones_met=len(One),
            standard="met",
            created_at=moment(since + dt.timedelta(days=9 * n), "15:00"),
        )
        rows.append(row)
    Federation.objects.bulk_create(rows)
    for row in rows:
        officer = made.world.staff.holder(Role.STREET_OFFICER, row.area)
        made.replay.event(
            row.created_at, officer, "organizations.open_federation", row, founded_on=row.founded_on.isoformat()
        )
    _pillars(made, rows)
    _presidents(made, rows)
    return rows


def _pillars(made: Made, rows: list[Federation]) -> None:
    found: list[tuple[Pillar, dt.datetime, dt.datetime]] = []
    for row in rows:
        secretary, officer = _staff(made, row)
        for one in One:
            sent = made.at(row.founded_on + dt.timedelta(days=60 + 20 * list(One).index(one)))
            checked = made.at(sent.date() + dt.timedelta(days=4))
            pillar = Pillar(
                federation=row,
                scope=row.scope,
                item=one,
                state="met",
                note=f"{one.label}：原件存街道",
                sent_by=secretary,
                checked_by=officer,
                checked_on=checked.date(),
                revision=3,
                created_at=row.created_at,
                began_at=sent,
                ended_at=checked,
            )
            found.append((pillar, sent, checked))
    numbered([(pillar, pillar.federation.area, sent.date()) for pillar, sent, _checked in found], "LG")
    Pillar.objects.bulk_create([pillar for pillar, _sent, _checked in found], batch_size=BATCH)
    for pillar, sent, checked in found:
        secretary, officer = _staff(made, pillar.federation)
        steps = [
            Taken(sent, choices.SEND_PILLAR, secretary, sends=True),
            Taken(checked, choices.CONFIRM_PILLAR, officer),
        ]
        made.replay.play(pillar, steps, begun=(pillar.created_at, officer))


def _presidents(made: Made, rows: list[Federation]) -> None:
    made_rows = []
    for row in rows:
        secretary, officer = _staff(made, row)
        sent = made.at(row.founded_on + dt.timedelta(days=10))
        made_rows.append(
            Tenure(
                federation=row,
                scope=row.scope,
                owner=secretary,
                state="ended",
                title_held=Title.PRESIDENT,
                person_name=made.world.people.name(),
                is_official=True,
                approval_number=f"组干〔{sent.year}〕{20 + made.world.random.randrange(80)} 号",
                approved_on=row.founded_on,
                elected_on=row.founded_on,
                term_from=row.founded_on,
                term_to=row.founded_on.replace(year=row.founded_on.year + 5),
                activated_by=officer,
                revision=4,
                created_at=sent,
                began_at=sent,
                ended_at=moment(row.founded_on.replace(year=row.founded_on.year + 5), "00:05"),
            )
        )
    numbered([(row, row.federation.area, row.created_at.date()) for row in made_rows], "RZ")
    Tenure.objects.bulk_create(made_rows)
    for held in made_rows:
        assert held.owner is not None
        assert held.activated_by is not None
        assert held.ended_at is not None
        steps = [
            Taken(held.created_at, choices.SEND_TENURE, held.owner, sends=True),
            Taken(made.at(held.created_at.date() + dt.timedelta(days=3)), choices.ACTIVATE_TENURE, held.activated_by),
            Taken(held.ended_at, choices.EXPIRE_TENURE, made.world.system),
        ]
        made.replay.play(held, steps, begun=(held.created_at, held.owner))


def _staff(made: Made, row: Federation) -> tuple[Any, Any]:
    holder = made.world.staff.holder
    return holder(Role.FEDERATION_SECRETARY, row.area), holder(Role.STREET_OFFICER, row.area)


# --- members and friends --------------------------------------------------------------------------------------------


def admit(made: Made, rows: list[Federation], organizations: list[Organization], until: dt.date) -> None:
    """Every organization of a street is a member of its federation, beside some enterprises and notable persons."""
    by_street = {row.area_id: row for row in rows}
    members: list[Member] = []
    for one in organizations:
        assert one.area is not None
        row = by_street[one.area.parent_id or 0]
        since = max(one.filed_on or row.founded_on, row.founded_on)
        joined = min(since + dt.timedelta(days=10 + made.world.random.randrange(50)), until)
        members.append(
            _member(
                row,
                joined,
                kind="organization",
                organization=one,
                name=one.name,
                scope=one.scope,
                contact_name=one.leader_name,
                contact_phone=one.leader_phone,
            )
        )
    for row in rows:
        for shop in made.world.random.sample(SHOPS, 3):
            contact = made.world.people.someone()
            joined = made.between(row.founded_on, until)
            name = f"{row.area.name.removesuffix('街道')}{shop}"
            given = {"contact_name": contact.name, "contact_phone": contact.phone}
            members.append(_member(row, joined, kind="enterprise", name=name, scope=row.scope, **given))
        for _n in range(2):
            person = made.world.people.someone()
            joined = made.between(row.founded_on, until)
            given = {"contact_name": person.name, "contact_phone": person.phone}
            members.append(_member(row, joined, kind="person", name=person.name, scope=row.scope, **given))
    numbered([(member, member.federation.area, member.joined_on) for member in members], "HY")
    Member.objects.bulk_create(members, batch_size=BATCH)
    for member in members:
        secretary, _officer = _staff(made, member.federation)
        made.replay.event(member.created_at, secretary, "organizations.member_entered", member, number=member.number)


def _member(row: Federation, joined: dt.date, *, contact_phone: str, **values: Any) -> Member:
    return Member(
        federation=row,
        joined_on=joined,
        created_at=moment(joined, "10:00"),
        contact_phone=contact_phone,
        contact_phone_hash=keyed_hash(contact_phone, "phone"),
        **values,
    )


def befriend(made: Made, rows: list[Federation], count: int, first: dt.date, last: dt.date) -> None:
    """So many organizations, each with a dated agreement with one federation; they have run out since."""
    names = [f"汕头市{whose}{care}" for care in CARES for whose in WHOSE][:count]
    friends = []
    for n, name in enumerate(names):
        row = rows[n % len(rows)]
        secretary, _officer = _staff(made, row)
        since = made.between(first, last)
        until = since + dt.timedelta(days=730)
        friends.append(
            Friendship(
                federation=row,
                scope=row.scope,
                owner=secretary,
                state="ended",
                name=name,
                registered_with="汕头市民政局",
                shares="开放办公场地和设备，党建、人力、信息共用，合办公益项目",
                valid_from=since,
                valid_to=until,
                ended_on=until,
                revision=3,
                created_at=moment(since, "10:30"),
                began_at=moment(since, "10:40"),
                ended_at=moment(until + dt.timedelta(days=1), "00:05"),
            )
        )
    numbered([(row, row.federation.area, row.created_at.date()) for row in friends], "YH")
    Friendship.objects.bulk_create(friends)
    for held in friends:
        assert held.owner is not None
        assert held.began_at is not None
        assert held.ended_at is not None
        steps = [
            Taken(held.began_at, choices.SIGN_FRIENDSHIP, held.owner, sends=True),
            Taken(held.ended_at, choices.EXPIRE_FRIENDSHIP, made.world.system),
        ]
        made.replay.play(held, steps, begun=(held.created_at, held.owner))


# --- regular times --------------------------------------------------------------------------------------------------


def keep_times(
    made: Made, rows: list[Federation], first: dt.date, last: dt.date, totals: Mapping[OccasionKind, int]
) -> None:
    """Surveys, visits and meetings of the periods between two days; `totals` are sheets sent and person-times."""
    found: list[Occasion] = []
    for kind in OccasionKind:
        of_kind = []
        for row in rows:
            for period in periods(first, last, YEARLY[kind]):
                if period.last > last:
                    continue
                late = made.world.random.random() < 0.04
                done = made.at(period.last - dt.timedelta(days=-4 if late else made.world.random.randrange(3, 30)))
                of_kind.append(
                    Occasion(
                        federation=row,
                        scope=row.scope,
                        kind=kind,
                        state="done",
                        period=period.words,
                        period_from=period.first,
                        due_on=period.last,
                        done_on=min(done.date(), last),
                        revision=2,
                        created_at=moment(period.first, "03:08"),
                        began_at=done,
                        ended_at=done,
                    )
                )
        _counts(made, kind, of_kind, totals.get(kind))
        found += of_kind
    numbered([(row, row.federation.area, row.done_on or row.due_on) for row in found], "ZD")
    Occasion.objects.bulk_create(found, batch_size=BATCH)
    for held in found:
        secretary, _officer = _staff(made, held.federation)
        made.replay.event(held.created_at, made.world.system, "core.case_begun", held)
        assert held.began_at is not None
        steps = [Taken(held.began_at, HOLD_OCCASION, secretary, sends=True)]
        made.replay.play(held, steps, begun=(held.created_at, made.world.system))


def _counts(made: Made, kind: OccasionKind, rows: list[Occasion], total: int | None) -> None:
    chance = made.world.random
    shares = parts(total or 0, [chance.uniform(0.7, 1.3) for _row in rows], 1 if total else 0)
    for row, share in zip(rows, shares, strict=True):
        match kind:
            case OccasionKind.VISIT:
                row.reached = share
            case OccasionKind.COUNCIL:
                row.asked, row.reached = 11, chance.randrange(8, 12)
            case OccasionKind.ASSEMBLY:
                row.asked, row.reached = 40, chance.randrange(28, 40)
            case _:
                row.asked, row.reached = share, share - int(share * chance.uniform(0, 0.15))
