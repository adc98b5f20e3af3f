"""Custody of funds （财务代管）: a federation keeps the accounts of small members, a sub-ledger each.

Source: the report of Jinping, rulebook §4: one sub-ledger an organization, two-person approval, monthly statement;
民办发〔2020〕36号 knows it, too （资金代管） [V]. The platform keeps the accounts and nothing else: the money lies in
the federation's own bank account, and is neither collected nor moved from here (rulebook §10).
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.parameters import Parameter, declare
from linli.core.registers.declare import Column
from linli.core.registers.declare import Kind as Value
from linli.core.workflow import OWNER, Duty, Process, Stage, Step
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.choices.membership import MemberStatus

# Who keeps the ledgers: two posts of the federation, of which one enters and the other approves.
KEEPERS = (Role.FEDERATION_SECRETARY, Role.FEDERATION_TREASURER)
CUSTODY_READERS = (
    *KEEPERS,
    Role.STREET_OFFICER,
    Role.STREET_HEAD,
    Role.DISTRICT_OFFICER,
    Role.DISTRICT_HEAD,
    Role.AUDITOR,
)
VIEW = "organizations.view_custodies"


class CustodyState(TextChoices):
    """Where an agreement of custody stands."""

    DRAFT = "draft", _("填写中")
    REVIEW = "review", _("联合会审核")
    MEND = "mend", _("退回补正")
    IN_FORCE = "in_force", _("代管中")
    ENDING = "ending", _("终止办理中")
    ENDED = "ended", _("已终止")
    REFUSED = "refused", _("不予代管")
    WITHDRAWN = "withdrawn", _("已撤回")


class EntryState(TextChoices):
    """Where an entry of a ledger stands. What is booked stays as it is, for ever."""

    DRAFT = "draft", _("填写中")
    CHECK = "check", _("待复核")
    MEND = "mend", _("退回更正")
    BOOKED = "booked", _("已入账")
    DROPPED = "dropped", _("已作废")


class EntryKind(TextChoices):
    """What an entry is. A mistake is put right by its reversal and a new entry."""

    RECEIVED = "received", _("收款")
    PAID = "paid", _("付款")
    RETURNED = "returned", _("退还")
    REVERSAL = "reversal", _("冲正")


class Fund(TextChoices):
    """Where money comes from: public money and gifts are kept apart, each with its own balance."""

    PUBLIC = "public", _("财政资金")
    DONATED = "donated", _("捐赠资金")
    OWN = "own", _("自有资金")


C, E = CustodyState, EntryState
KEPT = (C.IN_FORCE, C.ENDING)  # entries are made while it is one of these
MAY_HAVE = (MemberStatus.ACTIVE, MemberStatus.WARNED)  # members whose accounts may be kept
TYPED = (EntryKind.RECEIVED, EntryKind.PAID, EntryKind.RETURNED)
# It ends, or is over: what is left is handed over, nothing is spent any more.
NOTHING_SPENT = (
    LegalStatus.LIQUIDATING,
    LegalStatus.DEREGISTERED,
    LegalStatus.CANCELLED,
    LegalStatus.REVOKED,
    LegalStatus.BANNED,
)

declare(
    Parameter("custody.answer_days", int, 10, "个工作日", "财务代管：联合会审核申请的时限", "本系统所定", 1, 30),
    Parameter("custody.mend_days", int, 10, "个工作日", "财务代管：申请人补正的时限", "本系统所定", 1, 30),
    Parameter("custody.approve_days", int, 3, "个工作日", "财务代管：第二人复核一笔收支的时限", "本系统所定", 1, 10),
    Parameter("custody.end_days", int, 20, "个工作日", "财务代管：结清并终止的时限", "本系统所定", 3, 60),
    Parameter("custody.closing_day", int, 3, "日", "财务代管：每月几日结上月的账，出对账单", "本系统所定", 1, 15),
)

_BASIS = _("财务代管协议：一人录入，另一人复核；{days} 个工作日内办")

APPLY = Step("organizations.apply_custody", {C.DRAFT}, C.REVIEW, _("申请代管"), done=_("申请代管"), tone="primary")
REAPPLY = Step(
    "organizations.reapply_custody",
    {C.MEND},
    C.REVIEW,
    _("补正后再次申请"),
    done=_("补正后再次申请"),
    tone="primary",
)
SIGN = Step(
    "organizations.sign_custody",
    {C.REVIEW},
    C.IN_FORCE,
    _("同意，开立分账"),
    done=_("联合会同意代管，开立分账"),
    reason="may",
    tone="primary",
    basis=_("民办发〔2020〕36号：可以为规模较小的社区社会组织提供资金代管；{days} 个工作日内答复"),
    told=_("{title}：联合会同意了，分账已开立"),
)
RETURN_CUSTODY = Step(
    "organizations.return_custody",
    {C.REVIEW},
    C.MEND,
    _("退回补正"),
    done=_("退回补正"),
    reason="must",
    hint=_("写清缺什么、怎么补。"),
    told=_("{title}：请补正后再申请"),
)
REFUSE_CUSTODY = Step(
    "organizations.refuse_custody",
    {C.REVIEW},
    C.REFUSED,
    _("不予代管"),
    done=_("不予代管"),
    reason="must",
    tone="danger",
    hint=_("写明理由，申请人会看到全文。"),
    told=_("{title}：联合会没有同意"),
)
RENEW = Step(
    "organizations.renew_custody",
    {C.IN_FORCE},
    None,
    _("续签"),
    done=_("续签协议"),
    reason="must",
    hint=_("写明续签协议的日期和文号。"),
    told=_("{title}：协议续签了"),
)
ASK_END = Step(
    "organizations.ask_custody_end",
    {C.IN_FORCE},
    C.ENDING,
    _("提出终止"),
    done=_("提出终止代管"),
    reason="must",
    tone="quiet",
    hint=_("写明原因和余款交给谁。结清余款、出了最后的对账单才终止。"),
    told=_("{title}：提出终止"),
)
KEEP_ON = Step(
    "organizations.keep_custody_on",
    {C.ENDING},
    C.IN_FORCE,
    _("不终止了"),
    done=_("继续代管"),
    reason="must",
    tone="quiet",
    told=_("{title}：继续代管"),
)
END_CUSTODY = Step(
    "organizations.end_custody",
    {C.ENDING},
    C.ENDED,
    _("余款结清，终止"),
    done=_("余款结清，出具最后的对账单，终止代管"),
    reason="may",
    tone="primary",
    basis=_("财务代管协议：余额为零、对账单出齐才终止，由没有提出终止的人办；{days} 个工作日内"),
    told=_("{title}：已终止，最后的对账单可以查看"),
)
WITHDRAW_CUSTODY = Step(
    "organizations.withdraw_custody",
    {C.DRAFT, C.REVIEW, C.MEND},
    C.WITHDRAWN,
    _("撤回申请"),
    done=_("申请人撤回"),
    reason="may",
    tone="quiet",
)

CUSTODY = Process(
    slug="custody",
    model_label="organizations.Custody",
    label="财务代管",
    steps=(
        APPLY,
        REAPPLY,
        SIGN,
        RETURN_CUSTODY,
        REFUSE_CUSTODY,
        RENEW,
        ASK_END,
        END_CUSTODY,
        KEEP_ON,
        WITHDRAW_CUSTODY,
    ),
    duties=(
        Duty(C.DRAFT, OWNER),
        Duty(
            C.REVIEW,
            Role.FEDERATION_SECRETARY,
            "custody.answer_days",
            stands_in=Role.STREET_OFFICER,
            raised_to=Role.STREET_OFFICER,
        ),
        Duty(C.MEND, OWNER, "custody.mend_days"),
        Duty(C.IN_FORCE, Role.FEDERATION_SECRETARY, until="valid_to", raised_to=Role.STREET_OFFICER),
        Duty(C.ENDING, Role.FEDERATION_TREASURER, "custody.end_days", raised_to=Role.FEDERATION_SECRETARY),
    ),
    stages=(
        Stage("填写", (C.DRAFT,)),
        Stage("审核", (C.REVIEW, C.MEND)),
        Stage("代管", (C.IN_FORCE,)),
        Stage("终止", (C.ENDING, C.ENDED)),
    ),
    start=C.DRAFT,
    ends={C.ENDED, C.REFUSED, C.WITHDRAWN},
    facts_template="organizations/custody/_custody_facts.html",
    content="代管协议",
    unit="份",
    view=VIEW,
    columns=(
        Column("number", "编号", kind=Value.CODE),
        Column("member", "会员", "member__name"),
        Column("federation", "联合会", "federation__name"),
        Column("state", "状态", show=dict(CustodyState.choices).get, kind=Value.CHOICE),
        Column("document_number", "协议文号", kind=Value.CODE),
        Column("valid_from", "协议自", kind=Value.DAY),
        Column("valid_to", "协议至", kind=Value.DAY),
        Column("ended_on", "终止日期", kind=Value.DAY),
    ),
)

SEND_ENTRY = Step(
    "organizations.send_custody_entry",
    {E.DRAFT},
    E.CHECK,
    _("提交复核"),
    done=_("录入，提交复核"),
    tone="primary",
)
RESEND_ENTRY = Step(
    "organizations.resend_custody_entry",
    {E.MEND},
    E.CHECK,
    _("更正后再次提交"),
    done=_("更正后再次提交"),
    tone="primary",
)
APPROVE_ENTRY = Step(
    "organizations.approve_custody_entry",
    {E.CHECK},
    E.BOOKED,
    _("复核无误，入账"),
    done=_("复核无误，入账"),
    reason="may",
    tone="primary",
    basis=_BASIS,
    told=_("{title}：已复核入账"),
)
RETURN_ENTRY = Step(
    "organizations.return_custody_entry",
    {E.CHECK},
    E.MEND,
    _("退回更正"),
    done=_("退回更正"),
    reason="must",
    hint=_("写清哪里不对：金额、日期、凭证还是用途。"),
    told=_("{title}：复核人退回，请更正"),
)
LAPSE_ENTRY = Step(
    "organizations.lapse_custody_entry",
    {E.CHECK},
    E.MEND,
    _("结账前没有复核，退回"),
    done=_("结账前没有复核，退回改日期"),
    quiet=True,
)
DROP_ENTRY = Step(
    "organizations.drop_custody_entry",
    {E.DRAFT, E.CHECK, E.MEND},
    E.DROPPED,
    _("作废"),
    done=_("录入人作废"),
    reason="may",
    tone="quiet",
)

CUSTODY_ENTRY = Process(
    slug="custodyentry",
    model_label="organizations.CustodyEntry",
    label="代管收支",
    steps=(SEND_ENTRY, RESEND_ENTRY, APPROVE_ENTRY, RETURN_ENTRY, LAPSE_ENTRY, DROP_ENTRY),
    duties=(
        Duty(E.DRAFT, OWNER),
        Duty(
            E.CHECK,
            Role.FEDERATION_TREASURER,
            "custody.approve_days",
            stands_in=Role.FEDERATION_SECRETARY,
            raised_to=Role.STREET_OFFICER,
        ),
        Duty(E.MEND, OWNER, "custody.approve_days"),
    ),
    stages=(Stage("录入", (E.DRAFT, E.MEND)), Stage("复核", (E.CHECK,)), Stage("入账", (E.BOOKED,))),
    start=E.DRAFT,
    ends={E.BOOKED, E.DROPPED},
    facts_template="organizations/custody/_entry_facts.html",
    content="这一笔",
    owner_label="录入人",
    unit="笔",
    view=VIEW,
    columns=(
        Column("number", "编号", kind=Value.CODE),
        Column("member", "会员", "custody__member__name"),
        Column("seq", "账内序号", kind=Value.NUMBER),
        Column("state", "状态", show=dict(EntryState.choices).get, kind=Value.CHOICE),
        Column("kind", "收支", show=dict(EntryKind.choices).get, kind=Value.CHOICE),
        Column("fund", "资金来源", show=dict(Fund.choices).get, kind=Value.CHOICE),
        Column("happened_on", "发生日期", kind=Value.DAY),
        Column("money_in", "收入（元）", kind=Value.NUMBER),
        Column("money_out", "支出（元）", kind=Value.NUMBER),
        Column("purpose", "用途"),
        Column("voucher_number", "凭证号", kind=Value.CODE),
        Column("booked_on", "入账日期", kind=Value.DAY),
    ),
)

AGREEMENT, VOUCHER = "agreement", "voucher"  # slots of papers
