"""What people do with their cases: apply, join by a code, look, bring papers, print."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from linli.core.access.signed_in import user_of
from linli.core.errors import BadInput
from linli.core.workflow.wizard_web import go_on
from linli.mediation import queries
from linli.mediation.actions import cases as actions
from linli.mediation.actions import joining
from linli.mediation.choices.states import OTHER_PAPER, Source

SHOWN = 50


@login_required
def apply(request: HttpRequest, uid: str) -> HttpResponse:
    """Begin an application to a body, one's own or for somebody else. GET shows the body."""
    body = get_object_or_404(queries.network(), uid=uid)
    if request.method != "POST":
        return redirect(body)
    user = user_of(request)
    behalf = bool(request.POST.get("behalf"))
    source = Source.PROACTIVE if behalf else Source.APPLICATION
    return go_on(actions.begin_case(body, actor=user, behalf=behalf, source=source), user)


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """A person's own cases, and, for a mediator, those at whose table the person sits."""
    user = user_of(request)
    own = list(queries.cases_of(user)[:SHOWN])
    return render(
        request,
        "mediation/mine.html",
        {
            "open": [case for case in own if case.is_open],
            "ended": [case for case in own if not case.is_open],
            "led": list(queries.cases_led_by(user)[:SHOWN]) if queries.sits_somewhere(user) else [],
        },
    )


@login_required
def join(request: HttpRequest) -> HttpResponse:
    """Find the own case by the code the mediator gave."""
    error, status = "", 200
    if request.method == "POST":
        try:
            case = joining.join_case(request.POST.get("code", "").replace("\0", "")[:20], actor=user_of(request))
        except BadInput as refusal:
            error, status = refusal.message, 422
        else:
            messages.success(request, "找到了。请看调委会要你做什么。")
            return redirect(case)
    return render(request, "mediation/join.html", {"error": error}, status=status)


@login_required
@require_POST
def papers(request: HttpRequest, uid: str) -> HttpResponse:
    """Put a scan into the file."""
    case = get_object_or_404(queries.cases_visible_to(request.user), uid=uid)
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise BadInput(joining.PAPER, "请先选一个文件。", fields={"file": "请先选一个文件。"})
        joining.add_paper(case, upload, slot=request.POST.get("slot", OTHER_PAPER), actor=user_of(request))
    except BadInput as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "已上传。")
    return redirect(case)


@login_required
@require_safe
def sheet(request: HttpRequest, uid: str) -> HttpResponse:
    """The sheet of registration on A4, for the file."""
    case = get_object_or_404(queries.cases_visible_to(request.user), uid=uid)
    if case.began_at is None:
        raise Http404
    return render(request, "mediation/sheet.html", {"case": case})
