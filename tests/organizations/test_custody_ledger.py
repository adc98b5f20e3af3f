"""Whatever two persons enter, approve, return, reverse and close in whatever order: the books hold."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from tests.organizations.custody import at, entered, ledger
from tests.personas import World

from linli.core.errors import BadInput, Refusal, WrongState
from linli.organizations.actions import custody as actions
from linli.organizations.actions import custody_entries as entries
from linli.organizations.choices.custody import Fund
from linli.organizations.models import Custody, CustodyEntry, CustodyStatement
from linli.organizations.queries.custody import balances_of

__all__ = ["ledger"]
CENTS = st.integers(1, 500).map(lambda n: Decimal(n) / 100)
PEOPLE = ("federation_secretary", "federation_treasurer")


def machine_of(world: World, custody: Custody) -> type[RuleBasedStateMachine]:
    """A machine over this ledger; each run is taken back."""

    class Books(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.point = transaction.savepoint()
            self.day = dt.date(2026, 8, 4)
            self.expected = dict.fromkeys(Fund, Decimal(0))
            self.booked = 0

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.point)

        def _try(self, function: Any, *args: Any, **how: Any) -> Any:
            with at(self.day.isoformat()):
                try:
                    with transaction.atomic():
                        return function(*args, **how)
                except Refusal as refusal:
                    return refusal

        def _waiting(self) -> list[CustodyEntry]:
            return list(CustodyEntry.objects.filter(custody=custody, state="check").order_by("pk"))

        @rule(who=st.sampled_from(PEOPLE), kind=st.sampled_from(["received", "received", "paid", "returned"]),
              fund=st.sampled_from(list(Fund)), amount=CENTS, back=st.integers(0, 40))  # fmt: skip
        def enter(self, who: str, kind: str, fund: Fund, amount: Decimal, back: int) -> None:
            day = self.day - dt.timedelta(days=back)
            made = self._try(entered, custody, world[who], str(amount), kind, fund=fund.value, happened_on=day)
            assert isinstance(made, CustodyEntry | BadInput)
            if isinstance(made, CustodyEntry) and kind != "received":
                assert amount <= self.expected[fund]

        @precondition(lambda self: self._waiting())
        @rule(who=st.sampled_from(PEOPLE), n=st.integers(0, 5), returned=st.booleans())
        def decide(self, who: str, n: int, returned: bool) -> None:
            waiting = self._waiting()
            entry = waiting[n % len(waiting)]
            actor = world[who]
            if returned:
                self._try(entries.return_entry, entry, actor=actor, reason="凭证")
                return
            done = self._try(entries.approve_entry, entry, actor=actor)
            if isinstance(done, CustodyEntry):
                assert entry.owner_id != actor.pk
                self.expected[Fund(entry.fund)] += done.change
                self.booked += 1

        @precondition(lambda self: self.booked)
        @rule(who=st.sampled_from(PEOPLE), n=st.integers(0, 9))
        def reverse(self, who: str, n: int) -> None:
            rows = list(CustodyEntry.objects.filter(custody=custody, state="booked").order_by("seq"))
            made = self._try(entries.begin_reversal, rows[n % len(rows)], actor=world[who])
            if isinstance(made, WrongState):
                return
            made = self._try(entries.save_entry, made, actor=world[who], revision=None, purpose="记错了")
            self._try(entries.send_entry, made, actor=world[who])

        @rule(days=st.integers(1, 35))
        def time_goes(self, days: int) -> None:
            self.day += dt.timedelta(days=days)
            self._try(actions.close_due_months)

        @rule(who=st.sampled_from(PEOPLE))
        def close(self, who: str) -> None:
            made = self._try(actions.close_month, custody, actor=world[who])
            assert isinstance(made, CustodyStatement | WrongState)

        @invariant()
        def nothing_is_below_nought_and_all_adds_up(self) -> None:
            assert balances_of(custody) == self.expected
            assert min(self.expected.values()) >= 0

        @invariant()
        def entries_are_numbered_without_a_gap(self) -> None:
            seqs = CustodyEntry.objects.filter(custody=custody, state="booked").values_list("seq", flat=True)
            assert sorted(seqs) == list(range(1, self.booked + 1))

        @invariant()
        def statements_chain(self) -> None:
            left, month = Decimal(0), dt.date(2026, 8, 1)
            for said in CustodyStatement.objects.filter(custody=custody).order_by("month"):
                assert (said.opening, said.month) == (left, month)
                assert said.closing == said.opening + said.money_in - said.money_out
                assert sum(line.closing for line in said.lines.all()) == said.closing
                left, month = said.closing, (month + dt.timedelta(days=32)).replace(day=1)
            open_since = CustodyEntry.objects.filter(custody=custody, state="booked", happened_on__gte=month)
            assert left + sum((entry.change for entry in open_since), Decimal(0)) == sum(self.expected.values())

    return Books


@pytest.mark.django_db
def test_the_books_hold(world: World, ledger: Custody) -> None:
    run_state_machine_as_test(
        machine_of(world, ledger),
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
