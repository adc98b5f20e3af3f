"""Revocation by the authority: 撤销登记 of registered organizations, 取缔 of unlawful ones; heard, decided, reviewed.

Source: rulebook §2.3: two annual reports missed or failed （民非年检办法） [V]; an association that holds no activity
for a year after its certificate （社会团体登记管理条例） [V]; the other grounds by the same regulations [M]. The
right to state one's case and to a hearing, the service and the sixty days for reconsideration are those of 行政处罚法
and 行政复议法 [M]; where the law names the days they are parameters with the law's number as least.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.parameters import Parameter, declare
from linli.core.registers.declare import Column
from linli.core.registers.declare import Kind as Value
from linli.core.workflow import OWNER, SYSTEM, Duty, Process, Stage, Step
from linli.organizations.choices.filing import LegalStatus

REVOCATION_READERS = (
    Role.STREET_OFFICER,
    Role.STREET_HEAD,
    Role.DISTRICT_OFFICER,
    Role.DISTRICT_HEAD,
    Role.AUDITOR,
)
VIEW = "organizations.view_revocations"
RECONSIDER_DAYS = 60  # from the service （行政复议法）
INACTIVE_MONTHS = 12  # of an association, from its certificate
REPORTS_RUNNING = 2  # years missed or failed one after the other


class RevocationKind(TextChoices):
    """What the authority decides on."""

    REVOKE = "revoke", _("撤销登记")
    BAN = "ban", _("取缔")


class RevocationGround(TextChoices):
    """The grounds of law."""

    REPORTS_MISSED = "reports_missed", _("连续两年没有报送年度报告")
    REPORTS_FAILED = "reports_failed", _("连续两年年度检查不合格")
    INACTIVE = "inactive", _("取得登记证书满一年没有开展活动")
    FRAUD = "fraud", _("登记时弄虚作假骗取登记")
    BEYOND = "beyond", _("超出章程的宗旨和业务范围活动，情节严重")
    PROFIT = "profit", _("从事营利性经营活动，情节严重")
    FUNDS = "funds", _("侵占、私分、挪用资产或者违规募捐，情节严重")
    REFUSES = "refuses", _("拒不接受监督检查，情节严重")
    UNREGISTERED = "unregistered", _("没有登记，以社会组织名义活动")
    CONTINUES = "continues", _("被撤销登记后仍以社会组织名义活动")
    PREPARES = "prepares", _("筹备期间开展筹备以外的活动")


class RevocationState(TextChoices):
    """Where a matter stands."""

    DRAFT = "draft", _("起草中")
    STATING = "stating", _("已告知，可以陈述申辩")
    HEARING = "hearing", _("组织听证")
    DECIDING = "deciding", _("待决定")
    SERVING = "serving", _("已决定，待送达")
    SERVED = "served", _("已送达，收缴证书印章")
    WINDOW = "window", _("复议期内")
    RECONSIDERED = "reconsidered", _("复议审理中")
    DONE = "done", _("已办结")
    REVERSED = "reversed", _("复议撤销，已恢复")
    DROPPED = "dropped", _("不予处理")
    WITHDRAWN = "withdrawn", _("已撤回")


S, G = RevocationState, RevocationGround
GROUNDS = {
    RevocationKind.REVOKE: (
        *(G.REPORTS_MISSED, G.REPORTS_FAILED, G.INACTIVE, G.FRAUD, G.BEYOND, G.PROFIT, G.FUNDS, G.REFUSES),
    ),
    RevocationKind.BAN: (G.UNREGISTERED, G.CONTINUES, G.PREPARES),
}
IN_EFFECT = (S.SERVED, S.WINDOW, S.RECONSIDERED, S.DONE)  # the register says so
DECIDED = (S.SERVING, *IN_EFFECT, S.REVERSED)
# Of what stands on no register any more, or not yet: it may be banned. A registered one is revoked, a filed one's
# filing is cancelled.
BANNABLE = (LegalStatus.GRASSROOTS, LegalStatus.DEREGISTERED, LegalStatus.CANCELLED, LegalStatus.REVOKED)

_LAW, _SEVEN, _REVIEW = "行政处罚法 [M]", "行政处罚法：七日内 [M]", "行政复议法 [M]"
declare(
    Parameter("revocation.statement_days", int, 5, "个工作日", "撤销、取缔：陈述申辩和要求听证的时限", _LAW, 5, 30),
    Parameter("revocation.hearing_days", int, 20, "个工作日", "撤销、取缔：组织听证的时限", "本系统所定", 7, 60),
    Parameter("revocation.hearing_notice", int, 7, "日", "撤销、取缔：听证前几日通知", _LAW, 7, 30),
    Parameter("revocation.decide_days", int, 15, "个工作日", "撤销、取缔：作出决定的时限", "本系统所定", 3, 60),
    Parameter("revocation.serve_days", int, 7, "个工作日", "撤销、取缔：送达决定的时限", _SEVEN, 1, 20),
    Parameter("revocation.recall_days", int, 15, "个工作日", "撤销、取缔：收缴证书和印章的时限", "本系统所定", 3, 60),
    Parameter("revocation.review_days", int, 60, "个工作日", "撤销、取缔：记下复议结果的时限", _REVIEW, 20, 90),
)

NOTIFY = Step(
    "organizations.notify_revocation",
    {S.DRAFT},
    S.STATING,
    _("告知拟作的决定"),
    done=_("告知拟作的决定、事实、依据，可以陈述申辩、要求听证"),
    tone="primary",
    hint=_("组织的负责人会收到全文，可以在时限内陈述、申辩，要求听证。"),
)
STATE_CASE = Step(
    "organizations.state_case",
    {S.STATING, S.HEARING, S.DECIDING},
    None,
    _("陈述、申辩"),
    done=_("组织陈述、申辩"),
    reason="must",
    hint=_("写明事实和理由，决定的人会看到全文。不因申辩加重处理。"),
)
ASK_HEARING = Step(
    "organizations.ask_hearing",
    {S.STATING},
    S.HEARING,
    _("要求听证"),
    done=_("组织要求听证"),
    reason="may",
    tone="primary",
)
END_STATING = Step(
    "organizations.end_stating",
    {S.STATING},
    S.DECIDING,
    _("陈述申辩期满"),
    done=_("期满没有要求听证，转决定"),
    quiet=True,
)
HOLD_HEARING = Step(
    "organizations.hold_hearing",
    {S.HEARING},
    S.DECIDING,
    _("记下听证"),
    done=_("举行听证"),
    reason="must",
    tone="primary",
    basis=_("行政处罚法：听证前通知当事人；听证笔录作为决定的依据"),
    hint=_("写明听证的要点，笔录作为材料上传。主持人不能是提出的人。"),
)
DECIDE = Step(
    "organizations.decide_revocation",
    {S.DECIDING},
    S.SERVING,
    _("决定处理"),
    done=_("作出决定"),
    reason="must",
    tone="danger",
    basis=_("社会团体登记管理条例、民办非企业单位登记管理暂行条例；{days} 个工作日内决定"),
    hint=_("写明事实、依据的条款、对陈述申辩和听证意见怎么看。提出的人不能决定。"),
)
SPARE = Step(
    "organizations.spare_revocation",
    {S.DECIDING},
    S.DROPPED,
    _("不予处理"),
    done=_("决定不予处理"),
    reason="must",
    hint=_("写明理由。"),
)
SERVE = Step(
    "organizations.serve_revocation",
    {S.SERVING},
    S.SERVED,
    _("已送达"),
    done=_("送达决定，当日公布，名册随之更新"),
    reason="must",
    tone="primary",
    hint=_("写明怎么送达：当面、邮寄、公告。送达之日起六十日内可以申请行政复议。"),
)
RECALL = Step(
    "organizations.recall_papers",
    {S.SERVED},
    S.WINDOW,
    _("证书印章已收缴"),
    done=_("收缴登记证书和印章"),
    reason="must",
    tone="primary",
    hint=_("写明收缴了哪些；收不回的写明哪天公告作废。"),
)
RECONSIDER = Step(
    "organizations.reconsider_revocation",
    {S.SERVED, S.WINDOW},
    S.RECONSIDERED,
    _("申请复议"),
    done=_("申请行政复议"),
    reason="must",
    hint=_("送达之日起六十日内，向本级人民政府申请。写明请求和理由。"),
)
UPHOLD = Step(
    "organizations.uphold_revocation",
    {S.RECONSIDERED},
    S.SERVED,
    _("复议维持"),
    done=_("复议维持原决定"),
    reason="must",
    hint=_("写明复议机关和复议决定书的文号。"),
)
REVERSE = Step(
    "organizations.reverse_revocation",
    {S.RECONSIDERED},
    S.REVERSED,
    _("复议撤销，恢复"),
    done=_("复议撤销原决定，名册恢复"),
    reason="must",
    tone="primary",
    hint=_("写明复议机关和复议决定书的文号。名册、会员资格和信用名录当场恢复。"),
)
END_WINDOW = Step(
    "organizations.end_reconsideration",
    {S.WINDOW},
    S.DONE,
    _("复议期满"),
    done=_("复议期满，办结"),
    quiet=True,
)
WITHDRAW = Step(
    "organizations.withdraw_revocation",
    {S.DRAFT, S.STATING, S.HEARING},
    S.WITHDRAWN,
    _("撤回"),
    done=_("撤回"),
    reason="may",
    tone="quiet",
)

REVOCATION = Process(
    slug="revocation",
    model_label="organizations.Revocation",
    label="撤销和取缔",
    steps=(
        NOTIFY,
        STATE_CASE,
        ASK_HEARING,
        END_STATING,
        HOLD_HEARING,
        DECIDE,
        SPARE,
        SERVE,
        RECALL,
        RECONSIDER,
        UPHOLD,
        REVERSE,
        END_WINDOW,
        WITHDRAW,
    ),
    duties=(
        Duty(S.DRAFT, OWNER),
        Duty(S.STATING, SYSTEM, "revocation.statement_days", then=END_STATING.name),
        Duty(S.HEARING, Role.DISTRICT_OFFICER, "revocation.hearing_days", raised_to=Role.DISTRICT_HEAD),
        Duty(S.DECIDING, Role.DISTRICT_HEAD, "revocation.decide_days", raised_to=Role.DISTRICT_HEAD),
        Duty(S.SERVING, Role.DISTRICT_OFFICER, "revocation.serve_days", raised_to=Role.DISTRICT_HEAD),
        Duty(S.SERVED, Role.DISTRICT_OFFICER, "revocation.recall_days", raised_to=Role.DISTRICT_HEAD),
        Duty(S.WINDOW, SYSTEM, until="reconsider_by", then=END_WINDOW.name),
        Duty(S.RECONSIDERED, Role.DISTRICT_OFFICER, "revocation.review_days", raised_to=Role.DISTRICT_HEAD),
    ),
    stages=(
        Stage("起草", (S.DRAFT,)),
        Stage("告知、听证", (S.STATING, S.HEARING)),
        Stage("决定", (S.DECIDING,)),
        Stage("送达、收缴", (S.SERVING, S.SERVED)),
        Stage("复议期", (S.WINDOW, S.RECONSIDERED)),
        Stage("办结", (S.DONE,)),
    ),
    start=S.DRAFT,
    ends={S.DONE, S.REVERSED, S.DROPPED, S.WITHDRAWN},
    parameters=("revocation.hearing_notice",),
    facts_template="organizations/revocation/_facts.html",
    content="拟作的决定",
    owner_label="提出人",
    view=VIEW,
    columns=(
        Column("number", "编号", kind=Value.CODE),
        Column("kind", "处理", show=dict(RevocationKind.choices).get, kind=Value.CHOICE),
        Column("name", "组织"),
        Column("ground", "情形", show=dict(RevocationGround.choices).get, kind=Value.CHOICE),
        Column("state", "状态", show=dict(RevocationState.choices).get, kind=Value.CHOICE),
        Column("decision_number", "决定书文号", kind=Value.CODE),
        Column("decided_on", "决定日期", kind=Value.DAY),
        Column("served_on", "送达日期", kind=Value.DAY),
        Column("reconsider_by", "复议期至", kind=Value.DAY),
    ),
)
