"""The pages of imports: history and upload, preview, one duplicate side by side, what an import did."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from linli.core.access.signed_in import user_of
from linli.core.errors import BadInput, Refusal, WrongState
from linli.core.files.queries import attachments_of
from linli.core.paging import Page, keyset
from linli.core.parameters import values_of
from linli.core.sheets import actions, queries
from linli.core.sheets.actions.beginning import SLOT, check_size
from linli.core.sheets.choices import KEPT_DAYS, MOST_MB, STAGED_DAYS, Choice, Outcome, RowState, State
from linli.core.sheets.declare import REGISTRY, Kind, Sheet
from linli.core.sheets.merging import columns_of
from linli.core.sheets.models import Import, StagedRow
from linli.core.sheets.recognise import MIMES
from linli.core.sheets.rejected import rejected
from linli.core.sheets.rules import scopes_of
from linli.core.sheets.template import template
from linli.core.sheets.undoing import obstacles

PAGE = 50
_OVERHEAD = 1 << 20  # what a form adds to the file it carries
ACCEPT = ".xlsx,.xls,.et,.csv,.txt"


def _sheet(request: HttpRequest, slug: str) -> Sheet:
    """The declaration, for whoever may import somewhere; for everybody else there is no such page."""
    sheet = REGISTRY.get(slug)
    if sheet is None or not scopes_of(sheet, request.user):
        raise Http404
    return sheet


def _import(request: HttpRequest, slug: str, uid: str) -> Import:
    return get_object_or_404(queries.imports_visible_to(request.user, slug), uid=uid)


class UploadForm(forms.Form):
    """The file, and for whom where a person has several areas."""

    file = forms.FileField(
        label="填好的表格",
        help_text="Excel（.xlsx、.xls）或 CSV。列的先后不要紧，多出的列不影响。",
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
        error_messages={"required": "请选一个文件。", "empty": "这个文件是空的。请打开看一看，填好后重新保存再传。"},
    )
    scope = forms.ChoiceField(label="导入到", required=False)

    def __init__(self, *args: Any, sheet: Sheet, scopes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(scopes) < 2:
            del self.fields["scope"]
            return
        options = (
            (scope, "、".join(dict.fromkeys(upper for upper, _ in sheet.places(scope).options()))) for scope in scopes
        )
        self.fields["scope"].choices = [(scope, label[:60] or scope) for scope, label in options]  # type: ignore[attr-defined]


# --- history and upload -----------------------------------------------------------------------------------------


@csrf_exempt
@login_required
def import_list(request: HttpRequest, slug: str) -> HttpResponse:
    """All imports into a register, and the way to begin one. A file beyond the limit is refused before it is read."""
    sheet = _sheet(request, slug)
    if request.method == "POST":
        try:
            check_size(
                max(0, int(request.META.get("CONTENT_LENGTH") or 0) - _OVERHEAD), scopes_of(sheet, request.user)[0]
            )
        except BadInput as refusal:
            answer = _list(request, sheet, _form(request, sheet), refusal)
            answer["Connection"] = "close"
            return answer
    # The token stands in the form, and reading the form means taking in the file: so it is asked for here.
    guarded = cast("Callable[[HttpRequest, Sheet], HttpResponse]", csrf_protect(_guarded_list))
    return guarded(request, sheet)


def _guarded_list(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    if request.method != "POST":
        return _list(request, sheet, _form(request, sheet))
    form = _form(request, sheet, bound=True)
    if not form.is_valid():
        return _list(request, sheet, form)
    upload = form.cleaned_data["file"]
    try:
        batch = actions.begin_import(
            sheet,
            cast("IO[bytes]", upload.file),
            name=upload.name or "",
            scope=form.cleaned_data.get("scope", ""),
            actor=user_of(request),
        )
    except BadInput as refusal:
        return _list(request, sheet, form, refusal)
    return redirect(batch)


def _form(request: HttpRequest, sheet: Sheet, bound: bool = False) -> UploadForm:
    scopes = scopes_of(sheet, request.user)
    if bound:
        return UploadForm(request.POST, request.FILES, sheet=sheet, scopes=scopes)
    return UploadForm(sheet=sheet, scopes=scopes)


def _list(request: HttpRequest, sheet: Sheet, form: UploadForm, refusal: Refusal | None = None) -> HttpResponse:
    if refusal is not None:
        if not form.is_bound:
            form = UploadForm({}, {}, sheet=sheet, scopes=scopes_of(sheet, request.user))
            form.errors.pop("file", None)
        form.add_error("file", refusal.message)
    page = keyset(queries.imports_visible_to(request.user, sheet.slug), request, size=20)
    limits = values_of([MOST_MB, STAGED_DAYS, KEPT_DAYS], scopes_of(sheet, request.user)[0])
    return render(
        request,
        "core/sheets/imports.html",
        {
            "sheet": sheet,
            "form": form,
            "page": page,
            "most_mb": limits[MOST_MB],
            "days": {"staged": limits[STAGED_DAYS], "kept": limits[KEPT_DAYS]},
            "crumbs": [(sheet.label, reverse(sheet.list_url)), ("导入", "")] if sheet.list_url else [],
        },
        status=422 if form.errors else 200,
    )


@login_required
@require_safe
def template_file(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The empty workbook, with the communities of the reader's area."""
    sheet = _sheet(request, slug)
    return _workbook(template(sheet, scopes_of(sheet, request.user)[0]), f"{sheet.label}导入模板.xlsx")


