"""The leaders' big screen: a few large numbers, the map, a ranking, a trend. It refreshes itself; nobody is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from linli.core import clock
from linli.core.figures.declare import REGISTRY, Figure, Ratio, listed
from linli.indicators.queries.boards import boards_visible_to, figures_on
from linli.indicators.web import showing
from linli.indicators.web.look import Look
from linli.indicators.web.pages import picture

SHOWN = 8
LINES = 17  # of the ranking
FIRST = ("orgs", "orgs_filed", "per_community", "party_share", "filings_submitted", "close_rate", "on_time", "growth")
SECONDS = 60


@login_required
@require_safe
def screen(request: HttpRequest) -> HttpResponse:
    """1920×1080. `?board=` shows the figures of a composed board, `?show=` the one on the map; a part by itself."""
    look = Look(request)
    chosen = _chosen(request, look)
    shown = REGISTRY.get(request.GET.get("show", "")) or chosen[0]
    keep = {"board": request.GET.get("board"), "show": request.GET.get("show")}
    found = picture(shown, look)
    context: dict[str, Any] = found | {
        "look": look,
        "area": look.area,
        "period": look.period,
        "tiles": showing.tiles(chosen, look),
        "ranked": _ranked(shown, found["rows"]),
        "now": clock.now(),
        "seconds": SECONDS,
        "again": reverse("indicators:screen") + look.query(**keep),
        "back": reverse("indicators:board") + look.query(),
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "indicators/_screen.html" if part else "indicators/screen.html", context)


@dataclass(frozen=True)
class Place:
    """An area in the ranking."""

    name: str
    text: str
    share: int  # of the first, in hundredths


def _ranked(figure: Figure | Ratio, rows: list[showing.Row]) -> list[Place]:
    """The areas below, the best first."""
    lines = [row for row in rows if row.spot is not None and not row.is_total and not row.spot.is_rest]
    known = sorted((row for row in lines if row.value is not None), key=lambda row: -(row.value or 0))
    if figure.good == "down":
        known.reverse()
    most = max((row.value or 0 for row in known), default=0) or 1
    return [Place(row.name, row.text, round(100 * max(row.value or 0, 0) / most)) for row in known[:LINES]]


def _chosen(request: HttpRequest, look: Look) -> list[Figure | Ratio]:
    uid = request.GET.get("board", "")
    if uid:
        found = figures_on(get_object_or_404(boards_visible_to(look.user), uid=uid))[:SHOWN]
        if found:
            return found
    return [REGISTRY[id] for id in FIRST if id in REGISTRY] or list(listed())[:SHOWN]
