"""Areas as figures know them: the paths whose records make up an area, and what lies below it on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from linli.actors.queries import served_districts
from linli.areas.choices import UPPER_LEVELS, Level
from linli.areas.models import Area
from linli.areas.queries import ancestors, by_key, key_of, valid
from linli.core.access.grants import Person
from linli.indicators.rules import paths_of

DIVIDED = (Level.CITY, Level.DISTRICT, Level.STREET, Level.COMMUNITY)
REST = "rest"


@dataclass(frozen=True)
class Spot:
    """An area with the paths that its numbers are made of: its own, and those of what was merged into it."""

    key: str
    name: str
    path: str
    level: str
    paths: tuple[str, ...]
    without: tuple[str, ...] = ()  # parts that are shown by themselves

    @property
    def is_rest(self) -> bool:
        """What lies in an area and in none of those below it."""
        return self.key == REST


def spots(areas: Sequence[Area]) -> list[Spot]:
    """The areas with the paths of their predecessors, in one query a generation.

    What was split among several heirs belongs to none of them: it counts for the area above alone.
    """
    paths: dict[int, list[str]] = {area.pk: [area.path] for area in areas}
    wave: dict[int, set[int]] = {area.pk: {area.pk} for area in areas}
    seen = set(wave)
    while wave:
        rows = list(Area.objects.filter(successors__in=wave).values_list("pk", "path", "successors"))
        heirs: dict[int, set[int]] = {}
        for pk, _path, heir in _with_all_heirs(rows):
            heirs.setdefault(pk, set()).add(heir)
        onward: dict[int, set[int]] = {}
        for pk, path, heir in rows:
            if len(heirs[pk]) == 1 and pk not in seen:
                for area in wave[heir]:
                    if not any(path.startswith(held) for held in paths[area]):
                        paths[area].append(path)
                    onward.setdefault(pk, set()).add(area)
        seen |= set(onward)
        wave = onward
    return [Spot(key_of(area), area.short_name, area.path, area.level, tuple(paths[area.pk])) for area in areas]


def _with_all_heirs(rows: Iterable[tuple[int, str, int]]) -> list[tuple[int, str, int]]:
    """The same areas with each of their heirs, also those nobody asked about."""
    found = [row[0] for row in rows]
    if not found:
        return []
    return list(Area.objects.filter(pk__in=found).values_list("pk", "path", "successors"))


def spot_of(area: Area) -> Spot:
    """One area."""
    return spots([area])[0]


def below(area: Area, day: dt.date) -> list[Spot]:
    """What an area was divided into on a day: streets, communities. Deeper there are no boards."""
    if area.level not in (*UPPER_LEVELS, Level.STREET):
        return []
    found = Area.objects.filter(valid(day), parent=area, level__in=DIVIDED).defer("boundary").order_by("code", "pk")
    return spots(list(found))


def rest_of(spot: Spot, parts: Sequence[Spot]) -> Spot:
    """What lies in an area and in none of its parts: entered for the area itself, or left by one that was split."""
    held = tuple(path for part in parts for path in part.paths)
    return Spot(REST, "本级和未归入的", spot.path, spot.level, spot.paths, held)


def home_of(user: Person) -> Area | None:
    """The widest area of a person's posts: where the boards open."""
    for path in paths_of(user):
        area = Area.objects.filter(path=path).defer("boundary").first()
        if area is not None:
            return area
    return None


def may_read(user: Person, area: Area) -> bool:
    """Whether a person reads an area's numbers: all of the district of the own post, since numbers compare.

    Which records stand behind them is another question, see `records.py`.
    """
    own = paths_of(user)
    if any(area.path.startswith(path) for path in own):
        return True
    return any(
        area.path.startswith(district.path) and path.startswith(district.path)
        for district in served_districts()
        for path in own
    )


def area_of(user: Person, key: str) -> Area | None:
    """The area of an address, if the person reads its numbers."""
    area = by_key(key, Area.objects.defer("boundary").select_related("parent")) if key else home_of(user)
    return area if area is not None and may_read(user, area) else None


def way_to(user: Person, area: Area) -> list[Area]:
    """The areas above whose boards the person may open, the widest first."""
    return [above for above in ancestors(area) if above.level in DIVIDED and may_read(user, above)]


def choices_for(user: Person, area: Area) -> list[tuple[str, list[tuple[str, str]]]]:
    """Select choices: the districts read with their streets, and the street at hand with its communities."""
    found = []
    for district in served_districts():
        if not may_read(user, district):
            continue
        inner = (
            Area.objects.filter(valid(), parent=district, level__in=DIVIDED).defer("boundary").order_by("code", "pk")
        )
        streets = list(inner)
        found.append((district.short_name, [(key_of(each), each.short_name) for each in (district, *streets)]))
        near = next((street for street in streets if area.path.startswith(street.path)), None)
        if near is not None:
            below_it = (
                Area.objects.filter(valid(), parent=near, level=Level.COMMUNITY)
                .defer("boundary")
                .order_by("code", "pk")
            )
            found.append((near.short_name, [(key_of(each), each.short_name) for each in below_it]))
    return found
