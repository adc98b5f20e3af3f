"""Tables as clerks write them: titles, notes, groups, spellings, what was pasted from a chat."""

from __future__ import annotations

from typing import Any

from tests.core.sheets.conftest import HEADINGS, ID_NUMBER, line, saved, workbook
from tests.core.sheets.corpus.making import at, book, case, text

SHORT = ("组织名称", "类别", "所在社区", "负责人姓名", "负责人手机号")
ROW = ("凤亭下书画社", "文体", "金苑社区", "陈秀梅", "13800002046")


@case
def a_title_over_three_rows_of_headings() -> bytes:
    made = book(
        ["附件2"],
        ["东方街道社区社会组织备案登记表（2026年第3季度）"],
        ["填报单位（盖章）：东方街道办事处", "", "", "", "填报日期：2026年9月30日"],
        ["序号", "组织基本情况", "", "", "负责人", ""],
        ["", "组织名称", "类别", "所在社区", "姓名", "手机号"],
        [1, *ROW],
    )
    for merged in ("A1:B1", "A2:F2", "A4:A5", "B4:D4", "E4:F4"):
        made.active.merge_cells(merged)
    return saved(made)


@case
def headings_with_line_breaks_and_brackets() -> bytes:
    return workbook(
        [ROW], ["组织\n名称", "类别\n（五选一）", "所在\r\n社区", "负责人【必填】", "负责人\n手机号\n(11位)"]
    )


@case
def headings_with_numbers_and_unseen_characters() -> bytes:
    return workbook(
        [ROW], ["1.组织名称", "2、类\u3000别", "（3）所在社区\u200b", "\ufeff负责人姓名", "五、负责人手机号\u00a0"]
    )


@case
def headings_in_traditional_characters() -> bytes:
    return workbook([[*ROW[:1], "文體", *ROW[2:]]], ["組織名稱", "類別", "所在社區", "負責人姓名", "負責人手機號"])


@case
def headings_that_mean_the_same_twice() -> bytes:
    return workbook([[*ROW, "13900002046"]], [*SHORT[:4], "联系电话", "手机"])


@case
def a_second_heading_in_another_order() -> bytes:
    return workbook(
        [ROW, ["类别", "组织名称", "所在社区", "负责人姓名", "负责人手机号"], ["文体", "英歌队", *ROW[2:]]], SHORT
    )


@case
def the_second_sheet_holds_the_rows() -> bytes:
    made = book(["东方街道社会组织名册"], ["二〇二六年九月"])
    made.active.title = "封面"
    other = made.create_sheet("名册")
    for row in (SHORT, ROW):
        other.append(row)
    return saved(made)


@case
def only_the_first_sheet_has_headings() -> bytes:
    made = book(SHORT, ROW)
    made.active.title = "金苑"
    made.create_sheet("聚龙").append(["英歌队", "文体", "聚龙社区", "林晓燕", "13900002046"])
    return saved(made)


@case
def rows_hidden_by_a_filter() -> bytes:
    made = book(HEADINGS, line(), line("英歌队", 负责人身份证号=""), line("潮剧社", 负责人身份证号=""))
    made.active.row_dimensions[3].hidden = True
    made.active.row_dimensions[4].hidden = True
    made.active.auto_filter.ref = "A1:R4"
    return saved(made)


@case
def a_hidden_column() -> bytes:
    made = book(HEADINGS, line())
    made.active.column_dimensions[at("负责人身份证号")].hidden = True
    return saved(made)


@case
def running_numbers_further_down_than_the_rows() -> bytes:
    return workbook([[1, *ROW], *([number] for number in range(2, 41)), ["41"]], ["序号", *SHORT])


@case
def all_kinds_of_last_rows() -> bytes:
    return workbook(
        [
            ROW,
            ["共计", "1家"],
            ["以上共 1 家"],
            ["注：1.本表一式三份；2.请于月底前报送。"],
            ["填报人：林晓燕", "", "", "复核人：黄伟", ""],
            ["单位负责人（签字）：", "", "", "日期：2026年9月30日"],
            ["——以下空白——"],
        ],
        SHORT,
    )


