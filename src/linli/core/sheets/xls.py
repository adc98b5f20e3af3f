"""Reading .xls. The old format holds at most 65,536 rows, so calamine may build the sheet at once; what it leaves out
(errors, formulas without a result) is looked up in the records of the file itself ([MS-XLS] 2.4).
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Iterator
from typing import IO, Any, cast

import olefile
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from linli.core.sheets.cells import DAY, ERROR, FORMULA, NUMBER, TRUTH, iso, plain
from linli.core.sheets.recognise import damaged, refuse
from linli.core.sheets.xlsx import Merge, Row, Tab

_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_BOF, _EOF, _BOUNDSHEET, _FORMULA, _BOOLERR = 0x0809, 0x000A, 0x0085, 0x0006, 0x0205
_STRING_RESULT, _ERROR_RESULT, _BLANK_RESULT = 0, 2, 3


def open_xls(file: IO[bytes]) -> list[Tab]:
    """The sheets of an .xls file."""
    try:
        file.seek(0)
        marks = _marks(file)
        file.seek(0)
        book = CalamineWorkbook.from_filelike(file)
        return [
            _tab(book, index, meta.name, meta.visible != SheetVisibleEnum.Visible, marks)
            for index, meta in enumerate(book.sheets_metadata)
        ]
    except CalamineError as error:
        raise damaged() from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # the reader gave up on a file that contradicts itself
            raise damaged() from error
        raise


def _tab(book: CalamineWorkbook, index: int, name: str, hidden: bool, marks: dict[int, dict[Any, str]]) -> Tab:
    sheet = book.get_sheet_by_index(index)
    first = sheet.start[0] if sheet.start else 0
    left = sheet.start[1] if sheet.start else 0
    of_sheet = marks.get(index, {})

    def rows() -> Iterator[Row]:
        by_row: dict[int, list[tuple[int, str]]] = {}
        for (row, column), mark in of_sheet.items():
            by_row.setdefault(row, []).append((column, mark))
        # iter_rows starts at the first row of the sheet, to_python at the first that holds something.
        for at, cells in enumerate(sheet.to_python(skip_empty_area=True), start=first):
            texts = [""] * left + [_text(value) for value in cells]
            for column, mark in by_row.get(at, ()):
                if column < len(texts) and texts[column] == "":
                    texts[column] = mark
            yield at + 1, texts

    def merges() -> list[Merge]:
        return [(top + 1, a, bottom + 1, b) for (top, a), (bottom, b) in sheet.merged_cell_ranges or []]

    return Tab(plain(name), hidden, rows, merges)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, bool):
        return f"{TRUTH}{int(value)}"
    if isinstance(value, (int, float)):
        return f"{NUMBER}{value!r}"
    if isinstance(value, dt.date):
        return DAY + iso(value)
    return plain(str(value)) if value is not None else ""


def _marks(file: IO[bytes]) -> dict[int, dict[Any, str]]:
    """Errors and formulas without a result, by sheet, then by (row, column) from 0."""
    try:
        with cast("olefile.OleFileIO[str]", olefile.OleFileIO(file)) as container:
            name = "Workbook" if container.exists("Workbook") else "Book"
            data: bytes = container.openstream(name).read()
    except (OSError, ValueError, IndexError) as error:
        raise damaged() from error
    found: dict[int, dict[Any, str]] = {}
    starts: list[int] = []
    at, sheet, cells = 0, -1, {}
    length = len(data)
    while at + 4 <= length:
        kind, size = struct.unpack_from("<HH", data, at)
        body = at + 4
        if body + size > length:
            break
        if kind == _BOUNDSHEET and size >= 4:
            starts.append(struct.unpack_from("<I", data, body)[0])
        elif kind == _BOF and at in starts:
            sheet = starts.index(at)
            cells = found.setdefault(sheet, {})
        elif kind == _FORMULA and size >= 14 and sheet >= 0:
            row, column = struct.unpack_from("<HH", data, body)
            if data[body + 12 : body + 14] == b"\xff\xff":
                result = data[body + 6]
                if result == _ERROR_RESULT:
                    cells[row, column] = ERROR + _ERRORS.get(data[body + 8], "#?")
                elif result == _BLANK_RESULT:
                    cells[row, column] = FORMULA
        elif kind == _BOOLERR and size >= 8 and sheet >= 0 and data[body + 7]:
            row, column = struct.unpack_from("<HH", data, body)
            cells[row, column] = ERROR + _ERRORS.get(data[body + 6], "#?")
        at = body + size
    if not starts:
        raise refuse("kind", "这是很老的 Excel 文件，读不了。请用 Excel 或 WPS 打开，“另存为”.xlsx 再传。")
    return found
