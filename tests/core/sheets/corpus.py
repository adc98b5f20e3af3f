"""Workbooks as they come: made by hand, by other systems, by mistake. Each with what must become of it."""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import xlwt
from openpyxl.styles import Alignment
from tests.core.sheets.conftest import HEADINGS, ID_NUMBER, line, saved, workbook

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


# --- what is read right -------------------------------------------------------------------------------------------


@case
def plain_xlsx() -> bytes:
    return workbook([line()])


@case
def plain_xls() -> bytes:
    return xls([HEADINGS, line()])


@case
def csv_utf8() -> bytes:
    return text([HEADINGS, line()]).encode()


@case
def csv_utf8_bom() -> bytes:
    return text([HEADINGS, line()]).encode("utf-8-sig")


@case
def csv_utf16() -> bytes:
    return text([HEADINGS, line()], "\t").encode("utf-16")


@case
def csv_utf16_without_mark() -> bytes:
    return text([HEADINGS, line(), line("英歌队", 负责人身份证号="")], "\t").encode("utf-16-le")


@case
def csv_gb18030() -> bytes:
    return text([HEADINGS, line(), line("㐀䶮𠮷书社", 负责人身份证号="")]).encode("gb18030")


@case
def csv_gbk_semicolons() -> bytes:
    return text([HEADINGS, line()], ";").encode("gbk")


@case
def csv_tabs() -> bytes:
    return text([HEADINGS, line()], "\t").encode()


@case
def csv_with_hint() -> bytes:
    return ("sep=;\r\n" + text([HEADINGS, line()], ";")).encode()


@case
def csv_quotes_and_line_breaks() -> bytes:
    cells = [f'"{cell}"' for cell in line(宗旨和活动内容="第一行\n第二行，有“引号”和逗号,")]
    return (
        ",".join(HEADINGS) + "\r\n" + ",".join(cells) + "\r\n" + text([line("英歌队", 负责人身份证号="错")])
    ).encode()


@case
def csv_blank_lines() -> bytes:
    return (
        "\r\n\r\n" + text([HEADINGS]) + "\r\n,,,\r\n" + text([line()]) + "\r\n" + text([line("英歌队", 类别="错")])
    ).encode()


@case
def csv_with_nul_and_control_characters() -> bytes:
    return text([HEADINGS, line("凤亭\x00下\x0b书画社\u200b", 负责人姓名="陈\x07秀梅")]).encode()


@case
def csv_old_mac_line_ends() -> bytes:
    return text([HEADINGS, line()]).replace("\r\n", "\r").encode()


@case
def csv_named_xlsx() -> bytes:
    return csv_utf8()


@case
def title_rows_above() -> bytes:
    return saved(book(["东方街道社会组织名册"], ["填报单位：东方街道", "", "2026 年"], [], HEADINGS, line()))


@case
def headings_in_any_order_with_stars() -> bytes:
    headings = ["联系 电话", " ＊负责人 ", "社区", "类 型", "★组织全称（必填）", "身份证号码", "备案时间:"]
    return workbook(
        [["13800002046", "陈秀梅", "金苑居委会", "文体类", "凤亭下书画社", ID_NUMBER, "2016/5/18"]], headings
    )


@case
def heading_in_two_rows() -> bytes:
    made = book(
        ["组织名称", "类别", "所在社区", "负责人", "", ""],
        ["", "", "", "姓名", "身份证号", "手机号"],
        ["凤亭下书画社", "文体", "金苑社区", "陈秀梅", ID_NUMBER, "13800002046"],
    )
    made.active.merge_cells("D1:F1")
    return saved(made)


@case
def full_width_digits_and_spaces() -> bytes:
    return workbook(
        [
            line(
                "　凤亭下 书画社　",
                负责人手机号="１３８ ０００ ０２０４６",
                负责人身份证号="１１０１０５１９４９１２３１００２ｘ",
                成员人数="１１人",
            )
        ]
    )


@case
def days_in_every_spelling() -> bytes:
    days = [
        "2016-5-18",
        "2016年5月18日",
        "2016.5.18",
        "2016/05/18",
        "20160518",
        42508,
        dt.date(2016, 5, 18),
        "42508",
        " 2016-05-18 00:00:00 ",
    ]
    return workbook(
        [
            line(f"第{at}书画社", 备案日期=day, 负责人身份证号="")
            for at, day in zip("一二三四五六七八九", days, strict=True)
        ]
    )


@case
def numbers_as_numbers() -> bytes:
    return workbook([line(负责人手机号=13800002046, 成员人数=11.0)])


