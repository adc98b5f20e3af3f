"""Entries of a ledger: entered by one, approved by another, booked for ever, put right by reversal alone."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files.queries import attachments_of
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import keep_version, performs
from linli.core.workflow.numbers import next_number
from linli.organizations.choices import custody as choices
from linli.organizations.choices.custody import KEPT, TYPED, VOUCHER, EntryKind, EntryState, Fund
from linli.organizations.models import Custody, CustodyEntry
from linli.organizations.queries.custody import balances_of, last_statement

BEGIN, SAVED = "organizations.enter_custody", "organizations.draft_saved"
SENDING = (choices.SEND_ENTRY, choices.RESEND_ENTRY)
EDITABLE = frozenset({EntryState.DRAFT, EntryState.MEND})
REQUIRED = (
    ("kind", "选收款、付款还是退还"),
    ("fund", "选资金来源"),
    ("amount", "填金额"),
    ("happened_on", "填发生日期"),
    ("purpose", "写明用途"),
    ("counterpart", "填对方单位"),
    ("voucher_number", "填凭证号"),
)


def begin_entry(custody: Custody, *, actor: User) -> CustodyEntry:
    """Open an entry of a ledger that is kept."""
    _may_enter(custody, actor)
    draft = CustodyEntry(custody=custody, owner=actor, happened_on=clock.today())
    return open_draft(draft, actor=actor, code=BEGIN)


def begin_reversal(entry: CustodyEntry, *, actor: User) -> CustodyEntry:
    """Open the entry that takes back a booked one; all of it is given, only the reason is to be written."""
    _may_enter(entry.custody, actor)
    if entry.state != EntryState.BOOKED:
        raise WrongState(BEGIN, f"这一笔现在是“{entry.state_label}”，没有入账，不用冲正。")
    if entry.kind == EntryKind.REVERSAL:
        raise WrongState(BEGIN, "冲正不能再冲正，请按正确的内容另记一笔。")
    draft = CustodyEntry(
        custody=entry.custody,
        owner=actor,
        kind=EntryKind.REVERSAL,
        reverses=entry,
        fund=entry.fund,
        amount=entry.amount,
        counterpart=entry.counterpart,
        voucher_number=entry.voucher_number,
        happened_on=clock.today(),
    )
    draft.weigh()
    return open_draft(draft, actor=actor, code=BEGIN)


def _may_enter(custody: Custody, actor: User) -> None:
    if not actor.has_perm(BEGIN, custody):
        raise NotAllowed(BEGIN, "代管收支由联合会的秘书或财务录入。")
    if custody.state not in KEPT:
        raise WrongState(BEGIN, f"这份代管现在是“{custody.state_label}”，不能记账。")


def save_entry(entry: CustodyEntry, *, actor: User, revision: int | None, **values: Any) -> CustodyEntry:
    """Keep what has been typed so far. Of a reversal only the day and the reason are typed."""
    fixed = {"kind", "fund", "amount", "counterpart"} & set(values)
    if entry.reverses_id is not None and fixed:
        raise BadInput(
            SAVED, "冲正的金额、来源和对方跟原来那一笔相同，不能改。", fields=dict.fromkeys(fixed, "不能改。")
        )
    if values.get("kind") == EntryKind.REVERSAL:
        text = "冲正从已入账的那一笔开始。"
        raise BadInput(SAVED, text, fields={"kind": text})
    return keep_draft(entry, steps=SENDING, name=SAVED, actor=actor, revision=revision, values=values)


def entry_missing(entry: CustodyEntry) -> list[str]:
    """What is still to be done before the entry can be sent, as instructions; empty when nothing is."""
    todo = [words for name, words in REQUIRED if getattr(entry, name) in (None, "")]
    if entry.kind and entry.reverses_id is None and entry.kind not in TYPED:
        todo.append("选收款、付款还是退还")
    todo += _day_missing(entry)
    if entry.pk and entry.reverses_id is None and not attachments_of(entry, VOUCHER).exists():
        todo.append("上传凭证")
    return todo


def _day_missing(entry: CustodyEntry) -> list[str]:
    day, custody = entry.happened_on, entry.custody
    if day is None:
        return []
    if day > clock.today():
        return ["改发生日期：不能在将来"]
    if custody.valid_from and day < custody.valid_from:
        return [f"改发生日期：协议从 {custody.valid_from:%Y年%-m月%-d日}起"]
    closed = last_statement(custody)
    if closed is not None and day <= closed.through:
        return [f"改发生日期：{closed.month:%Y年%-m月}和以前已经结账"]
    return []


def _send(entry: CustodyEntry, step: str, actor: User) -> None:
    if entry.custody.state not in KEPT:
        raise WrongState(step, f"这份代管现在是“{entry.custody.state_label}”，不能记账。")
    todo = entry_missing(entry)
    if todo:
        raise BadInput("organizations.incomplete", f"还差 {len(todo)} 项：{'；'.join(todo)}。", fields={})
    _may_spend(entry, step)
    _is_there(entry, step)
    entry.number = entry.number or next_number("SZ", entry.custody.federation.area, clock.today().year)
    keep_version(entry, actor)


def _may_spend(entry: CustodyEntry, step: str) -> None:
    """Once an organization liquidates or is struck off, its money is handed over and not spent."""
    organization = entry.custody.member.organization
    if (
        entry.kind == EntryKind.PAID
        and organization is not None
        and organization.legal_status in choices.NOTHING_SPENT
    ):
        status = organization.get_legal_status_display()
        raise WrongState(step, f"“{organization.name}”{status}，代管资金已经冻结，只能退还来款方或交给清算组。")


def _is_there(entry: CustodyEntry, step: str) -> None:
    """The kind of money the entry takes from holds enough of it."""
    change = entry.sides[0] - entry.sides[1]
    left = balances_of(entry.custody)[Fund(entry.fund)]
    if left + change < 0:
        text = f"{Fund(entry.fund).label}只有 {left:,.2f} 元，不够 {-change:,.2f} 元。余额不能是负数。"
        raise BadInput(step, text, fields={"amount": text})


@performs(choices.SEND_ENTRY)
def send_entry(entry: CustodyEntry, *, actor: User) -> None:
    """Lay it before the second person."""
    _send(entry, choices.SEND_ENTRY.name, actor)


@performs(choices.RESEND_ENTRY)
def resend_entry(entry: CustodyEntry, *, actor: User) -> None:
    """Lay it before the second person again."""
    _send(entry, choices.RESEND_ENTRY.name, actor)


@performs(choices.APPROVE_ENTRY)
def approve_entry(entry: CustodyEntry, *, actor: User, reason: str = "") -> None:
    """Book it. The ledger is locked meanwhile: of two who pay out the last money at once, one is told it is gone.

    The database books the balance itself, and refuses what this function would let through (migration 0019).
    """
    name = choices.APPROVE_ENTRY.name
    custody = Custody.objects.select_for_update(of=("self",)).get(pk=entry.custody_id)
    if custody.state not in KEPT:
        raise WrongState(name, f"这份代管现在是“{custody.state_label}”，不能入账。")
    if day := _day_missing(entry):
        raise WrongState(name, f"不能入账：{day[0]}。请退回，改到还没有结账的日期。")
    _may_spend(entry, name)
    try:
        _is_there(entry, name)
    except BadInput as short:
        raise WrongState(name, short.message) from short
    last = CustodyEntry.objects.filter(custody=custody, seq__isnull=False).order_by("-seq").first()
    entry.seq = (last.seq or 0) + 1 if last is not None else 1
    entry.approved_by, entry.booked_on = actor, clock.today()
    if entry.owner_id == actor.pk:
        raise NotAllowed(name, "录入的人不能复核自己录入的这一笔。")
    _book(entry, name)


def _book(entry: CustodyEntry, name: str) -> None:
    """Saved here, so that a refusal of the database reads as one; the frame saves the whole once more."""
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError as error:
        raise WrongState(name, "账上刚才有变动，这一笔现在不能入账。请刷新页面看余额和结账情况。") from error


@performs(choices.RETURN_ENTRY)
def return_entry(entry: CustodyEntry, *, actor: User, reason: str) -> None:
    """The second person found something wrong."""


@performs(choices.LAPSE_ENTRY)
def lapse_entry(entry: CustodyEntry, *, actor: User) -> None:
    """Its month is being closed and nobody approved it."""


@performs(choices.DROP_ENTRY)
def drop_entry(entry: CustodyEntry, *, actor: User, reason: str = "") -> None:
    """Nothing comes of it; it was never booked."""
