"""The caller's own notices."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.api.frame import mark, must_match, version_of
from linli.core.api.listing import page
from linli.core.api.rooms import Room
from linli.core.api.schemas import UID, Answer, Input, Paged, Word, one_of, page_of, typed, word
from linli.core.notices import actions
from linli.core.notices.choices import GROUPS, Channel
from linli.core.notices.models import Notice, Preference
from linli.core.notices.queries import notices_visible_to


class Told(Answer):
    """A notice."""

    uid: str = Field(examples=[UID])
    kind: str = Field(examples=["case.filing"])
    title: str = Field(examples=["凤亭下书画社申请备案：街道已同意，正在公示"])
    body: str = Field(examples=[""])
    url: str = Field(examples=["/cases/filing/Zk3v8mQ1bH0xY7tR5cW2aA/"])
    created_at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    read_at: dt.datetime | None = Field(examples=["2026-11-22T07:00:00Z"])


class Count(Answer):
    """How many were marked."""

    count: int = Field(examples=[3])


class Way(Answer):
    """A group of notices and how it comes; the list here always holds it."""

    group: Word = Field(examples=[{"code": "duty", "label": "待办与期限"}])
    email: bool = Field(examples=[True])
    apprise: bool = Field(examples=[True], description="群机器人")


class Ways(Input):
    """How one group comes."""

    email: bool = Field(strict=True)
    apprise: bool = Field(strict=True, description="群机器人")


class GroupRobot(Answer):
    """A robot of a chat group; its address is kept encrypted and shown to nobody."""

    uid: str = Field(examples=[UID])
    label: str = Field(examples=["民政科群"])


class NewRobot(Input):
    """The address of a robot, as its settings give it."""

    label: str = Field("", max_length=40, examples=["民政科群"])
    address: str = Field(
        min_length=1, max_length=500, examples=["https://oapi.dingtalk.com/robot/send?access_token=…"]
    )


class Tried(Answer):
    """What became of a test."""

    sentences: list[str] = Field(examples=[["“民政科群”已收到测试消息。"]])


class NoticeFilters(Paged):
    """Which notices."""

    unread: bool = Field(False, description="只要未读的")


def build() -> Room:
    """The room of notices."""
    room = Room("notices", "消息", "发给你本人的消息。")

    def listed(request: HttpRequest, filters: Query[NoticeFilters]) -> object:
        rows = notices_visible_to(user_of(request))
        if filters.unread:
            rows = rows.filter(read_at__isnull=True)
        items, following = page(rows, ("-pk",), filters.after, filters.limit)
        return {"items": [_told(notice) for notice in items], "next": following}

    def read(request: HttpRequest, uid: str) -> object:
        rows = notices_visible_to(user_of(request)).filter(uid=uid)
        notice = rows.first()
        if notice is None:
            raise Http404
        actions.open_notice(notice)
        return _told(rows.get())

    def read_all(request: HttpRequest) -> object:
        return {"count": actions.read_all(actor=user_of(request))}

    room.reads("", "我的消息", page_of(Told), name="notices_list")(listed)
    room.sends("/read-all", "全部标为已读", Count, name="notices_read_all")(read_all)
    room.sends("/{uid}/read", "标为已读", Told, name="notices_read")(read)
    _add_ways(room)
    return room


def _add_ways(room: Room) -> None:
    def ways(request: HttpRequest) -> object:
        mark(request, _version(user_of(request)))
        return _ways(user_of(request))

    @typed(group=one_of(GROUPS))
    def choose(request: HttpRequest, group: Any, body: Ways) -> object:
        user = user_of(request)
        User.objects.select_for_update().get(pk=user.pk)
        must_match(request, _version(user))
        actions.choose({(group, Channel.EMAIL): body.email, (group, Channel.APPRISE): body.apprise}, actor=user)
        mark(request, _version(user))
        return _ways(user)

    def robots(request: HttpRequest) -> object:
        return list(user_of(request).robots.order_by("pk"))

    def add(request: HttpRequest, body: NewRobot) -> object:
        return actions.add_robot(body.address, label=body.label, actor=user_of(request))

    def remove(request: HttpRequest, uid: str) -> None:
        user = user_of(request)
        robot = user.robots.filter(uid=uid).first()
        if robot is None:
            raise Http404
        actions.remove_robot(robot, actor=user)

    def test(request: HttpRequest) -> object:
        return {"sentences": actions.send_test(actor=user_of(request))}

    room.reads("/ways", "消息怎样送到", list[Way], name="notices_ways")(ways)
    room.changes("/ways/{group}", "一类消息怎样送到", list[Way], method="PUT", name="notices_choose")(choose)
    room.reads("/robots", "群机器人：列表", list[GroupRobot], name="notices_robots")(robots)
    room.sends("/robots", "群机器人：添加", GroupRobot, status=201, name="notices_robot_add")(add)
    room.removes("/robots/{uid}", "群机器人：去掉", name="notices_robot_remove")(remove)
    room.sends("/test", "发一条测试消息", Tried, name="notices_test")(test)


def _ways(user: User) -> list[dict[str, Any]]:
    off = _off(user)
    return [
        {
            "group": word(group.key, group.label),
            "email": (group.key, Channel.EMAIL.value) not in off,
            "apprise": (group.key, Channel.APPRISE.value) not in off,
        }
        for group in GROUPS.values()
    ]


def _off(user: User) -> set[tuple[str, str]]:
    return set(Preference.objects.filter(user=user, enabled=False).values_list("group", "channel"))


def _version(user: User) -> str:
    return version_of(sorted(_off(user)))


def _told(notice: Notice) -> dict[str, object]:
    return {name: getattr(notice, name) for name in Told.model_fields}
