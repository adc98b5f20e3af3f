"""The demo district on the ground: codes and names are real, outlines and grids are drawn for show.

Streets and communities are Voronoi cells of plausible centres inside a smooth hull, their common edges bent a little
so that they read as streets and canals. Nothing here is surveyed, and every row says so in its source.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from random import Random
from typing import Any

import shapely
from shapely.geometry import LineString, MultiPoint, Point, Polygon, mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge, polygonize, unary_union

from linli.areas.actions import import_divisions
from linli.areas.choices import CodeKind, Datum, Level, UrbanRural
from linli.areas.gazetteer import open_file
from linli.areas.models import Area, reserve_ids
from linli.core import clock
from linli.core.access.models import User
from linli.demo.personas import COMMUNITY, DISTRICT

POINT_SOURCE = "示意"
BOUNDARY_SOURCE = "示意图，非勘界"
# Centre (degrees, WGS-84) and reach (km) of each street: about where it lies in the real district.
STREETS: dict[str, tuple[float, float, float]] = {
    "440511018": (116.6705, 23.3545, 1.6),
    "440511001": (116.6975, 23.3560, 1.4),
    "440511005": (116.6845, 23.3635, 1.1),
    "440511004": (116.7110, 23.3655, 1.4),
    "440511007": (116.6620, 23.3690, 1.7),
    "440511002": (116.6950, 23.3735, 1.1),
    "440511009": (116.6795, 23.3765, 1.2),
    "440511019": (116.7030, 23.3865, 1.7),
    "440511013": (116.6720, 23.4010, 2.4),
    "440511017": (116.6420, 23.4060, 2.3),
    "440511016": (116.6060, 23.3960, 2.9),
    "440511015": (116.6120, 23.4390, 3.2),
}
POPULATION = 777_027  # 2020 census, 金平区
KM_LAT = 110.9
KM_LNG = 111.32 * math.cos(math.radians(23.38))


@dataclass
class Places:
    """The areas the rest of the demo refers to. Each community's `parent` is the object of its street."""

    district: Area
    streets: list[Area]
    communities: list[Area]
    cells: dict[int, Polygon] = field(default_factory=dict)  # community id → its cell in km

    def community(self, code: str) -> Area:
        """By code."""
        return next(area for area in self.communities if area.code == code)

    def of_street(self, street: Area) -> list[Area]:
        """The communities of a street."""
        return [area for area in self.communities if area.parent_id == street.pk]

    def point_in(self, community: Area, random: Random) -> tuple[float, float]:
        """A point inside a community, nearer to its middle than to its edge; degrees."""
        cell = self.cells[community.pk]
        centre = cell.representative_point()
        reach = math.sqrt(cell.area) / 3.2
        for _try in range(20):
            point = Point(random.gauss(centre.x, reach / 1.6), random.gauss(centre.y, reach / 1.6))
            if cell.contains(point):
                return degrees(point.x, point.y)
        return degrees(centre.x, centre.y)


def degrees(x: float, y: float) -> tuple[float, float]:
    """From km east and north of the origin to longitude and latitude, to about a metre."""
    return round(116.6 + x / KM_LNG, 5), round(23.3 + y / KM_LAT, 5)


def kilometres(lng: float, lat: float) -> tuple[float, float]:
    """The other way round."""
    return (lng - 116.6) * KM_LNG, (lat - 23.3) * KM_LAT


def load_places(random: Random, actor: User) -> Places:
    """Import the divisions of five districts, then give the demo district outlines, people and grids."""
    places = import_places(DISTRICT, actor)
    draw(places, STREETS, random)
    populate(places, POPULATION, random)
    keep(places)
    _grids(places, random)
    return places


def import_places(code: str, actor: User) -> Places:
    """Import the divisions of five districts; one of them with its streets and communities."""
    with as_file(files("linli.areas") / "data" / "divisions.csv") as path:
        import_divisions([open_file(path)], actor=actor)
    district = Area.objects.get(code=code)
    below = list(Area.objects.filter(path__startswith=district.path).order_by("code"))
    streets = {area.pk: area for area in below if area.level == Level.STREET}
    communities = [area for area in below if area.level == Level.COMMUNITY]
    for community in communities:
        community.parent = streets[community.parent_id or 0]
    for area in streets.values():
        area.parent = district
    return Places(district, list(streets.values()), communities)


