"""What programs may do with credit; entries on the lists are cases and follow from their declaration."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.api.begins import begins
from linli.core.api.rooms import Room
from linli.core.api.schemas import UID, Answer, Day, Input, Paged, Word, page_of, word
from linli.core.paging import keyset
from linli.organizations.actions import credit as actions
from linli.organizations.choices.credit import ENTERED, LISTING, CreditList
from linli.organizations.models import CreditInfo, CreditListing, Organization
from linli.organizations.queries import credit as queries
from linli.organizations.queries.register import organizations_visible_to

_LISTS = "；".join(f"{one.value}：{one.label}" for one in CreditList)
_KINDS = "；".join(f"{kind.value}：{kind.label}" for kind in ENTERED)
ORGANIZATION = Field(max_length=22, description="名册里的标识", examples=[UID])


def _seen(uid: str, actor: User) -> Organization:
    """One whose credit record the person may read; any other does not exist."""
    found = organizations_visible_to(actor).filter(uid=uid).first()
    if found is None or not actor.has_perm("organizations.view_credit", found):
        raise Http404
    return found


class BeginListing(Input):
    """Proposes to put an organization on a list."""

    organization: str = ORGANIZATION
    credit_list: Literal[tuple(CreditList.values)] = Field(description=_LISTS)  # type: ignore[valid-type]


@begins(LISTING, BeginListing)
def open_listing(body: BeginListing, *, actor: User) -> CreditListing:
    """The draft of an entry."""
    return actions.begin_listing(_seen(body.organization, actor), credit_list=body.credit_list, actor=actor)


# --- who is on a list -------------------------------------------------------------------------------------------


class Listed(Answer):
    """An entry on a list, as everybody may know it."""

    number: str = Field(examples=["XY-440511004-2026-00003"])
    organization: str = Field(examples=["凤亭下书画社"])
    organization_uid: str = Field(examples=[UID])
    credit_list: Word = Field(examples=[{"code": "abnormal", "label": "活动异常名录"}])
    cause: Word = Field(examples=[{"code": "no_report", "label": "没有按时报送年度工作报告"}])
    listed_on: dt.date = Field(examples=["2026-11-22"])


class ListedFilter(Paged):
    """Which list."""

    credit_list: Literal[tuple(CreditList.values)] | None = Field(None, description=_LISTS)  # type: ignore[valid-type]


room = Room("credit", "信用", "信用信息和两个名录；名录里的每一项怎么来的，见 cases 的 listing。")


def lists(request: HttpRequest, filters: Query[ListedFilter]) -> object:
    """Who is on the lists today, the latest entry first."""
    rows = queries.public_listings(filters.credit_list or "")
    page = keyset(rows, request, size=filters.limit)
    return {"items": [_listed(row) for row in page.rows], "next": page.after or None}


def _listed(row: CreditListing) -> dict[str, Any]:
    return {
        "number": row.public_number,
        "organization": row.organization.name,
        "organization_uid": row.organization.uid,
        "credit_list": word(row.credit_list, row.get_credit_list_display()),
        "cause": word(row.cause, row.get_cause_display()),
        "listed_on": row.listed_on,
    }


room.reads("/lists", "信用：两个名录", page_of(Listed), name="credit_lists", open=True)(lists)


# --- what is known ----------------------------------------------------------------------------------------------


class Info(Answer):
    """One thing that is known of an organization's credit."""

    uid: str = Field(examples=[UID])
    kind: Word = Field(examples=[{"code": "inspection", "label": "行政检查信息"}])
    title: str = Field(examples=["2025 年度抽查合格"])
    content: str = Field(examples=["财务、活动、会务都符合章程。"])
    source: str = Field(examples=["汕头市金平区民政局"])
    document: str = Field(examples=["汕金民查〔2026〕3 号"])
    happened_on: dt.date = Field(examples=["2026-11-20"])
    entered_on: dt.date = Field(examples=["2026-11-22"])
    withdrawn_on: dt.date | None = Field(examples=[None])
    withdrawn_reason: str = Field(examples=[""])


class NewInfo(Input):
    """What came about."""

    organization: str = ORGANIZATION
    kind: Literal[tuple(kind.value for kind in ENTERED)] = Field(description=_KINDS)  # type: ignore[valid-type]
    title: str = Field(min_length=1, max_length=80, examples=["2025 年度抽查合格"])
    content: str = Field("", max_length=500)
    source: str = Field(min_length=1, max_length=80, examples=["汕头市金平区民政局"])
    document: str = Field("", max_length=60, examples=["汕金民查〔2026〕3 号"])
    happened_on: Day


class Withdrawal(Input):
    """Why it is taken down."""

    reason: str = Field(min_length=1, max_length=300, examples=["处罚已被行政复议撤销"])


class OfOrganization(Paged):
    """Whose."""

    organization: str = ORGANIZATION


def infos(request: HttpRequest, filters: Query[OfOrganization]) -> object:
    """What is known of an organization, the latest entered first, withdrawn included."""
    organization = _seen(filters.organization, user_of(request))
    rows = queries.credit_infos_visible_to(user_of(request)).filter(organization=organization)
    page = keyset(rows, request, size=filters.limit)
    return {"items": [_told(row) for row in page.rows], "next": page.after or None}


def enter(request: HttpRequest, body: NewInfo) -> object:
    """Enter what came about."""
    actor = user_of(request)
    values = body.model_dump(exclude={"organization"})
    return _told(actions.enter_credit_info(_seen(body.organization, actor), actor=actor, **values))


def withdraw(request: HttpRequest, uid: str, body: Withdrawal) -> object:
    """Take down what was wrong."""
    actor = user_of(request)
    info = queries.credit_infos_visible_to(actor).filter(uid=uid).first()
    if info is None:
        raise Http404
    return _told(actions.withdraw_credit_info(info, reason=body.reason, actor=actor))


def _told(row: CreditInfo) -> dict[str, Any]:
    plain = ("uid", "title", "content", "source", "document", "happened_on", "entered_on")
    return {
        **{name: getattr(row, name) for name in plain},
        "kind": word(row.kind, row.get_kind_display()),
        "withdrawn_on": row.withdrawn_on,
        "withdrawn_reason": row.withdrawn_reason,
    }


room.reads("/infos", "信用：一个组织的信用信息", page_of(Info), name="credit_infos")(infos)
room.sends("/infos", "信用：归集信息", Info, status=201, name="credit_enter")(enter)
room.sends("/infos/{uid}/withdraw", "信用：撤下信息", Info, name="credit_withdraw")(withdraw)
