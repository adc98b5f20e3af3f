"""What a federation does at regular times （三项制度）： surveys, visits, councils, the assembly.

Source: the report of Jinping, rulebook §4: two different questionnaires every half-year, visits at each quarter's
end, the council at least twice and the assembly at least once a year. Each item carries its period, the day it is
due, the day it was done and evidence.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.parameters import Parameter, declare
from linli.core.workflow import Duty, Process, Stage, Step
from linli.organizations.choices.federation import VIEW
from linli.organizations.choices.membership import QUORUM, SHARES


class OccasionKind(TextChoices):
    """What is done at regular times, and for whom."""

    SURVEY_MEMBERS = "survey_members", _("会员问卷调查")
    SURVEY_RESIDENTS = "survey_residents", _("居民问卷调查")
    VISIT = "visit", _("上门走访")
    COUNCIL = "council", _("理事会")
    ASSEMBLY = "assembly", _("会员大会")


SURVEYS = (OccasionKind.SURVEY_MEMBERS, OccasionKind.SURVEY_RESIDENTS)
MEETINGS = (OccasionKind.COUNCIL, OccasionKind.ASSEMBLY)
ABOUT = {
    OccasionKind.SURVEY_MEMBERS: "问会员：对联合会工作的期望和意见建议。",
    OccasionKind.SURVEY_RESIDENTS: "问居民：参与活动的意向、服务需求、对社区治理的建议。",
    OccasionKind.VISIT: "走访企业、乡贤、人大代表、政协委员和部分会员，听意见建议。",
    OccasionKind.COUNCIL: "组织理事协商问卷和走访发现的问题，形成会议纪要。",
    OccasionKind.ASSEMBLY: "组织会员民主协商，审议工作报告和财务报告。",
}


class OccasionState(TextChoices):
    """Where one of them stands."""

    OPEN = "open", _("待开展")
    DONE = "done", _("已开展")
    WAIVED = "waived", _("本期免办")


ASSEMBLY_QUORUM = "federation.assembly_quorum"
_RHYTHM = (("1", "每年一次"), ("2", "每半年一次"), ("4", "每季度一次"), ("12", "每月一次"))
_JINPING = "金平区“三项制度”"
RHYTHM = {
    OccasionKind.SURVEY_MEMBERS: "federation.survey_rhythm",
    OccasionKind.SURVEY_RESIDENTS: "federation.survey_rhythm",
    OccasionKind.VISIT: "federation.visit_rhythm",
    OccasionKind.COUNCIL: "federation.council_rhythm",
    OccasionKind.ASSEMBLY: "federation.assembly_rhythm",
}
declare(
    Parameter("federation.survey_rhythm", str, "2", "", "三项制度：定期调查", _JINPING + "：每半年", options=_RHYTHM),
    Parameter(
        "federation.visit_rhythm", str, "4", "", "三项制度：上门走访", _JINPING + "：每季度末", options=_RHYTHM
    ),
    Parameter(
        "federation.council_rhythm",
        str,
        "2",
        "",
        "三项制度：理事会",
        _JINPING + "：一年至少两次",
        options=_RHYTHM,
    ),
    Parameter(
        "federation.assembly_rhythm",
        str,
        "1",
        "",
        "三项制度：会员大会",
        _JINPING + "：一年至少一次",
        options=_RHYTHM,
    ),
    Parameter(
        ASSEMBLY_QUORUM,
        str,
        "2/3",
        "",
        "会员大会：到会人数的下限",
        "社会团体章程示范文本：会员大会须有三分之二以上会员出席 [M]",
        options=SHARES,
    ),
)

S = OccasionState
HOLD_OCCASION = Step(
    "organizations.hold_occasion", {S.OPEN}, S.DONE, _("记下已开展"), done=_("已开展"), tone="primary"
)
WAIVE_OCCASION = Step(
    "organizations.waive_occasion",
    {S.OPEN},
    S.WAIVED,
    _("本期免办，说明理由"),
    done=_("街道同意本期免办"),
    reason="must",
    tone="quiet",
    hint=_("例如：联合会本季度换届，由下一期补办。免办的不计入执行率。"),
)
OCCASION = Process(
    slug="occasion",
    model_label="organizations.Occasion",
    label="三项制度",
    steps=(HOLD_OCCASION, WAIVE_OCCASION),
    duties=(Duty(S.OPEN, Role.FEDERATION_SECRETARY, until="due_on", raised_to=Role.STREET_OFFICER),),
    stages=(Stage("待开展", (S.OPEN,)), Stage("已开展", (S.DONE,))),
    start=S.OPEN,
    ends={S.DONE, S.WAIVED},
    parameters=(QUORUM, ASSEMBLY_QUORUM),
    facts_template="organizations/federation/_occasion_facts.html",
    unit="项",
    content="这一期",
    owner_label="填写人",
    view=VIEW,
)
