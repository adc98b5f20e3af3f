"""What every part of the loader shares: one seeded chance, places, people, calendar, the moment of loading."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.utils import timezone

from linli.areas.choices import Datum
from linli.areas.models import Area
from linli.core.access.models import User
from linli.core.workdays import Calendar
from linli.demo.bodies import Accounts, Staff
from linli.demo.names import PLACES, SORTS, Sort
from linli.demo.people import People, Someone
from linli.demo.personas import STREET
from linli.demo.places import POINT_SOURCE, Places


def moment(day: dt.date, time: str) -> dt.datetime:
    """A day and a time of day in Asia/Shanghai: moment(day, "09:14")."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.fromisoformat(time)))


@dataclass
class World:
    """The same seed gives the same district; only keys, passwords and outward names differ."""

    random: Random
    now: dt.datetime
    calendar: Calendar
    places: Places
    people: People
    staff: Staff
    accounts: Accounts
    system: User
    lanes: dict[int, list[str]] = field(default_factory=dict)  # street id → names of lanes
    names: set[tuple[int, str]] = field(default_factory=set)  # (community, name) in use

    def __post_init__(self) -> None:
        for street in self.places.streets:
            known = [PLACES[0], PLACES[1]] if street.code == STREET else []
            self.lanes[street.pk] = known + self.random.sample(PLACES[2:], 8)

    @property
    def today(self) -> dt.date:
        """The date of loading in Asia/Shanghai."""
        return timezone.localdate(self.now)

    @property
    def anchor(self) -> dt.date:
        """The working day deadlines are told from: today, or the next one on a day off."""
        return self.today if self.calendar.is_workday(self.today) else self.calendar.add(self.today, 1)

    def back(self, count: int) -> dt.date:
        """The count-th working day before the anchor."""
        day = self.anchor
        while count:
            day -= dt.timedelta(days=1)
            count -= self.calendar.is_workday(day)
        return day

    def at_work(self, day: dt.date) -> dt.datetime:
        """A moment in office hours."""
        minute = self.random.choice((9 * 60, 14 * 60 + 30)) + self.random.randrange(150)
        return moment(day, f"{minute // 60:02d}:{minute % 60:02d}")

    def at_home(self, day: dt.date) -> dt.datetime:
        """A moment at which people fill in forms on their phones."""
        minute = self.random.randrange(8 * 60, 11 * 60 + 30)
        return moment(day, f"{minute // 60:02d}:{minute % 60:02d}")

    def free_name(self, community: Area, sort: Sort) -> str:
        """A name of this sort that the community does not have yet."""
        for _try in range(60):
            name = self._worded(self.random.choice(sort.names), community)
            if self.take_name(community, name):
                return name
        raise LookupError(f"no free name for {sort.names} in {community}")

    def take_name(self, community: Area, name: str) -> bool:
        """Reserve a name; False when it is taken."""
        key = (community.pk, name)
        if key in self.names:
            return False
        self.names.add(key)
        return True

    def _worded(self, pattern: str, community: Area) -> str:
        return pattern.format(
            c=community.short_name.removesuffix("社区"),
            p=self.random.choice(self.lanes[community.parent_id or 0]),
            r=self.random.choice((101, 102, 103, 201, 202, 203, 204, 301, 302, 305)),
        )

    def profile(
        self,
        community: Area,
        sort: Sort,
        *,
        name: str = "",
        purpose: str = "",
        address: str = "",
        leader: Someone | None = None,
    ) -> dict[str, Any]:
        """The fields of an application as the founder types them (all but the consent)."""
        leader = leader or self.people.someone()
        members = self.random.randint(*sort.members)
        lng, lat = self.places.point_in(community, self.random)
        return {
            "name": name or self.free_name(community, sort),
            "kind": sort.kind,
            "national_kind": sort.national,
            "purpose": purpose or sort.purpose,
            "area": community,
            "address": address or self._worded(self.random.choice(sort.venues), community),
            "lng": lng,
            "lat": lat,
            "datum": Datum.WGS84,
            "point_source": POINT_SOURCE,
            "member_count": members,
            "party_member_count": self.random.randint(0, max(1, members // 4)),
            "leader_name": leader.name,
            "leader_id_number": leader.id_number,
            "leader_phone": leader.phone,
            "founders": "\n".join(self.people.names(self.random.randint(5, 11), first=leader.name)),
        }


def sort_like(word: str) -> Sort:
    """The sort one of whose names holds the word."""
    return next(sort for sort in SORTS if any(word in name for name in sort.names))


def completed(name: str, community: Area) -> str:
    """The name with the community it belongs to in full, or with its street where that stands there already."""
    full = community.short_name
    short = full.removesuffix("社区")
    if name.startswith(full):
        return f"{community.parent.name if community.parent else ''}{name}"
    return f"{full}{name.removeprefix(short)}"
