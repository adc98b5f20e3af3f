"""A sheet of Excel that takes rows by the thousand.

XlsxWriter makes the workbook, its styles and everything around the rows. The cells themselves are written here, a
column of a batch at a time: its own way of one call a cell takes six times as long, and a register has millions.
tests/core/exports/test_sheet.py holds both ways against each other.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.utils import timezone
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from linli.core.exports.disarm import is_armed, plain

LONGEST_CELL = 32_767
_DAY_ZERO = dt.date(1899, 12, 30)  # Excel's days are counted from here since 1 March 1900
# Text that stands in XML as it is: begins with a letter, ends with no space, and holds nothing to escape.
_as_it_is = re.compile(r"[^\W\d_][^&<>_\x00-\x1f\ud800-\udfff\ufffe\uffff]{0,30000}(?<!\s)\Z").match
# What begins with a digit is harmless, too: numbers of registers and credit codes.
_is_code = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]*\Z").match


class Rows(Worksheet):  # type: ignore[misc]  # the library says nothing of its types
    """A sheet for rows that come in order, each value under the style of its kind."""

    def add(self, line: int, columns: Sequence[Sequence[Any]], styles: Mapping[str, int]) -> int:
        """Rows from `line` on (zero is the first), given as their columns; characters written."""
        count = len(columns[0])
        numbers = range(line + 1, line + 1 + count)
        self._check_dimensions(line, 0)
        self._check_dimensions(line + count - 1, len(columns) - 1)
        self._write_single_row(line)  # what was written cell by cell before
        write = _Cells(styles, self._escape_control_characters)
        cells = [write.column(xl_col_to_name(place), numbers, column) for place, column in enumerate(columns)]
        rows = map("".join, zip(*cells, strict=True))
        text = "".join(f'<row r="{n}">{row}</row>' for n, row in zip(numbers, rows, strict=True))
        self.row_data_fh.write(text)
        self.previous_row = line + count
        return len(text)


class _Cells:
    """Values as cells of XML."""

    def __init__(self, styles: Mapping[str, int], escape: Callable[[str], str]) -> None:
        self.styles, self.escape = styles, escape

    def column(self, name: str, numbers: range, values: Sequence[Any]) -> Iterator[str]:
        """The cells of one column; what is empty is no cell."""
        text, empty = self.styles["text"], (None, "")
        for number, value in zip(numbers, values, strict=True):
            if value.__class__ is str and (_as_it_is(value) or _is_code(value)):
                yield f'<c r="{name}{number}" s="{text}" t="inlineStr"><is><t>{value}</t></is></c>'
            elif value in empty:
                yield ""
            else:
                yield f'<c r="{name}{number}"{self.rest(value)}</c>'

    def rest(self, value: Any) -> str:
        """A cell behind its address."""
        if isinstance(value, bool):
            return self.text("是" if value else "否")
        if isinstance(value, int | float):
            return f"><v>{value:.16G}</v>"
        if isinstance(value, dt.datetime):
            local = timezone.make_naive(value)
            seconds = (local - dt.datetime.combine(local.date(), dt.time())).total_seconds()
            serial = (local.date() - _DAY_ZERO).days + seconds / 86_400
            return f' s="{self.styles["moment"]}"><v>{serial:.16G}</v>'
        if isinstance(value, dt.date):
            return f' s="{self.styles["day"]}"><v>{(value - _DAY_ZERO).days}</v>'
        return self.text(str(value))

    def text(self, value: str) -> str:
        """Text that a spreadsheet might run, or that XML holds only in disguise."""
        value = plain(value)[:LONGEST_CELL]
        style = self.styles["armed" if is_armed(value) else "text"]
        keep = ' xml:space="preserve"' if value[:1].isspace() or value[-1:].isspace() else ""
        value = self.escape(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return f' s="{style}" t="inlineStr"><is><t{keep}>{value}</t></is>'