def _workbook(file: IO[bytes], name: str) -> HttpResponseBase:
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=MIMES["xlsx"])
    answer["Cache-Control"] = "private, no-store"
    return answer


# --- one import -------------------------------------------------------------------------------------------------


@login_required
@require_safe
def import_page(request: HttpRequest, slug: str, uid: str) -> HttpResponse:
    """Where an import stands: progress, the preview with what is wrong, or what it did."""
    batch = _import(request, slug, uid)
    context = _context(request, batch)
    if batch.state == State.READY:
        context |= _preview(request, batch)
    elif batch.state in (State.APPLIED, State.UNDONE):
        context |= _report(request, batch)
    return render(request, "core/sheets/import.html", context)


def _context(request: HttpRequest, batch: Import) -> dict[str, Any]:
    return {
        "batch": batch,
        "sheet": batch.sheet,
        "counts": batch.counts,
        "file": attachments_of(batch, SLOT).first(),
        "stages": _stages(batch),
        "notes": batch.layout.get("notes", []),
        "title_label": batch.sheet.column(batch.sheet.title).label,
    }


def _stages(batch: Import) -> list[dict[str, str]]:
    labels = ("上传", "核对", "导入")
    here = {State.READING: 1, State.FAILED: 1, State.READY: 2, State.APPLYING: 2}.get(State(batch.state), 3)
    if batch.state == State.CANCELLED:
        return []
    notes = {
        1: batch.get_state_display(),
        2: "看过再导入" if batch.state == State.READY else batch.get_state_display(),
    }
    stopped = batch.state == State.FAILED
    return [
        {
            "label": label,
            "note": notes.get(here, "") if at == here else "",
            "status": "done" if at < here else ("stopped" if stopped else "now") if at == here else "todo",
        }
        for at, label in enumerate(labels)
    ]


def _cut(rows: QuerySet[Any], request: HttpRequest) -> Page[Any]:
    """A page of rows by their number in the file."""
    raw = request.GET.get("after", "")
    after = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else None
    found = list((rows.filter(number__gt=after) if after is not None else rows)[: PAGE + 1])
    more = len(found) > PAGE
    return Page(found[:PAGE], str(found[PAGE - 1].number) if more else "", after is None)


def _tabs(batch: Import, chosen: str, kinds: list[tuple[str, str, int]]) -> list[dict[str, Any]]:
    url = batch.get_absolute_url()
    return [
        {"label": label, "url": f"{url}?show={kind}" if kind else url, "on": kind == chosen, "count": count}
        for kind, label, count in kinds
        if count or not kind or kind == chosen
    ]


def _preview(request: HttpRequest, batch: Import) -> dict[str, Any]:
    sheet, counts = batch.sheet, batch.counts
    chosen = request.GET.get("show", "")
    doubles = counts.get("duplicate", 0) + counts.get("same", 0)
    kinds = [
        ("", "全部", counts.get("read", 0)),
        ("wrong", "有错要改", counts.get("wrong", 0)),
        ("duplicate", "疑似重复", doubles),
        ("good", "可以导入", counts.get("good", 0)),
    ]
    page = _cut(queries.rows_of(batch, chosen), request)
    for row in page.rows:
        row.batch = batch
    decided = queries.decided(batch)
    changing = sum(decided.get(choice, 0) for choice in (Choice.UPDATE, Choice.FILL, Choice.PICK))
    fresh = counts.get("good", 0) + decided.get(Choice.NEW, 0)
    return {
        "page": page,
        "rows": _shown_rows(sheet, page.rows),
        "heads": [sheet.column(name).label for name in sheet.shown],
        "tabs": _tabs(batch, chosen, kinds),
        "chosen": chosen,
        "doubles": doubles,
        "undecided": decided.get("", 0),
        "first_undecided": _first_undecided(batch) if decided.get("") else "",
        "choices": [choice for choice in Choice if choice is not Choice.PICK],
        "fresh": fresh,
        "changing": changing,
        "passed": counts.get("same", 0) + decided.get("", 0) + decided.get(Choice.SKIP, 0),
    }


