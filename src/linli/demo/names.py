"""Names and purposes of organizations as they are in a Chaoshan city: tied to a place and to what they do.

`{c}` is the community without 社区， `{p}` a lane, garden or old name within it.
"""

from __future__ import annotations

from dataclasses import dataclass

from linli.organizations.choices.filing import Kind, NationalKind


@dataclass(frozen=True)
class Sort:
    """A sort of organization: how it is called, what it does, where it meets, how many belong to it."""

    kind: Kind
    national: NationalKind
    names: tuple[str, ...]
    purpose: str
    venues: tuple[str, ...]
    members: tuple[int, int]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


HALL = ("{c}社区文化活动中心 {r} 室", "{c}社区综合文化站 {r} 室")
ROOM = ("{c}社区居委会 {r} 室", "{c}社区党群服务中心 {r} 室")
PARK = ("{p}小公园凉亭旁活动室", "{c}社区小广场旁活动室")
SHRINE = ("{p}老人活动中心一楼", "{p}祠堂边厢活动室")

_S, _A, _C, _P, _O = Kind.SERVICE, Kind.AUTONOMY, Kind.CULTURE, Kind.SAFETY, Kind.OTHER
LIFE, CHARITY, ARTS, AFFAIRS = (
    NationalKind.LIFE,
    NationalKind.CHARITY,
    NationalKind.CULTURE,
    NationalKind.AFFAIRS,
)

