"""Organizations that have long held no activity: found by rule, heard, looked at, and decided on by people.

Source: rulebook §2.6. The machine finds and gives notice; it never ends anything. Before a filing is ended the
organization may reply to the proposal.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.parameters import Parameter, declare
from linli.core.registers.declare import Column
from linli.core.registers.declare import Kind as Value
from linli.core.workflow import SYSTEM, Duty, Process, Stage, Step


class DormancyState(TextChoices):
    """Where the matter stands."""

    FOUND = "found", _("系统发现")
    ANSWERING = "answering", _("等组织答复")
    CHECKING = "checking", _("社区核实")
    DECIDING = "deciding", _("街道处理")
    REPLYING = "replying", _("等组织申辩")
    CLOSING = "closing", _("街道决定")
    WOKEN = "woken", _("已激活")
    MERGED = "merged", _("已合并")
    ENDED = "ended", _("已注销备案")


class Ending(TextChoices):
    """What the street proposes."""

    CANCEL = "cancel", _("注销备案")
    MERGE = "merge", _("并入另一家组织")


S = DormancyState

NOTIFY = Step(
    "organizations.notify_dormant",
    {S.FOUND},
    S.ANSWERING,
    _("通知组织"),
    done=_("通知组织答复"),
    told=_("{title}：请在期限内说明情况，也可以现在就办活动"),
)
ANSWER = Step(
    "organizations.answer_dormancy",
    {S.ANSWERING},
    S.CHECKING,
    _("答复"),
    done=_("组织答复"),
    reason="must",
    tone="primary",
    hint=_("说明为什么没有活动、打算怎么办。社区会来核实。"),
)
LAPSE = Step(
    "organizations.lapse_dormancy",
    {S.ANSWERING},
    S.CHECKING,
    _("期满没有答复"),
    done=_("期满没有答复，转社区核实"),
    told=_("{title}：期满没有答复，社区会来核实"),
)
CHECK = Step(
    "organizations.check_dormancy",
    {S.CHECKING},
    S.DECIDING,
    _("报核实情况"),
    done=_("社区报核实情况"),
    reason="must",
    tone="primary",
    hint=_("找到负责人没有、人还在不在、愿不愿意继续，写清楚。"),
)
WAKE = Step(
    "organizations.wake_dormant",
    {S.CHECKING, S.DECIDING, S.CLOSING},
    S.WOKEN,
    _("激活，继续活动"),
    done=_("激活，继续活动"),
    reason="must",
    hint=_("写清怎么激活：谁来牵头、办什么活动、谁帮忙。"),
    told=_("{title}：继续活动"),
)
PROPOSE_END = Step(
    "organizations.propose_dormant_end",
    {S.DECIDING},
    S.REPLYING,
    _("拟合并或注销，听取申辩"),
    done=_("拟合并或注销，听取申辩"),
    reason="must",
    tone="danger",
    hint=_("写明事实和依据。组织会看到全文，可以申辩。"),
    told=_("{title}：街道拟合并或注销，你可以申辩"),
)
REPLY = Step(
    "organizations.reply_dormancy",
    {S.REPLYING},
    S.CLOSING,
    _("申辩"),
    done=_("组织申辩"),
    reason="must",
    tone="primary",
)
LAPSE_REPLY = Step(
    "organizations.lapse_dormant_reply",
    {S.REPLYING},
    S.CLOSING,
    _("期满没有申辩"),
    done=_("期满没有申辩，由街道决定"),
    told=_("{title}：期满没有申辩，由街道决定"),
)
MERGE = Step(
    "organizations.merge_dormant",
    {S.CLOSING},
    S.MERGED,
    _("决定合并"),
    done=_("街道决定合并"),
    reason="must",
    tone="danger",
    told=_("{title}：街道决定合并"),
)
END = Step(
    "organizations.end_dormant",
    {S.CLOSING},
    S.ENDED,
    _("决定注销备案"),
    done=_("街道决定注销备案"),
    reason="must",
    tone="danger",
    told=_("{title}：街道决定注销备案"),
)

declare(
    Parameter("org.zombie.months", int, 12, "个月", "长期没有活动：看最近多久", "rulebook §2.6、App. A [M]", 6, 36),
    Parameter("org.zombie.filed_months", int, 6, "个月", "长期没有活动：备案满多久才看", "rulebook §2.6 [M]", 3, 24),
    Parameter(
        "org.zombie.active_min", int, 2, "场", "长期没有活动：多少场算活跃", "rulebook §2.6：1 场为偏少 [M]", 2, 50
    ),
    Parameter("org.zombie.answer_days", int, 60, "天", "长期没有活动：组织答复的期限", "rulebook §2.6 [M]", 30, 180),
    Parameter("org.zombie.check_days", int, 10, "个工作日", "长期没有活动：社区核实的时限", "本系统所定", 3, 30),
    Parameter("org.zombie.decide_days", int, 15, "个工作日", "长期没有活动：街道处理的时限", "本系统所定", 3, 60),
    Parameter("org.zombie.reply_days", int, 10, "个工作日", "长期没有活动：组织申辩的期限", "本系统所定", 5, 30),
    Parameter("org.zombie.again_months", int, 6, "个月", "长期没有活动：办结后多久再看", "本系统所定", 3, 24),
)

DORMANCY = Process(
    slug="dormancy",
    model_label="organizations.Dormancy",
    label="休眠组织",
    steps=(NOTIFY, ANSWER, LAPSE, CHECK, WAKE, PROPOSE_END, REPLY, LAPSE_REPLY, MERGE, END),
    duties=(
        Duty(S.FOUND, SYSTEM, 0, then=NOTIFY.name),
        Duty(S.ANSWERING, SYSTEM, until="answer_by", then=LAPSE.name),
        Duty(
            S.CHECKING,
            Role.COMMUNITY_WORKER,
            "org.zombie.check_days",
            stands_in=Role.COMMUNITY_HEAD,
            raised_to=Role.STREET_OFFICER,
        ),
        Duty(
            S.DECIDING,
            Role.STREET_OFFICER,
            "org.zombie.decide_days",
            stands_in=Role.STREET_HEAD,
            raised_to=Role.STREET_HEAD,
        ),
        Duty(S.REPLYING, SYSTEM, "org.zombie.reply_days", then=LAPSE_REPLY.name),
        Duty(
            S.CLOSING,
            Role.STREET_OFFICER,
            "org.zombie.decide_days",
            stands_in=Role.STREET_HEAD,
            raised_to=Role.STREET_HEAD,
        ),
    ),
    stages=(
        Stage("发现", (S.FOUND,)),
        Stage("答复", (S.ANSWERING,)),
        Stage("核实", (S.CHECKING,)),
        Stage("处理", (S.DECIDING, S.REPLYING)),
        Stage("决定", (S.CLOSING,)),
        Stage("激活", (S.WOKEN,)),
    ),
    start=S.FOUND,
    ends={S.WOKEN, S.MERGED, S.ENDED},
    parameters=("org.zombie.months", "org.zombie.answer_days"),
    facts_template="organizations/_dormancy_facts.html",
    unit="家",
    content="情况",
    owner_label="组织负责人",
    columns=(
        Column("number", "编号", kind=Value.CODE),
        Column("organization", "社会组织", "organization__name"),
        Column("state", "状态", show=dict(DormancyState.choices).get, kind=Value.CHOICE),
        Column("street", "街道", "organization__area__parent__name"),
        Column("community", "社区", "organization__area__name"),
        Column("last_on", "最近一次核实的活动", kind=Value.DAY),
        Column("answer_by", "答复期限", kind=Value.DAY),
        Column("began_at", "通知", kind=Value.MOMENT),
        Column("ended_at", "办结", kind=Value.MOMENT),
    ),
)
