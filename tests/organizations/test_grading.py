"""Grading from the application to the certificate, and what is refused on the way."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.organizations.grading import (
    MARKS,
    TOTAL,
    applied,
    balloting,
    drawn,
    evaluators,
    mark,
    members,
    noticed,
    refused_by,
    registered,
    round_of,
    sheets,
    voted,
    written,
)
from tests.personas import BodyFactory, World, post

from linli.actors.choices import BodyKind, Role
from linli.actors.models import Post
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.workflow.duties import run_clock
from linli.core.workflow.models import Task
from linli.organizations.actions import evaluation, gradings
from linli.organizations.actions.grading_rounds import close_round
from linli.organizations.choices.grading import Interest
from linli.organizations.models import (
    Grading,
    GradingSheet,
    GradingVote,
    HeldGrade,
    Organization,
)
from linli.organizations.queries import grading as queries
from linli.organizations.queries.eligibility import interests_of, order_of
from linli.organizations.rules.eligibility import Tally

__all__ = ["registered"]


# --- the whole way ------------------------------------------------------------------------------------------------


def test_from_the_application_to_the_certificate(world: World, registered: Organization) -> None:
    pool = evaluators(world)
    row = round_of(world)
    grading = drawn(world, registered, row)
    assert (grading.state, grading.scheme, len(grading.pool)) == ("evaluation", "grade", 6)  # the persona, too
    order = order_of(grading.pool, grading.seed or 0)
    assert [sheet.owner_id for sheet in sheets(grading)] == order[:3]
    assert set(order) == {*(person.pk for person in pool), world.people["evaluator"].pk}
    first, second, third = sheets(grading)
    mark(first)
    mark(second, score_work=70)
    mark(third, score_work=71)
    grading = gradings.lay_before_commission(grading, actor=world["district_officer"])
    # 84.50, 79.10 and 79.40 have a mean of 81.00.
    assert (first.grading_id, grading.mean, grading.mean_words, grading.proposed) == (grading.pk, 8100, "81.00", 4)
    grading = voted(grading, ["for"] * 5 + ["against", "abstain"])
    grading = gradings.count_grading(grading, actor=world["district_officer"])
    assert (grading.state, grading.members, grading.present, grading.in_favour, grading.level) == (
        "notice",
        9,
        7,
        5,
        4,
    )
    assert Task.objects.get(case_id=grading.pk, process="grading", closed_at=None).due_on == queries.notice_until(
        grading
    )
    with clock.at(clock.now() + dt.timedelta(days=15)):
        run_clock()
        day = clock.today()
    grading.refresh_from_db()
    registered.refresh_from_db()
    held = HeldGrade.objects.get()
    assert grading.state == "concluded"
    assert (held.level, held.words, held.granted_on, held.grading) == (4, "4A", day, grading)
    assert held.valid_until == day.replace(year=day.year + 5) - dt.timedelta(days=1)
    assert (registered.grade, registered.grade_until, registered.stars) == ("4A", held.valid_until, None)
    assert Event.objects.filter(name="organizations.graded", subject_id=registered.pk).count() == 1


def test_the_stars_go_the_same_way_and_hear_the_community_first(world: World, filed: Organization) -> None:
    Organization.objects.filter(pk=filed.pk).update(filed_on=clock.today() - dt.timedelta(days=400))
    filed.refresh_from_db()
    evaluators(world)
    row = round_of(world, "stars", members=5, reviewers=3)
    grading = noticed(world, filed, row, in_favour=4)
    assert (grading.level_words, grading.number.partition("-")[0]) == ("四星", "XJ")
    grading = gradings.confirm_grading(grading, actor=User.system())
    filed.refresh_from_db()
    assert (filed.stars, filed.grade) == (4, "")
    assert filed.stars_until == clock.today().replace(year=clock.today().year + 2) - dt.timedelta(days=1)
    names = Event.objects.filter(subject_id=grading.pk, name__startswith="organizations.").values_list(
        "name", flat=True
    )
    assert "organizations.give_grading_opinion" in names
    assert "organizations.apply_grading" not in names


def test_the_duties_lie_with_the_office_of_the_scheme(world: World, registered: Organization) -> None:
    evaluators(world)
    grading = applied(world, registered, round_of(world))
    owed = lambda case: Task.objects.get(case_id=case.pk, process="grading", closed_at=None).role  # noqa: E731
    assert owed(grading) == "district_officer"
    Organization.objects.filter(pk=registered.pk).update(
        legal_status="filed", legal_type="", registered_level="", filed_on=clock.today() - dt.timedelta(days=400)
    )
    Grading.objects.filter(pk=grading.pk).update(state="withdrawn")
    starred = applied(world, Organization.objects.get(pk=registered.pk), round_of(world, "stars", members=5))
    assert owed(starred) == "street_officer"


# --- evaluators ---------------------------------------------------------------------------------------------------


def test_the_same_seed_draws_the_same(world: World) -> None:
    assert order_of([5, 3, 9, 1], 42) == order_of([1, 3, 5, 9], 42)
    assert sorted(order_of([5, 3, 9, 1], 42)) == [1, 3, 5, 9]


def leave(person: User, organization: Organization, days: int) -> None:
    """The person left a post in the organization so many days ago."""
    assert organization.area is not None
    body = BodyFactory(area=organization.area, kind=BodyKind.ORGANIZATION, name=organization.name)
    held = post(person, Role.VOLUNTEER, organization.area, body, "理事")
    Post.objects.filter(pk=held.pk).update(valid_to=clock.today() - dt.timedelta(days=days))


def test_an_evaluator_who_left_the_organization_last_year_is_refused_everywhere(
    world: World, registered: Organization
) -> None:
    """Not drawn, not let in by hand, and not by the database; whoever left three years ago is."""
    pool = evaluators(world, 4)
    leave(pool[0], registered, 300)
    leave(pool[1], registered, 1200)
    assert interests_of(pool[0], registered) == [Interest.POST]
    assert interests_of(pool[1], registered) == []
    grading = drawn(world, registered, round_of(world))
    assert pool[0].pk not in [sheet.owner_id for sheet in sheets(grading)]
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        GradingSheet.objects.create(grading=grading, owner=pool[0], place=9)
    refused_by("organizations_sheet_disinterested", error)
    # An interest that came up after the draw is found when the sheet is sent.
    sheet = next(each for each in sheets(grading) if each.owner_id != pool[1].pk)
    leave(User.objects.get(pk=sheet.owner_id), registered, 10)
    with pytest.raises(NotAllowed, match="你要回避：两年以内在这家组织任职"):
        mark(sheet)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        GradingSheet.objects.filter(pk=sheet.pk).update(
            state="sent", total=1, sent_on=clock.today(), remark="x", declared=True, **MARKS
        )
    refused_by("organizations_sheet_disinterested", error)


def test_who_is_interested(world: World, registered: Organization, member: Any) -> None:
    found = lambda who, **values: interests_of(renamed(world[who], **values), registered)  # noqa: E731
    assert found("founder")[0] == Interest.HEAD
    assert found("stranger") == []
    assert found("stranger", name="陈秀梅") == [Interest.NAMED_LEADER, Interest.NAMED_FOUNDER]
    assert found("stranger", name="郑丽") == [Interest.NAMED_FOUNDER]
    assert found("resident", phone="13800002046")[0] == Interest.MEMBER


def renamed(person: User, **values: str) -> User:
    from linli.core.privacy import keyed_hash

    for name, value in values.items():
        setattr(person, name, value)
    if "phone" in values:
        person.phone_hash = keyed_hash(values["phone"], "phone")
    person.save()
    return person


def test_who_withdraws_is_replaced_by_the_next_of_the_same_draw(world: World, registered: Organization) -> None:
    evaluators(world)
    grading = drawn(world, registered, round_of(world))
    order = order_of(grading.pool, grading.seed or 0)
    first = sheets(grading)[0]
    owner = User.objects.get(pk=first.owner_id)
    assert evaluation.recuse_evaluator(first, actor=owner, reason="负责人是我表姐。").state == "recused"
    assert [sheet.owner_id for sheet in sheets(grading)] == order[1:4]
    assert interests_of(owner, registered) == [Interest.DECLARED]
    grading = gradings.replace_evaluator(
        grading,
        actor=world["district_officer"],
        evaluator=User.objects.get(pk=order[1]).username,
        reason="超期没有填。",
    )
    assert [sheet.owner_id for sheet in sheets(grading)] == order[2:5]
    with pytest.raises(BadInput, match="没有抽中"):
        gradings.replace_evaluator(grading, actor=world["district_officer"], evaluator="founder", reason="错了。")


def test_too_few_evaluators_draw_nobody(world: World, registered: Organization) -> None:
    grading = applied(world, registered, round_of(world))
    with pytest.raises(WrongState, match="不足 3 名"):
        gradings.draw_evaluators(grading, actor=world["district_officer"])
    assert not GradingSheet.objects.exists()


def test_nobody_reads_anothers_sheet_before_the_ballot(world: World, registered: Organization) -> None:
    evaluators(world)
    grading = drawn(world, registered, round_of(world))
    first, second, third = sheets(grading)
    mark(first)
    readers = [first.owner, second.owner, world["district_officer"], members(grading.round)[0], world["founder"]]
    seen = lambda: [queries.sheets_visible_to(User.objects.get(pk=who.pk)).count() for who in readers if who]  # noqa: E731
    assert seen() == [1, 1, 0, 0, 0]
    mark(second)
    mark(third)
    gradings.lay_before_commission(grading, actor=world["district_officer"])
    assert seen() == [1, 1, 3, 3, 0]


# --- ballots ------------------------------------------------------------------------------------------------------


def test_only_a_member_votes_once_and_by_name(world: World, registered: Organization) -> None:
    evaluators(world)
    grading = balloting(world, registered, round_of(world))
    one, other = members(grading.round)[:2]
    grading = gradings.vote_grading(grading, actor=one, choice="for", words="同意。")
    for who in ("district_officer", "founder", "stranger"):
        with pytest.raises(NotAllowed):
            gradings.vote_grading(grading, actor=world[who], choice="for")
    with pytest.raises(NotAllowed):  # a member of the review board has no voice here
        gradings.vote_grading(grading, actor=members(grading.round, "review")[0], choice="for")
    with pytest.raises(NotAllowed):
        gradings.vote_grading(grading, actor=User.objects.get(pk=one.pk), choice="against")
    with pytest.raises(BadInput, match="请选"):
        gradings.vote_grading(grading, actor=other, choice="maybe")
    elsewhere = round_of(world, "stars", members=5, reviewers=3)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        GradingVote.objects.create(grading=grading, member=elsewhere.seats.all()[0], choice="for")
    refused_by("organizations_vote_of_a_member", error)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        GradingVote.objects.update(choice="against")
    refused_by("organizations_vote_stays", error)
    assert [(vote.member.user, vote.choice) for vote in GradingVote.objects.all()] == [(one, "for")]


def test_a_member_with_an_interest_stays_away(world: World, registered: Organization) -> None:
    evaluators(world)
    grading = balloting(world, registered, round_of(world))
    one = members(grading.round)[0]
    leave(one, registered, 30)
    with pytest.raises(NotAllowed, match="回避"):
        gradings.vote_grading(grading, actor=one, choice="for")


@pytest.mark.parametrize(
    ("said", "level", "refusal"),
    [
        (["for"] * 5, 0, "三分之二（6 人），现在 5 人"),
        (["for"] * 5 + ["abstain"], 4, ""),
        (["for"] * 4 + ["abstain"] * 5, 0, ""),
        (["for"] * 4 + ["against"] * 2, 0, ""),
        (["for"] * 9, 4, ""),
    ],
)
def test_two_thirds_are_there_and_more_than_half_of_all_agree(
    world: World, registered: Organization, said: list[str], level: int, refusal: str
) -> None:
    evaluators(world)
    grading = voted(balloting(world, registered, round_of(world)), said)
    if refusal:
        with pytest.raises(WrongState, match=refusal):
            gradings.count_grading(grading, actor=world["district_officer"])
    else:
        assert gradings.count_grading(grading, actor=world["district_officer"]).level == level


def test_the_database_counts_itself(world: World, registered: Organization) -> None:
    evaluators(world)
    grading = voted(balloting(world, registered, round_of(world)), ["for"] * 4 + ["against"] * 5)
    values = {"state": "notice", "noticed_on": clock.today(), "members": 9, "present": 9, "level": 4}
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Grading.objects.filter(pk=grading.pk).update(**values, in_favour=9)
    refused_by("organizations_grading_counts_votes", error)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Grading.objects.filter(pk=grading.pk).update(**values, in_favour=4)
    refused_by("organizations_grading_counted", error)


@given(st.lists(st.sampled_from(["for", "against", "abstain", None]), min_size=7, max_size=25))
def test_a_ballot_carries_by_half_of_all(said: list[str | None]) -> None:
    spoken = [one for one in said if one]
    tally = Tally(len(said), len(spoken), spoken.count("for"), spoken.count("against"))
    assert tally.carried == (len(spoken) * 3 >= len(said) * 2 and spoken.count("for") > len(said) / 2)
    assert not (tally.carried and tally.rejected)
    if tally.carried:  # a further yes never takes it away
        assert Tally(tally.members, min(tally.members, tally.present + 1), tally.in_favour + 1).carried


# --- appeal -------------------------------------------------------------------------------------------------------


def test_an_appeal_is_answered_within_fifteen_days_and_may_be_upheld(world: World, registered: Organization) -> None:
    evaluators(world)
    grading = noticed(world, registered, round_of(world))
    grading = gradings.appeal_grading(grading, actor=world["founder"], reason="工作绩效少算了十场。")
    assert grading.answer_by == clock.today() + dt.timedelta(days=15)
    task = Task.objects.get(case_id=grading.pk, process="grading", closed_at=None)
    assert task.due_on == grading.answer_by
    with pytest.raises(WrongState, match="三分之二"):
        gradings.uphold_grading(grading, actor=world["district_officer"], reason="维持。")
    grading = voted(grading, ["for", "for", "for", "against"], "review")
    with pytest.raises(WrongState, match="没有超过"):
        gradings.overturn_grading(grading, actor=world["district_officer"], reason="撤销。")
    grading = gradings.uphold_grading(grading, actor=world["district_officer"], reason="台账核对过。")
    registered.refresh_from_db()
    assert (grading.state, registered.grade) == ("concluded", "4A")


def test_an_overturned_result_is_voted_on_anew_and_never_reviewed_twice(
    world: World, registered: Organization
) -> None:
    evaluators(world)
    grading = noticed(world, registered, round_of(world), in_favour=4)
    assert grading.level == 0
    grading = gradings.appeal_grading(grading, actor=world["founder"], reason="评分时少看了材料。")
    grading = voted(grading, ["against"] * 3 + ["for"], "review")
    with pytest.raises(WrongState, match="过半数不同意"):
        gradings.uphold_grading(grading, actor=world["district_officer"], reason="维持。")
    grading = gradings.overturn_grading(grading, actor=world["district_officer"], reason="确有材料没有看。")
    assert (grading.state, grading.sitting, grading.level) == ("ballot", 2, 0)
    grading = voted(grading, ["for"] * 9)
    grading = gradings.count_grading(grading, actor=world["district_officer"])
    assert grading.level == 4
    with pytest.raises(WrongState, match="复核只有一次"):
        gradings.appeal_grading(grading, actor=world["founder"], reason="再看一次。")


# --- role and state -----------------------------------------------------------------------------------------------


def test_whoever_sees_it_is_in_the_list(world: World, registered: Organization) -> None:
    """The list and the rule are twins, state by state."""
    evaluators(world)
    row = round_of(world)
    grading = noticed(world, registered, row)
    everybody = [*(world[name] for name in world.people), *members(row), *members(row, "review")]
    for state, _label in grading.process.states:
        Grading.objects.filter(pk=grading.pk).update(state=state)
        for person in everybody:
            user = User.objects.get(pk=person.pk)
            fresh = Grading.objects.get(pk=grading.pk)
            listed = queries.gradings_visible_to(user).filter(pk=grading.pk).exists()
            assert listed == user.has_perm("organizations.view_grading", fresh), (state, user.username)
            for sheet in fresh.sheets.all():
                listed = queries.sheets_visible_to(user).filter(pk=sheet.pk).exists()
                assert listed == user.has_perm("organizations.view_gradingsheet", sheet), (state, user.username)


def test_applying_needs_a_round_that_is_open_here(world: World, registered: Organization) -> None:
    row = round_of(world)
    assert queries.rounds_open_for(registered) == [row]
    draft = written(gradings.begin_grading(registered, round=row, actor=world["founder"]), world["founder"])
    assert gradings.begin_grading(registered, round=row, actor=world["founder"]) == draft
    with pytest.raises(NotAllowed):
        gradings.begin_grading(registered, round=row, actor=world["district_officer"])
    close_round(row, actor=world["district_officer"])
    assert queries.rounds_open_for(registered) == []
    with pytest.raises(WrongState, match="现在不接受申请"):
        gradings.apply_grading(draft, actor=world["founder"])


def test_the_total_of_the_page() -> None:
    assert TOTAL == 8450
