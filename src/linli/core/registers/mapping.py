"""A filter on the map: each record where there are few, cells of a grid where there are many, areas beyond.

Never more than `MOST` features go out, whatever the register holds. Figures of areas come from the tally and are
exact; those of cells count every record in sight.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, Max, Min, Q, QuerySet
from django.db.models.functions import Floor

from linli.core.registers.charting import chart_of
from linli.core.registers.declare import Kind
from linli.core.registers.figures import Count as Figure
from linli.core.registers.figures import Figures
from linli.core.registers.selection import Selection

MOST = 2_000  # single points
IN_SIGHT = 4_000  # records a grid is made of
SHIFT = 0.008  # degrees by which the datums of the state and of the makers of maps lie apart at most
CELL = 48  # pixels of the map a cell is wide
Feature = dict[str, Any]


@dataclass(frozen=True)
class Sight:
    """What the map shows: a box in degrees and the zoom of the tiles."""

    west: float
    south: float
    east: float
    north: float
    zoom: float

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> Sight | None:
        """From `bbox=w,s,e,n&zoom=z`; None for nonsense, which shows the whole."""
        try:
            parts = [float(part) for part in str(params.get("bbox", "")).split(",")]
            zoom = float(params.get("zoom", ""))
        except ValueError:
            return None
        if len(parts) != 4 or not all(map(math.isfinite, (*parts, zoom))):
            return None
        west, south, east, north = parts
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90 and 0 <= zoom <= 22):
            return None
        return cls(west, south, east, north, zoom)

    @property
    def cell(self) -> float:
        """The width of a cell in degrees."""
        return float(360 / 256 / 2**self.zoom * CELL)


def features(selection: Selection, sight: Sight | None, *, target: str, url: str) -> tuple[list[Feature], bool]:
    """GeoJSON features in the map's datum, and whether a closer look would show more. `url` is the list's."""
    register = selection.register
    if register.point is None:
        return [], False
    lng, _lat, _datum = register.point
    located = selection.matching.filter(**{f"{lng}__isnull": False})
    figures = Figures(selection)
    areas = _areas(selection, figures, target, url)
    if figures.total.is_exact and figures.total.n <= MOST:
        if selection.words and figures.total.n and register.is_indexed:
            located = located.filter(selection.token_condition())
        return [*areas, *_points(selection, located[:MOST], target)], False
    if sight is not None:
        in_box = located.filter(_box(selection, sight, 0 if target in ("wgs84", "cgcs2000") else SHIFT))
        seen = list(in_box.values_list("pk", flat=True)[: IN_SIGHT + 1])
        if len(seen) <= IN_SIGHT:
            return [*areas, *_cells(selection, selection.base.filter(pk__in=seen), sight, target)], True
    return areas, True


def _box(selection: Selection, sight: Sight, slack: float) -> Q:
    """What is seen, a little wider where the map is drawn in another datum than most records."""
    assert selection.register.point is not None
    lng, lat, _datum = selection.register.point
    return Q(
        **{
            f"{lng}__range": (sight.west - slack, sight.east + slack),
            f"{lat}__range": (sight.south - slack, sight.north + slack),
        }
    )


def _place(selection: Selection, lng: float, lat: float, datum: str, target: str) -> list[float]:
    convert = selection.register.convert
    return list(convert(lng, lat, datum, target)) if convert is not None else [round(lng, 6), round(lat, 6)]


def _points(selection: Selection, rows: QuerySet[Any], target: str) -> list[Feature]:
    register, public = selection.register, selection.public
    assert register.point is not None
    title, *others = register.list_columns(public=public)
    kinds = [column for column in others if column.kind == Kind.CHOICE][:1]
    fields = ["uid", title.sources[0], *register.point, register.scope, *(column.sources[0] for column in kinds)]
    names = {place.path: place.name for place in selection.places.values()}
    blank = register.model(uid="UID")
    link = blank.public_url if public else blank.get_absolute_url()  # type: ignore[attr-defined]
    found = []
    for uid, name, lng, lat, datum, scope, *values in rows.values_list(*fields):
        words = [str(column.of(value) or "") for column, value in zip(kinds, values, strict=True)]
        note = " · ".join(word for word in (*words, names.get(scope, "")) if word)
        found.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": _place(selection, lng, lat, datum, target)},
                "properties": {"name": name, "note": note, "href": link.replace("UID", uid)},
            }
        )
    return found


def _cells(selection: Selection, rows: QuerySet[Any], sight: Sight, target: str) -> list[Feature]:
    """Records of one cell as one circle with its number, in the middle of them; a single one as itself."""
    assert selection.register.point is not None
    lng, lat, datum = selection.register.point
    title = selection.register.list_columns(public=selection.public)[0].sources[0]
    blank = selection.register.model(uid="UID")
    link = blank.public_url if selection.public else blank.get_absolute_url()  # type: ignore[attr-defined]
    cells = (
        rows.annotate(column=Floor(F(lng) / sight.cell), row=Floor(F(lat) / sight.cell))
        .values("column", "row", datum)
        .annotate(n=Count("pk"), x=Avg(lng), y=Avg(lat), uid_=Min("uid"), name_=Max(title))
        .values_list(datum, "n", "x", "y", "uid_", "name_")
    )
    merged: dict[str, list[Feature]] = defaultdict(list)
    for kind, n, x, y, uid, name in cells:
        properties = (
            {"name": name, "href": link.replace("UID", uid)}
            if n == 1
            else {"kind": "cell", "count": n, "name": f"{n:,} {selection.register.unit}"}
        )
        point = {"type": "Point", "coordinates": _place(selection, x, y, kind, target)}
        merged["cells"].append({"type": "Feature", "geometry": point, "properties": properties})
    return merged["cells"][: MOST * 2]


def _areas(selection: Selection, figures: Figures, target: str, url: str) -> list[Feature]:
    """The areas that divide what is looked at, with their figures; each opens into the records behind it."""
    register, facet = selection.register, selection.register.area_facet
    if register.outlines is None or facet is None or facet not in selection.facets:
        return []
    chart = chart_of(figures, facet, url)
    counts: dict[str, tuple[int, str]] = {}
    if chart is not None:
        spec = chart["spec"]
        counts = {
            label: (n, href)
            for label, n, href in zip(spec["labels"], spec["series"][0]["values"], spec["hrefs"], strict=True)
        }
    found = []
    for shape in register.outlines([place.path for place in figures.offered], target):
        name = shape["properties"]["name"]
        n, href = counts.get(name, (0, ""))
        shown = Figure(n).words if not chart or not chart["estimated"] else f"约 {n:,}"
        shape["properties"] |= {
            "kind": "area",
            "count": n,
            "note": f"{shown} {register.unit}",
            **({"href": f"{href}&view=map"} if href else {}),
        }
        if n or not selection.is_filtered:
            found.append(shape)
    return found