def keep(places: Places) -> None:
    """Write what was drawn and counted."""
    Area.objects.bulk_update(
        [places.district, *places.streets, *places.communities],
        [
            *("lng", "lat", "datum", "point_source", "boundary", "boundary_datum", "boundary_source"),
            *("households", "population", "urban_rural"),
        ],
    )


# --- outlines ---------------------------------------------------------------------------------------------------


def draw(places: Places, streets: dict[str, tuple[float, float, float]], random: Random) -> None:
    """Outlines of the district, its streets and communities around the given centres."""
    centres = {code: Point(kilometres(lng, lat)) for code, (lng, lat, _reach) in streets.items()}
    discs = unary_union([centres[code].buffer(reach) for code, (_lng, _lat, reach) in streets.items()])
    coast = shapely.concave_hull(discs, ratio=0.25).buffer(0.9).buffer(-0.5).simplify(0.45)
    hull = Polygon(_bent(list(coast.exterior.coords), random, depth=5, sway=0.1))
    by_code = {area.code: area for area in places.streets}
    parts = _divide(hull, list(centres.values()), random)
    for code, part in zip(centres, parts, strict=True):
        street = by_code[code]
        members = places.of_street(street)
        for community, cell in zip(members, _spread(part, len(members), random), strict=True):
            places.cells[community.pk] = cell
            set_outline(community, cell)
        set_outline(street, part)
    set_outline(places.district, hull)


def _cells(points: list[Point], around: Polygon) -> list[Polygon]:
    """The Voronoi cell of each point, in the same order, reaching beyond the outline."""
    made = shapely.voronoi_polygons(MultiPoint(points), extend_to=around.buffer(5), ordered=True)
    return list(made.geoms)


def _divide(outline: Polygon, points: list[Point], random: Random) -> list[Polygon]:
    """The outline in one piece for each point: Voronoi cells, each common edge bent once so that both sides meet.

    Cutting may leave slivers; each goes to the cell it lies in, so that no gap is left.
    """
    if len(points) == 1:
        return [outline]
    cells = _cells(points, outline)
    edges = linemerge(unary_union([cell.boundary for cell in cells]))
    bent = [LineString(_bent(list(line.coords), random)) for line in getattr(edges, "geoms", [edges])]
    pieces: list[list[Polygon]] = [[] for _cell in cells]
    for face in polygonize(unary_union([*bent, outline.boundary])):
        middle = face.representative_point()
        if outline.contains(middle):
            near = min(range(len(cells)), key=lambda n: (cells[n].distance(middle), points[n].distance(middle)))
            pieces[near].append(face)
    # Where cells are small, bending may swallow one: that one keeps its straight edges.
    return [
        whole_of(unary_union(faces) if faces else cell.intersection(outline))
        for faces, cell in zip(pieces, cells, strict=True)
    ]


def whole_of(shape: BaseGeometry) -> Polygon:
    """The biggest piece; a bent edge may leave crumbs on the far side of a neighbour."""
    found = [piece for piece in getattr(shape, "geoms", [shape]) if isinstance(piece, Polygon)]
    return max(found, key=lambda piece: piece.area)


def _spread(outline: Polygon, count: int, random: Random) -> list[Polygon]:
    """Divide an outline into about equal cells: random points, moved to the middle of their cells a few times."""
    west, south, east, north = outline.bounds
    points: list[Point] = []
    while len(points) < count:
        point = Point(random.uniform(west, east), random.uniform(south, north))
        if outline.contains(point):
            points.append(point)
    for _turn in range(4 if count > 1 else 0):
        cut = [cell.intersection(outline) for cell in _cells(points, outline)]
        points = [cell.centroid if cell.contains(cell.centroid) else cell.representative_point() for cell in cut]
    # From the north-west on, so that neighbours in the list are neighbours on the ground.
    return _divide(outline, sorted(points, key=lambda point: (-round(point.y), point.x)), random)


def _bent(
    line: list[tuple[float, ...]], random: Random, *, depth: int = 3, sway: float = 0.07
) -> list[tuple[float, float]]:
    """A line with every segment bent at its middle, and again at the middles of the halves."""
    points = [(line[0][0], line[0][1])]
    for (x1, y1, *_a), (x2, y2, *_b) in itertools.pairwise(line):
        points += _midpoints((x1, y1), (x2, y2), depth, sway, random)
    return points


