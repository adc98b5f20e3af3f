"""The network: kinds of bodies, what each may do, and what kind of person a mediator is.

Source: rulebook §9; 人民调解法第七条至第九条、第三十四条; the report of Yantian names the nodes of its network.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.core.parameters import Parameter, declare


class NodeKind(TextChoices):
    """What a body of the network is."""

    COMMUNITY = "community", _("村（社区）人民调解委员会")
    STREET = "street", _("街道人民调解委员会")
    TRADE = "trade", _("行业性、专业性人民调解委员会")
    ENTERPRISE = "enterprise", _("企事业单位人民调解委员会")
    ESTATE = "estate", _("小区人民调解委员会")
    ROOM = "room", _("调解室")
    STUDIO = "studio", _("个人调解工作室")
    GROUP = "group", _("调解小组")
    ASSOCIATION = "association", _("人民调解协会")
    POLICE = "police", _("派出所联络点")
    COURT = "court", _("法庭联络点")


K = NodeKind
# A committee has members, a term and a seal; it alone accepts a case, whoever sits at the table.
COMMITTEES = (K.COMMUNITY, K.STREET, K.TRADE, K.ENTERPRISE, K.ESTATE)
# These work in the name of the committee they hang under.
UNDER_A_COMMITTEE = (K.ROOM, K.STUDIO, K.GROUP)
MEDIATING_KINDS = (*COMMITTEES, *UNDER_A_COMMITTEE)
# From here cases come; an association trains and advises. None of them mediates (rulebook §0 trap 10).
WITHOUT_POWER = (K.ASSOCIATION, K.POLICE, K.COURT)
WHY_NOT = {
    K.ASSOCIATION: "人民调解协会做培训和行业自律，不是人民调解委员会，不能主持调解。",
    K.POLICE: "派出所联络点只移送纠纷，调解由人民调解委员会主持。",
    K.COURT: "法庭联络点只委派、委托纠纷，调解由人民调解委员会主持。",
}


class Profession(TextChoices):
    """The three kinds of people of 三方联调 （the report of Yantian）."""

    LAW = "law", _("法律人士")
    EXPERT = "expert", _("专业人士")
    SOCIAL = "social", _("社会人士")


TERM_YEARS = 3  # 人民调解法第十条
LEAST_MEMBERS, MOST_MEMBERS = 3, 9  # 人民调解法第八条
VIEW = "mediation.view_network"

declare(
    Parameter(
        "med.training_hours",
        int,
        12,
        "小时",
        "调解：调解员每年培训的学时",
        "人民调解法第十四条只要求定期培训；学时为本系统所定",
        0,
        200,
    ),
    Parameter("med.load", int, 8, "件", "调解：一名调解员手上有几件就不再优先派", "本系统所定，只作提示", 1, 100),
)
