"""Members of a federation, and outside organizations that look for the street's resources.

Source: the report of Jinping, rulebook §4: members are community social organizations, enterprises of the street and
notable persons; apply → council → member → warned, suspended → left. Who comes to the street for resources is met by
the federation first: one queue with an answer deadline. Quorum and majority follow the model charter [M].
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.parameters import Parameter, declare
from linli.core.workflow import OWNER, Duty, Process, Stage, Step
from linli.organizations.choices.federation import VIEW


class MemberKind(TextChoices):
    """Who can be a member of a federation."""

    ORGANIZATION = "organization", _("社会组织（会员）")
    ENTERPRISE = "enterprise", _("驻区企业")
    PERSON = "person", _("乡贤及社会知名人士")


class MemberStatus(TextChoices):
    """How a member stands."""

    ACTIVE = "active", _("正常会员")
    WARNED = "warned", _("已警告")
    SUSPENDED = "suspended", _("暂停会员资格")
    LEFT = "left", _("已退会")


class MembershipKind(TextChoices):
    """What is asked of the council about a member."""

    JOIN = "join", _("入会")
    LEAVE = "leave", _("退会")
    WARN = "warn", _("警告")
    SUSPEND = "suspend", _("暂停资格")
    RESTORE = "restore", _("恢复资格")
    EXPEL = "expel", _("除名")


# What the federation itself brings before its council; the others are asked for by whom they concern.
DISCIPLINE = (MembershipKind.WARN, MembershipKind.SUSPEND, MembershipKind.RESTORE, MembershipKind.EXPEL)
# From which standing to which: what a decided matter makes of a member.
MEMBER_MOVES: dict[str, tuple[frozenset[str], MemberStatus]] = {
    MembershipKind.WARN: (frozenset({MemberStatus.ACTIVE}), MemberStatus.WARNED),
    MembershipKind.SUSPEND: (frozenset({MemberStatus.ACTIVE, MemberStatus.WARNED}), MemberStatus.SUSPENDED),
    MembershipKind.RESTORE: (frozenset({MemberStatus.WARNED, MemberStatus.SUSPENDED}), MemberStatus.ACTIVE),
    MembershipKind.EXPEL: (
        frozenset({MemberStatus.ACTIVE, MemberStatus.WARNED, MemberStatus.SUSPENDED}),
        MemberStatus.LEFT,
    ),
    MembershipKind.LEAVE: (
        frozenset({MemberStatus.ACTIVE, MemberStatus.WARNED, MemberStatus.SUSPENDED}),
        MemberStatus.LEFT,
    ),
}


class MembershipState(TextChoices):
    """Where a member's matter stands."""

    DRAFT = "draft", _("填写中")
    REVIEW = "review", _("联合会核对")
    COUNCIL = "council", _("理事会审议")
    DONE = "done", _("已通过")
    MEND = "mend", _("退回补正")
    REFUSED = "refused", _("理事会未通过")
    WITHDRAWN = "withdrawn", _("已撤回")


SHARES = (("1/2", "过半数"), ("2/3", "三分之二以上"), ("3/4", "四分之三以上"))
QUORUM, MAJORITY = "federation.council_quorum", "federation.council_majority"
_CHARTER = "社会团体章程示范文本：理事会须有三分之二以上理事出席，决议经到会理事三分之二以上通过 [M]"

declare(
    Parameter(QUORUM, str, "2/3", "", "联合会理事会：到会人数的下限", _CHARTER, options=SHARES),
    Parameter(MAJORITY, str, "2/3", "", "联合会理事会：通过要占到会的几成", _CHARTER, options=SHARES),
    Parameter("membership.review_days", int, 5, "个工作日", "会员事项：联合会核对的时限", "本系统所定", 1, 20),
    Parameter(
        "membership.council_days",
        int,
        60,
        "个工作日",
        "会员事项：理事会审议的时限",
        "本系统所定：理事会一年至少开两次",
        5,
        130,
    ),
    Parameter("membership.mend_days", int, 20, "个工作日", "会员事项：补正的时限", "本系统所定", 5, 60),
)

