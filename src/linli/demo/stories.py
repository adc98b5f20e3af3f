"""What is going on in the demo district just now, told in working days before today.

`Part(11, "15:20", SUPPORT, "…")` is: eleven working days ago at 15:20 the community agreed with these words.
Deadlines follow from that: a street review of ten working days that began eleven days ago is late by one.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from linli.demo.personas import COMMUNITY
from linli.demo.telling import DRAFT, EXTEND, FILED_AFTER, URGE, AmendmentStory, FilingStory, Part, Wish
from linli.demo.world import sort_like
from linli.organizations.choices.filing import (
    AGREE,
    APPROVE_AMENDMENT,
    OBJECT,
    OPPOSE,
    OPPOSE_AMENDMENT,
    REFUSE,
    REFUSE_AMENDMENT,
    RESUBMIT,
    RETURN_AMENDMENT,
    RETURN_COMMUNITY,
    RETURN_STREET,
    SUBMIT,
    SUBMIT_AMENDMENT,
    SUPPORT,
    SUPPORT_AMENDMENT,
    WITHDRAW,
    WITHDRAW_AMENDMENT,
    AmendmentKind,
)


def _near(last: int) -> str:
    """A community of the personas' street, by the last digits of its code."""
    return f"440511004{last:03d}"


def _plain(word: str, **more: Any) -> Wish:
    return Wish(sort_like(word), **more)


def filings() -> list[FilingStory]:
    """All running applications, the personas' street first."""
    return [*_own_street(), *_own_community(), *_elsewhere()]


def played(stories: list[FilingStory]) -> Counter[tuple[str, str]]:
    """How many of each pair of kinds the stories add to the register."""
    return Counter((story.wish.sort.kind, story.wish.sort.national) for story in stories if story.ends_filed)


