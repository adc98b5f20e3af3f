"""Who the caller is: the person, the posts held today, and the token in use."""

from __future__ import annotations

import datetime as dt
from typing import cast

from django.http import HttpRequest
from pydantic import Field

from linli.actors.queries import posts_of
from linli.core.access.models import User
from linli.core.api.callers import Caller
from linli.core.api.rooms import Room
from linli.core.api.schemas import Answer, Word

room = Room("me", "我", "令牌代表谁、这个人今天有哪些岗位。")


class Post(Answer):
    """A post held today; all rights follow from these."""

    role: Word = Field(examples=[{"code": "street_officer", "label": "街道经办"}])
    body: str = Field(examples=["东方街道办事处"])
    area: str = Field(examples=["东方街道"])
    title: str = Field(examples=["社会事务办经办"])


class TokenInUse(Answer):
    """The token of this call."""

    name: str = Field(examples=["街道台账同步"])
    prefix: str = Field(examples=["linli_3f9a1c"])
    scopes: list[str] = Field(examples=[["read:registers", "read:cases"]])
    expires_at: dt.datetime = Field(examples=["2027-02-20T00:00:00Z"])


class Me(Answer):
    """The person behind the call."""

    uid: str = Field(examples=["Zk3v8mQ1bH0xY7tR5cW2aA"])
    username: str = Field(examples=["lihua"])
    name: str = Field(examples=["李华"])
    posts: list[Post]
    token: TokenInUse | None = Field(description="网页登录的调用没有")


def me(request: HttpRequest) -> object:
    """The person, as the pages greet them."""
    caller = cast("Caller", request.caller)  # type: ignore[attr-defined]
    user: User = caller.user
    token = caller.token
    return {
        "uid": user.uid,
        "username": user.username,
        "name": user.name,
        "posts": [
            {
                "role": {"code": post.role, "label": str(post.get_role_display())},
                "body": str(post.body),
                "area": post.area.short_name,
                "title": post.title,
            }
            for post in posts_of(user)
        ],
        "token": {name: getattr(token, name) for name in TokenInUse.model_fields} if token else None,
    }


room.reads("", "我是谁", Me, name="me")(me)
