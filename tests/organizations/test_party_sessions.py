"""三会一课: opened with their period, owed by the community's secretary, recorded without photos."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests.organizations.party import members, organization, own_branch, standing, suggested
from tests.personas import World

from linli.core import clock
from linli.core.errors import BadInput, NotAllowed
from linli.core.workflow.duties import run_clock
from linli.core.workflow.models import Task
from linli.organizations.actions import party, sessions
from linli.organizations.jobs.party import keep_sessions as job
from linli.organizations.models import Federation, PartySession, PartyUnit
from linli.organizations.queries.cadence import Kept
from linli.organizations.queries.party import sessions_kept


def on(day: str) -> Any:
    return clock.at(timezone.make_aware(dt.datetime.fromisoformat(f"{day}T09:00")))


@pytest.fixture
def unit(world: World, federation: Federation) -> PartyUnit:
    """A branch of three members, approved on 10 September 2026; its theme day is the 20th."""
    with on("2026-09-10"):
        return own_branch(world, federation)


def held(session: PartySession, world: World, day: str, present: int = 3) -> PartySession:
    given = {"done_on": dt.date.fromisoformat(day), "present": present, "topic": "到楼栋认领微心愿"}
    return sessions.hold_session(session, actor=world["community_head"], **given)


def test_a_branch_owes_its_meetings_from_the_day_it_was_approved(unit: PartyUnit) -> None:
    with on("2026-10-05"):
        assert sessions.keep_sessions(unit) == 7
        assert sessions.keep_sessions(unit) == 0
    rows = PartySession.objects.order_by("kind", "due_on").values_list("kind", "period", "due_on")
    assert [(kind, period, day.isoformat()) for kind, period, day in rows] == [
        ("lecture", "2026年", "2026-12-31"),
        ("life", "2026年", "2026-12-31"),
        ("members", "2026年第3季度", "2026-09-30"),
        ("members", "2026年第4季度", "2026-12-31"),
        ("review", "2026年", "2026-12-31"),
        ("theme", "2026年9月", "2026-09-20"),
        ("theme", "2026年10月", "2026-10-20"),
    ]


def test_seven_full_members_have_a_committee(world: World, federation: Federation) -> None:
    one = organization(world.community, "金苑志愿队", "service")
    members(world, one, 7, 1)
    with on("2026-09-10"):
        made = standing(world, suggested(world, federation)[0])
        sessions.keep_sessions(made)
    assert PartySession.objects.filter(kind="committee").count() == 1


def test_a_group_has_its_own_meeting_alone(world: World, federation: Federation) -> None:
    one = organization(world.community, "金苑志愿队", "service")
    members(world, one, 1, 1)
    with on("2026-09-10"):
        sessions.keep_sessions(standing(world, suggested(world, federation)[0]))
    assert [row.kind for row in PartySession.objects.all()] == ["group"]


def test_it_lies_in_the_inbox_of_the_communitys_secretary_and_then_with_the_federation(unit: PartyUnit) -> None:
    with on("2026-09-11"):
        sessions.keep_sessions(unit)
    row = PartySession.objects.get(kind="theme")
    task = Task.objects.get(process="partysession", case_id=row.pk)
    assert (task.role, task.scope, task.due_on) == ("community_head", unit.scope, dt.date(2026, 9, 20))
    with on("2026-09-22"):
        run_clock()
    assert Task.objects.get(process="partysession", case_id=row.pk, kind="watch").role == "federation_secretary"


def test_it_is_recorded_in_its_period_and_late_is_said(world: World, unit: PartyUnit) -> None:
    with on("2026-09-25"):
        sessions.keep_sessions(unit)
        row = PartySession.objects.get(kind="theme")
        for day, words in (("2026-09-26", "在将来"), ("2026-08-31", "早于这一期")):
            with pytest.raises(BadInput, match=words):
                held(row, world, day)
        row = held(row, world, "2026-09-24")
    assert (row.state, row.in_time, row.number[:3]) == ("done", False, "HK-")


def test_the_share_kept_on_time_has_both_its_numbers(world: World, unit: PartyUnit) -> None:
    with on("2026-10-21"):
        sessions.keep_sessions(unit)
        first, second = PartySession.objects.filter(kind="theme").order_by("due_on")
        held(first, world, "2026-09-18")
        sessions.waive_session(second, actor=world["street_officer"], reason="防台风")
        kept = sessions_kept(PartySession.objects.all(), dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert kept == Kept(1, 2)  # the theme day of September, and the assembly of the third quarter, which was not held


@pytest.mark.parametrize("who", ["community_worker", "street_officer", "auditor", "founder"])
def test_who_may_not_record(world: World, unit: PartyUnit, who: str) -> None:
    with on("2026-09-25"):
        sessions.keep_sessions(unit)
        given = {"done_on": clock.today(), "present": 3, "topic": "学习"}
        with pytest.raises(NotAllowed):
            sessions.hold_session(PartySession.objects.get(kind="theme"), actor=world[who], **given)


def test_the_database_refuses_what_does_not_add_up(unit: PartyUnit) -> None:
    with on("2026-09-25"):
        sessions.keep_sessions(unit)
    row = PartySession.objects.get(kind="theme")
    for wrong in (
        {"state": "done"},
        {"state": "done", "done_on": "2026-08-01", "present": 3},
        {"state": "done", "done_on": "2026-09-20", "present": 0},
        {"due_on": "2020-01-01"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            PartySession.objects.filter(pk=row.pk).update(**wrong)
    twin = PartySession(
        federation=row.federation,
        party_unit=unit,
        kind="theme",
        period="x",
        period_from=row.period_from,
        due_on=row.due_on,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_a_unit_that_ended_owes_nothing(world: World, unit: PartyUnit) -> None:
    with on("2026-09-25"):
        job(0)
        opened = PartySession.objects.count()
        party.end_unit(unit, actor=world["street_officer"], reason="改建")
        job(0)
    assert opened > 0
    assert list(PartySession.objects.values_list("state").distinct()) == [("lapsed",)]
    assert Task.objects.filter(process="partysession", closed_at__isnull=True).count() == 0
