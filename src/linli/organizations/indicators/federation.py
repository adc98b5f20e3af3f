"""Figures of federations: their members and friends, 六个一, enquiries, and what they do at regular times.

Source: rulebook §12 (fed_member_rate, six_ones, cadence_ok) and the report of Jinping.
"""

from __future__ import annotations

from django.db.models import Case, CharField, F, Q, Value, When

from linli.actors.indicators import DUTIES
from linli.core.figures import Category, Counts, Facts, Figure, Ratio, declare
from linli.core.registers import Column
from linli.core.registers import Kind as Show
from linli.organizations.choices.cadence import OccasionKind, OccasionState
from linli.organizations.choices.federation import FriendshipState, Standard
from linli.organizations.choices.membership import EnquiryState, MemberKind, MemberStatus, Resource
from linli.organizations.indicators.register import ORGS
from linli.organizations.indicators.wording import FEDERATION, words
from linli.organizations.queries.cadence import occasions_visible_to
from linli.organizations.queries.federation import (
    enquiries_visible_to,
    federation_reach,
    federations_visible_to,
    friendships_visible_to,
    members_visible_to,
)
from linli.organizations.registers.federation import FEDERATIONS as REGISTER
from linli.organizations.registers.federation import MEMBERS as PEOPLE

FEDERATIONS = Facts(
    slug="federations",
    label="联合会",
    unit="家",
    model_label="organizations.Federation",
    began="founded_on",
    visible_to=federations_visible_to,
    reach=federation_reach,
    kept=False,  # one a street
    categories=(Category("standard", "六个一", "standard", words(Standard)),),
    columns=tuple(REGISTER.list_columns(public=False)),
)
MEMBERS = Facts(
    slug="federation-members",
    label="联合会会员",
    unit="个",
    model_label="organizations.Member",
    began="joined_on",
    ended="left_on",
    visible_to=members_visible_to,
    reach=federation_reach,
    categories=(
        Category("kind", "会员类别", "kind", words(MemberKind)),
        Category("status", "会员状态", "status", words(MemberStatus)),
    ),
    columns=tuple(PEOPLE.list_columns(public=False)),
)
FRIENDS = Facts(
    slug="friendships",
    label="友好协议",
    unit="家",
    model_label="organizations.Friendship",
    began="valid_from",
    ended="ended_on",
    where=Q(state__in=[FriendshipState.IN_FORCE, FriendshipState.ENDED, FriendshipState.BROKEN_OFF]),
    visible_to=friendships_visible_to,
    reach=federation_reach,
    columns=(
        Column("name", "对方名称"),
        Column("federation", "联合会", "federation__name"),
        Column("registered_with", "登记机关"),
        Column("valid_from", "协议自", kind=Show.DAY),
        Column("valid_to", "协议至", kind=Show.DAY),
        Column("state", "状态", show=dict(words(FriendshipState)).get, kind=Show.CHOICE),
    ),
)
ENQUIRIES = Facts(
    slug="enquiries",
    label="资源对接",
    unit="件",
    model_label="organizations.Enquiry",
    began="began_at",
    ended="ended_at",
    where=Q(began_at__isnull=False) & ~Q(state=EnquiryState.DRAFT),
    visible_to=enquiries_visible_to,
    reach=federation_reach,
    categories=(
        Category("resource", "哪类资源", "resource", words(Resource)),
        Category("state", "状态", "state", words(EnquiryState)),
    ),
    columns=(
        Column("name", "来对接的组织"),
        Column("federation", "联合会", "federation__name"),
        Column("resource", "哪类资源", show=dict(words(Resource)).get, kind=Show.CHOICE),
        Column("state", "状态", show=dict(words(EnquiryState)).get, kind=Show.CHOICE),
        Column("began_at", "提出", kind=Show.MOMENT),
        Column("ended_at", "办结", kind=Show.MOMENT),
    ),
)
_OCCASION = (
    Column("title", "事项"),
    Column("federation", "联合会", "federation__name"),
    Column("kind", "哪一项制度", show=dict(words(OccasionKind)).get, kind=Show.CHOICE),
    Column("due_on", "应在这一天前开展", kind=Show.DAY),
    Column("done_on", "开展日期", kind=Show.DAY),
    Column("asked", "发出或应到", kind=Show.NUMBER),
    Column("reached", "收回、实到或人次", kind=Show.NUMBER),
)
_KINDS = Category("kind", "哪一项制度", "kind", words(OccasionKind))
# Two tables of one: by the day it was due, and by the day it was done.
OCCASIONS_DUE = Facts(
    slug="occasions",
    label="三项制度事项",
    unit="项",
    model_label="organizations.Occasion",
    began="due_on",
    where=~Q(state=OccasionState.WAIVED),
    visible_to=occasions_visible_to,
    reach=federation_reach,
    categories=(
        _KINDS,
        Category(
            "timeliness",
            "有没有按时开展",
            Case(
                When(done_on__isnull=True, then=Value("undone")),
                When(done_on__lte=F("due_on"), then=Value("on_time")),
                default=Value("late"),
                output_field=CharField(),
            ),
            (("on_time", "按时"), ("late", "晚了"), ("undone", "没有开展")),
        ),
    ),
    columns=_OCCASION,
)
OCCASIONS_DONE = Facts(
    slug="occasions-done",
    label="开展了的三项制度事项",
    unit="项",
    model_label="organizations.Occasion",
    began="done_on",
    where=Q(state=OccasionState.DONE),
    visible_to=occasions_visible_to,
    reach=federation_reach,
    categories=(_KINDS,),
    sums={"asked": "asked", "reached": "reached"},
    distinct={"rounds": "period"},
    columns=_OCCASION,
)

