"""The quick way of writing cells says what XlsxWriter's own way says, whatever stands in them."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook

from linli.core.exports.disarm import is_armed, is_harmless, plain, quoted
from linli.core.exports.writers import STYLES, Heading, write
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


def cells(book: Any, sheet: str) -> list[list[Any]]:
    return [
        [(cell.value, cell.data_type, cell.number_format, cell.quotePrefix) for cell in row]
        for row in book[sheet].iter_rows(min_row=2, min_col=1, max_col=2)
    ]


def slowly(rows: list[tuple[Any, Any]]) -> Any:
    """The same cells by the library's own calls."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    styles = {name: book.add_format(form) for name, form in STYLES.items()}
    sheet = book.add_worksheet("数据")
    sheet.write_string(0, 0, "甲")
    for line, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, bool):
                sheet.write_string(line, place, "是" if value else "否", styles["text"])
            elif isinstance(value, int | float):
                sheet.write_number(line, place, value)
            elif isinstance(value, dt.datetime):
                local = value.astimezone(dt.timezone(dt.timedelta(hours=8))).replace(tzinfo=None)
                sheet.write_datetime(line, place, local, styles["moment"])
            elif isinstance(value, dt.date):
                sheet.write_datetime(line, place, value, styles["day"])
            else:
                text = plain(value)
                sheet.write_string(line, place, text, styles["armed" if is_armed(text) else "text"])
    book.close()
    return load_workbook(file)


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=6))
@example([("<r>粗</r>", "\r"), (None, None), ("0", " ")])
def test_both_ways_make_the_same_cells(rows: list[tuple[Any, Any]]) -> None:
    # What the library takes for rich text is text here; nothing else differs.
    rows = [tuple("富" if isinstance(v, str) and v.startswith("<r>") else v for v in row) for row in rows]  # type: ignore[misc]
    rows.append(("最后", "一行"))
    file = io.BytesIO()

    write(file, "xlsx", HEADING, (Column("a", "甲"), Column("b", "乙")), rows)

    assert cells(load_workbook(file), "数据") == cells(slowly(rows), "数据")


def test_text_that_looks_like_a_part_of_the_file_is_text() -> None:
    file = io.BytesIO()

    write(file, "xlsx", HEADING, (Column("a", "甲"), Column("b", "乙")), [("<r><t>粗</t></r>", "]]></is>")])

    assert [cell[0] for cell in cells(load_workbook(file), "数据")[0]] == ["<r><t>粗</t></r>", "]]></is>"]


@given(TEXTS)
def test_what_is_harmless_at_a_look_is_harmless(text: str) -> None:
    assert not is_harmless(text) or quoted(text) == text
