"""The loop of a report: said, taken up, sent to whoever answers, answered, asked back, rated （rulebook §6.2–6.4）.

Who said it is told to nobody who answers (`hides_owner`): the case page, the API, exports, notices and refusals speak
of 诉求人. The day until which it has to be settled is counted once, when it is first sent out, and neither a dispute
nor a transfer moves it; only the one extension does, which the resident is told （首接负责，北京接诉即办条例）.
"""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.parameters import Parameter, declare
from linli.core.workflow import OWNER, SYSTEM, Duty, Process, Stage, Step
from linli.voice.choices.matters import DAYS

VIEW = "voice.view_reports"


class ReportState(TextChoices):
    """Where a report stands."""

    DRAFT = "draft", _("填写中")
    SUBMITTED = "submitted", _("待受理")
    ACCEPTED = "accepted", _("已受理，待派单")
    DISPATCHED = "dispatched", _("已派单，待签收")
    DISPUTED = "disputed", _("派单有异议")
    SIGNED = "signed", _("已签收")
    IN_PROGRESS = "in_progress", _("办理中")
    TRANSFER = "transfer", _("请另一单位接办")
    REPLIED = "replied", _("已答复，待回访")
    REOPENED = "reopened", _("退回重办")
    CLOSED = "closed", _("已办结，可评价")
    RATED = "rated", _("已评价")
    ARCHIVED = "archived", _("已归档")
    REJECTED = "rejected", _("不予受理")
    REDIRECTED = "redirected", _("已告知去处")
    MERGED = "merged", _("已并入同一件")
    WITHDRAWN = "withdrawn", _("已撤回")


class Channel(TextChoices):
    """How it came in."""

    ONLINE = "online", _("网上")
    CODE = "code", _("扫楼栋码")
    HOTLINE = "hotline", _("电话")
    PAPER = "paper", _("书面")
    VISIT = "visit", _("上门、来访")


ENTERED = (Channel.HOTLINE, Channel.PAPER, Channel.VISIT)


class Elsewhere(TextChoices):
    """What is not taken up here, and where it goes （rulebook §6.2）."""

    POLICE = "110", _("正在发生的违法、人身危险：打 110")
    FIRE = "119", _("火警：打 119")
    AMBULANCE = "120", _("急病、受伤：打 120")
    TRAFFIC = "122", _("交通事故：打 122")
    COURT = "court", _("已经起诉、仲裁或申请行政复议的：由受理的法院、仲裁委或复议机关办")
    PETITION = "petition", _("信访、申诉、检举：到区信访局或国家信访局网上信访")
    DISCIPLINE = "discipline", _("举报公职人员违纪违法：打 12388")


class Satisfaction(IntegerChoices):
    """Five levels, the best is 5."""

    VERY = 5, _("非常满意")
    YES = 4, _("满意")
    MOSTLY = 3, _("基本满意")
    NO = 2, _("不满意")
    NOT_AT_ALL = 1, _("非常不满意")


CONTENT = 3  # 满意和基本满意算满意 （rulebook §12）
TRIES = 3  # so often a call-back is tried （rulebook §6.4）
S = ReportState
WORKING = (S.IN_PROGRESS, S.REOPENED)
# Sent out and not yet answered, or already answered: whom it was given to is known.
HANDED_OUT = (S.DISPATCHED, S.DISPUTED, S.SIGNED, S.IN_PROGRESS, S.TRANSFER, S.REPLIED, S.REOPENED)
SETTLED = (S.CLOSED, S.RATED, S.ARCHIVED)
# Open to joining: something is still done about it.
LIVE = (S.SUBMITTED, S.ACCEPTED, *HANDED_OUT)
# Taken up, so that everybody may read it where the dispatcher has not closed it.
PUBLISHED = (S.ACCEPTED, *HANDED_OUT, *SETTLED)

