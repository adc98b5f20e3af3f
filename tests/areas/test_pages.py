"""What the map and the pickers get."""

from __future__ import annotations

import pytest
from django import forms
from django.urls import reverse
from tests.areas.towns import plant

from linli.areas.choices import Datum, Level
from linli.areas.models import Area
from linli.areas.web.forms import AreaField

RING = [[[120, 40], [120.1, 40], [120.1, 40.1], [120, 40]]]


@pytest.fixture
def mapped(town):
    Area.objects.filter(pk=town.east.pk).update(
        boundary={"type": "Polygon", "coordinates": RING}, boundary_datum=Datum.CGCS2000, boundary_source="区测绘队"
    )
    Area.objects.filter(pk=town.west.pk).update(lng=120, lat=40, datum=Datum.WGS84, point_source="手机定位")
    return town


def test_shapes_are_outlines_or_else_centres_in_the_datum_of_the_tiles(client, mapped, settings):
    settings.LINLI_TILE_DATUM = "gcj02"
    answer = client.get(reverse("areas:shapes", args=[mapped.district.pk]))

    assert answer["Content-Type"] == "application/geo+json"
    shapes = answer.json()
    assert shapes["datum"] == "gcj02"
    outline, centre = shapes["features"]
    assert outline["geometry"]["coordinates"][0][0] == pytest.approx([120.005676, 40.001305], abs=1e-6)
    assert outline["properties"] == {
        "name": "东方街道",
        "level": "street",
        "path": mapped.east.path,
        "source": "区测绘队",
    }
    assert centre == {
        "type": "Feature",
        "id": mapped.west.pk,
        "geometry": {"type": "Point", "coordinates": pytest.approx([120.005676, 40.001305], abs=1e-6)},
        "properties": {"name": "大华街道", "level": "street", "path": mapped.west.path, "source": "手机定位"},
    }


def test_areas_without_a_place_are_left_out(client, town):
    assert client.get(reverse("areas:shapes", args=[town.district.pk])).json()["features"] == []


@pytest.mark.parametrize("name", ["shapes", "picker"])
def test_an_unchanged_tree_is_not_sent_again(client, mapped, name):
    address = reverse(f"areas:{name}", args=[mapped.district.pk])
    first = client.get(address)
    assert set(first["Cache-Control"].split(", ")) == {"public", "max-age=300"}
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    mapped.west.name = "大华新街道"
    mapped.west.save()
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_the_tag_knows_the_datum(client, mapped, settings):
    address = reverse("areas:shapes", args=[mapped.district.pk])
    first = client.get(address)["ETag"]
    settings.LINLI_TILE_DATUM = "bd09"
    assert client.get(address)["ETag"] != first


def test_the_picker_holds_the_tree_down_to_the_community(client, town):
    tree = client.get(reverse("areas:picker", args=[town.east.pk])).json()
    assert tree == {
        "id": town.east.pk,
        "name": "东方街道",
        "children": [
            {"id": town.phoenix.pk, "name": "凤凰社区", "children": []},
            {"id": town.garden.pk, "name": "金苑社区", "children": []},
        ],
    }


def test_options_follow_the_area_and_the_level(client, town):
    answer = client.get(reverse("areas:options", args=[town.east.pk]), {"level": ["community", "nonsense"]})
    assert answer.content.decode().split("\n")[:3] == [
        '<option value="">请选择</option>',
        f'<option value="{town.phoenix.pk}">凤凰社区</option>',
        f'<option value="{town.garden.pk}">金苑社区</option>',
    ]


@pytest.mark.parametrize("name", ["shapes", "picker", "options"])
def test_an_unknown_area_is_not_found_and_nothing_can_be_posted(client, town, name):
    assert client.get(reverse(f"areas:{name}", args=[987654321])).status_code == 404
    assert client.post(reverse(f"areas:{name}", args=[town.east.pk])).status_code == 405


@pytest.mark.parametrize("name", ["shapes", "picker", "options"])
def test_the_number_of_queries_does_not_grow_with_the_rows(client, mapped, name, django_assert_max_num_queries):
    for number in range(30):
        plant(f"第{number}街道", Level.STREET, mapped.district, lng=116, lat=23, datum="wgs84", point_source="测绘")
    with django_assert_max_num_queries(5):
        client.get(reverse(f"areas:{name}", args=[mapped.district.pk]))


class Place(forms.Form):
    community = AreaField(label="社区")


def test_a_plain_select_groups_communities_and_refuses_others(town):
    form = Place({"community": town.phoenix.pk})
    form.fields["community"].root = town.east
    html = str(form["community"])
    assert '<optgroup label="东方街道">' in html
    assert html.count("<option") == 3
    assert form.is_valid()
    assert form.cleaned_data == {"community": town.phoenix}

    outside = Place({"community": town.harbour.pk})
    outside.fields["community"].root = town.east
    assert outside.errors == {"community": ["这个区划不在可选的范围里，请重新选。"]}


def test_without_a_root_there_is_nothing_to_choose(db):
    assert str(Place()["community"]).count("<option") == 1
