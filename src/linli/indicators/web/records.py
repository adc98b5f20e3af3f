"""The records behind a number: exactly so many rows, as far as the reader may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from linli.core.figures.declare import NOTHING, Facts
from linli.core.registers.declare import Column, Kind
from linli.core.ui.templatetags.linli import day
from linli.indicators.queries.places import REST, rest_of
from linli.indicators.queries.records import Asked, Records, lists_of
from linli.indicators.web.look import Look, figure_or_404
from linli.indicators.web.showing import amount

MOST_VALUES = 20


@login_required
@require_safe
def records(request: HttpRequest, id: str) -> HttpResponse:
    """What stands behind a number. A ratio has two lists, a difference too: what came and what went."""
    look, figure = Look(request), figure_or_404(id)
    lists = lists_of(figure)
    chosen = next((part for part in lists if part.id == request.GET.get("of")), lists[0])
    spot = rest_of(look.spot, look.parts) if request.GET.get("part") == REST and look.parts else look.spot
    within = within_of(chosen.facts, request)
    found = Records(Asked(chosen, spot, look.period, within), look.user)
    page = found.page(request.GET.get("after", ""))
    columns = [column for column in chosen.facts.columns if not column.personal]
    kept: dict[str, Any] = {f"in_{name}": list(values) for name, values in within.items()}
    if spot.is_rest:
        kept["part"] = REST
    tabs = [
        {"label": part.name, "url": look.records_url(figure, **kept, of=part.id), "on": part is chosen, "count": None}
        for part in lists
    ]
    return render(
        request,
        "indicators/records.html",
        {
            "look": look,
            "figure": figure,
            "chosen": chosen,
            "spot": spot,
            "found": found,
            "total": amount(found.total),
            "page": page,
            "title_column": columns[0],
            "columns": columns[1:],
            "rows": [_row(record, columns, chosen.facts) for record in page.rows],
            "tabs": tabs if len(lists) > 1 else [],
            "within": [
                (category.label, "、".join(map(category.label_of, within[category.name])))
                for category in chosen.facts.categories
                if category.name in within
            ],
            "figure_url": look.figure_url(figure, against=None),
            "board_url": reverse("indicators:board") + look.query(against=None),
            "after": look.records_url(figure, **kept, of=chosen.id, after=page.after) if page.after else "",
            "first": look.records_url(figure, **kept, of=chosen.id) if not page.is_first else "",
            "undated": chosen.is_stock,
        },
    )


def within_of(facts: Facts, request: HttpRequest) -> dict[str, tuple[str, ...]]:
    """The part of the number that was clicked: values of categories in the address, unknown ones left out."""
    found = {}
    for category in facts.categories:
        known = {value for value, _label in category.options} | {NOTHING}
        values = tuple(value for value in request.GET.getlist(f"in_{category.name}")[:MOST_VALUES] if value in known)
        if values:
            found[category.name] = values
    return found


@dataclass(frozen=True)
class Line:
    """A record as the list shows it."""

    name: str
    href: str
    cells: list[tuple[str, str, str]]  # label, text, tone


def _row(record: Any, columns: list[Column], facts: Facts) -> Line:
    name, *others = columns
    href = facts.href(record) if facts.href is not None else record.get_absolute_url()
    return Line(
        str(name.of_record(record) or "（没有名称）"),
        href,
        [(column.label, _text(column, record), column.tone_of(record)) for column in others],
    )


def _text(column: Column, record: Any) -> str:
    value = column.of_record(record)
    if value is None or value == "":
        return ""
    return day(value) if column.kind in (Kind.DAY, Kind.MOMENT) else str(value)
