"""What the database and the model hold about the tree."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models.deletion import ProtectedError
from tests.areas.towns import plant

from linli.areas.choices import PARENTS, TOP_DOWN, Datum, Level, UrbanRural
from linli.areas.models import Area, reserve_ids


def test_a_path_is_the_path_of_the_parent_and_the_id(town):
    assert town.district.path == f"{town.district.pk}/"
    assert town.phoenix.path == f"{town.district.pk}/{town.east.pk}/{town.phoenix.pk}/"
    assert town.phoenix.scope == town.phoenix.path
    assert town.phoenix.ancestor_ids == [town.district.pk, town.east.pk]


def test_saving_again_keeps_id_and_path(town):
    before = (town.east.pk, town.east.path)
    town.east.households = 12_000
    town.east.save()
    assert (town.east.pk, town.east.path) == before
    assert Area.objects.get(pk=town.east.pk).households == 12_000


def test_ids_that_were_reserved_are_given_out_once(db):
    first, second = reserve_ids(2)
    assert plant("金平区", Level.DISTRICT).pk not in {first, second}


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("areas_path_ends_with_parent_and_id", {"path": "999/"}),
        ("areas_code_once", {"code": "440511002"}),
        ("areas_code_null_not_empty", {"code": ""}),
        ("areas_level_known", {"level": "galaxy"}),
        ("areas_ends_after_it_begins", {"valid_from": dt.date(2026, 2, 1), "valid_to": dt.date(2026, 2, 1)}),
        ("areas_point_whole_or_none", {"lng": 116.7}),
        ("areas_point_whole_or_none", {"lng": 116.7, "lat": 23.4, "datum": "wgs84"}),
        ("areas_point_whole_or_none", {"lng": 216.7, "lat": 23.4, "datum": "wgs84", "point_source": "测绘"}),
        ("areas_point_whole_or_none", {"lng": 116.7, "lat": 23.4, "datum": "mars", "point_source": "测绘"}),
        ("areas_boundary_whole_or_none", {"boundary": {"type": "Polygon", "coordinates": []}}),
        ("areas_boundary_whole_or_none", {"boundary_datum": "wgs84"}),
        ("areas_urban_class_agrees", {"urban_class": "220", "urban_rural": UrbanRural.URBAN}),
        ("areas_urban_class_agrees", {"urban_class": "111"}),
    ],
)
def test_the_database_refuses_what_cannot_be(town, constraint, fields):
    values = {"path": f"{town.district.path}77777777/", "level": Level.STREET, **fields}
    values["path"] = values["path"].format(district=town.district.path, east=town.east.pk)
    row = Area(pk=77777777, name="某街道", parent=town.district, **values)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Area.objects.bulk_create([row])


def test_a_wrong_path_is_refused_for_roots_and_grandchildren_too(town):
    for area, path in ((town.district, f"1/{town.district.pk}/"), (town.phoenix, f"{town.phoenix.pk}/")):
        with pytest.raises(IntegrityError, match="areas_path_ends_with"), transaction.atomic():
            Area.objects.filter(pk=area.pk).update(path=path)


def test_many_areas_may_have_no_code(town):
    for number in range(3):
        plant(f"第{number}网格", Level.GRID, town.phoenix)
    assert Area.objects.filter(level=Level.GRID, code=None).count() == 3


def test_an_area_with_children_cannot_be_deleted(town):
    with pytest.raises(ProtectedError):
        town.east.delete()


def test_a_prefix_search_uses_the_index(town):
    """Whatever the locale of the database: the column is collated C."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Area.objects.filter(path__startswith=town.east.path).order_by().explain()  # the order has an index as well
    assert "areas_path_once" in plan
    assert "Index Cond" in plan


@pytest.mark.parametrize("level", Level)
def test_every_level_but_the_province_has_a_level_above_it(level):
    assert bool(PARENTS[level]) == (level != Level.PROVINCE)
    assert all(TOP_DOWN.index(parent) < TOP_DOWN.index(level) for parent in PARENTS[level])


def test_a_grid_belongs_to_exactly_one_community(town):
    with pytest.raises(ValidationError) as caught:
        Area(name="第一网格", level=Level.GRID, parent=town.east).full_clean()
    assert caught.value.message_dict == {"parent": ["网格不能直接放在街道、镇、乡下面，上级可以是社区、村。"]}


def test_only_the_upper_levels_stand_alone(db):
    with pytest.raises(ValidationError) as caught:
        Area(name="凤凰社区", level=Level.COMMUNITY).full_clean()
    assert caught.value.message_dict == {"parent": ["请选上级。"]}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("金苑居委会", "金苑社区"),
        ("多福巷社区居委会", "多福巷社区"),
        ("金苑社区居民委员会", "金苑社区"),
        ("逢涌村委会", "逢涌村"),
        ("逢涌村村委会", "逢涌村"),
        ("乌镇村村民委员会", "乌镇村"),
        ("和桂工业园社区", "和桂工业园社区"),
        ("第三连生活区", "第三连生活区"),
        ("居委会", "居委会"),
    ],
)
def test_short_names_are_what_people_say(name, said):
    assert Area(name=name, level=Level.COMMUNITY).short_name == said


def test_only_communities_have_short_names():
    assert Area(name="某某居委会", level=Level.BUILDING).short_name == "某某居委会"


def test_validity_counts_the_first_day_and_not_the_last():
    area = Area(valid_from=dt.date(2020, 1, 1), valid_to=dt.date(2026, 1, 1))
    days = [dt.date(2019, 12, 31), dt.date(2020, 1, 1), dt.date(2025, 12, 31), dt.date(2026, 1, 1)]
    assert [area.is_valid_on(day) for day in days] == [False, True, True, False]
    assert Area().is_valid_on(dt.date(1950, 1, 1))


def test_a_point_carries_its_datum_and_source():
    assert Area().point is None
    point = Area(lng=116.7, lat=23.4, datum="gcj02", point_source="高德").point
    assert (point.lng, point.lat, point.datum, point.source) == (116.7, 23.4, Datum.GCJ02, "高德")
