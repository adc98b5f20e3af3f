"""The network as everybody may read it: names, places and telephones; nothing of any case."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from linli.actors.queries import served_districts
from linli.areas.models import Area
from linli.areas.queries import by_key, children, key_of
from linli.core.paging import keyset
from linli.mediation import queries
from linli.mediation.choices.network import WHY_NOT, NodeKind

PER_PAGE = 30


@require_safe
def network(request: HttpRequest) -> HttpResponse:
    """Every body of the network, by street and kind."""
    key = request.GET.get("area", "").replace("\0", "")[:30]
    area = by_key(key, Area.objects.all()) if key else None
    if key and area is None:
        raise Http404
    kind = request.GET.get("kind", "")
    if kind not in NodeKind.values:
        kind = ""
    rows = queries.network(scope=area.path if area else "")
    counted = queries.kinds_of(rows)
    here = {"area": key} if area else {}
    url = reverse("mediation:network")
    tabs = [
        {
            "label": label,
            "url": f"{url}?{urlencode({**here, **({'kind': code} if code else {})})}",
            "on": kind == code,
            "count": counted[code] if code else sum(counted.values()),
        }
        for code, label in (("", "全部"), *NodeKind.choices)
        if not code or counted[code]
    ]
    return render(
        request,
        "mediation/network.html",
        {
            "page": keyset(rows.filter(kind=kind) if kind else rows, request, PER_PAGE, ascending=True),
            "tabs": tabs,
            "area": area,
            "kind": kind,
            "kept": urlencode({**here, **({"kind": kind} if kind else {})}),
            "streets": [
                (key_of(street), street.name) for district in served_districts() for street in children(district)
            ],
        },
    )


@require_safe
def body(request: HttpRequest, uid: str) -> HttpResponse:
    """One body: where it is, who mediates there, and how to apply."""
    found = queries.network(closed=True).filter(uid=uid).first()
    if found is None:
        raise Http404
    return render(
        request,
        "mediation/body.html",
        {
            "body": found,
            "mediators": list(queries.mediators_to_choose(found) if found.mediates else ()),
            "rooms": list(queries.network().filter(parent=found).order_by("pk")),
            "why_not": WHY_NOT.get(NodeKind(found.kind), ""),
            "may_send": request.user.has_perm("mediation.send_case"),
            "may_keep": request.user.has_perm("mediation.keep_mediators", found),
        },
    )
