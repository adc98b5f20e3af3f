"""Two at the same moment in the later loops: grading, custody, revocation, admission. One wins, the other is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests.organizations import party
from tests.organizations.custody import at, entered, ledger
from tests.organizations.grading import balloting, evaluators, members, registered, round_of, voted
from tests.organizations.test_at_once import at_once
from tests.organizations.test_misuse import stay_of
from tests.organizations.test_revocation import decided
from tests.personas import BodyFactory, UserFactory, World, post

from linli.actors.choices import BodyKind, Role
from linli.core import clock
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.organizations.actions import custody_entries as entries
from linli.organizations.actions import gradings, incubation, revocation
from linli.organizations.models import (
    CreditListing,
    Custody,
    CustodyEntry,
    CustodyStatement,
    Grading,
    GradingVote,
    Incubation,
    Organization,
    Revocation,
)
from linli.organizations.queries.custody import balances_of

__all__ = ["ledger", "registered"]
pytestmark = pytest.mark.django_db(transaction=True)


def kinds(results: list[Any]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def told(results: list[Any]) -> str:
    """What the one who came second reads."""
    (refusal,) = [result for result in results if isinstance(result, (WrongState, NotAllowed, BadInput))]
    return refusal.message


def test_two_officers_count_the_same_ballot(world: World, registered: Organization) -> None:
    evaluators(world)
    grading = voted(balloting(world, registered, round_of(world)), ["for"] * 9)

    results = at_once(
        *(
            lambda who=who: gradings.count_grading(Grading.objects.get(pk=grading.pk), actor=world[who])
            for who in ("district_officer", "district_head")
        )
    )

    assert kinds(results) == ["Grading", "WrongState"]
    assert "不用再办" in told(results)
    assert Event.objects.filter(name="organizations.count_grading").count() == 1


def test_a_member_who_presses_twice_votes_once(world: World, registered: Organization) -> None:
    evaluators(world)
    grading = balloting(world, registered, round_of(world))
    one = members(grading.round)[0]

    results = at_once(
        *(
            lambda choice=choice: gradings.vote_grading(Grading.objects.get(pk=grading.pk), actor=one, choice=choice)
            for choice in ("for", "against")
        )
    )

    assert kinds(results) == ["Grading", "NotAllowed"]
    assert GradingVote.objects.filter(grading=grading).count() == 1


def test_a_vote_while_it_is_counted_is_counted_or_refused(world: World, registered: Organization) -> None:
    evaluators(world)
    grading = voted(balloting(world, registered, round_of(world)), ["for"] * 8)
    last = members(grading.round)[8]

    at_once(
        lambda: gradings.vote_grading(Grading.objects.get(pk=grading.pk), actor=last, choice="for"),
        lambda: gradings.count_grading(Grading.objects.get(pk=grading.pk), actor=world["district_officer"]),
    )

    grading.refresh_from_db()
    assert (grading.state, grading.present) == ("notice", GradingVote.objects.filter(grading=grading).count())


def test_two_second_persons_book_an_entry_once(world: World, ledger: Custody) -> None:
    other = UserFactory(username="treasurer2", name="第二财务")
    body = BodyFactory(area=world.street, kind=BodyKind.FEDERATION, name="东方街道社会组织联合会（财务）")
    post(other, Role.FEDERATION_TREASURER, world.street, body)
    with at("2026-08-04"):
        entry = entered(ledger, world["federation_secretary"], "100.00")
    with at("2026-08-05"):
        results = at_once(
            *(
                lambda who=who: entries.approve_entry(CustodyEntry.objects.get(pk=entry.pk), actor=who)
                for who in (world["federation_treasurer"], other)
            )
        )

    assert kinds(results) == ["CustodyEntry", "WrongState"]
    assert "不用再办" in told(results)
    assert {str(fund): str(left) for fund, left in balances_of(ledger).items()}["own"] == "100.00"
    assert CustodyStatement.objects.count() == 0


def test_an_entry_is_approved_or_returned(world: World, ledger: Custody) -> None:
    with at("2026-08-04"):
        entry = entered(ledger, world["federation_secretary"], "100.00")
    treasurer = world["federation_treasurer"]
    with at("2026-08-05"):
        results = at_once(
            lambda: entries.approve_entry(CustodyEntry.objects.get(pk=entry.pk), actor=treasurer),
            lambda: entries.return_entry(CustodyEntry.objects.get(pk=entry.pk), actor=treasurer, reason="凭证不清"),
        )

    assert kinds(results) == ["CustodyEntry", "WrongState"]
    entry.refresh_from_db()
    left = {str(fund): str(left) for fund, left in balances_of(ledger).items()}["own"]
    assert (entry.state, left) in [("booked", "100.00"), ("mend", "0.00")]


def test_a_decision_is_served_once(world: World, registered: Organization) -> None:
    case = decided(world, registered)

    results = at_once(
        *(
            lambda: revocation.serve_revocation(
                Revocation.objects.get(pk=case.pk),
                actor=world["district_officer"],
                reason="当面送达。",
                served_on=clock.today(),
            )
            for _again in range(2)
        )
    )

    assert kinds(results) == ["Revocation", "WrongState"]
    assert CreditListing.objects.filter(organization=registered).count() == 1
    assert Event.objects.filter(name="organizations.revoked").count() == 1


def test_the_last_place_is_given_once(world: World, filed: Organization) -> None:
    secretary, founder = world["federation_secretary"], world["founder"]
    room = incubation.open_incubator(world.street, name="东方孵化室", address="二楼", capacity=1, actor=secretary)
    other = party.organization(world.community, "第二家", owner=founder)
    stays = [stay_of(one, founder, room) for one in (filed, other)]

    results = at_once(
        *(
            lambda stay=stay: incubation.admit_incubation(
                Incubation.objects.get(pk=stay.pk), place="203 室", actor=secretary
            )
            for stay in stays
        )
    )

    assert kinds(results) == ["BadInput", "Incubation"]
    assert told(results) == "“东方孵化室”只能容纳 1 家，已经满了。"
    assert Incubation.objects.filter(state="in", until__gt=clock.today() + dt.timedelta(days=300)).count() == 1
