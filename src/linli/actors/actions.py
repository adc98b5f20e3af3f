"""Appointing and relieving."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from linli.actors.models import Body, Post
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
