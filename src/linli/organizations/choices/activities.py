"""Activities of organizations: planned, reported where the triggers say so, held, summed up and verified.

Source: rulebook §2.6 and §4 （重大活动报备）. The answer to a report is an opinion and not a licence. Large
gatherings are licensed by the police （大型群众性活动安全管理条例）: that number is there before anybody agrees.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.parameters import Parameter, declare
from linli.core.registers.declare import Column
from linli.core.registers.declare import Kind as Value
from linli.core.workflow import OWNER, Duty, Process, Stage, Step


class ActivityKind(TextChoices):
    """What is done; the first three and the gathering are the national kinds of the reporting rule."""

    FESTIVAL = "festival", _("节庆活动")
    SHOW = "show", _("文化演出")
    SPORTS = "sports", _("体育竞赛")
    GATHERING = "gathering", _("人员集会")
    SERVICE = "service", _("便民服务")
    CARE = "care", _("走访慰问")
    CLASS = "class", _("讲座培训")
    TALK = "talk", _("议事协商")
    OTHER = "other", _("其他活动")


class Trigger(TextChoices):
    """Why an activity has to be reported beforehand （rulebook §4）."""

    OUTDOOR = "outdoor", _("室外举办")
    PROCESSION = "procession", _("巡游、游行")
    FIRE = "fire", _("用火、燃放烟花")
    FUNDS = "funds", _("募捐、义卖")
    GUESTS = "guests", _("涉及宗教或境外人士")
    MINORS = "minors", _("主要由未成年人参加")


class ActivityState(TextChoices):
    """Where an activity stands."""

    DRAFT = "draft", _("策划中")
    REPORTED = "reported", _("报备审阅中")
    RETURNED = "returned", _("退回修改")
    DISAGREED = "disagreed", _("有不同意见")
    PLANNED = "planned", _("待举办")
    HELD = "held", _("已举办，待总结")
    SUMMED = "summed", _("待核实")
    VERIFIED = "verified", _("已核实")
    UNPROVEN = "unproven", _("未予核实")
    CANCELLED = "cancelled", _("已取消")


S = ActivityState
# On the calendar, and on the pages of the organization.
ANNOUNCED = (S.PLANNED, S.HELD, S.SUMMED, S.VERIFIED)
# Everybody may sign in on site while it is one of these.
OPEN_TO_SIGN_IN = (S.PLANNED, S.HELD)
POLICE_BY_LAW = 1000  # expected people from which the police license it: no parameter may ask for less care

ANNOUNCE = Step(
    "organizations.announce_activity",
    {S.DRAFT, S.RETURNED, S.DISAGREED},  # what was sent back may have been mended so that no trigger is left
    S.PLANNED,
    _("发布活动"),
    done=_("发布活动"),
    tone="primary",
)
REPORT = Step(
    "organizations.report_activity",
    {S.DRAFT, S.RETURNED, S.DISAGREED},
    S.REPORTED,
    _("提交重大活动报备"),
    done=_("提交重大活动报备"),
    tone="primary",
)
LICENSE = Step(
    "organizations.license_activity",
    {S.REPORTED, S.DISAGREED},
    None,
    _("补填公安许可编号"),
    done=_("补填公安许可编号"),
)
AGREE = Step(
    "organizations.agree_activity",
    {S.REPORTED},
    S.PLANNED,
    _("没有不同意见"),
    done=_("联合会党组织：没有不同意见"),
    reason="may",
    basis=_("重大活动报告制度：联合会党组织在 {days} 个工作日内审阅活动方案和资金使用，提出意见。意见不是行政许可"),
    tone="primary",
    told=_("{title}：联合会党组织没有不同意见，可以举办"),
)
RETURN_ACTIVITY = Step(
    "organizations.return_activity",
    {S.REPORTED},
    S.RETURNED,
    _("退回修改"),
    done=_("退回修改"),
    reason="must",
    hint=_("写清方案或资金哪里要改。一次说完。"),
    told=_("{title}：请修改后再报"),
)
DISAGREE = Step(
    "organizations.disagree_activity",
    {S.REPORTED},
    S.DISAGREED,
    _("提出不同意见"),
    done=_("联合会党组织：有不同意见"),
    reason="must",
    tone="danger",
    hint=_("写明事实和理由，举办方会看到全文。这是意见，不是许可；违法的要另外告知主管部门。"),
    told=_("{title}：联合会党组织有不同意见"),
)
GO_AHEAD = Step(
    "organizations.go_ahead_with_activity",
    {S.DISAGREED},
    S.PLANNED,
    _("按原计划举办"),
    done=_("知悉不同意见，按原计划举办"),
    reason="must",
    hint=_("写明怎样处理不同意见里提到的问题。责任由举办方承担。"),
)
HOLD = Step(
    "organizations.hold_activity",
    {S.PLANNED},
    S.HELD,
    _("活动已举办"),
    done=_("活动已举办"),
    tone="primary",
)
SUMMARISE = Step(
    "organizations.summarise_activity",
    {S.HELD},
    S.SUMMED,
    _("提交总结"),
    done=_("提交总结"),
    tone="primary",
)
CONFIRM = Step(
    "organizations.confirm_activity",
    {S.SUMMED},
    S.VERIFIED,
    _("核实属实"),
    done=_("社区核实：属实"),
    reason="may",
    basis=_("活动由举办方总结，再由现场签到或者社区核实才算数；社区在 {days} 个工作日内核实"),
    tone="primary",
    told=_("{title}：社区已核实"),
)
DOUBT = Step(
    "organizations.doubt_activity",
    {S.SUMMED},
    S.HELD,
    _("退回补充"),
    done=_("社区退回补充总结"),
    reason="must",
    hint=_("写清哪里对不上、要补什么。"),
    told=_("{title}：请补充总结"),
)
DISPROVE = Step(
    "organizations.disprove_activity",
    {S.SUMMED},
    S.UNPROVEN,
    _("不予核实"),
    done=_("社区：不予核实"),
    reason="must",
    tone="danger",
    hint=_("写明事实。不予核实的活动不计入活跃度，举办方会看到理由。"),
    told=_("{title}：社区没有核实"),
)
COUNT_IN = Step(
    "organizations.count_in_activity",
    {S.SUMMED},
    S.VERIFIED,
    _("现场签到已够，核实"),
    done=_("现场签到达到人数，予以核实"),
    told=_("{title}：现场签到达到人数，已核实"),
)
CANCEL_ACTIVITY = Step(
    "organizations.cancel_activity",
    {S.DRAFT, S.REPORTED, S.RETURNED, S.DISAGREED, S.PLANNED},
    S.CANCELLED,
    _("取消活动"),
    done=_("取消活动"),
    reason="may",
    tone="quiet",
)

declare(
    Parameter(
        "major.attendance", int, 200, "人", "重大活动：预计到场多少人起要报备", "App. A；本地报告制度 [M]", 20, 1000
    ),
    Parameter(
        "major.police",
        int,
        POLICE_BY_LAW,
        "人",
        "重大活动：预计到场多少人起要公安许可",
        "大型群众性活动安全管理条例第二条 [V]：1,000 人；只能更严",
        200,
        POLICE_BY_LAW,
    ),
    Parameter(
        "major.triggers",
        str,
        ",".join(Trigger.values),
        "",
        "重大活动：哪些情形要报备",
        "重大活动报告制度，rulebook §4 [M]",
        options=tuple((trigger.value, str(trigger.label)) for trigger in Trigger),
        many=True,
    ),
    Parameter("major.opinion_days", int, 3, "个工作日", "重大活动：联合会党组织审阅的时限", "本系统所定", 1, 10),
    Parameter("activity.mend_days", int, 5, "个工作日", "活动：修改后再报的时限", "本系统所定", 1, 30),
    Parameter("activity.summary_days", int, 10, "个工作日", "活动：举办后提交总结的时限", "本系统所定", 3, 30),
    Parameter("activity.confirm_days", int, 5, "个工作日", "活动：社区核实的时限", "本系统所定", 1, 20),
    Parameter(
        "activity.checkins_min",
        int,
        5,
        "人",
        "活动：现场签到多少人就算核实",
        "本系统所定；举办方自己的签到不算",
        3,
        100,
    ),
)

ACTIVITY = Process(
    slug="activity",
    model_label="organizations.Activity",
    label="活动",
    steps=(
        ANNOUNCE,
        REPORT,
        LICENSE,
        AGREE,
        RETURN_ACTIVITY,
        DISAGREE,
        GO_AHEAD,
        HOLD,
        SUMMARISE,
        CONFIRM,
        DOUBT,
        DISPROVE,
        COUNT_IN,
        CANCEL_ACTIVITY,
    ),
    duties=(
        Duty(S.DRAFT, OWNER),
        Duty(
            S.REPORTED,
            Role.FEDERATION_SECRETARY,
            "major.opinion_days",
            stands_in=Role.STREET_OFFICER,
            raised_to=Role.STREET_OFFICER,
        ),
        Duty(S.RETURNED, OWNER, "activity.mend_days"),
        Duty(S.DISAGREED, OWNER, "activity.mend_days"),
        Duty(S.PLANNED, OWNER, until="summary_due"),
        Duty(S.HELD, OWNER, until="summary_due"),
        Duty(
            S.SUMMED,
            Role.COMMUNITY_WORKER,
            "activity.confirm_days",
            stands_in=Role.COMMUNITY_HEAD,
            raised_to=Role.STREET_OFFICER,
        ),
    ),
    stages=(
        Stage("策划", (S.DRAFT,)),
        Stage("报备", (S.REPORTED, S.RETURNED, S.DISAGREED)),
        Stage("举办", (S.PLANNED,)),
        Stage("总结", (S.HELD,)),
        Stage("核实", (S.SUMMED,)),
        Stage("完成", (S.VERIFIED,)),
    ),
    start=S.DRAFT,
    ends={S.VERIFIED, S.UNPROVEN, S.CANCELLED},
    parameters=(
        *("major.attendance", "major.police", "major.triggers"),
        *("activity.summary_days", "activity.checkins_min"),
    ),
    facts_template="organizations/_activity_facts.html",
    unit="场",
    content="活动内容",
    owner_label="举办方",
    columns=(
        Column("number", "编号", kind=Value.CODE),
        Column("name", "活动"),
        Column("organization", "举办组织", "organization__name"),
        Column("kind", "类型", show=dict(ActivityKind.choices).get, kind=Value.CHOICE),
        Column("state", "状态", show=dict(ActivityState.choices).get, kind=Value.CHOICE),
        Column("street", "街道", "organization__area__parent__name"),
        Column("community", "社区", "organization__area__name"),
        Column("starts_at", "开始", kind=Value.MOMENT),
        Column("ends_at", "结束", kind=Value.MOMENT),
        Column("place", "地点"),
        Column("expected", "预计人数", kind=Value.NUMBER),
        Column("person_times", "人次", kind=Value.NUMBER),
        Column("persons", "人数", kind=Value.NUMBER),
        Column("hours", "服务时长（小时）", kind=Value.NUMBER),
        Column("budget", "预算（元）", kind=Value.NUMBER),
        Column("spent", "支出（元）", kind=Value.NUMBER),
        Column("checked_in", "现场签到人数", kind=Value.NUMBER),
    ),
)

# What a report brings: slot, name, required, where it comes from.
ACTIVITY_DOCUMENTS: tuple[tuple[str, str, bool, str], ...] = (
    ("plan", "活动方案", False, "有书面方案的上传；没有的，写在“怎么办”里就行。"),
    ("safety", "安全预案", False, "人多、室外、用火的活动要有。"),
    ("licence", "公安许可决定书", False, "预计 1,000 人以上的要有。"),
)
