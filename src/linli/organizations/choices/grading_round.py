"""A round of grading: drawn up with its score sheet and its two boards, opened for a year, closed and finished."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.registers.declare import Column
from linli.core.registers.declare import Kind as Value
from linli.core.workflow import OWNER, SYSTEM, Duty, Process, Stage, Step
from linli.organizations.choices.grading import SchemeName


class RoundState(TextChoices):
    """Where a round stands."""

    DRAFT = "draft", _("拟方案")
    OPEN = "open", _("接受申请")
    UNDERWAY = "underway", _("评审中")
    DONE = "done", _("已结束")
    DROPPED = "dropped", _("已撤回")


R = RoundState

OPEN_ROUND = Step(
    "organizations.open_round",
    {R.DRAFT},
    R.OPEN,
    _("公布方案，接受申请"),
    done=_("公布方案，开始接受申请"),
    tone="primary",
    hint=_("公布以后，评分表、分数线和两个委员会的名单不再改。"),
)
CLOSE_ROUND = Step(
    "organizations.close_round",
    {R.OPEN},
    R.UNDERWAY,
    _("截止申请"),
    done=_("截止申请"),
    quiet=True,
)
FINISH_ROUND = Step(
    "organizations.finish_round",
    {R.UNDERWAY},
    R.DONE,
    _("结束这一轮"),
    done=_("结束这一轮"),
    reason="may",
    tone="primary",
    hint=_("每一家都有了结论才能结束。"),
)
DROP_ROUND = Step(
    "organizations.drop_round",
    {R.DRAFT},
    R.DROPPED,
    _("撤回方案"),
    done=_("撤回方案"),
    reason="may",
    tone="quiet",
)

ROUND = Process(
    slug="gradinground",
    model_label="organizations.GradingRound",
    label="评估轮次",
    steps=(OPEN_ROUND, CLOSE_ROUND, FINISH_ROUND, DROP_ROUND),
    duties=(
        Duty(R.DRAFT, OWNER),
        Duty(R.OPEN, SYSTEM, until="apply_until", then=CLOSE_ROUND.name),
        Duty(R.UNDERWAY, Role.DISTRICT_OFFICER, named_by="officer_role"),
    ),
    stages=(
        Stage("拟方案", (R.DRAFT,)),
        Stage("接受申请", (R.OPEN,)),
        Stage("评审", (R.UNDERWAY,)),
        Stage("结束", (R.DONE,)),
    ),
    start=R.DRAFT,
    ends={R.DONE, R.DROPPED},
    parameters=("grading.evaluators", "grading.party_weight"),
    facts_template="organizations/grading/_round_facts.html",
    unit="轮",
    content="方案",
    owner_label="拟方案的人",
    columns=(
        Column("number", "编号", kind=Value.CODE),
        Column("scheme", "评什么", show=dict(SchemeName.choices).get, kind=Value.CHOICE),
        Column("area", "范围", "area__name"),
        Column("year", "年度", kind=Value.NUMBER),
        Column("state", "状态", show=dict(RoundState.choices).get, kind=Value.CHOICE),
        Column("apply_until", "申请截止", kind=Value.DAY),
        Column("members", "评估委员会人数", kind=Value.NUMBER),
    ),
)
