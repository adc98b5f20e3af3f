"""Two at the same moment: the lock lets one through and tells the other; nothing happens twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from tests.personas import World

from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.workflow.duties import run_clock
from linli.core.workflow.models import Task
from linli.organizations.actions import filings
from linli.organizations.actions.amendments import begin_amendment
from linli.organizations.models import Amendment, Filing, Organization


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run each in a thread of its own, let go together; results and refusals in the order of the calls."""
    start = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(i: int) -> None:
        try:
            start.wait()
            results[i] = calls[i]()
        except (WrongState, NotAllowed, BadInput) as refusal:
            results[i] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_officers_decide_at_once(world: World, reviewing: Filing) -> None:
    officer, head = world["street_officer"], world["street_head"]

    results = at_once(
        lambda: filings.agree_filing(Filing.objects.get(pk=reviewing.pk), actor=officer),
        lambda: filings.refuse_filing(Filing.objects.get(pk=reviewing.pk), actor=head, reason="场所不符"),
    )

    assert sorted(type(result).__name__ for result in results) == ["Filing", "WrongState"]
    decided = Event.objects.filter(name__in=["organizations.agree_filing", "organizations.refuse_filing"])
    assert decided.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_sends_once(world: World, draft: Filing) -> None:
    founder = world["founder"]

    at_once(*[lambda: filings.submit_filing(Filing.objects.get(pk=draft.pk), actor=founder)] * 3)

    assert Event.objects.filter(name="organizations.submit_filing").count() == 1
    assert Task.objects.filter(state="opinion").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_clock_of_two_workers_gives_one_number(world: World, on_notice: Filing) -> None:
    Task.objects.filter(state="publicity").update(due_on="2020-01-01")
    User.system()

    at_once(run_clock, run_clock)

    assert Organization.objects.count() == 1
    assert Event.objects.filter(name="organizations.issue_filing").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_open_one_amendment(world: World, filed: Organization) -> None:
    founder = world["founder"]

    rows = at_once(*[lambda: begin_amendment(filed, kind="name", actor=founder)] * 2)

    assert rows[0] == rows[1]
    assert Amendment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_and_no_double(world: World) -> None:
    from django.db import transaction

    from linli.core.workflow.numbers import next_number

    def one() -> str:
        with transaction.atomic():
            return next_number("SQ", world.community, 2026)

    numbers = at_once(*[one] * 8)

    assert sorted(numbers) == [f"SQ-440511004-2026-{n:05d}" for n in range(1, 9)]


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_and_the_end_of_the_notice_do_not_block_each_other(world: World, on_notice: Filing) -> None:
    Task.objects.filter(state="publicity").update(due_on="2020-01-01")
    founder = world["founder"]

    for _again in range(5):
        at_once(run_clock, lambda: filings.withdraw_filing(Filing.objects.get(pk=on_notice.pk), actor=founder))

    filing = Filing.objects.get(pk=on_notice.pk)
    assert filing.state in ("filed", "withdrawn")
    assert (filing.organization is not None) == (filing.state == "filed")
    assert not Task.objects.filter(case_id=filing.pk, closed_at__isnull=True).exists()


@pytest.mark.django_db(transaction=True)
def test_a_row_raised_while_the_step_is_taken_does_not_stay(world: World, submitted: Filing) -> None:
    Task.objects.filter(state="opinion").update(due_on="2020-01-01")
    worker = world["community_worker"]

    at_once(run_clock, lambda: filings.support_filing(Filing.objects.get(pk=submitted.pk), actor=worker))

    open_rows = Task.objects.filter(case_id=submitted.pk, closed_at__isnull=True)
    assert [(row.kind, row.state) for row in open_rows] == [("act", "review")]


@pytest.mark.django_db(transaction=True)
def test_a_number_that_was_not_used_comes_back(world: World) -> None:
    from django.db import transaction

    from linli.core.workflow.numbers import next_number

    with transaction.atomic():
        lost = next_number("SQ", world.community, 2026)
        transaction.set_rollback(True)
    with transaction.atomic():
        assert next_number("SQ", world.community, 2026) == lost
