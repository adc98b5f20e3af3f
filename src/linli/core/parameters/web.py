"""The parameters a district sets for itself, and the security policies of the installation."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.errors import BadInput
from linli.core.parameters import REGISTRY, Parameter, value_of
from linli.core.parameters.actions import end_value, set_parameter
from linli.core.parameters.forms import EndForm, ValueForm
from linli.core.parameters.models import ParameterValue
from linli.core.parameters.places import names_of, places_for
from linli.core.parameters.queries import history, kept_by_cases, known, lines, values_about
from linli.core.workflow.web import asked

WHOSE = {"business": "业务", "technical": "技术", "security": "安全"}
KEEPER = {"business": "区民政局负责人", "technical": "系统管理员", "security": "安全管理员"}


def widest_scope(request: HttpRequest) -> str:
    """The path of the reader's widest post; the pages do not exist for people without one."""
    scopes = sorted({grant.scope for grant in grants_of(request.user)}, key=len)
    if not scopes:
        raise Http404
    return scopes[0]


@login_required
@require_safe
def parameter_list(request: HttpRequest) -> HttpResponse:
    """The declared parameters with the value in force at a place; search, keeper and place live in the address."""
    widest, words = widest_scope(request), asked(request, "q")
    family = asked(request, "of")
    places = places_for(request.user)
    place = asked(request, "at")
    scope = place if any(path == place for _name, options in places for path, _label in options) else widest
    chosen = (family,) if family in ("business", "technical") else ("business", "technical")
    return render(
        request,
        "core/parameters.html",
        {
            "lines": lines(known(chosen, words), scope),
            "words": words,
            "families": [(key, WHOSE[key]) for key in ("business", "technical")],
            "family": family,
            "keeper": KEEPER,
            "places": places,
            "place": scope,
            "place_name": names_of([scope])[scope],
        },
    )


@login_required
@require_safe
def policy_list(request: HttpRequest) -> HttpResponse:
    """The security policies with the values in force, their floors and who sets them."""
    if not request.user.has_perm("core.view_policies"):
        raise Http404
    return render(
        request,
        "core/policies.html",
        {
            "lines": lines(known(("security",)), ""),
            "editable": request.user.has_perm(
                "core.set_policy", ParameterValue(key="security.password_days", scope="")
            ),
        },
    )


def _parameter(request: HttpRequest, key: str) -> Parameter:
    parameter = REGISTRY.get(key)
    if parameter is None or (parameter.kept_by == "security" and not request.user.has_perm("core.view_policies")):
        raise Http404
    return parameter


def _may_set(user: User, parameter: Parameter, scope: str) -> bool:
    permission = "core.set_policy" if parameter.kept_by == "security" else "core.set_parameter"
    return user.has_perm(permission, ParameterValue(key=parameter.key, scope=scope))


def _context(request: HttpRequest, parameter: Parameter, **more: Any) -> dict[str, Any]:
    user = cast("User", request.user)
    scope = "" if parameter.kept_by == "security" else widest_scope(request)
    rows = values_about(parameter.key, scope)
    names = names_of({scope, *(row.scope for row in rows)})
    value = value_of(parameter.key, scope)
    editable = _may_set(user, parameter, scope)
    places = places_for(user) if editable and scope else []
    return {
        "parameter": parameter,
        "is_policy": parameter.kept_by == "security",
        "keeper": KEEPER[parameter.kept_by],
        "whose": WHOSE[parameter.kept_by],
        "now": parameter.words(value),
        "standard": parameter.words(parameter.standard),
        "place": names[scope],
        "history": [
            (row, parameter.words(row.value.value), editable and row.value.valid_to is None and row.tone)
            for row in history(parameter, names, rows)
        ],
        "kept": [(one, parameter.words(one.value)) for one in kept_by_cases(parameter, user, scope)],
        "editable": editable,
        "form": ValueForm(
            parameter, places, initial={"valid_from": clock.today(), "value": _initial(parameter, value)}
        ),
        "end_form": EndForm(),
        **more,
    }


def _initial(parameter: Parameter, value: Any) -> Any:
    if parameter.many:
        return str(value).split(",")
    return str(value).lower() if parameter.type is bool else value


@login_required
def parameter_page(request: HttpRequest, key: str) -> HttpResponse:
    """One parameter: its rule, its values over time, who set them, and a new one in two presses: look, then save."""
    parameter = _parameter(request, key)
    if request.method != "POST":
        return render(request, "core/parameter.html", _context(request, parameter))
    user = cast("User", request.user)
    scope = "" if parameter.kept_by == "security" else widest_scope(request)
    form = ValueForm(parameter, places_for(user) if scope else [], request.POST)
    if form.is_valid():
        where = form.cleaned_data.get("place") or scope
        try:
            value = parameter.clean(form.typed())
            if request.POST.get("confirm") == "1":
                set_parameter(
                    key,
                    form.typed(),
                    scope=where,
                    valid_from=form.cleaned_data["valid_from"],
                    reason=form.cleaned_data["reason"],
                    actor=user,
                )
                messages.success(request, _said(parameter))
                return redirect(parameter.address)
        except BadInput as refusal:
            form.add_error("value", refusal.message)
        else:
            before = value_of(key, where, form.cleaned_data["valid_from"])
            look = {
                "before": parameter.words(before),
                "after": parameter.words(value),
                "same": before == value,
                "place": names_of([where])[where],
                "on": form.cleaned_data["valid_from"],
            }
            return render(request, "core/parameter.html", _context(request, parameter, form=form, look=look))
    return render(request, "core/parameter.html", _context(request, parameter, form=form), status=422)


def _said(parameter: Parameter) -> str:
    if parameter.kept_by == "security":
        return "已保存，从生效那天起对每个人的下一次操作有效。"
    return "已保存。新收的件按新取值，在办的件仍按原来的取值。"


@login_required
@require_POST
def parameter_end(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Let a local value hold no longer, or take one back that has not begun."""
    parameter = _parameter(request, key)
    value = get_object_or_404(ParameterValue, key=key, pk=pk)
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有停用：请写明日期和依据。")
    else:
        end_value(value, **form.cleaned_data, actor=cast("User", request.user))
        messages.success(request, f"已停用，{parameter.label}改回上一级的取值或默认值。")
    return redirect(parameter.address)
