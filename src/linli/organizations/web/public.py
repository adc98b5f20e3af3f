"""What every visitor may read: the register in a list and on a map, an organization, public notices."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from linli.actors.queries import street_body
from linli.areas.choices import Datum
from linli.areas.datum import Point
from linli.core import clock
from linli.core.registers.web.pages import show_public
from linli.core.registers.web.points import points_of
from linli.organizations.choices.filing import LIVING
from linli.organizations.models import Organization
from linli.organizations.queries import register as queries
from linli.organizations.queries.activities import public_activities
from linli.organizations.queries.annual import latest_conclusion
from linli.organizations.queries.credit import entries_of
from linli.organizations.queries.ranking import standing_of
from linli.organizations.registers.organizations import ORGANIZATIONS


def absolute(request: HttpRequest, path: str) -> str:
    """A full address for QR codes and letters."""
    return f"{settings.LINLI_BASE_URL}{path}" if settings.LINLI_BASE_URL else request.build_absolute_uri(path)


@require_safe
def public_list(request: HttpRequest) -> HttpResponse:
    """The public register with its filters, as a list, a map and charts."""
    return show_public(request, ORGANIZATIONS)


@require_safe
def points(request: HttpRequest) -> JsonResponse:
    """The filtered public register as GeoJSON in the map's datum; no personal values."""
    return points_of(request, ORGANIZATIONS, public=True)


@require_safe
def public_page(request: HttpRequest, uid: str) -> HttpResponse:
    """An organization as everybody may know it; what its QR code opens."""
    organization = queries.public_organization(uid)
    if organization is None:
        raise Http404
    near = queries.public_register().filter(area=organization.area).exclude(pk=organization.pk).order_by("-pk")[:4]
    return render(
        request,
        "organizations/public_page.html",
        {
            "organization": organization,
            "living": organization.legal_status in LIVING,
            "near": near,
            "entries": entries_of(organization),
            "standing": standing_of(organization.uid),
            "concluded": latest_conclusion(organization),
            "coming": public_activities(organization=organization)
            .filter(starts_at__gte=clock.now())
            .order_by("starts_at")[:3],
            "address": absolute(request, organization.public_url),
            "map_center": _centre(organization),
        },
    )


def _centre(organization: Organization) -> str:
    """The point in the map's datum, as the map component takes it; empty without a point."""
    if organization.lng is None or organization.lat is None:
        return ""
    point = Point(organization.lng, organization.lat, Datum(organization.datum)).to(Datum(settings.LINLI_TILE_DATUM))
    return f"{point.lng:.6f},{point.lat:.6f}"


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """What is on public notice today."""
    return render(request, "organizations/notices.html", {"filings": queries.filings_in_publicity()[:200]})


@require_safe
def notice(request: HttpRequest, uid: str) -> HttpResponse:
    """One public notice, with where an objection goes; it prints on A4."""
    filing = get_object_or_404(queries.filings_in_publicity(), uid=uid)
    assert filing.area is not None
    return render(
        request,
        "organizations/notice.html",
        {"filing": filing, "street": street_body(filing.area), "address": absolute(request, request.path)},
    )


@login_required
@require_safe
def certificate(request: HttpRequest, uid: str) -> HttpResponse:
    """The certificate on A4, for the person in charge and the officers; its QR code opens the public page."""
    organization = get_object_or_404(queries.organizations_visible_to(request.user), uid=uid)
    if organization.legal_status not in LIVING or not organization.number:
        raise Http404
    assert organization.area is not None
    return render(
        request,
        "organizations/certificate.html",
        {
            "organization": organization,
            "street": street_body(organization.area),
            "address": absolute(request, organization.public_url),
        },
    )
