"""Files with cells that are wrong: each is named."""

from __future__ import annotations

import datetime as dt
import re

import xlwt
from tests.core.sheets.conftest import HEADINGS, line, saved, workbook
from tests.core.sheets.corpus.making import book, case, sheet_xml, text, xls


@case
def rejected_workbook_comes_back() -> bytes:
    return workbook([[*line(), "类别：请改"]], [*HEADINGS, "退回原因"])


@case
def codes_that_became_floats() -> bytes:
    return workbook([line(负责人身份证号=440511199003070017), line("英歌队", 负责人身份证号="4.40511E+17")])


@case
def codes_that_became_days() -> bytes:
    return workbook([line(负责人手机号=dt.date(2016, 5, 18))])


@case
def errors_in_unwanted_cells() -> bytes:
    added = '<c r="S2" t="e"><v>#N/A</v></c></row></sheetData>'
    return sheet_xml(lambda xml: xml.replace("</row></sheetData>", added))


@case
def errors_in_wanted_cells() -> bytes:
    return sheet_xml(
        lambda xml: re.sub(
            r'<c r="J2"[^>]*><v>11</v></c>', '<c r="J2" t="e"><f>VLOOKUP(1,A:B,2)</f><v>#N/A</v></c>', xml
        )
    )


@case
def formulas_without_results() -> bytes:
    made = book(HEADINGS, line())
    made.active["A2"] = '=CONCATENATE("凤亭下","书画社")'
    return saved(made)


@case
def formulas_without_results_in_xls() -> bytes:
    return xls([HEADINGS, [xlwt.Formula('"a"&"b"'), *line()[1:]]])


@case
def months_without_days() -> bytes:
    return workbook([line(备案日期="2016.5"), line("英歌队", 备案日期=2016.1), line("潮剧社", 备案日期="2016年")])


@case
def days_that_do_not_exist() -> bytes:
    return workbook(
        [line(备案日期="2016-02-30"), line("英歌队", 备案日期="2099-01-01"), line("潮剧社", 备案日期="五月")]
    )


@case
def lost_characters() -> bytes:
    return (
        text([HEADINGS, line("凤亭下书画社"), line("英歌队")]).encode().replace("英歌".encode(), b"\xe8\x8b\xff\xff")
    )


@case
def too_long_and_too_short() -> bytes:
    return workbook([line("长" * 61), line("短"), line("英歌队", 活动场所="远" * 121)])


@case
def the_same_row_twice() -> bytes:
    return workbook([line(), line(), line("凤亭下书画社", 所在社区="聚龙社区")])
