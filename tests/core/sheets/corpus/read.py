"""Files that are read right."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import openpyxl
from openpyxl.styles import Alignment
from tests.core.sheets.conftest import HEADINGS, ID_NUMBER, line, saved, workbook
from tests.core.sheets.corpus.making import at, book, case, rezipped, shared, sheet_xml, text, xls


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
        if name != "xl/sharedStrings.xml":
            return part
        found = "<si><t>凤亭下书画社</t></si>".encode()
        assert found in part
        return part.replace(found, rich)

    return rezipped(shared([HEADINGS, line()]), spoil)


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
