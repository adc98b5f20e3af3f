"""Kinds of matters, how urgent they are, and which part a body has in each （三事清单）.

Source: rulebook §6.3 （时限按事项分级）, §6.5 （主要事、协助事、转介事）; the days are parameters of an area.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.core.parameters import Parameter, declare

VIEW = "voice.view_matters"


class Urgency(TextChoices):
    """How soon a matter of this kind has to be settled."""

    URGENT = "urgent", _("紧急")
    SIMPLE = "simple", _("简单")
    NORMAL = "normal", _("一般")
    COMPLEX = "complex", _("复杂")


class Part(TextChoices):
    """What a body does with a matter of this kind （三事清单）."""

    LEAD = "lead", _("主要事")
    ASSIST = "assist", _("协助事")
    REFER = "refer", _("转介事")


class Topic(TextChoices):
    """Under which heading a kind stands in the form."""

    BUILDING = "building", _("楼里的事")
    STREET = "street", _("路上和公共场所")
    NEIGHBOURS = "neighbours", _("邻里之间")
    SERVICE = "service", _("办事和服务")


U, G = Urgency, Topic
# What a district may begin with: code, words, group, urgency, and an example that helps to choose.
COMMON: tuple[tuple[str, str, Topic, Urgency, str], ...] = (
    ("lift", "电梯故障", G.BUILDING, U.URGENT, "困人、停运、异响。有人被困先打 96333。"),
    ("water_power", "停水停电", G.BUILDING, U.URGENT, "楼里公共部分停水、停电、漏电。"),
    ("leak", "漏水堵塞", G.BUILDING, U.SIMPLE, "天花漏水、下水道堵、化粪池满。"),
    ("fire_lane", "消防通道", G.BUILDING, U.URGENT, "楼道堆物、飞线充电、消防门锁住。"),
    ("property", "物业服务", G.BUILDING, U.COMPLEX, "保洁、收费、维修基金。"),
    ("road_light", "路灯井盖", G.STREET, U.SIMPLE, "路灯不亮、井盖松动、路面坑洼。"),
    ("rubbish", "垃圾清运", G.STREET, U.SIMPLE, "垃圾满溢、乱倒建筑垃圾、气味。"),
    ("parking", "停车占道", G.STREET, U.NORMAL, "占用通道、僵尸车、车位不够。"),
    ("noise", "噪声扰民", G.NEIGHBOURS, U.NORMAL, "夜间施工、广场舞、商户音响。"),
    ("dispute", "邻里纠纷", G.NEIGHBOURS, U.COMPLEX, "两家之间的事，可以请人调解。"),
    ("elder_care", "养老助残", G.SERVICE, U.NORMAL, "助餐、上门、无障碍设施。"),
    ("counter", "窗口办事", G.SERVICE, U.NORMAL, "社区、街道窗口的服务。"),
    ("other", "其他", G.SERVICE, U.NORMAL, "说不准是哪一类，选这一项。"),
)

DAYS: dict[str, str] = {
    Urgency.URGENT: "voice.urgent_days",
    Urgency.SIMPLE: "voice.simple_days",
    Urgency.NORMAL: "voice.normal_days",
    Urgency.COMPLEX: "voice.complex_days",
}
_SOURCE = "rulebook §6.3 [R]：各地 12345 有 1 到 15 个工作日的例子"
declare(
    Parameter(DAYS[U.URGENT], int, 1, "个工作日", "诉求：紧急事项办理时限", _SOURCE, 1, 5),
    Parameter(DAYS[U.SIMPLE], int, 3, "个工作日", "诉求：简单事项办理时限", _SOURCE, 1, 10),
    Parameter(DAYS[U.NORMAL], int, 5, "个工作日", "诉求：一般事项办理时限", _SOURCE, 2, 20),
    Parameter(DAYS[U.COMPLEX], int, 15, "个工作日", "诉求：复杂事项办理时限", _SOURCE, 5, 60),
)
