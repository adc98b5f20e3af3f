"""Appointing and relieving."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from linli.actors.choices import BodyKind
from linli.actors.models import Body, Post
from linli.areas.choices import Level
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import NotAllowed, WrongState


@transaction.atomic
def appoint(
    user: User, *, role: str, body: Body, area: Area, title: str = "", since: dt.date | None = None, actor: User
) -> Post:
    """Give a person a post; the same post twice is refused."""
    post = Post(user=user, role=role, body=body, area=area, title=title, valid_from=since or clock.today())
    if not actor.has_perm("actors.appoint", post):
        raise NotAllowed("actors.appoint", "任免岗位由系统管理员办理。")
    if Post.objects.filter(user=user, role=role, body=body, area=area, valid_to__isnull=True).exists():
        raise WrongState("actors.appoint", f"{user} 已经在任“{post}”，不用再任一次。")
    post.full_clean()
    post.save()
    record(actor, "actors.appoint", post, user=user.username, role=role, body=str(body), area=str(area))
    return post


@transaction.atomic
def relieve(post: Post, *, on: dt.date | None = None, actor: User) -> Post:
    """End a post on a day; what was done under it stays."""
    post = Post.objects.select_for_update().get(pk=post.pk)
    if not actor.has_perm("actors.appoint", post):
        raise NotAllowed("actors.relieve", "任免岗位由系统管理员办理。")
    if post.valid_to is not None:
        raise WrongState("actors.relieve", "这个岗位已经卸任。")
    post.valid_to = max(on or clock.today(), post.valid_from + dt.timedelta(days=1))
    post.full_clean()
    post.save(update_fields=["valid_to"])
    record(actor, "actors.relieve", post, user=post.user.username, role=post.role, on=post.valid_to)
    return post


KIND_OF = {
    Level.STREET: BodyKind.STREET,
    Level.COMMUNITY: BodyKind.COMMUNITY,
}


@transaction.atomic
def found_body(name: str, *, area: Area, actor: User) -> Body:
    """The body of this name in the area; a new one of the kind that fits the area's level where there is none."""
    found = Body.objects.filter(name=name, area=area, valid_to__isnull=True).first()
    if found is not None:
        return found
    body = Body(name=name, area=area, kind=KIND_OF.get(Level(area.level), BodyKind.DEPARTMENT))
    if not actor.has_perm("actors.appoint", area):
        raise NotAllowed("actors.found_body", "新增机构由系统管理员办理。")
    body.full_clean()
    body.save()
    record(actor, "actors.found_body", body, scope=area.path, body=name)
    return body


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
