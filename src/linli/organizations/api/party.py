"""What programs do in Party-building: begin units, enter members and posts; cases follow from the declarations."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from linli.areas.models import Area
from linli.areas.queries import by_key
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.api.begins import begins
from linli.core.api.frame import mark, must_match, version_of
from linli.core.api.listing import page
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.schemas import UID, Answer, Day, Input, Paged, Word, page_of, word
from linli.organizations.actions import party as actions
from linli.organizations.actions import party_people as people
from linli.organizations.choices.party import UNIT, PartyStage, UnitKind
from linli.organizations.models import CommitteePost, Federation, Organization, PartyMember, PartyUnit
from linli.organizations.queries import party as queries

_KINDS = "；".join(f"{kind.value}：{kind.label}" for kind in UnitKind)
_STAGES = "；".join(f"{stage.value}：{stage.label}" for stage in PartyStage)
_BEHIND = "；".join(f"{key}：{words}" for key, words in queries.BEHIND.items())
ORGANIZATION = Field(max_length=22, description="名册里的标识", examples=[UID])


class BeginUnit(Input):
    """Proposes a unit, or an instructor, by hand."""

    federation: str = Field(max_length=22, description="联合会的标识", examples=[UID])
    kind: Literal[tuple(UnitKind.values)] = Field(description=_KINDS)  # type: ignore[valid-type]
    organization: str = ORGANIZATION


def _federation(uid: str, actor: User) -> Federation:
    found = queries.party_federations(actor).filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def _organization(uid: str, actor: User) -> Organization:
    found = queries.party_organizations(actor).filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


@begins(UNIT, BeginUnit)
def open_unit(body: BeginUnit, *, actor: User) -> PartyUnit:
    """A unit of one organization; others join it by a step."""
    federation = _federation(body.federation, actor)
    organization = _organization(body.organization, actor)
    return actions.begin_unit(federation, kind=body.kind, organization=organization, actor=actor)


class NewPartyMember(Input):
    """A member who is entered."""

    organization: str = ORGANIZATION
    name: str = Field(min_length=2, max_length=50, examples=["林海"])
    id_number: str = Field(min_length=15, max_length=24, examples=["11010519491231002X"])
    phone: str = Field("", max_length=30, examples=["13800002046"])
    stage: Literal[tuple(PartyStage.values)] = Field("full", description=_STAGES)  # type: ignore[valid-type]
    belongs_to: str = Field(min_length=2, max_length=80, examples=["金苑社区党委"])
    reported_to: str | None = Field(None, max_length=30, description="报到社区的代码", examples=["440511004001"])


class Relations(Input):
    """The relations that change; what is not sent stays."""

    stage: Literal[tuple(PartyStage.values)] | None = Field(None, description=_STAGES)  # type: ignore[valid-type]
    belongs_to: str | None = Field(None, min_length=2, max_length=80, examples=["金苑社区党委"])
    reported_to: str | None = Field(None, max_length=30, description="报到社区的代码", examples=["440511004001"])


class Transfer(Input):
    """Where a member goes."""

    reason: str = Field(min_length=2, max_length=100, examples=["转到鮀江街道某支部"])


class NewCommitteePost(Input):
    """A member of the two committees who holds a post."""

    organization: str = ORGANIZATION
    person_name: str = Field(min_length=2, max_length=50, examples=["许惠如"])
    approval: str = Field(min_length=2, max_length=120, examples=["东方街道党工委〔2026〕8 号"])
    held_from: Day | None = None
    is_head: bool = Field(False, strict=True)


class OnePartyMember(Answer):
    """A member, the name masked; reading it in full asks a reason."""

    uid: str = Field(examples=[UID])
    name: str = Field(examples=["林*"])
    organization: str = Field(examples=["凤亭下书画社"])
    stage: Word = Field(examples=[{"code": "full", "label": "正式党员"}])
    belongs_to: str = Field(examples=["金苑社区党委"])
    managed_by: str = Field(examples=["凤亭下书画社等联合党支部"])
    reported_to: str = Field(examples=["金苑居委会"])
    left_on: dt.date | None = Field(examples=["2026-11-22"])


class OneCommitteePost(Answer):
    """A post of the two committees."""

    uid: str = Field(examples=[UID])
    organization: str = Field(examples=["凤亭下书画社"])
    person_name: str = Field(examples=["许惠如"])
    is_head: bool = Field(examples=[True])
    held_from: dt.date = Field(examples=["2025-03-01"])
    held_to: dt.date | None = Field(examples=[None])


class PartyNumbers(Answer):
    """Numerators and denominators: living organizations by cover, and with posts of the two committees."""

    own: int = Field(examples=[3])
    joint: int = Field(examples=[21])
    group: int = Field(examples=[14])
    instructor: int = Field(examples=[6])
    none: int = Field(examples=[4])
    organized: int = Field(examples=[38])
    post: int = Field(examples=[47])
    head: int = Field(examples=[45])
    whole: int = Field(examples=[48])
    managed: int = Field(examples=[110])


class PostsFilter(Paged):
    """Which page."""


class BehindFilter(Paged):
    """Which figure."""

    figure: Literal[tuple(queries.BEHIND)] = Field(description=_BEHIND)  # type: ignore[valid-type]


class Covered(Answer):
    """An organization a figure counts."""

    uid: str = Field(examples=[UID])
    name: str = Field(examples=["凤亭下书画社"])
    cover: str = Field(examples=["joint"])


class Suggested(Answer):
    """How many suggestions were opened."""

    opened: int = Field(examples=[5])


room = Room("party", "党建", "党员、党组织设置和两委成员兼职。")


def _place(code: str | None) -> Area | None:
    if not code:
        return None
    found = by_key(code, Area.objects.filter(level="community"))
    if found is None:
        raise Problem(422, "input.refused", fields={"reported_to": "没有这个社区。"})
    return found


def _member(uid: str, actor: User, *, lock: bool = False) -> PartyMember:
    if lock:
        list(PartyMember.objects.select_for_update().filter(uid=uid).values_list("pk"))
    found = queries.party_members_visible_to(actor).filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def _version(row: PartyMember) -> str:
    return version_of(row.stage, row.belongs_to, row.managed_by_id, row.reported_to_id, row.left_on)


def entered(request: HttpRequest, body: NewPartyMember) -> object:
    """Enter a member; whoever is in another organization or branch is refused."""
    actor = user_of(request)
    given = body.model_dump(exclude={"organization", "reported_to"})
    place, organization = _place(body.reported_to), _organization(body.organization, actor)
    return _told(people.enter_party_member(organization, actor=actor, reported_to=place, **given))


def one(request: HttpRequest, uid: str) -> object:
    """A member in the three relations, the name masked."""
    return _shown(request, _member(uid, user_of(request)))


def changed(request: HttpRequest, uid: str, body: Relations) -> object:
    """Change the relations of a member."""
    actor = user_of(request)
    row = _member(uid, actor, lock=True)
    must_match(request, _version(row))
    given = body.model_dump(exclude={"reported_to"}, exclude_none=True)
    if "reported_to" in body.model_fields_set:
        given["reported_to"] = _place(body.reported_to)
    return _shown(request, people.change_party_member(row, actor=actor, **given))


def left(request: HttpRequest, uid: str, body: Transfer) -> object:
    """Transfer a member out."""
    actor = user_of(request)
    return _told(people.transfer_party_member(_member(uid, actor), actor=actor, reason=body.reason))


def held(request: HttpRequest, filters: Query[PostsFilter]) -> object:
    """The posts of the two committees that are held, the latest entered first."""
    rows = queries.committee_posts_visible_to(user_of(request)).filter(held_to__isnull=True)
    items, following = page(rows, ("-pk",), filters.after, filters.limit)
    return {"items": [_post(row) for row in items], "next": following}


def posted(request: HttpRequest, body: NewCommitteePost) -> object:
    """Enter a post of the two committees."""
    actor = user_of(request)
    given = body.model_dump(exclude={"organization"})
    return _post(people.enter_committee_post(_organization(body.organization, actor), actor=actor, **given))


def relieved(request: HttpRequest, uid: str) -> object:
    """End such a post."""
    actor = user_of(request)
    post = queries.committee_posts_visible_to(actor).filter(uid=uid).first()
    if post is None:
        raise Http404
    return _post(people.end_committee_post(post, actor=actor))


def suggested(request: HttpRequest, uid: str) -> object:
    """Open suggestions for the organizations of a federation's street."""
    actor = user_of(request)
    return {"opened": len(actions.suggest_units(_federation(uid, actor), actor=actor))}


