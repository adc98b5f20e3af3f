"""Files as programs write them: WPS, exporters in Java and .NET, other systems, and what was damaged on the way."""

from __future__ import annotations

import io
import re
import zipfile

import openpyxl
import xlwt
from openpyxl.workbook.protection import WorkbookProtection
from tests.core.sheets.conftest import HEADINGS, line, saved, workbook
from tests.core.sheets.corpus.making import book, case, rezipped, shared, sheet_xml, xls


@case
def numbers_as_java_writes_them() -> bytes:
    return sheet_xml(
        lambda xml: re.sub(r'<c r="I2"[^>]*>.*?</c>', '<c r="I2"><v>1.3800002046E10</v></c>', xml).replace(
            "<v>11</v>", "<v>1.1E1</v>"
        )
    )


@case
def part_names_with_backslashes() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([line()]))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name)
            info.filename = name if name.startswith("[") else name.replace("/", "\\")
            new.writestr(info, old.read(name))
    return out.getvalue()


@case
def part_names_with_a_leading_slash() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([line()]))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(f"/{name}", old.read(name))
    return out.getvalue()


@case
def strings_inside_the_cells() -> bytes:
    def inline(xml: str) -> str:
        return re.sub(
            r'<c r="A2"[^>]*>.*?</c>',
            '<c r="A2" t="inlineStr"><is><r><t>凤亭下</t></r><r><t>书画社</t></r></is></c>',
            xml,
        )

    return sheet_xml(inline)


@case
def shared_strings_are_missing() -> bytes:
    whole = shared([HEADINGS, line()])
    return rezipped(whole, lambda name, part: None if name == "xl/sharedStrings.xml" else part)


@case
def a_formula_into_another_workbook() -> bytes:
    cell = '<c r="J2"><f>[1]Sheet1!$A$1</f><v>11</v></c>'
    return sheet_xml(lambda xml: re.sub(r'<c r="J2"[^>]*><v>11</v></c>', cell, xml))


@case
def a_formula_of_text() -> bytes:
    cell = '<c r="A2" t="str"><f>"凤亭下"&amp;"书画社"</f><v>凤亭下书画社</v></c>'
    return sheet_xml(lambda xml: re.sub(r'<c r="A2"[^>]*>.*?</c>', cell, xml))


@case
def errors_where_a_name_should_stand() -> bytes:
    return sheet_xml(lambda xml: re.sub(r'<c r="A2"[^>]*>.*?</c>', '<c r="A2" t="e"><v>#REF!</v></c>', xml))


@case
def cells_out_of_order_and_rows_without_numbers() -> bytes:
    def shuffle(xml: str) -> str:
        found = re.search(r'<row r="2"[^>]*>(.*?)</row>', xml)
        assert found
        cells = re.findall(r"<c .*?(?:</c>|/>)", found[1])
        return xml.replace(found[0], f"<row>{''.join(reversed(cells))}</row>")

    return sheet_xml(shuffle)


@case
def a_sheet_under_protection() -> bytes:
    made = book(HEADINGS, line())
    made.active.protection.sheet = True
    made.active.protection.password = "1234"
    made.security = WorkbookProtection(workbookPassword="1234", lockStructure=True)
    return saved(made)


@case
def many_formatted_empty_rows() -> bytes:
    empty = "".join(f'<row r="{at}"><c r="A{at}" s="1"/><c r="B{at}" s="1"/></row>' for at in range(3, 20_003))
    return sheet_xml(lambda xml: xml.replace("</sheetData>", f"{empty}</sheetData>"))


@case
def sixteen_thousand_formatted_columns() -> bytes:
    letters = [
        a + b + c
        for a in "ABCDEFGHIJKLMNOPQRSTUVWX"
        for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    ]
    wide = (
        "".join(f'<c r="{name}2" s="1"/>' for name in letters)
        + '<c r="XFD2" t="inlineStr"><is><t>边上的字</t></is></c>'
    )
    return sheet_xml(lambda xml: xml.replace("</row></sheetData>", f"{wide}</row></sheetData>"))


@case
def a_picture_and_a_comment_in_the_sheet() -> bytes:
    made = book(HEADINGS, line())
    made.active["A2"].comment = openpyxl.comments.Comment("经办人看过", "林晓燕")
    return rezipped(
        saved(made), lambda name, part: part, **{"xl/media/image1.png": b"\x89PNG\r\n\x1a\n" + bytes(500)}
    )


