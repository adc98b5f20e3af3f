"""Grading: two schemes of one machinery, each declared once.

The national grade 1A-5A is for registered organizations and given by the district （民政部令39号， §2.4）. The stars
are the local scheme for filed ones and given by the street. Rounds, sheets, draws, ballots and appeals know nothing
but the `Scheme`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.areas.choices import Level
from linli.core.parameters import Parameter, declare
from linli.organizations.choices.filing import LegalStatus

LAW = "社会组织评估管理办法（民政部令39号）"
LOCAL = "本地星级评定办法 [M]"


class SchemeName(TextChoices):
    """Which of the two."""

    GRADE = "grade", _("等级评估")
    STARS = "stars", _("星级评定")


@dataclass(frozen=True)
class Scheme:
    """What differs between the national grade and the local stars; all else is the same."""

    name: SchemeName
    levels: tuple[str, ...]  # in words, the lowest first
    legal_status: LegalStatus  # whose it is
    level: Level  # of the area that runs its rounds
    officer: Role
    head: Role
    months: int  # on the register before the first application
    years: int  # a result is valid
    commission: tuple[int, int]
    board: tuple[int, int]  # the review board
    serial: str
    law: str
    asks_community: bool = False
    reads_reports: bool = False  # whether the annual check counts

    @property
    def label(self) -> str:
        """What the whole is called."""
        return str(self.name.label)

    def words(self, level: int) -> str:
        """A level in words: 3 → 3A; 0 → 不授予."""
        return self.levels[level - 1] if level else "没有达到等级"


NATIONAL = Scheme(
    SchemeName.GRADE,
    ("1A", "2A", "3A", "4A", "5A"),
    LegalStatus.REGISTERED,
    Level.DISTRICT,
    Role.DISTRICT_OFFICER,
    Role.DISTRICT_HEAD,
    months=24,
    years=5,
    commission=(7, 25),
    board=(5, 9),
    serial="PG",
    law=LAW,
    reads_reports=True,
)
STARS = Scheme(
    SchemeName.STARS,
    ("一星", "二星", "三星", "四星", "五星"),
    LegalStatus.FILED,
    Level.STREET,
    Role.STREET_OFFICER,
    Role.STREET_HEAD,
    months=6,
    years=2,
    commission=(5, 15),
    board=(3, 7),
    serial="XJ",
    law=LOCAL,
    asks_community=True,
)
# Whose holders a board is usually picked from; anybody else with an account may be named as well.
SITTING = {
    SchemeName.GRADE: (
        *(Role.DISTRICT_HEAD, Role.DISTRICT_OFFICER, Role.STREET_HEAD, Role.STREET_OFFICER),
        Role.FEDERATION_SECRETARY,
    ),
    SchemeName.STARS: (
        *(Role.STREET_HEAD, Role.STREET_OFFICER, Role.FEDERATION_SECRETARY, Role.FEDERATION_TREASURER),
        Role.COMMUNITY_HEAD,
    ),
}
SCHEMES = {scheme.name.value: scheme for scheme in (NATIONAL, STARS)}
LEVELS = 5
AGAIN_MONTHS = 24  # the last of a valid result in which one may apply anew
LONGEST_YEARS = max(scheme.years for scheme in SCHEMES.values())
BARRED_YEARS = {"downgrade": 2, "cancel": 3}
PLAQUE_DAYS = 15  # to return the plaque of what was taken away
ANSWER_DAYS = 15  # to answer an appeal
LEFT_MONTHS = 24  # whoever left an organization later than this does not evaluate it


class Indicator(TextChoices):
    """What a score sheet is made of; a round gives each its weight."""

    BASICS = "basics", _("基础条件")
    PARTY = "party", _("党建工作")
    GOVERNANCE = "governance", _("内部治理")
    WORK = "work", _("工作绩效")
    REPUTATION = "reputation", _("社会评价")


WEIGHTS = tuple(f"weight_{one.value}" for one in Indicator)
SCORES = tuple(f"score_{one.value}" for one in Indicator)
LEAST = tuple(f"least_{level}" for level in range(1, LEVELS + 1))
WHOLE = 100  # the weights together; and the most each indicator is given
POINT = 100  # of a total, so that 10,000 is a hundred points
DEFAULT_WEIGHTS = (15, 20, 25, 30, 10)
DEFAULT_LEAST = (50, 60, 70, 80, 90)


class Board(TextChoices):
    """The two boards of a round; nobody sits on both."""

    COMMISSION = "commission", _("评估委员会")
    REVIEW = "review", _("复核委员会")


class Choice(TextChoices):
    """What a member says in a ballot; the commission about the level, the review board about the conclusion."""

    FOR = "for", _("同意")
    AGAINST = "against", _("不同意")
    ABSTAIN = "abstain", _("弃权")


class EndCause(TextChoices):
    """Why a result no longer holds."""

    EXPIRED = "expired", _("到期")
    RENEWED = "renewed", _("重新评定")
    DOWNGRADED = "downgraded", _("降低等级")
    CANCELLED = "cancelled", _("取消")
    GONE = "gone", _("组织终止或者不再属于评定范围")


class Interest(IntegerChoices):
    """Why somebody does not evaluate an organization; the numbers are those `organizations_interest` returns."""

    HEAD = 1, _("是这家组织的负责人")
    RAN_IT = 2, _("两年以内替这家组织办过事")
    FOUNDER = 3, _("申请过这家组织的备案，是发起人")
    POST = 4, _("两年以内在这家组织任职")
    MEMBER = 5, _("两年以内是这家组织在联合会的联系人")
    LEADER_PHONE = 6, _("电话就是这家组织负责人的电话")
    PARTY = 7, _("两年以内是这家组织的党员")
    PARTY_UNIT = 8, _("所在的党组织也覆盖这家组织")
    DECLARED = 9, _("两年以内自己说过和这家组织有利害关系")
    NAMED_LEADER = 10, _("和这家组织的负责人同名")
    NAMED_FOUNDER = 11, _("和这家组织的发起人同名")
    NAMED_POST = 12, _("和在这家组织兼职的两委成员同名")
    NAMED_TENURE = 13, _("和这家组织所在联合会的任职人同名")


declare(
    Parameter("grading.opinion_days", int, 5, "个工作日", "星级评定：社区出意见的时限", "本系统所定", 2, 20),
    Parameter("grading.check_days", int, 10, "个工作日", "评估：审核资格和材料的时限", "本系统所定", 3, 40),
    Parameter("grading.mend_days", int, 10, "个工作日", "评估：退回后补正的时限", "本系统所定", 3, 40),
    Parameter("grading.sheet_days", int, 10, "个工作日", "评估：评审填评分表的时限", "本系统所定", 3, 40),
    Parameter("grading.ballot_days", int, 20, "个工作日", "评估：委员会表决的时限", "本系统所定", 5, 60),
    Parameter("grading.notice_days", int, 7, "个工作日", "评估：公示期", LAW, 5, 30),
    Parameter("grading.reply_days", int, 10, "个工作日", "降低、取消等级：告知后申辩的时限", "本系统所定", 5, 30),
    Parameter("grading.decide_days", int, 10, "个工作日", "降低、取消等级：决定的时限", "本系统所定", 3, 40),
    Parameter("grading.evaluators", int, 3, "名", "评估：每家抽几名评审", "本系统所定", 2, 9),
    Parameter(
        "grading.party_weight",
        int,
        10,
        "%",
        "评估：党建工作的权重至少",
        "把党建工作作为评估的重要考核标准 [U]",
        0,
        50,
    ),
)
