"""Saved filters, share links, and the address by which a link is opened."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.core.access.grants import grants_of
from linli.core.access.signed_in import user_of
from linli.core.errors import BadInput
from linli.core.registers import actions
from linli.core.registers.declare import REGISTRY, Register
from linli.core.registers.models import SavedFilter, ShareLink
from linli.core.registers.queries import filters_visible_to, links_visible_to, open_link
from linli.core.registers.selection import Selection
from linli.core.registers.web.pages import VIEWS, list_url, register_or_404


def _filter_of(request: HttpRequest, register: Register) -> Selection:
    """The filter that a form carries as the query of its page."""
    return Selection.from_params(register, QueryDict(request.POST.get("filter", "")), request.user)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def saved_filters(request: HttpRequest, slug: str) -> HttpResponse:
    """The own filters of a register; POST keeps the present one under a name."""
    register = register_or_404(request, slug)
    if request.method == "POST":
        selection = _filter_of(request, register)
        kept = actions.save_filter(selection, name=request.POST.get("name", ""), actor=user_of(request))
        messages.success(request, f"已保存为“{kept.name}”。")
        return redirect(f"{list_url(register)}?{selection.query() or 'all=1'}")
    return render(request, "core/registers/filters.html", _filters(request, register))


def _filters(request: HttpRequest, register: Register) -> dict[str, object]:
    rows = []
    for kept in filters_visible_to(request.user, register):
        selection = Selection.from_params(register, kept.params, request.user)
        rows.append((kept, selection.describe(), f"{list_url(register)}?{selection.query() or 'all=1'}"))
    return {"register": register, "rows": rows, "list_url": list_url(register)}


@login_required
@require_POST
def saved_filter(request: HttpRequest, slug: str, uid: str) -> HttpResponse:
    """One step on an own filter: rename, delete, open first or no longer."""
    register = register_or_404(request, slug)
    kept: SavedFilter = get_object_or_404(filters_visible_to(request.user, register), uid=uid)
    user, step = user_of(request), request.POST.get("step", "")
    try:
        match step:
            case "rename":
                actions.rename_filter(kept, name=request.POST.get("name", ""), actor=user)
                messages.success(request, f"已改名为“{kept.name}”。")
            case "delete":
                actions.delete_filter(kept, actor=user)
                messages.success(request, f"已删除“{kept.name}”。")
            case "first" | "not_first":
                actions.open_first(kept, wanted=step == "first", actor=user)
                told = f"打开{register.label}时先用“{kept.name}”。" if step == "first" else "打开时显示全部。"
                messages.success(request, told)
            case _:
                raise Http404
    except BadInput as refusal:
        shown = _filters(request, register) | {"wrong": kept.uid, "sentence": refusal.message}
        return render(request, "core/registers/filters.html", shown, status=refusal.status)
    return redirect("core:saved_filters", slug=register.slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a link to the filter in the address; POST makes it and shows it."""
    register = register_or_404(request, slug)
    if request.method == "POST":
        selection = _filter_of(request, register)
        try:
            days = int(request.POST.get("days") or 0) or None
        except ValueError:
            raise BadInput("registers.days", "有效天数要填数字。", fields={"days": "要填数字。"}) from None
        link = actions.share_filter(
            selection,
            view=request.POST.get("view", ""),
            note=request.POST.get("note", ""),
            days=days,
            actor=user_of(request),
        )
        return redirect("core:share_link", uid=link.uid)
    selection = Selection.from_params(register, request.GET, request.user)
    view = request.GET.get("view", "")
    return render(
        request,
        "core/registers/share.html",
        {
            "register": register,
            "selection": selection,
            "view": view if view in VIEWS else "",
            "view_label": VIEWS.get(view, VIEWS[""]),
            "list_url": list_url(register),
            "back": f"{list_url(register)}?{selection.query() or 'all=1'}",
        },
    )


def _told(request: HttpRequest, link: ShareLink) -> dict[str, object]:
    """A link as its owner sees it."""
    register = REGISTRY.get(link.register)
    words = Selection.from_params(register, link.params, request.user).describe() if register else "名册已经没有了"
    path = reverse("core:open_link", args=[link.uid])
    address = f"{settings.LINLI_BASE_URL}{path}" if settings.LINLI_BASE_URL else request.build_absolute_uri(path)
    return {
        "link": link,
        "register": register,
        "words": words,
        "address": address,
        "view_label": VIEWS.get(link.view, VIEWS[""]),
    }


@login_required
@require_safe
def share_links(request: HttpRequest) -> HttpResponse:
    """All links a person has given out."""
    rows = [_told(request, link) for link in links_visible_to(request.user)[:300]]
    return render(request, "core/registers/links.html", {"rows": rows})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def share_link(request: HttpRequest, uid: str) -> HttpResponse:
    """One own link with its QR code; POST takes it back."""
    link: ShareLink = get_object_or_404(links_visible_to(request.user), uid=uid)
    if request.method == "POST":
        actions.revoke_link(link, actor=user_of(request))
        messages.success(request, "链接已收回，打不开了。")
        return redirect("core:share_links")
    return render(request, "core/registers/link.html", _told(request, link))


@never_cache
@require_safe
def follow(request: HttpRequest, uid: str) -> HttpResponse:
    """Open a link with the rights of whoever opens it: officers in their register, visitors in the public one."""
    link = open_link(uid)
    register = REGISTRY.get(link.register) if link is not None else None
    if link is None or register is None:
        return render(request, "core/registers/gone.html", status=410)
    if grants_of(request.user):
        actions.follow_link(link, actor=user_of(request))
        selection = Selection.from_params(register, link.params, request.user)
        address = list_url(register)
    elif register.public is not None:
        selection = Selection.from_params(register, link.params, None, public=True)
        address = list_url(register, public=True)
    else:
        return redirect_to_login(request.path)
    for sentence in selection.dropped:
        messages.info(request, sentence)
    return redirect(f"{address}?{selection.query(view=link.view or None) or 'all=1'}")
