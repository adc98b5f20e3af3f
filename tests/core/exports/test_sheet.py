"""What stands in a cell of the workbook is what the record says, whatever it is."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from linli.core.exports.disarm import is_armed, is_harmless, plain, quoted
from linli.core.exports.writers import Heading, write
from linli.core.registers import Column

HEADING = Heading("名册", "全部", "林晓燕", "", dt.datetime(2026, 11, 22, 1, 30, tzinfo=dt.UTC))
TEXTS = st.text(max_size=40) | st.sampled_from(
    [
        "<r>粗</r>",
        "a&b",
        "_x000D_",
        " 前后 ",
        "=1",
        "0012",
        "BA-4405-2026",
        "字\n字",
        "\r",
        "甲_乙",
        "末\u3000",
        "\ud83d",
    ]
)
DAYS = st.dates(dt.date(1901, 1, 1), dt.date(2200, 1, 1))
MOMENTS = st.datetimes(dt.datetime(1999, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC))
VALUES = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(-1e9, 1e9) | TEXTS | DAYS | MOMENTS


def cells(file: io.BytesIO) -> list[list[Any]]:
    """The cells of both columns, without the headings."""
    return [list(row) for row in load_workbook(file)["数据"].iter_rows(min_row=2, min_col=1, max_col=2)]


def written(rows: list[tuple[Any, Any]]) -> list[list[Any]]:
    """Written, and read by another library."""
    file = io.BytesIO()
    write(file, "xlsx", HEADING, (Column("a", "甲"), Column("b", "乙")), rows)
    return cells(file)


def as_read(value: Any) -> Any:
    """What openpyxl reads of it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        local = value.astimezone(dt.timezone(dt.timedelta(hours=8))).replace(tzinfo=None)
        return pytest.approx(local.timestamp(), abs=0.01)  # kept as a part of a day
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time()).timestamp()
    if isinstance(value, int | float):
        return pytest.approx(value, rel=1e-15)
    return plain(value) or None if value is not None else None


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=6))
@example([("<r>粗</r>", "=1"), (None, None), ("0", " ")])
@example([("_x000D_", " 前后 "), ("\ud83d", "0012")])
def test_each_value_is_read_as_what_it_is(rows: list[tuple[Any, Any]]) -> None:
    rows.append(("最后", "一行"))
    for row, found in zip(rows, written(rows), strict=True):
        for value, cell in zip(row, found, strict=True):
            read = cell.value.timestamp() if isinstance(cell.value, dt.datetime) else cell.value
            if isinstance(read, str):
                read = unescape(read) or None  # as spreadsheets do and openpyxl does not
            assert read == as_read(value)
            if isinstance(value, str) and cell.value:
                assert (cell.data_type, cell.number_format) == ("s", "@")
                assert cell.quotePrefix == is_armed(value)


def test_text_that_looks_like_a_part_of_the_file_is_text() -> None:
    assert [cell.value for cell in written([("<r><t>粗</t></r>", "]]></is>")])[0]] == ["<r><t>粗</t></r>", "]]></is>"]


@given(TEXTS)
def test_what_is_harmless_at_a_look_is_harmless(text: str) -> None:
    assert not is_harmless(text) or quoted(text) == text
