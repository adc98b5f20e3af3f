"""Changing the person: a list of personas, and a press that signs in as one of them. Outside a demo: 404."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from linli.core import clock
from linli.core.access.models import User
from linli.demo.personas import PASSWORD, PERSONAS, Group, Persona
from linli.demo.queries import waiting_for

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def _only_in_a_demo() -> None:
    if not settings.DEMO:
        raise Http404


@never_cache
@require_safe
def personas(request: HttpRequest) -> HttpResponse:
    """Everybody one can be, with what each can try and how much waits on the desk."""
    _only_in_a_demo()
    there = {user.username: user for user in User.objects.filter(username__in=[one.username for one in PERSONAS])}
    waiting = waiting_for(there.values())
    groups: list[tuple[Group, list[tuple[Persona, int]]]] = [
        (
            group,
            [
                (one, waiting[there[one.username].pk])
                for one in PERSONAS
                if one.group == group and one.username in there
            ],
        )
        for group in Group
    ]
    today, shift = clock.today(), settings.LINLI_CLOCK_SHIFT_DAYS
    return render(
        request,
        "demo/personas.html",
        {
            "groups": groups,
            "password": PASSWORD,
            "loaded": bool(there),
            "today_words": f"{today.year}年{today.month}月{today.day}日 周{'一二三四五六日'[today.weekday()]}",
            "shift": shift,
            "shift_days": abs(shift),
        },
    )


@require_POST
def become(request: HttpRequest) -> HttpResponse:
    """Sign in as a persona without a password; staff land on their desk, everybody else at home."""
    _only_in_a_demo()
    known = {one.username for one in PERSONAS}
    username = request.POST.get("username", "")
    if username not in known:
        raise Http404
    user = get_object_or_404(User, username=username, is_active=True)
    if request.user.is_authenticated:
        logout(request)  # nothing of the former person stays in the session
    login(request, user, backend=BACKEND)
    messages.success(request, f"你现在是{user.name}。")
    return redirect("portal:desk" if user.has_perm("core.view_desk") else "portal:home")
