"""Beginning the matters of a registered organization's legal life from its page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from linli.core import clock
from linli.core.access.signed_in import user_of
from linli.core.workflow.wizard_web import go_on
from linli.organizations.actions.annual import begin_report
from linli.organizations.actions.deregistration import begin_deregistration
from linli.organizations.actions.registration import begin_registration
from linli.organizations.queries.register import organizations_visible_to


@login_required
def report_begin(request: HttpRequest, uid: str) -> HttpResponse:
    """Open the report of a year, or go on with it. GET shows the organization."""
    organization = get_object_or_404(organizations_visible_to(request.user), uid=uid)
    if request.method != "POST":
        return redirect(organization)
    raw = request.POST.get("year", "")
    year = int(raw) if raw.isascii() and raw.isdigit() and len(raw) == 4 else clock.today().year - 1
    return go_on(begin_report(organization, year=year, actor=user_of(request)), user_of(request))


@login_required
def registration_begin(request: HttpRequest, uid: str) -> HttpResponse:
    """Apply to be registered, or go on with the application that is open. GET shows the organization."""
    organization = get_object_or_404(organizations_visible_to(request.user), uid=uid)
    if request.method != "POST":
        return redirect(organization)
    return go_on(begin_registration(organization, actor=user_of(request)), user_of(request))


@login_required
def deregistration_begin(request: HttpRequest, uid: str) -> HttpResponse:
    """Apply to end a registered organization, or go on with what is open. GET shows the organization."""
    organization = get_object_or_404(organizations_visible_to(request.user), uid=uid)
    if request.method != "POST":
        return redirect(organization)
    return go_on(begin_deregistration(organization, actor=user_of(request)), user_of(request))
