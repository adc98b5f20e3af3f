"""Large print, robots and the pattern page."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from linli.core.ui import patterns
from linli.core.ui.context import ELDER_COOKIE

YEAR = 365 * 24 * 3600


@require_safe
def elder(request: HttpRequest, choice: str) -> HttpResponse:
    """Turns large print on or off on this device and goes back. A link may do it: it changes nobody's data."""
    back = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    answer = HttpResponseRedirect(back)
    answer.set_cookie(
        ELDER_COOKIE,
        "1" if choice == "on" else "0",
        max_age=YEAR,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )
    return answer


@require_safe
@cache_control(max_age=86400)
def robots(request: HttpRequest) -> HttpResponse:
    """The public register may be found; accounts, the desk and toggles may not."""
    lines = [
        "User-agent: *",
        "Disallow: /accounts/",
        "Disallow: /desk/",
        "Disallow: /elder/",
        "Disallow: /patterns/",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def pattern_page(request: HttpRequest, face: str = "desk") -> HttpResponse:
    """Every pattern with believable content, for those who build pages; only in a demo."""
    if not settings.DEMO:
        raise Http404
    template = "ui/patterns.html" if face == "desk" else f"ui/patterns_{face}.html"
    return render(request, template, patterns.context(request))


@require_safe
def pattern_map(request: HttpRequest) -> HttpResponse:
    """The pattern page's map: one area, a few points."""
    if not settings.DEMO:
        raise Http404
    return JsonResponse(patterns.MAP)
