"""Areas over HTTP: public, cacheable, without personal data."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from linli.areas import queries
from linli.areas.choices import Datum, Level
from linli.areas.models import Area

MINUTES = 300  # seconds a browser may keep a map without asking again


def _tag(request: HttpRequest, pk: int, *args: Any) -> str | None:
    """Changes with anything below the area and with the datum of the tiles; None (no tag) for an unknown area."""
    area = Area.objects.filter(pk=pk).first()
    return f'"{queries.state_of(area)}-{settings.LINLI_TILE_DATUM}"' if area else None


@require_safe
@cache_control(public=True, max_age=MINUTES)
@condition(etag_func=_tag)
def shapes(request: HttpRequest, pk: int) -> HttpResponse:
    """The areas directly below one, as GeoJSON in the datum of the tile source: outlines, else centres."""
    area = get_object_or_404(Area, pk=pk)
    target = Datum(settings.LINLI_TILE_DATUM)
    features = [feature for child in queries.children(area) if (feature := queries.shape_of(child, target))]
    return JsonResponse(
        {"type": "FeatureCollection", "datum": target.value, "features": features},
        content_type="application/geo+json",
    )


@require_safe
@cache_control(public=True, max_age=MINUTES)
@condition(etag_func=_tag)
def picker(request: HttpRequest, pk: int) -> HttpResponse:
    """The tree below an area down to the community, for selects that follow each other."""
    area = get_object_or_404(Area, pk=pk)
    return JsonResponse(queries.picker_tree(area).as_json())


@require_safe
def options(request: HttpRequest, pk: int) -> HttpResponse:
    """The `<option>`s of the areas directly below one; `level` narrows them. A fragment for htmx."""
    area = get_object_or_404(Area, pk=pk)
    levels = [Level(level) for level in request.GET.getlist("level") if level in Level.values]
    return render(request, "areas/_options.html", {"areas": queries.children(area, levels=levels)})
