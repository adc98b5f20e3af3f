"""Pages about webhooks: one's own, one with what it was told, and making one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.core.access.signed_in import user_of
from linli.core.errors import BadInput
from linli.core.paging import keyset
from linli.core.ui.navigation import Entry, register
from linli.core.webhooks import actions
from linli.core.webhooks.choices import HookState, MessageState
from linli.core.webhooks.queries import known_events, webhooks_visible_to


class WebhookForm(forms.Form):
    """Where to, and about what."""

    name = forms.CharField(label=_("给哪个程序"), max_length=60, error_messages={"required": _("请写明给哪个程序。")})
    url = forms.CharField(
        label=_("接收地址"),
        max_length=500,
        help_text=_("https 开头的公网地址。内部网络的接收方，请系统管理员先列入 LINLI_WEBHOOK_HOSTS。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
        error_messages={"required": _("请写接收地址。")},
    )
    patterns = forms.CharField(
        label=_("哪些事件"),
        max_length=4000,
        help_text=_("一行一个名称，末尾可以用 *，例如 organizations.*。名称见下面的列表。"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        initial="organizations.*",
        error_messages={"required": _("请至少写一个事件。")},
    )


def _must_have(request: HttpRequest) -> None:
    if not request.user.has_perm(actions.CREATE) and not webhooks_visible_to(request.user).exists():
        raise Http404


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HttpRequest) -> HttpResponse:
    """One's own webhooks; POST makes one and shows its secret, this once."""
    _must_have(request)
    form = WebhookForm(request.POST if request.method == "POST" else None)
    secret, made = "", None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made, secret = actions.create_webhook(
                name=given["name"],
                url=given["url"],
                patterns=given["patterns"].replace("\0", "").splitlines(),
                actor=user_of(request),
            )
            form = WebhookForm()
        except BadInput as refusal:
            for name, sentence in refusal.fields.items():
                form.add_error(name, sentence)
    context = {
        "page": keyset(webhooks_visible_to(request.user), request),
        "form": form,
        "secret": secret,
        "made": made,
        "events": known_events(),
        "tones": TONES,
    }
    return render(request, "core/webhooks/webhooks.html", context, status=422 if form.errors else 200)


TONES = {HookState.ACTIVE: "ok", HookState.PAUSED: "", HookState.DISABLED: "late"}
MESSAGE_TONES = {MessageState.SENT: "ok", MessageState.QUEUED: "", MessageState.FAILED: "late"}


@login_required
@never_cache
@require_safe
def webhook(request: HttpRequest, uid: str) -> HttpResponse:
    """One webhook and its messages, newest first."""
    return _page(request, get_object_or_404(webhooks_visible_to(request.user), uid=uid))


def _page(request: HttpRequest, hook: Any, **more: Any) -> HttpResponse:
    page = keyset(hook.messages.all(), request)
    words = known_events() | {actions.TEST: "测试"}
    rows = [(message, words.get(message.name, ""), MESSAGE_TONES[message.state]) for message in page.rows]
    context = {"hook": hook, "page": page, "rows": rows, "tone": TONES[hook.state], **more}
    return render(request, "core/webhooks/webhook.html", context)


@login_required
@never_cache
@require_POST
def change(request: HttpRequest, uid: str, do: str) -> HttpResponse:
    """A button of a webhook's page. A new secret is shown on the page that answers, this once."""
    hook = get_object_or_404(webhooks_visible_to(request.user), uid=uid)
    user = user_of(request)
    match do:
        case "rotate":
            hook, secret = actions.rotate_secret(hook, actor=user)
            return _page(request, hook, secret=secret)
        case "test":
            actions.send_test(hook, actor=user)
            messages.success(request, "测试消息已交给后台，几秒后刷新看结果。")
        case "pause":
            actions.switch_webhook(hook, on=False, actor=user)
            messages.success(request, "已暂停。期间的新事件不再记入；已在排队的等启用后再发。")
        case "resume":
            actions.switch_webhook(hook, on=True, actor=user)
            messages.success(request, "已启用，排队的消息正在发送。")
        case "remove":
            actions.remove_webhook(hook, actor=user)
            messages.success(request, f"回调“{hook.name}”已删去。")
            return redirect("core:webhooks")
        case _:
            raise Http404
    return redirect("core:webhook", uid=uid)


@login_required
@require_POST
def again(request: HttpRequest, uid: str, message: str) -> HttpResponse:
    """Send one message once more."""
    hook = get_object_or_404(webhooks_visible_to(request.user), uid=uid)
    actions.send_again(get_object_or_404(hook.messages, uid=message), actor=user_of(request))
    messages.success(request, "已交给后台重发，几秒后刷新看结果。")
    return redirect("core:webhook", uid=uid)


register(
    Entry(
        "我的回调",
        "core:webhooks",
        group="own",
        order=70,
        visible=lambda user: bool(user.has_perm(actions.CREATE)),
    )
)
