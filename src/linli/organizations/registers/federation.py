"""The registers of federations and of their members, and what an export of their cases holds."""

from __future__ import annotations

from django.db.models import TextChoices

from linli.actors.queries import served_places
from linli.core.codes.phone import check_phone
from linli.core.privacy import mask_name
from linli.core.registers import Column, Facet, Key, Register, Sort, declare
from linli.core.registers import Kind as Value
from linli.organizations.choices.cadence import OCCASION, OccasionKind, OccasionState
from linli.organizations.choices.federation import (
    FRIENDSHIP,
    PILLAR,
    TENURE,
    FriendshipState,
    One,
    PillarState,
    Standard,
    TenureState,
    Title,
)
from linli.organizations.choices.membership import (
    ENQUIRY,
    MEMBERSHIP,
    EnquiryState,
    MemberKind,
    MembershipKind,
    MembershipState,
    MemberStatus,
    Resource,
)
from linli.organizations.queries.federation import federation_reach, federations_visible_to, members_visible_to


def _words(choices: type[TextChoices]) -> dict[str, str]:
    return {member.value: str(member.label) for member in choices}


STANDARDS, MEMBER_KINDS, MEMBER_STATUSES = _words(Standard), _words(MemberKind), _words(MemberStatus)

FEDERATIONS = declare(
    Register(
        slug="federations",
        label="联合会名册",
        unit="家",
        model_label="organizations.Federation",
        view="organizations.view_federation",
        visible_to=federations_visible_to,
        columns=(
            Column("uid", "标识", kind=Value.CODE),
            Column("name", "名称"),
            Column("street", "街道", "area__name"),
            Column("founded_on", "成立日期", kind=Value.DAY),
            Column("ones_met", "六个一已达标", kind=Value.NUMBER),
            Column(
                "standard",
                "达标情况",
                show=STANDARDS.get,
                kind=Value.CHOICE,
                tones={Standard.MET.value: "ok", Standard.MENDING.value: "soon"},
            ),
            Column("phone", "办公电话", "body__phone"),
        ),
        facets=(
            Facet("area", "街道、社区", "scope", Value.AREA, places=served_places),
            Facet("standard", "达标情况", "standard", choices=tuple(STANDARDS.items())),
            Facet("year", "成立年份", "founded_on", Value.DAY),
        ),
        sorts=(Sort("newest", "新建档的在前", ("-pk",)),),
        search=("name", "uid"),
        reach=federation_reach,
        listed=(
            "name",
            Column("place", "街道", "area__name", kind=Value.AREA),
            "ones_met",
            "standard",
            "founded_on",
        ),
    )
)

MEMBERS = declare(
    Register(
        slug="members",
        label="会员名册",
        unit="个会员",
        model_label="organizations.Member",
        view="organizations.view_member",
        visible_to=members_visible_to,
        columns=(
            Column("uid", "标识", kind=Value.CODE),
            Column("number", "会员编号", kind=Value.CODE),
            Column("name", "名称或姓名"),
            Column("kind", "会员类别", show=MEMBER_KINDS.get, kind=Value.CHOICE),
            Column(
                "status",
                "会员状态",
                show=MEMBER_STATUSES.get,
                kind=Value.CHOICE,
                tones={MemberStatus.ACTIVE.value: "ok", MemberStatus.WARNED.value: "soon", "suspended": "late"},
            ),
            Column("federation", "联合会", "federation__name"),
            Column("organization_number", "备案编号", "organization__number", kind=Value.CODE),
            Column("contact", "联系人", "contact_name", mask_name, personal=True),
            Column("joined_on", "入会日期", kind=Value.DAY),
            Column("left_on", "退会日期", kind=Value.DAY),
        ),
        facets=(
            Facet("area", "街道、社区", "scope", Value.AREA, places=served_places),
            Facet("kind", "会员类别", "kind", choices=tuple(MEMBER_KINDS.items())),
            Facet("status", "会员状态", "status", choices=tuple(MEMBER_STATUSES.items())),
            Facet("year", "入会年份", "joined_on", Value.DAY),
        ),
        sorts=(
            Sort("newest", "新入会的在前", ("-pk",)),
            Sort("name", "名称", ("name",)),
            Sort("joined_on", "入会日期", ("-joined_on",)),
        ),
        search=("name", "number", "contact_name"),
        reach=federation_reach,
        own="owner",
        keys=(
            Key(
                "phone",
                "联系电话",
                "contact_phone_hash",
                "phone",
                check_phone,
                permission="organizations.reveal_contact",
            ),
        ),
        listed=(
            "name",
            "number",
            "kind",
            Column("street", "联合会", "federation__area__name", kind=Value.AREA),
            "status",
            "joined_on",
        ),
    )
)

