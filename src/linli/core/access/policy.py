"""The security policies in force: declared parameters that the security administrator sets (rulebook §11.3).

The environment gives the installation's defaults (settings.LINLI_…); a value set on the page goes before them, holds
for the whole installation, and can be no weaker than the floor declared here. A request reads all of them by one
query and keeps them to its end, so a change holds from the next request on, in every process, without anything to
invalidate.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from linli.core.parameters import Parameter, declare, values_of

SOURCE = "GB/T 22239-2019 [M]；数值为本系统所定"


def _roles() -> tuple[tuple[str, str], ...]:
    return tuple((str(value), str(label)) for value, label in import_string(settings.LINLI_ROLES).choices)


def _policy(name: str, unit: str, label: str, least: int, most: int, setting: str, source: str = SOURCE) -> Parameter:
    return Parameter(
        f"security.{name}",
        int,
        None,
        unit,
        label,
        source,
        least=least,
        most=most,
        kept_by="security",
        setting=setting,
    )


POLICIES = (
    _policy("level", "级", "网络安全等级保护级别；三级时工作账号都要绑定动态口令", 2, 3, "LINLI_SECURITY_LEVEL"),
    _policy("password_length", "位", "密码至少几位", 8, 64, "LINLI_PASSWORD_LENGTH"),
    _policy(
        "password_classes",
        "种",
        "密码至少含几种字符（大写、小写、数字、符号）",
        3,
        4,
        "LINLI_PASSWORD_CLASSES",
    ),
    _policy("password_days", "天", "工作账号的密码用多久要换", 1, 180, "LINLI_PASSWORD_DAYS"),
    _policy("password_history", "次", "不能用最近几次用过的密码", 3, 24, "LINLI_PASSWORD_HISTORY"),
    _policy("initial_password_days", "天", "初始密码几天内有效", 1, 30, "LINLI_INITIAL_PASSWORD_DAYS"),
    _policy("idle_minutes_staff", "分钟", "工作账号多久不操作就退出", 5, 30, "LINLI_IDLE_MINUTES_STAFF"),
    _policy("idle_minutes_public", "分钟", "居民账号多久不操作就退出", 5, 120, "LINLI_IDLE_MINUTES_PUBLIC"),
    _policy("login_failures", "次", "密码连续错几次就锁住", 3, 10, "LINLI_LOGIN_FAILURES"),
    _policy("lockout_minutes", "分钟", "锁住多久", 10, 1440, "LINLI_LOCKOUT_MINUTES"),
    _policy("sessions", "处", "一个账号最多同时在几处登录", 1, 3, "LINLI_SESSIONS"),
    _policy("stale_days", "天", "工作账号多久没用算久未使用", 30, 365, "LINLI_STALE_DAYS"),
    Parameter(
        "security.second_factor_roles",
        str,
        None,
        "",
        "二级时也必须绑定动态口令的岗位",
        SOURCE,
        kept_by="security",
        setting="LINLI_SECOND_FACTOR_ROLES",
        options=_roles,
        many=True,
    ),
)
ACCOUNTS_AT_ONCE = "access.accounts_at_once"
declare(
    *POLICIES,
    Parameter(
        ACCOUNTS_AT_ONCE,
        int,
        100,
        "个",
        "一次最多批量开立多少个账号",
        "本系统所定",
        least=1,
        most=500,
        kept_by="technical",
    ),
)
KEYS = tuple(policy.key for policy in POLICIES)

_kept: ContextVar[dict[str, Any] | None] = ContextVar("linli.policy", default=None)
_keeping: ContextVar[bool] = ContextVar("linli.policy.keeping", default=False)


@contextmanager
def kept() -> Iterator[None]:
    """Read the policies at most once within; a request runs inside."""
    keeping, values = _keeping.set(True), _kept.set(None)
    try:
        yield
    finally:
        _kept.reset(values)
        _keeping.reset(keeping)


def forget() -> None:
    """Read anew at the next question: a policy was just changed."""
    _kept.set(None)


def value(name: str) -> Any:
    """The policy in force, by its name without the group: value("password_days"). KeyError for an unknown one."""
    values = _kept.get()
    if values is None:
        values = values_of(KEYS)
        if _keeping.get():
            _kept.set(values)
    return values[f"security.{name}"]


def failures_allowed(request: Any = None, credentials: Any = None) -> int:
    """How many wrong passwords lock; asked by axes."""
    return int(value("login_failures"))


def lockout_time(request: Any = None) -> dt.timedelta:
    """How long a lock lasts; asked by axes."""
    return dt.timedelta(minutes=int(value("lockout_minutes")))


def second_factor_needed(roles: set[str]) -> bool:
    """Whether holders of these roles must have set up a time-based code."""
    if not roles:
        return False
    return int(value("level")) >= 3 or bool(roles & set(str(value("second_factor_roles")).split(",")))
