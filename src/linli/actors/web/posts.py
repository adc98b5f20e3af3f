"""Posts: who holds what where, how a post is given, handed over and ended, and which are vacant."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from linli.actors import actions, choices
from linli.actors.choices import ADMINISTRATORS, AppointmentKind, Role
from linli.actors.models import Appointment, Post
from linli.actors.queries import (
    accounts_visible_to,
    appointments_visible_to,
    posts_visible_to,
    seat_of,
)
from linli.actors.queries.seats import beside, open_duties, posts_on_same_seat
from linli.actors.queries.vacancies import count_waiting, vacancies_seen_by
from linli.actors.web.bodies import reader_of
from linli.actors.web.forms import (
    DeputyForm,
    HandoverForm,
    PostForm,
    RelieveForm,
    area_of,
    body_of,
    refused,
    somebody,
)
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.errors import BadInput, NotAllowed
from linli.core.paging import keyset
from linli.core.workflow.web import asked

WHEN = (("held", "在任"), ("coming", "将任"), ("ended", "已卸任"), ("ending", "有期限"), ("all", "全部"))


@login_required
@require_safe
def post_list(request: HttpRequest) -> HttpResponse:
    """Who holds what where: by person, body, area, role and time; the filter lives in the address."""
    reader = reader_of(request)
    words, role, when = asked(request, "q"), asked(request, "role"), asked(request, "when") or "held"
    day = _day(asked(request, "on"))
    rows = posts_visible_to(reader)
    if words:
        rows = rows.filter(
            Q(user__name__contains=words)
            | Q(user__username__startswith=words)
            | Q(body__name__contains=words)
            | Q(body__short_name__contains=words)
            | Q(area__name__contains=words)
        )
    if role in Role.values:
        rows = rows.filter(role=role)
    on = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    rows = {
        "held": rows.filter(on),
        "coming": rows.filter(valid_from__gt=day),
        "ended": rows.filter(valid_to__lte=day),
        "ending": rows.filter(on, valid_to__isnull=False),
    }.get(when, rows)
    page = keyset(rows, request)
    return render(
        request,
        "actors/posts.html",
        {
            "page": page,
            "words": words,
            "role": role,
            "roles": Role.choices,
            "when": when,
            "whens": WHEN,
            "on": day if day != clock.today() else None,
            "waiting": appointments_visible_to(reader).filter(state=choices.AppointmentState.PROPOSED).count(),
            "may_propose": reader.has_perm("core.manage_accounts"),
        },
    )


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return clock.today()


def post_context(post: Post, reader: User, bound: tuple[str, forms.Form] | None = None) -> dict[str, Any]:
    """Everything the page of a post shows."""
    over = post.valid_to is not None and post.valid_to <= clock.today()
    own = post.user_id == reader.pk
    may_propose = reader.has_perm(choices.PROPOSE.name, Appointment(user=post.user, scope=post.area.path))
    offered: list[tuple[str, str, str, forms.Form]] = []
    if not over and may_propose and not own:
        for kind, label, hint, form in (
            ("handover", "移交给接任的人", "接任人到岗的那天，原任同时卸任；待办随岗位走，不随人走。", HandoverForm),
            ("deputy", "安排临时代理", "请假、外出时由别人代办，到期自动结束。", DeputyForm),
            (
                "relieve",
                "卸任",
                "管理员的岗位由安全管理员核准后终止。" if post.role in ADMINISTRATORS else "马上生效，不用核准。",
                RelieveForm,
            ),
        ):
            made = bound[1] if bound and bound[0] == kind else form(prefix=kind)
            offered.append((kind, label, hint, made))
    return {
        "post": post,
        "standing": post.standing,
        "duties": open_duties(post),
        "others": beside(post),
        "history": posts_on_same_seat(post, reader),
        "proposals": appointments_visible_to(reader).filter(Q(replaces=post) | Q(post=post)).order_by("-pk")[:10],
        "forms": offered,
        "open_kind": bound[0] if bound else "",
        "own": own,
    }


def _post(request: HttpRequest, pk: int) -> Post:
    return get_object_or_404(posts_visible_to(reader_of(request)), pk=pk)


@login_required
@require_safe
def post_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One post: who, where, what is open, who else sees it, who held it before, and what may be done."""
    post = _post(request, pk)
    return render(request, "actors/post.html", post_context(post, reader_of(request)))


