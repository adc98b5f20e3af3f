"""What is read about areas."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.areas.towns import plant

from linli.areas import queries
from linli.areas.choices import Datum, Level
from linli.areas.datum import Point
from linli.areas.models import Area

RING = [[116.70, 23.36], [116.72, 23.36], [116.72, 23.38], [116.70, 23.38], [116.70, 23.36]]
SQUARE = {"type": "Polygon", "coordinates": [RING]}


def test_children_ancestors_and_subtree(town):
    assert set(queries.children(town.east)) == {town.phoenix, town.garden}
    assert list(queries.children(None)) == [town.district]
    assert queries.ancestors(town.phoenix) == [town.district, town.east]
    assert queries.ancestors(town.district) == []
    assert set(queries.subtree(town.east)) == {town.east, town.phoenix, town.garden}
    assert set(queries.subtree(town.district, levels=[Level.STREET])) == {town.east, town.west}
    assert list(queries.children(town.east, levels=[Level.ESTATE])) == []


def test_a_subtree_is_not_confused_by_ids_that_begin_alike(town):
    """11/1/ is no part of 1/: the path ends with a slash."""
    beside = plant("濠江区", Level.DISTRICT, id=int(f"{town.district.pk}7"))
    assert beside.path.startswith(str(town.district.pk))
    assert beside not in queries.subtree(town.district)


def test_lists_are_as_of_a_day(town):
    Area.objects.filter(pk=town.phoenix.pk).update(valid_to=dt.date(2026, 3, 1))
    new = plant("新区居委会", Level.COMMUNITY, town.east, valid_from=dt.date(2026, 3, 1))

    assert set(queries.children(town.east, on=dt.date(2026, 2, 28))) == {town.phoenix, town.garden}
    assert set(queries.children(town.east, on=dt.date(2026, 3, 1))) == {new, town.garden}
    with time_machine.travel("2026-02-28T16:30:00Z", tick=False):  # the first of March in Shanghai
        assert set(queries.children(town.east)) == {new, town.garden}


def test_an_area_is_found_by_its_code_on_a_day(town):
    Area.objects.filter(pk=town.phoenix.pk).update(valid_to=dt.date(2026, 3, 1))
    assert queries.by_code("440511001001", on=dt.date(2026, 2, 28)) == town.phoenix
    assert queries.by_code("440511001001", on=dt.date(2026, 3, 1)) is None
    assert queries.by_code("440511") == town.district


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("凤凰", ["凤凰居委会"]),
        ("凤凰社区", ["凤凰居委会"]),
        ("金苑社区", ["金苑社区居民委员会"]),
        ("海安村", ["海安村委会"]),
        ("440511001", ["东方街道", "凤凰居委会", "金苑社区居民委员会"]),
        (" 大 华 ", ["大华街道"]),
        ("100%", []),
        ("", []),
        ("   ", []),
    ],
)
def test_search_knows_how_people_say_a_name(town, text, names):
    assert [area.name for area in queries.search(text)] == names


def test_search_stays_within_an_area(town):
    assert list(queries.search("街道", within=town.east)) == [town.east]
    assert list(queries.search("440511", within=town.west, levels=[Level.COMMUNITY])) == [town.harbour]


def test_full_names_begin_at_the_street(town):
    grid = plant("第一网格", Level.GRID, town.phoenix)
    estate = plant("万泰花园", Level.ESTATE, town.district)
    names = {area.pk: area.full_name for area in (town.district, town.east, town.phoenix, grid, estate)}
    assert list(names.values()) == ["金平区", "东方街道", "东方街道凤凰社区", "东方街道凤凰社区第一网格", "万泰花园"]

    areas = list(Area.objects.filter(pk__in=names))
    with CaptureQueriesContext(connection) as asked:
        assert queries.full_names(areas) == names
    assert len(asked) == 1


def test_a_list_with_its_parents_asks_once(town):
    with CaptureQueriesContext(connection) as asked:
        names = [area.full_name for area in Area.objects.filter(level=Level.COMMUNITY).select_related("parent")]
    assert names == ["东方街道凤凰社区", "东方街道金苑社区", "大华街道海安村"]
    assert len(asked) == 1


@pytest.mark.parametrize("datum", [Datum.WGS84, Datum.GCJ02, Datum.BD09])
def test_a_point_lies_in_the_areas_whose_outline_holds_it_whatever_its_datum(town, datum):
    for area in (town.district, town.east):
        area.boundary, area.boundary_datum, area.boundary_source = SQUARE, Datum.CGCS2000, "测绘"
        area.save()
    inside, outside = Point(116.7002, 23.3602, Datum.WGS84), Point(116.6998, 23.3602, Datum.WGS84)

    assert queries.areas_at(inside.to(datum), within=town.district) == [town.district, town.east]
    assert queries.areas_at(outside.to(datum), within=town.district) == []


def test_the_picker_is_kept_until_something_below_changes(town):
    first = queries.picker_tree(town.district).as_json()
    with CaptureQueriesContext(connection) as asked:
        assert queries.picker_tree(town.district).as_json() == first
    assert len(asked) == 1

    plant("新区居委会", Level.COMMUNITY, town.west)
    assert queries.picker_tree(town.district).as_json() == {
        "id": town.district.pk,
        "name": "金平区",
        "children": [
            {
                "id": town.east.pk,
                "name": "东方街道",
                "children": [
                    {"id": town.phoenix.pk, "name": "凤凰社区", "children": []},
                    {"id": town.garden.pk, "name": "金苑社区", "children": []},
                ],
            },
            {
                "id": town.west.pk,
                "name": "大华街道",
                "children": [
                    {"id": town.harbour.pk, "name": "海安村", "children": []},
                    {"id": Area.objects.get(name="新区居委会").pk, "name": "新区社区", "children": []},
                ],
            },
        ],
    }


def test_a_change_from_a_list_reaches_the_picker_too(town):
    before = queries.state_of(town.district)
    town.garden.name = "金苑南居委会"
    town.garden.save(update_fields=["name"])
    assert queries.state_of(town.district) != before


def test_one_select_groups_communities_under_their_street(town):
    plant("直属居委会", Level.COMMUNITY, town.district, code="440511003001")
    assert queries.picker_groups(town.district) == [
        ("金平区", [(Area.objects.get(name="直属居委会").pk, "直属社区")]),
        ("东方街道", [(town.phoenix.pk, "凤凰社区"), (town.garden.pk, "金苑社区")]),
        ("大华街道", [(town.harbour.pk, "海安村")]),
    ]
    assert queries.picker_groups(town.district, level=Level.STREET) == [
        ("金平区", [(town.east.pk, "东方街道"), (town.west.pk, "大华街道")])
    ]
