"""The organizations of a scenario, entered as a street enters its old books: each row with its event."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from linli.areas.choices import UrbanRural
from linli.areas.models import Area
from linli.core.codes import uscc
from linli.core.privacy import keyed_hash
from linli.demo.names import SORTS, Sort
from linli.demo.scenario.composing import BATCH, Made, numbered
from linli.demo.world import moment
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.choices.states import LegalType, RegisteredLevel
from linli.organizations.models import Organization

TURNS = "一二三四五六七八九"


@dataclass
class Planned:
    """An organization before it is written."""

    community: Area
    sort: Sort
    filed_on: dt.date
    name: str = ""
    registered: bool = False
    more: dict[str, Any] = field(default_factory=dict)


def write(made: Made, planned: list[Planned]) -> list[Organization]:
    """Write the organizations, the oldest first."""
    planned.sort(key=lambda one: one.filed_on)
    rows = [_row(made, i, one) for i, one in enumerate(planned)]
    numbered([(row, one.community, one.filed_on) for row, one in zip(rows, planned, strict=True)], "BA")
    Organization.objects.bulk_create(rows, batch_size=BATCH)
    for row in rows:
        made.replay.event(
            row.created_at, made.world.system, "organizations.entered", row, number=row.number, carried_over=True
        )
    return rows


def _row(made: Made, i: int, one: Planned) -> Organization:
    world, area = made.world, one.community
    name = _free(made, area, one)
    told = world.profile(area, one.sort, name=name)
    told.pop("founders")
    registered: dict[str, Any] = {}
    if one.registered:
        registered = {
            "legal_status": LegalStatus.REGISTERED,
            "legal_type": LegalType.ASSOCIATION,
            "registered_level": RegisteredLevel.DISTRICT,
            "registered_on": one.filed_on,
            "uscc": code_of(area, i),
        }
    return Organization(
        **{
            **told,
            "scope": area.path,
            "urban_rural": area.urban_rural or UrbanRural.URBAN,
            "leader_id_hash": keyed_hash(told["leader_id_number"], "id_number"),
            "leader_phone_hash": keyed_hash(told["leader_phone"], "phone"),
            "founded_on": one.filed_on - dt.timedelta(days=made.world.random.randrange(10, 400)),
            "filed_on": one.filed_on,
            "created_at": moment(one.filed_on, "16:20"),
            **registered,
            **one.more,
        }
    )


def _free(made: Made, area: Area, one: Planned) -> str:
    """A name the community does not have yet; where all are taken, a second and third of the kind."""
    world = made.world
    if one.name:
        world.take_name(area, one.name)
        return one.name
    try:
        return _local(area, world.free_name(area, one.sort))
    except LookupError:
        name = one.sort.names[0].format(c=_stem(area), p=world.lanes[area.parent_id or 0][0])
        turn = next(turn for turn in TURNS[1:] if world.take_name(area, f"{_local(area, name)}第{turn}队"))
        return f"{_local(area, name)}第{turn}队"


def _stem(area: Area) -> str:
    return area.short_name.removesuffix("社区")


def _local(area: Area, name: str) -> str:
    """称海村社区义工队 is said 称海村义工队."""
    return name.replace("村社区", "村") if area.short_name.endswith("村") else name


def sorts_of(national: str, *, only: bool = True) -> list[Sort]:
    """The sorts of one national kind, or all others."""
    return [sort for sort in SORTS if (sort.national == national) == only]


def code_of(area: Area, i: int) -> str:
    """A unified social credit code that nobody bears, with both check characters right."""
    inner = f"MK{'ABCDEFGHJK'[i // 100_000 % 10]}{i % 100_000:05d}"
    body = f"51{(area.code or area.number_code)[:6]}{inner}{uscc.inner_check_character(inner)}"
    return body + uscc.check_character(body)
