"""Giving out tokens and ending them."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping

from django.db import transaction

from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.access.hooks import on_revoke
from linli.core.access.models import User
from linli.core.api.choices import DAYS_MOST
from linli.core.api.models import ApiToken
from linli.core.api.queries import hash_of
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed
from linli.core.notices import notify
from linli.core.parameters import value_of

ISSUED, REVOKED = "core.issue_token", "core.revoke_token"
EACH = 20  # tokens of one person that are good
SIGN = "linli_"


def days_most(user: User) -> int:
    """How long a token of this person may last."""
    scope = min((grant.scope for grant in grants_of(user)), key=len, default="")
    return int(value_of(DAYS_MOST, scope))


@transaction.atomic
def issue_token(
    *, name: str, scopes: Iterable[str], days: int, known: Mapping[str, str], actor: User
) -> tuple[ApiToken, str]:
    """A token and its secret, which is told this once. `known` are the scopes there are. Raises BadInput.

    Whoever calls this has just asked the person for the password again.
    """
    if not actor.has_perm(ISSUED) or actor.is_system:
        raise NotAllowed(ISSUED, "请先登录，再建立令牌。")
    User.objects.select_for_update().get(pk=actor.pk)
    wanted, most, wrong = sorted(set(scopes)), days_most(actor), {}
    if not name.strip():
        wrong["name"] = "请写明给哪个程序用。"
    if not wanted or not set(wanted) <= set(known):
        wrong["scopes"] = "请至少选一项范围。"
    if not 1 <= days <= most:
        wrong["days"] = f"有效期要在 1 到 {most} 天之间。"
    now = clock.now()
    if ApiToken.objects.filter(user=actor, revoked_at__isnull=True, expires_at__gt=now).count() >= EACH:
        wrong["name"] = f"最多同时有 {EACH} 个令牌。请先作废不用的。"
    if wrong:
        raise BadInput(ISSUED, "令牌没有建立。" + "".join(wrong.values()), fields=wrong)
    secret = SIGN + secrets.token_hex(32)
    token = ApiToken.objects.create(
        user=actor,
        name=name.strip()[:60],
        prefix=secret[: len(SIGN) + 6],
        secret_hash=hash_of(secret),
        scopes=wanted,
        scope=min((grant.scope for grant in grants_of(actor)), key=len, default=""),
        created_at=now,
        expires_at=now + dt.timedelta(days=days),
    )
    record(actor, ISSUED, token, token=token.name, prefix=token.prefix, scopes=wanted, expires_at=token.expires_at)
    return token, secret


@on_revoke
def end_tokens_of(user: User) -> int:
    """All tokens of an account that is locked or begins anew; part of the action that says why."""
    good = ApiToken.objects.filter(user=user, revoked_at__isnull=True, expires_at__gt=clock.now())
    return good.update(revoked_at=clock.now(), revoked_by=User.system())


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: User) -> ApiToken:
    """End a token now; again changes nothing. The holder is told when somebody else does it."""
    row = ApiToken.objects.select_for_update(of=("self",)).select_related("user").get(pk=token.pk)
    if not actor.has_perm(REVOKED, row):
        raise NotAllowed(REVOKED, "令牌由本人、系统管理员或安全管理员作废。")
    if row.revoked_at is not None:
        return row
    row.revoked_at, row.revoked_by = clock.now(), actor
    row.save(update_fields=["revoked_at", "revoked_by"])
    event = record(actor, REVOKED, row, token=row.name, prefix=row.prefix)
    if row.user_id != actor.pk:
        notify(
            row.user,
            kind="other.token",
            title=f"你的接口令牌“{row.name}”已由管理员作废",
            url="/my/tokens/",
            event=event,
        )
    return row
