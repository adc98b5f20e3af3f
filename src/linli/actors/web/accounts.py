"""Accounts: found, opened, locked, given a new start. Numbers of persons stay masked; a reason opens them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from linli.actors.models import Post
from linli.actors.queries import accounts_visible_to, posts_on, posts_visible_to
from linli.actors.queries.accounts import TABS, TOLD, find, history_of, narrowed, states_of, steps_on
from linli.actors.web.forms import AccountForm, BulkForm, ReasonForm
from linli.core import clock
from linli.core.access import actions, policy
from linli.core.access.models import User
from linli.core.errors import BadInput, NotAllowed
from linli.core.paging import keyset
from linli.core.parameters import value_of
from linli.core.privacy import mask_phone
from linli.core.privacy.registry import reveal_url
from linli.core.workflow.web import asked


def _reader(request: HttpRequest) -> User:
    """The administrator who looks; the pages do not exist for anybody else."""
    if not request.user.has_perm("core.view_accounts"):
        raise Http404
    return cast("User", request.user)


@login_required
@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    """The accounts this administrator keeps; search and tab live in the address."""
    reader = _reader(request)
    words, tab = asked(request, "q"), asked(request, "tab") or ("all" if asked(request, "q") else "staff")
    rows = find(narrowed(accounts_visible_to(reader), tab), words).defer("phone")
    page = keyset(rows, request)
    ids = [user.pk for user in page.rows]
    posts: dict[int, list[Post]] = {}
    for post in (
        posts_on(clock.today())
        .filter(user__in=ids)
        .select_related("body", "area__parent")
        .defer("area__boundary", "area__parent__boundary")
        .order_by("pk")
    ):
        posts.setdefault(post.user_id, []).append(post)
    codes = set(
        Authenticator.objects.filter(user__in=ids, type=Authenticator.Type.TOTP).values_list("user", flat=True)
    )
    return render(
        request,
        "actors/accounts.html",
        {
            "page": page,
            "rows": [(user, posts.get(user.pk, []), states_of(user, user.pk in codes)) for user in page.rows],
            "tab": tab,
            "tabs": [
                {"label": label, "url": f"?tab={key}" + (f"&q={words}" if words else ""), "on": key == tab}
                for key, label in TABS
            ],
            "words": words,
            "stale_days": policy.value("stale_days"),
            "may_manage": reader.has_perm("core.manage_accounts"),
            "form": ReasonForm(prefix="lock"),
        },
    )


def _account(request: HttpRequest, uid: str) -> User:
    return get_object_or_404(accounts_visible_to(_reader(request)), uid=uid)


VERBS: dict[str, tuple[str, str]] = {
    # button, what happens
    "lock": (
        "锁定账号",
        "锁定后不能登录，现有的登录和接口令牌立即失效；岗位还在，待办由同岗位的人接着办。",
    ),
    "unlock": ("解锁账号", "解锁后可以用原来的密码登录。"),
    "password": (
        "重置密码",
        "给一个只显示一次的初始密码，登录后必须换掉；现有的登录全部结束。",
    ),
    "code": ("重置动态口令", "本人换了手机时用；下次登录要重新绑定。"),
    "sessions": ("结束登录", "让这个账号在所有地方退出。"),
}


def account_context(user: User, reader: User, bound: tuple[str, ReasonForm] | None = None) -> dict[str, Any]:
    """Everything the page of an account shows."""
    has_code = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    offered = []
    for verb in steps_on(user, reader=reader, has_code=has_code):
        form = bound[1] if bound and bound[0] == verb else ReasonForm(prefix=verb)
        offered.append((verb, *VERBS[verb], form))
    events = history_of(user)
    posts = posts_visible_to(reader).filter(user=user).order_by("-valid_from", "-pk")
    failures = AccessAttempt.objects.filter(username=user.username).order_by("-attempt_time").first()
    return {
        "account": user,
        "states": states_of(user, has_code),
        "has_code": has_code,
        "phone": mask_phone(user.phone),
        "phone_url": reveal_url(user, "phone") if user.phone and reader.has_perm("core.reveal_account", user) else "",
        "posts": posts,
        "sessions": len(user.session_key.split()),
        "failures": failures.failures_since_start if failures else 0,
        "verbs": offered,
        "open_verb": bound[0] if bound else "",
        "history": [
            {
                "at": event.at,
                "text": TOLD[event.name],
                "who": str(event.actor),
                "quote": event.detail.get("reason", ""),
            }
            for event in events
        ],
        "may_propose": reader.has_perm("core.manage_accounts") and user.pk != reader.pk and user.is_active,
    }


@login_required
@require_safe
def account_page(request: HttpRequest, uid: str) -> HttpResponse:
    """One account: who, which posts, in what state, what was done to it, and what may be done."""
    user = _account(request, uid)
    return render(request, "actors/account.html", account_context(user, _reader(request)))


@login_required
@never_cache
@require_POST
def account_step(request: HttpRequest, uid: str, verb: str) -> HttpResponse:
    """Lock, unlock, reset, sign out. A new password is shown once, in the answer itself."""
    user, reader = _account(request, uid), _reader(request)
    if verb not in VERBS:
        raise Http404
    form = ReasonForm(request.POST, prefix=verb)
    if not form.is_valid():
        return render(request, "actors/account.html", account_context(user, reader, (verb, form)), status=422)
    reason = form.cleaned_data["reason"]
    if verb == "password":
        password = actions.reset_password(user, reason=reason, actor=reader)
        return _handed_over(request, [(user, password)], "密码已重置")
    steps: dict[str, tuple[Callable[..., Any], str]] = {
        "lock": (actions.lock_account, "已锁定，现有的登录已全部结束。"),
        "unlock": (actions.unlock_account, "已解锁。"),
        "code": (actions.reset_second_factor, "动态口令已重置，本人下次登录要重新绑定。"),
        "sessions": (actions.end_sessions, "已让这个账号在所有地方退出。"),
    }
    act, said = steps[verb]
    act(user, reason=reason, actor=reader)
    messages.success(request, said)
    return redirect("actors:account", uid=uid)


def _handed_over(request: HttpRequest, made: list[tuple[User, str]], heading: str) -> HttpResponse:
    """The passwords to hand over, this once; the answer is kept nowhere."""
    days = policy.value("initial_password_days")
    return render(request, "actors/passwords.html", {"made": made, "heading": heading, "days": days})


@login_required
@never_cache
def account_new(request: HttpRequest) -> HttpResponse:
    """Open one account."""
    reader = _manager(request)
    form = AccountForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_account(**form.cleaned_data, actor=reader)
        except BadInput as refusal:
            _put(form, refusal)
        else:
            return _handed_over(request, [made], "账号已开立")
    return render(request, "actors/account_new.html", {"form": form}, status=422 if form.errors else 200)


def _put(form: forms.Form, refusal: BadInput) -> None:
    for name, sentence in refusal.fields.items():
        form.add_error(name if name in form.fields else None, sentence)


def _manager(request: HttpRequest) -> User:
    reader = _reader(request)
    if not reader.has_perm("core.manage_accounts"):
        raise NotAllowed("core.manage_accounts", "账号由系统管理员开立。请联系他们。")
    return reader


SEPARATOR = re.compile(r"\t|[,，;；]|\s+")


def parsed(text: str) -> list[tuple[int, dict[str, str]]]:
    """The pasted rows with their line numbers; a heading and empty lines are left out."""
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in SEPARATOR.split(line.strip(), maxsplit=2)]
        if not any(cells) or cells[0] in ("账号", "用户名", "username"):
            continue
        cells += [""] * (3 - len(cells))
        rows.append((number, {"username": cells[0], "name": cells[1], "phone": cells[2]}))
    return rows


@login_required
@never_cache
def account_bulk(request: HttpRequest) -> HttpResponse:
    """Open several accounts: all of them when every row is right, otherwise none, with a reason a row."""
    reader = _manager(request)
    form = BulkForm(request.POST if request.method == "POST" else None)
    wrong: list[tuple[int, dict[str, str], str]] = []
    most = int(value_of(policy.ACCOUNTS_AT_ONCE))
    if request.method == "POST" and form.is_valid():
        rows = parsed(form.cleaned_data["rows"])
        if not rows:
            form.add_error("rows", "没有读到一行。请粘贴名单，一行一人。")
        elif len(rows) > most:
            form.add_error("rows", f"一次最多 {most} 人，这里有 {len(rows)} 人。请分几次。")
        else:
            made, wrong = _open_all(rows, reader)
            if made:
                return _handed_over(request, made, f"开立了 {len(made)} 个账号")
            form.add_error("rows", f"有 {len(wrong)} 行要改，改好后整份再交；现在一个账号也没有开立。")
    return render(
        request,
        "actors/account_bulk.html",
        {"form": form, "wrong": wrong, "most": most},
        status=422 if form.errors else 200,
    )


def _open_all(
    rows: list[tuple[int, dict[str, str]]], reader: User
) -> tuple[list[tuple[User, str]], list[tuple[int, dict[str, str], str]]]:
    made: list[tuple[User, str]] = []
    wrong: list[tuple[int, dict[str, str], str]] = []
    seen: set[str] = set()
    with transaction.atomic():
        for number, row in rows:
            checked = AccountForm(row)
            if not checked.is_valid():
                wrong.append(
                    (number, row, " ".join(text for texts in checked.errors.values() for text in map(str, texts)))
                )
                continue
            if row["username"] in seen:
                wrong.append((number, row, f"账号 {row['username']} 在名单里出现了两次。"))
                continue
            seen.add(row["username"])
            try:
                with transaction.atomic():
                    made.append(actions.create_account(**checked.cleaned_data, actor=reader))
            except BadInput as refusal:
                wrong.append((number, row, refusal.message))
        if wrong:
            transaction.set_rollback(True)
            return [], wrong
    return made, wrong


@login_required
@require_POST
def accounts_lock(request: HttpRequest) -> HttpResponse:
    """Lock the accounts that were ticked, each on its own; what could not be locked says why."""
    reader = _reader(request)
    form = ReasonForm(request.POST, prefix="lock")
    chosen = accounts_visible_to(reader).filter(uid__in=request.POST.getlist("account")[:200]).order_by("pk")
    if not form.is_valid():
        messages.error(request, "没有锁定：请写明原因，本人会看到。")
    else:
        done, left = actions.lock_accounts(list(chosen), reason=form.cleaned_data["reason"], actor=reader)
        if done:
            messages.success(request, f"锁定了 {len(done)} 个账号。")
        for user, sentence in left:
            messages.warning(request, f"{user} 没有锁定：{sentence}")
        if not done and not left:
            messages.warning(request, "没有选中账号。请先勾选要锁定的。")
    return redirect(f"{request.path.removesuffix('lock/')}?tab=stale")
