"""What programs do with the custody of funds: ledgers, months and their closing; agreements and entries are cases."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.api.begins import begins
from linli.core.api.listing import page
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.schemas import UID, Answer, Input, Paged, Word, page_of, word
from linli.organizations.actions import custody as actions
from linli.organizations.actions import custody_entries as entries
from linli.organizations.choices.custody import CUSTODY, CUSTODY_ENTRY, KEPT, CustodyState
from linli.organizations.models import Custody, CustodyEntry, CustodyStatement
from linli.organizations.queries import custody as queries
from linli.organizations.queries.federation import members_visible_to, public_federations

LEDGER = Field(max_length=22, description="分账（代管协议）的标识", examples=[UID])
MONEY = Field(examples=["12000.00"])


class BeginCustody(Input):
    """Applies for a member to have its accounts kept."""

    member: str = Field(max_length=22, description="会员的标识，见 members", examples=[UID])


class BeginEntry(Input):
    """Opens an entry of a ledger, or the reversal of a booked one."""

    ledger: str | None = Field(None, max_length=22, description="记一笔：分账的标识", examples=[UID])
    reverses: str | None = Field(None, max_length=22, description="冲正：哪一笔", examples=[None])


@begins(CUSTODY, BeginCustody)
def open_custody(body: BeginCustody, *, actor: User) -> Custody:
    """The application, or the agreement that is there."""
    member = members_visible_to(actor).filter(uid=body.member).first()
    if member is None:
        raise Http404
    return actions.begin_custody(member, actor=actor)


@begins(CUSTODY_ENTRY, BeginEntry)
def open_entry(body: BeginEntry, *, actor: User) -> CustodyEntry:
    """The draft of an entry."""
    if body.reverses:
        entry = queries.custody_entries_visible_to(actor).filter(uid=body.reverses).first()
        if entry is None:
            raise Http404
        return entries.begin_reversal(entry, actor=actor)
    if not body.ledger:
        raise Problem(422, "input.refused", fields={"ledger": "请写是哪本分账，或者冲正哪一笔。"})
    return entries.begin_entry(_seen(body.ledger, actor), actor=actor)


def _seen(uid: str, actor: User) -> Custody:
    found = queries.ledgers_of(actor).filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


# --- ledgers ----------------------------------------------------------------------------------------------------


class Ledger(Answer):
    """A ledger, and what is left in it."""

    uid: str = Field(examples=[UID])
    number: str = Field(examples=["DG-440511004-2026-00001"])
    member: str = Field(examples=["凤亭下书画社"])
    federation: str = Field(examples=["东方街道社会组织联合会"])
    state: Word = Field(examples=[{"code": "in_force", "label": "代管中"}])
    valid_from: dt.date = Field(examples=["2026-06-01"])
    valid_to: dt.date = Field(examples=["2027-05-31"])
    left: Decimal = MONEY
    waiting: int = Field(description="几笔待复核", examples=[1])


class Sums(Answer):
    """One kind of money in a month."""

    fund: Word = Field(examples=[{"code": "public", "label": "财政资金"}])
    opening: Decimal = MONEY
    money_in: Decimal = MONEY
    money_out: Decimal = MONEY
    closing: Decimal = MONEY


class Statement(Answer):
    """A closed month."""

    uid: str = Field(examples=[UID])
    month: dt.date = Field(description="当月第一天", examples=["2026-10-01"])
    through: dt.date = Field(examples=["2026-10-31"])
    due_on: dt.date = Field(examples=["2026-11-03"])
    made_on: dt.date = Field(examples=["2026-11-03"])
    is_last: bool = Field(examples=[False])
    opening: Decimal = MONEY
    money_in: Decimal = MONEY
    money_out: Decimal = MONEY
    closing: Decimal = MONEY
    funds: list[Sums]


class LedgerFilter(Paged):
    """Which ledgers."""

    ended: bool = Field(False, description="看已终止的", examples=[False])


class Publishing(Input):
    """Whether everybody may read the sums."""

    public: bool = Field(strict=True, examples=[True])


class MonthSums(Answer):
    """All ledgers of a federation in a closed month."""

    month: dt.date = Field(examples=["2026-10-01"])
    money_in: Decimal = MONEY
    money_out: Decimal = MONEY
    closing: Decimal = MONEY


class PublicSums(Answer):
    """The sums a federation publishes; no member is named."""

    federation: str = Field(examples=["东方街道社会组织联合会"])
    public: bool = Field(examples=[True])
    ledgers: int = Field(examples=[3])
    left: Decimal = MONEY
    months: list[MonthSums]


room = Room("custody", "财务代管", "联合会替会员管账：平台只记账，不收钱也不转钱。收支见 cases 的 custodyentry。")


def ledgers(request: HttpRequest, filters: Query[LedgerFilter]) -> object:
    """The ledgers the person may read, the latest first."""
    wanted = (CustodyState.ENDED,) if filters.ended else KEPT
    rows = queries.ledgers_of(user_of(request)).filter(state__in=wanted)
    items, following = page(rows, ("-pk",), filters.after, filters.limit)
    return {"items": [_told(row) for row in items], "next": following}


def one(request: HttpRequest, uid: str) -> object:
    """One ledger."""
    return _told(_seen(uid, user_of(request)))


def statements(request: HttpRequest, uid: str, filters: Query[Paged]) -> object:
    """The closed months of a ledger, the latest first."""
    custody = _seen(uid, user_of(request))
    rows = queries.statements_visible_to(user_of(request)).filter(custody=custody).prefetch_related("lines")
    items, following = page(rows, ("-pk",), filters.after, filters.limit)
    return {"items": [_stated(row) for row in items], "next": following}


def close(request: HttpRequest, uid: str) -> object:
    """Close the first open month that has ended."""
    actor = user_of(request)
    return _stated(actions.close_month(_seen(uid, actor), actor=actor))


def sums(request: HttpRequest, federation: str) -> object:
    """What a federation publishes; one that does not is not found."""
    found = public_federations().filter(uid=federation).first()
    if found is None or not queries.is_public(found):
        raise Http404
    return _summed(found)


def publish(request: HttpRequest, federation: str, body: Publishing) -> object:
    """Publish the sums, or no longer."""
    actor = user_of(request)
    found = queries.federations_with_ledgers(actor).filter(uid=federation).first()
    if found is None:
        raise Http404
    actions.publish_custody(found, public=body.public, actor=actor)
    return _summed(found)


def _summed(federation: Any) -> dict[str, Any]:
    told = queries.summary_of(federation)
    names = ("month", "money_in", "money_out", "closing")
    return {
        "federation": federation.name,
        "public": queries.is_public(federation),
        "ledgers": told.ledgers,
        "left": told.left,
        "months": [dict(zip(names, row, strict=True)) for row in told.months],
    }


def _told(row: Any) -> dict[str, Any]:
    return {
        "uid": row.uid,
        "number": row.number,
        "member": row.member.name,
        "federation": row.federation.name,
        "state": word(row.state, row.get_state_display()),
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "left": row.left,
        "waiting": row.waiting,
    }


_SUMS = ("opening", "money_in", "money_out", "closing")


def _stated(row: CustodyStatement) -> dict[str, Any]:
    plain = ("uid", "month", "through", "due_on", "made_on", "is_last", *_SUMS)
    lines = sorted(row.lines.all(), key=lambda line: line.pk)
    return {
        **{name: getattr(row, name) for name in plain},
        "funds": [
            {"fund": word(line.fund, line.get_fund_display()), **{name: getattr(line, name) for name in _SUMS}}
            for line in lines
        ],
    }


room.reads("", "财务代管：分账列表", page_of(Ledger), name="custody_ledgers")(ledgers)
room.reads("/sums/{federation}", "财务代管：公开的汇总", PublicSums, name="custody_sums", open=True)(sums)
room.sends("/sums/{federation}", "财务代管：设定是否公开汇总", PublicSums, name="custody_publish")(publish)
room.reads("/{uid}", "财务代管：一本分账", Ledger, name="custody_ledger")(one)
room.reads("/{uid}/statements", "财务代管：对账单", page_of(Statement), name="custody_statements")(statements)
room.sends("/{uid}/close", "财务代管：结账", Statement, name="custody_close")(close)
