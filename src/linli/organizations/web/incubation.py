"""The incubators with how full they are, and beginning an application."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from linli.actors.choices import Role
from linli.areas.models import Area
from linli.areas.queries import by_key, key_of
from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.errors import BadInput
from linli.core.paging import keyset
from linli.core.workflow.wizard_web import go_on
from linli.organizations.actions.incubation import begin_incubation, close_incubator, open_incubator
from linli.organizations.models import Incubator
from linli.organizations.queries.incubation import INCUBATION_READERS, incubators_visible_to
from linli.organizations.queries.register import organizations_visible_to
from linli.organizations.web.forms.incubation import IncubatorForm

KEEPERS = (Role.FEDERATION_SECRETARY, Role.STREET_OFFICER)


def _places(user: User) -> list[Area]:
    """Where the person may open one: the areas of the posts that keep incubators, and the communities below."""
    found: list[Area] = []
    for path in sorted({grant.scope for grant in grants_of(user) if grant.role in KEEPERS}):
        found += Area.objects.filter(path__startswith=path, level__in=("street", "community"), valid_to__isnull=True)
    return sorted(found, key=lambda area: area.path)


@login_required
def incubators(request: HttpRequest) -> HttpResponse:
    """Every incubator where the person's posts lie; POST opens one, or closes one that is empty."""
    user = user_of(request)
    if not any(grant.role in INCUBATION_READERS for grant in grants_of(user)):
        raise Http404
    places = _places(user)
    form = IncubatorForm([(key_of(area), area.full_name) for area in places])
    status = 200
    if request.method == "POST":
        if uid := request.POST.get("close", "")[:22]:
            closed = close_incubator(get_object_or_404(incubators_visible_to(user), uid=uid), actor=user)
            messages.success(request, f"“{closed.name}”已停办。")
            return redirect("organizations:incubators")
        form = IncubatorForm([(key_of(area), area.full_name) for area in places], request.POST)
        if form.is_valid() and _open(form, user):
            messages.success(request, f"“{form.cleaned_data['name']}”已开办。")
            return redirect("organizations:incubators")
        status = 422
    context = {
        "page": keyset(incubators_visible_to(user), request),
        "form": form,
        "may_open": bool(places),
        "mine": [area.path for area in places],
    }
    return render(request, "organizations/incubators.html", context, status=status)


def _open(form: IncubatorForm, user: User) -> Incubator | None:
    given = dict(form.cleaned_data)
    area = by_key(given.pop("area"), Area.objects.all())
    if area is None:
        raise Http404
    try:
        return open_incubator(area, actor=user, **given)
    except BadInput as refusal:
        for field, text in (refusal.fields or {"": refusal.message}).items():
            form.add_error(field if field in form.fields else None, text)
    return None


@login_required
def begin(request: HttpRequest, uid: str) -> HttpResponse:
    """Apply for a place, or go on with the stay that is open. GET shows the organization."""
    organization = get_object_or_404(organizations_visible_to(request.user), uid=uid)
    if request.method != "POST":
        return redirect(organization)
    stay = begin_incubation(organization, actor=user_of(request))
    return go_on(stay, user_of(request))