SORTS: tuple[Sort, ...] = (
    # 服务 · 公益慈善
    Sort(
        _S,
        CHARITY,
        ("{c}社区义工队", "{p}义工服务队", "{c}志愿服务队"),
        "组织居民做志愿服务：每周六清洁楼道和绿地，节假日看望独居老人，遇台风帮忙转移和清障。",
        ROOM,
        (20, 120),
    ),
    Sort(
        _S,
        CHARITY,
        ("{p}善堂福利会", "{c}福利会", "{p}慈善会"),
        "承老善堂济困之风，为困难家庭送米油、送医药费，春节和中元派平安米，账目每季张榜。",
        SHRINE,
        (15, 60),
    ),
    Sort(
        _S,
        CHARITY,
        ("{c}助老服务队", "{p}敬老互助会", "{c}长者关怀社"),
        "结对看望八十岁以上和独居的老人，每周至少一次上门或电话，帮忙买菜、量血压、换灯泡。",
        ROOM,
        (12, 50),
    ),
    Sort(
        _S,
        CHARITY,
        ("{c}长者饭堂帮厨队", "{p}爱心饭堂", "{c}送餐小分队"),
        "为七十岁以上的老人和残疾人做午餐、送午餐，一餐六元，孤寡老人免费。",
        ROOM,
        (10, 40),
    ),
    Sort(
        _S,
        CHARITY,
        ("{c}助残之家", "{p}阳光助残社"),
        "陪残疾人做康复和手工，帮忙代购代办，每月一次户外活动。",
        ROOM,
        (10, 40),
    ),
    Sort(
        _S,
        CHARITY,
        ("{c}四点半课堂", "{p}小桌角课堂", "{c}儿童成长小屋"),
        "放学后看护双职工家庭的孩子写作业、读书，周末请退休教师教书法。",
        HALL,
        (10, 40),
    ),
    Sort(
        _S,
        CHARITY,
        ("{c}助学会", "{p}奖教助学会"),
        "资助困难家庭的学生，表彰进步的学生和热心的老师，名单和金额年底公布。",
        ROOM,
        (15, 60),
    ),
    Sort(
        _S,
        CHARITY,
        ("{c}姐妹互助会", "{p}巾帼服务队"),
        "帮助单亲母亲和新生儿家庭，办家教讲座，调和家庭小口角。",
        ROOM,
        (15, 60),
    ),
    Sort(
        _S,
        CHARITY,
        ("{c}义医义诊队", "{p}健康服务队"),
        "退休医生和护士每月两次为居民量血压、测血糖、讲常见病。",
        ROOM,
        (8, 30),
    ),
    # 服务 · 生活服务
    Sort(
        _S,
        LIFE,
        ("{c}便民维修队", "{p}水电维修小组"),
        "退休电工、水工为居民免费修水龙头、换插座，材料费自理。",
        ROOM,
        (6, 25),
    ),
    Sort(
        _S,
        LIFE,
        ("{c}义剪小组", "{p}理发志愿组"),
        "每月初一、十五为老人和行动不便的居民免费理发，可以上门。",
        PARK,
        (5, 20),
    ),
    Sort(
        _S,
        LIFE,
        ("{c}旧衣回收站", "{p}闲置物品交换社"),
        "收旧衣、旧书、旧玩具，洗净分类后送给有需要的人。",
        ROOM,
        (8, 30),
    ),
    Sort(
        _S,
        LIFE,
        ("{c}邻里团购互助社", "{p}街坊互助社"),
        "帮老人买菜、取药、寄快递，教用手机办事。",
        ROOM,
        (10, 40),
    ),
    # 自治
    Sort(
        _A,
        AFFAIRS,
        ("{c}楼长议事会", "{p}楼长联谊会", "{c}楼栋长协会"),
        "各栋楼长每月议一次：停车、充电、漏水、加装电梯，议定的事写下来，做完了再回来说。",
        ROOM,
        (9, 40),
    ),
    Sort(
        _A,
        AFFAIRS,
        ("{p}老人组", "{c}老人理事会", "{p}老友理事会"),
        "办理老人会的日常事务，组织重阳敬老，协助社区办红白理事。",
        SHRINE,
        (15, 80),
    ),
    Sort(
        _A,
        AFFAIRS,
        ("{c}红白理事会", "{c}移风易俗理事会"),
        "劝导喜事新办、丧事简办，议定随礼和酒席的标准。",
        SHRINE,
        (7, 20),
    ),
    Sort(
        _A,
        AFFAIRS,
        ("{c}环境卫生监督会", "{p}门前三包互助组"),
        "巡看楼道、河涌和垃圾投放点，有问题当天报给社区，每月评一次干净楼院。",
        ROOM,
        (8, 30),
    ),
    Sort(
        _A,
        CHARITY,
        ("{c}乡贤咨询会", "{p}乡贤参事会"),
        "乡贤为社区公共事务出主意、出力气、出善款，善款的去向全部公开。",
        ROOM,
        (9, 30),
    ),
    Sort(
        _A,
        CHARITY,
        ("{c}社区营造社", "{p}微改造共建会"),
        "和居民一起把闲置角落改成小花园、阅览角，从想法到施工都由居民做。",
        ROOM,
        (8, 35),
    ),
    # 文体
    Sort(
        _C,
        ARTS,
        ("{c}潮乐社", "{p}潮剧票友会", "{c}潮剧社", "{p}潮乐队"),
        "唱潮剧、奏潮乐，每周三、五晚排练，逢年节为街坊演几出折子戏。",
        HALL,
        (12, 45),
    ),
    Sort(
        _C,
        ARTS,
        ("{c}工夫茶艺社", "{p}工夫茶会"),
        "以茶会友，教年轻人冲工夫茶，给社区议事会烧水冲茶。",
        PARK,
        (8, 30),
    ),
    Sort(
        _C,
        ARTS,
        ("{c}灯谜组", "{p}灯谜社"),
        "制谜猜谜，元宵、中秋办谜会，平日到学校教孩子猜谜。",
        HALL,
        (8, 30),
    ),
    Sort(
        _C,
        ARTS,
        ("{c}英歌队", "{p}锣鼓队", "{c}标旗锣鼓队"),
        "习练英歌和潮州大锣鼓，大型巡游事先报备，平日强身教少年。",
        PARK,
        (20, 80),
    ),
    Sort(
        _C,
        ARTS,
        ("{c}书画社", "{p}诗书画社", "{c}书法协会"),
        "面向老人和孩子教书法、国画，春节为居民写春联。",
        HALL,
        (10, 50),
    ),
    Sort(
        _C,
        ARTS,
        ("{c}乒乓球队", "{p}门球队", "{c}羽毛球俱乐部", "{p}象棋社"),
        "每周固定练球、下棋，一年办两次社区赛，欢迎新手。",
        HALL,
        (10, 60),
    ),
    Sort(
        _C,
        ARTS,
        ("{c}太极拳队", "{p}健身操队", "{c}广场舞队"),
        "早晚在小广场练习，音响按社区公约不超过六十分贝，九点前收场。",
        PARK,
        (15, 70),
    ),
    Sort(
        _C,
        ARTS,
        ("{c}合唱团", "{p}老歌会"),
        "每周二下午练唱，重阳、国庆为居民演出。",
        HALL,
        (15, 60),
    ),
    Sort(
        _C,
        ARTS,
        ("{c}潮绣抽纱小组", "{p}剪纸社", "{c}嵌瓷兴趣组"),
        "学做潮绣、抽纱、剪纸，老手艺人带徒弟，作品在社区展出。",
        HALL,
        (6, 25),
    ),
    # 平安
    Sort(
        _P,
        AFFAIRS,
        ("{c}夜巡队", "{p}平安巡逻队", "{c}义务巡防队"),
        "每晚八点到十一点分两班巡楼，看门窗、看电动车充电、看火烛，有事先报警。",
        ROOM,
        (12, 50),
    ),
    Sort(
        _P,
        AFFAIRS,
        ("{c}义务消防队", "{p}消防志愿队"),
        "每月查一次楼道堆物和灭火器，每季度带居民练一次疏散。",
        ROOM,
        (10, 35),
    ),
    Sort(
        _P,
        CHARITY,
        ("{c}老娘舅调解室", "{p}和事佬工作室", "{c}邻里调解会"),
        "帮邻里说和漏水、噪声、晾晒、停车这些小纠纷，说不拢的转人民调解委员会。",
        ROOM,
        (5, 20),
    ),
    Sort(
        _P,
        CHARITY,
        ("{c}法律援助志愿站", "{p}普法志愿队"),
        "律师和退休法官每周半天解答居民的法律问题，到老人活动中心讲防骗。",
        ROOM,
        (5, 20),
    ),
    Sort(
        _P,
        AFFAIRS,
        ("{c}反诈宣传队", "{p}护苗队"),
        "守放学路口，上门讲防骗，帮老人装好来电拦截。",
        ROOM,
        (8, 30),
    ),
    # 其他
    Sort(
        _O,
        CHARITY,
        ("{c}流浪动物互助会", "{c}侨批文化整理社", "{p}红头船史话社", "{c}河涌守护队"),
        "由热心居民发起，做别人还没做的事，活动前先和社区说好。",
        ROOM,
        (6, 30),
    ),
)

