"""The caller's own notices."""

from __future__ import annotations

import datetime as dt
from typing import cast

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import BaseModel, Field

from linli.core.access.models import User
from linli.core.api.listing import page
from linli.core.api.rooms import Room
from linli.core.api.schemas import After, Answer, Limit, page_of
from linli.core.notices import actions
from linli.core.notices.models import Notice
from linli.core.notices.queries import notices_visible_to


class Told(Answer):
    """A notice."""

    uid: str = Field(examples=["Zk3v8mQ1bH0xY7tR5cW2aA"])
    kind: str = Field(examples=["case.filing"])
    title: str = Field(examples=["凤亭下书画社申请备案：街道已同意，正在公示"])
    body: str = Field(examples=[""])
    url: str = Field(examples=["/cases/filing/Zk3v8mQ1bH0xY7tR5cW2aA/"])
    created_at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    read_at: dt.datetime | None = Field(examples=["2026-11-22T07:00:00Z"])


class Count(Answer):
    """How many were marked."""

    count: int = Field(examples=[3])


class NoticeFilters(BaseModel):
    """Which notices."""

    unread: bool = Field(False, description="只要未读的")
    after: After = None
    limit: Limit = 30


def build() -> Room:
    """The room of notices."""
    room = Room("notices", "消息", "发给你本人的消息。")

    def listed(request: HttpRequest, filters: Query[NoticeFilters]) -> object:
        rows = notices_visible_to(cast("User", request.user))
        if filters.unread:
            rows = rows.filter(read_at__isnull=True)
        items, following = page(rows, ("-pk",), filters.after, filters.limit)
        return {"items": [_told(notice) for notice in items], "next": following}

    def read(request: HttpRequest, uid: str) -> object:
        rows = notices_visible_to(cast("User", request.user)).filter(uid=uid)
        notice = rows.first()
        if notice is None:
            raise Http404
        actions.open_notice(notice)
        return _told(rows.get())

    def read_all(request: HttpRequest) -> object:
        return {"count": actions.read_all(actor=cast("User", request.user))}

    room.reads("", "我的消息", page_of(Told), name="notices_list")(listed)
    room.sends("/read-all", "全部标为已读", Count, name="notices_read_all")(read_all)
    room.sends("/{uid}/read", "标为已读", Told, name="notices_read")(read)
    return room


def _told(notice: Notice) -> dict[str, object]:
    return {name: getattr(notice, name) for name in Told.model_fields}
