"""Every register, derived from its declaration: the officers' list, one record, revealing, and the public variant."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from pydantic import BaseModel, Field, create_model

from linli.core.api.listing import page
from linli.core.api.rooms import Room
from linli.core.api.routers.revealing import add_reveal
from linli.core.api.schemas import After, Answer, Limit, Word, one_of, page_of, query, typed
from linli.core.registers import REGISTRY, Column, Facet, Kind, Register

TYPES: dict[Kind, Any] = {
    Kind.NUMBER: int | float | None,
    Kind.DAY: dt.date | None,
    Kind.MOMENT: dt.datetime | None,
    Kind.CHOICE: Word | None,
}
EXAMPLES: dict[Kind, Any] = {Kind.NUMBER: 11, Kind.DAY: "2026-11-22", Kind.MOMENT: "2026-11-22T06:30:00Z"}


def build() -> list[Room]:
    """The rooms of all registers that are declared."""
    officers = Room("registers", "名册", "你的岗位看得到的记录；个人信息遮着，要看全得写明理由。")
    everybody = Room("public", "公开名册", "谁都可以看，不用令牌。")
    for register in REGISTRY.values():
        _add(officers, register, public=False)
        add_reveal(officers, register.model._meta.label_lower, register.slug, f"/{register.slug}", register.label)
        if register.public is not None:
            _add(everybody, register, public=True)
    return [officers, everybody]


def _add(room: Room, register: Register, *, public: bool) -> None:
    columns = list(register.columns_for(public=public))
    row = _row(register, columns, public=public)
    filters = _filters(register, public=public)
    sources = sorted({source for column in columns for source in column.sources} | {"uid"})
    orders = {sort.name: sort.by for sort in register.sorts}

    def seen(request: HttpRequest) -> QuerySet[Any]:
        if public:
            assert register.public is not None
            return register.public()
        return register.visible_to(request.user)

    @typed(filters=query(filters))
    def listed(request: HttpRequest, filters: Any) -> Any:
        by = orders[filters.sort]
        needed = {*sources, "pk", *(term.lstrip("-") for term in by)}
        rows = narrowed(seen(request), register, filters, public=public).values(*needed)
        items, following = page(rows, by, filters.after, filters.limit)
        return {"items": [_shown(values, columns, register, public=public) for values in items], "next": following}

    def one(request: HttpRequest, uid: str) -> Any:
        values = seen(request).filter(uid=uid).values(*sources).first()
        if values is None:
            raise Http404
        return _shown(values, columns, register, public=public)

    name = f"{room.key}_{register.slug.replace('-', '_')}"
    path = f"/{register.slug}"
    room.reads(path, f"{register.label}：列表", page_of(row), name=f"{name}_list", open=public)(listed)
    room.reads(path + "/{uid}", f"{register.label}：一条记录", row, name=name, open=public)(one)


def _row(register: Register, columns: list[Column], *, public: bool) -> type[BaseModel]:
    title = register.slug.title().replace("-", "") + ("Public" if public else "Record")
    members: dict[str, Any] = {
        column.name: (
            TYPES.get(column.kind, str | None),
            Field(description=column.label, examples=[EXAMPLES[column.kind]] if column.kind in EXAMPLES else None),
        )
        for column in columns
    }
    members["uid"] = (str, Field(description="标识", examples=["Zk3v8mQ1bH0xY7tR5cW2aA"]))
    members["url"] = (str, Field(description="页面的地址", examples=["/register/Zk3v8mQ1bH0xY7tR5cW2aA/"]))
    return create_model(title, __base__=Answer, __doc__=register.label, **members)


def _shown(values: dict[str, Any], columns: list[Column], register: Register, *, public: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"uid": values["uid"], "url": page_address(register, values["uid"], public=public)}
    for column in columns:
        raw = [values[source] for source in column.sources]
        value = column.of(*raw)
        if column.kind is Kind.CHOICE:
            value = {"code": str(raw[0]), "label": str(value or "")} if raw[0] else None
        elif column.kind not in TYPES and value is not None:
            value = str(value)
        shown[column.name] = value
    return shown


def page_address(register: Register, uid: str, *, public: bool = False) -> str:
    """The page of a record, "" where the model names none."""
    blank = register.model(uid=uid)
    if public:
        return str(getattr(blank, "public_url", ""))
    return str(blank.get_absolute_url()) if hasattr(blank, "get_absolute_url") else ""


# --- filters ----------------------------------------------------------------------------------------------------


def _filters(register: Register, *, public: bool) -> type[BaseModel]:
    members: dict[str, Any] = {
        facet.name: (list[_facet_type(facet)] | None, Field(None, description=facet.label, max_length=50))  # type: ignore[misc]
        for facet in register.facets
        if facet.public or not public
    }
    orders = [sort.name for sort in register.sorts]
    words = "；".join(f"{sort.name}：{sort.label}" for sort in register.sorts)
    return create_model(
        f"{register.slug.title()}{'Public' if public else ''}Filters",
        q=(str | None, Field(None, max_length=100, description="名称、编号等的任意一段")),
        sort=(one_of(orders), Field(orders[0], description=words)),
        after=(After, None),
        limit=(Limit, 30),
        **members,
    )


def _facet_type(facet: Facet) -> Any:
    if facet.kind is Kind.CHOICE and facet.choices:
        return one_of(code for code, _ in facet.choices)
    return str


def narrowed(rows: QuerySet[Any], register: Register, filters: Any, *, public: bool) -> QuerySet[Any]:
    """The rows that match; facets as declared, words in any searched field."""
    for facet in register.facets:
        wanted = getattr(filters, facet.name, None)
        if not wanted:
            continue
        match facet.kind:
            case Kind.AREA:
                chosen = Q(pk__in=())
                for path in wanted:
                    chosen |= Q(**{f"{facet.source}__startswith": path})
            case Kind.DAY:
                chosen = Q(
                    **{f"{facet.source}__year__in": [year for year in wanted if year.isdigit() and len(year) == 4]}
                )
            case _:
                chosen = Q(**{f"{facet.source}__in": wanted})
        rows = rows.filter(chosen)
    words = (filters.q or "").strip()
    if words:
        match = Q()
        for name in searched(register, public=public):
            match |= Q(**{f"{name}__icontains": words})
        rows = rows.filter(match)
    return rows


def searched(register: Register, *, public: bool) -> list[str]:
    """The fields that are looked through; a visitor must not find by what a visitor may not read."""
    readable = {source for column in register.columns_for(public=public) for source in column.sources}
    return [name for name in register.search if not public or name in readable]
