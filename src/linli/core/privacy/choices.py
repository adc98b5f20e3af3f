"""Why somebody looks at a personal value; the legal grounds of keeping it; and the loop of a person's requests.

Source: 个人信息保护法 (PIPL) by article, as the rulebook quotes it in §11.2 [V]; articles 44, 50, 51 and 65 from
memory [M]. The deadline is ours: the law asks for "及时", GB/T 35273-2020 for thirty days [M].
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.core.parameters import Parameter, declare
from linli.core.workflow.declare import OWNER, Duty, Process, Stage, Step

PURPOSES = {
    "contact": "联系本人办理事项",
    "identity": "核对身份",
    "check": "监督检查",
    "emergency": "紧急情况",
    "other": "其他",
}
# A restricted record is shown in full for these alone (PIPL 44: the person may restrict the processing).
PURPOSES_UNDER_RESTRICTION = frozenset({"check", "emergency"})


class Ground(TextChoices):
    """On which of the seven grounds of PIPL 13 something is processed."""

    CONSENT = "consent", _("取得个人同意")
    CONTRACT = "contract", _("订立、履行合同所必需")
    DUTY = "duty", _("履行法定职责或者法定义务所必需")
    EMERGENCY = "emergency", _("应对突发公共卫生事件或者紧急情况所必需")
    REPORTING = "reporting", _("为公共利益实施新闻报道、舆论监督")
    PUBLISHED = "published", _("处理已合法公开的个人信息")
    STATUTE = "statute", _("法律、行政法规规定的其他情形")


class Trigger(TextChoices):
    """Why an impact assessment is due before something is processed (PIPL 55)."""

    SENSITIVE = "sensitive", _("处理敏感个人信息")
    AUTOMATED = "automated", _("利用个人信息进行自动化决策")
    ENTRUSTED = "entrusted", _("委托他人处理")
    SHARED = "shared", _("向其他处理者提供")
    PUBLISHED = "published", _("公开个人信息")
    ABROAD = "abroad", _("向境外提供")
    EFFECT = "effect", _("其他对个人权益有重大影响的")


class NumberKind(TextChoices):
    """What a verified number is."""

    ID_NUMBER = "id_number", _("身份证号")
    PHONE = "phone", _("手机号")


class MarkKind(TextChoices):
    """A mark on a record that stops something."""

    HOLD = "hold", _("依法保留，到期不清理")
    RESTRICTED = "restricted", _("本人要求限制使用")


class TakeoutState(TextChoices):
    """Where a file to take along stands."""

    ASKED = "asked", _("正在准备")
    READY = "ready", _("可以下载")
    FAILED = "failed", _("没有做成")
    GONE = "gone", _("已删除")


class RequestKind(TextChoices):
    """What a person asks about the own data (PIPL 44-48)."""

    CORRECT = "correct", _("更正或补充")
    DELETE = "delete", _("删除")
    RESTRICT = "restrict", _("限制使用")
    WITHDRAW = "withdraw", _("撤回同意")
    EXPLAIN = "explain", _("解释说明、要处理规则的副本")
    QUESTION = "question", _("问为什么看我的信息")
    LINK = "link", _("查找并关联我的记录")


class RequestState(TextChoices):
    """Where such a request stands."""

    DRAFT = "draft", _("填写中")
    STREET = "street", _("街道办理")
    DISTRICT = "district", _("区级办理")
    MEND = "mend", _("退回补充")
    DONE = "done", _("已办理")
    PARTLY = "partly", _("部分办理")
    REFUSED = "refused", _("不予办理")
    WITHDRAWN = "withdrawn", _("已撤回")


class RefusalGround(TextChoices):
    """Why something asked for cannot be done, by law."""

    RETENTION = "retention", _("法律、行政法规规定的保存期限没有届满（个人信息保护法第四十七条）")
    DUTY = "duty", _("履行法定职责所必需（个人信息保护法第十三条、第三十四条）")
    ARCHIVE = "archive", _("属于依法应当归档保存的材料（档案法）")
    OTHERS = "others", _("会损害他人的合法权益")
    IDENTITY = "identity", _("无法核实申请人的身份")
    NOT_HELD = "not_held", _("没有持有所指的信息")
    CORRECT = "correct", _("经核实，原来的内容没有错")


REMEDY = (
    "对结果有不同意见的，可以在这里再次提出并附上新的材料；也可以向履行个人信息保护职责的部门投诉、举报"
    "（个人信息保护法第六十五条），或者依法向人民法院提起诉讼（第五十条）。"
)

# Codes of roles as settings.LINLI_ROLES words them; the kernel knows no posts.
STREET_OFFICER, STREET_HEAD = "street_officer", "street_head"
DISTRICT_OFFICER, DISTRICT_HEAD = "district_officer", "district_head"

S = RequestState

SUBMIT = Step("privacy.submit_request", {S.DRAFT}, S.STREET, _("提出请求"), done=_("提出请求"), tone="primary")
SUBMIT_DISTRICT = Step(
    "privacy.submit_request_to_district",
    {S.DRAFT},
    S.DISTRICT,
    _("向区里提出请求"),
    done=_("向区里提出请求"),
    tone="primary",
)
RESUBMIT = Step("privacy.resubmit_request", {S.MEND}, S.STREET, _("补好再交"), done=_("补好再交"), tone="primary")
RESUBMIT_DISTRICT = Step(
    "privacy.resubmit_request_to_district",
    {S.MEND},
    S.DISTRICT,
    _("补好再交区里"),
    done=_("补好再交区里"),
    tone="primary",
)
GRANT = Step(
    "privacy.grant_request",
    {S.STREET, S.DISTRICT},
    S.DONE,
    _("同意，马上办理"),
    done=_("已按请求办理"),
    reason="may",
    tone="primary",
    hint=_("系统会当场更正、删除或限制。请求说明、问为什么看的，答复写在这里，本人会看到全文。"),
    basis=_("个人信息保护法第四十四条至第四十八条；{days} 个工作日内答复"),
    told=_("{title}：已办理"),
)
GRANT_PART = Step(
    "privacy.grant_request_in_part",
    {S.STREET, S.DISTRICT},
    S.PARTLY,
    _("部分办理"),
    done=_("部分办理，其余依法保留"),
    reason="must",
    hint=_("能删的当场删，依法要保留的留下。写明留下什么、为什么。"),
    told=_("{title}：已部分办理"),
)
REFUSE = Step(
    "privacy.refuse_request",
    {S.STREET, S.DISTRICT},
    S.REFUSED,
    _("不予办理"),
    done=_("不予办理"),
    reason="must",
    tone="danger",
    hint=_("写明事实。法律依据在上面选，本人还会看到怎样投诉和起诉。"),
    told=_("{title}：没有办理，请看理由"),
)
RETURN = Step(
    "privacy.return_request",
    {S.STREET, S.DISTRICT},
    S.MEND,
    _("退回补充"),
    done=_("退回补充"),
    reason="must",
    hint=_("写清缺什么、怎么补。一次说完。"),
    told=_("{title}：请你补充后再交"),
)
TRANSFER = Step(
    "privacy.transfer_request",
    {S.STREET},
    S.DISTRICT,
    _("转区级办理"),
    done=_("转区级办理"),
    reason="must",
    tone="quiet",
    hint=_("涉及账号、别的街道或本街道自己的人员时转区里。"),
    told=_("{title}：已转区级办理"),
)
WITHDRAW = Step(
    "privacy.withdraw_request",
    {S.DRAFT, S.STREET, S.DISTRICT, S.MEND},
    S.WITHDRAWN,
    _("撤回请求"),
    done=_("本人撤回"),
    reason="may",
    tone="quiet",
)

declare(
    Parameter(
        "privacy.reply_days",
        int,
        15,
        "个工作日",
        "个人信息请求：答复的时限",
        "个人信息保护法第五十条只说“及时” [M]；GB/T 35273 为三十日 [M]；15 个工作日为本系统所定",
        1,
        22,
    ),
    Parameter(
        "privacy.reply_extension_days", int, 5, "个工作日", "个人信息请求：可延长一次的天数", "本系统所定", 1, 15
    ),
    Parameter("privacy.mend_days", int, 20, "个工作日", "个人信息请求：补充材料的时限", "本系统所定", 5, 60),
    Parameter(
        "privacy.takeout_days", int, 7, "天", "个人信息文件保留几天可以下载", "本系统所定", 1, 30, kept_by="security"
    ),
    Parameter(
        "privacy.contact",
        str,
        "区民政局个人信息保护负责人（电话见区民政局网站）",
        "",
        "个人信息保护负责人的联系方式",
        "个人信息保护法第十七条、第五十二条：应当公开 [M]",
    ),
)

DATA_REQUEST = Process(
    slug="request",
    model_label="core.DataRequest",
    label="个人信息请求",
    steps=(
        SUBMIT,
        SUBMIT_DISTRICT,
        RESUBMIT,
        RESUBMIT_DISTRICT,
        GRANT,
        GRANT_PART,
        RETURN,
        TRANSFER,
        REFUSE,
        WITHDRAW,
    ),
    duties=(
        Duty(S.DRAFT, OWNER),
        Duty(
            S.STREET,
            STREET_OFFICER,
            "privacy.reply_days",
            stands_in=STREET_HEAD,
            raised_to=STREET_HEAD,
            extension="privacy.reply_extension_days",
        ),
        Duty(
            S.DISTRICT,
            DISTRICT_OFFICER,
            "privacy.reply_days",
            stands_in=DISTRICT_HEAD,
            raised_to=DISTRICT_HEAD,
            extension="privacy.reply_extension_days",
        ),
        Duty(S.MEND, OWNER, "privacy.mend_days"),
    ),
    stages=(
        Stage("填写", (S.DRAFT,)),
        Stage("街道办理", (S.STREET, S.MEND)),
        Stage("区级办理", (S.DISTRICT,)),
        Stage("答复", (S.DONE, S.PARTLY)),
    ),
    start=S.DRAFT,
    ends={S.DONE, S.PARTLY, S.REFUSED, S.WITHDRAWN},
    facts_template="core/privacy/_request_facts.html",
)
