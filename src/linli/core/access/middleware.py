"""Sessions end when they should, and an account does what it must before it works on (rulebook §11.3).

Both run as Django's view hook, when messages are there and the view to come is known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from linli.core import clock, revisions
from linli.core.access import accounts, policy, sessions  # noqa: F401 - accounts marks every login, so it must be there first
from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.ui.context import Ui

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
View = Callable[..., HttpResponse]
# The session row is written at most this often, not at every request.
SEEN_EVERY = 60  # seconds
TOTP_KEY = "linli.totp"
ELSEWHERE = "你的账号刚在另一处登录，这里已退出。如果那不是你本人，请马上重新登录并修改密码。"
ENDED = "你的登录已被结束，请重新登录。原因在“消息”里；账号被锁定的，请联系本单位的系统管理员。"


def _send(request: HttpRequest, address: str) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return cast("HttpResponse", HttpResponseClientRedirect(address))
    return HttpResponseRedirect(address)


def _page_of(request: HttpRequest) -> str:
    """The page to come back to: this one, or for an htmx request or a POST the one it was sent from."""
    if request.headers.get("HX-Request") == "true":
        page = request.headers.get("HX-Current-URL", "")
    elif request.method == "GET":
        page = request.get_full_path()
    else:
        page = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if safe else "/"


def _to_login(request: HttpRequest, sentence: str) -> HttpResponse:
    """End the session, say why on the login page, and bring the person back with what they had typed."""
    if request.resolver_match and getattr(request.resolver_match.func, "in_background", False):
        # Nobody pressed anything. The form itself ends the session when it is sent, and is what is kept.
        return HttpResponse(status=401)
    user_id, form, page = int(request.user.pk or 0), sessions.read_form(request), _page_of(request)
    logout(request)
    if form:
        sessions.keep_form(request.session, user_id, form)
        page = f"{reverse('core:resume')}?{urlencode({'back': page})}"
        sentence += "刚才填的内容已经留着。"
    messages.warning(request, sentence)
    return _send(request, f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': page})}")


class IdleTimeoutMiddleware:
    """Ends a session after 15 idle minutes for staff, 30 for the public; what was being filled in is kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with policy.kept():  # this is the first place of a request that asks for a policy
            if request.method not in SAFE_METHODS:
                return self.get_response(request)
            with revisions.asked_once():
                return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        """Django's hook."""
        if not request.user.is_authenticated:
            return None
        # The true time, not the demo's shifted clock: idling is about minutes at the desk.
        now = int(dt.datetime.now(dt.UTC).timestamp())
        seen = request.session.get(sessions.SEEN_KEY)
        if seen is not None and view_name(request) != "account_logout":
            idle = now - int(seen)
            minutes = _minutes_allowed(request) if idle > SEEN_EVERY else 0
            if minutes and idle > minutes * 60:
                return _to_login(request, f"你已离开 {_idle_words(idle)}，为了安全已退出登录，请重新登录。")
        if request.method == "POST" and view_name(request) != "core:resume":
            sessions.forget_form(request)  # it was sent again, or the person has gone on to something else
        if seen is None or now - int(seen) >= SEEN_EVERY:
            request.session[sessions.SEEN_KEY] = now
        return None


def _minutes_allowed(request: HttpRequest) -> int:
    """Idle minutes before the session ends; 0, never, for the public in large print (rulebook §11.5)."""
    if grants_of(request.user):
        return int(policy.value("idle_minutes_staff"))
    return 0 if Ui(request).elder else int(policy.value("idle_minutes_public"))


def _idle_words(seconds: int) -> str:
    minutes = seconds // 60
    if minutes < 120:
        return f"{minutes} 分钟"
    return f"{minutes // 60} 小时" if minutes < 48 * 60 else f"{minutes // 1440} 天"


def view_name(request: HttpRequest) -> str:
    """The name of the view about to run."""
    return request.resolver_match.view_name if request.resolver_match else ""


class AccountStateMiddleware:
    """As many sessions as an account may have; a handed-over or old password is changed, and a second factor that a
    post needs is set up, before anything else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        """Django's hook."""
        user = request.user
        if not isinstance(user, User) or not user.is_authenticated:
            return None
        if not sessions.is_current(request, user):
            return _to_login(request, ENDED if not user.session_key else ELSEWHERE)
        if view_name(request).startswith(("account_", "mfa_")):
            return None
        if user.must_change_password:
            messages.warning(request, "这是管理员给你的初始密码，只能用来登录一次。请先换成自己的密码。")
            return self._first(request, "account_change_password")
        grants = grants_of(user)
        if not grants:
            return None
        if password_is_old(user):
            days = policy.value("password_days")
            messages.warning(request, f"你的密码已用了 {days} 天以上。按安全规定请先换一个，换好就能接着办。")
            return self._first(request, "account_change_password")
        if policy.second_factor_needed({grant.role for grant in grants}) and not _has_totp(request, user):
            messages.warning(request, "按安全策略，你的岗位要先绑定动态口令（手机验证器），绑好就能接着办。")
            return self._first(request, "mfa_activate_totp")
        return None

    def _first(self, request: HttpRequest, name: str) -> HttpResponse:
        if request.headers.get("HX-Request") == "true":
            return _send(request, reverse(name))
        return redirect(name)


def password_is_old(user: User) -> bool:
    """Whether a staff password is older than the policy allows (0, by the environment alone: never)."""
    days = int(policy.value("password_days"))
    if not days or not user.has_usable_password():
        return False
    since = user.password_changed_at or user.date_joined
    return clock.now() - since > dt.timedelta(days=days)


def _has_totp(request: HttpRequest, user: User) -> bool:
    """Whether a time-based code is set up; a yes is remembered for the session."""
    if not request.session.get(TOTP_KEY):
        if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
            return False
        request.session[TOTP_KEY] = True
    return True
