"""How odd files are made, and the list they stand in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import xlsxwriter
import xlwt
from tests.core.sheets.conftest import HEADINGS, line, saved, workbook

CASES: dict[str, Callable[[], bytes]] = {}


def case(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """A file of the corpus, under the function's name."""
    CASES[make.__name__] = make
    return make


def book(*rows: Sequence[Any]) -> Any:
    """An openpyxl workbook of these rows, to be spoiled further."""
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(list(row))  # type: ignore[union-attr]
    return made


def text(rows: Sequence[Sequence[Any]], delimiter: str = ",") -> str:
    """Rows as CSV without quotes."""
    return "\r\n".join(delimiter.join(str(cell) for cell in row) for row in rows) + "\r\n"


def xls(rows: Sequence[Sequence[Any]], spoil: Callable[[Any], None] | None = None) -> bytes:
    """An .xls of these rows."""
    made = xlwt.Workbook()
    sheet = made.add_sheet("名册")
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            sheet.write(y, x, cell)
    if spoil:
        spoil(sheet)
    return saved(made)


def rezipped(content: bytes, change: Callable[[str, bytes], bytes | None], **more: bytes) -> bytes:
    """A zip with its parts changed, left out (None) or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = change(name, old.read(name))
            if part is not None:
                new.writestr(name, part)
        for name, part in more.items():
            new.writestr(name, part)
    return out.getvalue()


def sheet_xml(change: Callable[[str], str]) -> bytes:
    """A right workbook whose sheet is rewritten as text."""

    def spoil(name: str, part: bytes) -> bytes:
        return change(part.decode()).encode() if name == "xl/worksheets/sheet1.xml" else part

    return rezipped(workbook([line()]), spoil)


def at(heading: str) -> str:
    """The letter of a column of the template."""
    return "ABCDEFGHIJKLMNOPQR"[[h.rstrip("*") for h in HEADINGS].index(heading)]


def shared(rows: Sequence[Sequence[Any]]) -> bytes:
    """An .xlsx whose texts stand in a part of their own, as Excel writes them."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet("Sheet")
        for y, row in enumerate(rows):
            sheet.write_row(y, 0, row)
    return out.getvalue()
