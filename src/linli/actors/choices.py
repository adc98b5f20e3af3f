"""Kinds of bodies, roles of posts, and the loop in which posts are given. Department names are data (rulebook §0)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.areas.choices import Level
from linli.core.parameters import Parameter, declare
from linli.core.workflow import OWNER, Duty, Process, Stage, Step


class BodyKind(TextChoices):
    """What a body is, as far as the loops care."""

    DEPARTMENT = "department", _("区级部门")
    STREET = "street", _("街道（镇）")
    COMMUNITY = "community", _("社区（村）")
    FEDERATION = "federation", _("社会组织联合会")
    ORGANIZATION = "organization", _("社会组织")
    MERCHANT = "merchant", _("爱心商户")
    EVALUATOR = "evaluator", _("第三方评估机构")
    MEDIATION = "mediation", _("调解组织")


class Role(TextChoices):
    """What a post may do. A post is a role held in a body over an area, from a day to a day."""

    COMMUNITY_WORKER = "community_worker", _("社区工作者")
    COMMUNITY_HEAD = "community_head", _("社区书记、主任")
    STREET_OFFICER = "street_officer", _("街道经办")
    STREET_HEAD = "street_head", _("街道分管负责人")
    DISTRICT_OFFICER = "district_officer", _("区民政局经办")
    DISTRICT_HEAD = "district_head", _("区民政局科长")
    FEDERATION_SECRETARY = "federation_secretary", _("联合会秘书")
    FEDERATION_TREASURER = "federation_treasurer", _("联合会财务")
    MEDIATOR = "mediator", _("调解员")
    MEDIATION_HEAD = "mediation_head", _("调委会主任")
    EVALUATOR = "evaluator", _("评审")
    MERCHANT = "merchant", _("爱心商户")
    VOLUNTEER = "volunteer", _("志愿者")
    AUDITOR = "auditor", _("审计员")
    SYSADMIN = "sysadmin", _("系统管理员")
    SECADMIN = "secadmin", _("安全管理员")
    AUDITADMIN = "auditadmin", _("审计管理员")


# Posts whose holders see the cases of their area. Administrators see no business data (rulebook §11.3).
CASE_ROLES = (
    Role.COMMUNITY_WORKER,
    Role.COMMUNITY_HEAD,
    Role.STREET_OFFICER,
    Role.STREET_HEAD,
    Role.DISTRICT_OFFICER,
    Role.DISTRICT_HEAD,
    Role.AUDITOR,
)
# Roles whose duties belong to one body alone, though several bodies of its kind may cover the same place.
BODY_ROLES = (Role.MEDIATION_HEAD,)
ADMINISTRATORS = (Role.SYSADMIN, Role.SECADMIN, Role.AUDITADMIN)

# At which level of the tree a post of this role is expected: where none covers such an area, its duties lie idle.
SEATS: dict[str, Level] = {
    Role.COMMUNITY_WORKER: Level.COMMUNITY,
    Role.COMMUNITY_HEAD: Level.COMMUNITY,
    Role.STREET_OFFICER: Level.STREET,
    Role.STREET_HEAD: Level.STREET,
    Role.DISTRICT_OFFICER: Level.DISTRICT,
    Role.DISTRICT_HEAD: Level.DISTRICT,
    Role.SYSADMIN: Level.DISTRICT,
    Role.SECADMIN: Level.DISTRICT,
    Role.AUDITADMIN: Level.DISTRICT,
}

APPOINTMENT_DAYS = "appointment.days"
declare(
    Parameter(
        APPOINTMENT_DAYS,
        int,
        3,
        "个工作日",
        "安全管理员核准岗位任免的时限",
        "三员分立 [M]；天数为本系统所定",
        least=1,
        most=30,
        kept_by="security",
    )
)


class AppointmentKind(TextChoices):
    """What a proposal would do."""

    APPOINT = "appoint", _("任职")
    DEPUTY = "deputy", _("临时代理")
    HANDOVER = "handover", _("移交岗位")
    RELIEVE = "relieve", _("卸任")


class AppointmentState(TextChoices):
    """Where a proposal stands."""

    DRAFT = "draft", _("起草")
    PROPOSED = "proposed", _("待核准")
    IN_FORCE = "in_force", _("已生效")
    REFUSED = "refused", _("不予核准")
    WITHDRAWN = "withdrawn", _("已撤回")


S = AppointmentState
_BASIS = _("GB/T 22239-2019：授权由安全管理员负责，与账号管理分离；{days} 个工作日内核准")

PROPOSE = Step("actors.propose_appointment", {S.DRAFT}, S.PROPOSED, _("提交核准"), done=_("提出任免"), tone="primary")
AGREE = Step(
    "actors.agree_appointment",
    {S.PROPOSED},
    S.IN_FORCE,
    _("核准"),
    done=_("安全管理员核准，岗位生效"),
    reason="may",
    basis=_BASIS,
    tone="primary",
    told=_("{title}：已核准"),
)
REFUSE = Step(
    "actors.refuse_appointment",
    {S.PROPOSED},
    S.REFUSED,
    _("不予核准"),
    done=_("安全管理员不予核准"),
    reason="must",
    basis=_BASIS,
    tone="danger",
    hint=_("写明哪一点不合最小权限或任职依据，系统管理员会看到。"),
    told=_("{title}：不予核准"),
)
WITHDRAW = Step(
    "actors.withdraw_appointment",
    {S.DRAFT, S.PROPOSED},
    S.WITHDRAWN,
    _("撤回"),
    done=_("提出人撤回"),
    reason="may",
    tone="quiet",
)

APPOINTMENT = Process(
    slug="appointment",
    model_label="actors.Appointment",
    label="岗位任免",
    steps=(PROPOSE, AGREE, REFUSE, WITHDRAW),
    duties=(Duty(S.DRAFT, OWNER), Duty(S.PROPOSED, Role.SECADMIN, APPOINTMENT_DAYS)),
    stages=(Stage("提出", (S.DRAFT,)), Stage("核准", (S.PROPOSED,)), Stage("生效", (S.IN_FORCE,))),
    start=S.DRAFT,
    ends={S.IN_FORCE, S.REFUSED, S.WITHDRAWN},
    facts_template="actors/_appointment_facts.html",
    view="actors.view_posts",
)

# What administrators may do beside the steps of loops, in words: docs/matrix.md and the page of rights list these.
ADMINISTRATION: dict[str, str] = {
    "core.view_accounts": "查看账号",
    "core.manage_accounts": "管理账号",
    "core.reveal_account": "填理由查看账号的手机号",
    "core.create_account": "开立账号",
    "core.lock_account": "锁定账号",
    "core.unlock_account": "解锁账号",
    "core.end_sessions": "结束登录",
    "core.reset_account": "重置密码和动态口令",
    "actors.view_posts": "查看岗位",
    "actors.appoint": "一人直接任职",
    "actors.relieve": "直接卸任（非管理员岗位）",
    "actors.manage_bodies": "维护机构",
    "areas.rename_area": "调整区划",
    "core.view_policies": "查看安全策略",
    "core.set_policy": "设定安全策略",
    "core.view_parameters": "查看参数",
    "core.edit_calendar": "维护工作日历",
    "core.view_cases": "查看业务数据",
}
