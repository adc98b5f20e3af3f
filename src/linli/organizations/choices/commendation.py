"""Lists of commendation by year: proposed from the ranking, decided by another person, frozen and published.

They are about organizations alone, never about persons. What was commended counts in the ranking of the years after.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.parameters import Parameter, declare
from linli.core.workflow import OWNER, Duty, Process, Stage, Step

COMMENDATION_READERS = (
    Role.STREET_OFFICER,
    Role.STREET_HEAD,
    Role.DISTRICT_OFFICER,
    Role.DISTRICT_HEAD,
    Role.AUDITOR,
)


class CommendationState(TextChoices):
    """Where a list stands."""

    DRAFT = "draft", _("拟名单")
    DECISION = "decision", _("待决定")
    PUBLISHED = "published", _("已公布")
    REFUSED = "refused", _("不表彰")
    WITHDRAWN = "withdrawn", _("已撤回")


S = CommendationState

STRIKE = Step(
    "organizations.strike_commended",
    {S.DRAFT, S.DECISION},
    None,
    _("划去一家"),
    done=_("从名单里划去"),
    reason="must",
    hint=_("写明为什么不提。名单只能从排位里来：可以划去，不能添上。"),
)
PROPOSE = Step(
    "organizations.propose_commendation",
    {S.DRAFT},
    S.DECISION,
    _("报请决定"),
    done=_("报请决定表彰名单"),
    reason="may",
    tone="primary",
)
RETURN = Step(
    "organizations.return_commendation",
    {S.DECISION},
    S.DRAFT,
    _("退回重拟"),
    done=_("退回重拟"),
    reason="must",
    told=_("{title}：退回重拟"),
)
PUBLISH = Step(
    "organizations.publish_commendation",
    {S.DECISION},
    S.PUBLISHED,
    _("决定表彰，公布名单"),
    done=_("决定表彰，名单定下不再改"),
    reason="may",
    tone="primary",
    hint=_("公布以后名单和当时的分数不再改动。"),
    told=_("{title}：已公布"),
)
REFUSE = Step(
    "organizations.refuse_commendation",
    {S.DECISION},
    S.REFUSED,
    _("决定不表彰"),
    done=_("决定这一年不表彰"),
    reason="must",
    told=_("{title}：决定不表彰"),
)
WITHDRAW = Step(
    "organizations.withdraw_commendation",
    {S.DRAFT},
    S.WITHDRAWN,
    _("撤回"),
    done=_("撤回拟名单"),
    reason="may",
    tone="quiet",
)

declare(
    Parameter("ranking.decide_days", int, 10, "个工作日", "表彰名单：决定的时限", "本系统所定", 3, 40),
)

COMMENDATION = Process(
    slug="commendation",
    model_label="organizations.Commendation",
    label="表彰名单",
    steps=(STRIKE, PROPOSE, RETURN, PUBLISH, REFUSE, WITHDRAW),
    duties=(
        Duty(S.DRAFT, OWNER),
        Duty(
            S.DECISION,
            Role.DISTRICT_HEAD,
            "ranking.decide_days",
            stands_in=Role.DISTRICT_OFFICER,
            raised_to=Role.DISTRICT_HEAD,
        ),
    ),
    stages=(
        Stage("拟名单", (S.DRAFT,)),
        Stage("决定", (S.DECISION,)),
        Stage("公布", (S.PUBLISHED,)),
    ),
    start=S.DRAFT,
    ends={S.PUBLISHED, S.REFUSED, S.WITHDRAWN},
    facts_template="organizations/ranking/_commendation_facts.html",
    content="拟表彰的组织",
    owner_label="拟名单的人",
    view="organizations.view_commendations",
)
