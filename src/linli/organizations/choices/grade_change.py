"""Taking a grade or stars down or away: told, heard, decided by another person; the plaque comes back."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.workflow import OWNER, SYSTEM, Duty, Process, Stage, Step


class ChangeKind(TextChoices):
    """What is to happen to it."""

    DOWNGRADE = "downgrade", _("降低等级")
    CANCEL = "cancel", _("取消等级")


class ChangeState(TextChoices):
    """Where the matter stands."""

    DRAFT = "draft", _("起草中")
    HEARING = "hearing", _("已告知，可以申辩")
    DECISION = "decision", _("待决定")
    PLAQUE = "plaque", _("已决定，收回证书和牌匾")
    DONE = "done", _("办结")
    SPARED = "spared", _("不作处理")
    WITHDRAWN = "withdrawn", _("已撤回")


C = ChangeState
IN_FORCE = (C.PLAQUE, C.DONE)

NOTIFY = Step(
    "organizations.notify_grade_change",
    {C.DRAFT},
    C.HEARING,
    _("告知组织"),
    done=_("告知组织，可以申辩"),
    tone="primary",
)
REPLY = Step(
    "organizations.reply_grade_change",
    {C.HEARING},
    None,
    _("申辩"),
    done=_("组织申辩"),
    reason="must",
    tone="primary",
    hint=_("写清事实，可以附上材料。决定的人会看到全文。"),
)
END_HEARING = Step(
    "organizations.end_grade_hearing",
    {C.HEARING},
    C.DECISION,
    _("申辩期满"),
    done=_("申辩期满"),
    quiet=True,
)
DECIDE = Step(
    "organizations.decide_grade_change",
    {C.DECISION},
    C.PLAQUE,
    _("决定降低或取消"),
    done=_("决定，当日生效"),
    reason="must",
    tone="danger",
    basis=_("民政部令39号：降级的两年以内、取消的三年以内不接受评估申请；15 天以内交回证书和牌匾"),
    hint=_("写明事实、条款，以及申辩为什么采纳或者不采纳。"),
)
SPARE = Step(
    "organizations.spare_grade_change",
    {C.DECISION},
    C.SPARED,
    _("不作处理"),
    done=_("不作处理"),
    reason="must",
)
RETURN_PLAQUE = Step(
    "organizations.return_plaque",
    {C.PLAQUE},
    C.DONE,
    _("证书和牌匾已收回"),
    done=_("证书和牌匾已收回"),
    reason="may",
    tone="primary",
    hint=_("没有交回的，公告作废以后在这里写明。"),
)
WITHDRAW = Step(
    "organizations.withdraw_grade_change",
    {C.DRAFT, C.HEARING},
    C.WITHDRAWN,
    _("撤回"),
    done=_("撤回"),
    reason="may",
    tone="quiet",
)

CHANGE = Process(
    slug="gradechange",
    model_label="organizations.GradeChange",
    label="降低或取消等级",
    steps=(NOTIFY, REPLY, END_HEARING, DECIDE, SPARE, RETURN_PLAQUE, WITHDRAW),
    duties=(
        Duty(C.DRAFT, OWNER),
        Duty(C.HEARING, SYSTEM, "grading.reply_days", then=END_HEARING.name),
        Duty(
            C.DECISION,
            Role.DISTRICT_HEAD,
            "grading.decide_days",
            raised_to=Role.DISTRICT_HEAD,
            named_by="head_role",
        ),
        Duty(
            C.PLAQUE, Role.DISTRICT_OFFICER, until="plaque_by", raised_to=Role.DISTRICT_HEAD, named_by="officer_role"
        ),
    ),
    stages=(
        Stage("起草", (C.DRAFT,)),
        Stage("告知", (C.HEARING,)),
        Stage("决定", (C.DECISION,)),
        Stage("收回牌匾", (C.PLAQUE,)),
        Stage("办结", (C.DONE,)),
    ),
    start=C.DRAFT,
    ends={C.DONE, C.SPARED, C.WITHDRAWN},
    facts_template="organizations/grading/_change_facts.html",
    content="拟作的处理",
    owner_label="提出人",
)
