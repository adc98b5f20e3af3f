"""Posts: who holds what where. They are given and ended by the process `appointment`, which takes two people."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from linli.actors import actions
from linli.actors.actions.appointments import begin_appointment
from linli.actors.api.bodies import area_named, reader_of
from linli.actors.choices import ADMINISTRATORS, APPOINTMENT, AppointmentKind, Role
from linli.actors.models import Appointment, Post
from linli.actors.queries import accounts_visible_to, bodies_visible_to, posts_visible_to, seat_of
from linli.actors.queries.seats import beside, open_duties
from linli.actors.queries.vacancies import Vacancy, count_waiting, vacancies_seen_by
from linli.areas.queries import key_of
from linli.core import clock
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.api.begins import begins
from linli.core.api.frame import mark, must_match, version_of
from linli.core.api.listing import UNKNOWN_PAGE, page
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.schemas import UID, Answer, Day, Input, Number, Paged, Word, one_of, page_of, typed, whole, word
from linli.core.errors import BadInput, NotAllowed

room = Room("posts", "岗位", "谁在哪里任什么职；任免在事项 appointment 里提出和核准。")
WHEN = {"held": "在任", "coming": "将任", "ended": "已卸任", "ending": "有期限", "all": "全部"}
_ROLES = "；".join(f"{role.value}：{role.label}" for role in Role)


class PostRow(Answer):
    """A post."""

    id: int = Field(examples=[17])
    holder: Word = Field(examples=[{"code": UID, "label": "李华"}])
    role: Word = Field(examples=[{"code": "street_officer", "label": "街道经办"}])
    body: Word = Field(examples=[{"code": "6", "label": "东方街道办事处"}])
    area: Word = Field(examples=[{"code": "440511004", "label": "东方街道"}])
    title: str = Field(examples=["社会事务办经办"])
    valid_from: dt.date = Field(examples=["2024-01-01"])
    valid_to: dt.date | None = Field(examples=["2027-01-01"], description="不含这一天")
    standing: str = Field(examples=["在任"])


class OpenDuties(Answer):
    """How many duties of a process are open with a post; an administrator does not see which."""

    process: str = Field(examples=["备案申请"])
    count: int = Field(examples=[3])


class WholePost(PostRow):
    """A post, what is open with it and who sees that, too."""

    duties: list[OpenDuties]
    beside: list[str] = Field(examples=[["王敏"]], description="任同样岗位的其他人")


class PostFilters(Paged):
    """Which posts."""

    q: str | None = Field(None, max_length=60, description="姓名、账号、机构或区域")
    role: one_of(Role.values) | None = Field(None, description=_ROLES)  # type: ignore[valid-type]
    when: one_of(WHEN) = Field("held", description="；".join(f"{k}：{v}" for k, v in WHEN.items()))  # type: ignore[valid-type]
    on: dt.date | None = Field(None, description="哪一天；不写就是今天", examples=["2026-11-22"])


class Seat(Answer):
    """A place at which nobody holds a role that owes something."""

    area: Word = Field(examples=[{"code": "440511004", "label": "东方街道"}])
    role: Word = Field(examples=[{"code": "street_officer", "label": "街道经办"}])
    owes: list[str] = Field(examples=[["备案申请·街道审核"]])
    waiting: int = Field(examples=[2], description="现在等着的")


class SeatFilters(Paged):
    """Which vacancies."""

    role: one_of(Role.values) | None = Field(None, description=_ROLES)  # type: ignore[valid-type]


class Relieving(Input):
    """When a post ends and why."""

    since: Day
    cause: str = Field(min_length=1, max_length=200, examples=["区民政局 2026 年第 3 次局务会"])


class BeginAppointment(Input):
    """Proposes to give or end a post. To hand over, to stand in and to relieve rest on a post that is held."""

    kind: one_of(AppointmentKind.values) = Field(  # type: ignore[valid-type]
        description="；".join(f"{kind.value}：{kind.label}" for kind in AppointmentKind)
    )
    post: whole(ge=1, le=2**62) | None = Field(None, description="移交、代理、卸任的岗位", examples=[17])  # type: ignore[valid-type]
    user: str | None = Field(None, max_length=22, description="任职人的标识；卸任时不用写", examples=[UID])
    role: one_of(Role.values) | None = Field(None, description="任职时要写。" + _ROLES)  # type: ignore[valid-type]
    area: str | None = Field(None, max_length=30, description="任职时要写：区划代码", examples=["440511004"])
    body: whole(ge=1, le=2**62) | None = Field(None, description="机构；不写就是区域自己的", examples=[6])  # type: ignore[valid-type]
    title: str = Field("", max_length=60, examples=["社会事务办经办"])
    since: Day
    until: Day | None = Field(None, description="不含这一天；代理时要写", examples=["2027-01-01"])
    cause: str = Field(min_length=1, max_length=200, examples=["区民政局 2026 年第 3 次局务会"])


# --- reading ----------------------------------------------------------------------------------------------------


def listed(request: HttpRequest, filters: Query[PostFilters]) -> object:
    """Who holds what where, on a day."""
    rows, day = posts_visible_to(reader_of(request)), filters.on or clock.today()
    if words := (filters.q or "").strip():
        rows = rows.filter(
            Q(user__name__contains=words)
            | Q(user__username__startswith=words)
            | Q(body__name__contains=words)
            | Q(body__short_name__contains=words)
            | Q(area__name__contains=words)
        )
    if filters.role:
        rows = rows.filter(role=filters.role)
    on = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    asked = {"held": on, "coming": Q(valid_from__gt=day), "ended": Q(valid_to__lte=day), "all": Q()}
    rows = rows.filter(asked.get(filters.when, on & Q(valid_to__isnull=False)))
    items, following = page(rows, ("-pk",), filters.after, filters.limit)
    return {"items": [_row(post) for post in items], "next": following}


@typed(id=Number)
def one(request: HttpRequest, id: int) -> object:
    """A post in full."""
    return _shown(request, _seen(request, id))


def vacant(request: HttpRequest, filters: Query[SeatFilters]) -> object:
    """Vacancies, by role and place."""
    found = [row for row in vacancies_seen_by(reader_of(request)) if not filters.role or row.role == filters.role]
    keys = [f"{row.role}:{row.area.pk}" for row in found]
    if filters.after and filters.after not in keys:
        raise Problem(404, "page.unknown", UNKNOWN_PAGE)
    start = keys.index(filters.after) + 1 if filters.after else 0
    shown = found[start : start + filters.limit]
    count_waiting(shown)
    more = len(found) > start + filters.limit
    return {"items": [_seat(row) for row in shown], "next": keys[start + filters.limit - 1] if more else None}


def _seen(request: HttpRequest, id: int) -> Post:
    post = posts_visible_to(reader_of(request)).filter(pk=id).first()
    if post is None:
        raise Http404
    return post


def _row(post: Post) -> dict[str, Any]:
    return {
        "id": post.pk,
        "holder": word(post.user.uid, post.user),
        "role": word(post.role, post.get_role_display()),
        "body": word(post.body_id, post.body),
        "area": word(key_of(post.area), post.area.full_name),
        "title": post.title,
        "valid_from": post.valid_from,
        "valid_to": post.valid_to,
        "standing": post.standing[0],
    }


def _version(post: Post) -> str:
    return version_of(post.pk, post.valid_from, post.valid_to, post.title)


def _shown(request: HttpRequest, post: Post) -> dict[str, Any]:
    mark(request, _version(post))
    duties = [{"process": label, "count": count} for label, count in open_duties(post)]
    return _row(post) | {"duties": duties, "beside": [str(other.user) for other in beside(post)]}


def _seat(row: Vacancy) -> dict[str, Any]:
    return {
        "area": word(key_of(row.area), row.area.full_name),
        "role": word(row.role, row.role_label),
        "owes": list(row.owes),
        "waiting": row.waiting,
    }


# --- giving and ending ------------------------------------------------------------------------------------------


@typed(id=Number)
def relieve(request: HttpRequest, id: int, body: Relieving) -> object:
    """End an ordinary post at once; that of an administrator takes a second person."""
    _seen(request, id)
    post = Post.objects.select_for_update(of=("self",)).select_related("user", "body", "area__parent").get(pk=id)
    must_match(request, _version(post))
    if post.role in ADMINISTRATORS:
        raise NotAllowed("actors.relieve", "管理员的岗位由安全管理员核准后终止。请用事项 appointment 提出。")
    actions.relieve(post, on=body.since, reason=body.cause, actor=user_of(request))
    return _shown(request, _seen(request, id))


@begins(APPOINTMENT, BeginAppointment)
def open_appointment(body: BeginAppointment, *, actor: User) -> Appointment:
    """A proposal, sent to the security administrator in one go."""
    if not actor.has_perm("core.manage_accounts"):
        raise NotAllowed("actors.propose_appointment", "岗位任免由系统管理员提出。请联系他们。")
    return begin_appointment(
        body.kind, **_what(body, actor), since=body.since, until=body.until, cause=body.cause, actor=actor
    )


def _what(body: BeginAppointment, actor: User) -> dict[str, Any]:
    person = accounts_visible_to(actor).filter(uid=body.user).first() if body.user else None
    if body.kind == AppointmentKind.APPOINT:
        _need(body, {"user": person, "role": body.role, "area": body.area})
        area = area_named(body.area or "")
        found = bodies_visible_to(actor).filter(pk=body.body).first() if body.body else seat_of(area)
        _need(body, {"body": found})
        return {"user": person, "role": body.role, "area": area, "body": found, "title": body.title}
    post = posts_visible_to(actor).filter(pk=body.post).first() if body.post else None
    _need(body, {"post": post} | ({} if body.kind == AppointmentKind.RELIEVE else {"user": person}))
    assert post is not None
    return {
        "user": post.user if body.kind == AppointmentKind.RELIEVE else person,
        "role": post.role,
        "body": post.body,
        "area": post.area,
        "title": post.title,
        "replaces": post,
    }


def _need(body: BeginAppointment, values: dict[str, Any]) -> None:
    lacking = {
        name: "没有找到，或者不归你管。"
        if getattr(body, name)
        else f"“{AppointmentKind(body.kind).label}”要写这一项。"
        for name, value in values.items()
        if value is None or value == ""
    }
    if lacking:
        raise BadInput("actors.appointment_invalid", "".join(lacking.values()), fields=lacking)


room.reads("", "岗位：列表", page_of(PostRow), name="posts_list")(listed)
room.reads("/vacant", "岗位：空缺", page_of(Seat), name="posts_vacant")(vacant)
room.reads("/{id}", "岗位：一个", WholePost, name="posts_one")(one)
room.alters("/{id}/relieve", "岗位：卸任", WholePost, name="posts_relieve", about="管理员的岗位除外：那要两个人。")(
    relieve
)
