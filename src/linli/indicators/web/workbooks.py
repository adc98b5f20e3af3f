"""Figures as Excel workbooks: the numbers, both parts of ratios, and what they mean. Nothing in them is personal."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from linli.core import clock
from linli.core.figures.declare import Figure, Ratio, listed
from linli.indicators.choices import SERIES
from linli.indicators.queries.numbers import Number, Numbers
from linli.indicators.queries.places import rest_of
from linli.indicators.web import showing, tables
from linli.indicators.web.look import Look, figure_or_404

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """All figures of an area and period."""
    look = Look(request)
    return answer(look, f"{look.area.short_name} 看数 {look.period.key}", [figures_sheet(list(listed()), look)])


@login_required
@require_safe
def figure(request: HttpRequest, id: str) -> HttpResponse:
    """One figure: by area, as a series, by category, and what it means."""
    look, found = Look(request), figure_or_404(id)
    sheets = [figures_sheet([found], look), *area_sheets(found, look), series_sheet(found, look)]
    for category in found.facts.categories:
        if all(part.facts.category(category.name) is not None for part in found.parts):
            rows = tables.category_rows(found, category, look)
            lines = [[row.name, row.value] for row in rows]
            if lines:
                sheets.append((category.label, [category.label, found.name], lines))
    return answer(look, f"{look.area.short_name} {found.name} {look.period.key}", sheets)


Sheet = tuple[str, Sequence[str], Sequence[Sequence[Any]]]


def figures_sheet(figures: Sequence[Figure | Ratio], look: Look) -> Sheet:
    """A line for each figure."""
    before, year = look.period.before, look.period.a_year_before
    numbers = Numbers(figures, {"here": look.spot.paths}, [look.period, before, year])
    head = ["指标", "单位", look.told, "分子", "分母", before.label, year.label, "数的是什么", "怎么算", "来源"]
    lines = []
    for each in figures:
        number = numbers.of(each, "here", look.period)
        then = [_cell(each, numbers.of(each, "here", period)) for period in (before, year)]
        told = [each.counted, each.formula, each.source]
        lines.append([each.name, each.unit, *_cells(each, number), *then, *told])
    return "指标", head, lines


def area_sheets(figure: Figure | Ratio, look: Look) -> Iterable[Sheet]:
    """A line for each area below."""
    if not look.parts:
        return
    rest = rest_of(look.spot, look.parts)
    places = {"all": look.spot.paths, "held": rest.without} | {spot.key: spot.paths for spot in look.parts}
    numbers = Numbers([figure], places, [look.period])
    lines = [[spot.name, *_cells(figure, numbers.of(figure, spot.key, look.period))] for spot in look.parts]
    lines.append(["合计", *_cells(figure, numbers.of(figure, "all", look.period))])
    yield "分区划", ["区划", figure.name, "分子", "分母"], lines


def series_sheet(figure: Figure | Ratio, look: Look) -> Sheet:
    """A line for each period."""
    told = look.period.back(2 * SERIES)
    numbers = Numbers([figure], {"here": look.spot.paths}, told)
    lines = [[period.label, *_cells(figure, numbers.of(figure, "here", period))] for period in told]
    return "走势", ["期间", figure.name, "分子", "分母"], lines


def _cell(figure: Figure | Ratio, number: Number) -> float | int | None:
    return showing.plain_value(figure, number)


def _cells(figure: Figure | Ratio, number: Number) -> list[float | int | None]:
    parts = [float(part) if part is not None else None for part in (number.numerator, number.denominator)]
    return [_cell(figure, number), *parts]


def answer(look: Look, title: str, sheets: Iterable[Sheet]) -> HttpResponse:
    """The workbook, with a first sheet that says what it is of."""
    of = [("区划", look.area.full_name), ("期间", look.told)]
    return book_of(str(look.user), title, of, sheets)


def book_of(who: str, title: str, of: Sequence[tuple[str, str]], sheets: Iterable[Sheet]) -> HttpResponse:
    """A workbook of some sheets; the first says what it is of, and who took it when."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        bold, wrap = (
            book.add_format({"bold": True, "bottom": 1}),
            book.add_format({"text_wrap": True, "valign": "top"}),
        )
        first = book.add_worksheet("说明")
        first.set_column(0, 0, 10)
        first.set_column(1, 1, 60, wrap)
        at = timezone.localtime(clock.now())
        told = [("内容", title), *of, ("导出", f"{who}，{at:%Y-%m-%d %H:%M}")]
        for i, (label, text) in enumerate(told):
            first.write_string(i, 0, label, bold)
            first.write_string(i, 1, text)
        for name, head, lines in sheets:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, 0, 22)
            sheet.set_column(1, len(head) - 1, 14)
            for column, text in enumerate(head):
                sheet.write_string(0, column, text, bold)
            for row, line in enumerate(lines, 1):
                for column, value in enumerate(line):
                    if isinstance(value, int | float):
                        sheet.write_number(row, column, value)
                    elif value is not None:
                        sheet.write_string(row, column, str(value))
    response = HttpResponse(file.getvalue(), content_type=MEDIA)
    response["Content-Disposition"] = content_disposition_header(True, f"{title}.xlsx") or "attachment"
    return response
