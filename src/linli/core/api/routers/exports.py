"""Exports of what a filter finds: asked for, made in the background, fetched by whoever asked."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from ninja import Query
from pydantic import Field

from linli.core.access.signed_in import user_of
from linli.core.api.listing import page
from linli.core.api.rooms import ANY, Room
from linli.core.api.schemas import UID, Answer, Input, Paged, Word, one_of, page_of
from linli.core.exports import actions, queries
from linli.core.exports.choices import Format
from linli.core.exports.models import Export
from linli.core.exports.source import source_of
from linli.core.registers import REGISTRY as REGISTERS
from linli.core.workflow.declare import REGISTRY as PROCESSES


class ExportJob(Answer):
    """A file in the making, or there to be fetched."""

    uid: str = Field(examples=[UID])
    label: str = Field(examples=["社会组织名册"])
    format: Word = Field(examples=[{"code": "xlsx", "label": "Excel"}])
    state: Word = Field(examples=[{"code": "done", "label": "可以下载"}])
    percent: int = Field(examples=[100])
    rows: int = Field(examples=[532])
    size: int = Field(examples=[51200], description="字节")
    asked_at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    kept_to: dt.date | None = Field(examples=["2026-11-29"], description="过了这一天就删除")
    download: str = Field(examples=[f"/api/v1/exports/{UID}/file"])


class Exportable(Answer):
    """A column that may be taken along."""

    name: str = Field(examples=["leader"])
    label: str = Field(examples=["负责人"])
    personal: bool = Field(examples=[True], description="含个人信息：要写明用途")


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

    def listed(request: HttpRequest, filters: Query[Paged]) -> object:
        rows = queries.exports_visible_to(user_of(request))
        items, following = page(rows, ("-pk",), filters.after, filters.limit)
        return {"items": [_job(export) for export in items], "next": following}

    def one(request: HttpRequest, uid: str) -> object:
        return _job(_own(request, uid))

    def file(request: HttpRequest, uid: str) -> HttpResponseBase:
        export = actions.fetch_export(_own(request, uid), actor=user_of(request))
        try:
            held = default_storage.open(export.stored_as)
        except FileNotFoundError:
            raise actions.FileGone("exports.file_gone", "文件库里找不到这个文件。请再导出一次。") from None
        return FileResponse(held, as_attachment=True, filename=export.file_name)

    def remove(request: HttpRequest, uid: str) -> None:
        actions.remove_export(_own(request, uid), actor=user_of(request))

    room.reads("", "我的导出", page_of(ExportJob), name="exports_list")(listed)
    room.reads("/{uid}", "导出：一份", ExportJob, name="exports_one")(one)
    room.reads("/{uid}/file", "导出：下载", None, name="exports_file", gives=ANY)(file)
    room.removes("/{uid}", "导出：删除文件", name="exports_remove")(remove)
    return room


def _lists() -> dict[str, str]:
    of_cases = {p.slug: p.label for p in PROCESSES.values() if p.visible_to is not None and p.columns}
    return {register.slug: register.label for register in REGISTERS.values()} | of_cases


def _add(room: Room, slug: str, label: str) -> None:
    def ask(request: HttpRequest, body: NewExport) -> object:
        source = source_of(slug, QueryDict(body.filter), user_of(request))
        if source is None:
            raise Http404
        export = actions.ask_export(
            source, columns=body.columns, format_=body.format, reason=body.reason, actor=user_of(request)
        )
        return _job(export)

    def columns(request: HttpRequest) -> object:
        source = source_of(slug, QueryDict(), user_of(request))
        if source is None:
            raise Http404
        return list(source.columns)

    key = slug.replace("-", "_")
    room.reads(f"/columns/{slug}", f"导出{label}：有哪些列", list[Exportable], name=f"exports_{key}_columns")(columns)
    room.sends(f"/{slug}", f"导出{label}", ExportJob, status=201, name=f"exports_{key}_ask")(ask)


def _own(request: HttpRequest, uid: str) -> Export:
    export = queries.exports_visible_to(user_of(request)).filter(uid=uid).first()
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
