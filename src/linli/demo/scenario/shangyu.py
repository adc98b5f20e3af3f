"""Shangyu as its report has it in the middle of 2020: 绍兴市上虞区 社区社会组织调查报告."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from linli.actors.choices import Role
from linli.areas.choices import UrbanRural
from linli.areas.models import Area
from linli.demo.names import SORTS
from linli.demo.scenario import doing, ground, register
from linli.demo.scenario.composing import Made, parts
from linli.demo.scenario.register import Planned
from linli.demo.world import sort_like
from linli.organizations.models import Organization

DISTRICT = "330604"
CITY = "绍兴市"
GROUND = ground.shangyu
# The numbers the records are made for. None of them is shown: what pages show is counted from the records.
RURAL, URBAN = 2610, 1020
XIANGXIAN, CENTRES, PARKS = 291, 44, 45
SERVED = 912  # the report says: more than 900
AWAKE = 1650  # less than half; the report says that more than half have fallen asleep
DAY = dt.date(2020, 6, 30)
FOUNDED = dt.date(2014, 5, 6)


def compose(made: Made, say: Callable[[str], None]) -> None:
    """All records of the district."""
    written = register.write(made, list(_planned(made)))
    say(f"{len(written):,} 家组织")
    urban = [area for area in made.ground.then.communities if area.urban_rural == UrbanRural.URBAN]
    parks = doing.open_parks(made, urban[:PARKS], dt.date(2016, 4, 11), "社会组织孵化园", 30)
    by_street: dict[int, list[int]] = {}
    for n, park in enumerate(parks):
        by_street.setdefault(park.area.parent_id or 0, []).append(n)
    stays = []
    for n, one in enumerate(made.world.random.sample(_served(written), SERVED)):
        assert one.area is not None
        near = by_street.get(one.area.parent_id or 0) or list(range(len(parks)))
        park = parks[near[n % len(near)]]
        first = max(one.filed_on or FOUNDED, park.opened_on) + dt.timedelta(days=15)
        stays.append((one, park, made.between(min(first, DAY), DAY)))
    doing.incubate(made, stays, 0, DAY, Role.STREET_OFFICER)
    inside = [one for one, _park, _day in stays]
    for one in inside:
        one.incubation_status = "exited"
    Organization.objects.bulk_update(inside, ["incubation_status"], batch_size=500)
    say(f"{len(parks)} 个孵化园，{len(stays)} 家进过")
    awake = made.world.random.sample(written, AWAKE)
    recent = made.world.today - dt.timedelta(days=150)
    doing.hold(made, awake, [15 + n % 60 for n in range(AWAKE)], recent, recent + dt.timedelta(days=120))
    say(f"{AWAKE:,} 场活动")


def _served(written: list[Organization]) -> list[Organization]:
    """Registered ones need no incubator."""
    return [one for one in written if one.legal_status == "filed"]


def _planned(made: Made) -> Iterator[Planned]:
    """As many in each urban community as in the next; in the villages more or less."""
    chance, communities = made.world.random, made.ground.then.communities
    urban = [area for area in communities if area.urban_rural == UrbanRural.URBAN]
    rural = [area for area in communities if area.urban_rural == UrbanRural.RURAL]
    hubs = {area.pk for area in [*rural[: XIANGXIAN - 20], *urban[:20]]}
    centres = {area.pk for area in urban[:CENTRES]}
    shares = [
        *zip(urban, parts(URBAN, [1.0] * len(urban)), strict=True),
        *zip(rural, parts(RURAL, [chance.uniform(0.6, 1.4) for _area in rural], 3), strict=True),
    ]
    for area, count in shares:
        yield from _of(made, area, count, area.pk in hubs, area.pk in centres)


def _of(made: Made, area: Area, count: int, hub: bool, centre: bool) -> Iterator[Planned]:
    chance = made.world.random
    named = area.short_name
    if hub:
        day = made.between(dt.date(2016, 9, 1), dt.date(2020, 5, 20))
        yield Planned(area, sort_like("议事"), day, name=f"{named}乡贤参事社", registered=True)
    if centre:
        day = made.between(dt.date(2015, 3, 2), dt.date(2019, 12, 20))
        yield Planned(area, sort_like("义工"), day, name=f"{named}社会组织服务中心")
    for _n in range(count - hub - centre):
        yield Planned(area, chance.choice(SORTS), made.between(FOUNDED, dt.date(2019, 12, 1)))
