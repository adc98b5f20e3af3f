"""Pages of grading: who holds a grade, what is on notice, beginning a round, an application or a change."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.areas.models import Area
from linli.areas.queries import by_key, key_of
from linli.core import clock
from linli.core.access.signed_in import user_of
from linli.core.errors import BadInput
from linli.core.paging import keyset
from linli.core.workflow.wizard_web import go_on
from linli.organizations.actions.grade_changes import begin_grade_change
from linli.organizations.actions.grades import enter_grade
from linli.organizations.actions.grading_rounds import begin_round
from linli.organizations.actions.gradings import begin_grading
from linli.organizations.choices.grading import SCHEMES, SchemeName
from linli.organizations.models import HeldGrade, Organization
from linli.organizations.queries import grading as queries
from linli.organizations.queries.eligibility import refusals_for
from linli.organizations.queries.register import organizations_visible_to
from linli.organizations.web.forms.grading import EnterForm
from linli.organizations.web.public import absolute

NOTICES = "notices"


# --- for everybody ------------------------------------------------------------------------------------------------


@require_safe
def grades(request: HttpRequest) -> HttpResponse:
    """Who holds a grade or stars today, and what is on notice; everybody may read it."""
    chosen = request.GET.get("show", SchemeName.GRADE.value)
    chosen = chosen if chosen in (*SCHEMES, NOTICES) else SchemeName.GRADE.value
    url = reverse("organizations:grades")
    tabs = [*((name, scheme.label) for name, scheme in SCHEMES.items()), (NOTICES, "正在公示")]
    rows = queries.public_notices() if chosen == NOTICES else queries.public_grades(chosen)
    offices = queries.offices_of(request.user)
    return render(
        request,
        "organizations/grading/grades.html",
        {
            "page": keyset(rows, request),
            "chosen": chosen,
            "on_notice": chosen == NOTICES,
            "tabs": [
                {"label": label, "url": f"{url}?show={name}", "on": name == chosen, "count": None}
                for name, label in tabs
            ],
            "offices": bool(offices),
            "places": _places(offices),
            "years": [clock.today().year, clock.today().year - 1],
        },
    )


def _places(offices: list[tuple[Any, str]]) -> list[tuple[str, str]]:
    """Where the person may begin a round, as the form sends it: scheme and area in one."""
    found = []
    for scheme, path in offices:
        rows = Area.objects.filter(path__startswith=path, level=scheme.level, valid_to__isnull=True)
        for area in rows.defer("boundary").order_by("path"):
            found.append((f"{scheme.name.value}:{key_of(area)}", f"{area.name} · {scheme.label}"))
    return list(dict.fromkeys(found))


@require_safe
def grade(request: HttpRequest, uid: str) -> HttpResponse:
    """One grade as everybody may know it; it prints as the certificate and says when it no longer holds."""
    held = get_object_or_404(HeldGrade.objects.select_related("organization__area__parent"), uid=uid)
    return render(
        request,
        "organizations/grading/grade.html",
        {"held": held, "organization": held.organization, "address": absolute(request, request.path)},
    )


@require_safe
def notice(request: HttpRequest, uid: str) -> HttpResponse:
    """One result on public notice, with where an objection goes; it prints on A4."""
    grading = get_object_or_404(queries.public_notices(), uid=uid)
    return render(
        request,
        "organizations/grading/notice.html",
        {
            "grading": grading,
            "round": grading.round,
            "until": queries.notice_until(grading),
            "office": queries.office_body(grading),
            "address": absolute(request, request.path),
        },
    )


# --- beginning ----------------------------------------------------------------------------------------------------


@login_required
@require_POST
def round_begin(request: HttpRequest) -> HttpResponse:
    """Draw up a round."""
    scheme, _, key = request.POST.get("place", "").partition(":")
    area = by_key(key, Area.objects.all())
    year = request.POST.get("year", "")
    if area is None or not year.isascii() or not year.isdigit() or len(year) != 4:
        raise Http404
    return go_on(begin_round(area, scheme=scheme, year=int(year), actor=user_of(request)), user_of(request))


def _organization(request: HttpRequest, uid: str) -> Organization:
    return get_object_or_404(organizations_visible_to(request.user), uid=uid)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organization_grades(request: HttpRequest, uid: str) -> HttpResponse:
    """An organization's grades, now and before; whether it may apply and why not; its office enters what was given on
    paper."""
    organization = _organization(request, uid)
    user, scheme = user_of(request), queries.scheme_of(organization)
    wanted = HeldGrade(organization=organization, scheme=scheme.name, scope=organization.scope) if scheme else None
    form = EnterForm(request.POST or None) if wanted and user.has_perm("organizations.enter_grade", wanted) else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            try:
                enter_grade(organization, actor=user, **form.cleaned_data)
            except BadInput as refusal:
                for field, words in refusal.fields.items():
                    form.add_error(field if field in form.fields else None, words)
            else:
                messages.success(request, "等级已录入，名册当场更新。")
                return redirect("organizations:organization_grades", uid=uid)
    held = HeldGrade.objects.filter(organization=organization).order_by("-granted_on", "-pk")
    standing = [row for row in held if row.stands]
    context = {
        "organization": organization,
        "form": form,
        "scheme": scheme,
        "held": held,
        "gradings": queries.gradings_visible_to(user).filter(organization=organization).order_by("-pk"),
        "changes": queries.grade_changes_visible_to(user).filter(organization=organization).order_by("-pk"),
        "refusals": refusals_for(organization, scheme) if scheme else (),
        "rounds": queries.rounds_open_for(organization),
        "may_apply": user.has_perm("organizations.begin_grading", organization),
        "changeable": [row for row in standing if user.has_perm("organizations.begin_grade_change", row)],
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "organizations/grading/organization.html", context, status=status)


@login_required
@require_POST
def grading_begin(request: HttpRequest, uid: str) -> HttpResponse:
    """Apply in a round that is open, or go on with the draft."""
    organization = _organization(request, uid)
    asked = request.POST.get("round", "")
    found = next((row for row in queries.rounds_open_for(organization) if row.uid == asked), None)
    if found is None:
        raise Http404
    return go_on(begin_grading(organization, round=found, actor=user_of(request)), user_of(request))


@login_required
@require_POST
def change_begin(request: HttpRequest, uid: str) -> HttpResponse:
    """Propose to take a grade down or away."""
    held = get_object_or_404(queries.held_visible_to(request.user), uid=uid)
    return go_on(begin_grade_change(held, actor=user_of(request)), user_of(request))