def _own_street() -> list[FilingStory]:
    """东方街道： twelve duties for its officer (with the three changes below), notices, and what has just ended."""
    return [
        # late by one, with two versions to compare
        FilingStory(
            COMMUNITY,
            _plain(
                "书画社",
                name="凤亭下书画社",
                purpose="面向社区老人和儿童开展书法、国画公益教学。",
                address="金苑社区文化活动中心",
                fields={"member_count": 11, "party_member_count": 2},
            ),
            (
                Part(17, "09:14", SUBMIT),
                Part(
                    17,
                    "16:40",
                    RETURN_COMMUNITY,
                    "同意书上没有场所管理人签名，请补签后重传。活动场所请写到室，并写明每周哪几天用，好与老年大学错开。",
                ),
                Part(
                    16,
                    "10:02",
                    RESUBMIT,
                    changes={
                        "address": "金苑社区文化活动中心 203 室（周二、周六下午）",
                        "purpose": "面向社区老人和儿童开展书法、国画公益教学，春节为居民写春联。",
                    },
                    paper="场所使用同意书（已签名）.pdf",
                ),
                Part(11, "15:20", SUPPORT, "场地可与老年大学错时使用。"),
            ),
            persona="chenxiumei",
            photo=True,
        ),
        # late by two, urged
        FilingStory(
            _near(2),
            _plain("潮乐社"),
            (
                Part(15, "20:05", SUBMIT),
                Part(12, "10:31", SUPPORT, "排练到晚上九点为止，请写进章程。"),
                Part(1, "09:26", URGE, "这件已超期，请今天办结，需要现场看场地就约好时间。"),
            ),
        ),
        # due today
        FilingStory(_near(3), _plain("夜巡队"), (Part(13, "08:47", SUBMIT), Part(10, "11:08", SUPPORT)), photo=True),
        FilingStory(
            _near(5),
            _plain("助老服务队"),
            (Part(12, "10:15", SUBMIT), Part(10, "16:22", SUPPORT, "已核实十二名成员，同意。")),
        ),
        # ahead
        FilingStory(
            _near(6),
            _plain("楼长议事会"),
            (
                Part(10, "09:33", SUBMIT),
                Part(
                    8,
                    "15:47",
                    OPPOSE,
                    "议事地点定在消防通道旁的架空层，占用通道。人员和宗旨没有问题，建议换到居委会。",
                ),
            ),
        ),
        FilingStory(_near(7), _plain("工夫茶艺社"), (Part(8, "19:12", SUBMIT), Part(6, "09:50", SUPPORT))),
        FilingStory(_near(8), _plain("义工队"), (Part(6, "14:02", SUBMIT), Part(4, "10:44", SUPPORT)), photo=True),
        FilingStory(
            _near(10),
            _plain("灯谜组"),
            (
                Part(5, "11:20", SUBMIT),
                Part(3, "17:05", SUPPORT),
                Part(1, "16:30", EXTEND, "发起人中有两位在外地，要等他们回来核对身份。"),
            ),
        ),
        FilingStory(
            _near(11),
            _plain("锣鼓队"),
            (
                Part(20, "10:10", SUBMIT),
                Part(18, "15:00", SUPPORT),
                Part(9, "10:30", AGREE),
                Part(5, "16:12", OBJECT, "有居民反映排练地点紧挨学校，上课时间锣鼓声太大。"),
            ),
        ),
        # to be mended for the street
        FilingStory(
            _near(4),
            _plain("四点半课堂"),
            (
                Part(13, "09:05", SUBMIT),
                Part(11, "14:50", SUPPORT),
                Part(
                    9, "11:15", RETURN_STREET, "章程没有写儿童接送和看护的责任，也没有写明不收费。请补写后重传章程。"
                ),
            ),
        ),
        # on public notice
        FilingStory(
            _near(3),
            _plain("合唱团"),
            (Part(12, "09:40", SUBMIT), Part(10, "10:20", SUPPORT), Part(4, "15:35", AGREE)),
        ),
        FilingStory(
            _near(8),
            _plain("便民维修队"),
            (Part(9, "20:31", SUBMIT), Part(7, "09:15", SUPPORT), Part(2, "10:05", AGREE, "材料齐全。")),
        ),
        FilingStory(
            COMMUNITY,
            _plain("老娘舅调解室"),
            (Part(8, "08:55", SUBMIT), Part(6, "15:10", SUPPORT), Part(1, "11:40", AGREE)),
            photo=True,
        ),
        # just filed
        FilingStory(
            _near(9),
            _plain("义诊队"),
            (Part(16, "10:00", SUBMIT), Part(9, "16:05", SUPPORT), Part(FILED_AFTER, "09:30", AGREE)),
        ),
        FilingStory(
            _near(2),
            _plain("潮绣抽纱小组"),
            (Part(18, "19:40", SUBMIT), Part(16, "10:50", SUPPORT), Part(10, "14:45", AGREE)),
        ),
        FilingStory(
            COMMUNITY,
            _plain("太极拳队"),
            (Part(24, "07:50", SUBMIT), Part(18, "09:20", SUPPORT, "晨练不放音响，同意。"), Part(13, "10:00", AGREE)),
        ),
        # refused, withdrawn
        FilingStory(
            _near(6),
            _plain("互助社", name="龙华理财互助社", purpose="成员每月集资，轮流使用，年底分红。"),
            (
                Part(18, "13:30", SUBMIT),
                Part(16, "10:40", OPPOSE, "实际是标会集资，已有居民担心。"),
                Part(
                    12,
                    "16:00",
                    REFUSE,
                    "集资分红属于营利和金融活动，不属于社区社会组织备案范围。有集资往来的，请向街道综治办说明。",
                ),
            ),
        ),
        FilingStory(
            _near(7),
            _plain("象棋社"),
            (Part(11, "18:20", SUBMIT), Part(9, "08:15", WITHDRAW, "发现隔壁社区已有棋社，几位发起人想先参加那边。")),
        ),
    ]


