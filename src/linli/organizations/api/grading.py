"""What programs may do with grading: its cases begin here and follow from their declarations; all read grades."""

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
from linli.core.api.rooms import Room
from linli.core.api.schemas import UID, Answer, Day, Input, Paged, Word, page_of, word
from linli.core.paging import keyset
from linli.organizations.actions.grade_changes import begin_grade_change
from linli.organizations.actions.grades import enter_grade
from linli.organizations.actions.grading_rounds import begin_round
from linli.organizations.actions.gradings import begin_grading
from linli.organizations.choices.grade_change import CHANGE
from linli.organizations.choices.grading import SchemeName
from linli.organizations.choices.grading_case import GRADING
from linli.organizations.choices.grading_round import ROUND
from linli.organizations.models import GradeChange, Grading, GradingRound, HeldGrade, Organization
from linli.organizations.queries import grading as queries
from linli.organizations.queries.eligibility import refusals_for
from linli.organizations.queries.register import organizations_visible_to

ORGANIZATION = Field(max_length=22, description="名册里的标识", examples=[UID])
_SCHEMES = "；".join(f"{one.value}：{one.label}" for one in SchemeName)


def _seen(uid: str, actor: User) -> Organization:
    found = organizations_visible_to(actor).filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


# --- beginning ----------------------------------------------------------------------------------------------------


class BeginRound(Input):
    """Draws up a round of a year."""

    area: str = Field(max_length=40, description="区划的标识，见 areas", examples=["440511"])
    scheme: Literal[tuple(SchemeName.values)] = Field(description=_SCHEMES)  # type: ignore[valid-type]
    year: int = Field(ge=2000, le=2100, strict=True, examples=[2026])


@begins(ROUND, BeginRound)
def open_round(body: BeginRound, *, actor: User) -> GradingRound:
    """The plan of a round."""
    area = by_key(body.area, Area.objects.all())
    if area is None:
        raise Http404
    return begin_round(area, scheme=body.scheme, year=body.year, actor=actor)


class BeginGrading(Input):
    """Applies in a round that is open, or goes on with the draft."""

    organization: str = ORGANIZATION
    round: str = Field(max_length=22, description="轮次的标识，见 grades/organizations 的 rounds", examples=[UID])


@begins(GRADING, BeginGrading)
def open_grading(body: BeginGrading, *, actor: User) -> Grading:
    """The self-assessment."""
    organization = _seen(body.organization, actor)
    found = next((row for row in queries.rounds_open_for(organization) if row.uid == body.round), None)
    if found is None:
        raise Http404
    return begin_grading(organization, round=found, actor=actor)


class BeginChange(Input):
    """Proposes to take a grade down or away."""

    grade: str = Field(max_length=22, description="等级的标识，见 grades", examples=[UID])


@begins(CHANGE, BeginChange)
def open_change(body: BeginChange, *, actor: User) -> GradeChange:
    """The draft of what is to happen to it."""
    held = queries.held_visible_to(actor).filter(uid=body.grade).first()
    if held is None:
        raise Http404
    return begin_grade_change(held, actor=actor)


# --- what everybody reads -----------------------------------------------------------------------------------------


class HeldTold(Answer):
    """A grade, or stars, with the days between which it holds."""

    uid: str = Field(examples=[UID])
    number: str = Field(examples=["PG-440511004-2026-00003"])
    organization: str = Field(examples=["凤亭下书画社"])
    organization_uid: str = Field(examples=[UID])
    scheme: Word = Field(examples=[{"code": "grade", "label": "等级评估"}])
    level: int = Field(examples=[3])
    words: str = Field(examples=["3A"])
    granted_on: dt.date = Field(examples=["2026-11-22"])
    valid_until: dt.date = Field(examples=["2031-11-21"])
    ended_on: dt.date | None = Field(examples=[None])
    ended_by: Word | None = Field(examples=[None])
    document: str = Field(examples=[""])
    stands: bool = Field(description="今天是否有效")


class Noticed(Answer):
    """A result on public notice."""

    uid: str = Field(examples=[UID])
    number: str = Field(examples=["PG-440511004-2026-00003"])
    organization: str = Field(examples=["凤亭下书画社"])
    organization_uid: str = Field(examples=[UID])
    scheme: Word = Field(examples=[{"code": "grade", "label": "等级评估"}])
    words: str = Field(examples=["3A"])
    mean: str = Field(examples=["82.65"])
    members: int = Field(examples=[9])
    present: int = Field(examples=[8])
    in_favour: int = Field(examples=[6])
    noticed_on: dt.date = Field(examples=["2026-11-22"])


class HeldFilter(Paged):
    """Of which scheme."""

    scheme: Literal[tuple(SchemeName.values)] | None = Field(None, description=_SCHEMES)  # type: ignore[valid-type]


