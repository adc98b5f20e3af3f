"""The four dimensions: what counts, how much, and lists of commendation drawn from their ranking.

Source: rulebook §12 （act4） and §2.6. The weights are those of the rulebook and may be set for a district. Only what
was verified counts; nothing here reads a like, a vote or a forward.
"""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

from linli.core.parameters import Parameter, declare
from linli.organizations.choices.filing import LegalStatus


class Dimension(TextChoices):
    """The four parts of a score."""

    ACTIVE = "active", _("活跃度")
    ORDERLY = "orderly", _("规范化")
    COVERAGE = "coverage", _("覆盖率")
    INFLUENCE = "influence", _("影响力")


class Item(IntegerChoices):
    """One thing of the checklist behind 规范化; the number is its bit."""

    PROFILE = 1, _("名册资料齐全")
    PARTY = 2, _("党的组织或工作覆盖到")
    ACCOUNTS = 4, _("活动收支写清楚")
    MEETINGS = 8, _("一年里议过事")
    DISCLOSURE = 16, _("活动向居民开放")
    REPORT = 32, _("报送了年度工作报告")
    SUMMARIES = 64, _("活动办完按时总结")
    CREDIT = 128, _("信用正常，没有处罚")


# What is to be done about each, as its organization reads it.
ADVICE = {
    Item.PROFILE: "在名册里补齐宗旨、场所、负责人和成员人数。",
    Item.PARTY: "请街道党工委建立党组织，或者派党建指导员。",
    Item.ACCOUNTS: "总结活动时写清支出；没有花钱的写 0。",
    Item.MEETINGS: "开一次理事会或成员议事，记成“议事协商”活动，请社区核实。",
    Item.DISCLOSURE: "至少办一场居民都可以来的活动。",
    Item.REPORT: "报送上一年度工作报告；还没有登记的，由登记管理机关归集。",
    Item.SUMMARIES: "把办完还没有总结的活动总结了。",
    Item.CREDIT: "按信用记录里写的改正，申请移出名录。",
}

# Compared with others: those that should be active.
RANKED = (LegalStatus.FILED, LegalStatus.REGISTERING, LegalStatus.REGISTERED)
WHOLE = 10_000  # a part of 100 %
POINT = 10_000  # of a total, so that 1,000,000 is a hundred points
GRADES = 5  # 1A-5A, or one star to five

_RULE = "rulebook §12 四维分 [M]"
WEIGHTS = {each: f"ranking.weight_{each.value}" for each in Dimension}
_DEFAULTS = (35, 25, 20, 20)

declare(
    *(
        Parameter(WEIGHTS[each], int, default, "%", f"四维排位：{each.label}的权重", _RULE, 0, 100)
        for each, default in zip(Dimension, _DEFAULTS, strict=True)
    ),
    Parameter("ranking.months", int, 12, "个月", "四维排位：看最近多久", _RULE, 6, 24),
    Parameter("ranking.target_share", int, 5, "%", "四维排位：应服务人数占社区人口", "本系统所定", 1, 100),
    Parameter("ranking.target_least", int, 200, "人", "四维排位：应服务人数至少", "本系统所定", 10, 100_000),
    Parameter("ranking.awards_most", int, 2, "次", "四维排位：几次表彰算满", "本系统所定", 1, 10),
    Parameter("ranking.awards_years", int, 3, "年", "四维排位：看几年里的表彰", "本系统所定", 1, 10),
    Parameter("ranking.commended", int, 3, "家", "表彰名单：每个类别提几家", "本系统所定", 1, 50),
    Parameter(
        "ranking.items",
        str,
        ",".join(str(item.value) for item in Item),
        "",
        "四维排位：规范化看哪几项",
        "rulebook §12：章程、党建、账目、会议、公开、年报 [M]",
        options=tuple((str(item.value), str(item.label)) for item in Item),
        many=True,
    ),
)
RANKING = (
    *WEIGHTS.values(),
    "ranking.months",
    "ranking.target_share",
    "ranking.target_least",
    "ranking.awards_most",
    "ranking.awards_years",
    "ranking.items",
    "activity.summary_days",
)
