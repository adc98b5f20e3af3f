"""Reforms of areas, for the system administrator: renamed, moved, merged, split, ended."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from linli.areas import actions, queries
from linli.areas.choices import PARENTS, Level
from linli.areas.models import Area
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.api.frame import mark, must_match, version_of
from linli.core.api.listing import page
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.schemas import Answer, Day, Input, Paged, Word, one_of, page_of, word

room = Room("reforms", "区划调整", "系统管理员管的区划：更名、加下级、改变隶属、合并、拆分、停用。")
_LEVELS = "；".join(f"{level.value}：{level.label}" for level in Level)
_KEY = "代码；没有代码的是 id-编号"
_WHY: Any = Field(min_length=1, max_length=200, examples=["金府函〔2026〕12 号"])


class KeptArea(Answer):
    """An area that the caller keeps."""

    key: str = Field(examples=["440511004"], description=_KEY)
    name: str = Field(examples=["东方街道"])
    full_name: str = Field(examples=["东方街道"])
    level: Word = Field(examples=[{"code": "street", "label": "街道（镇）"}])
    parent: str | None = Field(examples=["440511"])
    valid_from: dt.date | None = Field(examples=["2003-03-18"])
    valid_to: dt.date | None = Field(examples=["2030-01-01"], description="从这一天起停用")


class Hanging(Answer):
    """How much hangs below an area; not what."""

    label: str = Field(examples=["岗位"])
    count: int = Field(examples=[12])


class AreaEvent(Answer):
    """What was done to an area."""

    at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    text: str = Field(examples=["更名"])
    who: str = Field(examples=["王敏"])
    reason: str = Field(examples=["金府函〔2026〕12 号"])


class WholeArea(KeptArea):
    """An area with what a reform would touch."""

    impact: list[Hanging]
    predecessors: list[str] = Field(examples=[[]], description="前身")
    successors: list[str] = Field(examples=[[]], description="由谁接着")
    history: list[AreaEvent]


class KeptFilters(Paged):
    """Which areas."""

    q: str | None = Field(None, max_length=60, description="名称的任意一段，或代码的开头")
    level: one_of(Level.values) | None = Field(None, description=_LEVELS)  # type: ignore[valid-type]
    ended: bool = Field(False, description="也要停用了的")


class Renaming(Input):
    """Another name; code and history stay."""

    name: str = Field(min_length=1, max_length=60, examples=["东方街道"])
    reason: str = _WHY


class Adding(Input):
    """An area below."""

    level: one_of(Level.values) = Field(description=_LEVELS)  # type: ignore[valid-type]
    name: str = Field(min_length=1, max_length=60, examples=["新金苑居委会"])
    code: str = Field("", max_length=18, examples=["440511004099"])


class Moving(Input):
    """Another area above."""

    to: str = Field(min_length=1, max_length=30, description=_KEY, examples=["440511005"])
    reason: str = _WHY


class Merging(Input):
    """The area that goes on for both."""

    into: str = Field(min_length=1, max_length=30, description=_KEY, examples=["440511005"])
    on: Day
    reason: str = _WHY


class Part(Input):
    """A new area, and what of the old one's children it takes."""

    name: str = Field(min_length=1, max_length=60, examples=["新东方街道"])
    code: str = Field("", max_length=18, examples=["440511009"])
    children: list[Annotated[str, Field(max_length=30)]] = Field([], max_length=500, examples=[["440511004001"]])


class Splitting(Input):
    """New areas beside or in place of this one."""

    parts: list[Part] = Field(min_length=1, max_length=20)
    goes_on: bool = Field(True, strict=True, description="原区划继续存在")
    on: Day
    reason: str = _WHY


class EndingArea(Input):
    """From when the area is no more."""

    on: Day
    reason: str = _WHY


# --- reading ----------------------------------------------------------------------------------------------------


def listed(request: HttpRequest, filters: Query[KeptFilters]) -> object:
    """The areas under the administrator's posts."""
    rows = queries.kept_by(_keeper(request))
    if words := (filters.q or "").strip():
        rows = rows.filter(Q(name__contains=words) | Q(code__startswith=words))
    if filters.level:
        rows = rows.filter(level=filters.level)
    if not filters.ended:
        rows = rows.filter(queries.valid())
    items, following = page(rows, ("pk",), filters.after, filters.limit)
    names = queries.full_names(items)
    return {"items": [_told(area, names[area.pk]) for area in items], "next": following}


def one(request: HttpRequest, key: str) -> object:
    """An area, and what hangs on it."""
    return _shown(request, _found(request, key))


def _keeper(request: HttpRequest) -> User:
    if not request.user.has_perm("areas.view_tree"):
        raise Http404
    return user_of(request)


def _found(request: HttpRequest, key: str) -> Area:
    area = queries.by_key(key, queries.kept_by(_keeper(request)))
    if area is None:
        raise Http404
    return area


def _told(area: Area, full_name: str) -> dict[str, Any]:
    return {
        "key": queries.key_of(area),
        "name": area.name,
        "full_name": full_name,
        "level": word(area.level, Level(area.level).label),
        "parent": queries.key_of(area.parent) if area.parent else None,
        "valid_from": area.valid_from,
        "valid_to": area.valid_to,
    }


