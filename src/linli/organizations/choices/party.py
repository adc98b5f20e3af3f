"""Party-building in social organizations: units, members' relations, regular meetings.

Source: rulebook §3 and the report of Jinping: three or more full members, an own branch; fewer, a joint one by
“地域相邻、行业相近、工作方便”; a new organization's unit is led by the community's Party organization and guided by
the federation's. 支部工作条例（试行） [V-]: a joint branch of at most five units; probationary members do not count;
a term of three years outside villages and communities; regular meetings （三会一课）.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.core.parameters import Parameter, declare
from linli.core.workflow import SYSTEM, Duty, Process, Stage, Step
from linli.organizations.choices.federation import FEDERATION_READERS

# Whose posts see Party-building below their area; of a community the secretary alone, for members are sensitive.
PARTY_READERS = (*FEDERATION_READERS, Role.COMMUNITY_HEAD)
VIEW = "organizations.view_party"


class UnitKind(TextChoices):
    """What a Party unit is; the codes are those of the cover it gives an organization."""

    OWN = "own", _("独立党支部")
    JOINT = "joint", _("联合党支部")
    GROUP = "group", _("党小组")
    INSTRUCTOR = "instructor", _("党建指导员联系")


THEME_DAY_MOST = 28  # the last day of the month that every month has


class PartyStage(TextChoices):
    """Whether a member counts: probationary members do not."""

    FULL = "full", _("正式党员")
    PROBATIONARY = "probationary", _("预备党员")


class Standing(TextChoices):
    """Whether a member is managed here （纳入管理）, not yet, or not any more."""

    MANAGED = "managed", _("已纳入管理")
    UNMANAGED = "unmanaged", _("还没有纳入管理")
    LEFT = "left", _("已转出")


BRANCH_MIN, JOINT_MOST = "party.branch_min", "party.joint_most"
TERM_YEARS, ANNOUNCE_DAYS = "party.term_years", "party.announce_days"
CONFIRM_DAYS, APPROVE_DAYS = "party.confirm_days", "party.approve_days"
_RULES = "中国共产党支部工作条例（试行）"
declare(
    Parameter(BRANCH_MIN, int, 3, "名", "单独建支部：正式党员至少几名", _RULES + "：三人以上 [V-]", 3, 10),
    Parameter(JOINT_MOST, int, 5, "家", "联合党支部：最多几家组织", _RULES + "：一般不超过五个单位 [V-]", 2, 5),
    Parameter(TERM_YEARS, int, 3, "年", "社会组织党支部的任期", _RULES + "：村和社区五年，其他三年 [V-]", 1, 5),
    Parameter(CONFIRM_DAYS, int, 20, "个工作日", "党组织设置：联合会确认建议的时限", "本系统所定", 1, 60),
    Parameter(APPROVE_DAYS, int, 10, "个工作日", "党组织设置：街道审批的时限", "本系统所定", 1, 30),
    Parameter(ANNOUNCE_DAYS, int, 60, "天", "党组织设置：届满前多少天交办换届", "本系统所定", 10, 180),
)


class UnitState(TextChoices):
    """Where a Party unit stands."""

    SUGGESTED = "suggested", _("建议，待联合会确认")
    STREET = "street", _("待街道审批")
    STANDING = "standing", _("已设立")
    RENEWING = "renewing", _("临近届满，待换届")
    DISMISSED = "dismissed", _("不采纳建议")
    REFUSED = "refused", _("街道不同意设立")
    ENDED = "ended", _("已撤销设置")


S = UnitState
COVERING = (S.STANDING, S.RENEWING)
ACCEPT_UNIT = Step(
    "organizations.accept_unit",
    {S.SUGGESTED},
    S.STREET,
    _("采纳，报街道审批"),
    done=_("联合会采纳，报街道审批"),
    tone="primary",
)
DISMISS_UNIT = Step(
    "organizations.dismiss_unit",
    {S.SUGGESTED},
    S.DISMISSED,
    _("不采纳，说明理由"),
    done=_("联合会没有采纳"),
    reason="must",
    hint=_("写明为什么不合适，例如几家不便一起活动。"),
)
APPROVE_UNIT = Step(
    "organizations.approve_unit",
    {S.STREET},
    S.STANDING,
    _("同意设立"),
    done=_("街道同意设立"),
    reason="may",
    tone="primary",
    basis=_("支部工作条例（试行）：设立支部由基层党委审批；{days} 个工作日内"),
)
JOIN_UNIT = Step(
    "organizations.join_unit",
    {S.SUGGESTED, *COVERING},
    None,
    _("加入一家组织"),
    done=_("调整：加入一家组织"),
    hint=_("填备案编号或名称。"),
)
LEAVE_UNIT = Step(
    "organizations.leave_unit",
    {S.SUGGESTED, *COVERING},
    None,
    _("移出一家组织"),
    done=_("调整：移出一家组织"),
    hint=_("填备案编号或名称。"),
)
RETURN_UNIT = Step(
    "organizations.return_unit",
    {S.STREET},
    S.SUGGESTED,
    _("退回调整"),
    done=_("街道退回调整"),
    reason="must",
    hint=_("写明怎样调整。"),
)
REFUSE_UNIT = Step(
    "organizations.refuse_unit",
    {S.STREET},
    S.REFUSED,
    _("不同意设立"),
    done=_("街道不同意设立"),
    reason="must",
    tone="danger",
)
TERM_ENDS = Step(
    "organizations.announce_unit", {S.STANDING}, S.RENEWING, _("任期将满，交办换届"), done=_("任期将满，交办换届")
)
RENEW_UNIT = Step(
    "organizations.renew_unit",
    {S.RENEWING},
    S.STANDING,
    _("换届完成"),
    done=_("换届完成"),
    tone="primary",
    hint=_("填新一届的书记和起算日。"),
)
END_UNIT = Step(
    "organizations.end_unit",
    {S.STANDING, S.RENEWING},
    S.ENDED,
    _("撤销设置"),
    done=_("撤销设置"),
    reason="must",
    tone="quiet",
    hint=_("例如组织注销、改建独立支部。覆盖的组织随即不再算有党组织。"),
)
UNIT = Process(
    slug="partyunit",
    model_label="organizations.PartyUnit",
    label="党组织设置",
    steps=(
        ACCEPT_UNIT,
        JOIN_UNIT,
        LEAVE_UNIT,
        DISMISS_UNIT,
        APPROVE_UNIT,
        RETURN_UNIT,
        REFUSE_UNIT,
        TERM_ENDS,
        RENEW_UNIT,
        END_UNIT,
    ),
    duties=(
        Duty(S.SUGGESTED, Role.FEDERATION_SECRETARY, CONFIRM_DAYS, raised_to=Role.STREET_OFFICER),
        Duty(S.STREET, Role.STREET_OFFICER, APPROVE_DAYS, raised_to=Role.STREET_HEAD),
        Duty(S.STANDING, SYSTEM, until="announce_on", then=TERM_ENDS.name),
        Duty(S.RENEWING, Role.FEDERATION_SECRETARY, until="term_to", raised_to=Role.STREET_OFFICER),
    ),
    stages=(
        Stage("建议", (S.SUGGESTED,)),
        Stage("街道审批", (S.STREET,)),
        Stage("已设立", (S.STANDING,)),
        Stage("换届", (S.RENEWING,)),
    ),
    start=S.SUGGESTED,
    ends={S.ENDED, S.DISMISSED, S.REFUSED},
    parameters=(BRANCH_MIN, JOINT_MOST),
    facts_template="organizations/party/_unit_facts.html",
    unit="个",
    content="党组织设置",
    owner_label="填写人",
    view=VIEW,
)


class SessionKind(TextChoices):
    """The regular meetings （三会一课 and more, rulebook §3）. Reminders, no quotas of photos."""

    MEMBERS = "members", _("支部党员大会")
    COMMITTEE = "committee", _("支部委员会会议")
    GROUP = "group", _("党小组会")
    LECTURE = "lecture", _("党课")
    THEME = "theme", _("主题党日")
    LIFE = "life", _("组织生活会")
    REVIEW = "review", _("民主评议党员")


# How often each is held, and which units hold it. A committee is for branches of seven or more full members.
_OF_BRANCHES = tuple(kind for kind in SessionKind if kind is not SessionKind.GROUP)
SESSIONS_OF: dict[str, tuple[SessionKind, ...]] = {
    UnitKind.OWN: _OF_BRANCHES,
    UnitKind.JOINT: _OF_BRANCHES,
    UnitKind.GROUP: (SessionKind.GROUP,),
    UnitKind.INSTRUCTOR: (),
}
_TIMES = (("1", "每年一次"), ("2", "每半年一次"), ("4", "每季度一次"), ("12", "每月一次"))
SESSION_RHYTHM = {kind: f"party.{kind.value}_rhythm" for kind in SessionKind}
_USUAL = {
    SessionKind.MEMBERS: "4",
    SessionKind.COMMITTEE: "12",
    SessionKind.GROUP: "12",
    SessionKind.LECTURE: "1",
    SessionKind.THEME: "12",
    SessionKind.LIFE: "1",
    SessionKind.REVIEW: "1",
}
COMMITTEE_MIN = "party.committee_min"
declare(
    Parameter(COMMITTEE_MIN, int, 7, "名", "设支部委员会：正式党员至少几名", _RULES + " [V-]", 3, 50),
    *(
        Parameter(SESSION_RHYTHM[kind], str, _USUAL[kind], "", f"三会一课：{kind.label}", _RULES, options=_TIMES)
        for kind in SessionKind
    ),
)


class SessionState(TextChoices):
    """Where a regular meeting stands."""

    OPEN = "open", _("待召开")
    DONE = "done", _("已召开")
    WAIVED = "waived", _("本次免开")
    LAPSED = "lapsed", _("党组织已撤销，不用再开")


HOLD_SESSION = Step(
    "organizations.hold_session",
    {SessionState.OPEN},
    SessionState.DONE,
    _("记下已召开"),
    done=_("已召开"),
    tone="primary",
    hint=_("只记日期、人数和一句话的主题，不要照片。"),
)
WAIVE_SESSION = Step(
    "organizations.waive_session",
    {SessionState.OPEN},
    SessionState.WAIVED,
    _("本次免开，说明理由"),
    done=_("街道同意本次免开"),
    reason="must",
    tone="quiet",
)
LAPSE_SESSION = Step(
    "organizations.lapse_session",
    {SessionState.OPEN},
    SessionState.LAPSED,
    _("党组织撤销，不用再开"),
    done=_("党组织撤销，不用再开"),
)
SESSION = Process(
    slug="partysession",
    model_label="organizations.PartySession",
    label="三会一课",
    steps=(HOLD_SESSION, WAIVE_SESSION, LAPSE_SESSION),
    duties=(Duty(SessionState.OPEN, Role.COMMUNITY_HEAD, until="due_on", raised_to=Role.FEDERATION_SECRETARY),),
    stages=(Stage("待召开", (SessionState.OPEN,)), Stage("已召开", (SessionState.DONE,))),
    start=SessionState.OPEN,
    ends={SessionState.DONE, SessionState.WAIVED, SessionState.LAPSED},
    facts_template="organizations/party/_session_facts.html",
    unit="次",
    content="这一次",
    owner_label="填写人",
    view=VIEW,
)
