"""Who may be graded, grades that stand and run out, and what taking one away does."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.organizations.grading import (
    MARKS,
    TOTAL,
    applied,
    balloting,
    evaluators,
    members,
    noticed,
    registered,
    report_of,
    round_of,
    sheets,
    written,
)
from tests.organizations.test_grading import refused_by
from tests.personas import World

from linli.core import clock
from linli.core.access.models import User
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.figures import REGISTRY
from linli.core.workflow.duties import run_clock
from linli.core.workflow.models import Task
from linli.indicators.choices import Span
from linli.indicators.queries.numbers import Numbers
from linli.indicators.queries.periods import Period
from linli.organizations.actions import grade_changes, gradings
from linli.organizations.actions.credit import enter_credit_info
from linli.organizations.actions.grades import enter_grade, expire_grades, grant
from linli.organizations.actions.ranking import rank_all, remeasure
from linli.organizations.actions.register import cancel_filing
from linli.organizations.choices.grading import NATIONAL, STARS
from linli.organizations.models import AnnualReport, GradeChange, HeldGrade, Organization, Standing
from linli.organizations.queries.eligibility import refusals_for
from linli.organizations.rules.eligibility import months_on

__all__ = ["registered"]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def signed_in(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world[who], backend=BACKEND)
    return client


# --- grades that stand --------------------------------------------------------------------------------------------


def held_by(organization: Organization, level: int = 4, *, ago: int = 10, actor: User | None = None) -> HeldGrade:
    return grant(
        organization,
        scheme=NATIONAL,
        level=level,
        granted_on=clock.today() - dt.timedelta(days=ago),
        document="汕金民评〔2025〕1 号",
        actor=actor or User.system(),
    )


def test_a_grade_older_than_five_years_is_refused_everywhere(world: World, registered: Organization) -> None:
    officer = world["district_officer"]
    old = months_on(clock.today(), -60)  # over the API: test_misuse.py
    values = {"level": 3, "granted_on": old, "document": "汕金民评 1 号"}
    with pytest.raises(BadInput, match="满 5 年的等级已经失效") as error:
        enter_grade(registered, actor=officer, **values)
    assert set(error.value.fields) == {"granted_on"}
    answer = signed_in(world, "district_officer").post(
        f"/register/{registered.uid}/grades/", {**values, "granted_on": old.isoformat()}
    )
    assert (answer.status_code, "满 5 年的等级已经失效" in answer.content.decode()) == (422, True)
    row = {"organization": registered, "scheme": "grade", "level": 3, "document": "x", "entered_by": officer}
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        HeldGrade.objects.create(granted_on=old, valid_until=old + dt.timedelta(days=1800), **row)
    refused_by("organizations_grade_not_expired", raised)
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        HeldGrade.objects.create(granted_on=old, valid_until=clock.today() + dt.timedelta(days=9), **row)
    refused_by("organizations_grade_five_years", raised)
    assert enter_grade(registered, actor=officer, **(values | {"granted_on": old + dt.timedelta(days=1)})).stands


def test_who_enters_a_grade(world: World, registered: Organization) -> None:
    values = {"level": 3, "granted_on": clock.today(), "document": "x"}
    for who in ("street_officer", "founder", "auditor", "community_worker"):
        with pytest.raises(NotAllowed):
            enter_grade(registered, actor=world[who], **values)
    held = enter_grade(registered, actor=world["district_head"], **values)
    with pytest.raises(BadInput, match="已经有"):
        enter_grade(registered, actor=world["district_head"], **(values | {"granted_on": held.granted_on}))


def test_a_grade_runs_out_in_the_night_and_counts_no_more(world: World, registered: Organization) -> None:
    held = held_by(registered)
    registered.refresh_from_db()
    assert (registered.grade, registered.grade_now) == ("4A", "4A")
    with clock.at(dt.datetime.combine(held.valid_until, dt.time(4), tzinfo=dt.UTC)):
        assert expire_grades() == 0
    with clock.at(dt.datetime.combine(held.valid_until, dt.time(20), tzinfo=dt.UTC)):  # the next day in Shanghai
        assert (registered.grade_now, held.stands) == ("", False)
        assert (expire_grades(), expire_grades()) == (1, 0)
    held.refresh_from_db()
    registered.refresh_from_db()
    assert (held.ended_by, held.ended_on) == ("expired", held.valid_until + dt.timedelta(days=1))
    assert (registered.grade, registered.grade_until) == ("", None)


def test_what_came_with_a_workbook_runs_out_as_well(world: World, registered: Organization) -> None:
    Organization.objects.filter(pk=registered.pk).update(grade="3A", grade_until=clock.today() - dt.timedelta(days=1))
    assert (expire_grades(), expire_grades()) == (1, 0)
    registered.refresh_from_db()
    assert registered.grade == ""


def test_a_simplified_report_rests_on_a_grade_that_holds(world: World, registered: Organization) -> None:
    AnnualReport.objects.all().delete()
    Organization.objects.filter(pk=registered.pk).update(grade="4A", grade_until=clock.today() - dt.timedelta(days=1))
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        AnnualReport.objects.create(
            organization=registered, year=2020, due_on=dt.date(2021, 3, 31), simple=True, state="due"
        )
    refused_by("organizations_simple_report_has_grade", raised)


def test_the_end_of_an_organization_ends_its_stars(world: World, filed: Organization) -> None:
    held = grant(filed, scheme=STARS, level=3, granted_on=clock.today(), document="x", actor=User.system())
    filed.refresh_from_db()
    assert filed.stars == 3
    cancel_filing(filed, actor=world["street_officer"])
    held.refresh_from_db()
    assert (held.ended_by, held.stands) == ("gone", False)


# --- down and away ------------------------------------------------------------------------------------------------


def told(world: World, held: HeldGrade, **values: Any) -> GradeChange:
    officer = world["district_officer"]
    change = grade_changes.begin_grade_change(held, actor=officer)
    change = grade_changes.save_grade_change(
        change, actor=officer, revision=None, facts="检查发现账目造假。", **values
    )
    change = grade_changes.notify_grade_change(change, actor=officer)
    change = grade_changes.reply_grade_change(change, actor=world["founder"], reason="已经改正。")
    return grade_changes.end_grade_hearing(change, actor=User.system())


def test_a_downgrade_bars_for_two_years_and_the_plaque_is_due(world: World, registered: Organization) -> None:
    held = held_by(registered)
    change = told(world, held, kind="downgrade", new_level=2)
    with pytest.raises(NotAllowed):
        grade_changes.decide_grade_change(change, actor=world["district_officer"], reason="降。")
    change = grade_changes.decide_grade_change(change, actor=world["district_head"], reason="事实清楚。")
    held.refresh_from_db()
    registered.refresh_from_db()
    assert (held.ended_by, registered.grade, registered.grade_until) == ("downgraded", "2A", held.valid_until)
    assert change.barred_until == months_on(clock.today(), 24)
    task = Task.objects.get(case_id=change.pk, process="gradechange", closed_at=None)
    assert (task.role, task.due_on) == ("district_officer", clock.today() + dt.timedelta(days=15))
    assert "grading.barred" in [one.code for one in refusals_for(registered, NATIONAL)]
    assert grade_changes.return_plaque(change, actor=world["district_officer"]).state == "done"


def test_a_cancellation_bars_for_three_years(world: World, registered: Organization) -> None:
    change = told(world, held_by(registered), kind="cancel")
    change = grade_changes.decide_grade_change(change, actor=world["district_head"], reason="弄虚作假。")
    registered.refresh_from_db()
    assert (registered.grade, change.barred_until) == ("", months_on(clock.today(), 36))
    words = [one.words for one in refusals_for(registered, NATIONAL)]
    assert words == [f"取消过等级，到 {change.barred_until:%Y-%m-%d} 不接受申请。"]
    with pytest.raises(WrongState, match="district_head 已在"):
        grade_changes.decide_grade_change(change, actor=world["district_head"], reason="再来。")


def test_what_is_not_whole_is_not_told(world: World, registered: Organization) -> None:
    officer = world["district_officer"]
    change = grade_changes.begin_grade_change(held_by(registered), actor=officer)
    assert grade_changes.begin_grade_change(change.held, actor=officer) == change
    change = grade_changes.save_grade_change(change, actor=officer, revision=None, kind="downgrade", new_level=4)
    with pytest.raises(BadInput, match="选比4A低的一级；写明事实"):
        grade_changes.notify_grade_change(change, actor=officer)
    with pytest.raises(NotAllowed):
        grade_changes.begin_grade_change(change.held, actor=world["street_officer"])


# --- the ranking and the figures ----------------------------------------------------------------------------------


def passed(organization: Organization) -> tuple[bool, int]:
    row = Standing.objects.get(organization=organization)
    return bool(row.passed & 32), row.grade


def test_the_ranking_reads_the_annual_loop_and_the_grade_at_once(world: World, registered: Organization) -> None:
    AnnualReport.objects.all().delete()
    rank_all()
    assert passed(registered) == (False, 0)
    enter_credit_info(
        registered,
        actor=world["district_officer"],
        kind="report",
        title="2025 年报",
        source="局",
        happened_on=clock.today(),
    )
    assert passed(registered) == (True, 0)  # the loop knows nothing of it yet: what was entered counts
    report = report_of(registered, clock.today().year - 1, "passed")
    AnnualReport.objects.filter(pk=report.pk).update(
        sent_on=clock.today(), result="failed", state="unmended", mend_by=clock.today()
    )
    assert passed(registered) == (False, 0)  # now the loop says it, and it was not passed
    AnnualReport.objects.filter(pk=report.pk).update(result="passed", state="passed")
    assert passed(registered) == (True, 0)
    held_by(registered, 4)
    assert passed(registered) == (True, 4)
    Organization.objects.filter(pk=registered.pk).update(
        grade="", grade_until=None, stars=5, stars_until=clock.today()
    )
    assert passed(registered) == (True, 0)  # stars are those of filed ones
    assert remeasure() == 0


FIGURES = ("orgs_graded", "orgs_graded_3a", "orgs_grade_4a", "orgs_grade_2a", "graded_3a_share", "orgs_starred")
FLOWS = ("grades_given", "stars_given", "grades_expired", "grades_taken")


def worth(world: World, ids: tuple[str, ...]) -> list[Any]:
    period = Period(dt.date(clock.today().year, 1, 1), clock.today(), Span.YEAR)
    numbers = Numbers([REGISTRY[id] for id in ids], {"here": (world.street.path,)}, [period])
    return [numbers.of(REGISTRY[id], "here", period).value for id in ids]


def test_the_figures_follow_each_change(world: World, registered: Organization) -> None:
    second = Organization.objects.create(
        name="互助社", kind="culture", area=world.community, legal_status="registered", member_count=3,
        filed_on=clock.today() - dt.timedelta(days=900), registered_on=clock.today() - dt.timedelta(days=800),
    )  # fmt: skip
    assert worth(world, FIGURES) == [0, 0, 0, 0, 0, 0]
    held_by(registered, 4, ago=0)
    held_by(second, 2, ago=0)
    assert worth(world, FIGURES) == [2, 1, 1, 1, 50, 0]
    change = told(world, HeldGrade.objects.get(organization=registered), kind="cancel")
    grade_changes.decide_grade_change(change, actor=world["district_head"], reason="弄虚作假。")
    assert worth(world, FIGURES) == [1, 0, 0, 1, 0, 0]
    assert worth(world, FLOWS) == [2, 0, 0, 1]


# --- pages and programs -------------------------------------------------------------------------------------------


def test_everybody_reads_who_holds_what_and_what_is_on_notice(world: World, registered: Organization) -> None:
    evaluators(world)
    grading = noticed(world, registered, round_of(world))
    client = Client()
    assert "现在没有公示" not in client.get("/grades/?show=notices").content.decode()
    page = client.get(grading.public_url).content.decode()
    assert ("4A" in page, "gradec0" in page, "同意 7 人" in page) == (True, False, True)
    gradings.confirm_grading(grading, actor=User.system())
    assert client.get(grading.public_url).status_code == 404
    held = HeldGrade.objects.get()
    assert registered.name in client.get("/grades/").content.decode()
    assert "已经失效" not in client.get(held.get_absolute_url()).content.decode()
    told = client.get("/api/v1/grades").json()["items"]
    assert [(row["organization"], row["words"], row["stands"]) for row in told] == [(registered.name, "4A", True)]
    assert client.get(f"/api/v1/grades/{held.uid}").json()["valid_until"] == held.valid_until.isoformat()
    HeldGrade.objects.update(
        granted_on=months_on(clock.today(), -60), valid_until=clock.today(), entered_on=clock.today()
    )
    with clock.at(clock.now() + dt.timedelta(days=1)):
        assert "已经失效" in Client().get(held.get_absolute_url()).content.decode()
        assert registered.name not in Client().get("/grades/").content.decode()


def test_a_page_costs_the_same_with_one_and_with_thirty_rows(
    world: World, registered: Organization, django_assert_num_queries: Any
) -> None:
    held_by(registered)
    client = Client()
    client.get("/grades/")
    with CaptureQueriesContext(connection) as one:
        client.get("/grades/")
    for n in range(31):
        more = Organization.objects.create(
            name=f"互助社{n}", kind="culture", area=world.community, legal_status="registered", member_count=3
        )
        held_by(more)
    with django_assert_num_queries(len(one)):
        page = client.get("/grades/").content.decode()
    assert (page.count("评定，有效期至"), 'rel="next"' in page) == (30, True)


def test_a_head_reads_why_not_and_applies_where_a_round_is_open(world: World, registered: Organization) -> None:
    founder = signed_in(world, "founder")
    row = round_of(world)
    page = founder.get(f"/register/{registered.uid}/grades/").content.decode()
    assert ("条件都符合" in page, f'value="{row.uid}"' in page) == (True, True)
    answer = founder.post(f"/register/{registered.uid}/grading/", {"round": row.uid})
    assert answer.status_code == 302
    assert answer["Location"].endswith("/edit/self/")
    Organization.objects.filter(pk=registered.pk).update(registered_on=clock.today())
    page = founder.get(f"/register/{registered.uid}/grades/").content.decode()
    assert ("登记要满 2 年才能申请" in page, f'value="{row.uid}"' in page) == (True, False)
    assert signed_in(world, "stranger").get(f"/register/{registered.uid}/grades/").status_code == 404
    assert founder.post(f"/register/{registered.uid}/grades/", {"level": 5}).status_code == 404


def test_what_the_head_does_not_read(world: World, registered: Organization) -> None:
    """Who evaluates, their marks and the votes by name are the office's and the boards'."""
    evaluators(world)
    grading = noticed(world, registered, round_of(world))
    address = grading.get_absolute_url()
    officer = signed_in(world, "district_officer").get(address).content.decode()
    founder = signed_in(world, "founder").get(address).content.decode()
    member = Client()
    member.force_login(members(grading.round)[0], backend=BACKEND)
    seated = member.get(address).content.decode()
    for text, who in ((officer, True), (seated, True), (founder, False)):
        assert ("活动多，台账齐" in text, "gradec0" in text, "种子" in text) == (who, who, who)
    assert "84.50" in founder


def test_an_evaluator_works_from_the_own_page(world: World, registered: Organization) -> None:
    evaluators(world)
    grading = gradings.draw_evaluators(applied(world, registered, round_of(world)), actor=world["district_officer"])
    first, second = sheets(grading)[:2]
    client = Client()
    client.force_login(User.objects.get(pk=first.owner_id), backend=BACKEND)
    assert first.title in client.get("/mine/").content.decode()
    assert "章程第三章" in client.get(first.get_absolute_url()).content.decode()
    assert client.get(second.get_absolute_url()).status_code == 404
    assert client.get(f"/api/v1/cases/gradingsheet/{second.uid}").status_code == 404
    assert client.get(grading.get_absolute_url()).status_code == 404
    marks = {"declared": "on", "remark": "台账齐。", **MARKS}
    answer = client.post(f"/cases/gradingsheet/{first.uid}/edit/marks/", marks | {"score_work": 101})
    assert (answer.status_code, "100" in answer.content.decode()) == (422, True)
    assert client.post(f"/cases/gradingsheet/{first.uid}/edit/marks/", marks).status_code == 302
    assert client.post(f"/cases/gradingsheet/{first.uid}/edit/check/").status_code == 302
    first.refresh_from_db()
    assert (first.state, first.total) == ("sent", TOTAL)


def test_a_member_votes_on_the_page(world: World, registered: Organization) -> None:
    evaluators(world)
    grading = balloting(world, registered, round_of(world))
    client = Client()
    client.force_login(members(grading.round)[0], backend=BACKEND)
    assert "等我表决" in client.get("/mine/").content.decode()
    address = f"{grading.get_absolute_url()}vote_grading/"
    assert client.post(address, {"vote_grading-choice": ""}).status_code == 422
    assert client.post(address, {"vote_grading-choice": "for"}).status_code == 302
    assert "等我表决" not in client.get("/mine/").content.decode()
    assert grading.votes.count() == 1


def test_the_clock_ends_hearings_and_rounds(world: World, registered: Organization) -> None:
    officer = world["district_officer"]
    change = grade_changes.begin_grade_change(held_by(registered), actor=officer)
    change = grade_changes.save_grade_change(change, actor=officer, revision=None, kind="cancel", facts="造假。")
    grade_changes.notify_grade_change(change, actor=officer)
    with clock.at(clock.now() + dt.timedelta(days=25)):
        run_clock()
    change.refresh_from_db()
    assert change.state == "decision"
    assert Task.objects.get(case_id=change.pk, process="gradechange", closed_at=None).role == "district_head"


def test_a_draft_is_whole_before_it_is_sent(world: World, registered: Organization) -> None:
    founder = world["founder"]
    draft = gradings.begin_grading(registered, round=round_of(world), actor=founder)
    with pytest.raises(BadInput, match="还差 7 项"):
        gradings.apply_grading(draft, actor=founder)
    assert gradings.apply_grading(written(draft, founder), actor=founder).number.startswith("PG-440511004-")