@case
def days_as_iso_cells_and_truths() -> bytes:
    def change(xml: str) -> str:
        xml = re.sub(r'<c r="N2"[^>]*>.*?</c>', '<c r="N2" t="d"><v>2016-05-18T00:00:00.000Z</v></c>', xml)
        return re.sub(r'<c r="J2"[^>]*>.*?</c>', '<c r="J2" t="b"><v>1</v></c>', xml)

    return sheet_xml(change)


@case
def a_chart_instead_of_a_sheet() -> bytes:
    return rezipped(
        workbook([line()]),
        lambda name, part: (
            part.replace(b'/worksheet"', b'/chartsheet"') if name == "xl/_rels/workbook.xml.rels" else part
        ),
    )


@case
def xls_of_wps() -> bytes:
    made = xlwt.Workbook(encoding="utf-8")
    sheet = made.add_sheet("Sheet1")
    day = xlwt.easyxf(num_format_str='yyyy"年"m"月"d"日"')
    for x, heading in enumerate(HEADINGS):
        sheet.write(0, x, heading)
    for x, cell in enumerate(line(负责人手机号=13800002046)):
        sheet.write(
            1,
            x,
            42508 if HEADINGS[x] == "备案日期" else cell,
            day if HEADINGS[x] == "备案日期" else xlwt.Style.default_style,
        )
    return saved(made)


@case
def xls_with_a_hidden_sheet_and_days_since_1904() -> bytes:
    made = xlwt.Workbook()
    made.dates_1904 = True
    sheet, hidden = made.add_sheet("名册"), made.add_sheet("旧")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for x, (heading, cell) in enumerate(zip(HEADINGS, line(), strict=True)):
        is_day = heading == "备案日期"
        sheet.write(0, x, heading)
        sheet.write(1, x, 42508 - 1462 if is_day else cell, day if is_day else xlwt.Style.default_style)
        hidden.write(0, x, heading)
        hidden.write(1, x, cell)
    hidden.visibility = 1
    return saved(made)


@case
def xls_with_errors_and_long_codes() -> bytes:
    return xls([HEADINGS, line(负责人身份证号=440511199003070017, 成员人数=xlwt.Formula("1/0"))])


@case
def an_xls_of_the_nineties() -> bytes:
    return b"\x09\x08\x08\x00\x00\x05\x10\x00" + bytes(300)


@case
def an_ods() -> bytes:
    return _zip({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<office/>"})


@case
def an_xlsb() -> bytes:
    return _zip({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": "x"})


@case
def a_web_archive_named_xls() -> bytes:
    return b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<html><table></table></html>"


@case
def a_page_of_a_login_instead_of_the_file() -> bytes:
    return "\r\n\r\n<!DOCTYPE html><html><title>统一登录</title></html>".encode()


@case
def a_workbook_behind_other_bytes() -> bytes:
    return b"HTTP/1.1 200 OK\r\n\r\n" + workbook([line()])


@case
def a_zip_cut_in_the_middle_of_a_part() -> bytes:
    content = bytearray(workbook([line()]))
    start = content.find(b"xl/worksheets/sheet1.xml") + 60
    content[start : start + 60] = bytes(60)
    return bytes(content)


@case
def a_zip_with_a_password() -> bytes:
    content = bytearray(workbook([line()]))
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        at = -1
        while (at := content.find(start, at + 1)) >= 0:
            content[at + (6 if start.endswith(b"\x04") else 8)] |= 1
    return bytes(content)


@case
def a_workbook_whose_sheet_is_not_there() -> bytes:
    return rezipped(workbook([line()]), lambda name, part: None if name == "xl/worksheets/sheet1.xml" else part)


@case
def styles_that_are_missing() -> bytes:
    return rezipped(workbook([line()]), lambda name, part: None if name == "xl/styles.xml" else part)


@case
def a_rar() -> bytes:
    return b"Rar!\x1a\x07\x01\x00" + bytes(100)


@case
def nothing_but_zeros() -> bytes:
    return bytes(4096)


@case
def a_temporary_file_of_an_open_workbook() -> bytes:
    """~$名册.xlsx: the name of whoever has it open, then blanks."""
    return b"\x0aLin Xiaoyan" + b" " * 47 + "林晓燕".encode("utf-16-le") + b" \0" * 50


def _zip(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()
