"""The ground of the tests of grading: boards, evaluators, a round and its stages, played by the real actions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from tests.personas import PDF, BodyFactory, UserFactory, World, post

from linli.actors.choices import BodyKind, Role
from linli.core import clock
from linli.core.access.models import User
from linli.core.files.actions import store
from linli.organizations.actions import evaluation, gradings
from linli.organizations.actions.grading_rounds import begin_round, open_round, save_round
from linli.organizations.choices.grading_sheet import SheetState
from linli.organizations.models import AnnualReport, BoardMember, Grading, GradingRound, GradingSheet, Organization

MARKS = {
    "score_basics": 90,
    "score_party": 80,
    "score_governance": 84,
    "score_work": 88,
    "score_reputation": 76,
}
TOTAL = 15 * 90 + 20 * 80 + 25 * 84 + 30 * 88 + 10 * 76  # 84.50 of a hundred: 4A by the thresholds of the round


def people(prefix: str, number: int) -> list[User]:
    return [UserFactory(username=f"{prefix}{n}", name=f"{prefix}{n}") for n in range(number)]


def evaluators(world: World, number: int = 5) -> list[User]:
    body = BodyFactory(area=world.district, kind=BodyKind.EVALUATOR, name="第三方评估机构")
    found = people("evaluator", number)
    for person in found:
        post(person, Role.EVALUATOR, world.district, body)
    return found


def round_of(world: World, scheme: str = "grade", *, members: int = 9, reviewers: int = 5) -> GradingRound:
    """A round that takes applications, with boards of their own."""
    area = world.district if scheme == "grade" else world.street
    officer = world["district_officer" if scheme == "grade" else "street_officer"]
    draft = begin_round(area, scheme=scheme, year=clock.today().year, actor=officer)
    commission = [person.username for person in people(f"{scheme}c", members)]
    board = [person.username for person in people(f"{scheme}r", reviewers)]
    draft = save_round(
        draft,
        actor=officer,
        revision=None,
        apply_until=clock.today() + dt.timedelta(days=20),
        criteria="逐项对照章程、会议记录和财务报告。",
        commission="\n".join(commission),
        board="\n".join(board),
    )
    return open_round(draft, actor=officer)


@pytest.fixture
def registered(filed: Organization) -> Organization:
    """Registered long ago, with last year's annual check passed."""
    filed.legal_status, filed.legal_type, filed.registered_level = "registered", "association", "district"
    filed.registered_on = clock.today() - dt.timedelta(days=1500)
    filed.save()
    for year in (clock.today().year - 1, clock.today().year - 2):
        report_of(filed, year, "passed")
    return filed


def report_of(organization: Organization, year: int, result: str) -> AnnualReport:
    """An annual report as it stands after the check."""
    state = {"passed": "passed", "fair": "mended", "failed": "unmended"}[result]
    counts = dict.fromkeys(("activities", "members", "party_members", "staff", "councils", "assemblies"), 1)
    sums = dict.fromkeys(("income", "expense", "assets", "debts"), 1)
    return AnnualReport.objects.create(
        organization=organization,
        year=year,
        state=state,
        result=result,
        decided_by=User.system(),
        due_on=dt.date(year + 1, 3, 31),
        sent_on=dt.date(year + 1, 3, 1),
        forward_by=dt.date(year + 1, 5, 31),
        mend_by=None if result == "passed" else dt.date(year + 1, 8, 31),
        work="做了一年。",
        **counts,
        **sums,
    )


def written(grading: Grading, actor: User) -> Grading:
    """A self-assessment, whole."""
    upload = SimpleUploadedFile("report.pdf", PDF, "application/pdf")
    store(upload, subject=grading, slot=gradings.REPORT, actor=actor)
    return gradings.save_grading(grading, actor=actor, revision=None, evidence="章程第三章；全年二十四场。", **MARKS)


def applied(world: World, organization: Organization, round: GradingRound) -> Grading:
    founder = world["founder"]
    grading = written(gradings.begin_grading(organization, round=round, actor=founder), founder)
    if round.scheme == "grade":
        return gradings.apply_grading(grading, actor=founder)
    grading = gradings.apply_stars(grading, actor=founder)
    return gradings.give_opinion(grading, actor=world["community_worker"], reason="每周都办，居民喜欢。")


def officer_of(world: World, grading: Grading) -> User:
    return world["district_officer" if grading.scheme == "grade" else "street_officer"]


def drawn(world: World, organization: Organization, round: GradingRound) -> Grading:
    grading = applied(world, organization, round)
    return gradings.draw_evaluators(grading, actor=officer_of(world, grading))


def sheets(grading: Grading) -> list[GradingSheet]:
    return list(grading.sheets.filter(state=SheetState.DRAWN).select_related("owner").order_by("place"))


def mark(sheet: GradingSheet, **marks: Any) -> GradingSheet:
    owner = User.objects.get(pk=sheet.owner_id)
    values = {"declared": True, "remark": "活动多，台账齐。", **MARKS, **marks}
    sheet = evaluation.save_sheet(sheet, actor=owner, revision=None, **values)
    return evaluation.send_sheet(sheet, actor=owner)


def balloting(world: World, organization: Organization, round: GradingRound) -> Grading:
    """All sheets in, before the commission."""
    grading = drawn(world, organization, round)
    for sheet in sheets(grading):
        mark(sheet)
    return gradings.lay_before_commission(grading, actor=officer_of(world, grading))


def members(round: GradingRound, board: str = "commission") -> list[User]:
    rows = BoardMember.objects.filter(round=round, board=board).select_related("user").order_by("pk")
    return [User.objects.get(pk=row.user_id) for row in rows]


def voted(grading: Grading, said: list[str], board: str = "commission") -> Grading:
    """As many members vote as are given, in their order."""
    act = gradings.vote_grading if board == "commission" else gradings.vote_review
    for person, choice in zip(members(grading.round, board), said, strict=False):
        grading = act(grading, actor=person, choice=choice)
    return grading


def noticed(world: World, organization: Organization, round: GradingRound, in_favour: int = 7) -> Grading:
    """Voted and on public notice."""
    grading = balloting(world, organization, round)
    total = round.members
    grading = voted(grading, ["for"] * in_favour + ["against"] * (total - in_favour))
    return gradings.count_grading(grading, actor=officer_of(world, grading))


def refused_by(name: str, error: pytest.ExceptionInfo[IntegrityError]) -> None:
    assert name in str(error.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]
