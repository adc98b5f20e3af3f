"""The menus, by what a person may see."""

from __future__ import annotations

from collections.abc import Callable

from linli.actors.choices import Role
from linli.core.access.grants import Person, grants_of
from linli.core.counting import Bounded
from linli.core.sheets.declare import REGISTRY as SHEETS
from linli.core.sheets.rules import scopes_of
from linli.core.ui.navigation import Entry, register, register_search
from linli.core.workflow import inbox
from linli.mediation.choices.cases import VIEW as MEDIATIONS
from linli.organizations.choices.credit import VIEW as CREDIT
from linli.organizations.choices.custody import VIEW as CUSTODIES
from linli.organizations.choices.federation import VIEW as FEDERATIONS
from linli.organizations.choices.party import VIEW as PARTY
from linli.organizations.choices.revocation import VIEW as REVOCATIONS
from linli.voice.choices.matters import VIEW as MATTERS
from linli.voice.choices.report import VIEW as REPORTS


def works_on_cases(user: Person) -> bool:
    """Holds a post that sees cases."""
    return user.has_perm("core.view_cases")


def may(permission: str) -> Callable[[Person], bool]:
    """Holds a permission that asks for no record."""
    return lambda user: user.has_perm(permission)


def imports_organizations(user: Person) -> bool:
    """Holds a post that may take over lists of organizations."""
    return bool(scopes_of(SHEETS["organizations"], user))


def federates(user: Person) -> bool:
    """Holds a post that sees the matters of some federation."""
    return user.has_perm(FEDERATIONS)


def sees_activities(user: Person) -> bool:
    """Holds a post that sees cases, or hears of activities for a federation."""
    return works_on_cases(user) or federates(user)


def keeps_mediation(user: Person) -> bool:
    """Keeps the list of mediation bodies: the street's officers, and the heads of committees."""
    keepers = (Role.STREET_OFFICER, Role.STREET_HEAD, Role.MEDIATION_HEAD)
    return any(grant.role in keepers for grant in grants_of(user))


def closes_years(user: Person) -> bool:
    """Answers for the figures of a year, somewhere."""
    return any(grant.role == Role.DISTRICT_HEAD for grant in grants_of(user))


def _owed(user: Person) -> Bounded:
    return inbox.total(user)


