"""The people a visitor of the demo can be. Read by the command line before Django is there: no models here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from linli.actors.choices import Role

PASSWORD = "Linli-2026-demo"  # noqa: S105 - the demo's own, known to everyone; a demo folder holds no real data
STREET = "440511004"
COMMUNITY = "440511004001"
DISTRICT = "440511"


class Group(StrEnum):
    """Where a persona stands on the page of personas."""

    PUBLIC = "居民与组织"
    COMMUNITY = "社区"
    STREET = "街道"
    DISTRICT = "区"
    ADMINISTRATION = "管理员"


@dataclass(frozen=True)
class Persona:
    """Somebody to be. `blurb` says what can be tried; `area` is the code the post covers, `body` the body's key."""

    username: str
    name: str
    title: str
    blurb: str
    group: Group
    role: Role | None = None
    area: str = ""
    body: str = ""
    post: str = ""
    password: str = PASSWORD
    elder: bool = False
    female: bool = True


PERSONAS: tuple[Persona, ...] = (
    Persona(
        "linxiaoyan",
        "林晓燕",
        "东方街道社会事务办经办",
        "十来件要办，有的超期，有的就要到期。审核备案：同意、退回或不予备案。",
        Group.STREET,
        Role.STREET_OFFICER,
        STREET,
        "street",
        "社会事务办经办",
    ),
    Persona(
        "caiweixiong",
        "蔡伟雄",
        "东方街道办事处副主任，分管社会事务",
        "经办超期的件会报到这里：看原因，催办。也能审核。",
        Group.STREET,
        Role.STREET_HEAD,
        STREET,
        "street",
        "办事处副主任",
        female=False,
    ),
    Persona(
        "zhangzhuoming",
        "张卓明",
        "东方街道社会组织联合会秘书",
        "核对入会申请，记理事会的表决，答复来找街道资源的组织，管六个一、任职和友好协议，替会员管账。",
        Group.STREET,
        Role.FEDERATION_SECRETARY,
        STREET,
        "federation",
        "秘书",
        female=False,
    ),
    Persona(
        "chenpeiling",
        "陈佩玲",
        "东方街道社会组织联合会财务",
        "替会员管账：录入收支，或者复核秘书录入的；自己录入的自己不能复核。",
        Group.STREET,
        Role.FEDERATION_TREASURER,
        STREET,
        "federation",
        "财务",
    ),
    Persona(
        "huangzhiqiang",
        "黄志强",
        "金苑社区工作者",
        "给刚提交的申请出意见，也能替不会上网的居民代填一份。",
        Group.COMMUNITY,
        Role.COMMUNITY_WORKER,
        COMMUNITY,
        "community",
        "社区工作者",
        female=False,
    ),
    Persona(
        "xuhuiru",
        "许惠如",
        "金苑社区党委书记、居委会主任",
        "看本社区的组织和在办的件；工作者代填的申请由书记出意见（回避）。",
        Group.COMMUNITY,
        Role.COMMUNITY_HEAD,
        COMMUNITY,
        "community",
        "党委书记、居委会主任",
    ),
    Persona(
        "hongjiarong",
        "洪嘉荣",
        "东方街道人民调解委员会调解员",
        "手上有几件纠纷：记一次调解、达成协议、记下签字；没有派给他的案件一件也看不到。",
        Group.STREET,
        Role.MEDIATOR,
        STREET,
        "mediation",
        "调解员",
        female=False,
    ),
    Persona(
        "yujinzhou",
        "余锦洲",
        "东方街道人民调解委员会主任",
        "征求双方意见、受理派案、盖章归档；看每位调解员手上有几件、培训够不够。",
        Group.STREET,
        Role.MEDIATION_HEAD,
        STREET,
        "mediation",
        "主任",
        female=False,
    ),
    Persona(
        "chenxiumei",
        "陈秀梅",
        "金苑社区春梅书画社负责人",
        "一份申请被退回要补正，一份草稿填了一半，一份正在街道审核。办好的可以打印备案证。",
        Group.PUBLIC,
    ),
    Persona(
        "liguizhen",
        "李桂珍",
        "金苑社区居民，71 岁，用大字版",
        "第一次来：看附近有哪些组织，从头申请一个。",
        Group.PUBLIC,
        elder=True,
    ),
    Persona(
        "yangzehao",
        "杨泽浩",
        "志愿者",
        "在地图上找身边的组织。",
        Group.PUBLIC,
        Role.VOLUNTEER,
        COMMUNITY,
        "community",
        "社区志愿者",
        female=False,
    ),
    Persona(
        "zhuangrunkai",
        "庄润楷",
        "润记茶行店主，爱心商户",
        "在地图上找身边的组织。",
        Group.PUBLIC,
        Role.MERCHANT,
        COMMUNITY,
        "merchant",
        "店主",
        female=False,
    ),
    Persona(
        "luyuanxing",
        "陆远行",
        "外地来的访客，没有岗位",
        "试试看不该看的：别人的申请、工作台，都打不开。",
        Group.PUBLIC,
        female=False,
    ),
    Persona(
        "zhengguanghui",
        "郑光辉",
        "区民政局社会组织科科长",
        "看全区的名册、流程图和办结情况，改办理时限等参数。",
        Group.DISTRICT,
        Role.DISTRICT_HEAD,
        DISTRICT,
        "civil_affairs",
        "社会组织科科长",
        female=False,
    ),
    Persona(
        "wuminjie",
        "吴敏洁",
        "区民政局社会组织科经办",
        "按街道、类别、状态查全区名册，打开一家组织看它的一生。",
        Group.DISTRICT,
        Role.DISTRICT_OFFICER,
        DISTRICT,
        "civil_affairs",
        "社会组织科经办",
    ),
    Persona(
        "fangruoyun",
        "方若云",
        "第三方评估机构评审",
        "机器抽中的组织在“我的”里：读自评和材料，独立打分，或者回避。",
        Group.DISTRICT,
        Role.EVALUATOR,
        DISTRICT,
        "evaluator",
        "评审",
    ),
    Persona(
        "xieyueling",
        "谢月玲",
        "区审计局审计员",
        "全区的件都能看，一件也不能办。",
        Group.DISTRICT,
        Role.AUDITOR,
        DISTRICT,
        "audit",
        "审计员",
    ),
    Persona(
        "mazhanpeng",
        "马展鹏",
        "系统管理员",
        "开立账号、提出岗位任免，维护机构、区划和工作日历；看不到业务数据。",
        Group.ADMINISTRATION,
        Role.SYSADMIN,
        DISTRICT,
        "civil_affairs",
        "系统管理员",
        female=False,
    ),
    Persona(
        "guoqingyi",
        "郭清怡",
        "安全管理员",
        "核准岗位任免，设安全策略；看不到业务数据。",
        Group.ADMINISTRATION,
        Role.SECADMIN,
        DISTRICT,
        "civil_affairs",
        "安全管理员",
    ),
    Persona(
        "jijingxian",
        "纪静娴",
        "审计管理员",
        "看日志，验证没有被改过，只读；看不到业务数据。",
        Group.ADMINISTRATION,
        Role.AUDITADMIN,
        DISTRICT,
        "civil_affairs",
        "审计管理员",
    ),
)


def persona(username: str) -> Persona | None:
    """The persona of an account, or None."""
    return next((person for person in PERSONAS if person.username == username), None)
