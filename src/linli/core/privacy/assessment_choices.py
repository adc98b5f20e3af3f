"""When an impact assessment is due, what it says, and its loop (PIPL 55-56).

Source: 个人信息保护法 articles 55 and 56 as the rulebook quotes them in §11.2 [V]: assess before sensitive data,
automated decisions, giving away or publishing; keep the report three years. How long a report holds and by when a
missing one is written is ours: the law only says 事前 (before).
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.core.parameters import Parameter, declare
from linli.core.privacy.choices import DISTRICT_HEAD, DISTRICT_OFFICER
from linli.core.workflow.declare import SYSTEM, Duty, Process, Stage, Step


class Risk(TextChoices):
    """How heavy the effect on the persons concerned can be."""

    LOW = "low", _("低")
    MIDDLE = "middle", _("中")
    HIGH = "high", _("高")


class Conclusion(TextChoices):
    """What follows from an assessment."""

    GO = "go", _("可以处理")
    MEND = "mend", _("按要求改好以后可以处理")
    STOP = "stop", _("不可以处理，要停下")


class AssessmentState(TextChoices):
    """Where an assessment stands."""

    DRAFT = "draft", _("待评估")
    REVIEW = "review", _("待审定")
    IN_FORCE = "in_force", _("有效")
    LAPSED = "lapsed", _("已失效")
    DROPPED = "dropped", _("不再需要")


VALID_DAYS, WRITE_DAYS, REVIEW_DAYS = "assessment.valid_days", "assessment.write_days", "assessment.review_days"
LEAST_WORDS = 10  # characters of each answer

declare(
    Parameter(
        VALID_DAYS,
        int,
        240,
        "个工作日",
        "个人信息保护影响评估：多久要重新评估",
        "个人信息保护法第五十五条只说“事前” [V]；约一年为本系统所定",
        60,
        720,
    ),
    Parameter(
        WRITE_DAYS,
        int,
        10,
        "个工作日",
        "个人信息保护影响评估：缺的、失效的多久补上",
        "本系统所定；评估应当在处理之前（个人信息保护法第五十五条 [V]）",
        1,
        60,
    ),
    Parameter(REVIEW_DAYS, int, 5, "个工作日", "个人信息保护影响评估：审定的时限", "本系统所定", 1, 30),
)

S = AssessmentState

SEND = Step(
    "privacy.send_assessment",
    {S.DRAFT},
    S.REVIEW,
    _("评估完成，报科长审定"),
    done=_("完成评估，报科长审定"),
    tone="primary",
)
APPROVE = Step(
    "privacy.approve_assessment",
    {S.REVIEW},
    S.IN_FORCE,
    _("同意，评估生效"),
    done=_("审定通过，评估生效"),
    reason="may",
    tone="primary",
    hint=_("审定的人和评估的人不能是同一个。评估之后登记又改过的，系统会要求退回重评。"),
    basis=_("个人信息保护法第五十五条、第五十六条；{days} 个工作日内审定"),
)
RETURN = Step(
    "privacy.return_assessment",
    {S.REVIEW},
    S.DRAFT,
    _("退回重评"),
    done=_("退回重新评估"),
    reason="must",
    hint=_("写清哪一项没有说透、要补什么。"),
)
LAPSE = Step(
    "privacy.lapse_assessment",
    {S.IN_FORCE},
    S.LAPSED,
    _("失效，重新评估"),
    done=_("评估失效，要重新评估"),
    reason="must",
    tone="quiet",
    hint=_("出了安全事件、换了受托方等情况，可以不等到期就重新评估。"),
)
DROP = Step(
    "privacy.drop_assessment",
    {S.DRAFT, S.REVIEW, S.IN_FORCE},
    S.DROPPED,
    _("不再需要评估"),
    done=_("这项处理不再需要评估"),
    tone="quiet",
)

ASSESSMENT = Process(
    slug="assessment",
    model_label="core.Assessment",
    label="影响评估",
    steps=(SEND, APPROVE, RETURN, LAPSE, DROP),
    duties=(
        Duty(S.DRAFT, DISTRICT_OFFICER, WRITE_DAYS, raised_to=DISTRICT_HEAD),
        Duty(S.REVIEW, DISTRICT_HEAD, REVIEW_DAYS),
        Duty(S.IN_FORCE, SYSTEM, VALID_DAYS, then=LAPSE.name),
    ),
    stages=(
        Stage("评估", (S.DRAFT,)),
        Stage("审定", (S.REVIEW,)),
        Stage("有效", (S.IN_FORCE,)),
        Stage("失效", (S.LAPSED,)),
    ),
    start=S.DRAFT,
    ends={S.LAPSED, S.DROPPED},
    facts_template="core/privacy/_assessment_facts.html",
    unit="份",
    view="privacy.view_assessments",
    content="评估内容",
    owner_label="评估人",
)