@login_required
@require_POST
def post_step(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Hand a post over, find a deputy, or end it."""
    post, reader = _post(request, pk), reader_of(request)
    made = {"handover": HandoverForm, "deputy": DeputyForm, "relieve": RelieveForm}.get(kind)
    if made is None:
        raise Http404
    form: forms.Form = made(request.POST, prefix=kind)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            if kind == "relieve" and post.role not in ADMINISTRATORS:
                actions.relieve(post, on=typed["since"], reason=typed["cause"], actor=reader)
                messages.success(request, f"{post.user} 自 {typed['since']:%Y-%m-%d} 起不再任这个岗位。")
                return redirect("actors:post", pk=pk)
            person = post.user if kind == "relieve" else somebody(typed["who"], accounts_visible_to(reader))
            proposal = actions.begin_appointment(
                kind,
                user=person,
                role=post.role,
                body=post.body,
                area=post.area,
                title=post.title,
                since=typed["since"],
                until=typed.get("until"),
                cause=typed["cause"],
                replaces=post,
                actor=reader,
            )
        except BadInput as refusal:
            refused(form, refusal)
        else:
            messages.success(request, "已提出，等安全管理员核准。")
            return redirect(proposal.get_absolute_url())
    return render(request, "actors/post.html", post_context(post, reader, (kind, form)), status=422)


@login_required
def post_new(request: HttpRequest) -> HttpResponse:
    """Propose a post; person, role and area may come by the address, from an account or from a vacancy."""
    reader = reader_of(request)
    if not reader.has_perm("core.manage_accounts"):
        raise NotAllowed(choices.PROPOSE.name, "岗位任免由系统管理员提出。请联系他们。")
    start = {"who": asked(request, "who"), "role": asked(request, "role"), "area": asked(request, "area")}
    form = PostForm(reader, request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            proposal = _propose(typed, reader)
        except BadInput as refusal:
            refused(form, refusal)
        else:
            messages.success(request, "已提出，等安全管理员核准。")
            return redirect(proposal.get_absolute_url())
    return render(request, "actors/post_new.html", {"form": form}, status=422 if form.errors else 200)


def _propose(typed: dict[str, Any], reader: User) -> Appointment:
    person = somebody(typed["who"], accounts_visible_to(reader))
    area: Area = area_of(typed["area"])
    body = body_of(typed["body"]) if typed["body"] else seat_of(area)
    if body is None:
        text = f"{area.full_name}没有自己的办事机构，或不止一个。请选机构；没有的先到“机构”里新增。"
        raise BadInput("actors.no_seat", text, fields={"body": text})
    proposal: Appointment = actions.begin_appointment(
        AppointmentKind.APPOINT,
        user=person,
        role=typed["role"],
        body=body,
        area=area,
        title=typed["title"],
        since=typed["since"],
        until=typed["until"],
        cause=typed["cause"],
        actor=reader,
    )
    return proposal


SHOWN = 40


@login_required
@require_safe
def vacant_posts(request: HttpRequest) -> HttpResponse:
    """Places at which nobody holds a role that owes something, each with a way to appoint."""
    reader = reader_of(request)
    role, words = asked(request, "role"), asked(request, "q")
    found = vacancies_seen_by(reader)
    roles = sorted({(row.role, row.role_label) for row in found})
    rows = [
        row
        for row in found
        if (not role or row.role == role) and (not words or words in row.area.full_name or words in row.area.name)
    ]
    raw = request.GET.get("skip", "")
    skip = min(int(raw), 100_000) if raw.isascii() and raw.isdigit() and len(raw) < 7 else 0
    shown = rows[skip : skip + SHOWN]
    count_waiting(shown)
    return render(
        request,
        "actors/vacant.html",
        {
            "rows": shown,
            "total": len(rows),
            "all": len(found),
            "role": role,
            "roles": roles,
            "words": words,
            "next_skip": skip + SHOWN if len(rows) > skip + SHOWN else 0,
            "first": skip == 0,
            "may_propose": reader.has_perm("core.manage_accounts"),
        },
    )
