"""Areas for programs: public, named by their codes, never by serial keys."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import BaseModel, Field

from linli.areas import queries
from linli.areas.choices import Level
from linli.areas.models import Area
from linli.core.api.listing import page
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.schemas import After, Answer, Limit, Word, one_of, page_of

room = Room("areas", "区划", "省、市、区、街道、社区、网格；谁都可以看。")


class Place(Answer):
    """An area."""

    code: str = Field(examples=["440511004"])
    name: str = Field(examples=["东方街道"])
    full_name: str = Field(examples=["东方街道"], description="信函里的写法，从街道起")
    level: Word = Field(examples=[{"code": "street", "label": "街道（镇）"}])
    parent: str | None = Field(examples=["440511"], description="上级的代码")
    valid_from: dt.date | None = Field(examples=["2003-03-18"])
    valid_to: dt.date | None = Field(examples=["2030-01-01"], description="从这一天起不再使用")


class PlaceFilters(BaseModel):
    """Which areas."""

    q: str | None = Field(None, max_length=60, description="名称的任意一段，或代码的开头")
    within: str | None = Field(None, max_length=18, description="这个代码的区划和它下面的")
    level: one_of(Level.values) | None = Field(None, description="层级")  # type: ignore[valid-type]
    after: After = None
    limit: Limit = 30


def listed(request: HttpRequest, filters: Query[PlaceFilters]) -> object:
    """Areas that exist today and have a code, by code."""
    within = None
    if filters.within:
        within = queries.by_code(filters.within)
        if within is None:
            raise Problem(404, "area.unknown", "没有这个代码的区划。")
    levels = [Level(filters.level)] if filters.level else []
    words = (filters.q or "").strip()
    if words:
        rows = queries.search(words, within=within, levels=levels)
    else:
        rows = queries.subtree(within, levels=levels) if within else queries.areas_valid_on()
        rows = rows.filter(level__in=levels) if levels else rows
    items, following = page(_light(rows), ("code", "pk"), filters.after, filters.limit)
    return {"items": [_place(area) for area in items], "next": following}


def one(request: HttpRequest, code: str) -> object:
    """The area that bears the code today."""
    return _place(_found(code))


def below(request: HttpRequest, code: str) -> object:
    """The areas directly below, all of them."""
    return [_place(area) for area in _light(queries.children(_found(code)))]


def _light(rows: QuerySet[Area]) -> QuerySet[Area]:
    outlines = ("boundary", "parent__boundary", "parent__parent__boundary")
    return rows.filter(code__isnull=False).select_related("parent__parent").defer(*outlines)


def _found(code: str) -> Area:
    area = queries.by_code(code)
    if area is None:
        raise Http404
    return area


def _place(area: Area) -> dict[str, object]:
    return {
        "code": area.code or "",
        "name": area.name,
        "full_name": area.full_name,
        "level": {"code": area.level, "label": str(Level(area.level).label)},
        "parent": area.parent.code if area.parent else None,
        "valid_from": area.valid_from,
        "valid_to": area.valid_to,
    }


room.reads("", "区划：列表", page_of(Place), name="areas_list", open=True)(listed)
room.reads("/{code}", "区划：一个", Place, name="areas_one", open=True)(one)
room.reads("/{code}/children", "区划：直接下级", list[Place], name="areas_children", open=True)(below)