def _own_community() -> list[FilingStory]:
    """金苑社区： what its worker has to give an opinion on, and what waits for the founder."""
    return [
        FilingStory(
            COMMUNITY,
            _plain(
                "街坊互助社", name="金苑社区手机课堂", purpose="教老人用手机挂号、缴费、视频通话，每周三上午一课。"
            ),
            (Part(5, "09:02", SUBMIT),),
        ),
        FilingStory(COMMUNITY, _plain("长者饭堂"), (Part(3, "10:48", SUBMIT),), photo=True),
        FilingStory(COMMUNITY, _plain("羽毛球俱乐部"), (Part(1, "21:06", SUBMIT),)),
        FilingStory(
            COMMUNITY,
            _plain("老歌会", name="金苑社区老友潮曲会", leader="李玉吟"),
            (Part(2, "15:12", SUBMIT),),
            behalf=True,
        ),
        FilingStory(
            COMMUNITY,
            _plain("剪纸社", name="春梅里剪纸兴趣组", purpose="教孩子和家长剪窗花、剪生肖，作品在社区展出。"),
            (
                Part(6, "20:15", SUBMIT),
                Part(
                    4,
                    "11:32",
                    RETURN_COMMUNITY,
                    "发起人名单里有两位不住本社区，请写明；剪刀等工具的安全看护由谁负责，请在宗旨后面补一句。",
                ),
            ),
            persona="chenxiumei",
        ),
        FilingStory(
            COMMUNITY,
            _plain("小桌角课堂", name="金苑社区亲子阅读会", purpose="周末陪孩子读绘本，家长轮流当领读人。"),
            (Part(2, "21:24", DRAFT, fields=("name", "kind", "national_kind", "purpose", "area")),),
            persona="chenxiumei",
        ),
    ]


def _elsewhere() -> list[FilingStory]:
    """The other eleven streets, in all states."""
    opinion = {n: (Part(n, "10:20", SUBMIT),) for n in (1, 2, 3, 4, 5, 8)}
    review = {n: (Part(n + 2, "09:35", SUBMIT), Part(n, "15:15", SUPPORT)) for n in (1, 2, 4, 5, 7, 9, 10, 12)}
    notice = {
        n: (Part(n + 6, "10:40", SUBMIT), Part(n + 4, "16:10", SUPPORT), Part(n, "11:05", AGREE))
        for n in (1, 3, 5, 8, 11, 15)
    }
    mend = (
        Part(7, "09:10", SUBMIT),
        Part(5, "14:40", RETURN_COMMUNITY, "活动场所写得太粗，请写到楼、室，并附上管理人同意书。"),
    )
    mend_street = (
        Part(12, "10:10", SUBMIT),
        Part(10, "09:40", SUPPORT),
        Part(6, "16:20", RETURN_STREET, "负责人已在另一家组织任负责人，请说明能否兼顾，或换人。"),
    )
    refused = (
        Part(19, "11:00", SUBMIT),
        Part(17, "10:00", SUPPORT),
        Part(11, "15:30", REFUSE, "与同一社区已备案的组织名称、人员、活动都相同。建议加入该组织。"),
    )
    withdrawn = (
        Part(14, "09:00", SUBMIT),
        Part(12, "10:00", SUPPORT),
        Part(11, "09:25", WITHDRAW, "负责人要外出半年。"),
    )
    told: tuple[tuple[str, str, tuple[Part, ...]], ...] = (
        ("440511001004", "义工队", opinion[2]),
        ("440511001005", "潮剧社", review[4]),
        ("440511001011", "老人组", notice[3]),
        ("440511002003", "夜巡队", review[10]),
        ("440511002006", "健身操队", notice[8]),
        ("440511005004", "助学会", opinion[8]),
        ("440511005007", "书法协会", review[7]),
        ("440511007004", "义务消防队", review[2]),
        ("440511007008", "河涌守护队", notice[5]),
        ("440511009004", "助残之家", mend),
        ("440511009008", "灯谜社", review[9]),
        ("440511013005", "标旗锣鼓队", review[12]),
        ("440511013009", "红白理事会", opinion[4]),
        ("440511015003", "奖教助学会", notice[11]),
        ("440511015012", "义剪小组", withdrawn),
        ("440511016007", "红头船史话社", opinion[1]),
        ("440511016013", "敬老互助会", review[1]),
        ("440511017006", "旧衣回收站", mend_street),
        ("440511018004", "工夫茶会", notice[1]),
        ("440511018012", "侨批文化整理社", review[5]),
        ("440511018021", "福利会", opinion[5]),
        ("440511019003", "巾帼服务队", notice[15]),
        ("440511019009", "乒乓球队", refused),
        ("440511019014", "楼长联谊会", opinion[3]),
    )
    return [FilingStory(code, _plain(word), parts, photo=n % 4 == 0) for n, (code, word, parts) in enumerate(told)]


