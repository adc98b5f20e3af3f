"""What the makers of a scenario's records share: chance that adds up, numbers of cases, and their history."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from linli.areas.models import Area
from linli.core.parameters import values_of
from linli.core.workflow import Process
from linli.core.workflow.models import Case
from linli.core.workflow.numbers import pass_over
from linli.demo.replay import Replay
from linli.demo.scenario.ground import Ground
from linli.demo.world import World

BATCH = 500


@dataclass
class Made:
    """A scenario while it is made: the world of the report's day, the ground, and the history to be written."""

    world: World
    ground: Ground
    replay: Replay

    def at(self, day: dt.date) -> dt.datetime:
        """In office hours of that day, or of the next working day."""
        calendar = self.world.calendar
        return self.world.at_work(day if calendar.is_workday(day) else calendar.add(day, 1))

    def between(self, first: dt.date, last: dt.date) -> dt.date:
        """Some day from the first to the last."""
        return first + dt.timedelta(days=self.world.random.randrange((last - first).days + 1))

    def parts(self, total: int, weights: Sequence[float], least: int = 0) -> list[int]:
        """A total in as many parts as there are weights, none below the least; they add up exactly."""
        return parts(total, weights, least)


def parts(total: int, weights: Sequence[float], least: int = 0) -> list[int]:
    """A total shared out by weights in whole numbers. ValueError when there is not enough for everybody's least."""
    free = total - least * len(weights)
    if free < 0:
        raise ValueError(f"{total} is not enough for {len(weights)} parts of {least}")
    whole = sum(weights)
    found = [least + int(free * weight / whole) for weight in weights]
    for place in range(total - sum(found)):
        found[place % len(found)] += 1
    return found


def numbered(rows: Iterable[tuple[Any, Area, dt.date]], prefix: str) -> None:
    """Give each row the next number of its street and year, in the order of the days."""
    given: Counter[str] = Counter()
    for row, area, day in sorted(rows, key=lambda each: each[2]):
        key = f"{prefix}-{area.number_code}-{day.year}"
        given[key] += 1
        row.number = f"{key}-{given[key]:05d}"
    for key, last in given.items():
        pass_over(key, last)


def values_for(process: Process, area: Area) -> dict[str, Any]:
    """The parameters a case begins under."""
    return values_of(process.parameter_keys(), area.path)


def day_of(row: Case) -> dt.date:
    """The day a case was sent."""
    assert row.began_at is not None
    return timezone.localdate(row.began_at)
