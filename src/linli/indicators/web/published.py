"""公布数字对照: what a report says of a district beside what is counted, each number with its records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from linli.areas.models import Area
from linli.core.access.models import User
from linli.core.figures.declare import Figure, Ratio
from linli.indicators.choices import Means, Verdict
from linli.indicators.queries import places
from linli.indicators.queries.periods import Period
from linli.indicators.queries.published import Line, Source, compared, district_of, source_of
from linli.indicators.queries.records import lists_of
from linli.indicators.web.showing import Part, amount
from linli.indicators.web.workbooks import book_of

TONES = {Verdict.AGREES: "ok", Verdict.DIFFERS: "late", Verdict.NOTHING: "soon"}
BEFORE = {Means.ABOUT: "约 ", Means.MORE: "多于 "}
HEAD = [
    *("编号", "指标", "单位", "时间", "公布", "平台", "分子", "分母", "相差", "结果", "报告原文", "说明"),
]


@dataclass(frozen=True)
class Row:
    """A line as the page shows it."""

    line: Line
    name: str
    unit: str
    when: str
    said: str
    counted: str
    records: str
    parts: tuple[Part, ...]
    difference: str
    tone: str


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The numbers of the report on the district that is looked at."""
    user = _reader(request)
    district, source = _asked(user, request.GET.get("area", ""))
    rows = [_row(line, district) for line in compared(source, district)] if district and source else []
    agreeing = sum(row.line.verdict == Verdict.AGREES for row in rows)
    return render(
        request,
        "indicators/published.html",
        {
            "district": district,
            "source": source,
            "rows": rows,
            "agreeing": agreeing,
            "other_records": agreeing * 2 < len(rows),
            "contradicting": sum(bool(row.line.remarks) for row in rows),
            "workbook_url": reverse("indicators:published_workbook") + _query(area=source.code if source else ""),
            "crumbs": [("看数", reverse("indicators:board")), ("公布数字对照", "")],
        },
    )


@login_required
@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    """The same as an Excel workbook."""
    user = _reader(request)
    district, source = _asked(user, request.GET.get("area", ""))
    if district is None or source is None:
        raise Http404
    lines: list[list[Any]] = []
    for line in compared(source, district):
        row, number = _row(line, district), line.number
        parts = [None if part is None else float(part) for part in (number.numerator, number.denominator)]
        counted = None if number.value is None else round(float(number.value), 4)
        told = [line.published.id, row.name, row.unit, row.when, row.said, counted, *parts]
        difference = None if line.difference is None else float(line.difference)
        lines.append([*told, difference, line.verdict.label, line.published.phrase, "".join(line.remarks)])
    remarks = [[text] for text in source.remarks]
    sheets = [("对照", HEAD, lines), ("报告里的其他问题", ["说明"], remarks)]
    title = f"{district.short_name} 公布数字对照"
    return book_of(str(user), title, [("区划", district.full_name), ("来源", source.name)], sheets)


def _reader(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not request.user.has_perm("indicators.view_figures"):
        raise Http404
    return request.user


def _asked(user: User, key: str) -> tuple[Area | None, Source | None]:
    """The district and its report; an area whose numbers the person does not read is not there."""
    area = places.area_of(user, key.replace("\0", "")[:60])
    if area is None:
        raise Http404
    district = district_of(user, area)
    return district, source_of(district) if district is not None else None


def _row(line: Line, district: Area) -> Row:
    published, figure, number = line.published, line.published.of, line.number
    period = published.period
    digits = figure.places if isinstance(figure, Ratio) else 0
    parts: tuple[Part, ...] = ()
    if isinstance(figure, Ratio):
        both = ((figure.numerator, number.numerator), (figure.denominator, number.denominator))
        parts = tuple(Part(part.name, amount(value), _records(part, district, period)) for part, value in both)
    said = f"{BEFORE.get(published.means, '')}{amount(published.value, published.places)}"
    return Row(
        line,
        figure.name,
        figure.unit,
        _when(period),
        f"{said} 以上" if published.means == Means.LEAST else said,
        amount(number.value, max(digits, published.places)),
        _records(lists_of(figure)[0], district, period) if isinstance(figure, Figure) else "",
        parts,
        _difference(line),
        TONES[line.verdict],
    )


def _difference(line: Line) -> str:
    if line.difference is None:
        return ""
    if not line.difference:
        return "0"
    return f"{'+' if line.difference > 0 else '−'}{amount(abs(line.difference), line.published.places)}"


def _when(period: Period) -> str:
    """2018-12-31, or from a day to a day."""
    return str(period.last) if period.first == period.last else period.label


def _query(**values: str) -> str:
    return "?" + urlencode(values)


def _records(figure: Figure, district: Area, period: Period) -> str:
    address = reverse("indicators:records", args=[figure.id])
    return address + _query(area=district.code or "", period=period.key)
