"""The board of an area, and the page of one figure: map, trend, ranking, table, categories."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from linli.areas.queries import outlines
from linli.core.figures.declare import REGISTRY, Figure, Ratio, listed
from linli.indicators.queries.published import source_of
from linli.indicators.web import showing, tables
from linli.indicators.web.look import Look, figure_or_404


@login_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """All figures of an area; the one that is chosen on the map, as a ranking and as a trend."""
    look = Look(request)
    found = showing.tiles(listed(), look)
    chosen = REGISTRY.get(request.GET.get("show", "")) or next(iter(listed()))
    return render(
        request,
        "indicators/board.html",
        context(look)
        | picture(chosen, look)
        | {
            "groups": showing.grouped(found),
            "figures": [tile.figure for tile in found],
            "screen_url": reverse("indicators:screen") + look.query(),
            "workbook_url": reverse("indicators:board_workbook") + look.query(),
            "published": source_of(look.area) is not None,
        },
    )


@login_required
@require_safe
def figure_page(request: HttpRequest, id: str) -> HttpResponse:
    """One figure in full."""
    look = Look(request)
    figure = figure_or_404(id)
    (tile,) = showing.tiles([figure], look)
    shown = picture(figure, look)
    splits = [
        (category, rows)
        for category in figure.facts.categories
        if _splits(figure, category.name) and (rows := tables.category_rows(figure, category, look))
    ]
    return render(
        request,
        "indicators/figure.html",
        context(look)
        | shown
        | {
            "tile": tile,
            "splits": splits,
            "rival": tables.compared(figure, look),
            "workbook_url": reverse("indicators:figure_workbook", args=[figure.id]) + look.query(),
            "crumbs": [("看数", reverse("indicators:board") + look.query(against=None)), (figure.name, "")],
            "notes": [(part.name, part.formula, part.counted, part.source) for part in figure.parts],
        },
    )


def _splits(figure: Figure | Ratio, name: str) -> bool:
    """Whether a category divides the figure: not one it is chosen by alone, and of a ratio both parts."""
    if any(part.facts.category(name) is None for part in figure.parts):
        return False
    return not any(len(part.where.get(name, ("", ""))) == 1 for part in figure.parts)


def context(look: Look) -> dict[str, Any]:
    """What stands at the head of every board."""
    return {"look": look, "area": look.area, "period": look.period}


def picture(figure: Figure | Ratio, look: Look) -> dict[str, Any]:
    """A figure on the map, as a trend, a ranking and a table."""
    rows = tables.area_rows(figure, look)
    values = [row.value for row in rows if row.spot is not None and not row.is_total and row.value is not None]
    return {
        "figure": figure,
        "rows": rows,
        "trend": showing.trend(figure, look),
        "rank": tables.ranking(figure, look, rows) if len(values) > 1 else None,
        "map_url": reverse("indicators:areas", args=[figure.id]) + look.query() if values else "",
        "least": min(values, default=None),
        "most": max(values, default=None),
    }


@login_required
@require_safe
def areas(request: HttpRequest, id: str) -> JsonResponse:
    """The areas below as GeoJSON, each with its number and how dark it is drawn."""
    look, figure = Look(request), figure_or_404(id)
    rows = {row.spot.path: row for row in tables.area_rows(figure, look) if row.spot and not row.is_total}
    values = [row.value for row in rows.values() if row.value is not None and not row.spot.is_rest]  # type: ignore[union-attr]
    low, high = min(values, default=0), max(values, default=0)
    shapes = outlines(
        [path for path, row in rows.items() if row.spot and not row.spot.is_rest], settings.LINLI_TILE_DATUM
    )
    for shape in shapes:
        row = rows[shape["properties"]["path"]]
        shade = (row.value - low) / (high - low) if row.value is not None and high > low else 0.5
        shape["properties"] = {
            "kind": "area",
            "name": shape["properties"]["name"],
            "label": row.text,
            "note": f"{row.text} {figure.unit}",
            "href": row.href,
            "shade": round(shade, 3) if row.value is not None else 0,
        }
    answer = JsonResponse({"type": "FeatureCollection", "more": False, "features": shapes})
    patch_cache_control(answer, private=True)
    return answer
