"""What everybody may read of a place: its board, a feed, and the open data with its dictionary."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed
from django.views.decorators.http import require_safe

from linli.areas.choices import Level
from linli.areas.models import Area
from linli.areas.queries import areas_valid_on, by_key, key_of
from linli.core import clock
from linli.core.exports.disarm import quoted
from linli.core.paging import keyset
from linli.voice.models import Report
from linli.voice.queries import board as queries
from linli.voice.queries.reports import public_reports

if TYPE_CHECKING:
    ReportFeed = Feed[Report, Area]
else:  # a class of Django that cannot be subscripted at run time
    ReportFeed = Feed

PLACES = (Level.DISTRICT, Level.STREET, Level.COMMUNITY)
FED = 30
MOST = 50_000


def place_or_404(key: str) -> Area:
    """A district, street or community by its outward name."""
    rows = areas_valid_on().filter(level__in=PLACES).select_related("parent__parent").defer("boundary")
    area = by_key(key[:24], rows)
    if area is None:
        raise Http404
    return area


@require_safe
def board(request: HttpRequest, key: str) -> HttpResponse:
    """What was said there, what was done, and how long it took."""
    area = place_or_404(key)
    page = keyset(public_reports().filter(scope__startswith=area.path), request)
    context = {
        "area": area,
        "key": key_of(area),
        "standing": queries.standing_of(area),
        "lately": queries.LATELY,
        "page": page,
        "rows": [(row, queries.took(row)) for row in page.rows],
    }
    return render(request, "voice/board.html", context)


class BoardFeed(ReportFeed):
    """The newest public reports of a place as RSS."""

    feed_type = Rss201rev2Feed

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Area:
        return place_or_404(str(kwargs["key"]))

    def title(self, obj: Area) -> str:
        return f"{obj.full_name}：说的和办的"

    def description(self, obj: Area) -> str:
        return f"{obj.full_name}公开的诉求和办理结果，不显示是谁说的。"

    def link(self, obj: Area) -> str:
        return reverse("voice:board", args=[key_of(obj)])

    def items(self, obj: Area) -> list[Report]:
        rows = public_reports().filter(scope__startswith=obj.path)
        return list(rows.order_by("-pk")[:FED])

    def item_title(self, item: Any) -> str:
        return f"{item.title}（{item.state_label}）"

    def item_description(self, item: Report) -> str:
        return f"{item.words}\n\n{item.handler}答复：{item.answer}" if item.answer else item.words

    def item_link(self, item: Report) -> str:
        return item.public_url

    def item_guid(self, item: Report) -> str:
        return item.uid

    item_guid_is_permalink = False

    def item_pubdate(self, item: Report) -> Any:
        return item.replied_at or item.began_at


class _Echo:
    """A file that hands on what is written."""

    def write(self, text: str) -> str:
        return text


def _rows(area: Area) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"
    yield writer.writerow([column.name for column in queries.COLUMNS])
    found = public_reports().filter(scope__startswith=area.path).order_by("-pk")[:MOST]
    for row in found.iterator(chunk_size=500):
        values = (column.of(row) for column in queries.COLUMNS)
        yield writer.writerow(["" if value is None else quoted(str(value)) for value in values])


@require_safe
def data(request: HttpRequest, key: str) -> StreamingHttpResponse:
    """The public reports of a place as CSV, the newest first."""
    area = place_or_404(key)
    answer = StreamingHttpResponse(_rows(area), content_type="text/csv; charset=utf-8")
    name = f"linli-voice-{key_of(area)}-{clock.today():%Y%m%d}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_safe
def dictionary(request: HttpRequest, key: str) -> HttpResponse:
    """What each column of the open data means."""
    area = place_or_404(key)
    context = {"area": area, "key": key_of(area), "columns": queries.COLUMNS, "most": MOST}
    return render(request, "voice/dictionary.html", context)
