"""What programs may do with voice: begin a report, read the public ones, join, and keep the catalogue and the list.

Reports are cases and follow from their declaration; none of these answers tells who said anything.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from linli.actors.models import Body
from linli.areas.choices import Level
from linli.areas.models import Area
from linli.areas.queries import areas_valid_on, by_key
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.api.begins import begins
from linli.core.api.rooms import Room
from linli.core.api.schemas import UID, Answer, Input, Paged, Word, page_of, word
from linli.core.paging import keyset
from linli.voice.actions import matters as keeping
from linli.voice.actions.drafts import begin_report
from linli.voice.actions.following import join_report, leave_report
from linli.voice.choices.matters import VIEW, Part, Topic, Urgency
from linli.voice.choices.report import REPORT
from linli.voice.models import Handling, Matter, Report
from linli.voice.models.report import community_of
from linli.voice.queries import matters as matter_queries
from linli.voice.queries import reports as queries

_AREA = "区划的代码；没有代码的写 id-编号"
_URGENCIES = "；".join(f"{one.value}：{one.label}" for one in Urgency)
_TOPICS = "；".join(f"{one.value}：{one.label}" for one in Topic)
_PARTS = "；".join(f"{one.value}：{one.label}" for one in Part)


class BeginVoice(Input):
    """Opens a draft."""

    area: str | None = Field(
        None, max_length=30, description=f"在哪里，{_AREA}；可以以后再填", examples=["440511004001"]
    )
    on_behalf: bool = Field(False, strict=True, description="替打电话、来访的居民登记")


@begins(REPORT, BeginVoice)
def open_report(body: BeginVoice, *, actor: User) -> Report:
    """A draft of the caller's own, or for a resident."""
    area = None
    if body.area:
        area = by_key(body.area, areas_valid_on().select_related("parent__parent__parent__parent"))
        if community_of(area) is None:
            raise Http404
    return begin_report(actor=actor, area=area, on_behalf=body.on_behalf)


# --- what everybody may read ----------------------------------------------------------------------------------------

room = Room("voice", "诉求", "公开的诉求、诉求类别和三事清单；一件怎么办，见 cases 的 report。")


class Said(Answer):
    """A report as everybody may know it."""

    uid: str = Field(examples=[UID])
    number: str = Field(examples=["MS-440511004-2026-00003"])
    matter: Word = Field(examples=[{"code": "road_light", "label": "路灯井盖"}])
    words: str = Field(examples=["三号楼道的灯坏了一个星期。"])
    place: str = Field(examples=["东方街道金苑社区 3 号楼"])
    state: Word = Field(examples=[{"code": "in_progress", "label": "办理中"}])
    handler: str = Field(examples=["金苑社区"])
    said_on: dt.date | None = Field(examples=["2026-11-20"])
    due_on: dt.date | None = Field(examples=["2026-11-25"])
    replied_at: dt.datetime | None = Field(examples=["2026-11-24T06:30:00Z"])
    answer: str = Field(examples=["灯已换好。"])
    satisfied: int | None = Field(examples=[5], description="5 非常满意 … 1 非常不满意；没有回访的为空")


class SaidFilters(Paged):
    """Where."""

    area: str | None = Field(None, max_length=30, description=f"{_AREA}；不写就是全部", examples=["440511004"])


def listed(request: HttpRequest, filters: Query[SaidFilters]) -> object:
    """Public reports, the newest first."""
    rows = queries.public_reports()
    if filters.area:
        area = by_key(filters.area, Area.objects.all())
        if area is None:
            raise Http404
        rows = rows.filter(scope__startswith=area.path)
    page = keyset(rows, request, size=filters.limit)
    return {"items": [_said(row) for row in page.rows], "next": page.after or None}


def one(request: HttpRequest, uid: str) -> object:
    """One public report."""
    row = queries.public_reports().filter(uid=uid).first()
    if row is None:
        raise Http404
    return _said(row)


PLAIN = ("uid", "number", "words", "said_on", "due_on", "replied_at", "answer")


def _said(row: Report) -> dict[str, Any]:
    assert row.matter is not None
    assert row.community is not None
    return {
        **{name: getattr(row, name) for name in PLAIN},
        "matter": word(row.matter.code, row.matter.name),
        "place": f"{row.community.full_name} {row.where}".strip(),
        "state": word(row.state, row.state_label),
        "handler": str(row.handler or ""),
        "satisfied": row.satisfied,
    }  # fmt: skip


room.reads("/reports", "诉求：公开的列表", page_of(Said), name="voice_list", open=True)(listed)
room.reads("/reports/{uid}", "诉求：公开的一件", Said, name="voice_one", open=True)(one)


class Joining(Answer):
    """Whether the caller is told of it."""

    follows: bool


def _joinable(uid: str) -> Report:
    row = queries.public_or_open().filter(uid=uid).first()
    if row is None:
        raise Http404
    return row


def join(request: HttpRequest, uid: str) -> object:
    """Have the same matter."""
    join_report(_joinable(uid), actor=user_of(request))
    return {"follows": True}


def leave(request: HttpRequest, uid: str) -> object:
    """Not to be told any more."""
    leave_report(_joinable(uid), actor=user_of(request))
    return {"follows": False}


room.sends("/reports/{uid}/join", "诉求：我也遇到", Joining, name="voice_join")(join)
room.sends("/reports/{uid}/leave", "诉求：不再跟进", Joining, name="voice_leave")(leave)

