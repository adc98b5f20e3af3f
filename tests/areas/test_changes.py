"""Single changes and reforms: who may, what happens, what is refused, and the event each leaves."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.areas.towns import person, plant

from linli.areas.actions import (
    create_area,
    end_area,
    merge_areas,
    move_area,
    rename_area,
    set_boundary,
    set_point,
    split_area,
)
from linli.areas.choices import Datum, Level
from linli.areas.datum import Point
from linli.areas.models import Area
from linli.core.access.grants import Grant
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.parameters.models import ParameterValue

DAY = dt.date(2026, 3, 1)


def told() -> list[tuple[str, str]]:
    return [(event.name, event.actor.username) for event in Event.objects.order_by("id")]


def test_a_new_community_gets_its_place_and_leaves_a_trace(town, keeper):
    area = create_area(
        name=" 新区　居委会 ",
        level=Level.COMMUNITY,
        parent=town.east,
        code="440511001003",
        valid_from=DAY,
        actor=keeper,
    )

    area.refresh_from_db()
    assert (area.name, area.path, area.code_kind) == ("新区 居委会", f"{town.east.path}{area.pk}/", "statistical")
    event = Event.objects.get()
    assert (event.name, event.subject, event.scope, event.post) == (
        "areas.create_area",
        area,
        area.path,
        "区民政局",
    )


@pytest.mark.parametrize(
    ("fields", "code", "named"),
    [
        ({"name": " "}, "areas.name_empty", {"name"}),
        ({"name": "长" * 61}, "areas.name_long", {"name"}),
        ({"code": "440511001"}, "areas.code_wrong", {"code"}),
        ({"code": "44051100100X"}, "areas.code_wrong", {"code"}),
        ({"code": "440511001001"}, "areas.code_used", {"code"}),
        ({"level": Level.CITY, "code": None}, "areas.invalid", {"parent"}),
        ({"lng": 116.7}, "areas.invalid", {"__all__"}),
    ],
)
def test_what_a_new_area_cannot_be(town, keeper, fields, code, named):
    wanted = {"name": "新区居委会", "level": Level.COMMUNITY, "parent": town.east, "code": "440511001003", **fields}
    with pytest.raises(BadInput) as caught:
        create_area(**wanted, actor=keeper)
    assert (caught.value.code, set(caught.value.fields)) == (code, named)
    assert told() == []


def test_a_dead_code_is_not_used_again(town, keeper):
    end_area(town.phoenix, on=DAY, reason="撤销", actor=keeper)
    with pytest.raises(BadInput) as caught:
        create_area(
            name="凤凰居委会",
            level=Level.COMMUNITY,
            parent=town.east,
            code="440511001001",
            valid_from=DAY,
            actor=keeper,
        )
    assert caught.value.message == (
        "代码 440511001001 曾属于“凤凰居委会”，2026-03-01 停用。停用的代码不再使用，请填新代码。"
    )


def test_a_name_changes_and_the_code_stays(town, keeper):
    rename_area(town.phoenix, name="凤凰社区居委会", reason="更名批复", actor=keeper)
    town.phoenix.refresh_from_db()
    assert (town.phoenix.name, town.phoenix.code) == ("凤凰社区居委会", "440511001001")
    assert Event.objects.get().detail == {"before": "凤凰居委会", "after": "凤凰社区居委会", "reason": "更名批复"}


def test_an_area_ends_once_and_only_when_empty(town, keeper):
    with pytest.raises(WrongState) as caught:
        end_area(town.east, on=DAY, reason="撤销", actor=keeper)
    assert caught.value.message == "“东方街道”下面还有凤凰居委会、金苑社区居民委员会。请先把它们移走或停用。"

    end_area(town.harbour, on=DAY, reason="撤销", actor=keeper)
    with pytest.raises(WrongState, match="已经在 2026-03-01 停用"):
        end_area(town.harbour, on=DAY, reason="撤销", actor=keeper)
    with pytest.raises(WrongState, match="不能再设下级"):
        create_area(name="一网格", level=Level.GRID, parent=town.harbour, actor=keeper)
    assert told() == [("areas.end_area", "keeper")]


def test_an_area_cannot_end_before_it_begins(town, keeper):
    area = plant("新区居委会", Level.COMMUNITY, town.east, valid_from=DAY)
    with pytest.raises(BadInput, match="停用日要晚于起始日"):
        end_area(area, on=DAY, reason="撤销", actor=keeper)


def test_moving_takes_the_subtree_and_every_scope_along(town, keeper):
    grid = plant("第一网格", Level.GRID, town.phoenix)
    other = plant("第二网格", Level.GRID, town.harbour)
    value = ParameterValue.objects.create(
        key="filing.days", scope=grid.path, value=5, valid_from=DAY, set_by=keeper, reason="试"
    )

    move_area(town.phoenix, to=town.west, reason="区划调整", actor=keeper)

    grid.refresh_from_db()
    other.refresh_from_db()
    value.refresh_from_db()
    assert grid.path == f"{town.district.pk}/{town.west.pk}/{town.phoenix.pk}/{grid.pk}/" == value.scope
    assert grid.parent == town.phoenix
    assert other.path == f"{town.harbour.path}{other.pk}/"
    assert Event.objects.get().detail == {"before": "东方街道", "after": "大华街道", "reason": "区划调整"}


def test_an_area_cannot_move_into_itself_or_under_the_wrong_level(town, keeper):
    with pytest.raises(BadInput, match="不能移到自己下面"):
        move_area(town.east, to=town.phoenix, reason="", actor=keeper)
    with pytest.raises(BadInput, match="社区、村不能直接放在社区、村下面"):
        move_area(town.phoenix, to=town.garden, reason="", actor=keeper)
    assert told() == []


def test_two_communities_become_a_new_one(town, keeper):
    grid = plant("第一网格", Level.GRID, town.garden)
    new = create_area(
        name="凤苑居委会", level=Level.COMMUNITY, parent=town.east, code="440511001009", valid_from=DAY, actor=keeper
    )
    merge_areas([town.phoenix, town.garden], into=new, on=DAY, reason="合并批复", actor=keeper)

    grid.refresh_from_db()
    town.phoenix.refresh_from_db()
    assert set(new.predecessors.all()) == {town.phoenix, town.garden}
    assert set(town.phoenix.successors.all()) == {new}
    assert (grid.parent, grid.path) == (new, f"{new.path}{grid.pk}/")
    assert town.phoenix.valid_to == DAY
    assert told()[-1] == ("areas.merge_areas", "keeper")


def test_one_community_goes_up_into_another(town, keeper):
    merge_areas([town.phoenix], into=town.garden, on=DAY, reason="并入", actor=keeper)
    town.garden.refresh_from_db()
    assert (town.garden.valid_to, list(town.garden.predecessors.all())) == (None, [town.phoenix])


@pytest.mark.parametrize(
    ("sources", "into", "code"),
    [
        ([], "garden", "areas.merge_nothing"),
        (["garden"], "garden", "areas.merge_itself"),
        (["east"], "garden", "areas.levels_differ"),
    ],
)
def test_what_is_no_merger(town, keeper, sources, into, code):
    with pytest.raises(BadInput) as caught:
        merge_areas(
            [getattr(town, name) for name in sources], into=getattr(town, into), on=DAY, reason="", actor=keeper
        )
    assert caught.value.code == code


def test_a_community_splits_and_its_grids_find_their_new_place(town, keeper):
    north, south = (plant(name, Level.GRID, town.phoenix) for name in ("北网格", "南网格"))
    parts = [
        create_area(name=name, level=Level.COMMUNITY, parent=town.east, valid_from=DAY, actor=keeper)
        for name in ("凤北居委会", "凤南居委会")
    ]
    with pytest.raises(WrongState, match="下面还有南网格"):
        split_area(town.phoenix, into=parts, on=DAY, reason="拆分", actor=keeper, children={north.pk: parts[0]})

    places = {north.pk: parts[0], south.pk: parts[1]}
    split_area(town.phoenix, into=parts, on=DAY, reason="拆分批复", actor=keeper, children=places)

    for grid, part in ((north, parts[0]), (south, parts[1])):
        grid.refresh_from_db()
        assert (grid.path, list(part.predecessors.all())) == (f"{part.path}{grid.pk}/", [town.phoenix])
    town.phoenix.refresh_from_db()
    assert town.phoenix.valid_to == DAY


def test_a_part_leaves_and_the_rest_goes_on(town, keeper):
    stays, goes = (plant(name, Level.GRID, town.phoenix) for name in ("北网格", "南网格"))
    part = create_area(name="凤南居委会", level=Level.COMMUNITY, parent=town.east, valid_from=DAY, actor=keeper)
    split_area(town.phoenix, into=[part], on=DAY, reason="析出", actor=keeper, children={goes.pk: part}, goes_on=True)
    stays.refresh_from_db()
    goes.refresh_from_db()
    town.phoenix.refresh_from_db()
    assert (stays.parent, goes.parent, town.phoenix.valid_to) == (town.phoenix, part, None)


def test_splitting_into_one_is_a_change_of_name(town, keeper):
    with pytest.raises(BadInput, match="如果只是改名"):
        split_area(town.phoenix, into=[town.garden], on=DAY, reason="", actor=keeper)


def test_a_point_and_an_outline_keep_datum_and_source(town, keeper):
    set_point(town.east, point=Point(116.71, 23.37, Datum.GCJ02, "高德"), actor=keeper)
    outline = {"type": "Polygon", "coordinates": [[[116.7, 23.36], [116.72, 23.36], [116.71, 23.38], [116.7, 23.36]]]}
    set_boundary(town.east, geometry=outline, datum=Datum.CGCS2000, source="区测绘队", actor=keeper)

    town.east.refresh_from_db()
    assert town.east.point == Point(116.71, 23.37, Datum.GCJ02, "高德")
    assert (town.east.boundary, town.east.boundary_datum) == (outline, "cgcs2000")


def test_a_point_without_source_is_refused(town, keeper):
    with pytest.raises(BadInput, match="坐标要连同坐标系和来源一起填"):
        set_point(town.east, point=Point(116.71, 23.37, Datum.GCJ02), actor=keeper)


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [116.7, 23.4]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon"},
        {"type": "Nonsense", "coordinates": [1]},
        {},
        [],
    ],
)
def test_what_is_no_outline(town, keeper, geometry):
    with pytest.raises(BadInput, match="Polygon 或 MultiPolygon"):
        set_boundary(town.east, geometry=geometry, datum=Datum.WGS84, source="某处", actor=keeper)


STEPS = {
    "create": lambda town, who: create_area(name="某网格", level=Level.GRID, parent=town.phoenix, actor=who),
    "rename": lambda town, who: rename_area(town.phoenix, name="新名居委会", reason="", actor=who),
    "end": lambda town, who: end_area(town.phoenix, on=DAY, reason="", actor=who),
    "move": lambda town, who: move_area(town.phoenix, to=town.west, reason="", actor=who),
    "merge": lambda town, who: merge_areas([town.phoenix], into=town.garden, on=DAY, reason="", actor=who),
    "split": lambda town, who: split_area(
        town.phoenix, into=[town.garden], on=DAY, reason="", actor=who, goes_on=True
    ),
    "point": lambda town, who: set_point(town.phoenix, point=Point(116, 23, Datum.WGS84, "某处"), actor=who),
}
PEOPLE = {
    "system": lambda town: User.system(),
    "keeper of the district": lambda town: person("a", Grant("sysadmin", town.district.path, 1)),
    "keeper of the street": lambda town: person("b", Grant("sysadmin", town.east.path, 1)),
    "keeper of the other street": lambda town: person("c", Grant("sysadmin", town.west.path, 1)),
    "head of the district": lambda town: person("d", Grant("district_head", town.district.path, 1)),
    "stranger": lambda town: person("e"),
}
ALLOWED = {
    "system": set(STEPS),
    "keeper of the district": set(STEPS),
    # To move something out of the street one must keep the other street too.
    "keeper of the street": set(STEPS) - {"move"},
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_change_areas(town, who, step):
    actor = PEOPLE[who](town)
    if step in ALLOWED.get(who, set()):
        STEPS[step](town, actor)
        assert Event.objects.filter(actor=actor).count() == 1
    else:
        with pytest.raises(NotAllowed):
            STEPS[step](town, actor)
        assert told() == []


def test_only_the_system_plants_a_root(db, town, keeper):
    with pytest.raises(NotAllowed):
        create_area(name="濠江区", level=Level.DISTRICT, parent=None, actor=keeper)
    assert create_area(name="濠江区", level=Level.DISTRICT, parent=None, actor=User.system()).parent is None


@pytest.mark.django_db
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=8))
def test_however_areas_are_moved_paths_tell_the_truth(town, moves):
    """Every path is the parent's path and the own id, and no area is lost."""
    if not Area.objects.filter(level=Level.GRID).exists():
        for name in ("一", "二"):
            plant(f"{name}微网格", Level.MICROGRID, plant(f"{name}网格", Level.GRID, town.phoenix))
    areas = list(Area.objects.order_by("id"))
    for source, target in moves:
        try:
            move_area(areas[source % len(areas)], to=areas[target % len(areas)], reason="", actor=User.system())
        except BadInput:
            continue
    after = list(Area.objects.select_related("parent"))
    assert {area.pk for area in after} == {area.pk for area in areas}
    assert [a for a in after if a.path != f"{a.parent.path if a.parent else ''}{a.pk}/"] == []
