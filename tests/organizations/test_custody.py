"""Custody of funds: the agreement, two persons for an entry, closed months, statements, the end."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.organizations.custody import agreed, at, booked, entered, ledger
from tests.organizations.test_at_once import at_once
from tests.personas import World

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.notices.models import Notice
from linli.core.workflow.queries import open_task
from linli.organizations.actions import custody as actions
from linli.organizations.actions import custody_entries as entries
from linli.organizations.models import (
    Custody,
    CustodyBalance,
    CustodyEntry,
    CustodyStatement,
    CustodyStatementLine,
    Member,
    Organization,
)
from linli.organizations.queries import custody as queries

__all__ = ["ledger"]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def secretary(world: World) -> User:
    return world["federation_secretary"]


@pytest.fixture
def treasurer(world: World) -> User:
    return world["federation_treasurer"]


def left(custody: Custody) -> dict[str, str]:
    return {str(fund): str(balance) for fund, balance in queries.balances_of(custody).items()}


# --- the agreement ----------------------------------------------------------------------------------------------


def test_a_member_agrees_with_its_federation(world: World, member: Member, secretary: User) -> None:
    founder = world["founder"]
    custody = agreed(member, founder)
    assert actions.begin_custody(member, actor=founder) == custody
    custody = actions.apply_custody(custody, actor=founder)
    task = open_task(custody)
    assert task is not None
    assert (custody.state, custody.number[:3], task.role) == ("review", "DG-", "federation_secretary")
    custody = actions.sign_custody(custody, actor=secretary)
    task = open_task(custody)
    assert task is not None
    assert (custody.state, custody.signed_by, task.due_on) == ("in_force", secretary, custody.valid_to)
    assert left(custody) == {"public": "0.00", "donated": "0.00", "own": "0.00"}


def test_what_the_secretary_brings_the_street_agrees_to(world: World, member: Member, secretary: User) -> None:
    custody = actions.apply_custody(agreed(member, secretary), actor=secretary)
    task = open_task(custody)
    assert task is not None
    assert task.role == "street_officer"
    with pytest.raises(NotAllowed):
        actions.sign_custody(custody, actor=secretary)
    assert actions.sign_custody(custody, actor=world["street_officer"]).state == "in_force"


def test_an_agreement_needs_its_paper_and_begins_now(world: World, member: Member) -> None:
    founder = world["founder"]
    custody = actions.begin_custody(member, actor=founder)
    with pytest.raises(BadInput, match="还差 4 项"):
        actions.apply_custody(custody, actor=founder)
    custody = agreed(member, founder)
    custody = actions.save_custody(
        custody, actor=founder, revision=None, valid_from=clock.today() - dt.timedelta(days=40)
    )
    assert actions.custody_missing(custody) == ["协议从本月起，以前的月份不补开账"]


def test_a_renewal_moves_the_day_in_the_inbox(ledger: Custody, secretary: User) -> None:
    assert ledger.valid_to is not None
    with pytest.raises(BadInput, match="要晚于"):
        actions.renew_custody(ledger, actor=secretary, reason="续签", valid_to=ledger.valid_to)
    later = ledger.valid_to + dt.timedelta(days=365)
    renewed = actions.renew_custody(ledger, actor=secretary, reason="东联代〔2027〕1 号", valid_to=later)
    task = open_task(renewed)
    assert task is not None
    assert (renewed.valid_to, task.due_on) == (later, later)


# --- two persons ------------------------------------------------------------------------------------------------


def test_who_enters_never_approves(ledger: Custody, secretary: User, treasurer: User) -> None:
    with at("2026-08-04"):
        entry = entered(ledger, secretary, "1200.00")
        task = open_task(entry)
        assert task is not None
        assert (task.role, left(ledger)["own"]) == ("federation_treasurer", "0.00")
        with pytest.raises(NotAllowed):
            entries.approve_entry(entry, actor=secretary)
        entry = entries.approve_entry(entry, actor=treasurer)
        assert (entry.state, entry.seq, entry.approved_by, left(ledger)["own"]) == ("booked", 1, treasurer, "1200.00")
        other = entered(ledger, treasurer, "10.00")
        task = open_task(other)
        assert task is not None
        assert task.role == "federation_secretary"
    with pytest.raises(IntegrityError, match="entry_by_two"), transaction.atomic():
        CustodyEntry.objects.filter(pk=other.pk).update(
            state="booked", approved_by=treasurer, booked_on="2026-08-04", seq=2
        )


@pytest.mark.parametrize("who", ["founder", "street_officer", "district_officer", "auditor", "stranger"])
def test_nobody_else_enters_or_approves(world: World, ledger: Custody, secretary: User, who: str) -> None:
    with at("2026-08-04"):
        entry = entered(ledger, secretary, "5.00")
        with pytest.raises(NotAllowed):
            entries.begin_entry(ledger, actor=world[who])
        with pytest.raises(NotAllowed):
            entries.approve_entry(entry, actor=world[who])


def test_an_entry_without_voucher_is_not_sent(ledger: Custody, secretary: User) -> None:
    with at("2026-08-04"):
        entry = entries.begin_entry(ledger, actor=secretary)
        values: dict[str, Any] = {"kind": "received", "fund": "own", "amount": Decimal(5), "purpose": "会费"}
        entry = entries.save_entry(entry, actor=secretary, revision=None, **values)
        assert entries.entry_missing(entry) == ["填对方单位", "填凭证号", "上传凭证"]
        for wrong in ("2026-08-05", "2026-08-02"):
            entry = entries.save_entry(
                entry, actor=secretary, revision=None, happened_on=dt.date.fromisoformat(wrong)
            )
            assert len(entries.entry_missing(entry)) == 4
        with pytest.raises(BadInput, match="从已入账的那一笔开始"):
            entries.save_entry(entry, actor=secretary, revision=None, kind="reversal")


def test_what_is_returned_can_be_mended_or_dropped(ledger: Custody, secretary: User, treasurer: User) -> None:
    with at("2026-08-04"):
        entry = entries.return_entry(entered(ledger, secretary, "5.00"), actor=treasurer, reason="凭证看不清")
        entry = entries.save_entry(entry, actor=secretary, revision=None, amount=Decimal("6.00"))
        entry = entries.approve_entry(entries.resend_entry(entry, actor=secretary), actor=treasurer)
        assert left(ledger)["own"] == "6.00"
        dropped = entries.drop_entry(entered(ledger, secretary, "7.00"), actor=secretary)
        assert (dropped.state, left(ledger)["own"]) == ("dropped", "6.00")


# --- balances ---------------------------------------------------------------------------------------------------


def test_kinds_of_money_stand_apart_and_never_below_nought(world: World, ledger: Custody, secretary: User) -> None:
    with at("2026-08-04"):
        booked(world, ledger, "100.00", fund="public")
        booked(world, ledger, "30.00", fund="donated")
        with pytest.raises(BadInput, match=r"捐赠资金只有 30.00 元，不够 30.01 元"):
            entered(ledger, secretary, "30.01", "paid", fund="donated")
        booked(world, ledger, "30.00", "paid", fund="donated")
        assert left(ledger) == {"public": "100.00", "donated": "0.00", "own": "0.00"}


def test_the_second_person_is_told_when_the_money_has_gone(
    world: World, ledger: Custody, secretary: User, treasurer: User
) -> None:
    with at("2026-08-04"):
        booked(world, ledger, "100.00")
        first, second = (entered(ledger, secretary, "60.00", "paid") for _n in range(2))
        entries.approve_entry(first, actor=treasurer)
        with pytest.raises(WrongState, match=r"只有 40.00 元"):
            entries.approve_entry(second, actor=treasurer)
        assert (left(ledger)["own"], CustodyEntry.objects.get(pk=second.pk).state) == ("40.00", "check")


def test_the_database_keeps_the_books_itself(world: World, ledger: Custody, secretary: User) -> None:
    with at("2026-08-04"):
        entry = booked(world, ledger, "100.00")
        waiting = entered(ledger, secretary, "100.00", "paid")
        booked(world, ledger, "60.00", "paid")
        values = {"state": "booked", "approved_by": world["federation_treasurer"], "booked_on": "2026-08-04"}
        refused = [
            ("never_negative", lambda: CustodyEntry.objects.filter(pk=waiting.pk).update(seq=9, **values)),
            ("entry_stays", lambda: CustodyEntry.objects.filter(pk=entry.pk).update(purpose="另一件")),
            ("entry_stays", lambda: CustodyEntry.objects.filter(pk=entry.pk).update(state="check")),
            ("custodyentry_stays", lambda: CustodyEntry.objects.filter(pk=entry.pk).delete()),
            ("custodybalance_stays", lambda: CustodyBalance.objects.update(balance=0)),
            ("ends_settled", lambda: _end_by_hand(ledger, world)),
        ]
        for name, change in refused:
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                change()
    assert left(ledger)["own"] == "40.00"


def _end_by_hand(ledger: Custody, world: World) -> None:
    Custody.objects.filter(pk=ledger.pk).update(
        state="ended", ended_on="2026-08-04", ended_by=world["founder"], end_asked_by=world["federation_secretary"]
    )


@pytest.mark.django_db(transaction=True)
def test_two_approve_the_last_money_at_once(world: World, ledger: Custody) -> None:
    secretary, treasurer = world["federation_secretary"], world["federation_treasurer"]
    booked(world, ledger, "100.00")
    of_one, of_other = entered(ledger, secretary, "80.00", "paid"), entered(ledger, treasurer, "80.00", "paid")

    results = at_once(
        lambda: entries.approve_entry(CustodyEntry.objects.get(pk=of_one.pk), actor=treasurer),
        lambda: entries.approve_entry(CustodyEntry.objects.get(pk=of_other.pk), actor=secretary),
    )

    assert sorted(type(result).__name__ for result in results) == ["CustodyEntry", "WrongState"]
    refusal = next(result for result in results if isinstance(result, WrongState))
    assert refusal.message == "自有资金只有 20.00 元，不够 80.00 元。余额不能是负数。"
    assert left(ledger)["own"] == "20.00"
    assert Event.objects.filter(name="organizations.approve_custody_entry").count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_month_closed_while_one_approves(world: World, ledger: Custody) -> None:
    """Whichever comes first, the statement says what the entries say."""
    with at("2026-08-20"):
        entry = entered(ledger, world["federation_secretary"], "50.00")
    with at("2026-09-03"):
        at_once(
            actions.close_due_months,
            lambda: entries.approve_entry(CustodyEntry.objects.get(pk=entry.pk), actor=world["federation_treasurer"]),
        )
        actions.close_due_months()
    entry.refresh_from_db()
    said = CustodyStatement.objects.get(custody=ledger)
    assert (entry.state, str(said.closing)) in [("booked", "50.00"), ("mend", "0.00")]


# --- reversal ---------------------------------------------------------------------------------------------------


def test_a_mistake_is_reversed_and_entered_anew(
    world: World, ledger: Custody, secretary: User, treasurer: User
) -> None:
    with at("2026-08-04"):
        wrong = booked(world, ledger, "500.00", fund="public")
        taken = entries.begin_reversal(wrong, actor=secretary)
        with pytest.raises(BadInput, match="不能改"):
            entries.save_entry(taken, actor=secretary, revision=None, amount=Decimal(1))
        taken = entries.save_entry(taken, actor=secretary, revision=None, purpose="金额多打了一个零")
        taken = entries.approve_entry(entries.send_entry(taken, actor=secretary), actor=treasurer)
        assert (taken.money_in, taken.money_out, taken.change) == (Decimal(-500), 0, Decimal(-500))
        assert left(ledger)["public"] == "0.00"
        with pytest.raises(WrongState, match="已经冲正"):
            entries.begin_reversal(wrong, actor=secretary)
        with pytest.raises(WrongState, match="不能再冲正"):
            entries.begin_reversal(taken, actor=secretary)


def test_what_was_spent_meanwhile_is_not_taken_back(world: World, ledger: Custody, secretary: User) -> None:
    with at("2026-08-04"):
        came = booked(world, ledger, "100.00")
        booked(world, ledger, "80.00", "paid")
        taken = entries.begin_reversal(came, actor=secretary)
        taken = entries.save_entry(taken, actor=secretary, revision=None, purpose="记错")
        with pytest.raises(BadInput, match=r"只有 20.00 元"):
            entries.send_entry(taken, actor=secretary)


# --- months -----------------------------------------------------------------------------------------------------


def test_statements_come_by_the_clock_and_chain(world: World, ledger: Custody, secretary: User) -> None:
    with at("2026-08-04"):
        booked(world, ledger, "100.00")
        waiting = entered(ledger, secretary, "5.00")
    with at("2026-09-02"):
        assert actions.close_due_months() == 0  # the third is the day
    with at("2026-09-03"):
        assert actions.close_due_months() == 1
        assert actions.close_due_months() == 0
        waiting.refresh_from_db()
        assert waiting.state == "mend"
        booked(world, ledger, "30.00", "paid")
    with at("2026-11-05"):
        assert actions.close_due_months() == 2
    told = CustodyStatement.objects.filter(custody=ledger).order_by("month")
    assert [
        (f"{one.month:%m}", str(one.opening), str(one.money_in), str(one.money_out), str(one.closing), one.on_time)
        for one in told
    ] == [
        ("08", "0.00", "100.00", "0.00", "100.00", True),
        ("09", "100.00", "0.00", "30.00", "70.00", False),
        ("10", "70.00", "0.00", "0.00", "70.00", False),
    ]
    assert Notice.objects.filter(recipient=world["founder"], title__contains="对账单出来了").count() == 3
    own = CustodyStatementLine.objects.filter(statement=told[1]).values_list("fund", "opening", "closing")
    assert [row for row in own if row[0] == "own"] == [("own", Decimal(100), Decimal(70))]


def test_a_closed_month_takes_nothing_more(world: World, ledger: Custody, secretary: User, treasurer: User) -> None:
    with at("2026-09-01"):
        booked(world, ledger, "10.00", happened_on=dt.date(2026, 8, 31))
        late = entered(ledger, secretary, "20.00", happened_on=dt.date(2026, 8, 31))
        with pytest.raises(WrongState, match="还有 1 笔待复核"):
            actions.close_month(ledger, actor=treasurer)
        late = entries.return_entry(late, actor=treasurer, reason="日期")
        made = actions.close_month(ledger, actor=treasurer)
        assert (made.made_by, str(made.closing)) == (treasurer, "10.00")
        assert entries.entry_missing(late) == ["改发生日期：2026年8月和以前已经结账"]
        with pytest.raises(WrongState, match="还没有过完"):
            actions.close_month(ledger, actor=treasurer)
        values = {"state": "booked", "approved_by": treasurer, "booked_on": "2026-09-01", "seq": 7}
        with pytest.raises(IntegrityError, match="month_is_open"), transaction.atomic():
            CustodyEntry.objects.filter(pk=late.pk).update(**values)


def test_statements_cannot_be_forged(world: World, ledger: Custody) -> None:
    with at("2026-08-04"):
        booked(world, ledger, "10.00")
    with at("2026-09-03"):
        actions.close_due_months()
        said = CustodyStatement.objects.get()
        base = {"custody": ledger, "through": "2026-09-30", "due_on": "2026-10-03", "made_on": "2026-10-03"}
        base |= {"month": "2026-09-01", "made_by": world["founder"], "scope": ledger.scope}
        forged = [
            ("statement_stays", lambda: CustodyStatement.objects.filter(pk=said.pk).update(due_on="2026-09-09")),
            ("line_stays", lambda: CustodyStatementLine.objects.filter(statement=said).delete()),
            ("statement_follows", lambda: _insert(base, opening=0, money_in=0, money_out=0, closing=0)),
            ("statement_is_true", lambda: _insert(base, opening=10, money_in=5, money_out=0, closing=15)),
            ("adds_up", lambda: _insert(base, opening=10, money_in=0, money_out=0, closing=15)),
        ]
        for name, change in forged:
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                change()


def _insert(base: dict[str, Any], **sums: int) -> None:
    CustodyStatement.objects.bulk_create([CustodyStatement(**base, **sums)])


# --- the end ----------------------------------------------------------------------------------------------------


def test_it_ends_with_nothing_left_and_a_last_statement(
    world: World, ledger: Custody, secretary: User, treasurer: User
) -> None:
    with at("2026-08-04"):
        booked(world, ledger, "10.00")
    with at("2026-09-10"):
        asked = actions.ask_custody_end(ledger, actor=secretary, reason="已能自己管账")
        with pytest.raises(NotAllowed):
            actions.end_custody(asked, actor=secretary)
        with pytest.raises(WrongState, match=r"还有余额 10.00 元"):
            actions.end_custody(asked, actor=treasurer)
        booked(world, asked, "10.00", "returned")
        waiting = entered(asked, secretary, "1.00")
        with pytest.raises(WrongState, match="还有 1 笔没有复核入账"):
            actions.end_custody(asked, actor=treasurer)
        entries.drop_entry(waiting, actor=secretary)
        ended = actions.end_custody(asked, actor=treasurer)
        assert (ended.state, ended.ended_by) == ("ended", treasurer)
        last = CustodyStatement.objects.order_by("-month").first()
        assert last is not None
        assert (last.is_last, last.through, str(last.closing)) == (True, dt.date(2026, 9, 10), "0.00")
        with pytest.raises(WrongState, match="不能记账"):
            entries.begin_entry(ended, actor=secretary)
    with at("2026-11-10"):
        assert actions.close_due_months() == 0
        assert actions.begin_custody(ended.member, actor=world["founder"]) != ended


def test_nothing_is_spent_once_the_organization_liquidates(world: World, ledger: Custody, secretary: User) -> None:
    with at("2026-08-04"):
        booked(world, ledger, "10.00")
        Organization.objects.filter(pk=ledger.member.organization_id).update(legal_status="filing_cancelled")
        with pytest.raises(WrongState, match="已经冻结"):
            entered(ledger, secretary, "1.00", "paid")
        assert entered(ledger, secretary, "10.00", "returned").state == "check"
