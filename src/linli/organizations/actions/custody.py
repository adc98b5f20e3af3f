"""The agreement of custody: applied for, signed, renewed, ended; whether its sums are published; monthly closing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files.queries import attachments_of
from linli.core.notices import notify
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import keep_version, perform, performs
from linli.core.workflow.numbers import next_number
from linli.core.workflow.queries import open_rows
from linli.organizations.choices import custody as choices
from linli.organizations.choices.custody import AGREEMENT, KEPT, MAY_HAVE, CustodyState, EntryState
from linli.organizations.choices.membership import MemberKind
from linli.organizations.models import (
    Custody,
    CustodyEntry,
    CustodyPolicy,
    CustodyStatement,
    CustodyStatementLine,
    Federation,
    Member,
)
from linli.organizations.queries.custody import (
    balances_of,
    due_to_close,
    last_day,
    lines_of,
    month_of,
    month_to_close,
    next_month,
    open_custody_of,
    statement_due,
)

BEGIN, SAVED = "organizations.begin_custody", "organizations.draft_saved"
CLOSE, CLOSED = "organizations.close_custody_month", "organizations.custody_month_closed"
PUBLISH = "organizations.publish_custody"
SENDING = (choices.APPLY, choices.REAPPLY)
EDITABLE = frozenset({CustodyState.DRAFT, CustodyState.MEND})
REQUIRED = (
    ("document_number", "填协议文号"),
    ("terms", "写明代管哪些资金、怎么用"),
    ("valid_from", "填协议从哪天起"),
    ("valid_to", "填协议到哪天止"),
)


# --- the agreement ----------------------------------------------------------------------------------------------


def begin_custody(member: Member, *, actor: User) -> Custody:
    """Open an application of a member, or go on with the one that is open."""
    if not actor.has_perm(BEGIN, member):
        raise NotAllowed(BEGIN, "财务代管由会员的负责人申请，或由联合会秘书代办。")
    if (held := open_custody_of(member)) is not None:
        return held
    organization = member.organization
    if member.kind != MemberKind.ORGANIZATION or organization is None:
        raise WrongState(BEGIN, "财务代管只为社会组织会员办理。")
    if member.status not in MAY_HAVE:
        raise WrongState(BEGIN, f"“{member.name}”{member.get_status_display()}，不能申请代管。")
    if organization.legal_status in choices.NOTHING_SPENT:
        raise WrongState(BEGIN, f"“{organization.name}”{organization.get_legal_status_display()}，不能申请代管。")
    own = organization.owner_id == actor.pk
    draft = Custody(
        federation=member.federation,
        member=member,
        owner=organization.owner,
        entered_by=None if own else actor,
        valid_from=clock.today(),
    )
    return open_draft(draft, actor=actor, code=BEGIN)


def save_custody(custody: Custody, *, actor: User, revision: int | None, **values: Any) -> Custody:
    """Keep what has been typed so far."""
    return keep_draft(custody, steps=SENDING, name=SAVED, actor=actor, revision=revision, values=values)


def custody_missing(custody: Custody) -> list[str]:
    """What is still to be done before the application can be sent, as instructions; empty when nothing is."""
    todo = [words for name, words in REQUIRED if not getattr(custody, name)]
    since, until = custody.valid_from, custody.valid_to
    if since and until and until <= since:
        todo.append("协议的结束日要晚于开始日")
    elif until and until < clock.today():
        todo.append("协议已经到期，请改日期")
    if since and month_of(since) < month_of(clock.today()):
        todo.append("协议从本月起，以前的月份不补开账")
    return todo + ([] if attachments_of(custody, AGREEMENT).exists() else ["上传双方盖章的协议"])


def _send(custody: Custody, actor: User) -> None:
    todo = custody_missing(custody)
    if todo:
        raise BadInput("organizations.incomplete", f"还差 {len(todo)} 项：{'；'.join(todo)}。", fields={})
    custody.number = custody.number or next_number("DG", custody.federation.area, clock.today().year)
    keep_version(custody, actor)


@performs(choices.APPLY)
def apply_custody(custody: Custody, *, actor: User) -> None:
    """Send the agreement to the federation."""
    _send(custody, actor)


@performs(choices.REAPPLY)
def reapply_custody(custody: Custody, *, actor: User) -> None:
    """Send the mended agreement."""
    _send(custody, actor)


@performs(choices.SIGN)
def sign_custody(custody: Custody, *, actor: User, reason: str = "") -> None:
    """The ledger is opened, with nothing in it. It begins in the month it was agreed from."""
    if custody.member.status not in MAY_HAVE:
        status = custody.member.get_status_display()
        raise WrongState(choices.SIGN.name, f"“{custody.member.name}”{status}，不能代管。")
    custody.signed_by = actor


@performs(choices.RETURN_CUSTODY)
def return_custody(custody: Custody, *, actor: User, reason: str) -> None:
    """Something is missing."""


@performs(choices.REFUSE_CUSTODY)
def refuse_custody(custody: Custody, *, actor: User, reason: str) -> None:
    """The federation does not keep its accounts."""


@performs(choices.WITHDRAW_CUSTODY)
def withdraw_custody(custody: Custody, *, actor: User, reason: str = "") -> None:
    """The applicant takes it back."""


@performs(choices.RENEW)
def renew_custody(custody: Custody, *, actor: User, reason: str, valid_to: dt.date) -> None:
    """A later last day, by a new agreement; the inbox counts to it."""
    assert custody.valid_to is not None
    if valid_to <= max(custody.valid_to, clock.today()):
        text = f"新的结束日要晚于 {max(custody.valid_to, clock.today()):%Y年%-m月%-d日}。"
        raise BadInput(choices.RENEW.name, text, fields={"valid_to": text})
    custody.valid_to = valid_to
    open_rows(custody).update(closed_at=clock.now(), closed_by=actor)


@performs(choices.ASK_END)
def ask_custody_end(custody: Custody, *, actor: User, reason: str) -> None:
    """It is to end; what is left has to be paid back first."""
    custody.end_asked_by = actor
    _tell_head(custody, f"{custody.title}：提出终止", reason, actor)


@performs(choices.KEEP_ON)
def keep_custody_on(custody: Custody, *, actor: User, reason: str) -> None:
    """It goes on after all."""
    custody.end_asked_by = None


@performs(choices.END_CUSTODY)
def end_custody(custody: Custody, *, actor: User, reason: str = "") -> None:
    """Nothing is left and nothing waits: the months still open are closed with the last statement, and it is over."""
    left = sum(balances_of(custody).values())
    if left:
        raise WrongState(choices.END_CUSTODY.name, f"还有余额 {left:,.2f} 元，先退还，复核入账后再终止。")
    waiting = CustodyEntry.objects.filter(custody=custody, state__in=(EntryState.CHECK, EntryState.MEND))
    if n := waiting.count():
        raise WrongState(choices.END_CUSTODY.name, f"还有 {n} 笔没有复核入账，先办完或者作废。")
    today = clock.today()
    while (month := month_to_close(custody)) <= month_of(today):
        _close(custody, month, actor, through=min(last_day(month), today), is_last=month == month_of(today))
    custody.ended_by, custody.ended_on = actor, today


def _tell_head(custody: Custody, title: str, body: str, actor: User) -> None:
    """The head of the member, where that is another than whoever acts and the owner, whom the frame tells."""
    organization = custody.member.organization
    head = organization.owner if organization is not None else custody.member.owner
    if head is not None and head.pk not in (actor.pk, custody.owner_id):
        notify(head, kind=f"case.{choices.CUSTODY.slug}", title=title, body=body[:300], url=custody.ledger_url)


# --- publishing -------------------------------------------------------------------------------------------------


@transaction.atomic
def publish_custody(federation: Federation, *, public: bool, actor: User) -> CustodyPolicy:
    """Let everybody read the sums of the ledgers, or no longer. Names of members are never in them."""
    if not actor.has_perm(PUBLISH, federation):
        raise NotAllowed(PUBLISH, "是否公开代管汇总由联合会秘书设定。")
    policy = CustodyPolicy.objects.select_for_update().filter(federation=federation).first()
    if policy is None:
        policy = CustodyPolicy(federation=federation)
    policy.public, policy.changed_by, policy.changed_on = public, actor, clock.today()
    policy.save()
    record(actor, PUBLISH, policy, public=public)
    return policy


# --- closing a month --------------------------------------------------------------------------------------------


def close_month(custody: Custody, *, actor: User) -> CustodyStatement:
    """Close the first open month of a ledger and make its statement; refused while it runs or an entry waits."""
    if not actor.has_perm(CLOSE, custody):
        raise NotAllowed(CLOSE, "结账由联合会的秘书或财务办理。")
    with transaction.atomic():
        held = Custody.objects.select_for_update(of=("self",)).get(pk=custody.pk)
        if held.state not in KEPT:
            raise WrongState(CLOSE, f"这份代管现在是“{held.state_label}”，不用结账。")
        month = month_to_close(held)
        if clock.today() <= last_day(month):
            raise WrongState(CLOSE, f"{month:%Y年%-m月}还没有过完，月末以后才能结账。")
        if n := waiting_in(held, month).count():
            raise WrongState(CLOSE, f"{month:%Y年%-m月}还有 {n} 笔待复核，先复核或者退回，再结账。")
        return _close(held, month, actor, through=last_day(month), is_last=False)


def waiting_in(custody: Custody, month: dt.date) -> Any:
    """Entries of a month that wait for their second person."""
    return CustodyEntry.objects.filter(custody=custody, state=EntryState.CHECK, happened_on__lt=next_month(month))


def _close(custody: Custody, month: dt.date, actor: User, *, through: dt.date, is_last: bool) -> CustodyStatement:
    lines = lines_of(custody, month)
    sums = {
        name: sum(getattr(line, name) for line in lines) for name in ("opening", "money_in", "money_out", "closing")
    }
    statement = CustodyStatement(
        custody=custody,
        month=month,
        through=through,
        due_on=statement_due(custody, month),
        made_on=clock.today(),
        made_by=actor,
        is_last=is_last,
        **sums,
    )
    try:
        with transaction.atomic():
            statement.save()
            for line in lines:
                CustodyStatementLine.objects.create(
                    statement=statement,
                    fund=line.fund,
                    opening=line.opening,
                    money_in=line.money_in,
                    money_out=line.money_out,
                    closing=line.closing,
                )
    except IntegrityError as error:  # another run, or somebody, was first
        raise WrongState(CLOSE, f"{month:%Y年%-m月}刚才已经结过账了，请刷新页面。") from error
    record(actor, CLOSED, statement, month=f"{month:%Y-%m}", closing=str(statement.closing))
    _tell_of_statement(custody, statement, actor)
    return statement


def _tell_of_statement(custody: Custody, statement: CustodyStatement, actor: User) -> None:
    organization = custody.member.organization
    head = organization.owner if organization is not None else None
    if head is not None and head.pk != actor.pk:
        notify(
            head,
            kind=f"case.{choices.CUSTODY.slug}",
            title=f"{statement}出来了",
            body=f"期初 {statement.opening:,.2f} 元，收 {statement.money_in:,.2f} 元，"
            f"支 {statement.money_out:,.2f} 元，期末 {statement.closing:,.2f} 元。请核对。",
            url=statement.get_absolute_url(),
        )


def close_due_months() -> int:
    """Every night: statements of months that ended and whose day has come; how many were made.

    What still waits for its second person goes back to whoever entered it, to be dated into an open month.
    """
    system, made = User.system(), 0
    for custody in due_to_close():
        while (month := month_to_close(custody)) < month_of(clock.today()):
            if clock.today() < statement_due(custody, month):
                break
            if not _close_one(custody, month, system):
                break
            made += 1
    return made


def _close_one(custody: Custody, month: dt.date, system: User) -> bool:
    try:
        for entry in waiting_in(custody, month):
            perform(choices.LAPSE_ENTRY, entry, actor=system)
        with transaction.atomic():
            held = Custody.objects.select_for_update(of=("self",)).get(pk=custody.pk)
            if held.state in KEPT and month_to_close(held) == month:
                _close(held, month, system, through=last_day(month), is_last=False)
                return True
    except WrongState:  # somebody approved, or closed, at the same moment; the next night sees
        return False
    return False
