"""Exports of what a filter finds: asked for, made in the background, fetched by whoever asked."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, cast

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from ninja import Query
from pydantic import BaseModel, Field

from linli.core.access.models import User
from linli.core.api.listing import page
from linli.core.api.rooms import Room
from linli.core.api.schemas import After, Answer, Input, Limit, Word, one_of, page_of
from linli.core.exports import actions, queries
from linli.core.exports.choices import Format
from linli.core.exports.models import Export
from linli.core.exports.source import source_of
from linli.core.registers import REGISTRY as REGISTERS
from linli.core.workflow.declare import REGISTRY as PROCESSES

_UID = "Zk3v8mQ1bH0xY7tR5cW2aA"


class ExportJob(Answer):
    """A file in the making, or there to be fetched."""

    uid: str = Field(examples=[_UID])
    label: str = Field(examples=["社会组织名册"])
    format: Word = Field(examples=[{"code": "xlsx", "label": "Excel"}])
    state: Word = Field(examples=[{"code": "done", "label": "可以下载"}])
    percent: int = Field(examples=[100])
    rows: int = Field(examples=[532])
    size: int = Field(examples=[51200], description="字节")
    asked_at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    kept_to: dt.date | None = Field(examples=["2026-11-29"], description="过了这一天就删除")
    download: str = Field(examples=[f"/api/v1/exports/{_UID}/file"])


class ExportFilters(BaseModel):
    """Which page."""

    after: After = None
    limit: Limit = 30


class NewExport(Input):
    """What is asked for: the same filter as the list takes."""

    filter: str = Field("", max_length=2000, description="列表地址里问号后面的部分", examples=["kind=culture&q=书画"])
    columns: list[Annotated[str, Field(max_length=40)]] = Field(
        min_length=1, max_length=200, description="列的名称，同列表的应答", examples=[["number", "name", "kind"]]
    )
    format: one_of(Format.values) = Field("xlsx", description="；".join(f"{f.value}：{f.label}" for f in Format))  # type: ignore[valid-type]
    reason: str = Field("", max_length=200, description="含个人信息的列要写明用途", examples=["年检核对"])


def build() -> Room:
    """The room of exports."""
    room = Room("exports", "导出", "按筛选生成 Excel 或 CSV；只有提出的人能取。")
    for slug, label in _lists().items():
        _add(room, slug, label)

    def listed(request: HttpRequest, filters: Query[ExportFilters]) -> object:
        rows = queries.exports_visible_to(_user(request))
        items, following = page(rows, ("-pk",), filters.after, filters.limit)
        return {"items": [_job(export) for export in items], "next": following}

    def one(request: HttpRequest, uid: str) -> object:
        return _job(_own(request, uid))

    def file(request: HttpRequest, uid: str) -> HttpResponseBase:
        export = actions.fetch_export(_own(request, uid), actor=_user(request))
        try:
            held = default_storage.open(export.stored_as)
        except FileNotFoundError:
            raise actions.FileGone("exports.file_gone", "文件库里找不到这个文件。请再导出一次。") from None
        return FileResponse(held, as_attachment=True, filename=export.file_name)

    def remove(request: HttpRequest, uid: str) -> None:
        actions.remove_export(_own(request, uid), actor=_user(request))

    room.reads("", "我的导出", page_of(ExportJob), name="exports_list")(listed)
    room.reads("/{uid}", "导出：一份", ExportJob, name="exports_one")(one)
    room.reads("/{uid}/file", "导出：下载", None, name="exports_file", gives="application/octet-stream")(file)
    room.removes("/{uid}", "导出：删除文件", name="exports_remove")(remove)
    return room


def _lists() -> dict[str, str]:
    of_cases = {p.slug: p.label for p in PROCESSES.values() if p.visible_to is not None and p.columns}
    return {register.slug: register.label for register in REGISTERS.values()} | of_cases


def _add(room: Room, slug: str, label: str) -> None:
    def ask(request: HttpRequest, body: NewExport) -> object:
        source = source_of(slug, QueryDict(body.filter), _user(request))
        if source is None:
            raise Http404
        export = actions.ask_export(
            source, columns=body.columns, format_=body.format, reason=body.reason, actor=_user(request)
        )
        return _job(export)

    room.sends(f"/{slug}", f"导出{label}", ExportJob, status=201, name=f"exports_{slug}_ask")(ask)


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _own(request: HttpRequest, uid: str) -> Export:
    export = queries.exports_visible_to(_user(request)).filter(uid=uid).first()
    if export is None:
        raise Http404
    return export


def _job(export: Export) -> dict[str, Any]:
    return {
        "uid": export.uid,
        "label": export.label,
        "format": {"code": export.format, "label": str(export.get_format_display())},
        "state": {"code": export.state, "label": str(export.get_state_display())},
        "percent": export.share,
        "rows": export.written,
        "size": export.size,
        "asked_at": export.asked_at,
        "kept_to": export.kept_to,
        "download": f"/api/v1/exports/{export.uid}/file",
    }
