"""Revealing a value with a reason, and the page on which a person sees who did."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from linli.core.access.models import User
from linli.core.errors import BadInput, NotAllowed, Refusal
from linli.core.paging import keyset
from linli.core.privacy.actions import LEAST_REASON, reveal
from linli.core.privacy.choices import PURPOSES
from linli.core.privacy.queries import as_shown, disclosures_visible_to
from linli.core.privacy.registry import REVEALABLE


class ReasonForm(forms.Form):
    """Why the value is needed; the person concerned will read it."""

    purpose = forms.ChoiceField(
        label=_("用途"),
        choices=list(PURPOSES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一个用途。"), "invalid_choice": _("请从列出的用途里选一个。")},
    )
    reason = forms.CharField(
        label=_("说明"),
        min_length=LEAST_REASON,
        max_length=200,
        help_text=_("写清楚办什么事，至少 4 个字。本人会看到，也会留在办理记录里"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("请写清楚为什么要看。"),
            "min_length": _("请写清楚为什么要看，至少 4 个字。"),
            "max_length": _("最多写 200 个字。"),
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
def reveal_value(request: HttpRequest, kind: str, uid: str, field: str) -> HttpResponse:
    """Ask for a reason, then show the value once: as a fragment in place for htmx, else as a page. Never cached."""
    user = cast("User", request.user)
    entry = REVEALABLE.get(kind)
    if entry is None or field not in entry.fields:
        raise Http404
    found = get_object_or_404(entry.visible_to(user), uid=uid)
    label = entry.fields[field]
    if not user.has_perm(entry.permission, found):
        raise NotAllowed("privacy.not_allowed", f"你的岗位不能查看这里的{label}。需要时请找负责这件事的经办人。")
    form = ReasonForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "label": label, "record": found, "address": request.path, "value": None}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                context["value"] = reveal(entry, found, field, **form.cleaned_data, actor=user)
                status = 200
            except BadInput as refusal:
                for name, sentence in refusal.fields.items():
                    form.add_error(name, sentence)
            except Refusal as refusal:
                form.add_error(None, refusal.message)
                status = refusal.status
    fragment = request.headers.get("HX-Request") == "true"
    template = "core/privacy/_reveal.html" if fragment else "core/privacy/reveal.html"
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    return response


@login_required
@require_GET
def access_log(request: HttpRequest) -> HttpResponse:
    """谁看过我的信息."""
    page = keyset(disclosures_visible_to(cast("User", request.user)), request)
    context = {"page": page, "rows": as_shown(page.rows)}
    response = render(request, "core/privacy/access_log.html", context)
    response["Cache-Control"] = "no-store, private"
    return response
