"""What stands in the files: harmless, whole, and the same in every format."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from linli.core.exports.disarm import is_armed, plain, quoted
from linli.core.exports.writers import Heading, write
from linli.core.registers import Column, Kind

COLUMNS = (
    Column("number", "编号", kind=Kind.CODE),
    Column("name", "名称"),
    Column("count", "人数", kind=Kind.NUMBER),
    Column("day", "日期", kind=Kind.DAY),
)
HEADING = Heading(
    "名册", "街道：东方街道", "林晓燕", "社会事务办", dt.datetime(2026, 11, 22, 1, 30, tzinfo=dt.UTC), "核对"
)
ROW = ("BA-440511004-2026-00317", "凤亭下书画社", -12, dt.date(2026, 3, 1))
ARMED = [
    "=1+1",
    "+86",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "＋1",
    "－1",
    "＠a",
    "  =1",
    "\u200b=1",
    "\ufeff@x",
    "−1",
    "\n=1",
]


def made(format_: str, rows: Any, **more: Any) -> bytes:
    file = io.BytesIO()
    write(file, format_, HEADING, COLUMNS, rows, **more)
    return file.getvalue()


def as_csv(content: bytes, encoding: str = "utf-8-sig") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding), newline="")))


@pytest.mark.parametrize("text", ARMED)
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    book = load_workbook(io.BytesIO(made("xlsx", [("1", text, 1, None)])))
    cell = book["数据"]["B2"]

    assert is_armed(text)
    assert as_csv(made("csv", [("1", text, 1, None)]))[1][1].startswith("'")
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert cell.value.replace("_x000D_", "\r").strip() == text.strip()


@pytest.mark.parametrize("text", ["书画社", "a=b", "3-5 人", "（一）", "《章程》", "A+", ""])
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert quoted(text) == text


@pytest.mark.parametrize("code", ["0012", "440511004001001999", "12e5"])
def test_codes_are_not_taken_for_numbers(code: str) -> None:
    book = load_workbook(io.BytesIO(made("xlsx", [(code, "", 1, None)])))

    assert quoted(code) == f"'{code}"
    assert (book["数据"]["A2"].value, book["数据"]["A2"].number_format) == (code, "@")


@given(st.text(max_size=60))
def test_no_text_at_all_begins_like_a_formula(text: str) -> None:
    assert not is_armed(quoted(text)) or quoted(text) == ""
    assert quoted(text).removeprefix("'") in (plain(text), plain(text).removeprefix("'"))


def test_numbers_stay_numbers_and_days_days() -> None:
    book = load_workbook(io.BytesIO(made("xlsx", [ROW])))
    values = [cell.value for cell in book["数据"][2]]

    assert values == [ROW[0], ROW[1], -12, dt.datetime(2026, 3, 1)]
    assert as_csv(made("csv", [ROW]))[1] == [ROW[0], ROW[1], "-12", "2026-03-01"]


def test_a_file_says_what_it_holds_and_whose_copy_it_is() -> None:
    book = load_workbook(io.BytesIO(made("xlsx", [ROW])))
    told = {row[0].value: row[1].value for row in book["说明"].iter_rows(max_col=2)}
    mark = "林晓燕（社会事务办）于 2026-11-22 09:30 导出，仅供工作使用，请勿外传"

    assert told == {"内容": "名册", "筛选": "街道：东方街道", "导出": mark, "用途": "核对"}
    assert book.active is not None
    assert book.active.title == "数据"
    assert mark in book["数据"].oddFooter.left.text
    assert as_csv(made("csv", [ROW]))[-1] == [f"※ 名册：街道：东方街道。{mark}。"]


def test_csv_is_read_by_excel_and_by_old_programs() -> None:
    utf8, old = made("csv", [ROW]), made("gb18030", [("1", "𠮷田与玥", 1, None)])

    assert utf8.startswith("\ufeff编号,名称,人数,日期\r\n".encode())
    assert as_csv(old, "gb18030")[1][1] == "𠮷田与玥"
    assert not old.startswith(b"\xef\xbb\xbf")


def test_a_full_sheet_is_followed_by_another() -> None:
    book = load_workbook(io.BytesIO(made("xlsx", [(str(n), "", n, None) for n in range(25)], sheet_rows=11)))

    assert book.sheetnames == ["说明", "数据", "数据 2", "数据 3"]
    rows = [row[2].value for name in book.sheetnames[1:] for row in book[name].iter_rows(min_row=2)]
    assert rows == list(range(25))
    assert [book[name]["A1"].value for name in book.sheetnames[1:]] == ["编号"] * 3


def test_no_rows_are_headings_alone() -> None:
    assert [cell.value for cell in load_workbook(io.BytesIO(made("xlsx", [])))["数据"][1]] == [
        "编号",
        "名称",
        "人数",
        "日期",
    ]


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
def test_memory_does_not_grow_with_the_rows(format_: str, tmp_path: Any) -> None:
    def peak(count: int) -> int:
        def rows() -> Iterator[tuple[Any, ...]]:
            for n in range(count):
                yield (f"BA-{n}", f"第 {n} 家组织", n, ROW[3])

        tracemalloc.start()
        with (tmp_path / f"{count}").open("w+b") as file:
            write(file, format_, HEADING, COLUMNS, rows())
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)  # what is loaded once

    assert peak(8000) < peak(1000) * 1.5 + 200_000
