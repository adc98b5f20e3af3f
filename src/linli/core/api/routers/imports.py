"""Imports, derived from the sheets that are declared: send a workbook, read what the check says, apply, undo."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, cast

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from ninja import File, Form, Path, Query, UploadedFile
from pydantic import Field

from linli.core.access.signed_in import user_of
from linli.core.api.frame import mark, must_match, version_of
from linli.core.api.listing import UNKNOWN_PAGE, page
from linli.core.api.problems import Problem
from linli.core.api.rooms import FILES, Room
from linli.core.api.schemas import UID, Answer, Input, Paged, Word, one_of, page_of, typed, whole, word
from linli.core.errors import WrongState
from linli.core.sheets import actions, queries
from linli.core.sheets.choices import Choice, Outcome, RowState, State
from linli.core.sheets.declare import REGISTRY, Sheet
from linli.core.sheets.models import Import, ImportedRow, StagedRow
from linli.core.sheets.recognise import MIMES
from linli.core.sheets.rejected import rejected
from linli.core.sheets.rules import scopes_of
from linli.core.sheets.template import template
from linli.core.sheets.undoing import obstacles
from linli.core.sheets.web import comparison, must_have_rejected

_SCOPE_WORDS = "导入到哪里，见 places；只管一个地方的不用写"
SCOPE: Any = Annotated[str, Form("", max_length=200, description=_SCOPE_WORDS)]  # type: ignore[type-arg]
NUMBER: Any = Annotated[int, Path(..., ge=0, le=2**62, examples=[12])]  # type: ignore[type-arg]
WORKBOOK: Any = Annotated[UploadedFile, File(..., description="Excel（.xlsx、.xls）或 CSV")]  # type: ignore[type-arg]


class ImportJob(Answer):
    """One workbook on its way into a register."""

    uid: str = Field(examples=[UID])
    name: str = Field(examples=["社会组织.xlsx"])
    state: Word = Field(examples=[{"code": "ready", "label": "待导入"}])
    percent: int = Field(examples=[100], description="正在做的一步完成了多少")
    counts: dict[str, Any] = Field(examples=[{"good": 2990, "wrong": 10}], description="各种行有多少")
    undecided: int = Field(examples=[0], description="还没说怎么办的疑似重复；不说就跳过")
    trouble: str = Field(examples=[""], description="读不了的原因")
    begun_at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    applied_at: dt.datetime | None = Field(examples=["2026-11-22T06:40:00Z"])
    undone_at: dt.datetime | None = Field(examples=["2026-11-22T07:00:00Z"])
    url: str = Field(examples=[f"/imports/organizations/{UID}/"])


class ImportPlace(Answer):
    """Where the caller may import."""

    scope: str = Field(examples=["1/25/310/"])
    label: str = Field(examples=["东方街道"])


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


class ComparedValue(Answer):
    """A value of a duplicate beside what stands there already."""

    name: str = Field(examples=["address"])
    label: str = Field(examples=["活动场所"])
    new: str = Field(examples=["金苑社区 203 室"])
    old: str = Field(examples=["金苑社区 201 室"])
    differs: bool = Field(examples=[True])
    pickable: bool = Field(examples=[True], description="choice 为 pick 时可以放进 fields")


class WholeRow(ImportRow):
    """A row beside what it meets, field by field; personal values masked."""

    met: str = Field(examples=["名册里的"], description="与什么重复")
    met_url: str = Field(examples=[f"/register/{UID}/"])
    key: str = Field(examples=["备案编号"], description="凭什么认出来的")
    may_new: bool = Field(examples=[True], description="可以当作新的一条")
    lines: list[ComparedValue]


class LandedRow(Answer):
    """What became of a row."""

    number: int = Field(examples=[12])
    where: str = Field(examples=["第 12 行"])
    label: str = Field(examples=["凤亭下书画社"])
    outcome: Word = Field(examples=[{"code": "created", "label": "新增"}])
    url: str = Field(examples=[f"/register/{UID}/"])


class Obstacle(Answer):
    """A row that cannot be taken back, and why."""

    where: str = Field(examples=["第 12 行"])
    label: str = Field(examples=["凤亭下书画社"])
    why: str = Field(examples=["导入以后改过。"])


class Obstacles(Answer):
    """What stands in the way of undoing; the first twenty."""

    count: int = Field(examples=[1])
    rows: list[Obstacle]


class RowFilters(Paged):
    """Which rows."""

    state: one_of(RowState.values) | None = Field(None, description="只要这一种")  # type: ignore[valid-type]


class LandedFilters(Paged):
    """Which rows of the report."""

    outcome: one_of(Outcome.values) | None = Field(None, description="只要这一种")  # type: ignore[valid-type]


class Decision(Input):
    """What becomes of duplicates: of the rows named, or of all."""

    choice: one_of(Choice.values) = Field(description="；".join(f"{c.value}：{c.label}" for c in Choice))  # type: ignore[valid-type]
    numbers: list[whole(ge=0, le=2**40)] | None = Field(None, max_length=1000)  # type: ignore[valid-type]
    undecided: bool = Field(False, strict=True, description="不写 numbers 时：只管还没定的，不然是全部")
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


def _batch(request: HttpRequest, sheet: Sheet, uid: str) -> Import:
    batch = queries.imports_visible_to(request.user, sheet.slug).filter(uid=uid).first()
    if batch is None:
        raise Http404
    return batch


def _locked(request: HttpRequest, sheet: Sheet, uid: str) -> Import:
    """For a step: nobody else takes one until the answer, and the caller has seen what it starts from."""
    batch = _batch(request, sheet, uid)
    Import.objects.select_for_update().filter(pk=batch.pk).values_list("pk").first()
    batch = _batch(request, sheet, uid)
    must_match(request, _version(batch))
    return batch


def _version(batch: Import) -> str:
    """Another one after each step and each decision; not while a job counts its progress."""
    return version_of(batch.pk, batch.state, batch.changed_at, sorted(queries.decided(batch).items()))


def _shown(request: HttpRequest, batch: Import) -> dict[str, Any]:
    shown = _job(batch)
    mark(request, _version(batch))
    return shown


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

    def listed(request: HttpRequest, filters: Query[Paged]) -> object:
        rows = queries.imports_visible_to(request.user, sheet.slug)
        items, following = page(rows, ("-pk",), filters.after, filters.limit)
        return {"items": [_job(batch) for batch in items], "next": following}

    def one(request: HttpRequest, uid: str) -> object:
        return _shown(request, _batch(request, sheet, uid))

    def rows_of(request: HttpRequest, uid: str, filters: Query[RowFilters]) -> object:
        batch = _batch(request, sheet, uid)
        rows = queries.rows_of(batch, filters.state or "").select_related("batch")
        found, following = _cut(rows, filters)
        return {"items": [_row(row) for row in found], "next": following}

    @typed(number=NUMBER)
    def row(request: HttpRequest, uid: str, number: int) -> object:
        batch = _batch(request, sheet, uid)
        held = queries.rows_of(batch).filter(number=number, values__isnull=False).first()
        if held is None:
            raise Http404
        held.batch = batch
        said = comparison(batch, held)
        lines = [{name: line[name] for name in ComparedValue.model_fields} for line in said["lines"]]
        met = {"met": said["other_name"], "met_url": said["other_url"], "key": said["key"]}
        return _row(held) | met | {"may_new": held.may_new, "lines": lines}

    def report(request: HttpRequest, uid: str, filters: Query[LandedFilters]) -> object:
        batch = _batch(request, sheet, uid)
        found, following = _cut(queries.traces_of(batch, filters.outcome or ""), filters)
        urls = queries.record_urls(sheet, [row.record_id for row in found if row.record_id], batch.scope)
        return {"items": [_landed(batch, row, urls) for row in found], "next": following}

    def in_the_way(request: HttpRequest, uid: str) -> object:
        batch = _batch(request, sheet, uid)
        if batch.state != State.APPLIED or batch.forgotten_at is not None:
            raise WrongState("sheets.undo", "只有导入好了、还没有清理的才能撤销。")
        count, first = obstacles(batch)
        rows = [{"where": batch.place_of(number), "label": label, "why": why} for number, label, _, why in first]
        return {"count": count, "rows": rows}

    def empty(request: HttpRequest) -> HttpResponseBase:
        return _workbook(template(sheet, _scopes(request)[0]), f"{sheet.label}导入模板.xlsx")

    def mend(request: HttpRequest, uid: str) -> HttpResponseBase:
        batch = _batch(request, sheet, uid)
        must_have_rejected(batch)
        return _workbook(rejected(batch), f"{batch.name.rpartition('.')[0]}（退回修改）.xlsx")

    def places(request: HttpRequest) -> object:
        named = {
            scope: dict.fromkeys(upper for upper, _ in sheet.places(scope).options()) for scope in _scopes(request)
        }
        return [{"scope": scope, "label": "、".join(names)[:60] or scope} for scope, names in named.items()]

    def _scopes(request: HttpRequest) -> list[str]:
        held = scopes_of(sheet, user_of(request))
        if not held:
            raise Http404
        return held

    @typed(file=WORKBOOK, scope=SCOPE)
    def begin(request: HttpRequest, file: UploadedFile, scope: str = "") -> object:
        _scopes(request)
        batch = actions.begin_import(
            sheet, cast("Any", file.file), name=file.name or "", scope=scope, actor=user_of(request)
        )
        return _shown(request, batch)

    def decide(request: HttpRequest, uid: str, body: Decision) -> object:
        batch = _locked(request, sheet, uid)
        numbers = body.numbers
        if numbers is None and body.undecided:
            rows = queries.rows_of(batch).filter(state=RowState.DUPLICATE, decision="")
            rows = rows.filter(may_new=True) if body.choice == Choice.NEW else rows
            numbers = list(rows.values_list("number", flat=True))
        actions.decide(batch, body.choice, numbers=numbers, fields=body.fields, actor=user_of(request))
        return _shown(request, batch)

    def apply(request: HttpRequest, uid: str) -> object:
        return _shown(request, actions.apply_import(_locked(request, sheet, uid), actor=user_of(request)))

    def undo(request: HttpRequest, uid: str, body: Undoing) -> object:
        batch = _locked(request, sheet, uid)
        return _shown(request, actions.undo_import(batch, partly=body.partly, actor=user_of(request)))

    def recheck(request: HttpRequest, uid: str) -> object:
        return _shown(request, actions.recheck_import(_locked(request, sheet, uid), actor=user_of(request)))

    def cancel(request: HttpRequest, uid: str) -> object:
        return _shown(request, actions.cancel_import(_locked(request, sheet, uid), actor=user_of(request)))

    label = f"{sheet.label}导入"
    one_ = path + "/{uid}"
    room.reads(path, f"{label}：列表", page_of(ImportJob), name=f"{name}_list")(listed)
    room.reads(f"{path}/template", f"{label}：模板", None, name=f"{name}_template", gives=MIMES["xlsx"])(empty)
    room.reads(f"{path}/places", f"{label}：可以导入到哪里", list[ImportPlace], name=f"{name}_places")(places)
    room.reads(one_, f"{label}：一次", ImportJob, name=f"{name}_one")(one)
    room.reads(one_ + "/rows", f"{label}：核对的结果", page_of(ImportRow), name=f"{name}_rows")(rows_of)
    room.reads(one_ + "/rows/{number}", f"{label}：一行，与重复的对照", WholeRow, name=f"{name}_row")(row)
    room.reads(one_ + "/report", f"{label}：办成了什么", page_of(LandedRow), name=f"{name}_report")(report)
    room.reads(one_ + "/obstacles", f"{label}：撤销有什么妨碍", Obstacles, name=f"{name}_obstacles")(in_the_way)
    room.reads(one_ + "/rejected", f"{label}：退回修改的表格", None, name=f"{name}_rejected", gives=MIMES["xlsx"])(
        mend
    )
    room.sends(path, f"{label}：上传表格", ImportJob, status=201, name=f"{name}_begin", takes=FILES)(begin)
    room.alters(one_ + "/decide", f"{label}：疑似重复怎么办", ImportJob, name=f"{name}_decide")(decide)
    room.alters(one_ + "/apply", f"{label}：导入", ImportJob, name=f"{name}_apply")(apply)
    room.alters(one_ + "/undo", f"{label}：撤销", ImportJob, name=f"{name}_undo")(undo)
    room.alters(one_ + "/recheck", f"{label}：重新核对", ImportJob, name=f"{name}_recheck")(recheck)
    room.alters(one_ + "/cancel", f"{label}：放弃", ImportJob, name=f"{name}_cancel")(cancel)


def _cut(rows: QuerySet[Any], filters: Paged) -> tuple[list[Any], str | None]:
    """A page of rows. They have no key of their own; their number in the file is their order."""
    after = filters.after or ""
    if after and not (after.isascii() and after.isdigit() and len(after) < 15):
        raise Problem(404, "page.unknown", UNKNOWN_PAGE)
    found = list(rows.filter(number__gt=int(after or -1))[: filters.limit + 1])
    following = str(found[filters.limit - 1].number) if len(found) > filters.limit else None
    return found[: filters.limit], following


def _landed(batch: Import, row: ImportedRow, urls: dict[int, str]) -> dict[str, Any]:
    return {
        "number": row.number,
        "where": batch.place_of(row.number),
        "label": row.label,
        "outcome": word(row.outcome, Outcome(row.outcome).label),
        "url": urls.get(row.record_id or 0, ""),
    }


def _workbook(file: Any, name: str) -> HttpResponseBase:
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=MIMES["xlsx"])
    answer["Cache-Control"] = "private, no-store"
    return answer
