"""Rows for figures: organizations made in bulk, with areas, dates and kinds of all sorts."""

from __future__ import annotations

import datetime as dt
from itertools import count
from random import Random
from typing import Any

from tests.personas import World

from linli.areas.models import Area
from linli.organizations.choices.filing import Kind, LegalStatus, NationalKind
from linli.organizations.models import Organization

_number = count(1)


def organization(area: Area, filed_on: str | dt.date | None = "2026-03-05", **values: Any) -> Organization:
    """One that is filed, unless told otherwise."""
    i = next(_number)
    given: dict[str, Any] = {
        "name": f"第{i}号社团",
        "kind": Kind.CULTURE,
        "national_kind": NationalKind.CULTURE,
        "legal_status": LegalStatus.FILED if filed_on else LegalStatus.GRASSROOTS,
        "number": f"BA-{i}" if filed_on else None,
        "filed_on": filed_on,
        "area": area,
        "scope": area.path,
    } | values
    if given.get("ended_on") and "legal_status" not in values:
        given["legal_status"] = LegalStatus.CANCELLED
    return Organization(**given)


def scattered(world: World, how_many: int, seed: int = 1) -> list[Organization]:
    """Over three communities and ten years, some ended, one in twenty without a date."""
    chance = Random(seed)
    areas = [world.community, world.neighbour_community, world.far_community]
    rows = []
    for _ in range(how_many):
        filed = dt.date(2016, 1, 1) + dt.timedelta(days=chance.randrange(3960))
        ended = filed + dt.timedelta(days=chance.randrange(2000)) if chance.random() < 0.3 else None
        dated = chance.random() > 0.05
        rows.append(
            organization(
                chance.choice(areas),
                filed if dated else None,
                ended_on=ended if dated else None,
                kind=chance.choice(Kind.values),
                national_kind=chance.choice(NationalKind.values),
                member_count=chance.choice([None, 5, 12, 40]),
                party_member_count=chance.choice([None, 0, 1, 3]),
            )
        )
    return Organization.objects.bulk_create(rows)
