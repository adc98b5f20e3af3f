"""Accounts as their administrators find and read them."""

from __future__ import annotations

import datetime as dt
import re

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Reverse

from linli.actors.queries import accounts_visible_to, posts_on
from linli.core import clock
from linli.core.access import policy
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.privacy import keyed_hash
from linli.core.privacy.registry import register_revealable

TABS = (
    ("staff", "有岗位的"),
    ("all", "全部"),
    ("locked", "已锁定"),
    ("stale", "久未使用"),
    ("fresh", "初始密码未换"),
)
TOLD = {
    "access.create_account": "开立账号",
    "access.sign_up": "本人注册",
    "access.lock_account": "锁定账号",
    "access.unlock_account": "解锁账号",
    "access.reset_password": "重置密码",
    "access.reset_second_factor": "重置动态口令",
    "access.end_sessions": "结束登录",
}

register_revealable(
    User,
    {"phone": "手机号"},
    visible_to=accounts_visible_to,
    permission="core.reveal_account",
    subject_of=lambda user: user,
)


def _stale_before() -> dt.datetime:
    return clock.now() - dt.timedelta(days=int(policy.value("stale_days")))


def find(rows: QuerySet[User], words: str) -> QuerySet[User]:
    """By the beginning of account or name, the end of a name, or a whole phone number (by its keyed hash)."""
    if not words:
        return rows
    match = Q(username__startswith=words) | Q(name__startswith=words) | Q(backwards__startswith=words[::-1])
    digits = re.sub(r"[\s-]", "", words)
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        match |= Q(phone_hash=keyed_hash(digits, "phone"))
    return rows.annotate(backwards=Reverse("name")).filter(match)


def narrowed(rows: QuerySet[User], tab: str) -> QuerySet[User]:
    """The rows of a tab."""
    today = clock.today()
    match tab:
        case "staff":
            return rows.filter(pk__in=posts_on(today).values("user"))
        case "locked":
            return rows.filter(is_active=False)
        case "stale":
            staff = rows.annotate(used_at=Coalesce("last_login", "date_joined"))
            held = posts_on(today).values("user")
            return staff.filter(pk__in=held, is_active=True, used_at__lt=_stale_before())
        case "fresh":
            return rows.filter(must_change_password=True, is_active=True)
    return rows


def states_of(user: User, has_code: bool) -> list[tuple[str, str]]:
    """What is to be said of an account: words and tone."""
    said = []
    if not user.is_active:
        said.append(("已锁定", "late"))
    elif user.must_change_password:
        said.append(("初始密码未换", "soon"))
    if user.is_active and (user.last_login or user.date_joined) < _stale_before():
        said.append(("久未使用", "soon"))
    if has_code:
        said.append(("已绑动态口令", "ok"))
    return said or [("正常", "")]


def history_of(user: User) -> QuerySet[Event]:
    """What was done to an account, newest first."""
    events = Event.objects.filter(subject_type__app_label="core", subject_type__model="user", subject_id=user.pk)
    return events.filter(name__in=TOLD).select_related("actor").order_by("-at", "-pk")[:20]


#: What can be done to an account, and the permission it asks for.
STEPS = {
    "lock": "core.lock_account",
    "unlock": "core.unlock_account",
    "password": "core.reset_account",
    "code": "core.reset_account",
    "sessions": "core.end_sessions",
}


def steps_on(user: User, *, reader: User, has_code: bool) -> list[str]:
    """What this administrator may do to an account, and what makes sense as it stands."""
    pointless = {"lock": not user.is_active, "unlock": user.is_active, "code": not has_code}
    return [
        step
        for step, permission in STEPS.items()
        if not pointless.get(step, False) and reader.has_perm(permission, user)
    ]