S = MembershipState
SUBMIT_MEMBERSHIP = Step(
    "organizations.submit_membership", {S.DRAFT}, S.REVIEW, _("提交给联合会"), done=_("提交"), tone="primary"
)
RESUBMIT_MEMBERSHIP = Step(
    "organizations.resubmit_membership",
    {S.MEND},
    S.REVIEW,
    _("补正后再交联合会"),
    done=_("补正后再次提交"),
    tone="primary",
)
FORWARD_MEMBERSHIP = Step(
    "organizations.forward_membership",
    {S.REVIEW},
    S.COUNCIL,
    _("符合条件，提请理事会审议"),
    done=_("提请理事会审议"),
    reason="may",
    tone="primary",
    told=_("{title}：联合会已核对，等理事会审议"),
)
ACKNOWLEDGE_LEAVING = Step(
    "organizations.acknowledge_leaving",
    {S.REVIEW},
    S.DONE,
    _("办理退会"),
    done=_("联合会办理退会"),
    reason="may",
    tone="primary",
    basis=_("社会团体章程示范文本：会员退会应书面通知，不须批准 [M]"),
    told=_("{title}：退会办好了"),
)
RETURN_MEMBERSHIP = Step(
    "organizations.return_membership",
    {S.REVIEW},
    S.MEND,
    _("退回补正会员事项"),
    done=_("联合会退回补正"),
    reason="must",
    hint=_("写清缺什么、怎么补。"),
    told=_("{title}：联合会请你补正后再交"),
)
ADMIT_MEMBERSHIP = Step(
    "organizations.pass_membership",
    {S.COUNCIL},
    S.DONE,
    _("理事会通过"),
    done=_("理事会通过，记入会员名册"),
    reason="may",
    tone="primary",
    basis=_("联合会章程：理事会到会和赞成都要达到规定的人数"),
    told=_("{title}：理事会通过了"),
)
REFUSE_MEMBERSHIP = Step(
    "organizations.refuse_membership",
    {S.COUNCIL},
    S.REFUSED,
    _("理事会不通过"),
    done=_("理事会没有通过"),
    reason="must",
    tone="danger",
    hint=_("写明事实和章程的条款，本人会看到全文。"),
    told=_("{title}：理事会没有通过"),
)
REPLY_MEMBERSHIP = Step(
    "organizations.reply_membership",
    {S.REVIEW, S.COUNCIL},
    None,
    _("申辩、说明情况"),
    done=_("会员申辩"),
    reason="must",
    hint=_("写明事实和理由，理事会审议时会看到。"),
)
WITHDRAW_MEMBERSHIP = Step(
    "organizations.withdraw_membership",
    {S.DRAFT, S.REVIEW, S.COUNCIL, S.MEND},
    S.WITHDRAWN,
    _("撤回会员事项"),
    done=_("撤回"),
    reason="may",
    tone="quiet",
)
MEMBERSHIP = Process(
    slug="membership",
    model_label="organizations.Membership",
    label="会员事项",
    steps=(
        SUBMIT_MEMBERSHIP,
        RESUBMIT_MEMBERSHIP,
        FORWARD_MEMBERSHIP,
        ACKNOWLEDGE_LEAVING,
        RETURN_MEMBERSHIP,
        ADMIT_MEMBERSHIP,
        REFUSE_MEMBERSHIP,
        REPLY_MEMBERSHIP,
        WITHDRAW_MEMBERSHIP,
    ),
    duties=(
        Duty(S.DRAFT, OWNER),
        Duty(
            S.REVIEW,
            Role.FEDERATION_SECRETARY,
            "membership.review_days",
            stands_in=Role.STREET_OFFICER,
            raised_to=Role.STREET_OFFICER,
        ),
        Duty(
            S.COUNCIL,
            Role.FEDERATION_SECRETARY,
            "membership.council_days",
            stands_in=Role.STREET_OFFICER,
            raised_to=Role.STREET_OFFICER,
        ),
        Duty(S.MEND, OWNER, "membership.mend_days"),
    ),
    stages=(
        Stage("填写", (S.DRAFT,)),
        Stage("联合会核对", (S.REVIEW, S.MEND)),
        Stage("理事会审议", (S.COUNCIL,)),
        Stage("记入名册", (S.DONE,)),
    ),
    start=S.DRAFT,
    ends={S.DONE, S.REFUSED, S.WITHDRAWN},
    parameters=(QUORUM, MAJORITY),
    facts_template="organizations/federation/_membership_facts.html",
    content="会员事项",
    view=VIEW,
)


class Resource(TextChoices):
    """What of the street's is looked for (rulebook §4)."""

    VENUE = "venue", _("办公或活动场地")
    EQUIPMENT = "equipment", _("设备物资")
    PARTY = "party", _("党建资源")
    PEOPLE = "people", _("人力、志愿者")
    INFORMATION = "information", _("信息和居民联系")
    PROJECT = "project", _("项目合作")
    OTHER = "other", _("其他资源")


