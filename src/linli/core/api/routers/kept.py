"""Saved filters of a register, and links by which a filter is shared."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from ninja import Query
from pydantic import Field

from linli.core.access.grants import grants_of
from linli.core.access.signed_in import user_of
from linli.core.api.frame import mark, must_match, version_of
from linli.core.api.listing import page
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.routers.figures import with_places
from linli.core.api.schemas import UID, Answer, Input, Paged, one_of, page_of, whole
from linli.core.registers import REGISTRY, Register, actions
from linli.core.registers.models import SavedFilter, ShareLink
from linli.core.registers.queries import filters_visible_to, links_visible_to, open_link
from linli.core.registers.selection import Selection
from linli.core.registers.web.pages import VIEWS

_FILTER: Any = Field("", max_length=2000, description="列表地址里问号后面的部分", examples=["kind=culture&q=书画"])


class Kept(Answer):
    """A filter under a name."""

    uid: str = Field(examples=[UID])
    name: str = Field(examples=["文体类"])
    filter: str = Field(examples=["kind=culture"], description="放进列表的地址")
    words: str = Field(examples=["类别：文体"])
    first: bool = Field(examples=[False], description="打开名册时先用")


class NewKept(Input):
    """A filter to keep; the same name again replaces it."""

    name: str = Field(min_length=1, max_length=40, examples=["文体类"])
    filter: str = _FILTER


class KeptChange(Input):
    """Another name, or whether the register opens with it."""

    name: str | None = Field(None, min_length=1, max_length=40, examples=["文体类组织"])
    first: bool | None = Field(None, strict=True, examples=[True])


class Shared(Answer):
    """A link to a filter; whoever opens it sees what their own rights show."""

    uid: str = Field(examples=[UID])
    kind: str = Field(examples=["organizations"])
    filter: str = Field(examples=["kind=culture"])
    view: str = Field(examples=["map"])
    note: str = Field(examples=["给社科联"])
    address: str = Field(examples=[f"https://linli.example.org/s/{UID}/"])
    created_at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    expires_on: dt.date | None = Field(examples=["2026-12-22"])
    revoked_at: dt.datetime | None = Field(examples=["2026-12-01T06:30:00Z"])
    open: bool = Field(examples=[True])


class NewShared(Input):
    """What is shared, how it opens and for how long."""

    kind: one_of(REGISTRY) = Field(description="；".join(f"{r.slug}：{r.label}" for r in REGISTRY.values()))  # type: ignore[valid-type]
    filter: str = _FILTER
    view: one_of(VIEWS) = Field("", description="；".join(f"{k or '空'}：{v}" for k, v in VIEWS.items()))  # type: ignore[valid-type]
    note: str = Field("", max_length=40, examples=["给社科联"])
    days: whole(ge=1, le=actions.MOST_DAYS) | None = Field(None, description="几天内有效；不填就到收回为止")  # type: ignore[valid-type]


class Opened(Answer):
    """What a link opens for the caller."""

    kind: str = Field(examples=["organizations"])
    filter: str = Field(examples=["kind=culture"])
    words: str = Field(examples=["类别：文体"])
    left_out: list[str] = Field(examples=[[]], description="你看不到、所以去掉了的条件")


def build() -> list[Room]:
    """The rooms of saved filters and of links."""
    filters = Room("filters", "保存的筛选", "你给自己留的筛选。")
    for register in REGISTRY.values():
        _add_filters(filters, register)
    links = Room("links", "分享链接", "把筛选分享出去；打开的人按自己的权限看。")
    _add_links(links)
    return [filters, links]


def _selection(register: Register, text: str, request: HttpRequest) -> Selection:
    selection = Selection.from_params(register, with_places(register, QueryDict(text)), user_of(request))
    if selection.dropped:
        raise Problem(422, "input.refused", fields={"filter": "".join(selection.dropped)})
    return selection


def _must_work_here(request: HttpRequest) -> None:
    if not grants_of(request.user):
        raise Http404


# --- saved filters ----------------------------------------------------------------------------------------------


def _add_filters(room: Room, register: Register) -> None:
    path, label, name = f"/{register.slug}", f"{register.label}的筛选", f"filters_{register.slug.replace('-', '_')}"

    def show(request: HttpRequest, kept: SavedFilter) -> dict[str, Any]:
        mark(request, _version(kept))
        return tell(request, kept)

    def tell(request: HttpRequest, kept: SavedFilter) -> dict[str, Any]:
        selection = Selection.from_params(register, kept.params, user_of(request))
        return {
            "uid": kept.uid,
            "name": kept.name,
            "filter": selection.query(),
            "words": selection.describe(),
            "first": kept.is_default,
        }

    def found(request: HttpRequest, uid: str, *, lock: bool = False) -> SavedFilter:
        _must_work_here(request)
        rows = filters_visible_to(user_of(request), register)
        kept = (rows.select_for_update() if lock else rows).filter(uid=uid).first()
        if kept is None:
            raise Http404
        return kept

    def listed(request: HttpRequest) -> object:
        _must_work_here(request)
        return [tell(request, kept) for kept in filters_visible_to(user_of(request), register)]

    def one(request: HttpRequest, uid: str) -> object:
        return show(request, found(request, uid))

    def keep(request: HttpRequest, body: NewKept) -> object:
        selection = _selection(register, body.filter, request)
        return show(request, actions.save_filter(selection, name=body.name, actor=user_of(request)))

    def change(request: HttpRequest, uid: str, body: KeptChange) -> object:
        kept, user = found(request, uid, lock=True), user_of(request)
        must_match(request, _version(kept))
        if body.name is not None:
            kept = actions.rename_filter(kept, name=body.name, actor=user)
        if body.first is not None:
            kept = actions.open_first(kept, wanted=body.first, actor=user)
        return show(request, kept)

    def drop(request: HttpRequest, uid: str) -> None:
        kept = found(request, uid, lock=True)
        must_match(request, _version(kept))
        actions.delete_filter(kept, actor=user_of(request))

    room.reads(path, f"{label}：列表", list[Kept], name=f"{name}_list")(listed)
    room.reads(path + "/{uid}", f"{label}：一个", Kept, name=f"{name}_one")(one)
    room.sends(path, f"{label}：保存", Kept, status=201, name=f"{name}_keep")(keep)
    room.changes(path + "/{uid}", f"{label}：改名、设为先用", Kept, name=f"{name}_change")(change)
    room.removes(path + "/{uid}", f"{label}：删除", name=f"{name}_drop", guarded=True)(drop)


def _version(kept: SavedFilter) -> str:
    return version_of(kept.pk, kept.name, sorted(kept.params.items()), kept.is_default)


# --- links ------------------------------------------------------------------------------------------------------


def _add_links(room: Room) -> None:
    def listed(request: HttpRequest, filters: Query[Paged]) -> object:
        items, following = page(links_visible_to(user_of(request)), ("-pk",), filters.after, filters.limit)
        return {"items": [_link(link) for link in items], "next": following}

    def one(request: HttpRequest, uid: str) -> object:
        return _link(_own(request, uid))

    def share(request: HttpRequest, body: NewShared) -> object:
        _must_work_here(request)
        selection = _selection(REGISTRY[body.kind], body.filter, request)
        how = {"view": body.view, "note": body.note, "days": body.days}
        return _link(actions.share_filter(selection, **how, actor=user_of(request)))

    def revoke(request: HttpRequest, uid: str) -> None:
        actions.revoke_link(_own(request, uid), actor=user_of(request))

    def follow(request: HttpRequest, uid: str) -> object:
        _must_work_here(request)
        link = open_link(uid)
        register = REGISTRY.get(link.register) if link is not None else None
        if link is None or register is None:
            raise Http404
        actions.follow_link(link, actor=user_of(request))
        selection = Selection.from_params(register, link.params, user_of(request))
        return {
            "kind": register.slug,
            "filter": selection.query(),
            "words": selection.describe(),
            "left_out": list(selection.dropped),
        }

    room.reads("", "我分享的链接", page_of(Shared), name="links_list")(listed)
    room.reads("/{uid}", "分享链接：一个", Shared, name="links_one")(one)
    room.sends("", "分享一个筛选", Shared, status=201, name="links_share")(share)
    room.sends("/{uid}/open", "打开别人分享的链接", Opened, name="links_open", about="留下一条记录。")(follow)
    room.removes("/{uid}", "收回链接", name="links_revoke")(revoke)


def _own(request: HttpRequest, uid: str) -> ShareLink:
    link = links_visible_to(user_of(request)).filter(uid=uid).first()
    if link is None:
        raise Http404
    return link


def _link(link: ShareLink) -> dict[str, Any]:
    query = QueryDict(mutable=True)
    for name, values in link.params.items():
        query.setlist(name, values if isinstance(values, list) else [values])
    return {
        "uid": link.uid,
        "kind": link.register,
        "filter": query.urlencode(),
        "view": link.view,
        "note": link.note,
        "address": settings.LINLI_BASE_URL + reverse("core:open_link", args=[link.uid]),
        "created_at": link.created_at,
        "expires_on": link.expires_on,
        "revoked_at": link.revoked_at,
        "open": link.is_open,
    }