def build() -> None:
    """Register every entry; each domain's pages have one place in the menu."""
    register(
        Entry("待办", "portal:desk", order=10, icon="tasks", visible=lambda user: bool(grants_of(user)), count=_owed),
        Entry("我的申请", "organizations:mine", order=20, icon="file"),
        Entry("诉求", "core:register", args=("reports",), group="诉求", order=10, visible=may(REPORTS)),
        Entry("代居民登记", "voice:enter", group="诉求", order=20, visible=may("voice.enter_report")),
        Entry("三事清单", "voice:duties", group="诉求", order=30, visible=may(MATTERS)),
        Entry("诉求类别", "voice:matters", group="诉求", order=40, visible=may(MATTERS)),
        Entry("备案申请", "core:cases", args=("filing",), group="组织", order=10, visible=works_on_cases),
        Entry("变更与注销", "core:cases", args=("amendment",), group="组织", order=20, visible=works_on_cases),
        Entry("活动", "core:cases", args=("activity",), group="组织", order=25, visible=sees_activities),
        Entry("孵化", "organizations:incubators", group="组织", order=26, visible=sees_activities),
        Entry("休眠组织", "core:cases", args=("dormancy",), group="组织", order=27, visible=works_on_cases),
        Entry("成立登记", "core:cases", args=("registration",), group="组织", order=21, visible=works_on_cases),
        Entry("注销登记", "core:cases", args=("deregistration",), group="组织", order=29, visible=works_on_cases),
        Entry("年度报告", "core:cases", args=("annualreport",), group="组织", order=28, visible=works_on_cases),
        Entry("名册", "organizations:register", group="组织", order=30, visible=works_on_cases),
        Entry("导入", "core:imports", args=("organizations",), group="组织", order=40, visible=imports_organizations),
        Entry("信用名录", "core:cases", args=("listing",), group="组织", order=50, visible=may(CREDIT)),
        Entry("撤销和取缔", "organizations:revocation_grounds", group="组织", order=51, visible=may(REVOCATIONS)),
        Entry("四维排位", "organizations:ranking", group="组织", order=55, visible=works_on_cases),
        Entry(
            "表彰名单",
            "organizations:commendations",
            group="组织",
            order=60,
            visible=may("organizations.view_commendations"),
        ),
        Entry("联合会名册", "core:register", args=("federations",), group="联合会", order=10, visible=federates),
        Entry("会员名册", "core:register", args=("members",), group="联合会", order=20, visible=federates),
        Entry("会员事项", "core:cases", args=("membership",), group="联合会", order=30, visible=federates),
        Entry("资源对接", "core:cases", args=("enquiry",), group="联合会", order=40, visible=federates),
        Entry("友好组织", "core:cases", args=("friendship",), group="联合会", order=50, visible=federates),
        Entry("六个一建设", "core:cases", args=("pillar",), group="联合会", order=60, visible=federates),
        Entry("三项制度", "core:cases", args=("occasion",), group="联合会", order=55, visible=federates),
        Entry("联合会任职", "core:cases", args=("tenure",), group="联合会", order=70, visible=federates),
        Entry("财务代管", "organizations:custodies", group="联合会", order=80, visible=may(CUSTODIES)),
        Entry("代管收支", "core:cases", args=("custodyentry",), group="联合会", order=90, visible=may(CUSTODIES)),
        Entry("党建情况", "organizations:party_streets", group="党建", order=10, visible=may(PARTY)),
        Entry("党组织", "core:cases", args=("partyunit",), group="党建", order=20, visible=may(PARTY)),
        Entry("三会一课", "core:cases", args=("partysession",), group="党建", order=30, visible=may(PARTY)),
        Entry("党员名册", "core:register", args=("partymembers",), group="党建", order=40, visible=may(PARTY)),
        Entry("调解案件", "core:cases", args=("mediation",), group="调解", order=10, visible=may(MEDIATIONS)),
        Entry("手上的案件", "mediation:load", group="调解", order=20, visible=may("mediation.view_load")),
        Entry("调解组织", "mediation:bodies", group="调解", order=30, visible=keeps_mediation),
        Entry("个人信息请求", "core:cases", args=("request",), group="个人信息", order=10, visible=works_on_cases),
        Entry(
            "个人信息事件",
            "core:cases",
            args=("incident",),
            group="个人信息",
            order=15,
            visible=may("privacy.view_incidents"),
        ),
        Entry("指标", "indicators:board", group="看数", order=5, visible=may("indicators.view_figures")),
        Entry("看板", "indicators:boards", group="看数", order=7, visible=may("indicators.view_figures")),
        Entry("指标核对", "indicators:checks", group="看数", order=40, visible=may("indicators.view_checks")),
        Entry("流程图", "portal:processes", group="看数", order=10, visible=works_on_cases),
        Entry("办结清单", "portal:done", group="看数", order=20, visible=works_on_cases),
        Entry("办理记录", "core:audit", group="看数", order=30, visible=may("core.read_audit")),
        Entry("年度结账", "organizations:years", group="看数", order=40, visible=closes_years),
        Entry("账号", "actors:accounts", group="人员", order=10, visible=may("core.view_accounts")),
        Entry("岗位", "actors:posts", group="人员", order=20, visible=may("actors.view_posts")),
        Entry("机构", "actors:bodies", group="人员", order=30, visible=may("actors.view_posts")),
        Entry("区划", "areas:tree", group="人员", order=40, visible=may("areas.view_tree")),
        Entry("安全策略", "core:policies", group="设置", order=10, visible=may("core.view_policies")),
        Entry("办理参数", "core:parameters", group="设置", order=20, visible=may("core.view_parameters")),
        Entry("工作日历", "core:calendar", group="设置", order=30, visible=lambda user: bool(grants_of(user))),
        Entry(
            "处理活动登记",
            "core:processing",
            group="个人信息",
            order=20,
            visible=lambda user: user.has_perm("privacy.view_register"),
        ),
        Entry("影响评估", "core:assessments", group="个人信息", order=25, visible=may("privacy.view_assessments")),
        Entry(
            "保存期限",
            "core:retention",
            group="个人信息",
            order=30,
            visible=lambda user: user.has_perm("privacy.view_retention"),
        ),
        Entry("我的调解", "mediation:mine", group="own", order=5),
        Entry("我的数据", "core:my_data", group="own", order=10),
        Entry("谁看过我的信息", "core:access_log", group="own", order=20),
        Entry("消息怎么收", "core:notice_preferences", group="own", order=30),
        Entry("我的导出", "core:exports", group="own", order=40, visible=works_on_cases),
        Entry("我的链接", "core:share_links", group="own", order=50, visible=works_on_cases),
        Entry("首页", "portal:home", face="public", order=10, icon="home"),
        Entry("我的", "organizations:mine", face="public", order=20, icon="person"),
        Entry("说一说", "voice:home", face="public", order=15, icon="notice"),
        Entry("组织", "organizations:public_list", face="public", order=30, icon="people"),
        Entry("公示", "organizations:notices", face="public", order=40, icon="bell"),
        Entry("活动", "organizations:calendar", face="public", order=50, icon="calendar"),
    )
    register_search("portal:find")
