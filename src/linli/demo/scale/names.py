"""A hundred thousand names for one community, made of parts: where, what, and how such a thing is called.

Common pairs are as common as in life （社区 in every third name, 服务 in every fourth), and some words hardly ever
occur. No two choices of parts read alike, so that a number tells a name and no name is given twice (a test tries
them all).
"""

from __future__ import annotations

import math

from linli.demo.names import PLACES, Sort
from linli.demo.world import sort_like


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# `{s}` is the community with 社区 or 村， `{c}` without.
WHERE = (
    "{s}",
    "{c}",
    *(f"{{s}}{part}" for part in _words("东片 西片 南片 北片 第一网格 第二网格 第三网格 第四网格 第五网格 第六网格")),
    *(f"{{c}}{part}" for part in _words("东门 西门 新村 老街 花园 河畔")),
    *PLACES,
)

# A word of a name in linli.demo.names.SORTS, and what organizations of that sort may be called after.
THEMES = (
    ("义工队", "义工 爱心 邻里守望"),
    ("善堂", "济困 慈善 平安米"),
    ("助老", "助老 敬老 银龄"),
    ("饭堂", "长者饭堂 送餐 爱心厨房"),
    ("助残", "助残 阳光康复 手语"),
    ("课堂", "四点半 小桌角 亲子阅读"),
    ("助学会", "助学 奖教 书香"),
    ("姐妹", "姐妹 巾帼 新手妈妈"),
    ("义诊", "义诊 健康 急救"),
    ("维修", "维修 水电 小家电"),
    ("义剪", "义剪 理发 缝补"),
    ("旧衣", "旧衣 闲置交换 旧书"),
    ("团购", "邻里团购 跑腿 手机课"),
    ("楼长", "楼长 楼栋 加装电梯"),
    ("老人组", "老人 老友 重阳"),
    ("红白", "红白事 移风易俗 喜事新办"),
    ("监督会", "环境卫生 门前三包 垃圾分类"),
    ("乡贤", "乡贤 参事 乡情"),
    ("营造", "营造 微改造 小花园"),
    ("潮乐社", "潮乐 潮剧 弦诗"),
    ("茶艺", "工夫茶 茶艺 凤凰单丛"),
    ("灯谜", "灯谜 对联 楹联"),
    ("英歌", "英歌 锣鼓 标旗"),
    ("书画", "书画 书法 国画"),
    ("乒乓球", "乒乓球 门球 象棋"),
    ("太极拳", "太极拳 健身操 广场舞"),
    ("合唱", "合唱 老歌 口琴"),
    ("潮绣", "潮绣 抽纱 剪纸"),
    ("夜巡", "夜巡 平安巡逻 义务巡防"),
    ("消防", "消防 用电安全 电动车充电"),
    ("调解", "调解 和事佬 老娘舅"),
    ("法律", "普法 法律援助 防骗"),
    ("反诈", "反诈 护苗 护学"),
    ("流浪", "流浪动物 河涌守护 古树守护"),
)
# Characters that a search meets once in thousands of names.
RARE = _words(
    "侨批 嵌瓷 纱灯 骨雕 古琴 箜篌 篆刻 锔瓷 拓片 榫卯 麒麟舞 鳌鱼舞 蜈蚣舞 布马舞 双咬鹅 红头船 木鱼书 香黄糖 "
    "老药桔 鲎粿 蚝烙 麦秆画 石狮桥 埕头 厝角头 营老爷 出花园 烧窑鸡"
)
RARE_EVERY = 500
BODIES = _words(
    "志愿服务队 服务队 服务社 服务站 便民服务点 社区服务中心 社区互助会 社区工作坊 互助会 协会 促进会 小组 社 队 "
    "俱乐部 工作室 联谊会 理事会 志愿队 兴趣组 学堂 之家 驿站 同乐会 联合会"
)
# Steps through all choices of parts; shares no factor with their number, so that each is met once.
STRIDE = 15_485_863


def themes() -> list[tuple[str, Sort]]:
    """Every word and the sort of organization it stands for, the rare ones last."""
    common = [(word, sort_like(key)) for key, words in THEMES for word in _words(words)]
    return common + [(word, sort_like("侨批")) for word in RARE]


def choices(themes: int) -> int:
    """How many names a community has with so many themes."""
    count = len(WHERE) * themes * len(BODIES)
    assert math.gcd(count, STRIDE) == 1
    return count
