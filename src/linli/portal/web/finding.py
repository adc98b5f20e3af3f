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
from linli.core.registers.actions import look_up_anywhere
from linli.core.registers.everywhere import first_of_all
from linli.core.registers.figures import Count, Figures
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
    if looked := look_up_anywhere(typed, actor=user):
        register, who = looked
        return f"{list_url(register)}?who={who}"
    return f"{reverse('portal:find')}?{urlencode({'q': typed})}"


def _registers(asked: str, user: User) -> list[dict[str, Any]]:
    answers = []
    for selection, page in first_of_all(asked, user, SHOWN):
        register = selection.register
        columns = register.list_columns(public=False)
        answers.append(
            {
                "register": register,
                "rows": [Row(record, columns, register, public=False) for record in page.rows],
                "total": _total(selection) if page.after else None,
                "url": f"{list_url(register)}?{selection.query()}",
            }
        )
    return answers


def _total(selection: Selection) -> Count:
    known = selection.finder.known
    return Count(len(known)) if known is not None else Figures(selection).total


def _cases(asked: str, user: User) -> list[dict[str, Any]]:
    answers = []
    for cases, page in first_of([Cases(process, user, words=asked) for process in processes_for(user)], SHOWN):
        url = f"{reverse('core:cases', args=[cases.process.slug])}?{urlencode({'q': asked})}"
        answers.append({"process": cases.process, "rows": page.rows, "more": bool(page.after), "url": url})
    return answers