def _first_undecided(batch: Import) -> str:
    first = queries.rows_of(batch).filter(state=RowState.DUPLICATE, decision="").first()
    return reverse("core:import_row", args=[batch.slug, batch.uid, first.number]) if first else ""


def _shown_rows(sheet: Sheet, rows: list[StagedRow]) -> list[dict[str, Any]]:
    values = [row.values or {} for row in rows]
    labels = queries.place_labels(sheet, values)
    keys = {key.name: key.label for key in sheet.keys}
    return [
        {
            "row": row,
            "cells": [
                (sheet.column(name).label, queries.shown_value(sheet, sheet.column(name), held, labels))
                for name in sheet.shown
            ]
            if held
            else [],
            "key": keys.get(row.match_key, ""),
            "twin": row.batch.place_of(row.twin) if row.twin is not None else "",
        }
        for row, held in zip(rows, values, strict=True)
    ]


def _report(request: HttpRequest, batch: Import) -> dict[str, Any]:
    sheet, counts = batch.sheet, batch.counts
    chosen = request.GET.get("show", "")
    kinds = [("", "全部", sum(counts.get(outcome, 0) for outcome in Outcome.values))]
    kinds += [(outcome.value, str(outcome.label), counts.get(outcome, 0)) for outcome in Outcome]
    page = _cut(queries.traces_of(batch, chosen), request)
    for row in page.rows:
        row.batch = batch
    ids = [row.record_id for row in page.rows if row.record_id]
    urls = queries.record_urls(sheet, ids, batch.scope)
    undoable = batch.state == State.APPLIED and batch.forgotten_at is None
    in_the_way: tuple[int, list[Any]] = obstacles(batch, 5) if undoable and "undo" in request.GET else (0, [])
    return {
        "page": page,
        "traces": [{"row": row, "url": urls.get(row.record_id or 0, "")} for row in page.rows],
        "tabs": _tabs(batch, chosen, kinds),
        "chosen": chosen,
        "undoable": undoable,
        "asks_undo": undoable and "undo" in request.GET,
        "obstacles": [
            {"where": batch.place_of(number), "label": label, "why": why} for number, label, _, why in in_the_way[1]
        ],
        "obstacle_count": in_the_way[0],
        "rejected": counts.get("wrong", 0) + counts.get("refused", 0),
    }


@login_required
@require_safe
def progress(request: HttpRequest, slug: str, uid: str) -> HttpResponse:
    """How far the work is; the page is fetched anew when it is done, and the asking ends with it."""
    batch = _import(request, slug, uid)
    answer = render(request, "core/sheets/_progress.html", {"batch": batch, "counts": batch.counts})
    if not batch.is_busy:
        answer["HX-Refresh"] = "true"
    return answer


def must_have_rejected(batch: Import) -> None:
    """WrongState unless there is a workbook to take back: rows were checked, and the file is still kept."""
    if batch.state in (State.READING, State.FAILED, State.CANCELLED) or not attachments_of(batch, SLOT).exists():
        raise WrongState("sheets.rejected", "现在没有可以下载的退回表。请等核对完，或重新上传。")


@login_required
@require_safe
def rejected_file(request: HttpRequest, slug: str, uid: str) -> HttpResponseBase:
    """The rows that were not imported, to be mended and sent again."""
    batch = _import(request, slug, uid)
    must_have_rejected(batch)
    return _workbook(rejected(batch), f"{batch.name.rpartition('.')[0]}（退回修改）.xlsx")


@login_required
@require_POST
def step(request: HttpRequest, slug: str, uid: str, step: str) -> HttpResponse:
    """Apply, undo, check again, give up. A second press of the same button finds the work begun and shows it."""
    batch, user = _import(request, slug, uid), user_of(request)
    begun = {"apply": State.APPLYING, "undo": State.UNDOING, "recheck": State.READING, "cancel": State.CANCELLED}
    if step not in begun:
        raise Http404
    try:
        match step:
            case "apply":
                actions.apply_import(batch, actor=user)
            case "undo":
                actions.undo_import(batch, partly=request.POST.get("partly") == "1", actor=user)
            case "recheck":
                actions.recheck_import(batch, actor=user)
            case _:
                actions.cancel_import(batch, actor=user)
                messages.success(request, "已放弃，读到的内容和原文件都删去了。")
    except WrongState:
        batch.refresh_from_db()
        if batch.state != begun[step]:
            raise
    return redirect(batch)