class NoticedFilter(Paged):
    """Which page."""


def _held(row: HeldGrade) -> dict[str, Any]:
    plain = ("uid", "number", "level", "words", "granted_on", "valid_until", "ended_on", "document", "stands")
    return {
        **{name: getattr(row, name) for name in plain},
        "organization": row.organization.name,
        "organization_uid": row.organization.uid,
        "scheme": word(row.scheme, row.get_scheme_display()),
        "ended_by": word(row.ended_by, row.get_ended_by_display()) if row.ended_by else None,
    }


def grades(request: HttpRequest, filters: Query[HeldFilter]) -> object:
    """Who holds a grade or stars today, the latest first."""
    page = keyset(queries.public_grades(filters.scheme or ""), request, size=filters.limit)
    return {"items": [_held(row) for row in page.rows], "next": page.after or None}


def one(request: HttpRequest, uid: str) -> object:
    """One grade, also when it no longer holds."""
    row = HeldGrade.objects.filter(uid=uid).select_related("organization").first()
    if row is None:
        raise Http404
    return _held(row)


def notices(request: HttpRequest, filters: Query[NoticedFilter]) -> object:
    """What is on notice today, the latest first."""
    page = keyset(queries.public_notices(), request, size=filters.limit)
    return {"items": [_noticed(row) for row in page.rows], "next": page.after or None}


def noticed(request: HttpRequest, uid: str) -> object:
    """One result on notice."""
    row = queries.public_notices().filter(uid=uid).first()
    if row is None:
        raise Http404
    return _noticed(row)


def _noticed(row: Grading) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in ("uid", "number", "members", "present", "in_favour", "noticed_on")},
        "organization": row.organization.name,
        "organization_uid": row.organization.uid,
        "scheme": word(row.scheme, row.get_scheme_display()),
        "words": row.level_words,
        "mean": row.mean_words,
    }


# --- of one organization ------------------------------------------------------------------------------------------


class OpenRound(Answer):
    """A round in which the organization could apply today."""

    uid: str = Field(examples=[UID])
    title: str = Field(examples=["金平区 2026 年度社会组织等级评估"])
    apply_until: dt.date = Field(examples=["2026-12-20"])


class Refusal(Answer):
    """Why an application is refused."""

    code: str = Field(examples=["grading.too_young"])
    words: str = Field(examples=["登记要满 2 年才能申请，这家组织到 2027-05-20 才满。"])


class OfOrganization(Answer):
    """Its grades now and before, whether it may apply, and where."""

    grades: list[HeldTold]
    refusals: list[Refusal] = Field(description="空的就是可以申请")
    rounds: list[OpenRound]


def of_organization(request: HttpRequest, uid: str) -> object:
    """The grades of an organization."""
    organization = _seen(uid, user_of(request))
    scheme = queries.scheme_of(organization)
    rows = HeldGrade.objects.filter(organization=organization).select_related("organization")
    return {
        "grades": [_held(row) for row in rows.order_by("-granted_on", "-pk")],
        "refusals": [
            {"code": one.code, "words": one.words} for one in (refusals_for(organization, scheme) if scheme else ())
        ],
        "rounds": [
            {"uid": row.uid, "title": row.title, "apply_until": row.apply_until}
            for row in queries.rounds_open_for(organization)
        ],
    }


class NewGrade(Input):
    """What was given on paper before the platform."""

    level: int = Field(ge=1, le=5, strict=True, examples=[3])
    granted_on: Day = Field(examples=["2024-06-01"])
    document: str = Field(min_length=1, max_length=120, examples=["汕金民评〔2024〕2 号"])


def enter(request: HttpRequest, uid: str, body: NewGrade) -> object:
    """Enter it; one that has run out is refused."""
    actor = user_of(request)
    return _held(enter_grade(_seen(uid, actor), actor=actor, **body.model_dump()))


room = Room("grades", "评估等级", "评估等级和星级；轮次、评估、评分、降级是 cases 里的事项。")
room.reads("", "评估等级：现在有效的", page_of(HeldTold), name="grades_list", open=True)(grades)
room.reads("/notices", "评估等级：正在公示的", page_of(Noticed), name="grades_notices", open=True)(notices)
room.reads("/notices/{uid}", "评估等级：一份公示", Noticed, name="grades_notice", open=True)(noticed)
room.reads("/organizations/{uid}", "评估等级：一个组织", OfOrganization, name="grades_of")(of_organization)
room.sends("/organizations/{uid}", "评估等级：补录", HeldTold, status=201, name="grades_enter")(enter)
room.reads("/{uid}", "评估等级：一个", HeldTold, name="grades_one", open=True)(one)
