"""The box at the top: one question to all registers and all processes, each answering within the reader's rights."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.registers import REGISTRY
from linli.core.registers.actions import look_up, personal_number
from linli.core.registers.figures import Figures
from linli.core.registers.selection import LONGEST, Selection
from linli.core.registers.web.pages import Row, list_url
from linli.core.registers.words import words_of
from linli.core.workflow.listing import Cases, first_of
from linli.core.workflow.queries import processes_for

SHOWN = 6


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """What every register and process finds, the first few of each. POST keeps a personal number out of addresses."""
    if not grants_of(request.user):
        raise Http404
    assert isinstance(request.user, User)
    if request.method == "POST":
        return HttpResponseRedirect(_answer(request.POST.get("q", ""), request.user))
    asked = " ".join(request.GET.get("q", "").replace("\0", "").split())[:LONGEST]
    words = words_of(asked)
    return render(
        request,
        "portal/find.html",
        {
            "asked": asked,
            "registers": _registers(asked, request.user) if words else [],
            "cases": _cases(asked, request.user) if words else [],
        },
    )


def _answer(typed: str, user: User) -> str:
    """Where a question leads: a personal number to the one register that knows such numbers, words to the page."""
    typed = " ".join(typed.replace("\0", "").split())[:LONGEST]
    for register in REGISTRY.values():
        if personal_number(register, typed) and (who := look_up(register, typed, actor=user)):
            return f"{list_url(register)}?who={who}"
    return f"{reverse('portal:find')}?{urlencode({'q': typed})}"


def _registers(asked: str, user: User) -> list[dict[str, Any]]:
    answers = []
    for register in REGISTRY.values():
        selection = Selection.from_params(register, {"q": asked}, user)
        columns = register.list_columns(public=False)
        rows = [Row(record, columns, register, public=False) for record in selection.page({}, SHOWN).rows]
        if rows:
            answers.append(
                {
                    "register": register,
                    "rows": rows,
                    "total": Figures(selection).total if len(rows) == SHOWN else None,
                    "url": f"{list_url(register)}?{selection.query()}",
                }
            )
    return answers


def _cases(asked: str, user: User) -> list[dict[str, Any]]:
    answers = []
    for cases, page in first_of([Cases(process, user, words=asked) for process in processes_for(user)], SHOWN):
        url = f"{reverse('core:cases', args=[cases.process.slug])}?{urlencode({'q': asked})}"
        answers.append({"process": cases.process, "rows": page.rows, "more": bool(page.after), "url": url})
    return answers