def figures(request: HttpRequest, uid: str) -> object:
    """The figures of a street, as far as the person sees it, each with both its numbers."""
    actor = user_of(request)
    found = queries.party_figures(queries.paths_within(actor, _federation(uid, actor)))
    return {
        **{kind: found.cover.get(kind, 0) for kind in ("own", "joint", "group", "instructor", "none")},
        "organized": found.organized.part,
        "post": found.post.part,
        "head": found.head.part,
        "whole": found.post.whole,
        "managed": found.managed,
    }


def behind(request: HttpRequest, uid: str, filters: Query[BehindFilter]) -> object:
    """Exactly the organizations a figure counts."""
    actor = user_of(request)
    paths = queries.paths_within(actor, _federation(uid, actor))
    items, following = page(
        queries.organizations_behind(filters.figure, paths), ("-pk",), filters.after, filters.limit
    )
    return {
        "items": [{"uid": row.uid, "name": row.name, "cover": row.party_cover} for row in items],
        "next": following,
    }


def _shown(request: HttpRequest, member: PartyMember) -> dict[str, Any]:
    mark(request, _version(member))
    return _told(member)


def _told(member: PartyMember) -> dict[str, Any]:
    return {
        "uid": member.uid,
        "name": str(member),
        "organization": member.organization.name,
        "stage": word(member.stage, member.get_stage_display()),
        "belongs_to": member.belongs_to,
        "managed_by": member.managed_by.name if member.managed_by else "",
        "reported_to": member.reported_to.name if member.reported_to else "",
        "left_on": member.left_on,
    }


