"""Rows into a file, batch by batch, so that a million take no more memory than a thousand."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

import xlsxwriter
from django.utils import timezone

from linli.core.exports.choices import Format
from linli.core.exports.disarm import is_armed, is_harmless, plain, quoted
from linli.core.registers.declare import Column, Kind

SHEET_ROWS = 1_048_576  # what a sheet of Excel holds, heading included
LONGEST_CELL = 32_767
CELL_LETTERS = 70  # of a cell in the file, besides its text
SHEET_LETTERS = 1_000_000_000  # beyond two gigabytes a part of the file takes a form that Excel warns of
WIDTHS = {Kind.NUMBER: 10, Kind.DAY: 12, Kind.MOMENT: 17, Kind.CHOICE: 12, Kind.CODE: 24, Kind.AREA: 16}
STYLES = {
    "text": {"num_format": "@"},
    "armed": {"num_format": "@", "quote_prefix": True},
    "day": {"num_format": "yyyy-mm-dd"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm"},
}
BATCH = 1000
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Heading:
    """What the file says of itself: what it holds, which filter, who took it when, and why."""

    label: str
    words: str
    who: str
    post: str
    at: dt.datetime
    reason: str = ""

    @property
    def mark(self) -> str:
        """The line that says whose copy this is."""
        when = timezone.localtime(self.at)
        post = f"（{self.post}）" if self.post else ""
        return f"{self.who}{post}于 {when:%Y-%m-%d %H:%M} 导出，仅供工作使用，请勿外传"

    def lines(self) -> list[tuple[str, str]]:
        """Label and words, for the first sheet."""
        found = [("内容", self.label), ("筛选", self.words), ("导出", self.mark)]
        return [*found, ("用途", self.reason)] if self.reason else found


def write(
    file: IO[bytes],
    format_: str,
    heading: Heading,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    progress: Progress = lambda count: None,
    sheet_rows: int = SHEET_ROWS,
) -> int:
    """Write all rows; returns how many. `progress` is told every few thousand."""
    if format_ == Format.XLSX:
        return _xlsx(file, heading, columns, rows, progress, sheet_rows)
    return _csv(file, "gb18030" if format_ == Format.GB18030 else "utf-8-sig", heading, columns, rows, progress)


def _csv(
    file: IO[bytes],
    encoding: str,
    heading: Heading,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    progress: Progress,
) -> int:
    if encoding == "utf-8-sig":
        file.write(codecs.BOM_UTF8)
    text = io.TextIOWrapper(file, "utf-8" if encoding == "utf-8-sig" else encoding, newline="", write_through=False)
    writer = csv.writer(text)
    writer.writerow([column.label for column in columns])
    count = 0
    for batch in _batches(rows):
        writer.writerows(zip(*(map(_cell, column) for column in zip(*batch, strict=True)), strict=True))
        count += len(batch)
        progress(count)
    # Under the rows: a program that reads the file finds its headings in the first line.
    writer.writerow([])
    writer.writerow([f"※ {quoted(heading.label)}：{heading.words}。{heading.mark}。"])
    text.detach()
    return count


def _batches(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    found = iter(rows)
    while batch := list(islice(found, BATCH)):
        yield batch


def _cell(value: Any) -> Any:
    """As text; numbers stay numbers, and so do negative ones."""
    if value.__class__ is str:
        return value if is_harmless(value) else quoted(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return value
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return quoted(str(value))


def _xlsx(
    file: IO[bytes],
    heading: Heading,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    progress: Progress,
    sheet_rows: int,
) -> int:
    # Rows go to the disk as they come; text is text, whatever it looks like.
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    book.set_properties({"title": heading.label, "author": heading.who, "comments": heading.mark})
    cover = book.add_worksheet("说明")
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    cover.set_column(0, 0, 10, bold)
    cover.set_column(1, 1, 80, wrap)
    for line, (label, words) in enumerate(heading.lines()):
        cover.write_string(line, 0, label, bold)
        cover.write_string(line, 1, plain(words), wrap)
    pages = _Pages(book, heading, columns, sheet_rows)
    count = 0
    for batch in _batches(rows):
        pages.add(batch)
        count += len(batch)
        progress(count)
    pages.begin_if_empty()
    book.get_worksheet_by_name(pages.first).activate()
    book.close()
    return count


class _Pages:
    """The sheets of the rows: a new one whenever one is full."""

    def __init__(
        self, book: xlsxwriter.Workbook, heading: Heading, columns: Sequence[Column], sheet_rows: int
    ) -> None:
        self.book, self.heading, self.columns, self.sheet_rows = book, heading, columns, sheet_rows
        self.head = book.add_format({"bold": True, "bg_color": "#E8F1F0", "bottom": 1})
        self.styles = {name: book.add_format(form) for name, form in STYLES.items()}
        self.number, self.line, self.letters, self.first = 0, 0, 0, ""
        self.sheet: Any = None

    def begin_if_empty(self) -> None:
        """A filter without records still has its headings."""
        if self.sheet is None:
            self.begin()

    def begin(self) -> None:
        """The next sheet with its headings."""
        self.number += 1
        name = "数据" if self.number == 1 else f"数据 {self.number}"
        self.first = self.first or name
        sheet = self.sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_footer(f"&L{self.heading.mark.replace('&', '&&')}&R第 &P 页，共 &N 页")
        for place, column in enumerate(self.columns):
            sheet.set_column(place, place, WIDTHS.get(column.kind, 22))
        for place, column in enumerate(self.columns):
            sheet.write_string(0, place, column.label, self.head)
        self.line, self.letters = 1, 0

    def add(self, batch: list[Sequence[Any]]) -> None:
        """The next records, as many sheets as they take."""
        while batch:
            if self.sheet is None or self.line >= self.sheet_rows or self.letters > SHEET_LETTERS:
                self.begin()
            here, batch = batch[: self.sheet_rows - self.line], batch[self.sheet_rows - self.line :]
            for row in here:
                for place, value in enumerate(row):
                    if value is not None and value != "":
                        self.cell(place, value)
                self.line += 1

    def cell(self, place: int, value: Any) -> None:
        """One value in the present line, under the style of its kind."""
        self.letters += CELL_LETTERS
        if isinstance(value, bool):
            self.sheet.write_string(self.line, place, "是" if value else "否", self.styles["text"])
        elif isinstance(value, int | float):
            self.sheet.write_number(self.line, place, value)
        elif isinstance(value, dt.datetime):
            self.sheet.write_datetime(self.line, place, timezone.make_naive(value), self.styles["moment"])
        elif isinstance(value, dt.date):
            self.sheet.write_datetime(self.line, place, value, self.styles["day"])
        else:
            self.text(place, plain(str(value))[:LONGEST_CELL])

    def text(self, place: int, text: str) -> None:
        """Text, whatever it looks like."""
        self.letters += len(text)
        style = self.styles["armed" if is_armed(text) else "text"]
        if text.startswith("<r>") and text.endswith("</r>"):
            # XlsxWriter takes this for a rich text that is written already; in pieces it is text again.
            self.sheet.write_rich_string(self.line, place, text[0], text[1], text[2:], style)
        else:
            self.sheet.write_string(self.line, place, text, style)