def _version(area: Area) -> str:
    return version_of(area.pk, area.name, area.code, area.path, area.valid_to, area.changed_at)


def _shown(request: HttpRequest, area: Area) -> dict[str, Any]:
    mark(request, _version(area))
    return _told(area, area.full_name) | {
        "impact": [{"label": label, "count": count} for label, count in queries.impact_of(area)],
        "predecessors": [queries.key_of(other) for other in area.predecessors.all()],
        "successors": [queries.key_of(other) for other in area.successors.all()],
        "history": [
            {
                "at": event.at,
                "text": queries.TOLD[event.name],
                "who": str(event.actor),
                "reason": str(event.detail.get("reason", "")),
            }
            for event in queries.reforms_of(area)
        ],
    }


# --- reforms ----------------------------------------------------------------------------------------------------


def _locked(request: HttpRequest, key: str) -> Area:
    area = _found(request, key)
    Area.objects.select_for_update().filter(pk=area.pk).values_list("pk").first()
    area = _found(request, key)
    must_match(request, _version(area))
    return area


def _other(request: HttpRequest, key: str, field: str) -> Area:
    area = queries.by_key(key, queries.kept_by(user_of(request)).filter(queries.valid()))
    if area is None:
        raise Problem(422, "input.refused", fields={field: "没有这个区划，或者不归你管。"})
    return area


def _after(request: HttpRequest, area: Area) -> object:
    return _shown(request, queries.kept_by(user_of(request)).get(pk=area.pk))


def rename(request: HttpRequest, key: str, body: Renaming) -> object:
    """Give it another name."""
    area = actions.rename_area(_locked(request, key), name=body.name, reason=body.reason, actor=user_of(request))
    return _after(request, area)


def add(request: HttpRequest, key: str, body: Adding) -> object:
    """Make an area below it."""
    area = _locked(request, key)
    if area.level not in PARENTS[Level(body.level)]:
        raise Problem(422, "input.refused", fields={"level": "这个层级不能放在这里下面。"})
    made = actions.create_area(
        name=body.name, level=Level(body.level), parent=area, code=body.code or None, actor=user_of(request)
    )
    return _after(request, made)


def move(request: HttpRequest, key: str, body: Moving) -> object:
    """Hang it under another area."""
    area = _locked(request, key)
    to = _other(request, body.to, "to")
    return _after(request, actions.move_area(area, to=to, reason=body.reason, actor=user_of(request)))


def merge(request: HttpRequest, key: str, body: Merging) -> object:
    """Let it go up into another one; the answer is that one."""
    area = _locked(request, key)
    into = _other(request, body.into, "into")
    done = actions.merge_areas([area], into=into, on=body.on, reason=body.reason, actor=user_of(request))
    return _after(request, done)


def split(request: HttpRequest, key: str, body: Splitting) -> object:
    """Let parts of it be areas of their own; the answer is the old one, or the first of the new where it ends."""
    area, user = _locked(request, key), user_of(request)
    if area.parent is None:
        raise Problem(422, "input.refused", fields={"parts": "最上面的区划不能拆分。"})
    children = {queries.key_of(child): child for child in queries.children(area)}
    parts: list[Area] = []
    takers: dict[int, Area] = {}
    for number, part in enumerate(body.parts):
        made = actions.create_area(
            name=part.name,
            level=Level(area.level),
            parent=area.parent,
            code=part.code or None,
            actor=user,
            valid_from=body.on,
            urban_class=area.urban_class,
            urban_rural=area.urban_rural,
        )
        for child in part.children:
            if child not in children:
                raise Problem(422, "input.refused", fields={f"parts.{number}.children": f"“{child}”不在它下面。"})
            takers[children[child].pk] = made
        parts.append(made)
    actions.split_area(
        area, into=parts, on=body.on, reason=body.reason, actor=user, children=takers, goes_on=body.goes_on
    )
    return _after(request, area if body.goes_on else parts[0])


def end(request: HttpRequest, key: str, body: EndingArea) -> object:
    """It no longer exists from a day on."""
    area = actions.end_area(_locked(request, key), on=body.on, reason=body.reason, actor=user_of(request))
    return _after(request, area)


room.reads("", "我管的区划：列表", page_of(KeptArea), name="reforms_list")(listed)
room.reads("/{key}", "我管的区划：一个", WholeArea, name="reforms_one")(one)
room.alters("/{key}/rename", "区划：更名", WholeArea, name="reforms_rename")(rename)
room.alters("/{key}/add", "区划：加下级", WholeArea, status=201, name="reforms_add", about="应答是新的区划。")(add)
room.alters("/{key}/move", "区划：改变隶属", WholeArea, name="reforms_move")(move)
room.alters("/{key}/merge", "区划：并入别处", WholeArea, name="reforms_merge", about="应答是接着的区划。")(merge)
room.alters("/{key}/split", "区划：拆分", WholeArea, name="reforms_split")(split)
room.alters("/{key}/end", "区划：停用", WholeArea, name="reforms_end")(end)
