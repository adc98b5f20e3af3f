"""Bodies, for the administrators who keep them: found, made, renamed, moved, closed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from linli.actors import actions
from linli.actors.choices import BodyKind
from linli.actors.models import Body
from linli.actors.queries import bodies_visible_to
from linli.areas.models import Area
from linli.areas.queries import by_key, key_of
from linli.core import clock
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.api.frame import mark, must_match, version_of
from linli.core.api.listing import page
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.schemas import Answer, Day, Input, Number, Paged, Word, one_of, page_of, typed, word

room = Room("bodies", "机构", "部门、街道、社区等有岗位的机构。")
_AREA = "区划代码；没有代码的写 id-编号，见 reforms"
_KINDS = "；".join(f"{kind.value}：{kind.label}" for kind in BodyKind)


class OneBody(Answer):
    """A body."""

    id: int = Field(examples=[6])
    name: str = Field(examples=["东方街道办事处"])
    short_name: str = Field(examples=["东方街道"])
    kind: Word = Field(examples=[{"code": "street", "label": "街道"}])
    area: Word = Field(examples=[{"code": "440511004", "label": "东方街道"}])
    phone: str = Field(examples=["0754-88880000"])
    address: str = Field(examples=["东方街道办事处一楼"])
    valid_from: dt.date = Field(examples=["2003-03-18"])
    valid_to: dt.date | None = Field(examples=["2030-01-01"], description="从这一天起撤销")


class BodyFilters(Paged):
    """Which bodies."""

    q: str | None = Field(None, max_length=60, description="名称或所在区域")
    kind: one_of(BodyKind.values) | None = Field(None, description=_KINDS)  # type: ignore[valid-type]
    closed: bool = Field(False, description="也要撤销了的")


class Contact(Input):
    """What a body is called and how it is reached."""

    name: str = Field(min_length=1, max_length=120, examples=["东方街道办事处"])
    short_name: str = Field("", max_length=40, examples=["东方街道"])
    phone: str = Field("", max_length=30, examples=["0754-88880000"])
    address: str = Field("", max_length=200, examples=["东方街道办事处一楼"])


class NewBody(Contact):
    """A new body."""

    area: str = Field(min_length=1, max_length=30, description=_AREA, examples=["440511004"])
    kind: one_of(BodyKind.values) = Field(description=_KINDS)  # type: ignore[valid-type]


class BodyChange(Input):
    """What changes of a body's words, and why."""

    name: str | None = Field(None, min_length=1, max_length=120, examples=["东方街道办事处"])
    short_name: str | None = Field(None, max_length=40, examples=["东方街道"])
    phone: str | None = Field(None, max_length=30, examples=["0754-88880000"])
    address: str | None = Field(None, max_length=200, examples=["东方街道办事处二楼"])
    reason: str = Field(min_length=1, max_length=200, examples=["汕编办〔2026〕12 号"])


class BodyMove(Input):
    """Where a body goes."""

    to: str = Field(min_length=1, max_length=30, description=_AREA, examples=["440511005"])
    reason: str = Field(min_length=1, max_length=200, examples=["办公地点搬迁"])


class BodyEnd(Input):
    """When a body ends."""

    on: Day
    reason: str = Field(min_length=1, max_length=200, examples=["机构改革"])


def reader_of(request: HttpRequest) -> User:
    """The administrator who looks; for everybody else there is nothing here."""
    if not request.user.has_perm("actors.view_posts"):
        raise Http404
    return user_of(request)


def area_named(key: str, field: str = "area") -> Area:
    """The area of an outward name. Raises the Problem at the field."""
    area = by_key(key, Area.objects.select_related("parent"))
    if area is None:
        raise Problem(422, "input.refused", fields={field: "没有这个区划。"})
    return area


def body_seen(request: HttpRequest, id: int, *, lock: bool = False) -> Body:
    """A body under the administrator's areas."""
    reader = reader_of(request)
    if lock:
        list(Body.objects.select_for_update().filter(pk=id).values_list("pk"))
    body = bodies_visible_to(reader).filter(pk=id).first()
    if body is None:
        raise Http404
    return body


def listed(request: HttpRequest, filters: Query[BodyFilters]) -> object:
    """The bodies of the administrator's areas."""
    rows = bodies_visible_to(reader_of(request))
    if words := (filters.q or "").strip():
        rows = rows.filter(Q(name__contains=words) | Q(short_name__contains=words) | Q(area__name__contains=words))
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if not filters.closed:
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today()))
    items, following = page(rows, ("pk",), filters.after, filters.limit)
    return {"items": [_told(body) for body in items], "next": following}


@typed(id=Number)
def one(request: HttpRequest, id: int) -> object:
    """A body."""
    return _shown(request, body_seen(request, id))


def found(request: HttpRequest, body: NewBody) -> object:
    """Make a body; one of this name that is there already is given back."""
    reader = reader_of(request)
    area = area_named(body.area)
    made = actions.found_body(**body.model_dump(exclude={"area"}), area=area, actor=reader)
    return _shown(request, body_seen(request, made.pk))


@typed(id=Number)
def change(request: HttpRequest, id: int, body: BodyChange) -> object:
    """Change what it is called and how it is reached; what is not sent stays."""
    held = _locked(request, id)
    given = body.model_dump(exclude={"reason"}, exclude_none=True)
    kept = {name: getattr(held, name) for name in ("name", "short_name", "phone", "address")}
    actions.rename_body(held, **(kept | given), reason=body.reason, actor=user_of(request))
    return _shown(request, body_seen(request, id))


@typed(id=Number)
def move(request: HttpRequest, id: int, body: BodyMove) -> object:
    """Let it have its seat elsewhere."""
    actions.move_body(_locked(request, id), to=area_named(body.to, "to"), reason=body.reason, actor=user_of(request))
    return _shown(request, body_seen(request, id))


@typed(id=Number)
def close(request: HttpRequest, id: int, body: BodyEnd) -> object:
    """End it on a day."""
    actions.close_body(_locked(request, id), on=body.on, reason=body.reason, actor=user_of(request))
    return _shown(request, body_seen(request, id))


def _locked(request: HttpRequest, id: int) -> Body:
    body = body_seen(request, id, lock=True)
    must_match(request, _version(body))
    return body


def _version(body: Body) -> str:
    said = (body.name, body.short_name, body.phone, body.address)
    return version_of(body.pk, *said, body.area_id, body.valid_to)


def _shown(request: HttpRequest, body: Body) -> dict[str, Any]:
    mark(request, _version(body))
    return _told(body)


def _told(body: Body) -> dict[str, Any]:
    plain = ("name", "short_name", "phone", "address", "valid_from", "valid_to")
    return {
        "id": body.pk,
        "kind": word(body.kind, body.get_kind_display()),
        "area": word(key_of(body.area), body.area.full_name),
        **{name: getattr(body, name) for name in plain},
    }


room.reads("", "机构：列表", page_of(OneBody), name="bodies_list")(listed)
room.reads("/{id}", "机构：一个", OneBody, name="bodies_one")(one)
room.sends("", "机构：新增", OneBody, status=201, name="bodies_found")(found)
room.changes("/{id}", "机构：改名称和联系方式", OneBody, name="bodies_change")(change)
room.alters("/{id}/move", "机构：迁到别处", OneBody, name="bodies_move")(move)
room.alters("/{id}/close", "机构：撤销", OneBody, name="bodies_close")(close)
