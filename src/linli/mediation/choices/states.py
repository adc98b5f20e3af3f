"""States and kinds of a mediation case, and which of them belong together （rulebook §9）."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CaseState(TextChoices):
    """Where a case stands."""

    DRAFT = "draft", _("填写中")
    REGISTERED = "registered", _("已登记")
    CONSENT = "consent", _("征求双方意见")
    ACCEPTED = "accepted", _("已受理")
    MEDIATING = "mediating", _("调解中")
    EXTENDED = "extended", _("延期调解中")
    SIGNING = "signing", _("待签字盖章")
    PERFORMING = "performing", _("履行中")
    PERFORMED = "performed", _("已履行")
    BREACHED = "breached", _("没有履行")
    FOLLOWED = "followed", _("已回访")
    ARCHIVED = "archived", _("已归档")
    FAILED = "failed", _("调解不成")
    REFUSED = "refused", _("一方不同意调解")
    WITHDRAWN = "withdrawn", _("申请撤回")
    DECLINED = "declined", _("不予受理")
    DROPPED = "dropped", _("没有提交")


class Outcome(TextChoices):
    """How it came out; stays when the case is archived."""

    ORAL = "oral", _("达成口头协议")
    WRITTEN = "written", _("达成书面协议")
    FAILED = "failed", _("没有达成协议")
    REFUSED = "refused", _("一方明确拒绝")
    WITHDRAWN = "withdrawn", _("申请人撤回")
    DECLINED = "declined", _("不属于受理范围")


class Source(TextChoices):
    """From where a case comes （rulebook §9）."""

    APPLICATION = "application", _("当事人申请")
    PROACTIVE = "proactive", _("主动调解")
    POLICE = "police", _("公安移送")
    COURT = "court", _("法院委派委托")
    HOTLINE = "hotline", _("12345 热线移送")
    PETITION = "petition", _("信访移送")
    GRID = "grid", _("网格排查")
    FEDERATION = "federation", _("社会组织联合会移送")


class Dispute(TextChoices):
    """What the parties quarrel over, as the justice statistics divide it."""

    NEIGHBOURS = "neighbours", _("邻里纠纷")
    FAMILY = "family", _("婚姻家庭纠纷")
    PROPERTY = "property", _("物业纠纷")
    HOUSING = "housing", _("房屋、宅基地纠纷")
    CONTRACT = "contract", _("合同纠纷")
    LABOUR = "labour", _("劳动争议")
    TRAFFIC = "traffic", _("道路交通事故纠纷")
    MEDICAL = "medical", _("医疗纠纷")
    CONSUMER = "consumer", _("消费纠纷")
    DAMAGES = "damages", _("损害赔偿纠纷")
    OTHER = "other", _("其他纠纷")


class Side(TextChoices):
    """One of the two."""

    FIRST = "first", _("申请人一方")
    SECOND = "second", _("被申请人一方")


class Way(TextChoices):
    """How a party's word was given."""

    ONLINE = "online", _("本人在网上")
    VISIT = "visit", _("当面")
    PHONE = "phone", _("电话")
    PAPER = "paper", _("书面")


class Confirmation(TextChoices):
    """Judicial confirmation of the agreement （人民调解法第三十三条）."""

    NONE = "none", _("没有申请")
    APPLIED = "applied", _("已申请")
    CONFIRMED = "confirmed", _("法院已确认")
    REJECTED = "rejected", _("法院驳回")


class Attendance(TextChoices):
    """Who came to a session."""

    BOTH = "both", _("双方到场")
    FIRST = "first", _("只有申请人一方")
    SECOND = "second", _("只有被申请人一方")


S = CaseState
TALKING = (S.MEDIATING, S.EXTENDED)
BEFORE_AGREEMENT = (S.CONSENT, S.ACCEPTED, *TALKING)
RUNNING = (S.REGISTERED, *BEFORE_AGREEMENT, S.SIGNING, S.PERFORMING, S.BREACHED)
AGREED = (S.PERFORMING, S.PERFORMED, S.BREACHED, S.FOLLOWED)
WITH_MEDIATORS = (S.ACCEPTED, *TALKING, S.SIGNING, S.PERFORMING, S.PERFORMED, S.BREACHED)
OUTCOMES_OF_AGREEMENT = (Outcome.ORAL, Outcome.WRITTEN)
CONFIRM_DAYS = 30  # 人民调解法第三十三条
ALERT_DAYS = (20, 27)
SIGNED, OTHER_PAPER = "signed", "other"
PAPERS = ((SIGNED, "签字盖章的协议书（扫描件）"), (OTHER_PAPER, "其他材料"))