def _midpoints(
    a: tuple[float, float], b: tuple[float, float], depth: int, sway: float, random: Random
) -> list[tuple[float, float]]:
    length = math.dist(a, b)
    if depth == 0 or length < 0.12:
        return [b]
    shift = random.uniform(-sway, sway)
    middle = ((a[0] + b[0]) / 2 - (b[1] - a[1]) * shift, (a[1] + b[1]) / 2 + (b[0] - a[0]) * shift)
    first = _midpoints(a, middle, depth - 1, sway, random)
    return [*first, *_midpoints(middle, b, depth - 1, sway, random)]


def set_outline(area: Area, shape: BaseGeometry) -> None:
    """Outline and centre of an area, from km."""
    turned = shapely.transform(shape, lambda xy: [degrees(x, y) for x, y in xy])
    middle = shape.representative_point()
    area.lng, area.lat = degrees(middle.x, middle.y)
    area.datum, area.point_source = Datum.WGS84, POINT_SOURCE
    area.boundary, area.boundary_datum, area.boundary_source = _geojson(turned), Datum.WGS84, BOUNDARY_SOURCE


def _geojson(shape: BaseGeometry) -> dict[str, Any]:
    sound = shape if shape.is_valid else shape.buffer(0)
    return dict(mapping(sound))


# --- people and grids -------------------------------------------------------------------------------------------


def populate(places: Places, population: int, random: Random) -> None:
    """Share the people out; what is not said to be rural is urban."""
    weights = [random.uniform(0.45, 1.7) for _ in places.communities]
    for community, weight in zip(places.communities, weights, strict=True):
        community.population = round(population * weight / sum(weights))
        community.households = round(community.population / random.uniform(2.7, 3.3))
        community.urban_rural = community.urban_rural or UrbanRural.URBAN
    for street in [*places.streets, places.district]:
        held = [area for area in places.communities if area.path.startswith(street.path)]
        street.population = sum(area.population or 0 for area in held)
        street.households = sum(area.households or 0 for area in held)
        street.urban_rural = UrbanRural.URBAN


def _grids(places: Places, random: Random) -> None:
    """2 to 6 grids a community, 4 to 8 micro-grids a grid, buildings in the persona's community."""
    made: list[Area] = []
    ids = _fresh_ids()

    def lay(parent: Area, level: Level, names: list[str], codes: list[str | None]) -> list[Area]:
        laid = []
        shares = _shares(parent.households or 0, len(names), random)
        for name, code, households in zip(names, codes, shares, strict=True):
            pk = next(ids)
            area = Area(
                pk=pk,
                parent=parent,
                path=f"{parent.path}{pk}/",
                level=level,
                name=name,
                code=code,
                code_kind=CodeKind.LOCAL if code else "",
                households=households,
                population=round(households * 3.05),
                urban_rural=UrbanRural.URBAN,
                changed_at=clock.now(),
            )
            made.append(area)
            laid.append(area)
        return laid

    for community in places.communities:
        short = community.short_name.removesuffix("社区")
        count = min(6, max(2, round((community.households or 0) / 420)))
        names = [f"{short}第{'一二三四五六'[n]}网格" for n in range(count)]
        codes: list[str | None] = [f"{community.code}{n + 1:03d}" for n in range(count)]
        for n, grid in enumerate(lay(community, Level.GRID, names, codes)):
            lng, lat = places.point_in(community, random)
            grid.lng, grid.lat, grid.datum, grid.point_source = lng, lat, Datum.WGS84, POINT_SOURCE
            micro = random.randint(4, 8)
            micro_names = [f"{short}{n + 1}-{m + 1} 微网格" for m in range(micro)]
            micro_codes: list[str | None] = [f"{grid.code}{m + 1:03d}" for m in range(micro)]
            for m, cell in enumerate(lay(grid, Level.MICROGRID, micro_names, micro_codes)):
                if community.code == COMMUNITY:
                    houses = [f"{short}花园 {n * 10 + m + 1} 栋", f"{short}里 {n * 10 + m + 1} 号楼"][: 1 + m % 2]
                    lay(cell, Level.BUILDING, houses, [None] * len(houses))
    Area.objects.bulk_create(made, batch_size=2000)


def _fresh_ids() -> Iterator[int]:
    """Ids from the table's sequence, fetched a thousand at a time."""
    while True:
        yield from reserve_ids(1000)


def _shares(total: int, count: int, random: Random) -> list[int]:
    """The total in so many uneven parts."""
    weights = [random.uniform(0.6, 1.4) for _ in range(count)]
    parts = [int(total * weight / sum(weights)) for weight in weights]
    parts[0] += total - sum(parts)
    return parts