_JINPING = "金平的报告：532 个组织全部是会员，17 家联合会，和周边 100 家组织友好协作"
_SIX = "金平的报告：“六个一”标准"
_THREE = "金平的报告：每半年问卷、每季度末走访、理事会一年两次、会员大会一年一次"
_HUB = "金平的报告：来对接街道资源的社会组织先由联合会对接"


def _figure(id: str, name: str, facts: Facts, counts: Counts, counted: str, **more: object) -> Figure:
    given: dict[str, object] = {"unit": facts.unit, "group": FEDERATION, "source": _JINPING, "good": "up"}
    return Figure(id=id, name=name, facts=facts, counts=counts, counted=counted, **(given | more))  # type: ignore[arg-type]


ALL = _figure("federations", "联合会", FEDERATIONS, Counts.STOCK, "期末当天已经成立的街道社会组织联合会")
SIX_ONES = _figure(
    "six_ones_met",
    "六个一达标的联合会",
    FEDERATIONS,
    Counts.STOCK,
    "其中六项都经街道核对达标的；达标情况是今天的",
    source=_SIX,
    where={"standard": (Standard.MET,)},
)


def _members(id: str, name: str, counted: str, *kinds: str) -> Figure:
    where = {"kind": tuple(kinds)} if kinds else {}
    return _figure(id, name, MEMBERS, Counts.STOCK, f"期末当天已经入会、没有退会的{counted}", where=where)


MEMBER_ALL = _members("fed_members", "联合会会员", "会员，三类都算")
MEMBER_ORGS = _members("fed_member_orgs", "会员组织", "社会组织", MemberKind.ORGANIZATION)
MEMBER_FIRMS = _members("fed_member_firms", "会员企业", "驻区企业", MemberKind.ENTERPRISE)
MEMBER_PERSONS = _members("fed_member_persons", "乡贤和知名人士会员", "乡贤、社会知名人士", MemberKind.PERSON)
FRIENDLY = _figure(
    "friends", "友好组织", FRIENDS, Counts.STOCK, "期末当天友好协议已经签订、没有终止的；和几家联合会签了就算几家"
)
ASKED = _figure(
    "enquiries",
    "资源对接申请",
    ENQUIRIES,
    Counts.BEGAN,
    "期内外部组织提出的资源对接",
    source=_HUB,
)
MATCHED = _figure(
    "enquiries_matched",
    "对接成功",
    ENQUIRIES,
    Counts.ENDED,
    "期内答复可以提供的资源对接",
    source=_HUB,
    where={"state": (EnquiryState.MATCHED,)},
)
ANSWERED = _figure(
    "enquiries_answered",
    "资源对接的答复",
    DUTIES,
    Counts.ENDED,
    "联合会和街道在期内办完的答复步骤",
    source=_HUB,
    where={"process": ("enquiry",)},
    listed=False,
)
ANSWERED_IN_TIME = _figure(
    "enquiries_in_time",
    "按时的答复",
    DUTIES,
    Counts.ENDED,
    "其中没有超过期限的",
    source=_HUB,
    where={"process": ("enquiry",), "time": ("in_time",)},
    listed=False,
)
DUE = _figure(
    "cadence_due",
    "应开展的三项制度",
    OCCASIONS_DUE,
    Counts.BEGAN,
    "期限在期内的事项，街道同意免办的除外",
    source=_THREE,
)
ON_TIME = _figure(
    "cadence_on_time",
    "按时开展的三项制度",
    OCCASIONS_DUE,
    Counts.BEGAN,
    "其中期限以内开展的",
    source=_THREE,
    where={"timeliness": ("on_time",)},
    listed=False,
)


def _done(id: str, name: str, counted: str, unit: str, weight: str, *kinds: str) -> Figure:
    return _figure(
        id,
        name,
        OCCASIONS_DONE,
        Counts.BEGAN,
        counted,
        unit=unit,
        weight=weight,
        where={"kind": tuple(kinds)},
        source=_THREE,
    )


ROUNDS = _done(
    "survey_rounds",
    "问卷调查轮数",
    "期内开展的会员问卷属于几个期次；几家联合会同一期次算一轮",
    "轮",
    "rounds",
    OccasionKind.SURVEY_MEMBERS,
)
TO_MEMBERS = _done(
    "survey_members", "发给会员的问卷", "期内开展的会员问卷发出的份数", "份", "asked", OccasionKind.SURVEY_MEMBERS
)
TO_RESIDENTS = _done(
    "survey_residents", "发给群众的问卷", "期内开展的居民问卷发出的份数", "份", "asked", OccasionKind.SURVEY_RESIDENTS
)
VISITS = _done("visits", "上门走访", "期内上门走访的人次", "人次", "reached", OccasionKind.VISIT)

declare(
    ALL,
    SIX_ONES,
    Ratio("six_ones", "六个一达标率", SIX_ONES, ALL, _SIX, group=FEDERATION, good="up"),
    MEMBER_ALL,
    MEMBER_ORGS,
    MEMBER_FIRMS,
    MEMBER_PERSONS,
    Ratio(
        "fed_member_rate",
        "会员覆盖率",
        MEMBER_ORGS,
        ORGS,
        _JINPING,
        group=FEDERATION,
        good="up",
        note="终止了还没有退会的也在会员里，可能超过 100%",
    ),
    FRIENDLY,
    ASKED,
    MATCHED,
    Ratio("enquiry_on_time", "资源对接按时答复率", ANSWERED_IN_TIME, ANSWERED, _HUB, group=FEDERATION, good="up"),
    DUE,
    Ratio("cadence_ok", "制度执行率", ON_TIME, DUE, _THREE, group=FEDERATION, good="up"),
    ROUNDS,
    TO_MEMBERS,
    TO_RESIDENTS,
    VISITS,
)
