"""Rows that were not imported, in the same workbook: its headings, all its columns, each value as it was, and why."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import xlsxwriter

from linli.core.sheets.actions.reading import file_of
from linli.core.sheets.cells import DAY, NUMBER, shown
from linli.core.sheets.choices import Outcome, RowState
from linli.core.sheets.declare import CODES
from linli.core.sheets.models import TAB, Import, ImportedRow, StagedRow
from linli.core.sheets.reading import REASON, Heading, open_tabs, read_layout
from linli.core.sheets.xlsx import Row

FOLDER = "linli-rejected-"
LEFT_AFTER = 24 * 3600  # seconds: no workbook takes that long to write
MOST_ROWS = 1_048_000  # what one sheet of Excel holds


def reasons_of(batch: Import) -> Iterator[tuple[int, str]]:
    """Number and reason of each row that has to be mended, in the order of the file; memory holds a page of them."""
    wrong = StagedRow.objects.filter(batch=batch, state=RowState.WRONG).order_by("number")
    refused = ImportedRow.objects.filter(batch=batch, run=batch.run, outcome=Outcome.REFUSED).order_by("number")
    left, right = wrong.iterator(2_000), refused.iterator(2_000)
    a, b = next(left, None), next(right, None)
    while a is not None or b is not None:
        if b is None or (a is not None and a.number < b.number):
            assert a is not None
            yield a.number, "；".join(f"{said['heading']}：{said['sentence']}".rstrip("。") for said in a.said) + "。"
            a = next(left, None)
        else:
            yield b.number, b.reason
            b = next(right, None)


def rejected(batch: Import) -> IO[bytes]:
    """The workbook as a file at its beginning. Its reason column is known and passed over when it comes back."""
    out = tempfile.TemporaryFile()  # noqa: SIM115 -- handed on
    with tempfile.TemporaryDirectory(prefix=FOLDER) as folder:
        _write(batch, out, folder)
    out.seek(0)
    return out


def sweep() -> int:
    """Delete what a killed process has left of such workbooks; how many folders."""
    before, count = time.time() - LEFT_AFTER, 0
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        if folder.stat().st_uid == os.getuid() and folder.stat().st_mtime < before:
            shutil.rmtree(folder, ignore_errors=True)
            count += 1
    return count


def _write(batch: Import, out: IO[bytes], folder: str) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": folder}
    book = xlsxwriter.Workbook(out, options)
    writer = _Writer(book, batch)
    reasons = reasons_of(batch)
    due = next(reasons, None)
    with file_of(batch) as file:
        tabs = open_tabs(file, batch.extension)
        for heading in read_layout(batch.sheet, tabs).headings:
            writer.open(heading)
            base = heading.tab * TAB
            for number, cells in tabs[heading.tab].rows():
                while due is not None and due[0] < base + number:
                    due = next(reasons, None)
                if due is None or due[0] >= base + TAB:
                    break
                if due[0] == base + number:
                    writer.add((number, cells), due[1])
                    due = next(reasons, None)
    book.close()


class _Writer:
    """Writes rows of one heading after the other; a full sheet is followed by the next."""

    def __init__(self, book: xlsxwriter.Workbook, batch: Import) -> None:
        self.book, self.batch = book, batch
        self.bold = book.add_format({"bold": True, "bg_color": "#E3EEEE", "text_wrap": True})
        self.red = book.add_format({"font_color": "#B42318", "text_wrap": True})
        self.text = book.add_format({"num_format": "@"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.row = 0

    def open(self, heading: Heading) -> None:
        """Begin the rows of a sheet of the original."""
        self.reason = heading.reason
        sheet = self.batch.sheet
        self.codes = {place for name, place in heading.columns.items() if sheet.column(name).kind in CODES}
        self.texts = [text for at, text in enumerate(heading.texts) if at != self.reason]
        self.name = heading.name
        self.begin()

    def begin(self) -> None:
        """A fresh sheet with the original headings and the reason behind them."""
        names = {sheet.get_name() for sheet in self.book.worksheets()}
        base = "".join(c for c in self.name if c not in "[]:*?/\\'")[:24] or "退回"
        name = next(n for n in (base, *(f"{base}（{i}）" for i in range(2, 999))) if n not in names)
        self.sheet = self.book.add_worksheet(name)
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_column(0, max(0, len(self.texts) - 1), 16)
        self.sheet.set_column(len(self.texts), len(self.texts), 60)
        for at, text in enumerate([*self.texts, REASON]):
            self.sheet.write_string(0, at, text, self.bold)
        self.row = 1

    def add(self, row: Row, reason: str) -> None:
        """A row as it was."""
        if self.row >= MOST_ROWS:
            self.begin()
        _, cells = row
        at = -1
        for place, cell in enumerate(cells):
            if place == self.reason:
                continue
            at += 1
            if cell and at < len(self.texts):
                self.write(at, cell, place in self.codes)
        self.sheet.write_string(self.row, len(self.texts), reason, self.red)
        self.row += 1

    def write(self, at: int, cell: str, code: bool) -> None:
        """One value; numbers stay numbers, unless their digits are a name."""
        text = shown(cell)
        if cell.startswith(DAY):
            try:
                self.sheet.write_datetime(self.row, at, dt.datetime.fromisoformat(text), self.day)
            except ValueError:
                self.sheet.write_string(self.row, at, text)
            return
        if cell.startswith(NUMBER) and not code:
            try:
                self.sheet.write_number(self.row, at, float(cell[2:]))
            except ValueError:
                self.sheet.write_string(self.row, at, text)
            return
        self.sheet.write_string(self.row, at, text[:32_000], self.text if code else None)
