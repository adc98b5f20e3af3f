"""Credit of organizations: the five kinds of information, and the two lists with entering, repair and leaving.

Source: 社会组织信用信息管理办法 （民政部令60号， 2018） as rulebook §2.5 tells it, partly from the consultation draft
[V-]; for filed organizations the same is done by analogy. What a list means for anything else is decided there, by a
person, and names the entry.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.parameters import Parameter, declare
from linli.core.workflow import OWNER, SYSTEM, Duty, Process, Stage, Step

# Whose posts see what is going on about credit; what is on a list everybody may read.
CREDIT_READERS = (
    Role.STREET_OFFICER,
    Role.STREET_HEAD,
    Role.DISTRICT_OFFICER,
    Role.DISTRICT_HEAD,
    Role.AUDITOR,
)
VIEW = "organizations.view_credit_cases"
MEASURES = "社会组织信用信息管理办法（民政部令60号） [V-]"


class InfoKind(TextChoices):
    """The five kinds of credit information (art. 4)."""

    BASIC = "basic", _("基础信息")
    REPORT = "report", _("年报信息")
    INSPECTION = "inspection", _("行政检查信息")
    PENALTY = "penalty", _("行政处罚信息")
    OTHER = "other", _("其他信息")


# Basic information is the register itself: it is shown from there and never typed a second time.
ENTERED = tuple(kind for kind in InfoKind if kind is not InfoKind.BASIC)
INFO_WORKDAYS = 5  # from the day it came about to the day it is entered (rulebook §2.5)


class CreditList(TextChoices):
    """The two lists."""

    ABNORMAL = "abnormal", _("活动异常名录")
    DISHONEST = "dishonest", _("严重违法失信名单")


class Cause(TextChoices):
    """Why an organization is put on a list."""

    NO_REPORT = "no_report", _("没有按时报送年度工作报告")
    NO_PARTY = "no_party", _("应当设立党组织而没有设立")
    NOT_MENDED = "not_mended", _("责令整改，逾期没有完成")
    FINED_LIGHTLY = "fined_lightly", _("受到警告或者不满五万元罚款")
    UNREACHABLE = "unreachable", _("按登记的住所联系不上")
    OTHER_ABNORMAL = "other_abnormal", _("法规规章规定的其他活动异常")
    TWO_YEARS = "two_years", _("在活动异常名录满两年")
    CHANGE_REVOKED = "change_revoked", _("弄虚作假办理变更，被撤销")
    SUSPENDED = "suspended", _("受到限期停止活动的处罚")
    FINED_HEAVILY = "fined_heavily", _("受到五万元以上罚款")
    FINED_OFTEN = "fined_often", _("三年内两次以上受到警告或者罚款")
    DEFAULTER = "defaulter", _("被司法机关列为失信被执行人")
    REVOKED = "revoked", _("被吊销登记证书或者撤销登记")
    OTHER_DISHONEST = "other_dishonest", _("法规规章规定的其他严重违法失信")


CAUSES = {
    CreditList.ABNORMAL: (
        Cause.NO_REPORT,
        Cause.NO_PARTY,
        Cause.NOT_MENDED,
        Cause.FINED_LIGHTLY,
        Cause.UNREACHABLE,
        Cause.OTHER_ABNORMAL,
    ),
    CreditList.DISHONEST: (
        Cause.TWO_YEARS,
        Cause.CHANGE_REVOKED,
        Cause.SUSPENDED,
        Cause.FINED_HEAVILY,
        Cause.FINED_OFTEN,
        Cause.DEFAULTER,
        Cause.REVOKED,
        Cause.OTHER_DISHONEST,
    ),
}
# There is nothing to put right: it leaves after half a year.
NOTHING_TO_MEND = (Cause.FINED_LIGHTLY,)
# Two letters, so many days apart, say that nobody is to be found there.
LETTERS_APART = (20, 60)


class ListingState(TextChoices):
    """Where an entry on a list stands."""

    DRAFT = "draft", _("起草中")
    CHECK = "check", _("满两年，待核对")
    HEARING = "hearing", _("已告知，可以申辩")
    DECISION = "decision", _("待决定")
    LISTED = "listed", _("在列")
    REPAIR = "repair", _("申请移出，待核实")
    REMOVED = "removed", _("已移出")
    DROPPED = "dropped", _("不列入")
    WITHDRAWN = "withdrawn", _("已撤回")


S = ListingState
ON_LIST = (S.LISTED, S.REPAIR)

declare(
    Parameter("credit.check_days", int, 10, "个工作日", "信用名录：核对是否提出的时限", "本系统所定", 3, 40),
    Parameter("credit.reply_days", int, 10, "个工作日", "信用名录：告知后组织申辩的时限", MEASURES, 5, 30),
    Parameter("credit.decide_days", int, 10, "个工作日", "信用名录：决定是否列入的时限", "本系统所定", 3, 40),
    Parameter("credit.removal_days", int, 5, "个工作日", "信用名录：核实并移出的时限", MEASURES, 1, 20),
    Parameter("credit.no_repair_months", int, 6, "个月", "信用名录：没有可整改内容的满几个月移出", MEASURES, 6, 24),
    Parameter("credit.escalation_months", int, 24, "个月", "信用名录：在异常名录满几个月提请核对", MEASURES, 24, 60),
    Parameter("credit.dishonest_months", int, 24, "个月", "信用名录：严重失信名单至少列几个月", MEASURES, 24, 120),
)

SUGGEST = Step(
    "organizations.suggest_listing",
    {S.DRAFT},
    S.CHECK,
    _("提请核对"),
    done=_("在活动异常名录满两年，系统提请核对"),
    quiet=True,
)
NOTIFY = Step(
    "organizations.notify_listing",
    {S.DRAFT},
    S.HEARING,
    _("告知拟列入"),
    done=_("告知组织拟列入名录"),
    tone="primary",
    hint=_("组织的负责人会收到全文，可以在时限内申辩。"),
)
TAKE_UP = Step(
    "organizations.take_up_listing",
    {S.CHECK},
    S.HEARING,
    _("核对属实，告知拟列入"),
    done=_("核对属实，告知组织拟列入名录"),
    tone="primary",
    hint=_("组织的负责人会收到全文，可以在时限内申辩。"),
)
REPLY = Step(
    "organizations.reply_listing",
    {S.HEARING, S.DECISION},
    None,
    _("申辩、陈述情况"),
    done=_("组织申辩"),
    reason="must",
    hint=_("写明事实和理由，决定的人会看到全文。"),
)
END_HEARING = Step(
    "organizations.end_hearing",
    {S.HEARING},
    S.DECISION,
    _("申辩期满"),
    done=_("申辩期满，转决定"),
    quiet=True,
)
ENTER = Step(
    "organizations.enter_listing",
    {S.DECISION},
    S.LISTED,
    _("决定列入"),
    done=_("决定列入名录，当日公布"),
    reason="must",
    tone="danger",
    basis=_("社会组织信用信息管理办法；{days} 个工作日内决定"),
    hint=_("写明事实、依据的条款，对申辩怎么看。组织会看到全文，名录向社会公布。"),
)
SPARE = Step(
    "organizations.spare_listing",
    {S.CHECK, S.DECISION},
    S.DROPPED,
    _("决定不列入"),
    done=_("决定不列入名录"),
    reason="must",
    hint=_("写明理由。"),
)
LIST_REVOKED = Step(
    "organizations.list_revoked",
    {S.DRAFT},
    S.LISTED,
    _("撤销登记，列入"),
    done=_("撤销登记的决定已送达，列入名录，当日公布"),
)
ASK_REMOVAL = Step(
    "organizations.ask_removal",
    {S.LISTED},
    S.REPAIR,
    _("申请移出"),
    done=_("申请移出名录"),
    reason="must",
    tone="primary",
    hint=_("写明怎么改的、什么时候改完。"),
    since="earliest_on",
)
RELEASE = Step(
    "organizations.release_listing",
    {S.LISTED},
    S.REPAIR,
    _("到期提请移出"),
    done=_("没有可整改的内容，列入已到期限，系统提请移出"),
    quiet=True,
)
GRANT_REMOVAL = Step(
    "organizations.grant_removal",
    {S.REPAIR},
    S.REMOVED,
    _("核实无误，移出"),
    done=_("核实无误，移出名录"),
    reason="may",
    tone="primary",
    basis=_("社会组织信用信息管理办法：核实后 {days} 个工作日内移出"),
)
KEEP = Step(
    "organizations.keep_listing",
    {S.REPAIR},
    S.LISTED,
    _("还不能移出"),
    done=_("核实后继续列在名录"),
    reason="must",
    hint=_("写清还差什么、怎么改。"),
)
ANNUL = Step(
    "organizations.annul_listing",
    {S.LISTED, S.REPAIR},
    S.REMOVED,
    _("列入有误，撤销"),
    done=_("列入有误，撤销"),
    reason="must",
    tone="quiet",
    hint=_("写明错在哪里。名录当场更正，留有记录。"),
)
WITHDRAW = Step(
    "organizations.withdraw_listing",
    {S.DRAFT, S.HEARING},
    S.WITHDRAWN,
    _("撤回提出的列入"),
    done=_("撤回"),
    reason="may",
    tone="quiet",
)

LISTING = Process(
    slug="listing",
    model_label="organizations.CreditListing",
    label="信用名录",
    steps=(
        SUGGEST,
        NOTIFY,
        TAKE_UP,
        REPLY,
        END_HEARING,
        ENTER,
        SPARE,
        LIST_REVOKED,
        ASK_REMOVAL,
        RELEASE,
        GRANT_REMOVAL,
        KEEP,
        ANNUL,
        WITHDRAW,
    ),
    duties=(
        Duty(S.DRAFT, OWNER),
        Duty(S.CHECK, Role.DISTRICT_OFFICER, "credit.check_days", raised_to=Role.DISTRICT_HEAD),
        Duty(S.HEARING, SYSTEM, "credit.reply_days", then=END_HEARING.name),
        Duty(
            S.DECISION,
            Role.DISTRICT_HEAD,
            "credit.decide_days",
            stands_in=Role.DISTRICT_OFFICER,
            raised_to=Role.DISTRICT_HEAD,
        ),
        Duty(S.LISTED, SYSTEM, until="released_on", then=RELEASE.name),
        Duty(S.REPAIR, Role.DISTRICT_OFFICER, "credit.removal_days", raised_to=Role.DISTRICT_HEAD),
    ),
    stages=(
        Stage("起草", (S.DRAFT, S.CHECK)),
        Stage("告知、申辩", (S.HEARING,)),
        Stage("决定", (S.DECISION,)),
        Stage("在列", (S.LISTED, S.REPAIR)),
        Stage("移出", (S.REMOVED,)),
    ),
    start=S.DRAFT,
    ends={S.REMOVED, S.DROPPED, S.WITHDRAWN},
    parameters=("credit.no_repair_months", "credit.escalation_months", "credit.dishonest_months"),
    facts_template="organizations/credit/_listing_facts.html",
    content="拟列入的事实",
    owner_label="提出人",
    view=VIEW,
)
