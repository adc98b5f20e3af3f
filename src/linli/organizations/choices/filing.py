"""Kinds and states of organizations, and the two loops of the filing authority: filing （备案） and its changes.

Source: rulebook §2.1-§2.3. Deadlines are parameters; the defaults follow common local filing rules ([M], §2.3).
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.parameters import Parameter, declare
from linli.core.workflow import OWNER, SYSTEM, Duty, Process, Stage, Step


class Kind(TextChoices):
    """The five kinds of Zhejiang (rulebook §2.1)."""

    SERVICE = "service", _("服务")
    AUTONOMY = "autonomy", _("自治")
    CULTURE = "culture", _("文体")
    SAFETY = "safety", _("平安")
    OTHER = "other", _("其他")


class NationalKind(TextChoices):
    """The four national kinds （民办发〔2020〕36号）； both taxonomies are held."""

    LIFE = "life", _("生活服务")
    CHARITY = "charity", _("公益慈善")
    CULTURE = "culture", _("文体活动")
    AFFAIRS = "affairs", _("社区事务")


NATIONAL_KIND_OF = {
    Kind.SERVICE: NationalKind.LIFE,
    Kind.AUTONOMY: NationalKind.AFFAIRS,
    Kind.CULTURE: NationalKind.CULTURE,
    Kind.SAFETY: NationalKind.AFFAIRS,
    Kind.OTHER: NationalKind.CHARITY,
}


class LegalStatus(TextChoices):
    """Where an organization stands before the law (rulebook §2.2); independent of grade, credit and activity."""

    GRASSROOTS = "grassroots", _("未备案")
    FILED = "filed", _("已备案")
    REGISTERING = "registering", _("登记办理中")
    REGISTERED = "registered", _("已登记")
    LIQUIDATING = "liquidating", _("清算中")
    DEREGISTERED = "deregistered", _("已注销登记")
    CANCELLED = "filing_cancelled", _("已注销备案")
    REVOKED = "revoked", _("已撤销")
    BANNED = "banned", _("已取缔")


# Shown in the public register as living; the others as history.
LIVING = (LegalStatus.FILED, LegalStatus.REGISTERING, LegalStatus.REGISTERED, LegalStatus.LIQUIDATING)


class FilingState(TextChoices):
    """Where an application to be filed stands."""

    DRAFT = "draft", _("填写中")
    OPINION = "opinion", _("社区出意见")
    REVIEW = "review", _("街道审核")
    PUBLICITY = "publicity", _("公示中")
    FILED = "filed", _("已备案")
    MEND_COMMUNITY = "mend_community", _("社区退回补正")
    MEND_STREET = "mend_street", _("街道退回补正")
    REFUSED = "refused", _("不予备案")
    WITHDRAWN = "withdrawn", _("已撤回")


S = FilingState

SUBMIT = Step("organizations.submit_filing", {S.DRAFT}, S.OPINION, _("提交申请"), done=_("提交申请"), tone="primary")
RESUBMIT = Step(
    "organizations.resubmit_filing",
    {S.MEND_COMMUNITY},
    S.OPINION,
    _("补正后再次提交"),
    done=_("补正后再次提交"),
    tone="primary",
)
RESUBMIT_STREET = Step(
    "organizations.resubmit_filing_to_street",
    {S.MEND_STREET},
    S.REVIEW,
    _("补正后再次提交街道"),
    done=_("补正后再次提交街道"),
    tone="primary",
)
SUPPORT = Step(
    "organizations.support_filing",
    {S.OPINION},
    S.REVIEW,
    _("同意，报街道"),
    done=_("社区意见：同意"),
    reason="may",
    tone="primary",
    hint=_("可写对场地、时间、安全的建议，街道和申请人都会看到。"),
    told=_("{title}：社区已同意，转街道审核"),
)
OPPOSE = Step(
    "organizations.oppose_filing",
    {S.OPINION},
    S.REVIEW,
    _("不同意，报街道"),
    done=_("社区意见：不同意"),
    reason="must",
    hint=_("写清事实。社区意见供街道参考，由街道决定。"),
    told=_("{title}：社区提出不同意见，转街道审核"),
)
RETURN_COMMUNITY = Step(
    "organizations.return_filing_to_mend",
    {S.OPINION},
    S.MEND_COMMUNITY,
    _("退回补正"),
    done=_("社区退回补正"),
    reason="must",
    hint=_("写清缺什么、怎么补。一次说完，免得申请人跑几趟。"),
    told=_("{title}：社区请你补正后再交"),
)
AGREE = Step(
    "organizations.agree_filing",
    {S.REVIEW},
    S.PUBLICITY,
    _("同意备案"),
    done=_("街道同意备案，开始公示"),
    reason="may",
    basis=_("社区社会组织备案管理办法：街道在收到社区意见后 {days} 个工作日内答复"),
    tone="primary",
    told=_("{title}：街道已同意，正在公示"),
)
RETURN_STREET = Step(
    "organizations.return_filing_from_street",
    {S.REVIEW},
    S.MEND_STREET,
    _("退回补正"),
    done=_("街道退回补正"),
    reason="must",
    hint=_("写清缺什么、怎么补。一次说完，免得申请人跑几趟。"),
    told=_("{title}：街道请你补正后再交"),
)
REFUSE = Step(
    "organizations.refuse_filing",
    {S.REVIEW},
    S.REFUSED,
    _("不予备案"),
    done=_("街道决定不予备案"),
    reason="must",
    tone="danger",
    hint=_("写明事实和依据的条款。申请人会看到全文。"),
    told=_("{title}：街道决定不予备案"),
)
OBJECT = Step(
    "organizations.object_to_filing",
    {S.PUBLICITY},
    S.REVIEW,
    _("收到异议，重新审核"),
    done=_("公示期收到异议，重新审核"),
    reason="must",
    hint=_("写明异议内容，不写提出人的姓名。"),
    told=_("{title}：公示期有人提出异议，街道重新审核"),
)
ISSUE = Step(
    "organizations.issue_filing",
    {S.PUBLICITY},
    S.FILED,
    _("公示期满，予以备案"),
    done=_("公示期满，予以备案"),
    told=_("{title}：备案办好了，可以打印备案证"),
)
WITHDRAW = Step(
    "organizations.withdraw_filing",
    {S.DRAFT, S.OPINION, S.REVIEW, S.PUBLICITY, S.MEND_COMMUNITY, S.MEND_STREET},
    S.WITHDRAWN,
    _("撤回申请"),
    done=_("申请人撤回"),
    reason="may",
    tone="quiet",
    hint=_("撤回后这份申请不再办理，填过的内容仍可查看。"),
)

declare(
    Parameter(
        "filing.opinion_days", int, 5, "个工作日", "备案：社区出具意见的时限", "地方备案办法通行做法 [M]", 1, 20
    ),
    Parameter("filing.days", int, 10, "个工作日", "备案：街道审核的时限", "地方备案办法 [M]", 1, 30),
    Parameter("filing.extension_days", int, 5, "个工作日", "备案：审核可延长一次的天数", "地方备案办法 [M]", 1, 10),
    Parameter("filing.publicity_days", int, 5, "个工作日", "备案：公示的时长", "地方备案办法 [M]", 1, 15),
    Parameter("filing.mend_days", int, 20, "个工作日", "备案：申请人补正的时限", "地方备案办法 [M]", 5, 60),
    Parameter("filing.founders_min", int, 5, "人", "备案：发起人最少人数", "地方备案办法 [M]", 1, 50),
    Parameter("amendment.opinion_days", int, 3, "个工作日", "变更：社区出具意见的时限", "地方备案办法 [M]", 1, 20),
    Parameter("amendment.days", int, 5, "个工作日", "变更：街道审核的时限", "地方备案办法 [M]", 1, 30),
)

FILING = Process(
    slug="filing",
    model_label="organizations.Filing",
    label="备案申请",
    steps=(
        SUBMIT,
        RESUBMIT,
        RESUBMIT_STREET,
        SUPPORT,
        OPPOSE,
        RETURN_COMMUNITY,
        AGREE,
        RETURN_STREET,
        REFUSE,
        OBJECT,
        ISSUE,
        WITHDRAW,
    ),
    duties=(
        Duty(S.DRAFT, OWNER),
        Duty(
            S.OPINION,
            Role.COMMUNITY_WORKER,
            "filing.opinion_days",
            stands_in=Role.COMMUNITY_HEAD,
            raised_to=Role.STREET_OFFICER,
        ),
        Duty(
            S.REVIEW,
            Role.STREET_OFFICER,
            "filing.days",
            stands_in=Role.STREET_HEAD,
            raised_to=Role.STREET_HEAD,
            extension="filing.extension_days",
        ),
        Duty(S.PUBLICITY, SYSTEM, "filing.publicity_days", then=ISSUE.name),
        Duty(S.MEND_COMMUNITY, OWNER, "filing.mend_days"),
        Duty(S.MEND_STREET, OWNER, "filing.mend_days"),
    ),
    stages=(
        Stage("填写", (S.DRAFT,)),
        Stage("社区意见", (S.OPINION, S.MEND_COMMUNITY)),
        Stage("街道审核", (S.REVIEW, S.MEND_STREET)),
        Stage("公示", (S.PUBLICITY,)),
        Stage("发证", (S.FILED,)),
    ),
    start=S.DRAFT,
    ends={S.FILED, S.REFUSED, S.WITHDRAWN},
    parameters=("filing.founders_min",),
    facts_template="organizations/_filing_facts.html",
)


class AmendmentKind(TextChoices):
    """What of a filed organization is to change."""

    NAME = "name", _("变更名称")
    LEADER = "leader", _("变更负责人")
    ADDRESS = "address", _("变更活动场所")
    CANCEL = "cancel", _("注销备案")


class AmendmentState(TextChoices):
    """Where a change stands."""

    DRAFT = "draft", _("填写中")
    OPINION = "opinion", _("社区出意见")
    REVIEW = "review", _("街道审核")
    DONE = "done", _("已办结")
    MEND = "mend", _("退回补正")
    REFUSED = "refused", _("不同意")
    WITHDRAWN = "withdrawn", _("已撤回")


A = AmendmentState

SUBMIT_AMENDMENT = Step(
    "organizations.submit_amendment", {A.DRAFT}, A.OPINION, _("提交申请"), done=_("提交申请"), tone="primary"
)
RESUBMIT_AMENDMENT = Step(
    "organizations.resubmit_amendment",
    {A.MEND},
    A.OPINION,
    _("补正后再次提交"),
    done=_("补正后再次提交"),
    tone="primary",
)
SUPPORT_AMENDMENT = Step(
    "organizations.support_amendment",
    {A.OPINION},
    A.REVIEW,
    _("同意，报街道"),
    done=_("社区意见：同意"),
    reason="may",
    tone="primary",
    told=_("{title}：社区已同意，转街道审核"),
)
OPPOSE_AMENDMENT = Step(
    "organizations.oppose_amendment",
    {A.OPINION},
    A.REVIEW,
    _("不同意，报街道"),
    done=_("社区意见：不同意"),
    reason="must",
    hint=_("写清事实。社区意见供街道参考，由街道决定。"),
    told=_("{title}：社区提出不同意见，转街道审核"),
)
RETURN_AMENDMENT = Step(
    "organizations.return_amendment",
    {A.OPINION, A.REVIEW},
    A.MEND,
    _("退回补正"),
    done=_("退回补正"),
    reason="must",
    hint=_("写清缺什么、怎么补。"),
    told=_("{title}：请你补正后再交"),
)
APPROVE_AMENDMENT = Step(
    "organizations.approve_amendment",
    {A.REVIEW},
    A.DONE,
    _("同意变更"),
    done=_("街道同意，已记入名册"),
    reason="may",
    basis=_("社区社会组织备案管理办法：街道在 {days} 个工作日内答复"),
    tone="primary",
    told=_("{title}：已办好，名册已更新"),
)
REFUSE_AMENDMENT = Step(
    "organizations.refuse_amendment",
    {A.REVIEW},
    A.REFUSED,
    _("不同意变更"),
    done=_("街道不同意变更"),
    reason="must",
    tone="danger",
    hint=_("写明事实和依据的条款。申请人会看到全文。"),
    told=_("{title}：街道没有同意"),
)
WITHDRAW_AMENDMENT = Step(
    "organizations.withdraw_amendment",
    {A.DRAFT, A.OPINION, A.REVIEW, A.MEND},
    A.WITHDRAWN,
    _("撤回申请"),
    done=_("申请人撤回"),
    reason="may",
    tone="quiet",
)

AMENDMENT = Process(
    slug="amendment",
    model_label="organizations.Amendment",
    label="变更与注销",
    steps=(
        SUBMIT_AMENDMENT,
        RESUBMIT_AMENDMENT,
        SUPPORT_AMENDMENT,
        OPPOSE_AMENDMENT,
        RETURN_AMENDMENT,
        APPROVE_AMENDMENT,
        REFUSE_AMENDMENT,
        WITHDRAW_AMENDMENT,
    ),
    duties=(
        Duty(A.DRAFT, OWNER),
        Duty(
            A.OPINION,
            Role.COMMUNITY_WORKER,
            "amendment.opinion_days",
            stands_in=Role.COMMUNITY_HEAD,
            raised_to=Role.STREET_OFFICER,
        ),
        Duty(
            A.REVIEW,
            Role.STREET_OFFICER,
            "amendment.days",
            stands_in=Role.STREET_HEAD,
            raised_to=Role.STREET_HEAD,
            extension="filing.extension_days",
        ),
        Duty(A.MEND, OWNER, "filing.mend_days"),
    ),
    stages=(
        Stage("填写", (A.DRAFT,)),
        Stage("社区意见", (A.OPINION, A.MEND)),
        Stage("街道审核", (A.REVIEW,)),
        Stage("记入名册", (A.DONE,)),
    ),
    start=A.DRAFT,
    ends={A.DONE, A.REFUSED, A.WITHDRAWN},
    facts_template="organizations/_amendment_facts.html",
)

# What an application must bring (rulebook §2.3): slot, name, required, where it comes from.
DOCUMENTS: tuple[tuple[str, str, bool, str], ...] = (
    ("charter", "章程", True, "写明名称、宗旨、活动范围、成员和负责人的产生办法。可拍照，也可传 Word 或 PDF。"),
    ("venue", "活动场所使用同意书", True, "由场所的产权人或管理人签名。借用社区场地的，由居委会签。"),
    ("other", "其他材料", False, "有照片、活动记录等可一并上传。"),
)
