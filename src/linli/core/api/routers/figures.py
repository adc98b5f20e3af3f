"""What a filter of a register finds, as numbers and on the map; and somebody found by a personal number."""

from __future__ import annotations

from typing import Annotated, Any

from django.conf import settings
from django.http import Http404, HttpRequest, QueryDict
from pydantic import BaseModel, Field, create_model

from linli.core.access.grants import grants_of
from linli.core.access.signed_in import user_of
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.schemas import Answer, Input, query, typed
from linli.core.errors import BadInput
from linli.core.registers import Register
from linli.core.registers.actions import look_up
from linli.core.registers.charting import chart_of
from linli.core.registers.figures import Count, Figures
from linli.core.registers.mapping import Sight, features
from linli.core.registers.selection import Selection
from linli.core.registers.web.pages import list_url

_NUMBER = r"-?\d{1,3}(\.\d{1,12})?"
BOX: Any = Annotated[str | None, Field(pattern=rf"^{_NUMBER}(,{_NUMBER}){{3}}$")]
ZOOM: Any = float | None
_SURE = "exact：正好；over：超过；about：约"


class Figure(Answer):
    """A number, and how sure it is."""

    n: int = Field(examples=[532])
    sure: str = Field(examples=["exact"], description=_SURE)
    words: str = Field(examples=["532"])


class FacetValue(Answer):
    """A value of a facet and how many records have it."""

    value: str = Field(examples=["culture"])
    label: str = Field(examples=["文体"])
    count: Figure | None = Field(description="没有数的为空")
    chosen: bool = Field(examples=[False])


class FacetFigures(Answer):
    """A facet with its values."""

    name: str = Field(examples=["kind"])
    label: str = Field(examples=["类别"])
    values: list[FacetValue]


class ChartBar(Answer):
    """A bar of a chart."""

    label: str = Field(examples=["2026"])
    n: int = Field(examples=[48])


class FacetChart(Answer):
    """A chart of the filter by one facet."""

    name: str = Field(examples=["year"])
    title: str = Field(examples=["按备案年份"])
    estimated: bool = Field(examples=[False])
    bars: list[ChartBar]


class FilterFigures(Answer):
    """How many records a filter finds, by each facet, and as charts."""

    filter: str = Field(examples=["类别：文体"], description="筛选的意思")
    total: Figure
    facets: list[FacetFigures]
    charts: list[FacetChart]


class MapFeatures(Answer):
    """GeoJSON, at most a few thousand features; `more` says that a closer look shows more."""

    type: str = Field(examples=["FeatureCollection"])
    more: bool = Field(examples=[False])
    datum: str = Field(examples=["gcj02"], description="坐标系")
    features: list[dict[str, Any]] = Field(
        examples=[
            [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [116.7, 23.4]}, "properties": {}}]
        ]
    )


class Looked(Input):
    """A whole personal number; it goes in the body, so that it stands in no address."""

    number: str = Field(min_length=1, max_length=200, examples=["13800002046"])


