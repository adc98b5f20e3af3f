"""Boards people compose, and what the nightly check found."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from linli.areas.models import Area
from linli.core.access.models import User
from linli.core.errors import BadInput
from linli.core.figures.declare import FACTS, Figure, Ratio, listed
from linli.indicators.actions import boards as actions
from linli.indicators.models import Board
from linli.indicators.queries.boards import (
    boards_for,
    boards_visible_to,
    checks_with_drift,
    figures_on,
    latest_checks,
)
from linli.indicators.rules import paths_of
from linli.indicators.web import showing
from linli.indicators.web.look import Look
from linli.indicators.web.pages import context


def _reader(request: HttpRequest) -> User:
    if not request.user.has_perm("indicators.view_figures"):
        raise Http404
    assert isinstance(request.user, User)
    return request.user


@login_required
@require_safe
def boards(request: HttpRequest) -> HttpResponse:
    """The own boards, and those that colleagues share."""
    user = _reader(request)
    rows = [
        (board, [figure.name for figure in figures_on(board)], board.owner_id == user.pk)
        for board in boards_for(user)
    ]
    return render(request, "indicators/boards.html", {"rows": rows})


@login_required
@require_safe
def own_board(request: HttpRequest, uid: str) -> HttpResponse:
    """A composed board, with the numbers of the area and period that the address asks for."""
    look = Look(request)
    board = get_object_or_404(boards_visible_to(look.user), uid=uid)
    return render(
        request,
        "indicators/own_board.html",
        context(look)
        | {
            "board": board,
            "tiles": showing.tiles(figures_on(board), look),
            "mine": board.owner_id == look.user.pk,
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: HttpRequest, uid: str = "") -> HttpResponse:
    """Choose the figures of a board, its name, and whether colleagues see it; with `uid` of one that is there."""
    user = _reader(request)
    board = get_object_or_404(boards_visible_to(user).filter(owner=user), uid=uid) if uid else None
    wrong: BadInput | None = None
    asked = _asked(request) if request.method == "POST" else _held(board)
    if request.method == "POST":
        if board is not None and request.POST.get("step") == "remove":
            actions.remove_board(board, actor=user)
            messages.success(request, f"看板“{board.name}”已删除。")
            return redirect("indicators:boards")
        try:
            if board is None:
                board = actions.compose_board(**asked, actor=user)
            else:
                board = actions.change_board(board, **asked, actor=user)
        except BadInput as refusal:
            wrong = refusal
        else:
            messages.success(request, f"看板“{board.name}”存好了。")
            return redirect(board)
    return render(
        request,
        "indicators/compose.html",
        {
            "board": board,
            "typed": asked,
            "groups": _groups(asked["figures"]),
            "wrong": wrong,
            "place": _place(user),
        },
        status=wrong.status if wrong is not None else 200,
    )


def _asked(request: HttpRequest) -> dict[str, Any]:
    return {
        "name": request.POST.get("name", ""),
        "figures": request.POST.getlist("figures")[:200],
        "shared": request.POST.get("shared") == "1",
    }


def _held(board: Board | None) -> dict[str, Any]:
    if board is None:
        return {"name": "", "figures": [], "shared": False}
    return {"name": board.name, "figures": board.figures, "shared": board.shared}


def _groups(chosen: list[str]) -> list[tuple[str, list[tuple[Figure | Ratio, bool]]]]:
    groups: dict[str, list[tuple[Figure | Ratio, bool]]] = {}
    for figure in listed():
        groups.setdefault(figure.group, []).append((figure, figure.id in chosen))
    return list(groups.items())


def _place(user: User) -> str:
    paths = paths_of(user)
    area = Area.objects.filter(path=paths[0]).defer("boundary").first() if paths else None
    return area.short_name if area is not None else ""


@login_required
@require_safe
def checks(request: HttpRequest) -> HttpResponse:
    """Whether the roll-ups agree with the records: the last check of each table, and every drift there ever was."""
    if not request.user.has_perm("indicators.view_checks"):
        raise Http404
    return render(
        request,
        "indicators/checks.html",
        {
            "latest": [(check, FACTS[check.facts]) for check in latest_checks()],
            "drifts": [(check, FACTS.get(check.facts)) for check in checks_with_drift()[:50]],
            "unchecked": [facts.label for facts in FACTS.values() if not facts.kept],
            "crumbs": [("看数", reverse("indicators:board")), ("指标核对", "")],
        },
    )
