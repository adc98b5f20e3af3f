"""The map's points of a filter, as GeoJSON."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from linli.core.access.grants import grants_of
from linli.core.registers.declare import REGISTRY, Register
from linli.core.registers.mapping import Sight, features
from linli.core.registers.selection import Selection
from linli.core.registers.web.pages import list_url
from linli.core.replica.reading import board


@require_safe
def points(request: HttpRequest, slug: str, face: str) -> JsonResponse:
    """`face` is desk or public; `bbox` and `zoom` say what the map shows."""
    register = REGISTRY.get(slug)
    if register is None or face not in ("desk", "public"):
        raise Http404
    return points_of(request, register, public=face == "public")


@board
def points_of(request: HttpRequest, register: Register, *, public: bool) -> JsonResponse:
    """The features of the filter in the address, for a domain's own address."""
    if (public and register.public is None) or (not public and not grants_of(request.user)):
        raise Http404
    selection = Selection.from_params(register, request.GET, None if public else request.user, public=public)
    found, more = features(
        selection,
        Sight.read(request.GET),
        target=settings.LINLI_TILE_DATUM,
        url=list_url(register, public=public),
    )
    answer = JsonResponse({"type": "FeatureCollection", "more": more, "features": found})
    patch_cache_control(answer, public=True, max_age=60) if public else patch_cache_control(answer, private=True)
    return answer
