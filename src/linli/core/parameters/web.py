"""The parameters a district sets for itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.errors import BadInput
from linli.core.parameters import REGISTRY, values_of
from linli.core.parameters.actions import set_parameter
from linli.core.parameters.models import ParameterValue


class ParameterForm(forms.Form):
    """A value, from when, and on what ground."""

    value = forms.CharField(label="新取值", max_length=100)
    valid_from = forms.DateField(label="自哪天起", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(
        label="依据", max_length=200, help_text="写明文件或会议，例如：区民政局 2026 年第 3 次局务会。"
    )


def _scope(request: HttpRequest) -> str:
    scopes = sorted({grant.scope for grant in grants_of(request.user)}, key=len)
    if not scopes:
        raise Http404
    return scopes[0]


@login_required
def parameter_list(request: HttpRequest) -> HttpResponse:
    """All declared parameters with the value in force where the reader's widest post lies."""
    scope = _scope(request)
    values = values_of(REGISTRY, scope)
    rows = [(parameter, values[parameter.key]) for parameter in REGISTRY.values()]
    return render(request, "core/parameters.html", {"rows": rows})


@login_required
def parameter_page(request: HttpRequest, key: str) -> HttpResponse:
    """One parameter: its rule, its values over time, and the form for whoever may set it."""
    parameter = REGISTRY.get(key)
    if parameter is None:
        raise Http404
    assert isinstance(request.user, User)
    scope = _scope(request)
    editable = request.user.has_perm("core.set_parameter", ParameterValue(key=key, scope=scope))
    form = ParameterForm(request.POST or None, initial={"valid_from": clock.today()})
    if request.method == "POST" and form.is_valid():
        typed: dict[str, Any] = form.cleaned_data
        try:
            set_parameter(
                key,
                typed["value"],
                scope=scope,
                valid_from=typed["valid_from"],
                reason=typed["reason"],
                actor=request.user,
            )
        except BadInput as refusal:
            form.add_error("value", refusal.message)
        else:
            messages.success(request, "已保存。新收的件按新取值，在办的件仍按原来的取值。")
            return redirect("core:parameter", key=key)
    return render(
        request,
        "core/parameter.html",
        {
            "parameter": parameter,
            "value": values_of([key], scope)[key],
            "history": ParameterValue.objects.filter(key=key).select_related("set_by").order_by("-valid_from", "-id"),
            "editable": editable,
            "form": form,
        },
        status=422 if form.errors else 200,
    )
