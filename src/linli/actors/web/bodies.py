"""Bodies: found, made, renamed, moved, closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from linli.actors import actions
from linli.actors.choices import BodyKind
from linli.actors.models import Body
from linli.actors.queries import bodies_visible_to, posts_visible_to
from linli.actors.web.forms import (
    CloseBodyForm,
    MoveBodyForm,
    NewBodyForm,
    RenameBodyForm,
    area_of,
    refused,
)
from linli.core import clock
from linli.core.access.models import User
from linli.core.errors import BadInput, NotAllowed
from linli.core.paging import keyset
from linli.core.workflow.web import asked


def reader_of(request: HttpRequest) -> User:
    """The administrator who looks; the pages do not exist for anybody else."""
    if not request.user.has_perm("actors.view_posts"):
        raise Http404
    return cast("User", request.user)


@login_required
@require_safe
def body_list(request: HttpRequest) -> HttpResponse:
    """The bodies of the administrator's areas; search and kind live in the address."""
    reader = reader_of(request)
    words, kind, closed = asked(request, "q"), asked(request, "kind"), asked(request, "closed") == "1"
    rows = bodies_visible_to(reader)
    if words:
        rows = rows.filter(Q(name__contains=words) | Q(short_name__contains=words) | Q(area__name__contains=words))
    if kind in BodyKind.values:
        rows = rows.filter(kind=kind)
    if not closed:
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today()))
    today = clock.today()
    held = Q(posts__valid_from__lte=today) & (Q(posts__valid_to__isnull=True) | Q(posts__valid_to__gt=today))
    page = keyset(rows, request, ascending=True)
    counts = dict(
        Body.objects.filter(pk__in=[row.pk for row in page.rows])
        .annotate(held=Count("posts", filter=held))
        .values_list("pk", "held")
    )
    return render(
        request,
        "actors/bodies.html",
        {
            "page": page,
            "rows": [(row, counts.get(row.pk, 0)) for row in page.rows],
            "words": words,
            "kind": kind,
            "kinds": BodyKind.choices,
            "closed": closed,
            "may_manage": reader.has_perm("core.manage_accounts"),
        },
    )


FORMS: dict[str, tuple[str, Callable[[User, Body, Any], forms.Form]]] = {
    "rename": (
        "改名称和联系方式",
        lambda user, body, data: RenameBodyForm(
            data,
            prefix="rename",
            initial={
                "name": body.name,
                "short_name": body.short_name,
                "phone": body.phone,
                "address": body.address,
            },
        ),
    ),
    "move": ("迁到别处", lambda user, body, data: MoveBodyForm(user, data, prefix="move")),
    "close": ("撤销机构", lambda user, body, data: CloseBodyForm(data, prefix="close")),
}


def body_context(body: Body, reader: User, bound: tuple[str, forms.Form] | None = None) -> dict[str, Any]:
    """Everything the page of a body shows."""
    may = body.valid_to is None and reader.has_perm("actors.manage_bodies", body)
    choices = [
        (verb, label, bound[1] if bound and bound[0] == verb else make(reader, body, None))
        for verb, (label, make) in FORMS.items()
    ]
    posts = posts_visible_to(reader).filter(body=body).order_by("-valid_from", "-pk")
    return {
        "body": body,
        "posts": posts[:100],
        "held": sum(post.is_held_on(clock.today()) for post in posts[:100]),
        "forms": choices if may else [],
        "open_verb": bound[0] if bound else "",
        "may_manage": may,
    }


@login_required
@require_safe
def body_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One body: what it is, who holds posts in it, what may be done."""
    reader = reader_of(request)
    body = get_object_or_404(bodies_visible_to(reader), pk=pk)
    return render(request, "actors/body.html", body_context(body, reader))


@login_required
@require_POST
def body_step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Rename, move or close a body."""
    reader = reader_of(request)
    body = get_object_or_404(bodies_visible_to(reader), pk=pk)
    if verb not in FORMS:
        raise Http404
    form = FORMS[verb][1](reader, body, request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            if verb == "rename":
                actions.rename_body(body, **typed, actor=reader)
            elif verb == "move":
                actions.move_body(body, to=area_of(typed["to"]), reason=typed["reason"], actor=reader)
            else:
                actions.close_body(body, on=typed["on"], reason=typed["reason"], actor=reader)
        except BadInput as refusal:
            refused(form, refusal)
        else:
            messages.success(request, {"rename": "已保存。", "move": "已迁移。", "close": "已撤销。"}[verb])
            return redirect("actors:body", pk=pk)
    return render(request, "actors/body.html", body_context(body, reader, (verb, form)), status=422)


@login_required
def body_new(request: HttpRequest) -> HttpResponse:
    """Make a body."""
    reader = reader_of(request)
    if not reader.has_perm("core.manage_accounts"):
        raise NotAllowed("actors.manage_bodies", "机构由系统管理员维护。请联系他们。")
    form = NewBodyForm(reader, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            body = actions.found_body(
                typed["name"],
                area=area_of(typed["area"]),
                kind=typed["kind"],
                short_name=typed["short_name"],
                phone=typed["phone"],
                address=typed["address"],
                actor=reader,
            )
        except BadInput as refusal:
            refused(form, refusal)
        else:
            messages.success(request, f"“{body}”已在库里，可以在里面任职了。")
            return redirect("actors:body", pk=body.pk)
    return render(request, "actors/body_new.html", {"form": form}, status=422 if form.errors else 200)