@case
def groups_merged_downward() -> bytes:
    made = book(
        ["所在社区", "类别", "组织名称", "负责人姓名", "负责人手机号"],
        ["金苑社区", "文体", "凤亭下书画社", "陈秀梅", "13800002046"],
        [None, None, "英歌队", "林晓燕", "13800002047"],
        [None, "服务", "便民服务队", "黄伟", "13800002048"],
        ["聚龙社区", None, "红棉服务队", "吴芳", "13800002049"],
    )
    made.active.merge_cells("A2:A4")
    made.active.merge_cells("B2:B3")
    made.active.merge_cells("B4:B5")
    return saved(made)


@case
def a_community_as_a_row_of_its_own() -> bytes:
    return workbook(
        [["一、金苑社区（2家）"], ROW, ["二、聚龙社区（1家）"], ["英歌队", "文体", "聚龙社区", *ROW[3:]]], SHORT
    )


@case
def days_in_more_spellings() -> bytes:
    days = (
        *("2016年5月18号", "二〇一六年五月十八日", "2016年五月十八日", "2016、5、18", "2016，5，18", "2016 5 18"),
        *(
            "２０１６．０５．１８",
            "2016.5.18.",
            "2016-05-18T00:00:00",
            "2016/5/18 0:00",
            "2016年05月18日 星期三",
            "’2016-5-18",
        ),
    )
    return workbook(
        [
            line(f"第{'甲乙丙丁戊己庚辛壬癸子丑'[at]}书画社", 备案日期=day, 负责人身份证号="")
            for at, day in enumerate(days)
        ]
    )


@case
def days_that_say_too_little() -> bytes:
    days = ("16.5.18", "16年5月18日", "5/18/2016", "18-May-16", "2016.5.18-2020.5.18", "长期", "二〇一六年五月")
    return workbook(
        [line(f"第{'甲乙丙丁戊己庚'[at]}书画社", 备案日期=day, 负责人身份证号="") for at, day in enumerate(days)]
    )


@case
def codes_with_every_apostrophe_and_space() -> bytes:
    spelt = (
        "’" + ID_NUMBER,
        "`" + ID_NUMBER,
        "1101 0519 4912 3100 2x",
        "110105\u200b19491231002X",
        "\t11010519491231002X\n",
    )
    return workbook(
        [line(f"第{'甲乙丙丁戊'[at]}书画社", 负责人身份证号=number) for at, number in enumerate(spelt)],
    )


@case
def mobile_numbers_in_every_spelling() -> bytes:
    spelt = (
        *(
            "+86 138 0000 2046",
            "138-0000-2046",
            "(86)13800002046",
            "0086-13800002046",
            "138 0000 2046",
            "‘13800002046",
        ),
        *("１３８００００２０４６", "138.0000.2046", "手机13800002046", "13800002046/13900002046", "88881234"),
        *("13800002046（微信同号）", "1380000204", "138000020466", "无"),
    )
    return workbook(
        [
            line(f"第{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰'[at]}书画社", 负责人手机号=number, 负责人身份证号="")
            for at, number in enumerate(spelt)
        ]
    )


@case
def counts_in_words() -> bytes:
    counts = ("11 人", "1,200", "约30人", "三十", "11.5", "11.0", "-3", "1.1E1")
    return workbook(
        [
            line(f"第{'甲乙丙丁戊己庚辛'[at]}书画社", 成员人数=count, 其中党员人数="", 负责人身份证号="")
            for at, count in enumerate(counts)
        ]
    )


@case
def names_with_rare_and_odd_characters() -> bytes:
    names = (
        "𠮷庆里书画社",
        "春风🌸书画社",
        "凤亭下（书画社",
        "凤亭下(老年)书画社",
        "ＡＢ凤亭下书画社",
        "凤亭下\u200b书画\u00a0社",
        "风亭①书画社",
    )
    return workbook([line(name, 负责人身份证号="") for name in names])


@case
def persons_with_odd_names() -> bytes:
    names = (
        "阿不都热合曼•阿卜杜拉",
        "陈  秀 梅",
        "陈秀梅（女）",
        "陈秀梅、林晓燕",
        "陈秀梅13800002046",
        "𠅤秀梅",
        "John Smith",
    )
    return workbook(
        [line(f"第{'甲乙丙丁戊己庚'[at]}书画社", 负责人姓名=name, 负责人身份证号="") for at, name in enumerate(names)]
    )


