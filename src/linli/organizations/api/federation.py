"""What programs begin with federations; cases, registers and papers follow from the declarations."""

from __future__ import annotations

from typing import Any, Literal

from django.http import Http404, HttpRequest
from pydantic import Field

from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.api.begins import begins
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.schemas import UID, Answer, Day, Input, Word, word
from linli.organizations.actions import federation as actions
from linli.organizations.actions import membership as members
from linli.organizations.choices.federation import FRIENDSHIP, PILLAR, TENURE, One
from linli.organizations.choices.membership import (
    ENQUIRY,
    MEMBER_MOVES,
    MEMBERSHIP,
    MemberKind,
    MembershipKind,
    Resource,
)
from linli.organizations.models import Enquiry, Federation, Friendship, Membership, Pillar, Tenure
from linli.organizations.queries import federation as queries
from linli.organizations.queries.register import organizations_visible_to

FEDERATION = Field(max_length=22, description="联合会的标识，见 federations", examples=[UID])
_KINDS = "；".join(f"{kind.value}：{kind.label}" for kind in MembershipKind)
_AS = "；".join(f"{kind.value}：{kind.label}" for kind in MemberKind)
_ONES = "；".join(f"{one.value}：{one.label}" for one in One)
_RESOURCES = "；".join(f"{one.value}：{one.label}" for one in Resource)


class BeginPillar(Input):
    """Opens another round of one of the six."""

    federation: str = FEDERATION
    item: Literal[tuple(One.values)] = Field(description=_ONES)  # type: ignore[valid-type]


class BeginOfFederation(Input):
    """Opens a draft that belongs to a federation."""

    federation: str = FEDERATION


class BeginMembership(Input):
    """Opens a matter: joining (a federation, and as what), or one about a member."""

    kind: Literal[tuple(MembershipKind.values)] = Field("join", description=_KINDS)  # type: ignore[valid-type]
    federation: str | None = Field(None, max_length=22, description="入会：哪家联合会", examples=[UID])
    member_kind: Literal[tuple(MemberKind.values)] = Field("organization", description=_AS)  # type: ignore[valid-type]
    organization: str | None = Field(None, max_length=22, description="入会：名册里的标识", examples=[UID])
    member: str | None = Field(None, max_length=22, description="其他事项：会员的标识", examples=[UID])


class BeginEnquiry(Input):
    """Asks a federation for something of the street's; it is sent at once."""

    federation: str = FEDERATION
    name: str = Field(min_length=3, max_length=60, examples=["汕头市海韵公益服务中心"])
    registered_with: str = Field("", max_length=60, examples=["汕头市民政局"])
    resource: Literal[tuple(Resource.values)] = Field(description=_RESOURCES)  # type: ignore[valid-type]
    want: str = Field(min_length=5, max_length=500, examples=["每周六借一间活动室办儿童阅读"])
    contact_name: str = Field(min_length=2, max_length=50, examples=["林海"])
    contact_phone: str = Field(min_length=7, max_length=30, examples=["13800002046"])
    consented: bool = Field(strict=True, description="已阅读并同意个人信息处理说明")


def _public(uid: str | None) -> Federation:
    found = queries.public_federations().filter(uid=uid or "").first()
    if found is None:
        raise Problem(422, "input.refused", fields={"federation": "没有这家联合会。"})
    return found


def _seen(uid: str, actor: User) -> Federation:
    found = queries.federations_visible_to(actor).filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


@begins(PILLAR, BeginPillar)
def open_pillar(body: BeginPillar, *, actor: User) -> Pillar:
    """Another round of one of the six."""
    return actions.recheck_pillar(_seen(body.federation, actor), body.item, actor=actor)


@begins(TENURE, BeginOfFederation)
def open_tenure(body: BeginOfFederation, *, actor: User) -> Tenure:
    """The draft of a post."""
    return actions.begin_tenure(_seen(body.federation, actor), actor=actor)


@begins(FRIENDSHIP, BeginOfFederation)
def open_friendship(body: BeginOfFederation, *, actor: User) -> Friendship:
    """The draft of an agreement."""
    return actions.begin_friendship(_seen(body.federation, actor), actor=actor)


@begins(MEMBERSHIP, BeginMembership)
def open_membership(body: BeginMembership, *, actor: User) -> Membership:
    """A matter of a member; what the person does not see does not exist."""
    if body.kind in MEMBER_MOVES:
        member = queries.members_visible_to(actor).filter(uid=body.member or "").first()
        if member is None:
            raise Http404
        return members.begin_matter(member, body.kind, actor=actor)
    organization = None
    if body.organization:
        organization = organizations_visible_to(actor).filter(uid=body.organization).first()
        if organization is None:
            raise Http404
    return members.begin_joining(
        _public(body.federation), member_kind=body.member_kind, organization=organization, actor=actor
    )


@begins(ENQUIRY, BeginEnquiry)
def open_enquiry(body: BeginEnquiry, *, actor: User) -> Enquiry:
    """Asked and sent in one go."""
    return members.make_enquiry(_public(body.federation), actor=actor, **body.model_dump(exclude={"federation"}))


# --- federations ------------------------------------------------------------------------------------------------


class OneFederation(Answer):
    """A federation, as everybody may know it."""

    uid: str = Field(examples=[UID])
    name: str = Field(examples=["汕头市金平区东方街道社会组织联合会"])
    street: Word = Field(examples=[{"code": "440511004", "label": "东方街道"}])
    phone: str = Field(examples=["0754-88880000"])
    address: str = Field(examples=["东方街道政务路 1 号 2 楼"])


class NewFederation(Input):
    """The record that is begun."""

    street: str = Field(max_length=30, description="街道的代码", examples=["440511004"])
    founded_on: Day


room = Room("federations", "联合会", "每个街道的社会组织联合会。")


def listed(request: HttpRequest) -> object:
    """Every federation."""
    return [_told(row) for row in queries.public_federations()[:500]]


def opened(request: HttpRequest, body: NewFederation) -> object:
    """Begin the record of a street's federation."""
    actor = user_of(request)
    held = queries.bodies_without_record(actor, *queries.OPENERS).filter(area__code=body.street).first()
    if held is None:
        raise Http404
    return _told(actions.open_federation(held, founded_on=body.founded_on, actor=actor))


def _told(row: Federation) -> dict[str, Any]:
    return {
        "uid": row.uid,
        "name": row.name,
        "street": word(row.area.code or "", row.area.name),
        "phone": row.body.phone,
        "address": row.body.address,
    }


room.reads("", "联合会：列表", list[OneFederation], name="federations_list", open=True)(listed)
room.sends("", "联合会：建立档案", OneFederation, status=201, name="federations_open")(opened)
