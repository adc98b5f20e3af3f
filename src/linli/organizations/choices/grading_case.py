"""The grading of one organization: self-assessment, check, evaluation, ballot, public notice, appeal, result."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.registers.declare import Column
from linli.core.registers.declare import Kind as Value
from linli.core.workflow import OWNER, SYSTEM, Duty, Process, Stage, Step
from linli.organizations.choices.grading import LAW, SchemeName


class GradingState(TextChoices):
    """Where the grading of an organization stands."""

    DRAFT = "draft", _("自评中")
    OPINION = "opinion", _("社区出意见")
    CHECK = "check", _("审核资格和材料")
    MEND = "mend", _("退回补正")
    EVALUATION = "evaluation", _("评审打分")
    BALLOT = "ballot", _("委员会表决")
    NOTICE = "notice", _("公示")
    REVIEW = "review", _("复核")
    CONCLUDED = "concluded", _("结论生效")
    REFUSED = "refused", _("不予评定")
    WITHDRAWN = "withdrawn", _("已撤回")


S = GradingState
# From the ballot on the sheets are open to the boards and the officers; never before.
SHEETS_OPEN = (S.BALLOT, S.NOTICE, S.REVIEW, S.CONCLUDED)
COUNTED = (S.NOTICE, S.REVIEW, S.CONCLUDED)

APPLY = Step(
    "organizations.apply_grading",
    {S.DRAFT},
    S.CHECK,
    _("提交申请"),
    done=_("提交评估申请"),
    tone="primary",
)
APPLY_STARS = Step(
    "organizations.apply_stars",
    {S.DRAFT},
    S.OPINION,
    _("提交申请"),
    done=_("提交星级评定申请"),
    tone="primary",
)
REAPPLY = Step(
    "organizations.reapply_grading",
    {S.MEND},
    S.CHECK,
    _("补正后再次提交"),
    done=_("补正后再次提交"),
    tone="primary",
)
GIVE_OPINION = Step(
    "organizations.give_grading_opinion",
    {S.OPINION},
    S.CHECK,
    _("出意见"),
    done=_("社区出意见"),
    reason="must",
    tone="primary",
    hint=_("写实际看到的：活动办得怎么样，居民怎么说。意见供评审参考，不决定星级。"),
)
RETURN = Step(
    "organizations.return_grading",
    {S.CHECK},
    S.MEND,
    _("退回补正"),
    done=_("退回补正"),
    reason="must",
    hint=_("写清缺什么、怎么补，一次说完。"),
    told=_("{title}：请补正后再提交"),
)
REFUSE = Step(
    "organizations.refuse_grading",
    {S.CHECK, S.EVALUATION, S.BALLOT},
    S.REFUSED,
    _("不予评定"),
    done=_("不予评定"),
    reason="must",
    tone="danger",
    hint=_("写明事实和依据的条款。"),
    told=_("{title}：不予评定"),
)
DRAW = Step(
    "organizations.draw_evaluators",
    {S.CHECK},
    S.EVALUATION,
    _("材料齐全，抽取评审"),
    done=_("受理，随机抽取评审"),
    reason="may",
    tone="primary",
    basis=_("评审由机器从评审库随机抽取，种子留在记录里；有利害关系的抽不到"),
    told=_("{title}：已受理，正在评审"),
)
REPLACE = Step(
    "organizations.replace_evaluator",
    {S.EVALUATION},
    None,
    _("换一名评审"),
    done=_("换一名评审"),
    reason="must",
    hint=_("写明为什么换，例如超期没有填、后来发现有利害关系。换上的由同一个种子接着抽。"),
    quiet=True,
)
TO_BALLOT = Step(
    "organizations.lay_before_commission",
    {S.EVALUATION},
    S.BALLOT,
    _("评分齐了，提交表决"),
    done=_("评分齐了，提交委员会表决"),
    tone="primary",
    hint=_("平均分对照分数线得出拟定等级，委员会逐人记名表决。"),
)
VOTE = Step(
    "organizations.vote_grading",
    {S.BALLOT},
    None,
    _("记名表决"),
    done=_("委员投了票"),
    tone="primary",
    basis=_("记名表决；到会三分之二以上、全体委员过半数同意才通过"),
    quiet=True,
    unnamed=_("一名评估委员"),
)
COUNT = Step(
    "organizations.count_grading",
    {S.BALLOT},
    S.NOTICE,
    _("计票，公示结果"),
    done=_("计票并公示"),
    reason="may",
    tone="primary",
    told=_("{title}：表决结果正在公示"),
)
CONFIRM = Step(
    "organizations.confirm_grading",
    {S.NOTICE},
    S.CONCLUDED,
    _("公示期满，结论生效"),
    done=_("公示期满，结论生效"),
    told=_("{title}：结论已经生效"),
)
APPEAL = Step(
    "organizations.appeal_grading",
    {S.NOTICE},
    S.REVIEW,
    _("申请复核"),
    done=_("组织申请复核"),
    reason="must",
    basis=LAW,
    hint=_("写明哪一项不服、为什么。复核委员会在 15 天以内答复，只能申请一次。"),
)
OBJECT = Step(
    "organizations.object_grading",
    {S.NOTICE},
    S.REVIEW,
    _("有人提出异议，提交复核"),
    done=_("有人提出异议，提交复核"),
    reason="must",
    hint=_("写明异议的内容，不写提出人的姓名。"),
    told=_("{title}：公示期里有人提出异议，提交复核"),
)
VOTE_REVIEW = Step(
    "organizations.vote_review",
    {S.REVIEW},
    None,
    _("复核表决"),
    done=_("复核委员投了票"),
    tone="primary",
    basis=_("同意就是维持原来的结论；全体复核委员过半数不同意，原结论撤销，重新表决"),
    quiet=True,
    unnamed=_("一名复核委员"),
)
UPHOLD = Step(
    "organizations.uphold_grading",
    {S.REVIEW},
    S.CONCLUDED,
    _("维持结论"),
    done=_("复核维持结论，结论生效"),
    reason="must",
    tone="primary",
    told=_("{title}：复核维持原来的结论"),
)
OVERTURN = Step(
    "organizations.overturn_grading",
    {S.REVIEW},
    S.BALLOT,
    _("撤销结论，重新表决"),
    done=_("复核撤销结论，重新表决"),
    reason="must",
    told=_("{title}：复核撤销原来的结论，重新表决"),
)
WITHDRAW = Step(
    "organizations.withdraw_grading",
    {S.DRAFT, S.OPINION, S.CHECK, S.MEND},
    S.WITHDRAWN,
    _("撤回"),
    done=_("撤回申请"),
    reason="may",
    tone="quiet",
)

GRADING = Process(
    slug="grading",
    model_label="organizations.Grading",
    label="组织评估",
    steps=(
        APPLY,
        APPLY_STARS,
        REAPPLY,
        GIVE_OPINION,
        RETURN,
        REFUSE,
        DRAW,
        REPLACE,
        TO_BALLOT,
        VOTE,
        COUNT,
        CONFIRM,
        APPEAL,
        OBJECT,
        VOTE_REVIEW,
        UPHOLD,
        OVERTURN,
        WITHDRAW,
    ),
    duties=(
        Duty(S.DRAFT, OWNER),
        Duty(
            S.OPINION,
            Role.COMMUNITY_WORKER,
            "grading.opinion_days",
            stands_in=Role.COMMUNITY_HEAD,
            raised_to=Role.STREET_HEAD,
        ),
        Duty(
            S.CHECK,
            Role.DISTRICT_OFFICER,
            "grading.check_days",
            raised_to=Role.DISTRICT_HEAD,
            named_by="officer_role",
        ),
        Duty(S.MEND, OWNER, "grading.mend_days", raised_to=Role.DISTRICT_OFFICER),
        Duty(
            S.EVALUATION,
            Role.DISTRICT_OFFICER,
            "grading.sheet_days",
            raised_to=Role.DISTRICT_HEAD,
            named_by="officer_role",
        ),
        Duty(
            S.BALLOT,
            Role.DISTRICT_OFFICER,
            "grading.ballot_days",
            raised_to=Role.DISTRICT_HEAD,
            named_by="officer_role",
        ),
        Duty(S.NOTICE, SYSTEM, "grading.notice_days", then=CONFIRM.name),
        Duty(
            S.REVIEW,
            Role.DISTRICT_OFFICER,
            until="answer_by",
            raised_to=Role.DISTRICT_HEAD,
            named_by="officer_role",
        ),
    ),
    stages=(
        Stage("自评", (S.DRAFT, S.MEND)),
        Stage("审核", (S.CHECK, S.OPINION)),
        Stage("评审", (S.EVALUATION,)),
        Stage("表决", (S.BALLOT,)),
        Stage("公示", (S.NOTICE, S.REVIEW)),
        Stage("生效", (S.CONCLUDED,)),
    ),
    start=S.DRAFT,
    ends={S.CONCLUDED, S.REFUSED, S.WITHDRAWN},
    facts_template="organizations/grading/_grading_facts.html",
    unit="家",
    content="自评和评审",
    owner_label="组织负责人",
    columns=(
        Column("number", "编号", kind=Value.CODE),
        Column("organization", "社会组织", "organization__name"),
        Column("scheme", "评什么", show=dict(SchemeName.choices).get, kind=Value.CHOICE),
        Column("year", "年度", "round__year", kind=Value.NUMBER),
        Column("state", "状态", show=dict(GradingState.choices).get, kind=Value.CHOICE),
        Column("street", "街道", "organization__area__parent__name"),
        Column("mean", "评审平均分（百分之一分）", kind=Value.NUMBER),
        Column("level", "等级或星级", kind=Value.NUMBER),
    ),
)
