"""Accounts, for the administrators who keep them: found, opened, locked, given a new start."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from linli.actors.models import Post
from linli.actors.queries import accounts_visible_to, posts_on
from linli.actors.queries.accounts import TABS, TOLD, find, history_of, narrowed, states_of, steps_on
from linli.core import clock
from linli.core.access import actions, policy
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.api.frame import mark, must_match, version_of
from linli.core.api.listing import page
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.routers.revealing import add_reveal
from linli.core.api.schemas import UID, Answer, Input, Paged, Word, one_of, page_of
from linli.core.codes.fields import MobileField, PersonNameField
from linli.core.errors import BadInput, NotAllowed
from linli.core.parameters import value_of
from linli.core.privacy import mask_phone

room = Room("accounts", "账号", "系统管理员和安全管理员看得到；手机号遮着。")


class PostHeld(Answer):
    """A post of an account."""

    id: int = Field(examples=[17])
    role: Word = Field(examples=[{"code": "street_officer", "label": "街道经办"}])
    body: str = Field(examples=["东方街道办事处"])
    area: str = Field(examples=["东方街道"])


class AccountRow(Answer):
    """An account in the list."""

    uid: str = Field(examples=[UID])
    username: str = Field(examples=["lihua"])
    name: str = Field(examples=["李华"])
    active: bool = Field(examples=[True])
    states: list[str] = Field(examples=[["正常"]])
    last_login: dt.datetime | None = Field(examples=["2026-11-22T06:30:00Z"])
    posts: list[PostHeld] = Field(description="今天在任的")


class AccountEvent(Answer):
    """What was done to an account."""

    at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    text: str = Field(examples=["锁定账号"])
    who: str = Field(examples=["王敏"])
    reason: str = Field(examples=["离职"])


class Account(AccountRow):
    """An account with what was done to it and what the caller may do."""

    phone: str = Field(examples=["138****2046"])
    second_factor: bool = Field(examples=[True])
    sessions: int = Field(examples=[1], description="现在登录着几处")
    may: list[str] = Field(examples=[["lock", "password"]], description="你现在可以办的")
    history: list[AccountEvent]


class AccountFilters(Paged):
    """Which accounts."""

    tab: one_of(key for key, _ in TABS) = Field("all", description="；".join(f"{k}：{v}" for k, v in TABS))  # type: ignore[valid-type]
    q: str | None = Field(None, max_length=60, description="账号、姓名，或完整的手机号")


class NewAccount(Input):
    """A new account; it has no right until a post is agreed to."""

    username: str = Field(min_length=1, max_length=60, examples=["zhangwei"])
    name: str = Field(min_length=1, max_length=60, examples=["张伟"])
    phone: str = Field("", max_length=20, examples=["13800002046"])
    email: str = Field("", max_length=254, examples=["zhang@example.org"])


class MadeAccount(Answer):
    """A new start: the password is told this once, and must be changed at the first login."""

    uid: str = Field(examples=[UID])
    username: str = Field(examples=["zhangwei"])
    password: str = Field(examples=["Kd7-pRm4+wQz"])
    days: int = Field(examples=[7], description="几天内有效")


class NewAccounts(Input):
    """Several accounts: all of them, or none."""

    accounts: list[NewAccount] = Field(min_length=1, max_length=500)


class Why(Input):
    """The person concerned reads it."""

    reason: str = Field(min_length=2, max_length=200, examples=["离职"])


class Locking(Why):
    """Which accounts to lock."""

    accounts: list[Annotated[str, Field(max_length=22, examples=[UID])]] = Field(min_length=1, max_length=200)


class NotLocked(Answer):
    """An account that was not locked, and why."""

    uid: str = Field(examples=[UID])
    sentence: str = Field(examples=["这个账号已经锁定。"])


class Locked(Answer):
    """What became of each account."""

    locked: list[str] = Field(examples=[[UID]])
    left: list[NotLocked]


# --- reading ----------------------------------------------------------------------------------------------------


def listed(request: HttpRequest, filters: Query[AccountFilters]) -> object:
    """The accounts this administrator keeps."""
    rows = find(narrowed(accounts_visible_to(_reader(request)), filters.tab), (filters.q or "").strip())
    items, following = page(rows.defer("phone"), ("-pk",), filters.after, filters.limit)
    return {"items": _rows(items), "next": following}


def one(request: HttpRequest, uid: str) -> object:
    """An account in full."""
    return _shown(request, _found(request, uid))


def _reader(request: HttpRequest) -> User:
    if not request.user.has_perm("core.view_accounts"):
        raise Http404
    return user_of(request)


def _found(request: HttpRequest, uid: str) -> User:
    user: User | None = accounts_visible_to(_reader(request)).filter(uid=uid).first()
    if user is None:
        raise Http404
    return user


def _rows(users: list[User]) -> list[dict[str, Any]]:
    ids = [user.pk for user in users]
    posts: dict[int, list[Post]] = {}
    held = posts_on(clock.today()).filter(user__in=ids).select_related("body", "area__parent")
    for post in held.defer("area__boundary", "area__parent__boundary").order_by("pk"):
        posts.setdefault(post.user_id, []).append(post)
    codes = set(_codes(ids))
    return [
        {
            "uid": user.uid,
            "username": user.username,
            "name": user.name,
            "active": user.is_active,
            "states": [words for words, _tone in states_of(user, user.pk in codes)],
            "last_login": user.last_login,
            "posts": [_post(post) for post in posts.get(user.pk, [])],
        }
        for user in users
    ]


def _codes(ids: list[int]) -> list[int]:
    found = Authenticator.objects.filter(user__in=ids, type=Authenticator.Type.TOTP)
    return list(found.values_list("user", flat=True))


def _post(post: Post) -> dict[str, Any]:
    role = {"code": post.role, "label": str(post.get_role_display())}
    return {"id": post.pk, "role": role, "body": str(post.body), "area": post.area.full_name}


def _version(user: User) -> str:
    # Not when it last signed in: that changes nothing an administrator decides about.
    return version_of(
        user.pk, user.username, user.name, user.is_active, user.must_change_password, user.password_changed_at
    )


def _shown(request: HttpRequest, user: User) -> dict[str, Any]:
    reader = user_of(request)
    mark(request, _version(user))
    has_code = bool(_codes([user.pk]))
    return _rows([user])[0] | {
        "phone": mask_phone(user.phone),
        "second_factor": has_code,
        "sessions": len(user.session_key.split()),
        "may": steps_on(user, reader=reader, has_code=has_code),
        "history": [
            {
                "at": event.at,
                "text": TOLD[event.name],
                "who": str(event.actor),
                "reason": str(event.detail.get("reason", "")),
            }
            for event in history_of(user)
        ],
    }


# --- opening ----------------------------------------------------------------------------------------------------


def create(request: HttpRequest, body: NewAccount) -> object:
    """Open one account."""
    return _made(*_create(body, _manager(request)))


def create_all(request: HttpRequest, body: NewAccounts) -> object:
    """Open several; what is wrong with each stands under its number, and then there are none."""
    manager, most = _manager(request), int(value_of(policy.ACCOUNTS_AT_ONCE))
    if len(body.accounts) > most:
        text = f"一次最多 {most} 人，这里有 {len(body.accounts)} 人。请分几次。"
        raise Problem(422, "input.refused", fields={"accounts": text})
    made: list[dict[str, Any]] = []
    wrong: dict[str, str] = {}
    for number, asked in enumerate(body.accounts):
        try:
            with transaction.atomic():
                made.append(_made(*_create(asked, manager)))
        except BadInput as refusal:
            wrong |= {f"accounts.{number}.{name}": sentence for name, sentence in refusal.fields.items()}
    if wrong:
        raise Problem(422, "input.refused", "有几行要改，改好后整份再交；现在一个账号也没有开立。", fields=wrong)
    return made


def _manager(request: HttpRequest) -> User:
    reader = _reader(request)
    if not reader.has_perm("core.manage_accounts"):
        raise NotAllowed("core.manage_accounts", "账号由系统管理员开立。请联系他们。")
    return reader


def _create(asked: NewAccount, manager: User) -> tuple[User, str]:
    wrong: dict[str, str] = {}
    for name, field in (("name", PersonNameField()), ("phone", MobileField(required=False))):
        try:
            field.clean(getattr(asked, name))
        except ValidationError as error:
            wrong[name] = " ".join(error.messages)
    if wrong:
        raise BadInput("access.account_invalid", " ".join(wrong.values()), fields=wrong)
    return actions.create_account(**asked.model_dump(), actor=manager)


def _made(user: User, password: str) -> dict[str, Any]:
    days = int(policy.value("initial_password_days"))
    return {"uid": user.uid, "username": user.username, "password": password, "days": days}


# --- steps ------------------------------------------------------------------------------------------------------


def _locked(request: HttpRequest, uid: str) -> User:
    user = _found(request, uid)
    user = User.objects.select_for_update().get(pk=user.pk)
    must_match(request, _version(user))
    return user


def lock(request: HttpRequest, uid: str, body: Why) -> object:
    """Nobody signs in with it any more."""
    actions.lock_account(_locked(request, uid), reason=body.reason, actor=user_of(request))
    return _shown(request, _found(request, uid))


def unlock(request: HttpRequest, uid: str, body: Why) -> object:
    """It may be used again."""
    actions.unlock_account(_locked(request, uid), reason=body.reason, actor=user_of(request))
    return _shown(request, _found(request, uid))


def code(request: HttpRequest, uid: str, body: Why) -> object:
    """Forget the time-based code."""
    actions.reset_second_factor(_locked(request, uid), reason=body.reason, actor=user_of(request))
    return _shown(request, _found(request, uid))


def sessions(request: HttpRequest, uid: str, body: Why) -> object:
    """Sign the person out everywhere."""
    actions.end_sessions(_locked(request, uid), reason=body.reason, actor=user_of(request))
    return _shown(request, _found(request, uid))


def password(request: HttpRequest, uid: str, body: Why) -> object:
    """A password to hand over, told this once."""
    user = _locked(request, uid)
    return _made(user, actions.reset_password(user, reason=body.reason, actor=user_of(request)))


def lock_several(request: HttpRequest, body: Locking) -> object:
    """Lock several, each on its own."""
    chosen = list(accounts_visible_to(_reader(request)).filter(uid__in=body.accounts).order_by("pk"))
    done, left = actions.lock_accounts(chosen, reason=body.reason, actor=user_of(request))
    missing = sorted(set(body.accounts) - {user.uid for user in chosen})
    return {
        "locked": [user.uid for user in done],
        "left": [
            *({"uid": user.uid, "sentence": sentence} for user, sentence in left),
            *({"uid": uid, "sentence": "没有这个账号，或者不归你管。"} for uid in missing),
        ],
    }


room.reads("", "账号：列表", page_of(AccountRow), name="accounts_list")(listed)
room.sends("", "账号：开立", MadeAccount, status=201, name="accounts_create", keeps=False)(create)
# Before the addresses of single ones, which would take these words for names.
several = room.sends(
    "/several", "账号：批量开立", list[MadeAccount], status=201, name="accounts_create_all", keeps=False
)
several(create_all)
room.sends("/lock", "账号：批量锁定", Locked, name="accounts_lock_several")(lock_several)
room.reads("/{uid}", "账号：一个", Account, name="accounts_one")(one)
room.alters("/{uid}/lock", "账号：锁定", Account, name="accounts_lock")(lock)
room.alters("/{uid}/unlock", "账号：解锁", Account, name="accounts_unlock")(unlock)
room.alters("/{uid}/code", "账号：重置动态口令", Account, name="accounts_code")(code)
room.alters("/{uid}/sessions", "账号：结束登录", Account, name="accounts_sessions")(sessions)
room.alters("/{uid}/password", "账号：重置密码", MadeAccount, name="accounts_password", keeps=False)(password)
add_reveal(room, User._meta.label_lower, "account", "", "账号")
