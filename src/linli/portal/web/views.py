"""The visitor's home, the officer's desk, and the lists its figures open into."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from linli.actors.queries import served_districts
from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.registers.selection import Selection
from linli.core.registers.tally import Counted
from linli.core.workdays import calendar, due_words
from linli.core.workflow import inbox
from linli.core.workflow import queries as cases
from linli.core.workflow.declare import REGISTRY
from linli.core.workflow.models import Task
from linli.core.workflow.web import role_words
from linli.organizations.choices.filing import Kind
from linli.organizations.queries import register as organizations
from linli.organizations.registers.organizations import ORGANIZATIONS
from linli.portal import queries


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What a visitor or resident sees first."""
    counts = Counted(Selection(ORGANIZATIONS, None, public=True)).of_facet(queries.KIND)
    own = []
    if request.user.is_authenticated:
        own = list(organizations.filings_visible_to(request.user).filter(owner=request.user).order_by("-pk")[:3])
    return render(
        request,
        "portal/home.html",
        {
            "districts": served_districts(),
            "total": sum(counts.values()),
            "kinds": [(kind, counts.get(kind.value, 0)) for kind in Kind],
            "on_notice": organizations.filings_in_publicity()[:3],
            "newest": organizations.newest_organizations()[:4],
            "own": own,
        },
    )


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """待办： what this person owes, by what is due; each row opens in place."""
    if not grants_of(request.user):
        raise Http404
    kind = request.GET.get("process", "")
    only = request.GET.get("only", "")
    today = clock.today()
    page = inbox.page(
        request.user,
        process=kind if kind in REGISTRY else "",
        only=only if only in (inbox.LATE, inbox.TODAY) else "",
        after=request.GET.get("after", ""),
    )
    month = queries.month_start(today).date()
    return render(
        request,
        "portal/desk.html",
        {
            "rows": [(_told(task), REGISTRY[task.process], *due_words(task.due_on, today)) for task in page.rows],
            "page": page,
            "counted": queries.today_of(request.user),
            "processes": cases.processes_for(request.user),
            "process": kind,
            "only": only,
            "on_time": queries.on_time(request.user, today),
            "month": month,
            "living": Counted(queries.living(request.user)).filtered,
            "filed_this_month": organizations.filed_since(request.user, month),
            "open_filings": queries.open_filings(request.user),
            "today": today,
            "sees_cases": request.user.has_perm("core.view_cases"),
            "calendar_unknown": not calendar().knows(today),
        },
    )


def _told(task: Task) -> Task:
    """A row with its one verb and whose turn it is."""
    process = REGISTRY[task.process]
    watch = task.kind == Task.Kind.WATCH
    mending = task.role == "owner" and task.state != process.start
    task.verb = "督办" if watch else "补正" if mending else "接着填" if task.role == "owner" else "办理"  # type: ignore[attr-defined]
    task.turn = f"等{role_words(_owed_by(task))}" if watch else process.label_of(task.state)  # type: ignore[attr-defined]
    return task


def _owed_by(task: Task) -> str:
    duty = REGISTRY[task.process].duty_in(task.state)
    return duty.owed_by if duty else ""


def _month(request: HttpRequest) -> dt.date:
    """The first day of the month in the address; nonsense, or a year nobody worked in, shows this month."""
    first = clock.today().replace(day=1)
    try:
        day = dt.date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return first
    return day if 2000 <= day.year <= first.year else first


@login_required
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """The duties behind the on-time figure: closed in a month, in time or late."""
    if not request.user.has_perm("core.view_cases"):
        raise Http404
    day = _month(request)
    start = queries.month_start(day)
    end = queries.month_start((day.replace(day=1) + dt.timedelta(days=32)).replace(day=1))
    rows = queries.done_tasks(request.user, start, end)
    figure = queries.on_time(request.user, day) if day == clock.today().replace(day=1) else None
    only = request.GET.get("only", "")
    if only == "late":
        rows = rows.exclude(queries.IN_TIME)
    page = queries.last_first(rows.select_related("closed_by"), request.GET.get("after", ""))
    return render(
        request,
        "portal/done.html",
        {
            "page": page,
            "rows": [(task, REGISTRY[task.process], queries.closed_late(task)) for task in page.rows],
            "month": day,
            "previous": (day.replace(day=1) - dt.timedelta(days=1)).strftime("%Y-%m"),
            "figure": figure,
            "only": only,
        },
    )


@login_required
@require_safe
def processes(request: HttpRequest) -> HttpResponse:
    """All loops, each with its picture one step away."""
    if not request.user.has_perm("core.view_cases"):
        raise Http404
    return render(request, "portal/processes.html", {"rows": cases.totals(request.user)})