def _post(post: CommitteePost) -> dict[str, Any]:
    return {
        "uid": post.uid,
        "organization": post.organization.name,
        "person_name": post.person_name,
        "is_head": post.is_head,
        "held_from": post.held_from,
        "held_to": post.held_to,
    }


room.sends("/members", "党员：登记", OnePartyMember, status=201, name="party_enter")(entered)
room.reads("/members/{uid}", "党员：一个", OnePartyMember, name="party_member")(one)
room.changes("/members/{uid}", "党员：更改关系", OnePartyMember, name="party_change")(changed)
room.sends("/members/{uid}/leave", "党员：转出", OnePartyMember, name="party_leave")(left)
room.reads("/posts", "两委成员兼职：列表", page_of(OneCommitteePost), name="party_posts")(held)
room.sends("/posts", "两委成员兼职：登记", OneCommitteePost, status=201, name="party_post")(posted)
room.sends("/posts/{uid}/end", "两委成员兼职：卸任", OneCommitteePost, name="party_post_end")(relieved)
room.sends("/federations/{uid}/suggest", "党组织设置：提出建议", Suggested, name="party_suggest")(suggested)
room.reads("/federations/{uid}/figures", "党建：覆盖和兼职", PartyNumbers, name="party_figures")(figures)
room.reads("/federations/{uid}/organizations", "党建：数字后面的组织", page_of(Covered), name="party_behind")(behind)
