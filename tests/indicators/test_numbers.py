"""Numbers from the roll-ups are those of the records, whatever happened to these."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.indicators.facts import organization, scattered
from tests.personas import World

from linli.areas.models import Area
from linli.core.figures.declare import FACTS, PARTS, REGISTRY, Counts, Figure
from linli.indicators.actions.keeping import differing, fold, install
from linli.indicators.models import Rollup
from linli.indicators.queries.numbers import Number, Numbers
from linli.indicators.queries.periods import Period, now, read
from linli.indicators.queries.places import spot_of
from linli.indicators.queries.records import Asked, counted
from linli.organizations.models import Organization

ORGANIZATIONS = FACTS["organizations"]


def value(figure: str, area: Area, period: Period | None = None) -> Number:
    period = period or now()
    return Numbers([REGISTRY[figure]], {"here": spot_of(area).paths}, [period]).of(REGISTRY[figure], "here", period)


def plain(figure: Figure, area: Area, period: Period) -> int:
    """The same number counted row by row."""
    rows = Organization.objects.exclude(legal_status="grassroots")
    if figure.id == "orgs_party":
        rows = rows.filter(party_member_count__gt=0)
    there = [row for row in rows if row.scope.startswith(area.path)]
    match figure.counts:
        case Counts.BEGAN:
            return sum(row.filed_on is not None and period.first <= row.filed_on <= period.last for row in there)
        case Counts.ENDED:
            return sum(row.ended_on is not None and period.first <= row.ended_on <= period.last for row in there)
    day = period.last
    return sum(
        (row.filed_on is None or row.filed_on <= day) and (row.ended_on is None or row.ended_on > day)
        for row in there
    )


PERIODS = (
    "2026",
    "2025",
    "2024-Q3",
    "2023-02",
    "2020-02-10..2024-08-17",
    "2016-01-01..2016-06-15",
    "2019-07-31..2019-08-20",
)


@pytest.mark.parametrize("key", PERIODS)
def test_numbers_are_those_of_the_records(world: World, key: str) -> None:
    scattered(world, 300)
    period = read(key)
    assert period is not None
    figures = [REGISTRY[name] for name in ("orgs", "orgs_filed", "orgs_ended", "orgs_party")]
    areas = [world.district, world.street, world.community, world.far_community]
    places = {str(area.pk): spot_of(area).paths for area in areas}

    numbers = Numbers(figures, places, [period])

    expected = [plain(figure, area, period) for figure in figures for area in areas]
    assert [numbers.of(figure, str(area.pk), period).value for figure in figures for area in areas] == expected
    assert sum(expected) > 0
    for figure in figures:
        asked = Asked(figure, spot_of(world.district), period, {})
        assert counted(asked, Organization.objects.all()).count() == plain(figure, world.district, period)


def test_many_figures_places_and_periods_are_one_statement(world: World) -> None:
    scattered(world, 50)
    figures = list(REGISTRY.values())
    places = {str(area.pk): (area.path,) for area in Area.objects.all()}

    with CaptureQueriesContext(connection) as queries:
        numbers = Numbers(figures, places, now().back(13))

    assert len(queries) == 1
    assert numbers.of(REGISTRY["orgs"], str(world.district.pk), now()).value


def test_a_ratio_shows_both_parts_and_is_nothing_over_nothing(world: World) -> None:
    for area in (world.community, world.community, world.far_community):
        organization(area, party_member_count=2 if area is world.far_community else 0).save()

    assert value("party_share", world.district) == Number(Decimal(100) / 3, Decimal(1), Decimal(3))
    assert value("party_share", world.neighbour_community) == Number(None, Decimal(0), Decimal(0))
    assert value("per_community", world.district) == Number(Decimal(1), Decimal(3), Decimal(3))


def test_a_sum_adds_up_and_a_change_takes_away(world: World) -> None:
    organization(world.community, "2024-05-01", member_count=12).save()
    organization(world.community, "2025-05-01", member_count=30, ended_on="2026-02-01").save()
    year = read("2026")
    assert year is not None

    assert value("org_members", world.street).value == 12
    assert value("orgs_change", world.street, year).value == -1
    assert value("growth", world.street, year) == Number(Decimal(-50), Decimal(-1), Decimal(2))


def test_the_split_by_category_adds_up_to_the_whole(world: World) -> None:
    scattered(world, 200)
    figure, period = PARTS["orgs"], read("2024")
    assert period is not None

    numbers = Numbers([figure], {"all": (world.district.path,)}, [period], by="kind")

    by_kind = {value: numbers.of(figure, "all", period, value).value for value in numbers.split(figure)}
    assert sorted(by_kind) == ["autonomy", "culture", "other", "safety", "service"]
    assert sum(n or 0 for n in by_kind.values()) == plain(figure, world.district, period)


def test_a_record_to_come_is_not_there_today(world: World) -> None:
    from linli.core import clock

    organization(world.community, clock.today() + dt.timedelta(days=1)).save()
    organization(world.community, clock.today()).save()

    assert value("orgs", world.district).value == 1
    assert value("orgs_filed", world.district).value == 1


def test_late_and_corrected_records_move_the_right_month(world: World) -> None:
    late = organization(world.community, "2023-06-30")
    late.save()
    june, july = read("2023-06"), read("2023-07")
    assert june is not None
    assert july is not None
    assert (value("orgs_filed", world.district, june).value, value("orgs_filed", world.district, july).value) == (
        1,
        0,
    )

    Organization.objects.filter(pk=late.pk).update(
        filed_on="2023-07-01", area=world.far_community, scope=world.far_community.path
    )

    assert (value("orgs_filed", world.district, june).value, value("orgs_filed", world.district, july).value) == (
        0,
        1,
    )
    assert (value("orgs", world.street).value, value("orgs", world.other_street).value) == (0, 1)


def test_copy_counts_like_everything_else(world: World) -> None:
    row = organization(world.community)
    columns = [
        "uid",
        "name",
        "kind",
        "national_kind",
        "number",
        "legal_status",
        "filed_on",
        "area_id",
        "scope",
        "uscc",
    ]
    more = ["purpose", "address", "datum", "point_source", "leader_name", "leader_id_number", "leader_id_hash"]
    more += ["leader_phone", "leader_phone_hash", "created_at"]
    values = [getattr(row, name) for name in columns] + [""] * 9 + [row.created_at]
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY organizations_organization ({', '.join([*columns, *more])}) FROM STDIN") as copy,
    ):
        copy.write_row([str(value) if value is not None else None for value in values])

    assert value("orgs", world.street).value == 1


def test_folding_changes_no_number(world: World) -> None:
    rows = scattered(world, 100)
    before = value("orgs", world.district)
    cells = Rollup.objects.count()
    assert fold() == cells
    Organization.objects.filter(pk__in=[row.pk for row in rows[:50]]).delete()
    scattered(world, 50, seed=2)
    middle = value("orgs", world.district)
    fold()

    assert value("orgs", world.district) == middle != before
    assert not Rollup.objects.filter(folded=False).exists()
    kept = Rollup.objects.filter(n__gt=0).values_list("facts", "move", "scope", "grain", "day", "categories")
    assert len(set(map(str, kept))) == len(kept)
    assert fold() == 0


def test_installing_twice_changes_nothing(world: World) -> None:
    assert install() == []


AREAS = ("community", "neighbour_community", "far_community", "street")
DAYS = st.dates(dt.date(2019, 11, 1), dt.date(2027, 2, 1))
KINDS = st.sampled_from(["culture", "service", ""])
SOME = st.integers(1, 4)
STEPS = st.one_of(
    st.tuples(st.just("insert"), st.lists(st.tuples(st.sampled_from(AREAS), DAYS, KINDS), max_size=4)),
    st.tuples(st.just("date"), SOME, DAYS, st.none() | st.integers(0, 900), st.none() | st.integers(1, 9)),
    st.tuples(st.just("kind"), SOME, KINDS),
    st.tuples(st.just("move"), SOME, st.sampled_from(AREAS)),
    st.tuples(st.just("delete"), SOME),
    st.tuples(st.just("fold")),
)


def _do(world: World, step: tuple[Any, ...]) -> None:
    """One change; of every so many of the rows there are."""
    rows = Organization.objects.none()
    if step[0] not in ("insert", "fold"):
        held = list(Organization.objects.order_by("pk").values_list("pk", flat=True))
        rows = Organization.objects.filter(pk__in=held[:: step[1]])
    match step:
        case "insert", many:
            given = [organization(getattr(world, area), day, kind=kind) for area, day, kind in many]
            Organization.objects.bulk_create(given)
        case "date", _, day, after, members:
            ended = day + dt.timedelta(days=after) if after is not None else None
            rows.update(filed_on=day, ended_on=ended, member_count=members)
        case "kind", _, kind:
            rows.update(kind=kind, party_member_count=len(kind))
        case "move", _, area:
            rows.update(area=getattr(world, area), scope=getattr(world, area).path)
        case "delete", _:
            rows.delete()
        case _:
            fold()


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=3, max_size=8))
def test_the_rollup_is_the_recomputation_whatever_happens(world: World, steps: list[tuple[Any, ...]]) -> None:
    """Random inserts, updates of area, dates, kind and sums, deletes, folds in between."""
    with transaction.atomic():
        for step in [("insert", [("community", dt.date(2024, 5, 5), "culture")] * 5), *steps]:
            _do(world, step)

        assert differing(ORGANIZATIONS)[2:] == (0, [])
        transaction.set_rollback(True)