@case
def apostrophes_before_codes() -> bytes:
    return workbook([line(负责人身份证号="'" + ID_NUMBER, 负责人手机号="'13800002046")])


@case
def words_for_nothing() -> bytes:
    return workbook([line(备案编号="无", 负责人身份证号="暂无", 成员人数="/", 统一社会信用代码="—", 活动场所="无")])


@case
def blank_rows_between() -> bytes:
    return workbook([line(), [], ["", "  "], line("英歌队", 负责人身份证号="")])


@case
def totals_and_signatures() -> bytes:
    return workbook([line(), ["合计", 1], ["填表人：林晓燕", "", "审核人："]])


@case
def heading_repeated_on_each_printed_page() -> bytes:
    return workbook([line(), HEADINGS, line("英歌队", 负责人身份证号="")])


@case
def example_row() -> bytes:
    return workbook([line("示例：春风书画社"), line()])


@case
def unknown_columns() -> bytes:
    return workbook([[1, *line(), "备注甲"]], ["序号", *HEADINGS, "经办备注"])


@case
def several_sheets() -> bytes:
    made = book(HEADINGS, line())
    made.active.title = "金苑"
    other = made.create_sheet("聚龙")
    for row in (HEADINGS, line("英歌队", 所在社区="聚龙社区", 负责人身份证号="错")):
        other.append(row)
    made.create_sheet("说明").append(["填表说明"])
    return saved(made)


@case
def hidden_sheet_beside() -> bytes:
    made = book(HEADINGS, line())
    hidden = made.create_sheet("旧名册")
    for row in (HEADINGS, line("旧社团", 负责人身份证号="")):
        hidden.append(row)
    hidden.sheet_state = "hidden"
    return saved(made)


@case
def merged_down_where_it_may_repeat() -> bytes:
    made = book(
        HEADINGS,
        line(),
        line("英歌队", 所在社区="", 负责人身份证号=""),
        line("潮剧社", 所在社区="", 负责人身份证号=""),
    )
    made.active.merge_cells(f"{at('所在社区')}2:{at('所在社区')}4")
    return saved(made)


@case
def merged_down_where_it_may_not() -> bytes:
    made = book(HEADINGS, line(), line("", 负责人身份证号=""))
    made.active.merge_cells("A2:A3")
    return saved(made)


@case
def merged_across_two_columns() -> bytes:
    made = book(HEADINGS, line())
    made.active.merge_cells("A2:B2")
    return saved(made)


@case
def merged_title_among_the_rows() -> bytes:
    made = book(HEADINGS, ["一、金苑社区"], line())
    made.active.merge_cells("A2:R2")
    return saved(made)


@case
def merged_in_xls() -> bytes:
    def spoil(sheet: Any) -> None:
        sheet.write_merge(1, 2, 18, 18, "合并的备注")

    return xls([[*HEADINGS, "备注"], line(), line("英歌队", 负责人身份证号="")], spoil)


@case
def formulas_with_results() -> bytes:
    return sheet_xml(lambda xml: re.sub(r'<c r="J2"[^>]*><v>11</v></c>', '<c r="J2"><f>5+6</f><v>11</v></c>', xml))


@case
def shared_and_rich_strings() -> bytes:
    runs = "<r><t>凤亭</t></r><r><rPr/><t>下书画社</t></r><rPh><t>x</t></rPh>"
    rich = f"<si>{runs}</si>".encode()

    def spoil(name: str, part: bytes) -> bytes:
        found = "<si><t>凤亭下书画社</t></si>".encode()
        return part.replace(found, rich) if name == "xl/sharedStrings.xml" else part

    return rezipped(workbook([line()]), spoil)