_CASE = (
    Column("number", "编号", kind=Value.CODE),
    Column("federation", "联合会", "federation__name"),
)
_TIMES = (Column("began_at", "提交", kind=Value.MOMENT), Column("ended_at", "办结", kind=Value.MOMENT))


def _state(states: type[TextChoices]) -> Column:
    return Column("state", "状态", show=_words(states).get, kind=Value.CHOICE)


def _named(name: str, kind: str) -> str:
    """A person's name is masked until the person is a member."""
    return mask_name(name) if kind == MemberKind.PERSON else name


PILLAR.columns = (
    *_CASE,
    Column("item", "哪一项", show=_words(One).get, kind=Value.CHOICE),
    Column("round", "第几轮", kind=Value.NUMBER),
    _state(PillarState),
    Column("note", "现状"),
    Column("checked_on", "核对日期", kind=Value.DAY),
    *_TIMES,
)
TENURE.columns = (
    *_CASE,
    Column("title_held", "职务", show=_words(Title).get, kind=Value.CHOICE),
    Column("person_name", "姓名", personal=True),
    _state(TenureState),
    Column("is_official", "是公职人员", show={True: "是", False: "不是"}.get, kind=Value.CHOICE),
    Column("approval_number", "批准文号"),
    Column("term_from", "任期自", kind=Value.DAY),
    Column("term_to", "任期至", kind=Value.DAY),
    *_TIMES,
)
FRIENDSHIP.columns = (
    *_CASE,
    Column("name", "对方名称"),
    Column("registered_with", "登记机关"),
    Column("shares", "共享和合作的内容"),
    _state(FriendshipState),
    Column("valid_from", "协议自", kind=Value.DAY),
    Column("valid_to", "协议至", kind=Value.DAY),
)
OCCASION.columns = (
    *_CASE,
    Column("kind", "哪一项制度", show=_words(OccasionKind).get, kind=Value.CHOICE),
    Column("period", "期次"),
    _state(OccasionState),
    Column("due_on", "最晚", kind=Value.DAY),
    Column("done_on", "开展日期", kind=Value.DAY),
    Column("asked", "发出或应到", kind=Value.NUMBER),
    Column("reached", "收回、实到或人次", kind=Value.NUMBER),
    Column("note", "情况和收到的意见"),
)
MEMBERSHIP.columns = (
    *_CASE,
    Column("kind", "事项", show=_words(MembershipKind).get, kind=Value.CHOICE),
    Column("member_kind", "会员类别", show=MEMBER_KINDS.get, kind=Value.CHOICE),
    Column("name", "名称或姓名", ("name", "member_kind"), _named, personal=True),
    _state(MembershipState),
    Column("met_on", "理事会日期", kind=Value.DAY),
    *_TIMES,
)
ENQUIRY.columns = (
    *_CASE,
    Column("name", "名称"),
    Column("resource", "哪类资源", show=_words(Resource).get, kind=Value.CHOICE),
    Column("want", "想做什么"),
    _state(EnquiryState),
    *_TIMES,
)
