"""The annual report of registered organizations: called for, sent, reviewed, concluded and mended.

Source: rulebook §2.3 （年检）: to the supervising unit by 31 March, to the registering authority by 31 May; passed,
basically passed or not passed; three months to mend; a service institution registered less than six months before the
end of the year is left out [V 民非年检办法]. The dates are the law's and no parameters. What follows from a report
that was not sent is a person's decision, and enters the credit information (§2.5).
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.parameters import Parameter, declare
from linli.core.registers.declare import Column
from linli.core.registers.declare import Kind as Value
from linli.core.workflow import OWNER, SYSTEM, Duty, Process, Stage, Step

DUE = (3, 31)  # month and day of the following year: with the supervising unit
FORWARDED_BY = (5, 31)  # with the registering authority
CALLED_FROM = (1, 1)  # from when on the clock calls for it, until it ought to be with the authority
LEFT_OUT_MONTHS = 6  # a service institution younger than this at the end of the year does not report
MENDING_MONTHS = 3
FIRST_YEAR, LAST_YEAR = 2000, 2100
LAW = "民办非企业单位年度检查办法；社会团体登记管理条例"


class ReportState(TextChoices):
    """Where the report of a year stands."""

    CALLED = "called", _("待通知")
    DUE = "due", _("待报送")
    REVIEW = "review", _("主管单位初审")
    MEND = "mend", _("退回补正")
    CHECK = "check", _("登记机关检查")
    MENDING = "mending", _("限期整改")
    VERIFY = "verify", _("核实整改")
    MISSED = "missed", _("没有按时报送")
    PASSED = "passed", _("合格")
    MENDED = "mended", _("整改完成")
    UNMENDED = "unmended", _("逾期没有整改")
    EXEMPT = "exempt", _("不用报送")


class Result(TextChoices):
    """What the registering authority concludes."""

    PASSED = "passed", _("合格")
    FAIR = "fair", _("基本合格")
    FAILED = "failed", _("不合格")


S = ReportState
SENT = (S.REVIEW, S.CHECK, S.MENDING, S.VERIFY, S.PASSED, S.MENDED, S.UNMENDED)
CONCLUDED = (S.PASSED, S.MENDING, S.VERIFY, S.MENDED, S.UNMENDED)
TO_MEND = (S.MENDING, S.VERIFY, S.MENDED, S.UNMENDED)

declare(
    Parameter("annual.review_days", int, 10, "个工作日", "年报：晚到的报告初审的时限", "本系统所定", 3, 40),
    Parameter("annual.mend_days", int, 10, "个工作日", "年报：退回后补正的时限", "本系统所定", 3, 40),
    Parameter("annual.check_days", int, 20, "个工作日", "年报：登记机关检查的时限", "本系统所定", 5, 60),
    Parameter("annual.verify_days", int, 10, "个工作日", "年报：核实整改的时限", "本系统所定", 3, 40),
)

CALL = Step(
    "organizations.call_report",
    {S.CALLED},
    S.DUE,
    _("通知报送"),
    done=_("通知组织报送年度工作报告"),
    told=_("{title}：请在 3 月 31 日前报送"),
)
SEND = Step(
    "organizations.send_report",
    {S.DUE, S.MISSED},
    S.REVIEW,
    _("报送"),
    done=_("报送年度工作报告"),
    tone="primary",
)
RESEND = Step(
    "organizations.resend_report",
    {S.MEND},
    S.REVIEW,
    _("补正后再次报送"),
    done=_("补正后再次报送"),
    tone="primary",
)
FORWARD = Step(
    "organizations.forward_report",
    {S.REVIEW},
    S.CHECK,
    _("初审同意，报登记机关"),
    done=_("主管单位初审同意，报登记机关"),
    reason="may",
    tone="primary",
    basis=_("年度检查办法：业务主管单位初审后，5 月 31 日前报登记管理机关"),
    told=_("{title}：初审通过，转登记机关"),
)
RETURN = Step(
    "organizations.return_report",
    {S.REVIEW, S.CHECK},
    S.MEND,
    _("退回补正"),
    done=_("退回补正"),
    reason="must",
    hint=_("写清缺什么、怎么补，一次说完。"),
    told=_("{title}：请补正后再报送"),
)
PASS = Step(
    "organizations.pass_report",
    {S.CHECK},
    S.PASSED,
    _("合格"),
    done=_("年度检查结论：合格"),
    reason="may",
    tone="primary",
    basis=_("年度检查办法：结论分合格、基本合格、不合格；{days} 个工作日内作出"),
    told=_("{title}：结论是合格"),
)
PASS_BARELY = Step(
    "organizations.pass_report_barely",
    {S.CHECK},
    S.MENDING,
    _("基本合格，限期整改"),
    done=_("年度检查结论：基本合格，三个月内整改"),
    reason="must",
    hint=_("写明问题和怎么改。整改期三个月。"),
    told=_("{title}：结论是基本合格，请在三个月内整改"),
)
FAIL = Step(
    "organizations.fail_report",
    {S.CHECK},
    S.MENDING,
    _("不合格，限期整改"),
    done=_("年度检查结论：不合格，三个月内整改"),
    reason="must",
    tone="danger",
    hint=_("写明事实和依据的条款。整改期三个月；连续两年不合格的，依法撤销登记。"),
    told=_("{title}：结论是不合格，请在三个月内整改"),
)
SAY_MENDED = Step(
    "organizations.say_report_mended",
    {S.MENDING},
    S.VERIFY,
    _("报告整改情况"),
    done=_("报告已经整改"),
    reason="must",
    tone="primary",
    hint=_("逐条写明怎么改的、什么时候改完。"),
)
ACCEPT_MENDING = Step(
    "organizations.accept_report_mending",
    {S.VERIFY},
    S.MENDED,
    _("核实无误，整改完成"),
    done=_("核实整改完成"),
    reason="may",
    tone="primary",
    told=_("{title}：整改完成"),
)
REJECT_MENDING = Step(
    "organizations.reject_report_mending",
    {S.VERIFY},
    S.MENDING,
    _("还没有改好"),
    done=_("核实后继续整改"),
    reason="must",
    hint=_("写清还差什么。整改的期限不变。"),
)
NOTE_UNMENDED = Step(
    "organizations.note_report_unmended",
    {S.MENDING, S.VERIFY},
    S.UNMENDED,
    _("认定逾期没有整改"),
    done=_("认定逾期没有整改，归集信用信息"),
    reason="must",
    tone="danger",
    hint=_("写明催告的经过。归集一条年报信息，并起草列入活动异常名录；列不列入，告知、申辩后由另一个人决定。"),
    told=_("{title}：认定逾期没有整改"),
)
NOTE_MISSED = Step(
    "organizations.note_report_missed",
    {S.DUE, S.MEND},
    S.MISSED,
    _("认定没有按时报送"),
    done=_("认定没有按时报送，归集信用信息"),
    reason="must",
    tone="danger",
    hint=_("写明催告的经过。归集一条年报信息，并起草列入活动异常名录；列不列入，告知、申辩后由另一个人决定。"),
    told=_("{title}：认定没有按时报送，请尽快补报"),
)
EXEMPT = Step(
    "organizations.exempt_report",
    {S.DUE, S.MEND, S.MISSED},
    S.EXEMPT,
    _("不用报送"),
    done=_("认定不用报送"),
    reason="must",
    tone="quiet",
    hint=_("写明理由，例如：已经注销登记；登记不满六个月。"),
    told=_("{title}：这一年不用报送"),
)

ANNUAL = Process(
    slug="annualreport",
    model_label="organizations.AnnualReport",
    label="年度报告",
    steps=(
        CALL,
        SEND,
        RESEND,
        FORWARD,
        RETURN,
        PASS,
        PASS_BARELY,
        FAIL,
        SAY_MENDED,
        ACCEPT_MENDING,
        REJECT_MENDING,
        NOTE_UNMENDED,
        NOTE_MISSED,
        EXEMPT,
    ),
    duties=(
        Duty(S.CALLED, SYSTEM, 0, then=CALL.name),
        Duty(S.DUE, OWNER, until="due_on", stands_in=Role.COMMUNITY_WORKER, raised_to=Role.DISTRICT_OFFICER),
        Duty(
            S.REVIEW,
            Role.STREET_OFFICER,
            until="forward_by",
            stands_in=Role.STREET_HEAD,
            raised_to=Role.STREET_HEAD,
        ),
        Duty(
            S.MEND,
            OWNER,
            "annual.mend_days",
            stands_in=Role.COMMUNITY_WORKER,
            raised_to=Role.DISTRICT_OFFICER,
        ),
        Duty(
            S.CHECK,
            Role.DISTRICT_OFFICER,
            "annual.check_days",
            stands_in=Role.DISTRICT_HEAD,
            raised_to=Role.DISTRICT_HEAD,
        ),
        Duty(S.MENDING, OWNER, until="mend_by", stands_in=Role.COMMUNITY_WORKER, raised_to=Role.DISTRICT_OFFICER),
        Duty(
            S.VERIFY,
            Role.DISTRICT_OFFICER,
            "annual.verify_days",
            stands_in=Role.DISTRICT_HEAD,
            raised_to=Role.DISTRICT_HEAD,
        ),
        Duty(S.MISSED, OWNER, stands_in=Role.COMMUNITY_WORKER),
    ),
    stages=(
        Stage("通知", (S.CALLED,)),
        Stage("报送", (S.DUE, S.MEND)),
        Stage("初审", (S.REVIEW,)),
        Stage("检查", (S.CHECK,)),
        Stage("合格", (S.PASSED,)),
    ),
    start=S.CALLED,
    ends={S.PASSED, S.MENDED, S.UNMENDED, S.EXEMPT},
    facts_template="organizations/_annual_facts.html",
    unit="份",
    content="报告内容",
    owner_label="组织负责人",
    columns=(
        Column("number", "编号", kind=Value.CODE),
        Column("organization", "社会组织", "organization__name"),
        Column("year", "年度", kind=Value.NUMBER),
        Column("state", "状态", show=dict(ReportState.choices).get, kind=Value.CHOICE),
        Column("result", "结论", show=dict(Result.choices).get, kind=Value.CHOICE),
        Column("street", "街道", "organization__area__parent__name"),
        Column("community", "社区", "organization__area__name"),
        Column("due_on", "报送期限", kind=Value.DAY),
        Column("sent_on", "报送日期", kind=Value.DAY),
        Column("members", "成员人数", kind=Value.NUMBER),
        Column("activities", "活动场次", kind=Value.NUMBER),
        Column("income", "收入（元）", kind=Value.NUMBER),
        Column("expense", "支出（元）", kind=Value.NUMBER),
        Column("mend_by", "整改期限", kind=Value.DAY),
    ),
)