@case
def strict_namespace_with_prefix() -> bytes:
    def spoil(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        xml = re.sub(r"<(/?)([A-Za-z])", r"<\1x:\2", part.decode().partition("?>")[2] or part.decode())
        return xml.replace("xmlns=", "xmlns:x=").encode()

    return rezipped(workbook([line()]), spoil)


@case
def days_since_1904() -> bytes:
    made = book(HEADINGS, line(备案日期=dt.date(2016, 5, 18)))
    made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904  # type: ignore[attr-defined]
    return saved(made)


@case
def cells_without_references() -> bytes:
    return sheet_xml(lambda xml: re.sub(r'<(c|row) r="[A-Z0-9]+"', r"<\1", xml))


@case
def line_breaks_and_wrapping_in_cells() -> bytes:
    made = book(HEADINGS, line("凤亭下\n书画社", 活动场所="金苑社区\r\n文化活动中心"))
    made.active["A2"].alignment = Alignment(wrap_text=True)
    return saved(made)


# --- what is named ------------------------------------------------------------------------------------------------


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


# --- what is refused ----------------------------------------------------------------------------------------------


@case
def nothing_at_all() -> bytes:
    return b""


@case
def nothing_but_blanks() -> bytes:
    return b"\xef\xbb\xbf \r\n\r\n"


@case
def an_empty_workbook() -> bytes:
    return saved(openpyxl.Workbook())


@case
def nothing_but_headings() -> bytes:
    return workbook([])


@case
def no_headings() -> bytes:
    return workbook([line()], line("英歌队"))


@case
def another_register() -> bytes:
    return workbook([["凤凰路 3 号", 12]], ["小区地址", "户数"])


@case
def a_needed_column_is_missing() -> bytes:
    return workbook([["凤亭下书画社", "文体", "陈秀梅", "13800002046"]], ["组织名称", "类别", "负责人姓名", "手机号"])


@case
def a_column_twice() -> bytes:
    return workbook([[*line(), "别的名称"]], [*HEADINGS, "组织名称"])


@case
def only_a_hidden_sheet() -> bytes:
    made = book(HEADINGS, line())
    made.active.title = "名册"
    made.create_sheet("封面").append(["东方街道"])
    made["名册"].sheet_state = "hidden"
    made.active = 1
    return saved(made)


@case
def html_named_xls() -> bytes:
    return "<html><head><meta charset=utf-8></head><table><tr><td>组织名称</td></tr></table></html>".encode()


@case
def xml_spreadsheet_2003() -> bytes:
    return b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'


@case
def a_pdf() -> bytes:
    return b"%PDF-1.4\n%%EOF\n"


@case
def a_picture() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + bytes(200)


@case
def a_zip_of_tables() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("名册.csv", "组织名称")
    return out.getvalue()


@case
def a_word_document() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    return out.getvalue()


@case
def encrypted_xlsx() -> bytes:
    return _ole(["EncryptedPackage", "EncryptionInfo"])


@case
def encrypted_xls() -> bytes:
    bof = struct.pack("<HH", 0x0809, 16) + bytes(16)
    return _ole(["Workbook"], bof + struct.pack("<HH", 0x002F, 6) + bytes(6))


@case
def macros() -> bytes:
    return rezipped(workbook([line()]), lambda name, part: part, **{"xl/vbaProject.bin": b"x"})


@case
def half_a_file() -> bytes:
    return workbook([line()])[:-900]


@case
def a_broken_sheet() -> bytes:
    return sheet_xml(lambda xml: xml[: len(xml) // 2])


@case
def entities_that_explode() -> bytes:
    doctype = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    return sheet_xml(lambda xml: doctype + xml.partition("?>")[2] if xml.startswith("<?xml") else doctype + xml)


@case
def a_zip_bomb() -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([line()]))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
        with new.open("xl/worksheets/sheet9.xml", "w") as part:
            for _ in range(80):
                part.write(bytes(1 << 20))
    return out.getvalue()


@case
def random_bytes() -> bytes:
    return bytes((i * 7919 + i // 3) % 256 for i in range(5000))


@case
def json_named_csv() -> bytes:
    return b'{"rows": [1, 2, 3], "more": "names"}'


@case
def an_unclosed_quote() -> bytes:
    return (",".join(HEADINGS) + '\r\n"' + "凤亭下,书画社\r\n" * 90_000).encode()


def _ole(streams: list[str], content: bytes = b"x" * 4096) -> bytes:
    """A compound file ([MS-CFB]) with these streams, small enough to read by eye."""
    content = content.ljust(4096, b"\0")
    sectors = len(content) // 512
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6),
        0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0,
    )  # fmt: skip
    header += struct.pack("<I", 0) + b"\xff\xff\xff\xff" * 108
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *(3 + i for i in range(sectors - 1)), 0xFFFFFFFE]
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(512, b"\xff")
    entries = [_entry("Root Entry", 5, child=1, start=0xFFFFFFFE, size=0)]
    for place, name in enumerate(streams, start=1):
        right = place + 1 if place < len(streams) else 0xFFFFFFFF
        entries.append(_entry(name, 2, right=right, start=2, size=len(content)))
    directory = b"".join(entries).ljust(512, b"\0")
    return header + table + directory + content


def _entry(name: str, kind: int, *, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(encoded), kind, 1, 0xFFFFFFFF, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
