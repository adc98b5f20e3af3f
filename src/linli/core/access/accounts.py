"""Signing in, signing up and signing out, on top of allauth; each leaves its trace."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from axes.models import AccessAttempt
from axes.signals import user_locked_out
from django import forms
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import ValidationError
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.access import policy
from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.access.passwords import CharacterClassesValidator, LengthValidator
from linli.core.access.sessions import mark_login
from linli.core.audit import record
from linli.core.codes.fields import MobileField, PersonNameField
from linli.core.privacy import keyed_hash

# The wording somebody agreed to is kept with the consent by its version (PIPL 14, 17; rulebook §11.2).
CONSENT_VERSION = "2026-11"
CONSENT = _(
    "我同意平台为办理我提出的事项、核对身份和联系我而使用我的姓名和手机号。"
    "这些信息加密保存，只给经办人看，每次查看我都能查到；我可以随时撤回同意并注销账号。"
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Where people land after signing in, who may sign in, and what a failed login says."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("账号或密码不对。请核对后再试；连续错几次会锁一会儿。"),
        "account_inactive": _("这个账号已停用。请联系本单位的系统管理员。"),
        "username_taken": _("这个账号已经有人用了，请换一个。"),
        "incorrect_code": _("验证码不对。请看手机验证器上最新的 6 位数字再填。"),
        "incorrect_password": _("密码不对。请重新输入当前的密码。"),
        "rate_limited": _("操作太频繁了。请过几分钟再试。"),
    }

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff start at their desk, everybody else at home. An explicit and safe `next` goes first (allauth)."""
        return resolve_url("portal:desk" if grants_of(cast("User", request.user)) else "portal:home")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """A new account belongs to a member of the public."""
        return resolve_url("portal:home")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to work: a forced change must not end on the same form."""
        return self.get_login_redirect_url(request)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """The system account is for jobs; nobody signs in as it."""
        if user.is_system:
            return cast("HttpResponse", self.respond_user_inactive(request, user))
        if initial_password_has_run_out(user):
            messages.warning(request, "初始密码已过有效期。请联系本单位的系统管理员重置密码。")
            return redirect("account_login")
        return cast("HttpResponse | None", super().pre_login(request, user, **kwargs))


def initial_password_has_run_out(user: User) -> bool:
    """Whether a password an administrator handed over was not used in time."""
    if not user.must_change_password or user.password_changed_at is None:
        return False
    days = int(policy.value("initial_password_days"))
    return clock.now() - user.password_changed_at > dt.timedelta(days=days)


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
    """Asks for the account by the word that sign-up and every error use."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "账号"


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    """A resident's own account: name, mobile number, consent with its purpose (PIPL 13, 14, 17)."""

    name = PersonNameField(label=_("姓名"), error_messages={"required": _("请填姓名。")})
    phone = MobileField(
        label=_("手机号"),
        help_text=_("11 位手机号，用来联系你，不公开"),
        error_messages={"required": _("请填手机号。")},
    )
    consent = forms.BooleanField(label=CONSENT, error_messages={"required": _("请先阅读并同意，才能为你开通账号。")})
    field_order = ["name", "phone", "username", "password1", "password2", "consent"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("账号")
        self.fields["username"].help_text = _("登录时用，字母、数字或汉字都可以")
        self.fields["password1"].label = _("密码")
        self.fields["password1"].help_text = " ".join(
            validator.get_help_text() for validator in (LengthValidator(), CharacterClassesValidator())
        )
        self.fields["password2"].label = _("再输一次密码")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def clean(self) -> dict[str, Any]:
        """Also refuse a password that holds the phone number; say in our words that the two differ."""
        cleaned: dict[str, Any] = super().clean()
        if self.data.get("password2") and self.data.get("password1") != self.data.get("password2"):
            self.errors.pop("password2", None)
            self.add_error("password2", ValidationError("两次输入的密码不一样。请再输一次。", code="differs"))
        phone, password = cleaned.get("phone"), cleaned.get("password1")
        if phone and password and phone in password:
            self.add_error("password1", ValidationError("密码里不要有手机号。请换一个。", code="password_phone"))
        return cleaned

    @transaction.atomic
    def save(self, request: HttpRequest) -> User:
        """The account with its consent, together or not at all."""
        user = cast("User", super().save(request))
        user.name = self.cleaned_data["name"]
        user.phone = self.cleaned_data["phone"]
        user.phone_hash = keyed_hash(user.phone, "phone")
        user.save(update_fields=["name", "phone", "phone_hash"])
        from linli.core.privacy.actions.consents import give_consent  # loaded later than this room

        record(user, "access.sign_up", user, consent=str(CONSENT), consent_version=CONSENT_VERSION)
        give_consent("account", actor=user, wording=CONSENT_VERSION)
        return user


def _address(request: HttpRequest | None) -> str:
    return str(getattr(request, "axes_ip_address", "") or (request.META.get("REMOTE_ADDR", "") if request else ""))


@receiver(user_logged_in, dispatch_uid="linli.access.login")
def _logged_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    mark_login(request, user)
    record(user, "access.login", user, ip=_address(request))


@receiver(user_logged_out, dispatch_uid="linli.access.logout")
def _logged_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record(user, "access.logout", user, ip=_address(request))


def _failure(name: str, request: HttpRequest | None, username: str) -> None:
    # A name that is no account may be a password typed into the wrong field, so it is not written down.
    user = User.objects.filter(username=username).first() if username else None
    record(User.system(), name, user, ip=_address(request), account_exists=user is not None)


def _was_tried(request: HttpRequest | None) -> bool:
    """Whether the password was looked at. While locked out axes refuses unseen and writes no attempt of this moment;
    such tries leave no row of ours either, or anybody could fill the trace.
    """
    if request is None or not getattr(request, "axes_locked_out", False):
        return True
    moment = getattr(request, "axes_attempt_time", None)
    return bool(AccessAttempt.objects.filter(ip_address=_address(request), attempt_time=moment).exists())


@receiver(user_login_failed, dispatch_uid="linli.access.login_failed")
def _login_failed(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    if _was_tried(request):
        _failure("access.login_failed", request, str(credentials.get("username") or ""))


@receiver(user_locked_out, dispatch_uid="linli.access.locked_out")
def _locked_out(sender: Any, request: HttpRequest, username: str | None = None, **kwargs: Any) -> None:
    if _was_tried(request):
        _failure("access.locked_out", request, username or "")
