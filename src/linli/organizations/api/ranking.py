"""What programs read of the four dimensions, and begin of commendations."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from linli.areas.models import Area
from linli.areas.queries import by_key
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.api.begins import begins
from linli.core.api.listing import page
from linli.core.api.rooms import Room
from linli.core.api.schemas import UID, Answer, Input, Paged, Word, one_of, page_of, word
from linli.organizations.actions.commendation import begin_commendation
from linli.organizations.choices.commendation import COMMENDATION
from linli.organizations.choices.filing import Kind
from linli.organizations.models import Commendation, Standing
from linli.organizations.queries import commendation as commendations
from linli.organizations.queries import ranking as queries

_KINDS = "；".join(f"{kind.value}：{kind.label}" for kind in Kind)
AREA = Field(max_length=40, description="区划的标识，见 areas", examples=["440511"])


class BeginCommendation(Input):
    """Draws the list of a year from today's ranking."""

    area: str = AREA
    year: int = Field(ge=2000, le=2100, strict=True, examples=[2026])


@begins(COMMENDATION, BeginCommendation)
def open_commendation(body: BeginCommendation, *, actor: User) -> Commendation:
    """The draft of a list."""
    return begin_commendation(_area(body.area), year=body.year, actor=actor)


def _area(key: str) -> Area:
    found = by_key(key, Area.objects.all())
    if found is None:
        raise Http404
    return found


class Ranked(Answer):
    """An organization's four parts, each of 10,000, and its total of 1,000,000."""

    organization: str = Field(examples=["凤亭下书画社"])
    organization_uid: str = Field(examples=[UID])
    kind: Word = Field(examples=[{"code": "culture", "label": "文体"}])
    total: int = Field(examples=[688_750])
    active: int = Field(examples=[10_000])
    orderly: int = Field(examples=[8_750])
    coverage: int = Field(examples=[3_000])
    influence: int = Field(examples=[3_000])


class RankedFilter(Paged):
    """Which kind, where."""

    area: str = AREA
    kind: one_of(Kind.values) = Field(description=_KINDS)  # type: ignore[valid-type]


class RankedPlace(Answer):
    """Where it stands in an area; equals share a place."""

    area: str = Field(examples=["东方街道"])
    place: int = Field(examples=[3])
    among: int = Field(examples=[41])


class PartTold(Answer):
    """One of the four parts: what it brings, of how much, and from which facts."""

    dimension: Word = Field(examples=[{"code": "active", "label": "活跃度"}])
    worth: Decimal = Field(examples=["35.00"])
    most: Decimal = Field(examples=["35.00"])
    facts: str = Field(examples=["核实的活动 3 场，同类组织的中位数 3 场"])
    advice: list[str] = Field(examples=[[]], description="只有组织自己和工作人员看得到")


class Explained(Ranked):
    """An organization's parts, its places and what it was measured by."""

    places: list[RankedPlace]
    parts: list[PartTold]
    ruler_day: dt.date = Field(examples=["2026-11-22"])
    median: Decimal = Field(examples=["3"])


def ranked(request: HttpRequest, filters: Query[RankedFilter]) -> object:
    """The ranking of a kind in a district, street or community, the first first."""
    area = _area(filters.area)
    if area.level not in queries.WHERE:
        raise Http404
    rows = queries.listed(queries.standings_in(area, filters.kind))
    items, following = page(rows, queries.ORDER, filters.after, filters.limit)
    return {"items": [_told(row) for row in items], "next": following}


def one(request: HttpRequest, uid: str) -> object:
    """One organization's parts and places."""
    row = queries.standing_of(uid)
    if row is None:
        raise Http404
    ruler = queries.ruler_of(row)
    explained = user_of(request).has_perm("organizations.explain_standing", row.organization)
    return {
        **_told(row),
        "places": [
            {"area": place.area.name, "place": place.place, "among": place.among} for place in queries.places_of(row)
        ],
        "parts": [
            {
                "dimension": word(part.dimension.value, str(part.dimension.label)),
                "worth": part.worth,
                "most": part.most,
                "facts": part.facts,
                "advice": list(part.advice) if explained else [],
            }
            for part in queries.parts_of(row, ruler)
        ],
        "ruler_day": ruler.day,
        "median": ruler.median,
    }


def _told(row: Standing) -> dict[str, Any]:
    names = ("total", "active", "orderly", "coverage", "influence")
    return {
        **{name: getattr(row, name) for name in names},
        "organization": row.organization.name,
        "organization_uid": row.organization.uid,
        "kind": word(row.kind, row.get_kind_display()),
    }


class Praised(Answer):
    """An organization that was commended."""

    organization: str = Field(examples=["凤亭下书画社"])
    organization_uid: str = Field(examples=[UID])
    kind: Word = Field(examples=[{"code": "culture", "label": "文体"}])
    place: int = Field(examples=[1])
    total: int = Field(examples=[688_750])


class Published(Answer):
    """A list of commendation as it was published."""

    uid: str = Field(examples=[UID])
    number: str = Field(examples=["BZ-440511-2026-00001"])
    area: str = Field(examples=["金平区"])
    year: int = Field(examples=[2026])
    published_on: dt.date = Field(examples=["2026-11-22"])
    organizations: list[Praised]


class PublishedFilter(Paged):
    """Which page."""


def lists(request: HttpRequest, filters: Query[PublishedFilter]) -> object:
    """The published lists, the latest year first."""
    items, following = page(commendations.published(), ("-year", "-pk"), filters.after, filters.limit)
    return {"items": [_published(row) for row in items], "next": following}


def published(request: HttpRequest, uid: str) -> object:
    """One published list."""
    found = commendations.published().filter(uid=uid).first()
    if found is None:
        raise Http404
    return _published(found)


def _published(row: Commendation) -> dict[str, Any]:
    return {
        "uid": row.uid,
        "number": row.number,
        "area": row.area.name,
        "year": row.year,
        "published_on": row.published_on,
        "organizations": [
            {
                "organization": one.organization.name,
                "organization_uid": one.organization.uid,
                "kind": word(one.kind, one.get_kind_display()),
                "place": one.place,
                "total": one.total,
            }
            for one in commendations.praised_in(row)
        ],
    }


room = Room("ranking", "四维排位", "同类组织按活跃度、规范化、覆盖率、影响力排位；每个部分怎么来的一并给出。")
room.reads("", "四维排位：一类在一个范围里", page_of(Ranked), name="ranking_list", open=True)(ranked)
room.reads("/organizations/{uid}", "四维排位：一个组织", Explained, name="ranking_one")(one)
room.reads("/commendations", "表彰名单：列表", page_of(Published), name="commendations_list", open=True)(lists)
room.reads("/commendations/{uid}", "表彰名单：一份", Published, name="commendations_one", open=True)(published)
