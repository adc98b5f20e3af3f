"""The empty workbook of a sheet: headings, drop-downs, hints, an example, and text where digits are names."""

from __future__ import annotations

import tempfile
from typing import IO

import xlsxwriter

from linli.core.sheets.declare import CODES, Column, Kind, Sheet

ROWS = 5_000  # how far down formats and drop-downs reach
FILL, LISTS, HELP = "填写", "选项", "说明"
_FONT = {"font_name": "微软雅黑", "font_size": 11}


def template(sheet: Sheet, scope: str) -> IO[bytes]:
    """The workbook as a file at its beginning. Communities are those of the scope."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- handed on
    book = xlsxwriter.Workbook(file, {"in_memory": False, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"{sheet.label}导入模板", "comments": "邻里共治"})
    _Writer(book, sheet, scope).write()
    book.close()
    file.seek(0)
    return file


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook, sheet: Sheet, scope: str) -> None:
        self.book, self.sheet = book, sheet
        self.places = list(sheet.places(scope).options())
        look = {**_FONT, "valign": "vcenter", "text_wrap": True, "border": 1, "border_color": "#C5D0D1"}
        self.must = book.add_format({**look, "bold": True, "bg_color": "#15616D", "font_color": "#FFFFFF"})
        self.may = book.add_format({**look, "bold": True, "bg_color": "#E3EEEE", "font_color": "#1D2B2F"})
        self.example = book.add_format({**_FONT, "italic": True, "font_color": "#6D7D82", "num_format": "@"})
        self.text = book.add_format({**_FONT, "num_format": "@"})
        self.plain = book.add_format({**_FONT})
        self.day = book.add_format({**_FONT, "num_format": "yyyy-mm-dd"})

    def write(self) -> None:
        """All three sheets; the lists first, since drop-downs refer to them."""
        fill = self.book.add_worksheet(FILL)
        lists = self.book.add_worksheet(LISTS)
        self.write_help(self.book.add_worksheet(HELP))
        ranges = self.write_lists(lists)
        fill.freeze_panes(1, 1)
        fill.set_row(0, 34)
        for at, column in enumerate(self.sheet.columns):
            width = max(12, min(30, 2 + 2 * max(len(column.label), len(column.example))))
            fill.set_column(at, at, width, self.format_of(column))
            fill.write_string(
                0, at, column.label + ("*" if column.required else ""), self.must if column.required else self.may
            )
            fill.write_string(1, at, self.example_of(column), self.example)
            self.guide(fill, at, column, ranges)
        fill.activate()

    def example_of(self, column: Column) -> str:
        """What the example row says; places are real ones."""
        if self.places and column.is_place:
            return self.places[0][0 if column.kind is Kind.UPPER_PLACE else 1]
        return column.example

    def format_of(self, column: Column) -> xlsxwriter.format.Format:
        """Text for codes, so that Excel eats no digits; days as days."""
        if column.kind in CODES:
            return self.text
        return self.day if column.kind is Kind.DAY else self.plain

    def write_lists(self, sheet: xlsxwriter.worksheet.Worksheet) -> dict[Kind, str]:
        """Communities with their streets; the ranges a drop-down refers to."""
        sheet.write_string(0, 0, "可选街道", self.may)
        sheet.write_string(0, 1, "可选社区", self.may)
        sheet.set_column(0, 1, 22, self.plain)
        uppers = list(dict.fromkeys(upper for upper, _ in self.places if upper))
        for row, (upper, name) in enumerate(self.places, start=1):
            sheet.write_string(row, 0, upper, self.plain)
            sheet.write_string(row, 1, name, self.plain)
        sheet.write_string(0, 3, "街道", self.may)
        for row, upper in enumerate(uppers, start=1):
            sheet.write_string(row, 3, upper, self.plain)
        found = {}
        if self.places:
            found[Kind.PLACE] = f"={LISTS}!$B$2:$B${len(self.places) + 1}"
        if uppers:
            found[Kind.UPPER_PLACE] = f"={LISTS}!$D$2:$D${len(uppers) + 1}"
        return found

    def guide(self, sheet: xlsxwriter.worksheet.Worksheet, at: int, column: Column, ranges: dict[Kind, str]) -> None:
        """A drop-down, or at least the hint that shows when the cell is entered."""
        told = {"input_title": column.label[:32], "input_message": self.hint_of(column)[:255]}
        if column.choices:
            source: list[str] | str = [label for _, label in column.choices]
            rule = {"validate": "list", "source": source, "error_type": "stop", "error_title": column.label[:32]}
            rule["error_message"] = "请从下拉框里选。"
        elif column.kind in ranges:
            # A code or another way to write the name is understood as well, so it only warns.
            rule = {"validate": "list", "source": ranges[column.kind], "error_type": "warning"}
        else:
            rule = {"validate": "any"}
        sheet.data_validation(1, at, ROWS, at, {**rule, **told})

    def hint_of(self, column: Column) -> str:
        """What to write, in a sentence."""
        parts = ["必填。" if column.required else "选填。", f"{column.hint}。" if column.hint else ""]
        return "".join(parts)

    def write_help(self, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        """One line a column, and what happens after sending."""
        sheet.set_column(0, 0, 20, self.plain)
        sheet.set_column(1, 1, 10, self.plain)
        sheet.set_column(2, 2, 70, self.plain)
        lines = (
            f"在“{FILL}”里一行填一条；第 2 行是示例，不会导入，可以删去。",
            "列的先后可以变，多出的列不影响导入，退回时原样带回。",
            "身份证号、手机号、编号所在的列已设为文本；从别处复制请用“选择性粘贴→数值”。",
            "上传后先核对，不会马上写进名册；有错的行会连同原因退回，改好再传。",
        )
        for row, text in enumerate(lines):
            sheet.write_string(row, 0, text, self.plain)
        start = len(lines) + 1
        for at, heading in enumerate(("列", "要不要填", "怎么填")):
            sheet.write_string(start, at, heading, self.may)
        for row, column in enumerate(self.sheet.columns, start=start + 1):
            choices = "、".join(label for _, label in column.choices)
            words = "；".join(part for part in (column.hint, f"可选：{choices}" if choices else "") if part)
            sheet.write_string(row, 0, column.label, self.plain)
            sheet.write_string(row, 1, "必填" if column.required else "选填", self.plain)
            sheet.write_string(row, 2, words, self.plain)