# --- duplicates -------------------------------------------------------------------------------------------------


@login_required
@require_POST
def decide_all(request: HttpRequest, slug: str, uid: str) -> HttpResponse:
    """One decision for all duplicates that have none yet, or for all."""
    batch = _import(request, slug, uid)
    numbers = None
    if request.POST.get("which") != "all":
        rows = queries.rows_of(batch).filter(state=RowState.DUPLICATE, decision="")
        numbers = list(rows.values_list("number", flat=True))
    choice = request.POST.get("choice", "")
    if choice == Choice.NEW and numbers is not None:
        numbers = list(
            queries.rows_of(batch).filter(number__in=numbers, may_new=True).values_list("number", flat=True)
        )
    count = actions.decide(batch, choice, numbers=numbers, actor=user_of(request))
    messages.success(request, f"{count:,} 行重复已定：{Choice(choice).label}。")
    return redirect(f"{batch.get_absolute_url()}?show=duplicate")


@login_required
def row_page(request: HttpRequest, slug: str, uid: str, number: int) -> HttpResponse:
    """One duplicate beside what it meets, field by field; POST decides and leads to the next one."""
    batch = _import(request, slug, uid)
    if number > 2**62:
        raise Http404
    row = get_object_or_404(queries.rows_of(batch), number=number, values__isnull=False)
    row.batch = batch
    duplicates = queries.rows_of(batch).filter(state=RowState.DUPLICATE)
    error = ""
    if request.method == "POST":
        try:
            fields = request.POST.getlist("fields")
            actions.decide(
                batch, request.POST.get("choice", ""), numbers=[number], fields=fields, actor=user_of(request)
            )
        except BadInput as refusal:
            error = refusal.message
        else:
            following = (
                duplicates.filter(decision="", number__gt=number).first() or duplicates.filter(decision="").first()
            )
            if following is None:
                messages.success(request, "重复的都定好了，可以导入。")
                return redirect(f"{batch.get_absolute_url()}?show=duplicate")
            return redirect("core:import_row", slug, uid, following.number)
    context = comparison(batch, row) | {
        "batch": batch,
        "sheet": batch.sheet,
        "row": row,
        "error": error,
        "undecided": duplicates.filter(decision="").count(),
        "before": duplicates.filter(number__lt=number).last(),
        "after": duplicates.filter(number__gt=number).first(),
        "choices": [choice for choice in Choice if choice is not Choice.NEW or row.may_new],
    }
    return render(request, "core/sheets/row.html", context, status=422 if error else 200)


def comparison(batch: Import, row: StagedRow) -> dict[str, Any]:
    """A row beside what it meets, field by field."""
    sheet = batch.sheet
    own = row.values or {}
    other: dict[str, Any] = {}
    url, name = "", ""
    if row.match_id is not None:
        other = queries.records_of(sheet, [row.match_id], batch.scope).get(row.match_id, {})
        url = queries.record_urls(sheet, [row.match_id], batch.scope).get(row.match_id, "")
        name = "名册里的"
    elif row.twin is not None:
        twin = StagedRow.objects.filter(batch=batch, number=row.twin).first()
        other = (twin.values if twin else None) or {}
        name = f"文件{batch.place_of(row.twin)}"
    labels = queries.place_labels(sheet, [own, other])
    lines = []
    for column in sheet.own:
        lead = column.hashed or columns_of(sheet, column.name)[0]
        new, old = own.get(lead), other.get(lead)
        new, old = ("" if new is None else new), ("" if old is None else old)
        lines.append(
            {
                "name": column.name,
                "label": column.label,
                "new": queries.shown_value(sheet, column, own, labels),
                "old": queries.shown_value(sheet, column, other, labels),
                "differs": str(new) != str(old),
                "pickable": str(new) not in ("", str(old)) and column.kind is not Kind.UPPER_PLACE,
                "picked": column.name in (row.fields or []),
            }
        )
    keys = {key.name: key.label for key in sheet.keys}
    return {
        "lines": sorted(lines, key=lambda line: not line["pickable"]),  # what is to be decided stands on top
        "other_name": name,
        "other_url": url,
        "key": keys.get(row.match_key, ""),
        "gone": not other,
    }
