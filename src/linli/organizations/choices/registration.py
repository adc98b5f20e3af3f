"""Registration by law: consent of the supervising unit, a complete file, and a decision within sixty days.

Source: rulebook §2.1, §2.3 （登记）: 社会团体登记管理条例第十条 [V], 民办非企业单位登记管理暂行条例第八条, the
name by 民政部令69号 [V]. Sixty days run from the day the file is complete [V]; they are the law's and no parameter.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.parameters import Parameter, declare
from linli.core.registers.declare import Column
from linli.core.registers.declare import Kind as Value
from linli.core.workflow import OWNER, Duty, Process, Stage, Step
from linli.organizations.choices.states import LegalType

DECISION_DAYS = 60  # calendar days from the complete file
# A foundation is registered by the province or the ministry; the district takes no application for one.
OFFERED = (LegalType.ASSOCIATION, LegalType.SERVICE)
# By 民政部令69号 a name ends in the form of the organization.
NAME_FORMS = {
    LegalType.ASSOCIATION: ("协会", "学会", "研究会", "促进会", "联合会", "联谊会", "商会", "校友会"),
    LegalType.SERVICE: ("中心", "服务社", "社", "院", "所", "站", "馆", "园", "学校"),
}
# What the law itself asks of an association, whatever a district sets: the database holds it.
LEAST_INDIVIDUALS, LEAST_UNITS, LEAST_MIXED, LEAST_FUNDS = 50, 30, 50, 30_000
CODE_BEGINS = {LegalType.ASSOCIATION: "51", LegalType.SERVICE: "52", LegalType.FOUNDATION: "53"}  # GB 32100-2015


class RegistrationState(TextChoices):
    """Where an application to be registered stands."""

    DRAFT = "draft", _("填写中")
    CONSENT = "consent", _("主管单位审查")
    MEND = "mend", _("主管单位退回补正")
    ACCEPTING = "accepting", _("登记机关受理")
    MEND_REGISTRY = "mend_registry", _("登记机关退回补正")
    DECIDING = "deciding", _("登记机关审查")
    REGISTERED = "registered", _("准予登记")
    REFUSED = "refused", _("不予登记")
    WITHDRAWN = "withdrawn", _("已撤回")


S = RegistrationState
WITH_REGISTRY = (S.ACCEPTING, S.MEND_REGISTRY, S.DECIDING, S.REGISTERED)

declare(
    Parameter("registration.consent_days", int, 20, "个工作日", "登记：主管单位审查的时限", "本系统所定", 5, 60),
    Parameter(
        "registration.accept_days", int, 5, "个工作日", "登记：受理或者一次告知补正的时限", "本系统所定", 1, 20
    ),
    Parameter("registration.mend_days", int, 20, "个工作日", "登记：补正的时限", "本系统所定", 5, 60),
    Parameter(
        "registration.service_funds",
        int,
        30_000,
        "元",
        "登记条件：社会服务机构的开办资金",
        "民办非企业单位登记管理暂行条例第八条：与业务相适应的合法财产；金额各地自定 [M]",
        1,
        1_000_000,
    ),
    Parameter(
        "registration.service_staff",
        int,
        1,
        "人",
        "登记条件：社会服务机构的从业人员",
        "民办非企业单位登记管理暂行条例第八条：与业务相适应的从业人员；人数各地自定 [M]",
        1,
        100,
    ),
)

SUBMIT = Step(
    "organizations.submit_registration",
    {S.DRAFT},
    S.CONSENT,
    _("提交申请"),
    done=_("申请登记"),
    tone="primary",
)
RESUBMIT = Step(
    "organizations.resubmit_registration",
    {S.MEND},
    S.CONSENT,
    _("补正后再次提交"),
    done=_("补正后再次提交"),
    tone="primary",
)
RESUBMIT_REGISTRY = Step(
    "organizations.resubmit_registration_to_registry",
    {S.MEND_REGISTRY},
    S.ACCEPTING,
    _("补正后再次提交登记机关"),
    done=_("补正后再次提交登记机关"),
    tone="primary",
)
CONSENT = Step(
    "organizations.consent_registration",
    {S.CONSENT},
    S.ACCEPTING,
    _("同意，出具批准文件"),
    done=_("主管单位同意，出具批准文件"),
    reason="may",
    tone="primary",
    basis=_("社会团体登记管理条例：申请登记须经业务主管单位审查同意"),
    told=_("{title}：主管单位同意，转登记机关"),
)
DENY = Step(
    "organizations.deny_registration",
    {S.CONSENT},
    S.REFUSED,
    _("不同意"),
    done=_("主管单位不同意"),
    reason="must",
    tone="danger",
    hint=_("写明事实和依据的条款。申请人会看到全文。"),
    told=_("{title}：主管单位没有同意"),
)
RETURN = Step(
    "organizations.return_registration",
    {S.CONSENT},
    S.MEND,
    _("退回补正"),
    done=_("主管单位退回补正"),
    reason="must",
    hint=_("写清缺什么、怎么补，一次说完。"),
    told=_("{title}：主管单位请你补正后再交"),
)
ACCEPT = Step(
    "organizations.accept_registration",
    {S.ACCEPTING},
    S.DECIDING,
    _("材料齐全，受理"),
    done=_("材料齐全，登记机关受理"),
    reason="may",
    tone="primary",
    hint=_("从受理当天起，六十日内作出决定。"),
    told=_("{title}：已受理，六十日内答复"),
)
RETURN_REGISTRY = Step(
    "organizations.return_registration_from_registry",
    {S.ACCEPTING},
    S.MEND_REGISTRY,
    _("退回补正"),
    done=_("登记机关退回补正"),
    reason="must",
    hint=_("写清缺什么、怎么补，一次说完。"),
    told=_("{title}：登记机关请你补正后再交"),
)
REGISTER = Step(
    "organizations.register_organization",
    {S.DECIDING},
    S.REGISTERED,
    _("准予登记"),
    done=_("准予登记，记入名册"),
    reason="may",
    tone="primary",
    basis=_("社会团体登记管理条例：收到全部有效文件之日起 60 日内作出决定"),
    told=_("{title}：准予登记，可以领证了"),
)
REFUSE = Step(
    "organizations.refuse_registration",
    {S.DECIDING},
    S.REFUSED,
    _("不予登记"),
    done=_("不予登记"),
    reason="must",
    tone="danger",
    hint=_("写明事实和依据的条款。申请人会看到全文。"),
    told=_("{title}：决定不予登记"),
)
WITHDRAW = Step(
    "organizations.withdraw_registration",
    {S.DRAFT, S.CONSENT, S.MEND, S.ACCEPTING, S.MEND_REGISTRY, S.DECIDING},
    S.WITHDRAWN,
    _("撤回申请"),
    done=_("申请人撤回"),
    reason="may",
    tone="quiet",
)

REGISTRATION = Process(
    slug="registration",
    model_label="organizations.Registration",
    label="成立登记",
    steps=(
        SUBMIT,
        RESUBMIT,
        RESUBMIT_REGISTRY,
        CONSENT,
        RETURN,
        DENY,
        ACCEPT,
        RETURN_REGISTRY,
        REGISTER,
        REFUSE,
        WITHDRAW,
    ),
    duties=(
        Duty(S.DRAFT, OWNER),
        Duty(
            S.CONSENT,
            Role.STREET_OFFICER,
            "registration.consent_days",
            stands_in=Role.STREET_HEAD,
            raised_to=Role.STREET_HEAD,
        ),
        Duty(S.MEND, OWNER, "registration.mend_days"),
        Duty(
            S.ACCEPTING,
            Role.DISTRICT_OFFICER,
            "registration.accept_days",
            stands_in=Role.DISTRICT_HEAD,
            raised_to=Role.DISTRICT_HEAD,
        ),
        Duty(S.MEND_REGISTRY, OWNER, "registration.mend_days"),
        Duty(
            S.DECIDING,
            Role.DISTRICT_OFFICER,
            until="decide_by",
            stands_in=Role.DISTRICT_HEAD,
            raised_to=Role.DISTRICT_HEAD,
        ),
    ),
    stages=(
        Stage("填写", (S.DRAFT,)),
        Stage("主管单位", (S.CONSENT, S.MEND)),
        Stage("受理", (S.ACCEPTING, S.MEND_REGISTRY)),
        Stage("审查", (S.DECIDING,)),
        Stage("登记", (S.REGISTERED,)),
    ),
    start=S.DRAFT,
    ends={S.REGISTERED, S.REFUSED, S.WITHDRAWN},
    parameters=(
        *("registration.individuals", "registration.units", "registration.mixed", "registration.funds"),
        *("registration.service_funds", "registration.service_staff"),
    ),
    facts_template="organizations/_registration_facts.html",
    columns=(
        Column("number", "编号", kind=Value.CODE),
        Column("full_name", "登记名称"),
        Column("legal_type", "法律类型", show=dict(LegalType.choices).get, kind=Value.CHOICE),
        Column("state", "状态", show=dict(RegistrationState.choices).get, kind=Value.CHOICE),
        Column("street", "街道", "organization__area__parent__name"),
        Column("community", "社区", "organization__area__name"),
        Column("approval_number", "批准文号", kind=Value.CODE),
        Column("complete_on", "受理日期", kind=Value.DAY),
        Column("decide_by", "决定期限", kind=Value.DAY),
        Column("uscc", "统一社会信用代码", kind=Value.CODE),
        Column("decided_on", "登记日期", kind=Value.DAY),
    ),
)

# What an application must bring (rulebook §2.3); the consent of the supervising unit comes with its step.
PAPERS: tuple[tuple[str, str, bool, str], ...] = (
    ("application", "登记申请书", True, "全体发起人或举办者签名。"),
    ("capital", "验资报告", True, "会计师事务所或银行出具，写明资金数额。"),
    ("premises", "场所使用权证明", True, "产权证或租赁合同，无偿使用的附产权人证明。"),
    ("identity", "负责人身份证明", True, "拟任负责人、法定代表人的身份证明和简历。"),
    ("charter", "章程草案", True, "按示范文本写，成员大会或举办者通过。"),
    ("other", "其他材料", False, ""),
)
