"""Who is calling: the holder of a token, or a person signed in on the pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from ninja.utils import check_csrf

from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.api.models import ApiToken
from linli.core.api.problems import Problem
from linli.core.api.queries import hash_of

SEEN_EVERY = dt.timedelta(minutes=1)
SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Caller:
    """The person and, where a program calls, the token it uses."""

    user: User
    token: ApiToken | None = None

    @property
    def key(self) -> str:
        """Names the caller to limits and kept answers."""
        return f"token:{self.token.pk}" if self.token else f"user:{self.user.pk}"

    @property
    def scope(self) -> str:
        """The widest area of the person's posts: whose parameters count."""
        return min((grant.scope for grant in grants_of(self.user)), key=len, default="")

    def may_use(self, scope: str) -> bool:
        """Whether the token was given this scope. A person on the pages needs none."""
        return self.token is None or scope in self.token.scopes


def caller_of(request: HttpRequest) -> Caller | None:
    """Who calls; None for a visitor. Raises Problem for a token that is not, or no longer, good."""
    given = request.headers.get("Authorization", "")
    if given:
        return _by_token(given)
    user = request.user
    if not isinstance(user, User) or not user.is_authenticated:
        return None
    if request.method not in SAFE and check_csrf(request) is not None:
        raise Problem(403, "auth.csrf", "网页登录的调用要带 X-CSRFToken。程序请改用令牌。")
    # The lazy wrapper's own user, so that what is asked once for each instance is asked once.
    return Caller(User.objects.get(pk=user.pk) if type(user) is not User else user)


def _by_token(header: str) -> Caller:
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Problem(401)
    row = ApiToken.objects.select_related("user").filter(secret_hash=hash_of(secret)).first()
    if row is None:
        raise Problem(401, "token.unknown", "这个令牌不对。请核对有没有复制完整。")
    now = clock.now()
    if not row.is_valid_at(now):
        word = "已作废" if row.revoked_at else "已到期"
        raise Problem(401, "token.ended", f"这个令牌{word}。请在“我的 → 接口令牌”里建一个新的。")
    if not row.user.is_active:
        raise Problem(401, "token.account", "令牌所属的账号已停用。请联系系统管理员。")
    if row.last_used_at is None or now - row.last_used_at > SEEN_EVERY:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return Caller(row.user, row)


def must_be_sure(request: HttpRequest) -> None:
    """Refuse a session whose person has not entered the password in the last minutes, as the pages do. A token was
    made with the password, and has the scope for this only where its person chose so.
    """
    from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate

    caller: Caller = request.caller  # type: ignore[attr-defined]
    if caller.token is None and not did_recently_reauthenticate(request):
        raise Problem(403, "auth.again", "请先在“我的数据”页再输一次密码，再调用。程序请用有这个范围的令牌。")


class Bearer:
    """Told to ninja so that the document names it; the frame has looked at the token before."""

    openapi_security_schema = {"type": "http", "scheme": "bearer", "description": "接口令牌，见“我的 → 接口令牌”。"}

    def __call__(self, request: Any) -> bool:
        """Whether the frame knows the caller."""
        return getattr(request, "caller", None) is not None
