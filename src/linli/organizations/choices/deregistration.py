"""The end of a registered organization: consent, liquidation, and striking off; also where it merges into another.

Source: rulebook §2.3 （注销）: liquidation first, no other activity meanwhile, the application within fifteen days
after it, with the consent of the supervising unit and the report of the liquidation [V].
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.parameters import Parameter, declare
from linli.core.registers.declare import Column
from linli.core.registers.declare import Kind as Value
from linli.core.workflow import OWNER, Duty, Process, Stage, Step

APPLY_DAYS = 15  # calendar days from the end of the liquidation to the application


class EndKind(TextChoices):
    """Why it ends."""

    DISSOLVE = "dissolve", _("自行解散")
    TERM = "term", _("完成宗旨或者章程规定的期限届满")
    MERGE = "merge", _("并入另一家组织")
    SPLIT = "split", _("分立后不再保留")


class DeregistrationState(TextChoices):
    """Where the end of a registration stands."""

    DRAFT = "draft", _("填写中")
    CONSENT = "consent", _("主管单位审查")
    MEND = "mend", _("主管单位退回补正")
    LIQUIDATING = "liquidating", _("清算")
    APPLYING = "applying", _("清算结束，申请注销")
    DECIDING = "deciding", _("登记机关审查")
    MEND_REGISTRY = "mend_registry", _("登记机关退回补正")
    DEREGISTERED = "deregistered", _("已注销登记")
    REFUSED = "refused", _("不同意注销")
    RESUMED = "resumed", _("终止清算，恢复活动")
    WITHDRAWN = "withdrawn", _("已撤回")


S = DeregistrationState
LIQUIDATED = (S.APPLYING, S.DECIDING, S.MEND_REGISTRY, S.DEREGISTERED)

declare(
    Parameter(
        "deregistration.consent_days", int, 20, "个工作日", "注销登记：主管单位审查的时限", "本系统所定", 5, 60
    ),
    Parameter("deregistration.mend_days", int, 20, "个工作日", "注销登记：补正的时限", "本系统所定", 5, 60),
    Parameter("deregistration.days", int, 20, "个工作日", "注销登记：登记机关审查的时限", "本系统所定", 5, 60),
)

SUBMIT = Step(
    "organizations.submit_deregistration",
    {S.DRAFT},
    S.CONSENT,
    _("提交申请"),
    done=_("申请终止"),
    tone="primary",
)
RESUBMIT = Step(
    "organizations.resubmit_deregistration",
    {S.MEND},
    S.CONSENT,
    _("补正后再次提交"),
    done=_("补正后再次提交"),
    tone="primary",
)
CONSENT = Step(
    "organizations.consent_deregistration",
    {S.CONSENT},
    S.LIQUIDATING,
    _("同意，开始清算"),
    done=_("主管单位同意，开始清算"),
    reason="may",
    tone="primary",
    basis=_("社会团体登记管理条例：在业务主管单位和有关机关指导下成立清算组织，清算期间不开展清算以外的活动"),
    told=_("{title}：主管单位同意，请开始清算"),
)
RETURN = Step(
    "organizations.return_deregistration",
    {S.CONSENT},
    S.MEND,
    _("退回补正"),
    done=_("主管单位退回补正"),
    reason="must",
    hint=_("写清缺什么、怎么补。"),
    told=_("{title}：主管单位请你补正后再交"),
)
DENY = Step(
    "organizations.deny_deregistration",
    {S.CONSENT},
    S.REFUSED,
    _("不同意"),
    done=_("主管单位不同意终止"),
    reason="must",
    tone="danger",
    hint=_("写明事实和依据。申请人会看到全文。"),
    told=_("{title}：主管单位没有同意"),
)
END_LIQUIDATION = Step(
    "organizations.end_liquidation",
    {S.LIQUIDATING},
    S.APPLYING,
    _("清算结束"),
    done=_("清算结束"),
    tone="primary",
    hint=_("清算结束之日起十五日内，向登记机关申请注销登记。"),
)
APPLY = Step(
    "organizations.apply_deregistration",
    {S.APPLYING},
    S.DECIDING,
    _("申请注销登记"),
    done=_("带清算报告申请注销登记"),
    tone="primary",
)
REAPPLY = Step(
    "organizations.reapply_deregistration",
    {S.MEND_REGISTRY},
    S.DECIDING,
    _("补正后再次申请"),
    done=_("补正后再次申请注销登记"),
    tone="primary",
)
RETURN_REGISTRY = Step(
    "organizations.return_deregistration_from_registry",
    {S.DECIDING},
    S.MEND_REGISTRY,
    _("退回补正"),
    done=_("登记机关退回补正"),
    reason="must",
    hint=_("写清缺什么、怎么补，一次说完。"),
    told=_("{title}：登记机关请你补正后再交"),
)
STRIKE_OFF = Step(
    "organizations.strike_off",
    {S.DECIDING},
    S.DEREGISTERED,
    _("准予注销登记"),
    done=_("准予注销登记，收回证书和印章"),
    reason="may",
    tone="danger",
    basis=_("社会团体登记管理条例：清算结束后注销登记，发给注销证明，收缴登记证书和印章"),
    told=_("{title}：已准予注销登记"),
)
RESUME = Step(
    "organizations.resume_organization",
    {S.LIQUIDATING, S.APPLYING, S.DECIDING, S.MEND_REGISTRY},
    S.RESUMED,
    _("终止清算，恢复活动"),
    done=_("终止清算，恢复活动"),
    reason="must",
    tone="quiet",
    hint=_("写明组织按章程作出的决定。名册恢复成已登记。"),
    told=_("{title}：清算终止，可以恢复活动"),
)
WITHDRAW = Step(
    "organizations.withdraw_deregistration",
    {S.DRAFT, S.CONSENT, S.MEND},
    S.WITHDRAWN,
    _("撤回申请"),
    done=_("申请人撤回"),
    reason="may",
    tone="quiet",
)

DEREGISTRATION = Process(
    slug="deregistration",
    model_label="organizations.Deregistration",
    label="注销登记",
    steps=(
        SUBMIT,
        RESUBMIT,
        CONSENT,
        RETURN,
        DENY,
        END_LIQUIDATION,
        APPLY,
        REAPPLY,
        RETURN_REGISTRY,
        STRIKE_OFF,
        RESUME,
        WITHDRAW,
    ),
    duties=(
        Duty(S.DRAFT, OWNER),
        Duty(
            S.CONSENT,
            Role.STREET_OFFICER,
            "deregistration.consent_days",
            stands_in=Role.STREET_HEAD,
            raised_to=Role.STREET_HEAD,
        ),
        Duty(S.MEND, OWNER, "deregistration.mend_days"),
        Duty(S.LIQUIDATING, OWNER),
        Duty(S.APPLYING, OWNER, until="apply_by", raised_to=Role.DISTRICT_OFFICER),
        Duty(
            S.DECIDING,
            Role.DISTRICT_OFFICER,
            "deregistration.days",
            stands_in=Role.DISTRICT_HEAD,
            raised_to=Role.DISTRICT_HEAD,
        ),
        Duty(S.MEND_REGISTRY, OWNER, "deregistration.mend_days"),
    ),
    stages=(
        Stage("填写", (S.DRAFT,)),
        Stage("主管单位", (S.CONSENT, S.MEND)),
        Stage("清算", (S.LIQUIDATING,)),
        Stage("申请注销", (S.APPLYING, S.MEND_REGISTRY)),
        Stage("审查", (S.DECIDING,)),
        Stage("注销", (S.DEREGISTERED,)),
    ),
    start=S.DRAFT,
    ends={S.DEREGISTERED, S.REFUSED, S.RESUMED, S.WITHDRAWN},
    facts_template="organizations/_deregistration_facts.html",
    columns=(
        Column("number", "编号", kind=Value.CODE),
        Column("organization", "社会组织", "organization__name"),
        Column("uscc", "统一社会信用代码", "organization__uscc", kind=Value.CODE),
        Column("kind", "终止的情形", show=dict(EndKind.choices).get, kind=Value.CHOICE),
        Column("state", "状态", show=dict(DeregistrationState.choices).get, kind=Value.CHOICE),
        Column("street", "街道", "organization__area__parent__name"),
        Column("community", "社区", "organization__area__name"),
        Column("liquidated_on", "清算结束", kind=Value.DAY),
        Column("remainder", "剩余财产（元）", kind=Value.NUMBER),
        Column("decided_on", "注销日期", kind=Value.DAY),
    ),
)

# Before the liquidation, and after it (rulebook §2.3).
PAPERS: tuple[tuple[str, str, bool, str], ...] = (
    ("application", "注销申请书", True, "法定代表人签名、盖章。"),
    ("resolution", "会议决议", True, "会员大会或理事会按章程作出的终止决议。"),
)
PAPERS_AFTER: tuple[tuple[str, str, bool, str], ...] = (
    ("liquidation", "清算报告", True, "写明债权债务、剩余财产的去向。"),
    ("other", "其他材料", False, "登报公告、税务注销证明等。"),
)
