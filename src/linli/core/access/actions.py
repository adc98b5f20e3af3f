"""Keeping accounts: made, locked, given a new start, shown out. Each leaves its event and tells the person.

A password an administrator hands over is good for a few days and one purpose: signing in once to choose an own one.
It is returned to the page that asked and stands nowhere else.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from axes.utils import reset as forget_failures
from django.core.exceptions import ValidationError
from django.db import transaction

from linli.core.access import hooks, policy
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.codes.phone import check_mobile
from linli.core.errors import BadInput, NotAllowed, Refusal, WrongState
from linli.core.notices import notify
from linli.core.privacy import keyed_hash

# Without letters that look alike when somebody reads a password out: I l 1, O 0.
_LETTERS = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789", "-+=#@")


def _permit(actor: User, permission: str, user: User | None, sentence: str) -> None:
    if not actor.has_perm(permission, user):
        raise NotAllowed(permission, sentence)


def _still_open(user: User) -> None:
    if user.is_closed:
        raise WrongState("access.closed", "这个账号已由本人注销，信息已经删除，不能再启用。请本人另开一个。")


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if len(reason) < 2:
        raise BadInput("access.reason", "请写明原因，本人会看到。", fields={"reason": "请写明原因，本人会看到。"})
    return reason


def new_password() -> str:
    """A password that satisfies the policy: groups of four, easy to read out."""
    length = max(12, -(-int(policy.value("password_length")) // 4) * 4)
    found = [secrets.choice(letters) for letters in _LETTERS]
    found += [secrets.choice("".join(_LETTERS[:3])) for _ in range(length - len(found))]
    secrets.SystemRandom().shuffle(found)
    return "".join(found)


@transaction.atomic
def create_account(*, username: str, name: str, phone: str = "", email: str = "", actor: User) -> tuple[User, str]:
    """Make an account that has no right yet; returns it with the password to hand over."""
    _permit(actor, "core.create_account", None, "账号由系统管理员开立。请联系他们。")
    user = User(username=username.strip(), name=" ".join(name.split()), email=email.strip())
    fields: dict[str, str] = {}
    if not user.name:
        fields["name"] = "请填姓名。"
    if phone:
        try:
            user.phone = check_mobile(phone)
        except ValidationError as error:
            fields["phone"] = " ".join(error.messages)
        user.phone_hash = keyed_hash(user.phone, "phone") if user.phone else ""
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        fields |= {key: " ".join(texts) for key, texts in error.message_dict.items()}
    if fields:
        raise BadInput("access.account_invalid", " ".join(fields.values()), fields=fields)
    password = _give_password(user)
    record(actor, "access.create_account", user, username=user.username)
    return user, password


def _give_password(user: User) -> str:
    password = new_password()
    user.set_password(password)
    user.save()  # the validators' hook notes the time and clears the mark, which is therefore set after it
    user.must_change_password = True
    user.save(update_fields=["must_change_password"])
    return password


@transaction.atomic
def reset_password(user: User, *, reason: str, actor: User) -> str:
    """Give an account a new start: a password to hand over, no failures counted, no session left."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _permit(actor, "core.reset_account", user, _NOT_RESET)
    _still_open(user)
    reason = _reason(reason)
    password = _give_password(user)
    forget_failures(username=user.username)
    event = record(actor, "access.reset_password", user, reason=reason, closed=revoke_access(user))
    notify(user, kind="other.account", title="你的密码已被重置", body=f"经办：{actor}。原因：{reason}", event=event)
    return password


@transaction.atomic
def reset_second_factor(user: User, *, reason: str, actor: User) -> int:
    """Forget the time-based code of somebody whose phone is gone; how many ways of proof that removed."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _permit(actor, "core.reset_account", user, _NOT_RESET)
    reason = _reason(reason)
    count, _each = Authenticator.objects.filter(user=user).delete()
    if not count:
        raise WrongState("access.no_second_factor", "这个账号没有绑定动态口令，不用重置。")
    event = record(actor, "access.reset_second_factor", user, reason=reason, closed=revoke_access(user))
    notify(
        user, kind="other.account", title="你的动态口令已被重置", body=f"经办：{actor}。原因：{reason}", event=event
    )
    return int(count)


_NOT_RESET = (
    "密码和动态口令由系统管理员重置；管理员账号只能在服务器上用 linli account reset 重置，"
    "否则一个人就能兼做两种管理员。"
)


@transaction.atomic
def lock_account(user: User, *, reason: str, actor: User) -> User:
    """Nobody signs in with the account from now on; its sessions and tokens end. The last administrator stays."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.pk == actor.pk:
        raise NotAllowed("core.lock_account", "不能锁定自己的账号。请由另一位管理员办理。")
    _permit(actor, "core.lock_account", user, "锁定账号由管这个区域的系统管理员或安全管理员办理。")
    reason = _reason(reason)
    if not user.is_active:
        raise WrongState("access.locked_already", "这个账号已经锁定。")
    hooks.ask_before_lock(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    record(actor, "access.lock_account", user, reason=reason, closed=revoke_access(user))
    return user


@transaction.atomic
def unlock_account(user: User, *, reason: str, actor: User) -> User:
    """The account may be used again, with the posts it still holds."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _permit(actor, "core.unlock_account", user, "解锁账号由管这个区域的系统管理员办理。")
    _still_open(user)
    reason = _reason(reason)
    if user.is_active:
        raise WrongState("access.not_locked", "这个账号没有锁定。")
    user.is_active = True
    user.save(update_fields=["is_active"])
    forget_failures(username=user.username)
    event = record(actor, "access.unlock_account", user, reason=reason)
    notify(user, kind="other.account", title="你的账号已解锁", body=f"经办：{actor}。原因：{reason}", event=event)
    return user


@transaction.atomic
def end_sessions(user: User, *, reason: str, actor: User) -> int:
    """Sign the person out everywhere and close what else is open in the name; how many doors that were."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _permit(actor, "core.end_sessions", user, "结束登录由管这个区域的系统管理员或安全管理员办理。")
    reason = _reason(reason)
    closed: int = revoke_access(user)
    event = record(actor, "access.end_sessions", user, reason=reason, closed=closed)
    notify(user, kind="other.account", title="你的登录已被结束", body=f"经办：{actor}。原因：{reason}", event=event)
    return closed


def revoke_access(user: User) -> int:
    """End every session and whatever else opens doors in the person's name (hooks.on_revoke); how many that were.

    Call it inside the action that says why; it asks no rule and writes no event of its own.
    """
    held = User.objects.filter(pk=user.pk).values_list("session_key", flat=True).first() or ""
    User.objects.filter(pk=user.pk).update(session_key="")
    user.session_key = ""
    return len(held.split()) + hooks.close_doors(user)


def lock_accounts(users: Iterable[User], *, reason: str, actor: User) -> tuple[list[User], list[tuple[User, str]]]:
    """Lock several, each on its own: those locked, and those that stay with the sentence why."""
    done: list[User] = []
    left: list[tuple[User, str]] = []
    for user in users:
        try:
            done.append(lock_account(user, reason=reason, actor=actor))
        except Refusal as refusal:
            left.append((user, refusal.message))
    return done, left
