"""The list of notices and how a person wants them."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from linli.core.access.models import User
from linli.core.errors import BadInput
from linli.core.notices import actions, channels, unread_count
from linli.core.notices.choices import GROUPS, Channel
from linli.core.notices.models import Preference
from linli.core.notices.queries import notices_visible_to
from linli.core.paging import keyset
from linli.core.ui.navigation import Entry, register


class RobotForm(forms.Form):
    """The address of one group robot."""

    label = forms.CharField(label=_("名称"), max_length=40, required=False, help_text=_("方便你自己认，如“民政科群”"))
    address = forms.CharField(
        label=_("Webhook 地址"),
        max_length=500,
        help_text=_("在群机器人的设置里复制。地址加密保存，不再显示"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("请粘贴机器人的 Webhook 地址。")},
    )


@login_required
@never_cache
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """The person's notices, newest first; `?unread=1` leaves the unread."""
    user = cast("User", request.user)
    rows = notices_visible_to(user)
    only_unread = request.GET.get("unread") == "1"
    if only_unread:
        rows = rows.filter(read_at__isnull=True)
    context: dict[str, Any] = {
        "page": keyset(rows, request),
        "unread": unread_count(user),
        "only_unread": only_unread,
    }
    context["tabs"] = [
        {"label": "全部", "url": "?", "on": not only_unread},
        {"label": "未读", "url": "?unread=1", "on": only_unread},
    ]
    return render(request, "core/notices/notices.html", context)


@login_required
@never_cache
@require_GET
def notice(request: HttpRequest, uid: str) -> HttpResponse:
    """Open a notice: mark it read and go where it leads. Harmless to repeat, so a plain link may do it."""
    found = get_object_or_404(notices_visible_to(cast("User", request.user)), uid=uid)
    actions.open_notice(found)
    return redirect(found.url or "core:notices")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything read."""
    count = actions.read_all(actor=cast("User", request.user))
    messages.success(request, f"{count} 条消息已标为已读。" if count else "没有未读的消息。")
    return redirect("core:notices")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Which groups come by which channel."""
    user = cast("User", request.user)
    outward = [Channel.EMAIL, Channel.APPRISE]
    if request.method == "POST":
        wanted = {(group, c.value): f"{group}.{c.value}" in request.POST for group in GROUPS for c in outward}
        actions.choose(wanted, actor=user)
        messages.success(request, "消息设置已保存。")
        return redirect("core:notice_preferences")
    return _preferences_page(request, RobotForm())


def _preferences_page(request: HttpRequest, form: RobotForm, status: int = 200) -> HttpResponse:
    user = cast("User", request.user)
    off = set(Preference.objects.filter(user=user, enabled=False).values_list("group", "channel"))
    context = {
        "rows": [
            {
                "group": group,
                "email": (group.key, Channel.EMAIL) not in off,
                "apprise": (group.key, Channel.APPRISE) not in off,
            }
            for group in GROUPS.values()
        ],
        "robots": user.robots.order_by("pk"),
        "robot_kinds": "、".join(channels.ROBOTS.values()),
        "email_offered": channels.email_offered(),
        "form": form,
    }
    return render(request, "core/notices/preferences.html", context, status=status)


@login_required
@require_POST
def add_robot(request: HttpRequest) -> HttpResponse:
    """Keep a group robot's address."""
    form = RobotForm(request.POST)
    if form.is_valid():
        try:
            actions.add_robot(
                form.cleaned_data["address"], label=form.cleaned_data["label"], actor=cast("User", request.user)
            )
        except BadInput as refusal:
            form.add_error("address", refusal.message)
        else:
            messages.success(request, "机器人已加上。可以点“发一条测试”看看。")
            return redirect("core:notice_preferences")
    return _preferences_page(request, form, status=422)


@login_required
@require_POST
def remove_robot(request: HttpRequest, uid: str) -> HttpResponse:
    """Forget a group robot."""
    user = cast("User", request.user)
    actions.remove_robot(get_object_or_404(user.robots, uid=uid), actor=user)
    messages.success(request, "机器人已去掉。")
    return redirect("core:notice_preferences")


@login_required
@require_POST
def send_test(request: HttpRequest) -> HttpResponse:
    """Try each channel now."""
    for sentence in actions.send_test(actor=cast("User", request.user)):
        messages.info(request, sentence)
    return redirect("core:notice_preferences")


register(
    Entry("消息", "core:notices", group="bar", order=10, count=unread_count, icon="bell"),
    Entry(
        "消息",
        "core:notices",
        face="public",
        order=50,
        visible=lambda user: user.is_authenticated,
        count=unread_count,
        icon="bell",
    ),
)
