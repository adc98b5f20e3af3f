"""Pages of revocation: what everybody may read, who meets a ground, and beginning a matter."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.actors.choices import Role
from linli.areas.models import Area
from linli.areas.queries import by_key, key_of
from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.errors import BadInput
from linli.core.paging import keyset
from linli.core.workflow.wizard_web import go_on
from linli.organizations.actions import revocation as actions
from linli.organizations.queries import revocation as queries
from linli.organizations.queries.register import organizations_visible_to
from linli.organizations.web.forms.revocation import BanForm

PROPOSE = (Role.DISTRICT_OFFICER, Role.DISTRICT_HEAD)


@require_safe
def revocations(request: HttpRequest) -> HttpResponse:
    """What was decided and served; everybody may read it."""
    context = {"page": keyset(queries.public_revocations(), request)}
    return render(request, "organizations/revocation/public.html", context)


def _proposes(user: User) -> bool:
    return any(grant.role in PROPOSE for grant in grants_of(user))


@login_required
@require_safe
def grounds(request: HttpRequest) -> HttpResponse:
    """Who meets a ground that the records can show; whether to act is a person's."""
    user = user_of(request)
    if not user.has_perm("organizations.view_revocations"):
        raise Http404
    context = {"rows": queries.who_meets_a_ground(user), "may_begin": _proposes(user)}
    return render(request, "organizations/revocation/grounds.html", context)


@login_required
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Propose to revoke a registration; of a suggestion with what it says."""
    user = user_of(request)
    organization = get_object_or_404(organizations_visible_to(user), uid=request.POST.get("organization", "")[:22])
    said = {}
    if request.POST.get("ground"):
        found = (one for one in queries.who_meets_a_ground(user) if one.organization.pk == organization.pk)
        said = next(({"ground": one.ground.value, "facts": one.facts} for one in found), {})
    return go_on(actions.begin_revocation(organization, actor=user, **said), user)


def _places(user: User) -> list[Area]:
    found: list[Area] = []
    for path in sorted({grant.scope for grant in grants_of(user) if grant.role in PROPOSE}):
        found += Area.objects.filter(path__startswith=path, level__in=("street", "community"), valid_to__isnull=True)
    return sorted(found, key=lambda area: area.path)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ban(request: HttpRequest) -> HttpResponse:
    """Propose to ban what acts without being registered."""
    user = user_of(request)
    if not _proposes(user):
        raise Http404
    places = [(key_of(area), area.full_name) for area in _places(user)]
    form = BanForm(places, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        area = by_key(form.cleaned_data["area"], Area.objects.all())
        if area is None:
            raise Http404
        try:
            given = {name: form.cleaned_data[name] for name in ("name", "address")}
            return go_on(actions.begin_ban(area, actor=user, **given), user)
        except BadInput as refusal:
            for field, words in refusal.fields.items():
                form.add_error(field, words)
    status = 422 if form.is_bound else 200
    return render(request, "organizations/revocation/ban.html", {"form": form}, status=status)