ACCEPT_DAYS, SIGN_DAYS, RESPOND_DAYS = "voice.accept_days", "voice.sign_days", "voice.respond_days"
CALLBACK_DAYS, RATE_DAYS, EXTENSION_DAYS = "voice.callback_days", "voice.rate_days", "voice.extension_days"
_OURS = "本系统所定"
declare(
    Parameter(ACCEPT_DAYS, int, 1, "个工作日", "诉求：受理和派单的时限", _OURS, 1, 5),
    Parameter(SIGN_DAYS, int, 1, "个工作日", "诉求：承办单位签收的时限", _OURS, 1, 5),
    Parameter(RESPOND_DAYS, int, 1, "个工作日", "诉求：签收后首次回应的时限", _OURS, 1, 5),
    Parameter(CALLBACK_DAYS, int, 3, "个工作日", "诉求：答复后回访的时限", "rulebook §6.4", 1, 10),
    Parameter(RATE_DAYS, int, 10, "个工作日", "诉求：办结后可评价、可要求重办的时间", _OURS, 3, 30),
    Parameter(
        EXTENSION_DAYS, int, 5, "个工作日", "诉求：延长一次多少天", "rulebook §6.3：到期前提出，告知诉求人", 1, 15
    ),
)

_CLOCK = _("接诉即办：{days} 个工作日内办理；到期没办的自动报上一级")
SUBMIT = Step("voice.submit_report", {S.DRAFT}, S.SUBMITTED, _("提交诉求"), done=_("提出诉求"), tone="primary")
WITHDRAW = Step(
    "voice.withdraw_report",
    {S.DRAFT, S.SUBMITTED},
    S.WITHDRAWN,
    _("撤回"),
    done=_("诉求人撤回"),
    reason="may",
    tone="quiet",
)
ACCEPT = Step(
    "voice.accept_report",
    {S.SUBMITTED},
    S.ACCEPTED,
    _("受理"),
    done=_("受理"),
    basis=_CLOCK,
    tone="primary",
    hint=_("核对类别和缓急。"),
    told=_("{title}：已受理"),
)
REJECT = Step(
    "voice.reject_report",
    {S.SUBMITTED},
    S.REJECTED,
    _("不予受理"),
    done=_("不予受理"),
    reason="must",
    tone="danger",
    hint=_("写明依据和理由，诉求人会看到全文。"),
    told=_("{title}：没有受理"),
)
REDIRECT = Step(
    "voice.redirect_report",
    {S.SUBMITTED},
    S.REDIRECTED,
    _("告知去处"),
    done=_("告知去处，内容不保存"),
    tone="danger",
    basis=_("北京接诉即办条例：紧急求助、诉讼、仲裁、复议、信访不在这里办；只告知去处，不留内容"),
    told=_("你反映的事不在这里办，请看告知的去处"),
)
MERGE = Step(
    "voice.merge_report",
    {S.SUBMITTED, S.ACCEPTED},
    S.MERGED,
    _("并入同一件"),
    done=_("并入同一件"),
    told=_("{title}：和别人说的是同一件事，合并办理"),
)
SPLIT = Step(
    "voice.split_report",
    {S.MERGED},
    S.SUBMITTED,
    _("拆开单独办"),
    done=_("拆开单独办"),
    reason="may",
    told=_("{title}：单独办理"),
)
END_MERGED = Step(
    "voice.end_merged_report", {S.MERGED}, S.ARCHIVED, _("随同一件办结"), done=_("随同一件办结"), quiet=True
)
DISPATCH = Step(
    "voice.dispatch_report",
    {S.ACCEPTED},
    S.DISPATCHED,
    _("派单"),
    done=_("派单"),
    reason="may",
    tone="primary",
    hint=_("已按三事清单填好主办单位，可以改。"),
    told=_("{title}：已交办"),
)
SIGN = Step(
    "voice.sign_report",
    {S.DISPATCHED},
    S.SIGNED,
    _("签收"),
    done=_("签收"),
    basis=_("首接负责：先接到的单位负责到底"),
    tone="primary",
    told=_("{title}：承办单位已签收"),
)
DISPUTE = Step(
    "voice.dispute_report",
    {S.DISPATCHED},
    S.DISPUTED,
    _("不归我们办"),
    done=_("对派单提出异议"),
    reason="must",
    hint=_("写明归谁办、依据什么。由派单人裁定，办理期限照算。"),
    quiet=True,
)
UPHOLD = Step(
    "voice.uphold_report",
    {S.DISPUTED},
    S.SIGNED,
    _("维持原派单"),
    done=_("裁定：仍由原单位办"),
    reason="must",
    tone="danger",
    quiet=True,
)
REASSIGN = Step(
    "voice.reassign_report",
    {S.DISPUTED},
    S.DISPATCHED,
    _("改派"),
    done=_("裁定：改派"),
    reason="may",
    tone="primary",
    quiet=True,
)
RESPOND = Step(
    "voice.respond_report",
    {S.SIGNED},
    S.IN_PROGRESS,
    _("回应诉求人，开始办"),
    done=_("首次回应，开始办理"),
    reason="must",
    tone="primary",
    hint=_("告诉诉求人打算怎么办、大约多久。你看不到诉求人是谁，这段话由系统送达。"),
    told=_("{title}：开始办理"),
)
PROGRESS = Step(
    "voice.note_report",
    {*WORKING},
    None,
    _("记进展"),
    done=_("进展"),
    reason="must",
    hint=_("一句话，公开页也会显示；不写个人的姓名和电话。"),
    told=_("{title}：有新进展"),
)
ASK_HELP = Step(
    "voice.ask_help_report",
    {*WORKING},
    None,
    _("请单位协助"),
    done=_("请求协助"),
    reason="must",
    hint=_("写明请对方做什么。主办单位不变。"),
    quiet=True,
)
HELP = Step(
    "voice.help_report",
    {*WORKING},
    None,
    _("答复协助"),
    done=_("协助单位答复"),
    reason="must",
    quiet=True,
)
TRANSFER = Step(
    "voice.transfer_report",
    {*WORKING},
    S.TRANSFER,
    _("请另一单位接办"),
    done=_("请另一单位接办"),
    reason="must",
    hint=_("对方接办以前仍由你们负责，期限照算。"),
    quiet=True,
)
TAKE_OVER = Step(
    "voice.take_over_report",
    {S.TRANSFER},
    S.IN_PROGRESS,
    _("接办"),
    done=_("接办"),
    reason="may",
    tone="primary",
    told=_("{title}：换了承办单位，期限不变"),
)
DECLINE = Step(
    "voice.decline_report",
    {S.TRANSFER},
    S.IN_PROGRESS,
    _("不接办"),
    done=_("不接办，仍由首接单位负责"),
    reason="must",
    quiet=True,
)
REPLY = Step(
    "voice.reply_report",
    {*WORKING},
    S.REPLIED,
    _("答复"),
    done=_("答复"),
    reason="must",
    basis=_("按事项缓急在办理期限内答复；延长要在到期前提出，只有一次"),
    tone="primary",
    hint=_("写清做了什么、结果怎样；公开页会显示，不写个人的姓名和电话。"),
    told=_("{title}：已答复，请看看满意不满意"),
)
CALL_BACK = Step(
    "voice.call_back_report",
    {S.REPLIED},
    S.CLOSED,
    _("记回访结果"),
    done=_("回访"),
    reason="may",
    basis=_("答复后 {days} 个工作日内回访：联系了没有、解决了没有、满意不满意"),
    tone="primary",
    told=_("{title}：回访已记录"),
)
NOT_REACHED = Step(
    "voice.not_reached_report",
    {S.REPLIED},
    None,
    _("没联系上"),
    done=_("回访没联系上"),
    quiet=True,
)
CLOSE_UNREACHED = Step(
    "voice.close_unreached_report",
    {S.REPLIED},
    S.CLOSED,
    _("三次没联系上，办结"),
    done=_("三次没联系上，办结"),
    told=_("{title}：回访没联系上你，先办结；没解决可以要求重办"),
)
CONFIRM = Step(
    "voice.confirm_report",
    {S.REPLIED},
    S.RATED,
    _("评价办理结果"),
    done=_("诉求人评价"),
    reason="may",
    tone="primary",
)
RATE = Step("voice.rate_report", {S.CLOSED}, S.RATED, _("评价"), done=_("诉求人评价"), reason="may", tone="primary")
REOPEN = Step(
    "voice.reopen_report",
    {S.REPLIED, S.CLOSED},
    S.REOPENED,
    _("没解决，请重办"),
    done=_("要求重办"),
    reason="must",
    hint=_("写明哪里没解决。每件只能要求重办一次。"),
)
FILE_AWAY = Step("voice.file_away_report", {S.CLOSED}, S.ARCHIVED, _("归档"), done=_("期满归档"), quiet=True)

