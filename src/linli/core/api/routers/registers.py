"""Every register, derived from its declaration: the officers' list, one record, revealing, and the public variant."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from pydantic import BaseModel, Field, create_model

from linli.core.api.listing import UNKNOWN_PAGE
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.routers.figures import add_figures, add_look_up, selection_of
from linli.core.api.routers.revealing import add_reveal
from linli.core.api.schemas import After, Answer, Limit, Word, one_of, page_of, query, typed
from linli.core.registers import REGISTRY, Column, Facet, Kind, Register
from linli.core.registers.search import NOTHING
from linli.core.registers.selection import LONGEST, MOST_VALUES
from linli.core.replica.reading import read

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
        add_look_up(officers, register, f"registers_{register.slug.replace('-', '_')}")
        if register.public is not None:
            _add(everybody, register, public=True)
    return [officers, everybody]


def _add(room: Room, register: Register, *, public: bool) -> None:
    columns = list(register.columns_for(public=public))
    row = _row(register, columns, public=public)
    filters = _filters(register, public=public)

    def seen(request: HttpRequest) -> QuerySet[Any]:
        if public:
            assert register.public is not None
            return register.public()
        return register.visible_to(request.user)

    @typed(filters=query(filters))
    def listed(request: HttpRequest, filters: Any) -> Any:
        selection = selection_of(register, request, public=public)
        if filters.after and selection.order.read(filters.after) is None:
            raise Problem(404, "page.unknown", UNKNOWN_PAGE)

        def answer() -> dict[str, Any]:
            page = selection.page({"after": filters.after or ""}, filters.limit)
            items = [_shown(record, columns, register, public=public) for record in page.rows]
            return {"items": items, "next": page.after or None}

        return read(answer, user=request.user)

    def one(request: HttpRequest, uid: str) -> Any:
        record = seen(request).filter(uid=uid).first()
        if record is None:
            raise Http404
        return _shown(record, columns, register, public=public)

    name = f"{room.key}_{register.slug.replace('-', '_')}"
    path = f"/{register.slug}"
    room.reads(path, f"{register.label}：列表", page_of(row), name=f"{name}_list", open=public)(listed)
    room.reads(path + "/{uid}", f"{register.label}：一条记录", row, name=name, open=public)(one)
    add_figures(room, register, filters, name, public=public)


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


def _shown(record: Any, columns: list[Column], register: Register, *, public: bool) -> dict[str, Any]:
    page = record.public_url if public and hasattr(record, "public_url") else record.get_absolute_url()
    shown: dict[str, Any] = {"uid": record.uid, "url": str(page)}
    for column in columns:
        value = column.of_record(record)
        if column.kind is Kind.CHOICE:
            code = getattr(record, column.sources[0])
            value = {"code": str(code), "label": str(value or "")} if code else None
        elif column.kind not in TYPES and value is not None:
            value = str(value)
        shown[column.name] = value
    return shown


# --- filters ----------------------------------------------------------------------------------------------------


def _filters(register: Register, *, public: bool) -> type[BaseModel]:
    members: dict[str, Any] = {
        facet.name: (_facet_type(facet) | None, Field(None, description=_about(facet), max_length=MOST_VALUES))
        for facet in register.facets_for(public=public)
    }
    if register.keys and not public:
        kinds = "|".join(key.name for key in register.keys)
        members["who"] = (
            Annotated[str | None, Field(pattern=rf"^({kinds}):[0-9a-f]{{64}}$")],
            Field(None, description="按号码找人的结果，见 look-up", examples=[f"{register.keys[0].name}:{'0' * 64}"]),
        )
    orders = [sort.name for sort in register.sorts]
    words = "；".join(f"{sort.name}：{sort.label}" for sort in register.sorts)
    return create_model(
        f"{register.slug.title()}{'Public' if public else ''}Filters",
        q=(str | None, Field(None, max_length=LONGEST, description="名称、编号等的任意一段；几个词用空格分开")),
        sort=(one_of(orders), Field(orders[0], description=words)),
        after=(After, None),
        limit=(Limit, 30),
        **members,
    )


def _facet_type(facet: Facet) -> Any:
    match facet.kind:
        case Kind.CHOICE if facet.choices:
            return list[one_of([*(code for code, _ in facet.choices), NOTHING])]  # type: ignore[misc]
        case Kind.DAY:
            return list[Annotated[str, Field(pattern=rf"^((19|20)\d\d|{NOTHING})$", examples=["2026"])]]
    return list[Annotated[str, Field(max_length=40, examples=["440511004"])]]


def _about(facet: Facet) -> str:
    match facet.kind:
        case Kind.AREA:
            return f"{facet.label}：区划代码，见 areas；只用一个"
        case Kind.DAY:
            return f"{facet.label}；{NOTHING} 表示没有填"
    words = "；".join(f"{code}：{label}" for code, label in facet.choices)
    return f"{facet.label}。{words}；{NOTHING}：没有填"