class EnquiryState(TextChoices):
    """Where an outside organization's enquiry stands."""

    DRAFT = "draft", _("填写中")
    RECEIVED = "received", _("待联合会答复")
    STREET = "street", _("转街道答复")
    MATCHED = "matched", _("已对接")
    DECLINED = "declined", _("不能提供")
    WITHDRAWN = "withdrawn", _("已撤回")


declare(
    Parameter("enquiry.answer_days", int, 5, "个工作日", "资源对接：联合会答复的时限", "本系统所定", 1, 20),
    Parameter("enquiry.street_days", int, 5, "个工作日", "资源对接：街道答复的时限", "本系统所定", 1, 20),
    Parameter("enquiry.open_most", int, 3, "件", "资源对接：同一个电话最多几件在办", "本系统所定", 1, 20),
)

E = EnquiryState
SEND_ENQUIRY = Step(
    "organizations.send_enquiry", {E.DRAFT}, E.RECEIVED, _("送出对接申请"), done=_("提出对接"), tone="primary"
)
MATCH_ENQUIRY = Step(
    "organizations.match_enquiry",
    {E.RECEIVED},
    E.MATCHED,
    _("可以提供"),
    done=_("联合会答复：可以提供"),
    reason="must",
    tone="primary",
    hint=_("写明提供什么、找谁、什么时候。对方会看到。"),
    basis=_("来对接街道行政资源的社会组织，先由联合会对接；{days} 个工作日内答复"),
    told=_("{title}：可以提供，请看答复"),
)
DECLINE_ENQUIRY = Step(
    "organizations.decline_enquiry",
    {E.RECEIVED},
    E.DECLINED,
    _("不能提供，说明理由"),
    done=_("联合会答复：不能提供"),
    reason="must",
    hint=_("写明为什么，还可以找谁。对方会看到。"),
    told=_("{title}：不能提供，请看答复"),
)
REFER_ENQUIRY = Step(
    "organizations.refer_enquiry",
    {E.RECEIVED},
    E.STREET,
    _("转街道答复"),
    done=_("转街道答复"),
    reason="must",
    hint=_("写明联合会能做什么、要街道定什么。"),
    told=_("{title}：已转街道"),
)
MATCH_BY_STREET = Step(
    "organizations.match_enquiry_by_street",
    {E.STREET},
    E.MATCHED,
    _("街道可以提供"),
    done=_("街道答复：可以提供"),
    reason="must",
    tone="primary",
    hint=_("写明提供什么、找谁、什么时候。对方会看到。"),
    basis=_("{days} 个工作日内答复"),
    told=_("{title}：街道可以提供，请看答复"),
)
DECLINE_BY_STREET = Step(
    "organizations.decline_enquiry_by_street",
    {E.STREET},
    E.DECLINED,
    _("街道不能提供"),
    done=_("街道答复：不能提供"),
    reason="must",
    hint=_("写明为什么。对方会看到。"),
    told=_("{title}：街道不能提供，请看答复"),
)
WITHDRAW_ENQUIRY = Step(
    "organizations.withdraw_enquiry",
    {E.DRAFT, E.RECEIVED, E.STREET},
    E.WITHDRAWN,
    _("撤回对接申请"),
    done=_("撤回"),
    reason="may",
    tone="quiet",
)
ENQUIRY = Process(
    slug="enquiry",
    model_label="organizations.Enquiry",
    label="资源对接",
    steps=(
        SEND_ENQUIRY,
        MATCH_ENQUIRY,
        DECLINE_ENQUIRY,
        REFER_ENQUIRY,
        MATCH_BY_STREET,
        DECLINE_BY_STREET,
        WITHDRAW_ENQUIRY,
    ),
    duties=(
        Duty(E.DRAFT, OWNER),
        Duty(
            E.RECEIVED,
            Role.FEDERATION_SECRETARY,
            "enquiry.answer_days",
            stands_in=Role.STREET_OFFICER,
            raised_to=Role.STREET_OFFICER,
        ),
        Duty(
            E.STREET,
            Role.STREET_OFFICER,
            "enquiry.street_days",
            stands_in=Role.STREET_HEAD,
            raised_to=Role.STREET_HEAD,
        ),
    ),
    stages=(
        Stage("提出", (E.DRAFT,)),
        Stage("联合会答复", (E.RECEIVED,)),
        Stage("街道答复", (E.STREET,)),
        Stage("对接", (E.MATCHED,)),
    ),
    start=E.DRAFT,
    ends={E.MATCHED, E.DECLINED, E.WITHDRAWN},
    facts_template="organizations/federation/_enquiry_facts.html",
    content="要对接的事",
    owner_label="提出人",
    view=VIEW,
)
