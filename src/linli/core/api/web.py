"""Pages about tokens: one's own, and for administrators those of others."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.core import clock
from linli.core.access.models import User
from linli.core.api import actions
from linli.core.api.models import ApiToken
from linli.core.api.queries import keeps_tokens, tokens_of, tokens_visible_to
from linli.core.errors import BadInput
from linli.core.paging import keyset
from linli.core.ui.navigation import Entry, register


def known_scopes() -> dict[str, str]:
    """Every scope with its words, in the order of the rooms; what a token may do follows from the operations."""
    from linli.core.api.mount import api
    from linli.core.api.rooms import SCOPES

    api()
    rooms = list(dict.fromkeys(scope.partition(":")[2] for scope in SCOPES))
    verbs = ("read", "write", "reveal")
    order = sorted(SCOPES, key=lambda s: (rooms.index(s.partition(":")[2]), verbs.index(s.partition(":")[0])))
    return {scope: SCOPES[scope] for scope in order}


class TokenForm(forms.Form):
    """What a token is for, what it may do, until when; and the password again."""

    name = forms.CharField(
        label=_("给哪个程序用"),
        max_length=60,
        help_text=_("方便以后认，例如：街道台账同步"),
        error_messages={"required": _("请写明给哪个程序用。")},
    )
    scopes = forms.MultipleChoiceField(
        label=_("可以做什么"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("只选用得上的。令牌不会超过你本人岗位的权限；岗位变了，它也跟着变。"),
        error_messages={"required": _("请至少选一项。")},
    )
    days = forms.IntegerField(label=_("有效几天"), min_value=1, initial=90)
    password = forms.CharField(
        label=_("你的登录密码"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("令牌能代替你办事，所以再确认一次是你本人。"),
        error_messages={"required": _("请再输一次登录密码。")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = actions.days_most(user)
        self.fields["scopes"].choices = [(code, label) for code, label in known_scopes().items()]  # type: ignore[attr-defined]
        days = cast("forms.IntegerField", self.fields["days"])
        days.max_value, days.help_text = most, f"1 到 {most} 天。到期自动失效。"
        days.initial = min(90, most)


@login_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens; POST makes one and shows its secret, this once."""
    user = cast("User", request.user)
    form = TokenForm(request.POST if request.method == "POST" else None, user=user)
    secret, made = "", None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        # Through the door of the login, so that guessing is counted and locked as there.
        if authenticate(request, username=user.username, password=given["password"]) != user:
            form.add_error("password", "密码不对。请重新输入当前的密码。")
        else:
            try:
                made, secret = actions.issue_token(
                    name=given["name"],
                    scopes=given["scopes"],
                    days=given["days"],
                    known=known_scopes(),
                    actor=user,
                )
                form = TokenForm(user=user)
            except BadInput as refusal:
                for name, sentence in refusal.fields.items():
                    form.add_error(name, sentence)
    words = known_scopes()
    page = keyset(tokens_of(user), request)
    context = {
        "page": page,
        "rows": [_row(token, words) for token in page.rows],
        "form": form,
        "secret": secret,
        "made": made,
        "keeps": keeps_tokens(user),
    }
    return render(request, "core/api/tokens.html", context, status=422 if form.errors else 200)


def _row(token: ApiToken, words: dict[str, str]) -> dict[str, Any]:
    now = clock.now()
    state = "已作废" if token.revoked_at else "已到期" if token.expires_at <= now else "有效"
    return {"token": token, "state": state, "good": state == "有效", "may": [words.get(s, s) for s in token.scopes]}


@login_required
@require_POST
def revoke(request: HttpRequest, uid: str) -> HttpResponse:
    """End a token, one's own or, for an administrator, another's."""
    user = cast("User", request.user)
    token = actions.revoke_token(get_object_or_404(tokens_visible_to(user), uid=uid), actor=user)
    messages.success(request, f"令牌“{token.name}”已作废，用它的程序从现在起调不通。")
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else "core:tokens")


@login_required
@never_cache
@require_safe
def all_tokens(request: HttpRequest) -> HttpResponse:
    """For the administrators of the system and of security: which tokens there are, whose, and how they are used."""
    if not keeps_tokens(request.user):
        raise Http404
    words = known_scopes()
    page = keyset(tokens_visible_to(request.user), request)
    context = {"page": page, "rows": [_row(token, words) for token in page.rows]}
    return render(request, "core/api/all_tokens.html", context)


register(
    Entry("我的接口令牌", "core:tokens", group="own", order=60),
    Entry("接口令牌", "core:all_tokens", group="设置", order=70, icon="lock", visible=keeps_tokens),
)