class Found(Answer):
    """The filter that finds what the number leads to."""

    who: str = Field(examples=["phone:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])


def add_figures(room: Room, register: Register, filters: type[BaseModel], name: str, *, public: bool) -> None:
    """Figures and map of one face of a register; `filters` are those of its list."""
    path, label = f"/{register.slug}", register.label
    plain: Any = {
        key: (field.annotation, field)
        for key, field in filters.model_fields.items()
        if key not in ("after", "limit", "sort")
    }
    asked = create_model(f"{filters.__name__}Figures", **plain)
    sight = create_model(
        f"{filters.__name__}Map",
        bbox=(
            BOX,
            Field(
                None,
                max_length=120,
                description="看到的范围：西、南、东、北，用逗号分开",
                examples=["116.6,23.3,116.8,23.5"],
            ),
        ),
        zoom=(ZOOM, Field(None, ge=0, le=22, description="地图的级别", examples=[12])),
        **plain,
    )

    @typed(filters=query(asked))
    def figures(request: HttpRequest, filters: Any) -> object:
        _must_work_here(request, public=public)
        selection = selection_of(register, request, public=public)
        return {
            "filter": selection.describe(),
            "total": _count(Figures(selection).total),
            "facets": _facets(Figures(selection)),
            "charts": _charts(Figures(selection, careful=True)),
        }

    @typed(filters=query(sight))
    def seen(request: HttpRequest, filters: Any) -> object:
        _must_work_here(request, public=public)
        selection = selection_of(register, request, public=public)
        target = settings.LINLI_TILE_DATUM
        url = list_url(register, public=public)
        found, more = features(selection, Sight.read(request.GET), target=target, url=url)
        return {"type": "FeatureCollection", "more": more, "datum": str(target), "features": found}

    room.reads(f"/figures{path}", f"{label}：数、分面和图表", FilterFigures, name=f"{name}_figures", open=public)(
        figures
    )
    if register.point is not None:
        room.reads(f"/map{path}", f"{label}：地图", MapFeatures, name=f"{name}_map", open=public)(seen)


def add_look_up(room: Room, register: Register, name: str) -> None:
    """Finding by a personal number, where the register knows such numbers."""
    if not register.keys:
        return

    def find(request: HttpRequest, body: Looked) -> object:
        who = look_up(register, body.number.strip(), actor=user_of(request))
        if not who:
            text = f"请输完整的{'或'.join(key.label for key in register.keys)}。"
            raise BadInput("registers.no_number", text, fields={"number": text})
        return {"who": who}

    room.sends(
        f"/look-up/{register.slug}",
        f"{register.label}：按{'、'.join(key.label for key in register.keys)}找人",
        Found,
        name=f"{name}_look_up",
        scope=f"reveal:{room.key}",
        keeps=False,
        about="把应答里的 who 放进列表的筛选。每次都留下记录，被找到的人看得到是谁找的。",
    )(find)


def selection_of(register: Register, request: HttpRequest, *, public: bool) -> Selection:
    """The filter in the address. Raises the Problem of one that is unknown: it must not find other records."""
    user = None if public else user_of(request)
    selection = Selection.from_params(register, with_places(register, request.GET), user, public)
    if selection.dropped:
        raise Problem(404, "filter.unknown", "".join(selection.dropped))
    return selection


def with_places(register: Register, asked: QueryDict) -> QueryDict:
    """The filter with areas by their keys where it names them by their codes."""
    facet = register.area_facet
    if facet is None or facet.places is None or facet.name not in asked:
        return asked
    keys = {place.code: place.key for place in facet.places() if place.code}
    found = asked.copy()
    found.setlist(facet.name, [keys.get(value, value) for value in asked.getlist(facet.name)])
    return found


def _must_work_here(request: HttpRequest, *, public: bool) -> None:
    """Numbers about a register are for those who work with it; who holds no post reads own records one by one."""
    if not public and not grants_of(request.user):
        raise Http404


def _count(count: Count) -> dict[str, Any]:
    return {"n": count.n, "sure": count.sure.value, "words": count.words}


def _facets(figures: Figures) -> list[dict[str, Any]]:
    return [
        {
            "name": facet.name,
            "label": facet.label,
            "values": [
                {
                    "value": option.value,
                    "label": option.label,
                    "count": _count(option.count) if option.count is not None else None,
                    "chosen": option.chosen,
                }
                for option in figures.options(facet)
            ],
        }
        for facet in figures.selection.facets
    ]


def _charts(figures: Figures) -> list[dict[str, Any]]:
    found = []
    for facet in figures.selection.facets:
        chart = chart_of(figures, facet, "")
        if chart is not None:
            spec = chart["spec"]
            bars = zip(spec["labels"], spec["series"][0]["values"], strict=True)
            found.append(
                {
                    "name": facet.name,
                    "title": chart["title"],
                    "estimated": chart["estimated"],
                    "bars": [{"label": str(label), "n": n} for label, n in bars],
                }
            )
    return found
