"""Putting people into posts and ending posts; how a post is asked for stands in `appointments`."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from linli.actors.choices import ADMINISTRATORS
from linli.actors.models import Body, Post
from linli.actors.queries import successors_of
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.hooks import before_lock, on_new_rights
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState

_ADMINISTRATORS_LOCK = 0x6C696E6C69_AD  # any number nobody else uses


@transaction.atomic
def appoint(
    user: User, *, role: str, body: Body, area: Area, title: str = "", since: dt.date | None = None, actor: User
) -> Post:
    """Give a person a post at the command line; elsewhere a post is proposed and agreed (`appointments`)."""
    post = Post(user=user, role=role, body=body, area=area, title=title, valid_from=since or clock.today())
    if not actor.has_perm("actors.appoint", post):
        raise NotAllowed("actors.appoint", "岗位由系统管理员提出、安全管理员核准。请在“岗位任免”里办理。")
    return put_in_force(post, actor=actor)


def put_in_force(post: Post, *, actor: User) -> Post:
    """Write a post inside an action that has asked its rule; the same post twice is refused.

    The person's row is locked first: two who give the same person two hats at one moment come one after the other,
    and the second reads a sentence. Without it the constraints would still refuse one of them, as a deadlock perhaps.
    """
    post.user = User.objects.select_for_update(no_key=True).get(pk=post.user_id)
    same = Post.objects.filter(user=post.user, role=post.role, body=post.body, area=post.area)
    if same.filter(valid_to__isnull=True).exists():
        raise WrongState("actors.appoint", f"{post.user} 已经在任“{post}”，不用再任一次。")
    if not post.user.is_active or post.user.is_system:
        raise WrongState("actors.appoint", f"{post.user} 的账号已锁定，先解锁才能任职。")
    try:
        post.full_clean()
    except ValidationError as error:
        fields = {name: " ".join(texts) for name, texts in error.message_dict.items()}
        raise BadInput("actors.appoint", " ".join(fields.values()), fields=fields) from error
    post.save()
    record(
        actor,
        "actors.appoint",
        post,
        user=post.user.username,
        role=post.role,
        body=str(post.body),
        area=str(post.area),
        since=post.valid_from,
        until=post.valid_to,
    )
    on_new_rights(post.user)
    return post


@transaction.atomic
def relieve(post: Post, *, on: dt.date | None = None, reason: str = "", actor: User) -> Post:
    """End a post on a day; what was done under it stays. An administrator's post ends by a proposal two agree on."""
    post = Post.objects.select_for_update(of=("self",)).select_related("area", "body", "user").get(pk=post.pk)
    if not actor.has_perm("actors.relieve", post):
        if post.role in ADMINISTRATORS:
            raise NotAllowed("actors.relieve", "管理员的岗位不能由一个人终止。请提出“卸任”，由安全管理员核准。")
        raise NotAllowed("actors.relieve", "卸任由管这个区域的系统管理员办理，本人的岗位由别人办理。")
    return end_post(post, on=on or clock.today(), reason=reason, actor=actor)


def end_post(post: Post, *, on: dt.date, reason: str, actor: User) -> Post:
    """Write the end of a post inside an action that has asked its rule; the last administrator stays."""
    if post.valid_to is not None and post.valid_to <= on:
        raise WrongState("actors.relieve", "这个岗位已经卸任。")
    keep_one_administrator(post, on=on)
    post.valid_to = max(on, post.valid_from)
    post.full_clean()
    post.save(update_fields=["valid_to"])
    record(actor, "actors.relieve", post, user=post.user.username, role=post.role, on=post.valid_to, reason=reason)
    return post


def keep_one_administrator(post: Post, *, on: dt.date) -> None:
    """WrongState where nobody else would hold this administrator's role over the place from that day on.

    The lock makes two who leave at the same moment leave one after the other, so that the second one is refused.
    """
    if post.role not in ADMINISTRATORS:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADMINISTRATORS_LOCK])
    if not successors_of(post, on=on).exists():
        raise WrongState(
            "actors.last_administrator",
            f"{post.user} 是{post.area.full_name}最后一位{post.get_role_display()}。请先让接任的人到岗，再办这一步。",
        )


@before_lock
def _an_administrator_remains(user: User) -> None:
    """A locked account administers nothing, so locking the last administrator is refused like relieving."""
    today = clock.today()
    for post in Post.objects.filter(user=user, role__in=ADMINISTRATORS).select_related("area", "user"):
        if post.is_held_on(today):
            keep_one_administrator(post, on=today)


@transaction.atomic
def open_post(
    *, username: str, name: str, password: str | None, role: str, body: Body, area: Area, title: str, actor: User
) -> Post:
    """Appoint by account name; the account is made with the password where there is none. Held already: unchanged."""
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(username, password=password, name=name)
    held = Post.objects.filter(user=user, role=role, body=body, area=area, valid_to__isnull=True).first()
    return held or appoint(user, role=role, body=body, area=area, title=title, actor=actor)
