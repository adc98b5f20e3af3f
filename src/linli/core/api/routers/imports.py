"""Imports, derived from the sheets that are declared: send a workbook, read what the check says, apply, undo."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, cast

from django.http import Http404, HttpRequest
from ninja import File, Query, UploadedFile
from pydantic import BaseModel, Field

from linli.core.access.models import User
from linli.core.api.listing import page
from linli.core.api.rooms import FILES, Room
from linli.core.api.schemas import After, Answer, Input, Limit, Word, one_of, page_of, typed, whole
from linli.core.sheets import actions, queries
from linli.core.sheets.choices import Choice, RowState
from linli.core.sheets.declare import REGISTRY, Sheet
from linli.core.sheets.models import Import, StagedRow
from linli.core.sheets.rules import scopes_of

WORKBOOK: Any = Annotated[UploadedFile, File(..., description="Excel（.xlsx、.xls）或 CSV")]  # type: ignore[type-arg]
_UID = "Zk3v8mQ1bH0xY7tR5cW2aA"


class ImportJob(Answer):
    """One workbook on its way into a register."""

    uid: str = Field(examples=[_UID])
    name: str = Field(examples=["社会组织.xlsx"])
    state: Word = Field(examples=[{"code": "ready", "label": "待导入"}])
    percent: int = Field(examples=[100], description="正在做的一步完成了多少")
    counts: dict[str, Any] = Field(examples=[{"good": 2990, "wrong": 10}], description="各种行有多少")
    undecided: int = Field(examples=[0], description="还没说怎么办的疑似重复；不说就跳过")
    trouble: str = Field(examples=[""], description="读不了的原因")
    begun_at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    applied_at: dt.datetime | None = Field(examples=["2026-11-22T06:40:00Z"])
    undone_at: dt.datetime | None = Field(examples=["2026-11-22T07:00:00Z"])
    url: str = Field(examples=[f"/imports/organizations/{_UID}/"])


class Trouble(Answer):
    """What is wrong with one cell."""

    column: str = Field(examples=["leader_phone"])
    heading: str = Field(examples=["负责人手机号"])
    sentence: str = Field(examples=["手机号应有 11 位。"])


class ImportRow(Answer):
    """A row that waits."""

    number: int = Field(examples=[12])
    where: str = Field(examples=["第 12 行"])
    label: str = Field(examples=["凤亭下书画社"])
    state: Word = Field(examples=[{"code": "wrong", "label": "有错要改"}])
    decision: str = Field(examples=[""], description="疑似重复怎么办")
    problems: list[Trouble]


class ImportFilters(BaseModel):
    """Which page."""

    after: After = None
    limit: Limit = 30


class RowFilters(ImportFilters):
    """Which rows."""

    state: one_of(RowState.values) | None = Field(None, description="只要这一种")  # type: ignore[valid-type]


class Decision(Input):
    """What becomes of duplicates: of the rows named, or of all."""

    choice: one_of(Choice.values) = Field(description="；".join(f"{c.value}：{c.label}" for c in Choice))  # type: ignore[valid-type]
    numbers: list[whole(ge=0, le=2**40)] | None = Field(None, max_length=1000)  # type: ignore[valid-type]
    fields: list[Annotated[str, Field(max_length=40)]] = Field([], max_length=100, description="choice 为 pick 时")


class Undoing(Input):
    """Whether to take back what can be, when some rows cannot."""

    partly: bool = Field(False, strict=True)


def build() -> Room:
    """The room of all sheets that are declared."""
    room = Room("imports", "导入", "表格进名册：先核对，再导入；办理在后台，读取 state 看进度。")
    for sheet in REGISTRY.values():
        _add(room, sheet)
    return room


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _batch(request: HttpRequest, sheet: Sheet, uid: str) -> Import:
    batch = queries.imports_visible_to(request.user, sheet.slug).filter(uid=uid).first()
    if batch is None:
        raise Http404
    return batch


def _job(batch: Import) -> dict[str, Any]:
    batch.refresh_from_db()
    return {
        "uid": batch.uid,
        "name": batch.name,
        "state": {"code": batch.state, "label": str(batch.get_state_display())},
        "percent": batch.share,
        "counts": batch.counts,
        "undecided": queries.undecided(batch) if batch.state == "ready" else 0,
        "trouble": batch.trouble,
        "begun_at": batch.begun_at,
        "applied_at": batch.applied_at,
        "undone_at": batch.undone_at,
        "url": batch.get_absolute_url(),
    }


def _row(row: StagedRow) -> dict[str, Any]:
    # What stood in the cell is left out: it may be somebody's number.
    troubles = [{name: str(said[name] or "") for name in ("column", "heading", "sentence")} for said in row.said]
    return {
        "number": row.number,
        "where": row.where,
        "label": row.label,
        "state": {"code": row.state, "label": str(RowState(row.state).label)},
        "decision": row.decision,
        "problems": troubles,
    }


def _add(room: Room, sheet: Sheet) -> None:
    path, name = f"/{sheet.slug}", f"imports_{sheet.slug}"

    def listed(request: HttpRequest, filters: Query[ImportFilters]) -> object:
        rows = queries.imports_visible_to(request.user, sheet.slug)
        items, following = page(rows, ("-pk",), filters.after, filters.limit)
        return {"items": [_job(batch) for batch in items], "next": following}

    def one(request: HttpRequest, uid: str) -> object:
        return _job(_batch(request, sheet, uid))

    def rows_of(request: HttpRequest, uid: str, filters: Query[RowFilters]) -> object:
        batch = _batch(request, sheet, uid)
        rows = queries.rows_of(batch, filters.state or "").select_related("batch")
        # Rows have no key of their own; their number in the file is their order.
        after = filters.after or ""
        start = int(after) if after.isascii() and after.isdigit() and len(after) < 15 else -1
        found = list(rows.filter(number__gt=start)[: filters.limit + 1])
        following = str(found[filters.limit - 1].number) if len(found) > filters.limit else None
        return {"items": [_row(row) for row in found[: filters.limit]], "next": following}

    @typed(file=WORKBOOK)
    def begin(request: HttpRequest, file: UploadedFile) -> object:
        if not scopes_of(sheet, _user(request)):
            raise Http404
        batch = actions.begin_import(sheet, cast("Any", file.file), name=file.name or "", actor=_user(request))
        return _job(batch)

    def decide(request: HttpRequest, uid: str, body: Decision) -> object:
        batch = _batch(request, sheet, uid)
        actions.decide(batch, body.choice, numbers=body.numbers, fields=body.fields, actor=_user(request))
        return _job(batch)

    def apply(request: HttpRequest, uid: str) -> object:
        return _job(actions.apply_import(_batch(request, sheet, uid), actor=_user(request)))

    def undo(request: HttpRequest, uid: str, body: Undoing) -> object:
        return _job(actions.undo_import(_batch(request, sheet, uid), partly=body.partly, actor=_user(request)))

    def cancel(request: HttpRequest, uid: str) -> object:
        return _job(actions.cancel_import(_batch(request, sheet, uid), actor=_user(request)))

    label = f"{sheet.label}导入"
    room.reads(path, f"{label}：列表", page_of(ImportJob), name=f"{name}_list")(listed)
    room.reads(path + "/{uid}", f"{label}：一次", ImportJob, name=f"{name}_one")(one)
    room.reads(path + "/{uid}/rows", f"{label}：核对的结果", page_of(ImportRow), name=f"{name}_rows")(rows_of)
    room.sends(path, f"{label}：上传表格", ImportJob, status=201, name=f"{name}_begin", takes=FILES)(begin)
    room.sends(path + "/{uid}/decide", f"{label}：疑似重复怎么办", ImportJob, name=f"{name}_decide")(decide)
    room.sends(path + "/{uid}/apply", f"{label}：导入", ImportJob, name=f"{name}_apply")(apply)
    room.sends(path + "/{uid}/undo", f"{label}：撤销", ImportJob, name=f"{name}_undo")(undo)
    room.sends(path + "/{uid}/cancel", f"{label}：放弃", ImportJob, name=f"{name}_cancel")(cancel)
