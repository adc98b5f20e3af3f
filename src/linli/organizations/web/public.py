"""What every visitor may read: the register in a list and on a map, an organization, public notices."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from linli.actors.queries import served_districts, street_body
from linli.areas.choices import Datum
from linli.areas.datum import Point
from linli.areas.models import Area
from linli.areas.queries import children, shape_of
from linli.core.paging import keyset
from linli.organizations import queries
from linli.organizations.choices import LIVING, Kind
from linli.organizations.models import Organization
from linli.organizations.web.filters import PublicFilter

MOST_POINTS = 5000  # a map of more is a smear; the list has them all


def absolute(request: HttpRequest, path: str) -> str:
    """A full address for QR codes and letters."""
    return f"{settings.LINLI_BASE_URL}{path}" if settings.LINLI_BASE_URL else request.build_absolute_uri(path)


@require_safe
def public_list(request: HttpRequest) -> HttpResponse:
    """The public register with its filters; `view=map` shows the same filter on the map."""
    chosen = PublicFilter(request.GET, queryset=queries.public_register())
    rows = chosen.qs
    on_map = request.GET.get("view") == "map"
    total = rows.count()
    return render(
        request,
        "organizations/public_list.html",
        {
            "filter": chosen,
            "page": keyset(rows, request, size=24),
            "total": total,
            "on_map": on_map,
            "tabs": [
                {"label": "列表", "url": _with_view(request, ""), "on": not on_map, "count": total},
                {"label": "地图", "url": _with_view(request, "map"), "on": on_map, "count": None},
            ],
            "points_url": f"{reverse('organizations:points')}?{request.GET.urlencode()}",
        },
    )


def _with_view(request: HttpRequest, view: str) -> str:
    """The same filter, seen the other way."""
    query = request.GET.copy()
    query.pop("after", None)
    query.pop("view", None)
    if view:
        query["view"] = view
    return f"?{query.urlencode()}"


@require_safe
@cache_control(public=True, max_age=60)
def points(request: HttpRequest) -> JsonResponse:
    """The filtered register as GeoJSON points in the map's datum, on its streets with counts; no personal values."""
    chosen = PublicFilter(request.GET, queryset=queries.public_register())
    target = Datum(settings.LINLI_TILE_DATUM)
    rows = list(
        chosen.qs.filter(lng__isnull=False)
        .order_by("pk")
        .values_list("uid", "name", "kind", "area_id", "lng", "lat", "datum")[:MOST_POINTS]
    )
    # Places, words and the address are looked up once each, not once a row.
    places = {
        area.pk: area
        for area in Area.objects.filter(pk__in={row[3] for row in rows})
        .select_related("parent")
        .defer("boundary", "parent__boundary")
    }
    names = {pk: area.full_name for pk, area in places.items()}
    kinds = {kind.value: str(kind.label) for kind in Kind}
    link = reverse("organizations:public", args=["UID"])
    features: list[dict[str, Any]] = []
    by_street: Counter[int | None] = Counter()
    for uid, name, kind, area_id, lng, lat, datum in rows:
        point = Point(lng, lat, Datum(datum)).to(target)
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [round(point.lng, 6), round(point.lat, 6)]},
                "properties": {
                    "name": name,
                    "note": f"{kinds[kind]}类 · {names.get(area_id, '')}",
                    "href": link.replace("UID", uid),
                },
            }
        )
        by_street[places[area_id].parent_id if area_id in places else None] += 1
    streets = [street for district in served_districts() for street in children(district)]
    shapes = []
    for street in streets:
        shape = shape_of(street, target)
        if shape is not None and (by_street[street.pk] or not request.GET.get("q")):
            shape["properties"] |= {"kind": "area", "count": by_street[street.pk]}
            shapes.append(shape)
    return JsonResponse({"type": "FeatureCollection", "features": [*shapes, *features]})


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
