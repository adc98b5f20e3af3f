"""The box at the top and the finished duties of the desk, for programs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import BaseModel, Field

from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.access.signed_in import user_of
from linli.core.api.listing import UNKNOWN_PAGE
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.schemas import UID, Answer, Paged, Word, page_of, word
from linli.core.paging import Order
from linli.core.registers.everywhere import first_of_all
from linli.core.registers.selection import LONGEST
from linli.core.registers.words import words_of
from linli.core.workflow.declare import REGISTRY as PROCESSES
from linli.core.workflow.listing import Cases, first_of
from linli.core.workflow.models import Task
from linli.core.workflow.queries import processes_for
from linli.portal import queries

SHOWN = 6


class Hit(Answer):
    """Something that was found."""

    kind: Word = Field(examples=[{"code": "organizations", "label": "社会组织名册"}])
    uid: str = Field(examples=[UID])
    title: str = Field(examples=["凤亭下书画社"])
    api: str = Field(examples=[f"/api/v1/registers/organizations/{UID}"])
    url: str = Field(examples=[f"/register/{UID}/"])


class FindAsked(BaseModel):
    """What is looked for."""

    q: str = Field(min_length=1, max_length=LONGEST, description="名称、编号等的任意一段", examples=["书画"])


class DoneDuty(Answer):
    """A duty that was closed."""

    process: Word = Field(examples=[{"code": "filing", "label": "备案申请"}])
    uid: str = Field(examples=[UID])
    title: str = Field(examples=["凤亭下书画社申请备案"])
    state: str = Field(examples=["街道审核"])
    due_on: dt.date | None = Field(examples=["2026-11-27"])
    closed_at: dt.datetime | None = Field(examples=["2026-11-26T06:30:00Z"])
    late: bool = Field(examples=[False])


class OnTime(Answer):
    """The share that was closed in time in a month, as numerator and denominator."""

    in_time: int = Field(examples=[18])
    closed: int = Field(examples=[20])


class Month(BaseModel):
    """Which month."""

    month: str | None = Field(
        None, pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="不写就是本月", examples=["2026-11"]
    )


class DoneFilters(Month, Paged):
    """Which duties."""

    late: bool = Field(False, description="只要超期才办的")


finding = Room("find", "查找", "一个问题问所有名册和事项，各按你的权限回答。")
desk = Room("desk", "办结", "你管的范围里办完的和按期办结率。")


def find(request: HttpRequest, asked: Query[FindAsked]) -> object:
    """The first few of every register and process."""
    if not grants_of(request.user):
        raise Http404
    words = " ".join(asked.q.split())
    if not words_of(words):
        return []
    user = user_of(request)
    found: list[dict[str, Any]] = []
    for selection, page in first_of_all(words, user, SHOWN):
        register = selection.register
        kind, api = word(register.slug, register.label), f"/api/v1/registers/{register.slug}"
        name = register.list_columns(public=False)[0]
        found += [_hit(kind, row, str(name.of_record(row) or ""), api) for row in page.rows]
    for cases, page in first_of([Cases(process, user, words=words) for process in processes_for(user)], SHOWN):
        process = cases.process
        kind, api = word(process.slug, process.label), f"/api/v1/cases/{process.slug}"
        found += [_hit(kind, row, row.title, api) for row in page.rows]
    return found


def _hit(kind: dict[str, str], row: Any, title: str, api: str) -> dict[str, Any]:
    return {"kind": kind, "uid": row.uid, "title": title, "api": f"{api}/{row.uid}", "url": row.get_absolute_url()}


def done(request: HttpRequest, filters: Query[DoneFilters]) -> object:
    """The duties that were closed in a month, the last first."""
    _must_work_here(request)
    first = _first(filters.month)
    start = queries.month_start(first)
    end = queries.month_start((first + dt.timedelta(days=32)).replace(day=1))
    rows = queries.done_tasks(user_of(request), start, end).filter(process__in=PROCESSES)
    if filters.late:
        rows = rows.exclude(queries.IN_TIME)
    if filters.after and Order(Task, ["-closed_at"]).read(filters.after) is None:
        raise Problem(404, "page.unknown", UNKNOWN_PAGE)
    page = queries.last_first(rows, filters.after or "", filters.limit)
    return {"items": [_done(task) for task in page.rows], "next": page.after or None}


def on_time(request: HttpRequest, filters: Query[Month]) -> object:
    """How many of the closed were in time."""
    _must_work_here(request)
    figure = queries.on_time(user_of(request), _first(filters.month))
    return {"in_time": figure.in_time, "closed": figure.closed}


def _must_work_here(request: HttpRequest) -> None:
    if not request.user.has_perm("core.view_cases"):
        raise Http404


def _first(month: str | None) -> dt.date:
    return dt.date.fromisoformat(f"{month}-01") if month else clock.today().replace(day=1)


def _done(task: Task) -> dict[str, Any]:
    process = PROCESSES[task.process]
    return {
        "process": word(process.slug, process.label),
        "uid": task.url.rstrip("/").rpartition("/")[2],
        "title": task.title,
        "state": process.label_of(task.state),
        "due_on": task.due_on,
        "closed_at": task.closed_at,
        "late": queries.closed_late(task),
    }


finding.reads("", "查找", list[Hit], name="find")(find)
desk.reads("/done", "办结的事", page_of(DoneDuty), name="desk_done")(done)
desk.reads("/on-time", "按期办结率", OnTime, name="desk_on_time")(on_time)
