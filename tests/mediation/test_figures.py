"""Figures of mediation: success with each denominator, performance; numbers for all, records for a few."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from tests.mediation.table import Network, case_at

from linli.core import clock
from linli.core.figures.declare import REGISTRY
from linli.indicators.queries.numbers import Numbers
from linli.indicators.queries.periods import read
from linli.indicators.queries.places import spot_of
from linli.indicators.queries.records import Asked, Records

pytestmark = pytest.mark.django_db
STATES = ("performing", "performed", "breached", "failed", "refused", "withdrawn", "mediating", "signing")


@pytest.fixture
def settled(net: Network) -> Iterator[Network]:
    """One case in each of these states, in the middle of a year."""
    with clock.at(dt.datetime(2026, 6, 10, 2, tzinfo=dt.UTC)):
        for state in STATES:
            case_at(net, state)
    with clock.at(dt.datetime(2026, 7, 20, 2, tzinfo=dt.UTC)):  # what was agreed has fallen due
        yield net


def number(net: Network, figure: str) -> Any:
    area, period = net.world.district, read(str(clock.today().year))
    asked = REGISTRY[figure]
    found = Numbers(list(asked.parts), {"here": spot_of(area).paths}, [period])
    return found.of(asked, "here", period)


def test_success_counts_the_agreed_among_those_that_came_to_an_end(settled: Network) -> None:
    plain = {
        name: int(number(settled, name).value)
        for name in ("med_accepted", "med_agreed", "med_tried", "med_refused", "med_due", "med_effective")
    }

    # Refused and withdrawn were never accepted; what is being signed is agreed and not yet in effect.
    assert plain == {
        "med_accepted": 6,
        "med_agreed": 4,
        "med_tried": 5,
        "med_refused": 1,
        "med_due": 3,
        "med_effective": 3,
    }


@pytest.mark.parametrize(
    ("figure", "parts"),
    [("med_succ", (4, 5)), ("med_succ_accepted", (4, 6)), ("med_perf", (1, 3)), ("med_confirm", (0, 3))],
)
def test_a_rate_shows_both_its_parts(settled: Network, figure: str, parts: tuple[int, int]) -> None:
    found = number(settled, figure)

    assert (int(found.numerator), int(found.denominator)) == parts


@pytest.mark.parametrize(("who", "seen"), [("district_head", 0), ("street_officer", 0), ("head", 4), ("lead", 4)])
def test_the_number_is_for_all_and_its_records_are_not(settled: Network, who: str, seen: int) -> None:
    figure = REGISTRY["med_agreed"]
    period = read(str(clock.today().year))
    found = Records(Asked(figure, spot_of(settled.world.district), period, {}), settled[who])  # type: ignore[arg-type]

    assert (int(found.total), found.seen, len(found.page("").rows)) == (4, seen, seen)
