"""The page that asks what to take along, the person's own exports, and their files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.core.access.signed_in import user_of
from linli.core.counting import Bounded, bounded
from linli.core.errors import BadInput
from linli.core.exports import actions, queries
from linli.core.exports.choices import Format
from linli.core.exports.models import Export, file_name
from linli.core.exports.source import Source, source_of

MEDIA = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
    Format.GB18030: "text/csv; charset=gb18030",
}


def source_or_404(request: HttpRequest, slug: str) -> Source:
    """The list of an address and its filter, as this person may see it."""
    source = source_of(slug, request.GET, user_of(request))
    if source is None:
        raise Http404
    return source


def _asked(request: HttpRequest) -> dict[str, Any]:
    format_ = request.POST.get("format", Format.XLSX)
    return {
        "columns": request.POST.getlist("columns")[:200],
        "format_": format_ if format_ in Format.values else Format.XLSX,
        "reason": request.POST.get("reason", "").replace("\0", "").strip()[:200],
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def export_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Which columns, which format, what for; POST hands out a small file at once and asks for a large one."""
    source = source_or_404(request, slug)
    small = actions.is_small(source)
    asked = _asked(request)
    if request.method != "POST":
        asked["columns"] = [column.name for column in source.columns if not column.personal and column.name != "uid"]
        return _form(request, source, small, asked)
    try:
        if small:
            file = actions.export_now(source, **asked, actor=user_of(request))
        else:
            actions.ask_export(source, **asked, actor=user_of(request))
    except BadInput as refusal:
        return _form(request, source, small, asked, refusal)
    if small:
        return _answer(file, asked["format_"], file_name(source.label, asked["format_"]))
    messages.success(request, "正在后台生成，好了会发消息给你。可以先做别的事。")
    return redirect("core:exports")


def _form(
    request: HttpRequest, source: Source, small: bool, asked: dict[str, Any], refusal: BadInput | None = None
) -> HttpResponse:
    count = Bounded(source.known, source.known) if source.known is not None else bounded(source.rows)
    context = {
        "source": source,
        "small": small,
        "count": count,
        "asked": asked,
        "formats": Format.choices,
        "wrong": refusal.fields if refusal else {},
        "personal": [column.label for column in source.columns if column.personal],
    }
    return render(request, "core/exports/export.html", context, status=422 if refusal else 200)


def _answer(file: Any, format_: str, name: str) -> FileResponse:
    response = FileResponse(file, content_type=MEDIA[Format(format_)], as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    """The person's exports of late, with their progress."""
    rows = list(queries.exports_visible_to(user_of(request))[: queries.SHOWN])
    return render(request, "core/exports/exports.html", {"exports": rows})


def _own(request: HttpRequest, uid: str) -> Export:
    return get_object_or_404(queries.exports_visible_to(user_of(request)), uid=uid)


@login_required
@require_safe
def export_progress(request: HttpRequest, uid: str) -> HttpResponse:
    """One row of the list, as it stands now."""
    return render(request, "core/exports/_export.html", {"export": _own(request, uid)})


# Asked by the page itself; see linli.core.access.middleware.
export_progress.in_background = True  # type: ignore[attr-defined]


@login_required
@require_safe
def export_file(request: HttpRequest, uid: str) -> HttpResponseBase:
    """The file, for nobody but whoever asked for it."""
    export = actions.fetch_export(_own(request, uid), actor=user_of(request))
    try:
        file = default_storage.open(export.stored_as)
    except FileNotFoundError:
        raise actions.FileGone("exports.file_gone", "文件库里找不到这个文件。请再导出一次。") from None
    return _answer(file, export.format, export.file_name)


@login_required
@require_POST
def export_remove(request: HttpRequest, uid: str) -> HttpResponse:
    """Delete the file now."""
    actions.remove_export(_own(request, uid), actor=user_of(request))
    messages.success(request, "文件已删除。")
    return redirect("core:exports")
