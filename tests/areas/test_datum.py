"""Rulebook §1.6."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.areas.choices import Datum
from linli.areas.datum import Point, convert_geometry

in_china = st.builds(Point, st.floats(75, 134), st.floats(18, 53), st.sampled_from(Datum))


def test_the_sample_values_of_the_rulebook():
    moved = Point(120, 40, Datum.WGS84, "手机定位").to(Datum.GCJ02)
    assert (round(moved.lng, 6), round(moved.lat, 6)) == (120.005676, 40.001305)
    assert (moved.datum, moved.source) == (Datum.GCJ02, "手机定位")


def test_cgcs2000_is_taken_as_wgs84():
    point = Point(116.7, 23.4, Datum.WGS84).to(Datum.CGCS2000)
    assert (point.lng, point.lat, point.datum) == (116.7, 23.4, Datum.CGCS2000)


@given(in_china, st.sampled_from(Datum))
def test_there_and_back_again_is_less_than_five_centimetres(point, datum):
    back = point.to(datum).to(point.datum)
    assert (back.lng, back.lat) == pytest.approx((point.lng, point.lat), abs=5e-7)


@given(in_china, st.sampled_from(Datum))
def test_distance_does_not_depend_on_the_datum(point, datum):
    assert point.distance_to(point.to(datum)) < 0.02


def test_distance_in_metres():
    one_minute_north = Point(116.7, 23.4, Datum.WGS84).distance_to(Point(116.7, 23.4 + 1 / 60, Datum.WGS84))
    assert one_minute_north == pytest.approx(1853, abs=1)
    mixed_up = Point(116.7, 23.4, Datum.WGS84).distance_to(Point(116.7, 23.4, Datum.GCJ02))
    assert 100 < mixed_up < 700


def test_abroad_nothing_is_offset(recwarn):
    point = Point(2.35, 48.86, Datum.WGS84).to(Datum.GCJ02)
    assert (point.lng, point.lat) == (2.35, 48.86)
    assert list(recwarn) == []


@pytest.mark.parametrize(("lng", "lat"), [(23.4, 116.7), (181, 0), (0, -91)])
def test_swapped_numbers_are_noticed(lng, lat):
    with pytest.raises(ValueError, match="写反"):
        Point(lng, lat, Datum.WGS84)


def test_geometries_are_converted_position_by_position():
    shape = {"type": "MultiPolygon", "coordinates": [[[[120, 40], [120.1, 40], [120.1, 40.1], [120, 40]]]]}
    moved = convert_geometry(shape, Datum.WGS84, Datum.GCJ02)
    assert moved["type"] == "MultiPolygon"
    assert moved["coordinates"][0][0][0] == pytest.approx([120.005676, 40.001305], abs=1e-6)
    assert convert_geometry(shape, Datum.WGS84, Datum.CGCS2000) == shape