# How many of 532 each pair gets: shares 42/16/24/16/2 % by kind, and 243 (46 %) for public benefit as in the seed.
QUOTAS: dict[tuple[Kind, NationalKind], int] = {
    (_S, CHARITY): 170,
    (_S, LIFE): 53,
    (_A, AFFAIRS): 63,
    (_A, CHARITY): 22,
    (_C, ARTS): 128,
    (_P, AFFAIRS): 45,
    (_P, CHARITY): 40,
    (_O, CHARITY): 11,
}

PLACES = _words(
    "凤亭下 春梅里 永平里 桂花巷 榕荫里 杏花园 福寿里 长乐里 和兴里 同益里 联泰里 安平里 商平里 永泰里 外马路 "
    "民族里 利安里 镇邦里 怡安里 新兴里 韩堤里 龙眼园 荔园 松柏里 翠英里 海墘内 同平里 中马路 瑞平里 福平里 "
    "新马路 大洋里 红荔园 玉兰里 银杏里 金砂里 东厦里 浮西里 天山里 汕樟里 华坞里 长平里 "
)

# The longest that is allowed: 60 characters.
LONGEST = (
    "汕头市金平区东方街道金苑社区敬老爱老助老志愿服务与独居老人安全守望暨长者饭堂"
    "助餐配送和老旧楼院加装电梯协商议事互助促进会"
)
RARE_NAME = "阿不都热合曼·阿卜杜拉"
