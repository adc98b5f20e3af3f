"""What a personal information incident is, and its loop from the report to the closing (PIPL 57).

Source: 个人信息保护法 article 57: remedy at once, notify the authority and the persons concerned, tell them the kinds
of information, the cause, the possible harm, the measures taken, what they can do themselves, and a contact. Persons
may be left out where measures effectively avoid harm; the authority may then require it. The rulebook (§11.2) gives
no hours; the days are ours, as short as the clock of working days allows.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.core.parameters import Parameter, declare
from linli.core.privacy.choices import DISTRICT_HEAD, DISTRICT_OFFICER
from linli.core.workflow.declare import OWNER, Duty, Process, Stage, Step


class IncidentKind(TextChoices):
    """What happened to the information (PIPL 57: leaked, altered, lost, or may be)."""

    LEAKED = "leaked", _("泄露：给了不该给的人")
    ABUSED = "abused", _("违规查看或使用")
    ALTERED = "altered", _("被篡改")
    LOST = "lost", _("丢失、找不到")
    FEARED = "feared", _("可能会发生")


class IncidentLevel(TextChoices):
    """How grave it is; the lines between are drawn by the emergency plan of the place."""

    ORDINARY = "ordinary", _("一般")
    LARGE = "large", _("较大")
    GRAVE = "grave", _("重大")
    GRAVEST = "gravest", _("特别重大")


class IncidentState(TextChoices):
    """Where an incident stands."""

    DRAFT = "draft", _("填写中")
    REPORTED = "reported", _("待研判")
    HANDLING = "handling", _("处置中")
    AUTHORITY = "authority", _("待报告主管部门")
    PERSONS = "persons", _("待通知个人")
    CLOSING = "closing", _("待结案")
    CLOSED = "closed", _("已结案")
    DISMISSED = "dismissed", _("不是个人信息事件")


TRIAGE_DAYS, HANDLE_DAYS = "incident.triage_days", "incident.handle_days"
AUTHORITY_DAYS, PERSONS_DAYS, CLOSE_DAYS = "incident.authority_days", "incident.persons_days", "incident.close_days"
_OURS = "个人信息保护法第五十七条只说“立即”“通知” [V]；天数为本系统所定"

declare(
    Parameter(TRIAGE_DAYS, int, 1, "个工作日", "个人信息事件：研判的时限", _OURS, 1, 3),
    Parameter(HANDLE_DAYS, int, 1, "个工作日", "个人信息事件：控制和评估的时限", _OURS, 1, 5),
    Parameter(AUTHORITY_DAYS, int, 1, "个工作日", "个人信息事件：报告主管部门的时限", _OURS, 1, 3),
    Parameter(PERSONS_DAYS, int, 2, "个工作日", "个人信息事件：通知个人的时限", _OURS, 1, 10),
    Parameter(CLOSE_DAYS, int, 20, "个工作日", "个人信息事件：结案的时限", _OURS, 5, 60),
)

S = IncidentState
_LAW = _("个人信息保护法第五十七条；{days} 个工作日内")

REPORT = Step("privacy.report_incident", {S.DRAFT}, S.REPORTED, _("报告"), done=_("报告"), tone="primary")
CONFIRM = Step(
    "privacy.confirm_incident",
    {S.REPORTED},
    S.HANDLING,
    _("是事件，马上处置"),
    done=_("确认是个人信息事件，开始处置"),
    reason="may",
    tone="primary",
    hint=_("先止住：锁定账号、结束登录、收回链接、作废令牌，再写评估。"),
    basis=_LAW,
    told=_("{title}：已确认，正在处置"),
)
DISMISS = Step(
    "privacy.dismiss_incident",
    {S.REPORTED, S.HANDLING},
    S.DISMISSED,
    _("不是个人信息事件"),
    done=_("查清不是个人信息事件"),
    reason="must",
    tone="danger",
    hint=_("写明怎样查的、为什么不是。"),
    told=_("{title}：查清不是个人信息事件，请看说明"),
)
ASSESS = Step(
    "privacy.assess_incident",
    {S.HANDLING},
    S.AUTHORITY,
    _("评估完成，报科长"),
    done=_("控制住并完成评估"),
    tone="primary",
    quiet=True,
)
RETURN = Step(
    "privacy.return_incident",
    {S.AUTHORITY},
    S.HANDLING,
    _("退回补充"),
    done=_("退回补充评估"),
    reason="must",
    hint=_("写清还要查什么。"),
    quiet=True,
)
TELL_AUTHORITY = Step(
    "privacy.tell_authority",
    {S.AUTHORITY},
    S.PERSONS,
    _("已报告主管部门"),
    done=_("报告了主管部门"),
    reason="may",
    tone="primary",
    basis=_LAW,
    quiet=True,
)
TELL_PERSONS = Step(
    "privacy.tell_persons",
    {S.PERSONS},
    S.CLOSING,
    _("通知有关的人"),
    done=_("通知了有关的人"),
    tone="primary",
    hint=_("名单里有账号的人会当场收到站内消息。"),
    basis=_LAW,
    quiet=True,
)
SPARE_PERSONS = Step(
    "privacy.spare_persons",
    {S.PERSONS},
    S.CLOSING,
    _("不通知个人"),
    done=_("决定不通知个人"),
    reason="must",
    hint=_("写明采取了什么措施、为什么已经能有效避免危害。主管部门可以要求通知。"),
    basis=_("个人信息保护法第五十七条第二款"),
    quiet=True,
)
REQUIRE = Step(
    "privacy.require_telling",
    {S.CLOSING},
    S.PERSONS,
    _("还要通知个人"),
    done=_("按要求还要通知个人"),
    reason="must",
    tone="quiet",
    hint=_("主管部门认为可能造成危害、要求通知，或者又查到了有关的人。"),
    basis=_("个人信息保护法第五十七条第二款"),
    quiet=True,
)
CLOSE = Step(
    "privacy.close_incident",
    {S.CLOSING},
    S.CLOSED,
    _("结案"),
    done=_("结案"),
    tone="primary",
    told=_("{title}：已处置完毕"),
)

INCIDENT = Process(
    slug="incident",
    model_label="core.Incident",
    label="个人信息事件",
    steps=(REPORT, CONFIRM, DISMISS, ASSESS, RETURN, TELL_AUTHORITY, TELL_PERSONS, SPARE_PERSONS, REQUIRE, CLOSE),
    duties=(
        Duty(S.DRAFT, OWNER),
        Duty(S.REPORTED, DISTRICT_OFFICER, TRIAGE_DAYS, raised_to=DISTRICT_HEAD),
        Duty(S.HANDLING, DISTRICT_OFFICER, HANDLE_DAYS, raised_to=DISTRICT_HEAD),
        Duty(S.AUTHORITY, DISTRICT_HEAD, AUTHORITY_DAYS),
        Duty(S.PERSONS, DISTRICT_HEAD, PERSONS_DAYS),
        Duty(S.CLOSING, DISTRICT_OFFICER, CLOSE_DAYS, raised_to=DISTRICT_HEAD),
    ),
    stages=(
        Stage("报告", (S.DRAFT,)),
        Stage("研判", (S.REPORTED,)),
        Stage("处置", (S.HANDLING,)),
        Stage("报告主管部门", (S.AUTHORITY,)),
        Stage("通知个人", (S.PERSONS,)),
        Stage("结案", (S.CLOSING,)),
        Stage("完", (S.CLOSED,)),
    ),
    start=S.DRAFT,
    ends={S.CLOSED, S.DISMISSED},
    facts_template="core/privacy/_incident_facts.html",
    view="privacy.view_incidents",
    content="事件",
    owner_label="报告人",
)
