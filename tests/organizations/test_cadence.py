"""Surveys, visits, councils and assemblies: opened with their period, due on its last day, kept on time or late."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.personas import PDF, World

from linli.core import clock
from linli.core.errors import BadInput, NotAllowed
from linli.core.files.actions import store
from linli.core.workflow.duties import run_clock
from linli.core.workflow.models import Task
from linli.organizations.actions import cadence as actions
from linli.organizations.models import Federation, Occasion
from linli.organizations.queries.cadence import Kept, kept_on_time


def on(day: str) -> Any:
    return clock.at(timezone.make_aware(dt.datetime.fromisoformat(f"{day}T09:00")))


@pytest.fixture
def opened(world: World, federation: Federation) -> Federation:
    """The record was made in January 2026."""
    Federation.objects.filter(pk=federation.pk).update(created_at=dt.datetime(2026, 1, 5, tzinfo=dt.UTC))
    federation.refresh_from_db()
    return federation


def held(world: World, row: Occasion, day: str, *, asked: int | None = None, reached: int = 20) -> Occasion:
    secretary = world["federation_secretary"]
    with on(day):
        row = actions.save_occasion(
            row, actor=secretary, revision=None, done_on=dt.date.fromisoformat(day), asked=asked, reached=reached
        )
        paper = SimpleUploadedFile("纪要.pdf", PDF, "application/pdf")
        store(paper, subject=row, slot="evidence", actor=secretary)
        return actions.hold_occasion(row, actor=secretary)


@given(day=st.dates(dt.date(2000, 1, 1), dt.date(2100, 12, 31)), times=st.sampled_from([1, 2, 4, 12]))
def test_periods_cover_every_day_once(day: dt.date, times: int) -> None:
    period = actions.period_of(day, times)
    assert period.first <= day <= period.last
    assert actions.period_of(period.first, times) == actions.period_of(period.last, times) == period
    assert actions.period_of(period.last + dt.timedelta(days=1), times).first == period.last + dt.timedelta(days=1)


def test_a_year_has_four_surveys_four_visits_two_councils_one_assembly(opened: Federation) -> None:
    with on("2026-12-30"):
        assert actions.keep_occasions(opened) == 4 + 4 + 2 + 1
        assert actions.keep_occasions(opened) == 0
    visits = Occasion.objects.filter(kind="visit").order_by("due_on")
    assert [(row.period, row.due_on.isoformat()) for row in visits] == [
        ("2026年第1季度", "2026-03-31"),
        ("2026年第2季度", "2026-06-30"),
        ("2026年第3季度", "2026-09-30"),
        ("2026年第4季度", "2026-12-31"),
    ]


def test_it_lies_in_the_inbox_until_its_day_and_then_with_the_street(world: World, opened: Federation) -> None:
    with on("2026-07-01"):
        actions.keep_occasions(opened)
    row = Occasion.objects.get(kind="visit", period="2026年第3季度")
    task = Task.objects.get(process="occasion", case_id=row.pk)
    assert (task.role, task.due_on, task.closed_at) == ("federation_secretary", dt.date(2026, 9, 30), None)
    with on("2026-10-09"):
        run_clock()
    assert Task.objects.get(process="occasion", case_id=row.pk, kind="watch").role == "street_officer"


def test_the_share_counts_what_is_done_by_its_day_over_what_was_due(world: World, opened: Federation) -> None:
    with on("2026-07-02"):
        actions.keep_occasions(opened)
    rows = Occasion.objects.order_by("due_on")
    first, second = rows.filter(kind="visit")[:2]
    held(world, first, "2026-03-20")
    held(world, second, "2026-07-01")  # a day late
    waived = rows.filter(kind="council")[0]
    actions.waive_occasion(waived, actor=world["street_officer"], reason="本季换届")
    with on("2026-07-02"):
        kept = kept_on_time(Occasion.objects.all(), dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    # Due by 2 July: two visits and two surveys; the council was waived.
    assert kept == Kept(1, 4)
    assert kept.percent == "25.0"


def test_nothing_due_is_a_dash() -> None:
    assert Kept(0, 0).percent == "—"


LACKS: list[tuple[str, dict[str, Any], str]] = [
    ("visit", {"reached": 9}, "填开展日期；上传佐证材料"),
    ("visit", {"done_on": dt.date(2026, 1, 2)}, "早于这一期"),
    ("survey_members", {"done_on": dt.date(2026, 7, 2), "reached": 5}, "填发出几份"),
    ("council", {"done_on": dt.date(2026, 7, 2), "asked": 9, "reached": 5}, "没有到三分之二以上"),
]


def test_what_lacks_is_said(world: World, opened: Federation) -> None:
    secretary = world["federation_secretary"]
    with on("2026-07-03"):
        actions.keep_occasions(opened)
        for kind, values, words in LACKS:
            row = Occasion.objects.filter(kind=kind, period_from="2026-07-01").get()
            row = actions.save_occasion(row, actor=secretary, revision=None, **values)
            with pytest.raises(BadInput, match=words):
                actions.hold_occasion(row, actor=secretary)


def test_the_database_refuses_what_does_not_add_up(opened: Federation) -> None:
    with on("2026-07-03"):
        actions.keep_occasions(opened)
    rows = Occasion.objects.filter(kind="council")
    for wrong in ({"state": "done"}, {"asked": 5, "reached": 6}, {"due_on": "2020-01-01"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
    row = rows.earliest("pk")
    twin = Occasion(federation=opened, kind="council", period="x", period_from=row.period_from, due_on=row.due_on)
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_only_the_street_waives(world: World, opened: Federation) -> None:
    with on("2026-07-03"):
        actions.keep_occasions(opened)
    with pytest.raises(NotAllowed):
        actions.waive_occasion(Occasion.objects.earliest("pk"), actor=world["federation_secretary"], reason="忙")


def test_the_page_shows_the_year_with_numerator_and_denominator(
    world: World, opened: Federation, client: Client
) -> None:
    actions.keep_occasions(opened)
    client.force_login(world["federation_secretary"], "allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(opened.get_absolute_url()).content.decode()
    assert "三项制度" in page
    row = Occasion.objects.filter(kind="visit").latest("due_on")
    assert row.period in page
    answer = client.get(f"{row.get_absolute_url()}edit/result/")
    assert "走访多少人次" in answer.content.decode()