_UP = Role.STREET_HEAD
REPORT = Process(
    slug="report",
    model_label="voice.Report",
    label="诉求",
    steps=(
        SUBMIT,
        WITHDRAW,
        ACCEPT,
        REJECT,
        REDIRECT,
        MERGE,
        SPLIT,
        END_MERGED,
        DISPATCH,
        SIGN,
        DISPUTE,
        REASSIGN,
        UPHOLD,
        RESPOND,
        REPLY,
        PROGRESS,
        ASK_HELP,
        HELP,
        TRANSFER,
        TAKE_OVER,
        DECLINE,
        CALL_BACK,
        NOT_REACHED,
        CLOSE_UNREACHED,
        CONFIRM,
        RATE,
        REOPEN,
        FILE_AWAY,
    ),
    duties=(
        Duty(S.DRAFT, OWNER),
        Duty(S.SUBMITTED, Role.STREET_OFFICER, ACCEPT_DAYS, raised_to=_UP, named_by="dispatcher_role"),
        Duty(S.ACCEPTED, Role.STREET_OFFICER, ACCEPT_DAYS, raised_to=_UP, named_by="dispatcher_role"),
        Duty(S.DISPATCHED, Role.COMMUNITY_WORKER, until="sign_by", raised_to=_UP, named_by="handler_role"),
        Duty(S.DISPUTED, Role.STREET_OFFICER, ACCEPT_DAYS, raised_to=_UP, named_by="dispatcher_role"),
        Duty(S.SIGNED, Role.COMMUNITY_WORKER, until="respond_by", raised_to=_UP, named_by="handler_role"),
        Duty(
            S.IN_PROGRESS,
            Role.COMMUNITY_WORKER,
            until="due_on",
            raised_to=_UP,
            extension=EXTENSION_DAYS,
            extended_by="voice.extend_report",
            named_by="handler_role",
        ),
        Duty(S.TRANSFER, Role.COMMUNITY_WORKER, until="sign_by", raised_to=_UP, named_by="asked_role"),
        Duty(S.REPLIED, Role.STREET_OFFICER, CALLBACK_DAYS, raised_to=_UP, named_by="caller_role"),
        Duty(S.REOPENED, Role.COMMUNITY_WORKER, until="due_on", raised_to=_UP, named_by="handler_role"),
        Duty(S.CLOSED, SYSTEM, RATE_DAYS, then=FILE_AWAY.name),
        Duty(S.MERGED, SYSTEM, then=END_MERGED.name),
    ),
    stages=(
        Stage("提出", (S.DRAFT, S.SUBMITTED)),
        Stage("受理派单", (S.ACCEPTED, S.DISPATCHED, S.DISPUTED)),
        Stage("办理", (S.SIGNED, S.IN_PROGRESS, S.TRANSFER, S.REOPENED)),
        Stage("答复回访", (S.REPLIED,)),
        Stage("办结", (S.CLOSED, S.RATED, S.ARCHIVED)),
    ),
    start=S.DRAFT,
    ends={S.RATED, S.ARCHIVED, S.REJECTED, S.REDIRECTED, S.WITHDRAWN},
    parameters=(*DAYS.values(), SIGN_DAYS, RESPOND_DAYS),
    facts_template="voice/_report_facts.html",
    content="诉求内容",
    owner_label="诉求人",
    hides_owner=True,
    home="voice:mine",
    home_label="我说的事",
    view=VIEW,
)
