"""The sheet of one evaluator about one organization: filled in alone, or handed back for an interest."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.workflow import OWNER, SYSTEM, Duty, Process, Stage, Step


class SheetState(TextChoices):
    """Where a sheet stands."""

    DRAWN = "drawn", _("待打分")
    SENT = "sent", _("已打分")
    TAKEN = "taken", _("已采用")
    RECUSED = "recused", _("已回避")
    VOID = "void", _("已换人")


T = SheetState

SEND_SHEET = Step(
    "organizations.send_sheet",
    {T.DRAWN},
    T.SENT,
    _("提交评分"),
    done=_("提交评分"),
    tone="primary",
)
RECUSE = Step(
    "organizations.recuse_evaluator",
    {T.DRAWN},
    T.RECUSED,
    _("我要回避"),
    done=_("评审申请回避"),
    reason="must",
    hint=_("现在或者两年以内在这家组织任职、和负责人有亲属关系等，都要回避。机器会接着抽下一名。"),
    tone="quiet",
)
VOID_SHEET = Step(
    "organizations.void_sheet",
    {T.DRAWN, T.SENT},
    T.VOID,
    _("作废"),
    done=_("换了评审，这份评分作废"),
    told=_("{title}：已经换了评审，这份不用再填"),
)

TAKE_SHEET = Step(
    "organizations.take_sheet",
    {T.SENT},
    T.TAKEN,
    _("采用"),
    done=_("评分齐了，采用这份评分"),
    quiet=True,
)

SHEET = Process(
    slug="gradingsheet",
    model_label="organizations.GradingSheet",
    label="评审评分",
    steps=(SEND_SHEET, RECUSE, VOID_SHEET, TAKE_SHEET),
    duties=(
        Duty(T.DRAWN, OWNER, "grading.sheet_days", raised_to=Role.DISTRICT_OFFICER),
        Duty(T.SENT, SYSTEM, then=TAKE_SHEET.name),  # when the others are in, too; no clock runs
    ),
    stages=(Stage("打分", (T.DRAWN,)), Stage("等别的评审", (T.SENT,)), Stage("采用", (T.TAKEN,))),
    start=T.DRAWN,
    ends={T.TAKEN, T.RECUSED, T.VOID},
    facts_template="organizations/grading/_sheet_facts.html",
    unit="份",
    content="组织的自评和我的评分",
    owner_label="评审",
)
