"""Points with their datum (rulebook §1.6): the original is kept, conversion is for display and for comparing.

WGS-84 and CGCS2000 differ by centimetres and are taken as equal. GCJ-02 and BD-09 are offset by 100 to 700 m within
China; outside, map providers do not offset, so nothing is converted there. Conversion: `prcoords` (CC0); there and
back again is within five centimetres.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import prcoords

from .choices import Datum

_TRUE = frozenset({Datum.WGS84, Datum.CGCS2000})
_TO_WGS84: dict[Datum, Callable[[prcoords.Coords], prcoords.Coords]] = {
    Datum.GCJ02: prcoords.gcj_wgs_bored,
    Datum.BD09: prcoords.bd_wgs_bored,
}
_FROM_WGS84: dict[Datum, Callable[[prcoords.Coords], prcoords.Coords]] = {
    Datum.GCJ02: prcoords.wgs_gcj,
    Datum.BD09: prcoords.wgs_bd,
}


@dataclass(frozen=True)
class Point:
    """Longitude and latitude in degrees, the datum they are in, and where they come from."""

    lng: float
    lat: float
    datum: Datum
    source: str = ""

    def __post_init__(self) -> None:
        if not (-180 <= self.lng <= 180 and -90 <= self.lat <= 90):
            raise ValueError(f"经度 {self.lng}、纬度 {self.lat} 不在范围内。请核对是否把两个数写反了。")

    def to(self, datum: Datum) -> Point:
        """The same place in another datum."""
        if datum == self.datum or {datum, self.datum} <= _TRUE:
            return replace(self, datum=datum)
        place = prcoords.Coords(self.lat, self.lng)
        if prcoords.sanity_in_china_p(place):
            if self.datum in _TO_WGS84:
                place = _TO_WGS84[self.datum](place)
            if datum in _FROM_WGS84:
                place = _FROM_WGS84[datum](place)
        return replace(self, lng=place.lon, lat=place.lat, datum=datum)

    def distance_to(self, other: Point) -> float:
        """Great-circle distance in metres; both are brought to WGS-84 first, so datums never mix."""
        here, there = self.to(Datum.WGS84), other.to(Datum.WGS84)
        return float(prcoords.Coords(here.lat, here.lng).distance(prcoords.Coords(there.lat, there.lng)))


def convert_geometry(geometry: dict[str, Any], source: Datum, target: Datum) -> dict[str, Any]:
    """A GeoJSON geometry with every position brought from one datum to another; heights are dropped."""
    if source == target or {source, target} <= _TRUE:
        return geometry

    def moved(part: list[Any]) -> list[Any]:
        if part and not isinstance(part[0], list):
            point = Point(part[0], part[1], source).to(target)
            return [round(point.lng, 7), round(point.lat, 7)]
        return [moved(inner) for inner in part]

    return {**geometry, "coordinates": moved(geometry["coordinates"])}
