"""Incubation: a young organization gets a room or a place, help, and a year to reach what registration asks for.

Source: rulebook §4 （孵化室）, §2.1 （社会团体登记管理条例第十条）; terms and numbers are parameters.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.parameters import Parameter, declare
from linli.core.registers.declare import Column
from linli.core.registers.declare import Kind as Value
from linli.core.workflow import OWNER, Duty, Process, Stage, Step


class IncubationState(TextChoices):
    """Where a stay stands."""

    DRAFT = "draft", _("填写中")
    APPLIED = "applied", _("申请审核中")
    MEND = "mend", _("退回补正")
    IN = "in", _("在孵")
    EXTENDED = "extended", _("延期在孵")
    GRADUATED = "graduated", _("已出壳")
    EXITED = "exited", _("已退出")
    REFUSED = "refused", _("不予入驻")
    WITHDRAWN = "withdrawn", _("已撤回")


class SupportKind(TextChoices):
    """What kind of help was given （rulebook §4）."""

    POLICY = "policy", _("政策指导")
    PROJECT = "project", _("项目协调")
    VENUE = "venue", _("场所设备")


S = IncubationState
STAYING = (S.IN, S.EXTENDED)

APPLY = Step(
    "organizations.apply_incubation", {S.DRAFT}, S.APPLIED, _("申请入驻"), done=_("申请入驻"), tone="primary"
)
REAPPLY = Step(
    "organizations.reapply_incubation",
    {S.MEND},
    S.APPLIED,
    _("补正后再次申请"),
    done=_("补正后再次申请"),
    tone="primary",
)
ADMIT = Step(
    "organizations.admit_incubation",
    {S.APPLIED},
    S.IN,
    _("同意入驻"),
    done=_("同意入驻"),
    reason="may",
    basis=_("孵化室管理办法：在 {days} 个工作日内答复；扶持有一定群众基础、活动内容健康的初创期组织"),
    tone="primary",
    told=_("{title}：可以入驻了"),
)
RETURN_INCUBATION = Step(
    "organizations.return_incubation",
    {S.APPLIED},
    S.MEND,
    _("退回补正"),
    done=_("退回补正"),
    reason="must",
    hint=_("写清缺什么、怎么补。"),
    told=_("{title}：请补正后再申请"),
)
REFUSE_INCUBATION = Step(
    "organizations.refuse_incubation",
    {S.APPLIED},
    S.REFUSED,
    _("不予入驻"),
    done=_("不予入驻"),
    reason="must",
    tone="danger",
    hint=_("写明理由，申请人会看到全文。"),
    told=_("{title}：没有同意入驻"),
)
SUPPORT_INCUBATION = Step(
    "organizations.support_incubation",
    {S.IN, S.EXTENDED},
    None,
    _("记一笔扶持"),
    done=_("提供扶持"),
    tone="primary",
    told=_("{title}：孵化室记了一笔扶持"),
)
MEASURE = Step(
    "organizations.measure_incubation",
    {S.IN, S.EXTENDED},
    None,
    _("更新进度"),
    done=_("更新登记条件的进度"),
)
EXTEND_INCUBATION = Step(
    "organizations.extend_incubation",
    {S.IN},
    S.EXTENDED,
    _("延期一次"),
    done=_("延长孵化期"),
    reason="must",
    hint=_("写明还差什么、打算怎么补上。只能延期一次。"),
    told=_("{title}：孵化期延长了"),
)
GRADUATE = Step(
    "organizations.graduate_incubation",
    {S.IN, S.EXTENDED},
    S.GRADUATED,
    _("达到条件，出壳"),
    done=_("达到登记条件，出壳"),
    reason="may",
    told=_("{title}：达到登记条件，出壳了"),
)
LEAVE = Step(
    "organizations.leave_incubation",
    {S.IN, S.EXTENDED},
    S.EXITED,
    _("退出孵化"),
    done=_("退出孵化"),
    reason="must",
    tone="quiet",
    told=_("{title}：退出了孵化"),
)
WITHDRAW_INCUBATION = Step(
    "organizations.withdraw_incubation",
    {S.DRAFT, S.APPLIED, S.MEND},
    S.WITHDRAWN,
    _("撤回申请"),
    done=_("申请人撤回"),
    reason="may",
    tone="quiet",
)

declare(
    Parameter("incubation.answer_days", int, 10, "个工作日", "孵化：答复入驻申请的时限", "本系统所定", 1, 30),
    Parameter("incubation.mend_days", int, 10, "个工作日", "孵化：申请人补正的时限", "本系统所定", 1, 30),
    Parameter("incubation.months", int, 12, "个月", "孵化：一期多长", "rulebook §4 [M]", 3, 36),
    Parameter("incubation.extension_months", int, 6, "个月", "孵化：延期一次多长", "本系统所定", 1, 24),
    Parameter(
        "registration.individuals", int, 50, "人", "登记条件：个人会员数", "社会团体登记管理条例第十条 [V]", 50, 1000
    ),
    Parameter(
        "registration.units", int, 30, "个", "登记条件：单位会员数", "社会团体登记管理条例第十条 [V]", 30, 1000
    ),
    Parameter(
        "registration.mixed",
        int,
        50,
        "个",
        "登记条件：个人和单位会员合计",
        "社会团体登记管理条例第十条 [V]",
        50,
        1000,
    ),
    Parameter(
        "registration.funds",
        int,
        30_000,
        "元",
        "登记条件：活动资金",
        "社会团体登记管理条例第十条 [V]：地方性社会团体 3 万元",
        30_000,
        1_000_000,
    ),
)

INCUBATION = Process(
    slug="incubation",
    model_label="organizations.Incubation",
    label="孵化",
    steps=(
        APPLY,
        REAPPLY,
        ADMIT,
        RETURN_INCUBATION,
        REFUSE_INCUBATION,
        SUPPORT_INCUBATION,
        MEASURE,
        GRADUATE,
        EXTEND_INCUBATION,
        LEAVE,
        WITHDRAW_INCUBATION,
    ),
    duties=(
        Duty(S.DRAFT, OWNER),
        Duty(
            S.APPLIED,
            Role.FEDERATION_SECRETARY,
            "incubation.answer_days",
            stands_in=Role.STREET_OFFICER,
            raised_to=Role.STREET_OFFICER,
        ),
        Duty(S.MEND, OWNER, "incubation.mend_days"),
        Duty(
            S.IN,
            Role.FEDERATION_SECRETARY,
            until="until",
            stands_in=Role.STREET_OFFICER,
            raised_to=Role.STREET_OFFICER,
        ),
        Duty(
            S.EXTENDED,
            Role.FEDERATION_SECRETARY,
            until="until",
            stands_in=Role.STREET_OFFICER,
            raised_to=Role.STREET_OFFICER,
        ),
    ),
    stages=(
        Stage("填写", (S.DRAFT,)),
        Stage("审核", (S.APPLIED, S.MEND)),
        Stage("在孵", (S.IN, S.EXTENDED)),
        Stage("出壳", (S.GRADUATED,)),
    ),
    start=S.DRAFT,
    ends={S.GRADUATED, S.EXITED, S.REFUSED, S.WITHDRAWN},
    parameters=(
        *("incubation.months", "incubation.extension_months", "registration.individuals", "registration.units"),
        *("registration.mixed", "registration.funds"),
    ),
    facts_template="organizations/_incubation_facts.html",
    unit="家",
    columns=(
        Column("number", "编号", kind=Value.CODE),
        Column("organization", "社会组织", "organization__name"),
        Column("state", "状态", show=dict(IncubationState.choices).get, kind=Value.CHOICE),
        Column("street", "街道", "organization__area__parent__name"),
        Column("community", "社区", "organization__area__name"),
        Column("incubator", "孵化室", "incubator__name"),
        Column("place", "房间或工位"),
        Column("admitted_on", "入驻日期", kind=Value.DAY),
        Column("until", "孵化期至", kind=Value.DAY),
        Column("individuals", "个人会员", kind=Value.NUMBER),
        Column("units", "单位会员", kind=Value.NUMBER),
        Column("funds", "活动资金（元）", kind=Value.NUMBER),
    ),
)
