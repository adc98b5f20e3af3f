"""Who may be graded at all: the rule for any history, and the registers it is asked of."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.organizations.grading import (
    applied,
    evaluators,
    registered,
    report_of,
    round_of,
)
from tests.personas import World

from linli.core import clock
from linli.core.errors import WrongState
from linli.organizations.actions import gradings
from linli.organizations.actions.credit import begin_listing, enter_credit_info, notify_listing, save_listing
from linli.organizations.actions.grades import last_day
from linli.organizations.choices.grading import NATIONAL, STARS
from linli.organizations.models import AnnualReport, CreditListing, Organization
from linli.organizations.queries.eligibility import refusals_for
from linli.organizations.rules.eligibility import MISSED, History, months_on, refusals

__all__ = ["registered"]

TODAY = dt.date(2026, 11, 22)
FINE = History(TODAY, NATIONAL, True, "已登记", dt.date(2024, 11, 22), None, ((2025, "passed"), (2024, "fair")))


def codes(history: History) -> list[str]:
    return [one.code.removeprefix("grading.") for one in refusals(history)]


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({}, []),
        ({"is_of_scheme": False}, ["status"]),
        ({"entered_on": None}, ["no_date"]),
        ({"entered_on": dt.date(2024, 11, 23)}, ["too_young"]),
        ({"held_until": dt.date(2028, 11, 23)}, ["valid"]),
        ({"held_until": dt.date(2028, 11, 21)}, []),  # the last two years
        ({"held_until": dt.date(2026, 11, 21), "entered_on": None}, ["no_date"]),  # expired counts as none
        ({"reports": ((2025, MISSED), (2024, "passed"))}, ["check_missed"]),
        ({"reports": ((2025, "failed"), (2024, "passed"))}, ["check_failed"]),
        ({"reports": ((2025, "fair"), (2024, "passed"))}, []),
        ({"reports": ((2025, "fair"), (2024, "fair"))}, ["check_fair_twice"]),
        ({"reports": ((2025, "passed"), (2024, "failed"))}, []),  # only the last one
        ({"penalties": ("警告",)}, ["punished"]),
        ({"entries": ("XY-1",)}, ["listed"]),
        ({"investigated": ("XY-2",)}, ["investigated"]),
        ({"barred_until": TODAY, "barred_words": "降低过等级"}, ["barred"]),
        ({"barred_until": TODAY - dt.timedelta(days=1)}, []),
        ({"scheme": STARS, "reports": ((2025, MISSED),)}, []),  # filed ones have no annual check
        ({"scheme": STARS, "entered_on": dt.date(2026, 6, 1)}, ["too_young"]),
        ({"penalties": ("警告", "罚款"), "entries": ("XY-1",)}, ["punished", "punished", "listed"]),
    ],
)
def test_each_refusal_has_its_clause(changed: dict[str, Any], refused: list[str]) -> None:
    assert codes(dataclasses.replace(FINE, **changed)) == refused


DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2090, 12, 31))
RESULTS = st.sampled_from(["", "passed", "fair", "failed", MISSED])


@given(
    today=DAYS,
    entered=st.none() | DAYS,
    until=st.none() | DAYS,
    last=RESULTS,
    before=RESULTS,
    barred=st.none() | DAYS,
)
def test_the_rule_holds_for_any_history(
    today: dt.date,
    entered: dt.date | None,
    until: dt.date | None,
    last: str,
    before: str,
    barred: dt.date | None,
) -> None:
    history = History(today, NATIONAL, True, "", entered, until, ((1, last), (0, before)), barred_until=barred)
    said = set(codes(history))
    holds = until is not None and today <= until
    assert ("valid" in said) == (holds and (until is not None and today <= months_on(until, -24)))
    old = entered is not None and months_on(entered, 24) <= today
    assert bool(said & {"no_date", "too_young"}) == (not holds and not old)
    assert ("check_missed" in said, "check_failed" in said) == (last == MISSED, last == "failed")
    assert ("check_fair_twice" in said) == (last == before == "fair")
    assert ("barred" in said) == (barred is not None and today <= barred)


@given(DAYS)
def test_five_years_less_a_day(day: dt.date) -> None:
    assert last_day(day, NATIONAL) + dt.timedelta(days=1) == months_on(day, 60)
    assert (last_day(day, NATIONAL) - day).days <= 5 * 365 + 2


def test_the_registers_are_asked(world: World, registered: Organization) -> None:
    officer = world["district_officer"]
    assert refusals_for(registered, NATIONAL) == ()
    year = clock.today().year - (1 if clock.today() > dt.date(clock.today().year, 3, 31) else 2)
    AnnualReport.objects.filter(year=year).delete()
    enter_credit_info(
        registered,
        actor=officer,
        kind="penalty",
        title="警告",
        source="局",
        happened_on=dt.date(clock.today().year - 1, 1, 1),
    )
    listing = begin_listing(registered, credit_list="abnormal", actor=officer)
    listing = save_listing(listing, actor=officer, revision=None, cause="no_party", facts="没有设立。")
    notify_listing(listing, actor=officer)
    assert [one.code for one in refusals_for(registered, NATIONAL)] == [
        "grading.check_missed",
        "grading.punished",
        "grading.investigated",
    ]
    CreditListing.objects.update(
        state="listed", listed_on=clock.today(), earliest_on=clock.today(), decided_by=world["district_head"]
    )
    found = refusals_for(registered, NATIONAL)
    number = CreditListing.objects.get().public_number
    assert [one.words for one in found][2] == f"现在列在信用名录里：{number}（活动异常名录）。"
    with pytest.raises(WrongState, match=r"没有参加 \d+ 年度检查"):
        gradings.begin_grading(registered, round=round_of(world), actor=world["founder"])


def test_two_years_barely_passed_are_refused(world: World, registered: Organization) -> None:
    AnnualReport.objects.all().delete()
    year = clock.today().year - (1 if clock.today() > dt.date(clock.today().year, 3, 31) else 2)
    report_of(registered, year, "fair")
    report_of(registered, year - 1, "fair")
    assert [one.code for one in refusals_for(registered, NATIONAL)] == ["grading.check_fair_twice"]


def test_what_happens_meanwhile_stops_it(world: World, registered: Organization) -> None:
    """The machine looks again when evaluators are drawn and before the ballot."""
    evaluators(world)
    grading = applied(world, registered, round_of(world))
    enter_credit_info(
        registered,
        actor=world["district_officer"],
        kind="penalty",
        title="罚款",
        source="局",
        happened_on=clock.today(),
    )
    with pytest.raises(WrongState, match="受过行政处罚：罚款"):
        gradings.draw_evaluators(grading, actor=world["district_officer"])
    stopped = gradings.refuse_grading(grading, actor=world["district_officer"], reason="受到处罚，依第 X 条。")
    assert stopped.state == "refused"
