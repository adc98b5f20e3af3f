"""Tokens: the own, for administrators also those of others. A token is made on the page, with the password."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from linli.core import clock
from linli.core.access.signed_in import user_of
from linli.core.api import actions
from linli.core.api.listing import page
from linli.core.api.models import ApiToken
from linli.core.api.queries import tokens_of, tokens_visible_to
from linli.core.api.rooms import Room
from linli.core.api.schemas import UID, Answer, Paged, page_of


class IssuedToken(Answer):
    """A token; its secret is shown once on the page that made it, and to nobody else."""

    uid: str = Field(examples=[UID])
    name: str = Field(examples=["街道台账同步"])
    prefix: str = Field(examples=["linli_3f9a1c"])
    holder: str = Field(examples=["李华"])
    scopes: list[str] = Field(examples=[["read:registers", "read:cases"]])
    created_at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    expires_at: dt.datetime = Field(examples=["2027-02-20T00:00:00Z"])
    last_used_at: dt.datetime | None = Field(examples=["2026-11-22T07:00:00Z"])
    revoked_at: dt.datetime | None = Field(examples=["2026-12-01T06:30:00Z"])
    valid: bool = Field(examples=[True])


class TokenFilters(Paged):
    """Whose tokens."""

    everybody: bool = Field(False, description="管理员：也看别人的")


def build() -> Room:
    """The room of tokens."""
    room = Room("tokens", "接口令牌", "看和作废。建立要在页面上输密码，令牌不能再造令牌。")

    def listed(request: HttpRequest, filters: Query[TokenFilters]) -> object:
        user = user_of(request)
        rows = tokens_visible_to(user) if filters.everybody else tokens_of(user).select_related("user")
        items, following = page(rows, ("-pk",), filters.after, filters.limit)
        return {"items": [_token(token) for token in items], "next": following}

    def one(request: HttpRequest, uid: str) -> object:
        return _token(_found(request, uid))

    def revoke(request: HttpRequest, uid: str) -> None:
        actions.revoke_token(_found(request, uid), actor=user_of(request))

    room.reads("", "令牌：列表", page_of(IssuedToken), name="tokens_list")(listed)
    room.reads("/{uid}", "令牌：一个", IssuedToken, name="tokens_one")(one)
    room.removes("/{uid}", "作废令牌", name="tokens_revoke", about="正在用的这一个也可以；再作废一次什么也不变。")(
        revoke
    )
    return room


def _found(request: HttpRequest, uid: str) -> ApiToken:
    token = tokens_visible_to(user_of(request)).filter(uid=uid).first()
    if token is None:
        raise Http404
    return token


def _token(token: ApiToken) -> dict[str, Any]:
    plain = ("uid", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    return {
        **{name: getattr(token, name) for name in plain},
        "holder": str(token.user),
        "valid": token.is_valid_at(clock.now()),
    }