# --- the catalogue and the list -------------------------------------------------------------------------------------


class MatterKind(Answer):
    """A kind of matter."""

    uid: str = Field(examples=[UID])
    code: str = Field(examples=["road_light"])
    name: str = Field(examples=["路灯井盖"])
    topic: Word = Field(examples=[{"code": "street", "label": "路上和公共场所"}])
    urgency: Word = Field(examples=[{"code": "simple", "label": "简单"}])
    hint: str = Field(examples=["路灯不亮、井盖松动。"])
    ended: bool


class NewMatterKind(Input):
    """A kind of matter to add."""

    district: str = Field(max_length=30, description=f"区，{_AREA}", examples=["440511"])
    code: str = Field(min_length=1, max_length=20, pattern=r"^[-a-zA-Z0-9_]+$", examples=["tree"])
    name: str = Field(min_length=1, max_length=20, examples=["树木修剪"])
    topic: Literal[tuple(Topic.values)] = Field(description=_TOPICS)  # type: ignore[valid-type]
    urgency: Literal[tuple(Urgency.values)] = Field(description=_URGENCIES)  # type: ignore[valid-type]
    hint: str = Field("", max_length=80)


class MatterKindChange(Input):
    """What to change of a kind."""

    urgency: Literal[tuple(Urgency.values)] | None = Field(None, description=_URGENCIES)  # type: ignore[valid-type]
    ended: bool | None = Field(None, strict=True, description="停用")


class ListLine(Answer):
    """A line of a street's list."""

    matter: Word = Field(examples=[{"code": "road_light", "label": "路灯井盖"}])
    matter_uid: str = Field(examples=[UID])
    body: str = Field(examples=["所在社区"])
    body_id: int | None = Field(examples=[None], description="机构的编号；所在社区的为空")
    part: Word = Field(examples=[{"code": "lead", "label": "主要事"}])


class OfStreet(Input):
    """Which street."""

    street: str = Field(max_length=30, description=f"街道，{_AREA}", examples=["440511004"])


class NewListLine(OfStreet):
    """Who does what about a kind of matter."""

    matter: str = Field(max_length=22, description="类别的标识", examples=[UID])
    body: int | None = Field(None, description="机构的编号；不写就是所在社区", ge=1, le=2**53)
    part: Literal[tuple(Part.values)] | None = Field(None, description=f"{_PARTS}；不写就是从清单去掉")  # type: ignore[valid-type]


def _reader(request: HttpRequest) -> User:
    user = user_of(request)
    if not user.has_perm(VIEW):
        raise Http404
    return user


def _area(key: str, level: Level) -> Area:
    area = by_key(key, Area.objects.filter(level=level))
    if area is None:
        raise Http404
    return area


def kinds(request: HttpRequest) -> object:
    """The catalogue."""
    return [_kind(row) for row in matter_queries.matters_visible_to(_reader(request))]


def add_kind(request: HttpRequest, body: NewMatterKind) -> object:
    """Add a kind."""
    values = body.model_dump(exclude={"district"})
    user = _reader(request)
    return _kind(keeping.add_matter(_area(body.district, Level.DISTRICT), actor=user, **values))


def change_kind(request: HttpRequest, uid: str, body: MatterKindChange) -> object:
    """Change a kind or end it."""
    user = _reader(request)
    row = matter_queries.matters_visible_to(user).filter(uid=uid).first()
    if row is None:
        raise Http404
    return _kind(keeping.change_matter(row, actor=user, **body.model_dump(exclude_none=True)))


def _kind(row: Matter) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in ("uid", "code", "name", "hint", "ended")},
        "topic": word(row.topic, row.get_topic_display()),
        "urgency": word(row.urgency, row.get_urgency_display()),
    }


def lines(request: HttpRequest, filters: Query[OfStreet]) -> object:
    """The list of a street."""
    street = _area(filters.street, Level.STREET)
    rows = matter_queries.handlings_visible_to(_reader(request)).filter(area=street)
    return [_line(row) for row in rows]


def say_line(request: HttpRequest, body: NewListLine) -> object:
    """Write or take away a line; the list as it now is."""
    user, street = _reader(request), _area(body.street, Level.STREET)
    matter = matter_queries.matters_at(street.path).filter(uid=body.matter).first()
    named = Body.objects.filter(pk=body.body, valid_to__isnull=True).first() if body.body else None
    if matter is None or (body.body and named is None):
        raise Http404
    keeping.set_handling(matter, street, body=named, part=body.part or "", actor=user)
    return [_line(row) for row in matter_queries.lines_of_street(street.path)]


def _line(row: Handling) -> dict[str, Any]:
    return {
        "matter": word(row.matter.code, row.matter.name),
        "matter_uid": row.matter.uid,
        "body": str(row.body or "所在社区"),
        "body_id": row.body_id,
        "part": word(row.part, row.get_part_display()),
    }


room.reads("/matters", "诉求：类别", list[MatterKind], name="voice_matters")(kinds)
room.sends("/matters", "诉求：加一类", MatterKind, status=201, name="voice_matter_add")(add_kind)
room.sends("/matters/{uid}", "诉求：改一类", MatterKind, name="voice_matter_change")(change_kind)
room.reads("/duties", "诉求：三事清单", list[ListLine], name="voice_duties")(lines)
room.sends("/duties", "诉求：改三事清单", list[ListLine], name="voice_duty_say")(say_line)
