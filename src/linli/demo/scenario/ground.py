"""The tree of areas of a scenario: the divisions of today, and those there were when the report was written.

Codes and names are real (2018: the statistics bureau's divisions of that year). Which community lay in which of the
streets that have merged since, and on which day, is drawn for show and says so in its event.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import islice
from random import Random

from shapely.ops import unary_union

from linli.areas.choices import CodeKind, Level, UrbanRural
from linli.areas.models import Area, reserve_ids
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.marks import link
from linli.demo import places as drawn
from linli.demo.places import Places

SHOWN = "合并的日子和社区原来的归属是示意，街道的代码和名称是真的"


@dataclass(frozen=True)
class Merger:
    """A street of today, and what merged into it: code, name, how many of today's communities, in their order."""

    into: str
    of: tuple[tuple[str, str, int], ...]


@dataclass
class Ground:
    """Today's areas, those of the report, and which of today's took over from an old one."""

    today: Places
    then: Places
    heirs: dict[int, Area] = field(default_factory=dict)  # id of an area that ended → its heir

    def now_of(self, area: Area) -> Area:
        """The area of today in which an area of the report lies."""
        return self.heirs.get(area.pk, area)


# --- Jinping --------------------------------------------------------------------------------------------------------

REFORM = dt.date(2021, 1, 1)
MERGERS = (
    Merger(
        "440511018",
        (
            ("440511014", "永祥街道", 6),
            ("440511006", "同益街道", 6),
            ("440511010", "海安街道", 6),
            ("440511011", "新福街道", 6),
            ("440511012", "乌桥街道", 5),
        ),
    ),
    Merger("440511019", (("440511003", "金厦街道", 11), ("440511008", "东墩街道", 8))),
)
# There were 171 communities and there are 170: one has merged into another. Its name is made up.
GONE, INTO = "安平居委会", "440511018001"


def jinping(random: Random, actor: User) -> Ground:
    """12 streets and 170 communities today; 17 and 171 until the reform."""
    ground = Ground(drawn.load_places(random, actor), Places(Area(), [], []))
    today, then = ground.today, ground.then
    then.district, then.cells = today.district, dict(today.cells)
    reformed = {merger.into for merger in MERGERS}
    kept = [street for street in today.streets if street.code not in reformed]
    then.streets += kept
    then.communities += [area for street in kept for area in today.of_street(street)]
    for merger in MERGERS:
        _before(ground, merger, actor)
    then.streets.sort(key=lambda area: area.code or "")
    return ground


def _before(ground: Ground, merger: Merger, actor: User) -> None:
    today, then = ground.today, ground.then
    heir = next(area for area in today.streets if area.code == merger.into)
    rest = iter(today.of_street(heir))
    streets: list[Area] = []
    for code, name, count in merger.of:
        street = _ended(name, Level.STREET, today.district, code)
        streets.append(street)
        ground.heirs[street.pk] = heir
        held = [(area.name, area) for area in islice(rest, count)]
        held += [(GONE, area) for _name, area in held if area.code == INTO]
        for said, successor in held:
            community = _ended(said, Level.COMMUNITY, street)
            community.population, community.households = successor.population, successor.households
            ground.heirs[community.pk] = successor
            then.communities.append(community)
            then.cells[community.pk] = today.cells[successor.pk]
        drawn.set_outline(street, drawn.whole_of(unary_union([today.cells[area.pk] for _name, area in held])))
    then.streets += streets
    _write(ground, streets, heir, actor)


def _write(ground: Ground, streets: list[Area], heir: Area, actor: User) -> None:
    communities = [area for area in ground.then.communities if area.parent in streets]
    for area in communities:
        drawn.set_outline(area, ground.then.cells[area.pk])
    Area.objects.bulk_create(streets)
    Area.objects.bulk_create(communities)
    fresh = [heir, *ground.today.of_street(heir)]
    Area.objects.filter(pk__in=[area.pk for area in fresh]).update(valid_from=REFORM, changed_at=clock.now())
    for area in fresh:
        area.valid_from = REFORM
        link(area.predecessors, *(old for old in (*streets, *communities) if ground.heirs[old.pk] is area))
    record(
        actor, "areas.merge_areas", heir, sources=[area.name for area in streets], on=REFORM.isoformat(), reason=SHOWN
    )


def _ended(name: str, level: Level, parent: Area, code: str | None = None) -> Area:
    (pk,) = reserve_ids(1)
    return Area(
        pk=pk,
        parent=parent,
        path=f"{parent.path}{pk}/",
        level=level,
        name=name,
        code=code,
        code_kind=CodeKind.OFFICIAL if code else "",
        urban_rural=UrbanRural.URBAN,
        valid_to=REFORM,
        changed_at=clock.now(),
    )


# --- Shangyu --------------------------------------------------------------------------------------------------------

# About where each street and town lies, and how far it reaches (km).
SHANGYU = {
    "330604001": (120.873, 30.030, 4.0),
    "330604002": (120.845, 30.000, 3.2),
    "330604003": (120.780, 30.010, 3.0),
    "330604004": (120.755, 30.065, 3.2),
    "330604005": (120.915, 29.995, 3.2),
    "330604006": (120.975, 30.065, 2.6),
    "330604007": (120.880, 30.105, 4.4),
    "330604101": (120.765, 29.945, 3.0),
    "330604102": (120.840, 29.925, 3.4),
    "330604103": (120.800, 29.865, 3.0),
    "330604104": (120.870, 29.820, 4.2),
    "330604105": (120.965, 29.765, 3.0),
    "330604106": (120.980, 29.925, 4.2),
    "330604107": (121.020, 29.985, 2.6),
    "330604109": (121.015, 30.030, 2.4),
    "330604111": (120.960, 30.115, 2.6),
    "330604112": (120.985, 30.155, 2.6),
    "330604200": (120.985, 29.700, 3.0),
    "330604201": (121.035, 29.790, 2.6),
    "330604202": (120.915, 29.880, 2.4),
}
PEOPLE = 839_000  # about, by the census of 2020
LATER = dt.date(2020, 10, 1)
# 364 today, 359 in the report: five were set up since, for show those whose names are newest.
NEW = ("330604001061", "330604002033", "330604002034", "330604005008", "330604007008")
URBAN = 51  # 45 of them have a park: 88 %


def shangyu(random: Random, actor: User) -> Ground:
    """359 communities and villages in the report's year, 51 of them urban; five more since."""
    today = drawn.import_places("330604", actor)
    named = [area for area in today.communities if area.name.endswith("社区") and area.code not in NEW]
    urban = {area.pk for area in named[:URBAN]}
    for area in today.communities:
        area.urban_rural = UrbanRural.URBAN if area.pk in urban or area.code in NEW else UrbanRural.RURAL
    drawn.draw(today, SHANGYU, random)
    drawn.populate(today, PEOPLE, random)
    drawn.keep(today)
    fresh = [area for area in today.communities if area.code in NEW]
    Area.objects.filter(pk__in=[area.pk for area in fresh]).update(valid_from=LATER, changed_at=clock.now())
    record(
        actor,
        "areas.create_area",
        today.district,
        area="、".join(area.short_name for area in fresh),
        reason=f"{LATER} 设立，日子是示意",
    )
    then = Places(
        today.district, today.streets, [area for area in today.communities if area.code not in NEW], today.cells
    )
    return Ground(today, then)


__all__ = ["REFORM", "Ground", "jinping", "shangyu"]