def amendments() -> list[AmendmentStory]:
    """Changes that run or have just ended."""
    name, leader, place, end = AmendmentKind.NAME, AmendmentKind.LEADER, AmendmentKind.ADDRESS, AmendmentKind.CANCEL
    send, yes = SUBMIT_AMENDMENT, SUPPORT_AMENDMENT
    moved = "原来的活动室要装修，社区另给了一间。"
    elected = "原负责人搬去与子女同住，成员大会推选了新负责人。"
    return [
        # the officer of 东方街道: one due today, two ahead
        AmendmentStory(_near(4), leader, elected, (Part(7, "09:45", send), Part(5, "10:35", yes))),
        AmendmentStory(
            _near(5), name, "按备案要求规范名称，写明所在社区。", (Part(4, "10:05", send), Part(2, "15:55", yes))
        ),
        AmendmentStory(_near(10), place, moved, (Part(3, "19:30", send), Part(1, "09:10", yes))),
        # the worker of 金苑社区
        AmendmentStory(COMMUNITY, place, moved, (Part(3, "14:26", send),)),
        AmendmentStory(COMMUNITY, leader, elected, (Part(1, "16:48", send),)),
        # decided
        AmendmentStory(
            _near(3),
            place,
            moved,
            (Part(12, "10:00", send), Part(10, "11:20", yes), Part(8, "15:00", APPROVE_AMENDMENT)),
        ),
        AmendmentStory(
            _near(8),
            end,
            "成员大多搬离，一年多没有活动。",
            (Part(14, "09:30", send), Part(12, "10:15", yes), Part(9, "14:20", APPROVE_AMENDMENT)),
        ),
        AmendmentStory(
            _near(2),
            name,
            "想用一个更响亮的名称。",
            (
                Part(13, "18:00", send),
                Part(11, "09:00", OPPOSE_AMENDMENT, "新名称与宗旨不符，容易让居民误会。"),
                Part(
                    8, "10:30", REFUSE_AMENDMENT, "新名称没有反映活动内容，不符合备案名称的要求。可以另拟名称再申请。"
                ),
            ),
            wanted="粤东{old}总会",
        ),
        AmendmentStory(
            _near(11),
            leader,
            elected,
            (
                Part(8, "09:50", send),
                Part(6, "11:10", RETURN_AMENDMENT, "请附上成员大会的会议记录，有到会人数和表决结果。"),
            ),
        ),
        AmendmentStory(
            _near(9),
            place,
            moved,
            (Part(9, "10:20", send), Part(8, "08:40", WITHDRAW_AMENDMENT, "装修推迟，先不搬。")),
        ),
        # elsewhere
        AmendmentStory("440511018008", leader, elected, (Part(6, "10:00", send), Part(4, "09:30", yes))),
        AmendmentStory("440511015006", place, moved, (Part(5, "11:00", send),)),
        AmendmentStory(
            "440511019005", end, "发起人相继离世，后继无人。", (Part(4, "09:20", send), Part(2, "10:10", yes))
        ),
    ]
