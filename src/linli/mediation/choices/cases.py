"""A mediation case as a loop: from an application to an agreement that is kept, and to the archive.

Source: rulebook §9; 人民调解法; 司法部令75号第三十三条 （one month）. Mediation costs the parties nothing and is
closed: what is said in a case is read by its mediators, the head of the committee and the parties.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.parameters import Parameter, declare
from linli.core.registers.declare import Column
from linli.core.registers.declare import Kind as Value
from linli.core.workflow import OWNER, Duty, Process, Stage, Step
from linli.mediation.choices.states import (
    AGREED,
    BEFORE_AGREEMENT,
    RUNNING,
    TALKING,
    WITH_MEDIATORS,
    CaseState,
    Dispute,
    Outcome,
    Source,
)

S = CaseState
VIEW = "mediation.view_cases"

_VOLUNTARY = _("人民调解法第三条、第十七条：在自愿、平等的基础上调解；一方明确拒绝的，不得调解")
_CLOCK = _("司法部令75号第三十三条：一般在一个月内调结；双方都同意的可以延期")
_EFFECT = _("人民调解法第二十八条至第三十条：书面协议双方签字、调解员签字、调委会盖章后生效；口头协议达成时生效")

SUBMIT = Step("mediation.submit_case", {S.DRAFT}, S.REGISTERED, _("提交调解申请"), tone="primary")
DROP = Step("mediation.drop_case", {S.DRAFT}, S.DROPPED, _("不提交了"), tone="quiet")
ASK_CONSENT = Step(
    "mediation.ask_consent",
    {S.REGISTERED},
    S.CONSENT,
    _("征求双方意见"),
    done=_("调委会征求双方意见"),
    basis=_VOLUNTARY,
    tone="primary",
    told=_("{title}：请表示是否同意调解"),
)
DECLINE = Step(
    "mediation.decline_case",
    {S.REGISTERED},
    S.DECLINED,
    _("不予受理"),
    done=_("调委会不予受理"),
    reason="must",
    basis=_("不属于民间纠纷、已经起诉或者须由专门机关处理的，不受理；{days} 个工作日内答复"),
    tone="danger",
    hint=_("写明为什么、可以到哪里办。申请人会看到全文。"),
    told=_("{title}：没有受理，请看理由和去处"),
)
CONSENT = Step(
    "mediation.give_consent",
    {S.CONSENT},
    None,
    _("我同意调解"),
    done=_("当事人同意调解"),
    basis=_VOLUNTARY,
    tone="primary",
    quiet=True,
)
RECORD_CONSENT = Step(
    "mediation.record_consent",
    {S.CONSENT},
    None,
    _("记下一方同意"),
    done=_("代为记下一方同意"),
    basis=_VOLUNTARY,
    told=_("{title}：记下了一方同意调解"),
)
ACCEPT = Step(
    "mediation.accept_case",
    {S.CONSENT},
    S.ACCEPTED,
    _("受理并指派调解员"),
    done=_("调委会受理"),
    basis=_("人民调解法第十九条：调委会可以指定，当事人也可以选择调解员"),
    tone="primary",
    told=_("{title}：已受理，调解员会联系你"),
)
REASSIGN = Step(
    "mediation.reassign_case",
    set(WITH_MEDIATORS),
    None,
    _("换调解员"),
    done=_("换了调解员"),
    reason="must",
    hint=_("当事人要求回避、调解员离任等，写明原因。"),
    told=_("{title}：换了调解员"),
)
START = Step(
    "mediation.start_case", {S.ACCEPTED}, S.MEDIATING, _("开始调解"), basis=_CLOCK, tone="primary", quiet=True
)
NOTE_SESSION = Step(
    "mediation.note_session",
    set(TALKING),
    None,
    _("记一次调解"),
    done=_("调解了一次"),
    basis=_("人民调解法第二十七条：记录调解情况，立卷归档。记录不公开"),
    tone="primary",
    quiet=True,
)
EXTEND = Step(
    "mediation.extend_case",
    {S.MEDIATING},
    S.EXTENDED,
    _("双方同意延期"),
    done=_("双方同意，延期调解"),
    basis=_CLOCK,
    told=_("{title}：双方同意，延期调解"),
)
REACH_ORAL = Step(
    "mediation.reach_oral",
    set(TALKING),
    S.PERFORMING,
    _("达成口头协议"),
    basis=_EFFECT,
    told=_("{title}：达成口头协议，已经生效"),
)
REACH_WRITTEN = Step(
    "mediation.reach_written",
    set(TALKING),
    S.SIGNING,
    _("达成书面协议"),
    done=_("达成书面协议，待签字盖章"),
    basis=_EFFECT,
    tone="primary",
    told=_("{title}：达成协议，请到调解室签字"),
)
SIGN = Step(
    "mediation.sign_side",
    {S.SIGNING},
    None,
    _("记下一方签字"),
    done=_("一方当面签字"),
    basis=_EFFECT,
    tone="primary",
    told=_("{title}：记下了一方签字"),
)
CONFIRM_SIGNING = Step(
    "mediation.confirm_signing",
    {S.SIGNING},
    None,
    _("确认是我签的"),
    done=_("当事人确认签字属实"),
    tone="primary",
    quiet=True,
)
COUNTERSIGN = Step("mediation.countersign", {S.SIGNING}, None, _("调解员签字"), basis=_EFFECT, quiet=True)
SEAL = Step(
    "mediation.seal_agreement",
    {S.SIGNING},
    S.PERFORMING,
    _("盖章生效"),
    done=_("调委会盖章，协议生效"),
    basis=_EFFECT,
    tone="primary",
    told=_("{title}：协议已经生效"),
)
FAIL = Step(
    "mediation.fail_case",
    {*TALKING, S.SIGNING},
    S.FAILED,
    _("调解不成"),
    done=_("调解不成，告知其他途径"),
    reason="must",
    basis=_("人民调解法第二十六条：调解不成的，告知当事人可以依法仲裁、申请行政裁决或者起诉"),
    tone="danger",
    hint=_("写明没有谈拢的是什么。只有双方、调解员和主任看得到。"),
    told=_("{title}：没有达成协议。可以依法申请仲裁、行政裁决，或者向法院起诉"),
)
REFUSE = Step(
    "mediation.refuse_mediation",
    set(BEFORE_AGREEMENT),
    S.REFUSED,
    _("我不同意调解"),
    done=_("一方明确拒绝，停止调解"),
    reason="may",
    basis=_VOLUNTARY,
    tone="quiet",
    told=_("{title}：一方不同意，调解停止。可以依法仲裁或者起诉"),
)
RECORD_REFUSAL = Step(
    "mediation.record_refusal",
    set(BEFORE_AGREEMENT),
    S.REFUSED,
    _("记下一方不同意"),
    done=_("一方明确拒绝，停止调解"),
    reason="may",
    basis=_VOLUNTARY,
    tone="quiet",
    told=_("{title}：一方不同意，调解停止。可以依法仲裁或者起诉"),
)
WITHDRAW = Step(
    "mediation.withdraw_case",
    {S.REGISTERED, *BEFORE_AGREEMENT},
    S.WITHDRAWN,
    _("撤回申请"),
    done=_("申请人撤回"),
    reason="may",
    tone="quiet",
    told=_("{title}：已撤回"),
)
FULFIL = Step(
    "mediation.fulfil_agreement",
    {S.PERFORMING, S.BREACHED},
    S.PERFORMED,
    _("已经履行"),
    done=_("协议已经履行"),
    tone="primary",
    told=_("{title}：协议已经履行"),
)
BREACH = Step(
    "mediation.breach_agreement",
    {S.PERFORMING},
    S.BREACHED,
    _("没有履行"),
    done=_("协议没有履行"),
    reason="must",
    basis=_("人民调解法第三十一条：当事人应当按约定履行，调委会督促履行"),
    hint=_("写明哪一条没有做到、督促过几次。"),
    told=_("{title}：协议没有履行。可以就协议向法院起诉"),
)
FOLLOW_UP = Step(
    "mediation.follow_up",
    {S.PERFORMED, S.BREACHED},
    S.FOLLOWED,
    _("记下回访"),
    done=_("回访过"),
    reason="must",
    hint=_("双方怎么说、有没有反复。"),
    tone="primary",
    quiet=True,
)
ARCHIVE = Step(
    "mediation.archive_case",
    {S.FOLLOWED, S.FAILED, S.REFUSED, S.WITHDRAWN},
    S.ARCHIVED,
    _("归档"),
    done=_("立卷归档"),
    basis=_("人民调解法第二十七条：调解工作档案，包括调解登记、调解工作记录、调解协议书等"),
    tone="primary",
    told=_("{title}：已归档"),
)
APPLY_CONFIRMATION = Step(
    "mediation.apply_confirmation",
    set(AGREED),
    None,
    _("记下共同申请司法确认"),
    done=_("双方共同申请司法确认"),
    basis=_("人民调解法第三十三条：双方自协议生效之日起三十日内共同申请"),
    told=_("{title}：双方共同申请了司法确认"),
)
NOTE_RULING = Step(
    "mediation.note_ruling",
    set(AGREED),
    None,
    _("记下法院裁定"),
    done=_("法院作出裁定"),
    told=_("{title}：法院对司法确认作出了裁定"),
)
FLAG_DANGER = Step(
    "mediation.flag_danger",
    set(RUNNING),
    None,
    _("有激化危险"),
    done=_("标记有激化危险，告知主任"),
    reason="must",
    basis=_("人民调解法第二十五条：可能激化的，采取预防措施；可能引起治安、刑事案件的，及时向公安机关报告"),
    tone="danger",
    hint=_("写明看到什么、采取了什么措施。当事人看不到这一条。"),
    quiet=True,
    inward=True,
)
CLEAR_DANGER = Step(
    "mediation.clear_danger",
    set(RUNNING),
    None,
    _("危险已经解除"),
    done=_("激化危险解除"),
    reason="must",
    quiet=True,
    inward=True,
)

declare(
    Parameter("med.answer_days", int, 3, "个工作日", "调解：登记以后答复的时限", "本系统所定", 1, 10),
    Parameter("med.consent_days", int, 5, "个工作日", "调解：征求双方意见的时限", "本系统所定", 1, 15),
    Parameter(
        "med.limit_days",
        int,
        30,
        "天",
        "调解：受理后多少天内调结",
        "司法部令75号第三十三条 [V]：一般一个月",
        7,
        31,
    ),
    Parameter(
        "med.extension_days",
        int,
        30,
        "天",
        "调解：双方同意时最多延期多少天",
        "深圳的做法 [V]：双方同意可以延期；天数为本系统所定",
        1,
        90,
    ),
    Parameter("med.sign_days", int, 5, "个工作日", "调解：签字盖章的时限", "本系统所定", 1, 15),
    Parameter("med.follow_days", int, 10, "个工作日", "调解：履行以后回访的时限", "本系统所定", 1, 60),
    Parameter("med.archive_days", int, 10, "个工作日", "调解：归档的时限", "本系统所定", 1, 60),
)


def _by_mediator(state: str, within: str | None = None, until: str = "") -> Duty:
    return Duty(state, Role.MEDIATOR, within, until=until, held_by="lead_user", raised_named="head_role")


def _by_head(state: str, within: str) -> Duty:
    return Duty(state, Role.MEDIATION_HEAD, within, named_by="head_role")


MEDIATION = Process(
    slug="mediation",
    model_label="mediation.MediationCase",
    label="人民调解",
    steps=(
        SUBMIT,
        DROP,
        ASK_CONSENT,
        DECLINE,
        CONSENT,
        RECORD_CONSENT,
        ACCEPT,
        START,
        NOTE_SESSION,
        REACH_WRITTEN,
        REACH_ORAL,
        EXTEND,
        SIGN,
        COUNTERSIGN,
        CONFIRM_SIGNING,
        SEAL,
        FULFIL,
        BREACH,
        FOLLOW_UP,
        ARCHIVE,
        APPLY_CONFIRMATION,
        NOTE_RULING,
        FAIL,
        REASSIGN,
        FLAG_DANGER,
        CLEAR_DANGER,
        RECORD_REFUSAL,
        REFUSE,
        WITHDRAW,
    ),
    duties=(
        Duty(S.DRAFT, OWNER),
        _by_head(S.REGISTERED, "med.answer_days"),
        _by_head(S.CONSENT, "med.consent_days"),
        _by_mediator(S.ACCEPTED, until="due_on"),
        _by_mediator(S.MEDIATING, until="due_on"),
        _by_mediator(S.EXTENDED, until="due_on"),
        _by_mediator(S.SIGNING, "med.sign_days"),
        _by_mediator(S.PERFORMING, until="perform_by"),
        _by_mediator(S.PERFORMED, "med.follow_days"),
        _by_mediator(S.BREACHED, "med.follow_days"),
        _by_head(S.FOLLOWED, "med.archive_days"),
        _by_head(S.FAILED, "med.archive_days"),
        _by_head(S.REFUSED, "med.archive_days"),
        _by_head(S.WITHDRAWN, "med.archive_days"),
    ),
    stages=(
        Stage("申请", (S.DRAFT,)),
        Stage("登记", (S.REGISTERED, S.CONSENT)),
        Stage("受理", (S.ACCEPTED,)),
        Stage("调解", (S.MEDIATING, S.EXTENDED)),
        Stage("签字盖章", (S.SIGNING,)),
        Stage("履行", (S.PERFORMING, S.BREACHED)),
        Stage("回访", (S.PERFORMED, S.FOLLOWED)),
        Stage("归档", (S.ARCHIVED,)),
    ),
    start=S.DRAFT,
    ends={S.ARCHIVED, S.DECLINED, S.DROPPED},
    parameters=("med.limit_days", "med.extension_days"),
    facts_template="mediation/_case_facts.html",
    content="纠纷和协议",
    closed=True,
    view=VIEW,
    columns=(
        Column("number", "编号", kind=Value.CODE),
        Column("state", "状态", show=dict(CaseState.choices).get, kind=Value.CHOICE),
        Column("body", "调解组织", "body__name"),
        Column("dispute", "纠纷类型", show=dict(Dispute.choices).get, kind=Value.CHOICE),
        Column("source", "来源", show=dict(Source.choices).get, kind=Value.CHOICE),
        Column("accepted_on", "受理日期", kind=Value.DAY),
        Column("due_on", "应调结", kind=Value.DAY),
        Column("outcome", "结果", show=dict(Outcome.choices).get, kind=Value.CHOICE),
        Column("settled_on", "调结日期", kind=Value.DAY),
    ),
)
