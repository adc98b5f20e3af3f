"""The inbox: what the caller's posts owe, what is due first."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from linli.core.access.signed_in import user_of
from linli.core.api.listing import UNKNOWN_PAGE
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.schemas import Answer, Paged, Word, one_of, page_of
from linli.core.workflow import inbox
from linli.core.workflow.declare import REGISTRY
from linli.core.workflow.models import Task


class Owed(Answer):
    """A row of the inbox: act on it, or see to it that somebody does."""

    process: str = Field(examples=["filing"])
    uid: str = Field(examples=["Zk3v8mQ1bH0xY7tR5cW2aA"], description="事项的标识")
    kind: Word = Field(examples=[{"code": "act", "label": "办理"}])
    title: str = Field(examples=["凤亭下书画社申请备案"])
    summary: str = Field(examples=["东方街道金苑社区 · 文体类"])
    state: Word = Field(examples=[{"code": "review", "label": "街道审核"}])
    level: Word = Field(examples=[{"code": "0", "label": "正常"}])
    opened_at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    due_on: dt.date | None = Field(examples=["2026-11-27"])
    case: str = Field(examples=["/api/v1/cases/filing/Zk3v8mQ1bH0xY7tR5cW2aA"])


class InboxFilters(Paged):
    """Which duties."""

    process: one_of(REGISTRY) | None = Field(None, description="只要这一种事项")  # type: ignore[valid-type]
    only: one_of((inbox.LATE, inbox.TODAY)) | None = Field(None, description="late：超期的；today：今天到期的")  # type: ignore[valid-type]


def build() -> Room:
    """The room of the inbox."""
    room = Room("inbox", "待办", "按期限排；期限近的在前。")

    def listed(request: HttpRequest, filters: Query[InboxFilters]) -> object:
        after = filters.after or ""
        if after and inbox.Key.read(after) is None:
            raise Problem(404, "page.unknown", UNKNOWN_PAGE)
        found = inbox.page(
            user_of(request),
            process=filters.process or "",
            only=filters.only or "",
            after=after,
            size=filters.limit,
        )
        return {
            "items": [_owed(task) for task in found.rows if task.process in REGISTRY],
            "next": found.after or None,
        }

    room.reads("", "我的待办", page_of(Owed), name="inbox_list")(listed)
    return room


def _owed(task: Task) -> dict[str, object]:
    # The row repeats the case's address, so that a list needs no case.
    uid = task.url.rstrip("/").rpartition("/")[2]
    return {
        "process": task.process,
        "uid": uid,
        "kind": {"code": task.kind, "label": str(task.get_kind_display())},
        "title": task.title,
        "summary": task.summary,
        "state": {"code": task.state, "label": REGISTRY[task.process].label_of(task.state)},
        "level": {"code": str(task.level), "label": str(task.get_level_display())},
        "opened_at": task.opened_at,
        "due_on": task.due_on,
        "case": f"/api/v1/cases/{task.process}/{uid}",
    }
