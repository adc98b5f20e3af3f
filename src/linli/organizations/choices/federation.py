"""The federation （联合会） of a street: what it must have, who sits in it, with whom it is friends.

Source: the report of Jinping, rulebook §4 and §3: 六个一 as a checklist with evidence; posts with term, approval
document and unpaid; friendly organizations by dated agreement, which are not members. 公务员法 article 44: approval
needed, no pay [V].
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.parameters import Parameter, declare
from linli.core.workflow import OWNER, SYSTEM, Duty, Process, Stage, Step

# Whose posts see a federation's matters below their area: the federation, its street, the district.
FEDERATION_READERS = (
    Role.FEDERATION_SECRETARY,
    Role.STREET_OFFICER,
    Role.STREET_HEAD,
    Role.DISTRICT_OFFICER,
    Role.DISTRICT_HEAD,
    Role.AUDITOR,
)
VIEW = "organizations.view_federations"


class Standard(TextChoices):
    """Whether all of 六个一 are met."""

    MET = "met", _("六个一达标")
    MENDING = "mending", _("六个一未达标")


class One(TextChoices):
    """六个一 (rulebook §4): the six things a federation has to have."""

    OFFICE = "office", _("独立的办公场所")
    STRUCTURE = "structure", _("完善的组织架构")
    STAFF = "staff", _("专业的人员队伍")
    FUNDS = "funds", _("稳定的经费保障体系")
    RULES = "rules", _("完善的运作机制")
    PLATFORM = "platform", _("发挥作用的平台")


EVIDENCE_OF = {
    One.OFFICE: "产权证、租赁或借用协议，办公室照片。",
    One.STRUCTURE: "章程，理事会、监事会名单和选举记录。",
    One.STAFF: "专兼职人员名单，聘用协议或社工证书。",
    One.FUNDS: "年度预算，经费拨付或会费收支说明。",
    One.RULES: "会员管理、项目管理、财务管理等制度文本。",
    One.PLATFORM: "服务阵地、议事平台的照片和使用记录。",
}


class PillarState(TextChoices):
    """Where one of the six stands."""

    OPEN = "open", _("待补齐")
    SENT = "sent", _("待街道核对")
    MET = "met", _("已达标")


declare(
    Parameter("federation.pillar_days", int, 20, "个工作日", "六个一：联合会补齐一项的时限", "本系统所定", 5, 120),
    Parameter("federation.check_days", int, 5, "个工作日", "联合会：街道核对的时限", "本系统所定", 1, 20),
    Parameter(
        "federation.term_years",
        int,
        5,
        "年",
        "联合会：一届最长几年",
        "社会团体章程示范文本：每届最长不超过五年 [M]",
        1,
        5,
    ),
)

P = PillarState
SEND_PILLAR = Step(
    "organizations.send_pillar", {P.OPEN}, P.SENT, _("报街道核对"), done=_("报街道核对"), tone="primary"
)
CONFIRM_PILLAR = Step(
    "organizations.confirm_pillar",
    {P.SENT},
    P.MET,
    _("核对无误，达标"),
    done=_("街道核对无误，达标"),
    reason="may",
    basis=_("金平区“六个一”标准；{days} 个工作日内核对"),
    tone="primary",
)
RETURN_PILLAR = Step(
    "organizations.return_pillar",
    {P.SENT},
    P.OPEN,
    _("退回补齐"),
    done=_("街道退回补齐"),
    reason="must",
    hint=_("写清缺什么、怎么补。"),
)
PILLAR = Process(
    slug="pillar",
    model_label="organizations.Pillar",
    label="六个一建设",
    steps=(SEND_PILLAR, CONFIRM_PILLAR, RETURN_PILLAR),
    duties=(
        Duty(P.OPEN, Role.FEDERATION_SECRETARY, "federation.pillar_days", raised_to=Role.STREET_OFFICER),
        Duty(P.SENT, Role.STREET_OFFICER, "federation.check_days", raised_to=Role.STREET_HEAD),
    ),
    stages=(Stage("补齐", (P.OPEN,)), Stage("街道核对", (P.SENT,)), Stage("达标", (P.MET,))),
    start=P.OPEN,
    ends={P.MET},
    facts_template="organizations/federation/_pillar_facts.html",
    unit="项",
    content="这一项",
    owner_label="填写人",
    view=VIEW,
)


class Title(TextChoices):
    """A post in a federation."""

    PRESIDENT = "president", _("会长")
    DEPUTY = "deputy", _("副会长")
    SECRETARY_GENERAL = "secretary_general", _("秘书长")
    COUNCILLOR = "councillor", _("理事")
    SUPERVISOR = "supervisor", _("监事")
    STAFF = "staff", _("专职人员")


SEATED_ONCE = (Title.PRESIDENT, Title.SECRETARY_GENERAL)


class TenureState(TextChoices):
    """Where a post in a federation stands."""

    DRAFT = "draft", _("拟任")
    CHECK = "check", _("待街道核对任职")
    IN_OFFICE = "in_office", _("在任")
    ENDED = "ended", _("已卸任")
    DROPPED = "dropped", _("不再任职")


T = TenureState
SEND_TENURE = Step("organizations.send_tenure", {T.DRAFT}, T.CHECK, _("报街道核对任职"), tone="primary")
ACTIVATE_TENURE = Step(
    "organizations.activate_tenure",
    {T.CHECK},
    T.IN_OFFICE,
    _("核对无误，到任"),
    done=_("街道核对无误，到任"),
    reason="may",
    basis=_("公务员法第四十四条：公职人员兼职须经批准，不得领取报酬；{days} 个工作日内核对"),
    tone="primary",
    told=_("{title}：街道已核对，到任"),
)
RETURN_TENURE = Step(
    "organizations.return_tenure",
    {T.CHECK},
    T.DRAFT,
    _("退回补正任职"),
    done=_("街道退回补正"),
    reason="must",
    hint=_("写清缺什么，例如批准文件。"),
    told=_("{title}：街道退回补正"),
)
LEAVE_TENURE = Step(
    "organizations.leave_tenure",
    {T.IN_OFFICE},
    T.ENDED,
    _("提前卸任"),
    done=_("提前卸任"),
    reason="must",
    tone="quiet",
    hint=_("写明原因和依据的会议或文件。"),
)
EXPIRE_TENURE = Step(
    "organizations.expire_tenure",
    {T.IN_OFFICE},
    T.ENDED,
    _("任期届满"),
    done=_("任期届满"),
    told=_("{title}：任期届满，请及时换届"),
)
DROP_TENURE = Step(
    "organizations.drop_tenure",
    {T.DRAFT, T.CHECK},
    T.DROPPED,
    _("不再拟任"),
    done=_("不再拟任"),
    reason="may",
    tone="quiet",
)
TENURE = Process(
    slug="tenure",
    model_label="organizations.Tenure",
    label="联合会任职",
    steps=(SEND_TENURE, ACTIVATE_TENURE, RETURN_TENURE, LEAVE_TENURE, EXPIRE_TENURE, DROP_TENURE),
    duties=(
        Duty(T.DRAFT, OWNER),
        Duty(
            T.CHECK,
            Role.STREET_OFFICER,
            "federation.check_days",
            stands_in=Role.STREET_HEAD,
            raised_to=Role.STREET_HEAD,
        ),
        Duty(T.IN_OFFICE, SYSTEM, until="term_to", then=EXPIRE_TENURE.name),
    ),
    stages=(
        Stage("拟任", (T.DRAFT,)),
        Stage("街道核对", (T.CHECK,)),
        Stage("在任", (T.IN_OFFICE,)),
        Stage("卸任", (T.ENDED,)),
    ),
    start=T.DRAFT,
    ends={T.ENDED, T.DROPPED},
    facts_template="organizations/federation/_tenure_facts.html",
    unit="人",
    content="任职",
    owner_label="填写人",
    view=VIEW,
)


class FriendshipState(TextChoices):
    """Where a friendly agreement stands."""

    DRAFT = "draft", _("拟签")
    IN_FORCE = "in_force", _("有效")
    ENDED = "ended", _("已到期")
    BROKEN_OFF = "broken_off", _("提前终止")
    DROPPED = "dropped", _("没有签成")


F = FriendshipState
SIGN_FRIENDSHIP = Step(
    "organizations.sign_friendship",
    {F.DRAFT},
    F.IN_FORCE,
    _("登记协议"),
    done=_("协议签订，结为友好"),
    tone="primary",
)
EXPIRE_FRIENDSHIP = Step(
    "organizations.expire_friendship",
    {F.IN_FORCE},
    F.ENDED,
    _("协议到期"),
    done=_("协议到期，自行终止"),
    told=_("{title}：协议到期"),
)
BREAK_OFF_FRIENDSHIP = Step(
    "organizations.break_off_friendship",
    {F.IN_FORCE},
    F.BROKEN_OFF,
    _("提前终止协议"),
    done=_("提前终止"),
    reason="must",
    tone="quiet",
    hint=_("写明原因和双方商定的善后。"),
)
DROP_FRIENDSHIP = Step(
    "organizations.drop_friendship",
    {F.DRAFT},
    F.DROPPED,
    _("不再签订"),
    done=_("没有签成"),
    reason="may",
    tone="quiet",
)
FRIENDSHIP = Process(
    slug="friendship",
    model_label="organizations.Friendship",
    label="友好组织",
    steps=(SIGN_FRIENDSHIP, EXPIRE_FRIENDSHIP, BREAK_OFF_FRIENDSHIP, DROP_FRIENDSHIP),
    duties=(Duty(F.DRAFT, OWNER), Duty(F.IN_FORCE, SYSTEM, until="valid_to", then=EXPIRE_FRIENDSHIP.name)),
    stages=(Stage("拟签", (F.DRAFT,)), Stage("有效", (F.IN_FORCE,)), Stage("到期", (F.ENDED,))),
    start=F.DRAFT,
    ends={F.ENDED, F.BROKEN_OFF, F.DROPPED},
    facts_template="organizations/federation/_friendship_facts.html",
    unit="家",
    content="友好协议",
    owner_label="填写人",
    view=VIEW,
)