@case
def places_in_every_spelling() -> bytes:
    places = (
        *(
            "金苑",
            "金苑居委会",
            "金苑社区居民委员会",
            "东方街道金苑社区",
            " 金 苑 社区",
            "金苑小区",
            "聚龙；金苑",
            "华坞社区",
        ),
    )
    return workbook(
        [
            line(f"第{'甲乙丙丁戊己庚辛'[at]}书画社", 所在社区=place, 负责人身份证号="")
            for at, place in enumerate(places)
        ]
    )


@case
def kinds_in_every_spelling() -> bytes:
    kinds = ("文体类", "文化体育类", "文体 类", "文體", "文体/服务", "书画", "1")
    return workbook(
        [line(f"第{'甲乙丙丁戊己庚'[at]}书画社", 类别=kind, 负责人身份证号="") for at, kind in enumerate(kinds)]
    )


@case
def numbers_of_persons_in_other_columns() -> bytes:
    return workbook(
        [
            line("第甲书画社", 活动场所=f"联系陈秀梅 {ID_NUMBER}", 负责人身份证号=""),
            line("第乙书画社", 宗旨和活动内容="报名请打 138 0000 2046", 负责人身份证号=""),
            line("第丙书画社", 类别="13800002046", 负责人身份证号=""),
            line("第丁书画社", 备案日期=ID_NUMBER, 负责人身份证号=""),
            line("第戊书画社", 备案编号="BA-440511004-2016-00317", 负责人身份证号=""),
        ]
    )


@case
def blank_columns_and_rows_before_the_table() -> bytes:
    return saved(book([], [], ["", "", *SHORT], ["", "", *ROW], ["", "", "英歌队", *ROW[1:]]))


@case
def two_tables_side_by_side() -> bytes:
    return workbook([[*ROW, "", "英歌队", *ROW[1:]]], [*SHORT, "", *SHORT])


@case
def a_form_for_one_organization() -> bytes:
    return saved(book(*zip(SHORT, ROW, strict=True)))


@case
def csv_forced_to_text() -> bytes:
    row = [f'="{cell}"' for cell in ROW]
    return text([SHORT, row]).encode("gb18030")


@case
def csv_with_tabs_behind_codes() -> bytes:
    return text([HEADINGS, [f"{cell}\t" if cell else "" for cell in line()]]).encode("gb18030")


@case
def csv_with_a_comma_nobody_quoted() -> bytes:
    short = ("组织名称", "类别", "所在社区", "负责人姓名", "负责人手机号", "活动场所")
    rows: list[Any] = [
        short,
        [*ROW, "文化活动中心"],
        ["英歌队", *ROW[1:], "文化活动中心", "2 楼"],
        ["潮剧社", *ROW[1:]],
    ]
    return text(rows).encode()


@case
def csv_with_full_width_commas() -> bytes:
    return text([SHORT, ROW], "，").encode("gb18030")


@case
def csv_with_bars() -> bytes:
    return text([SHORT, ROW], "|").encode()


@case
def csv_with_line_feeds_alone_and_none_at_the_end() -> bytes:
    return text([SHORT, ROW]).replace("\r\n", "\n").rstrip("\n").encode()


@case
def csv_with_a_title_and_uneven_rows() -> bytes:
    return (
        "东方街道名册\r\n" + ",".join(SHORT) + "\r\n" + ",".join(ROW) + ",,,,\r\n英歌队,文体,金苑社区\r\n"
    ).encode()


@case
def csv_in_big5() -> bytes:
    headings = ["組織名稱", "類別", "所在社區", "負責人姓名", "負責人手機號"]
    return text([headings, ["鳳亭下書畫社", "服務", "金苑社區", "陳秀梅", "13800002046"]]).encode("big5")


@case
def csv_in_utf16_from_the_big_end() -> bytes:
    return text([SHORT, ROW], "\t").encode("utf-16-be")


@case
def csv_with_a_mark_inside() -> bytes:
    return ("\ufeff" + text([SHORT]) + "\ufeff" + text([ROW])).encode()
