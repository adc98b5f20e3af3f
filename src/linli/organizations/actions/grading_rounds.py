"""A round of grading: begun by the office of the scheme, opened with its sheet and its two boards, finished."""

from __future__ import annotations

from typing import Any

from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.notices import notify
from linli.core.parameters import value_of
from linli.core.privacy.places import Place
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import keep_version, performs
from linli.core.workflow.numbers import next_number
from linli.organizations.choices import grading_round as choices
from linli.organizations.choices.grading import LEAST, SCHEMES, WEIGHTS, WHOLE, Board
from linli.organizations.choices.grading_case import GRADING, GradingState
from linli.organizations.models import BoardMember, Grading, GradingRound
from linli.organizations.queries.grading import accounts_in

BEGIN, SAVED = "organizations.begin_round", "organizations.draft_saved"


def begin_round(area: Area, *, scheme: str, year: int, actor: User) -> GradingRound:
    """Draw up a round. Raises BadInput for a wrong year or area, WrongState where the year has one already."""
    if scheme not in SCHEMES:
        text = "请选评什么。"
        raise BadInput(BEGIN, text, fields={"scheme": text})
    of = SCHEMES[scheme]
    if area.level != of.level:
        text = f"{of.label}按{of.level.label}开。"
        raise BadInput(BEGIN, text, fields={"area": text})
    wanted = GradingRound(area=area, scheme=scheme, year=year, owner=actor, scope=area.path)
    if not actor.has_perm(BEGIN, wanted):
        raise NotAllowed(BEGIN, f"{of.label}由{of.officer.label}在自己的范围里开轮次。")
    if not clock.today().year - 1 <= year <= clock.today().year:
        text = "轮次只能开今年或者去年的。"
        raise BadInput(BEGIN, text, fields={"year": text})
    return open_draft(wanted, actor=actor, code=BEGIN)


def save_round(round: GradingRound, *, actor: User, revision: int | None, **values: Any) -> GradingRound:
    """Keep what was typed so far."""
    return keep_draft(round, steps=(choices.OPEN_ROUND,), name=SAVED, actor=actor, revision=revision, values=values)


def round_missing(round: GradingRound) -> list[str]:
    """What is still to be done before it can be opened, as instructions."""
    todo = [] if round.apply_until else ["定申请截止的日期"]
    if round.apply_until and round.apply_until < clock.today():
        todo.append("申请截止的日期不能在过去")
    if (together := sum(getattr(round, name) for name in WEIGHTS)) != WHOLE:
        todo.append(f"让五项权重加起来正好 {WHOLE}（现在是 {together}）")
    least = int(value_of("grading.party_weight", round.scope))
    if round.weight_party < least:
        todo.append(f"党建工作的权重至少 {least}")
    thresholds = [getattr(round, name) for name in LEAST]
    if thresholds != sorted(set(thresholds)) or thresholds[0] < 1:
        todo.append("让分数线一级比一级高")
    if not round.criteria.strip():
        todo.append("写明每一项看什么")
    return todo + _boards_missing(round)


def _boards_missing(round: GradingRound) -> list[str]:
    todo: list[str] = []
    seats = {Board.COMMISSION: (round.commission, round.of.commission), Board.REVIEW: (round.board, round.of.board)}
    named: dict[Board, set[str]] = {}
    for board, (text, (least, most)) in seats.items():
        accounts = accounts_in(text)
        named[board] = set(accounts)
        if not least <= len(accounts) <= most:
            todo.append(f"{board.label}要 {least} 到 {most} 人（现在 {len(accounts)} 人）")
        known = set(User.objects.filter(username__in=accounts, is_active=True).values_list("username", flat=True))
        if unknown := [name for name in accounts if name not in known]:
            todo.append(f"{board.label}里没有这些账号：{'、'.join(unknown[:5])}")
    if both := named[Board.COMMISSION] & named[Board.REVIEW]:
        todo.append(f"一个人只能在一个委员会里：{'、'.join(sorted(both)[:5])}")
    return todo


@performs(choices.OPEN_ROUND)
def open_round(round: GradingRound, *, actor: User) -> None:
    """The plan is public, its members are seated and told; nothing of it changes any more."""
    if todo := round_missing(round):
        raise BadInput("organizations.incomplete", f"还差 {len(todo)} 项：{'；'.join(todo)}。", fields={})
    for board, text in ((Board.COMMISSION, round.commission), (Board.REVIEW, round.board)):
        people = User.objects.filter(username__in=accounts_in(text), is_active=True).order_by("pk")
        for person in people:
            BoardMember.objects.create(round=round, user=person, board=board)
            notify(
                person,
                kind=f"case.{round.process.slug}",
                title=f"{round.title}：你是{board.label}的委员",
                url=round.get_absolute_url(),
            )
        if board == Board.COMMISSION:
            round.members = len(people)
        else:
            round.reviewers = len(people)
    round.opened_on = clock.today()
    lies = Place(round.area.path, round.area.name, (round.area.code or "")[:9] or round.area.number_code)
    round.number = round.number or next_number(f"{round.of.serial}L", lies, clock.today().year)
    keep_version(round, actor)


@performs(choices.CLOSE_ROUND)
def close_round(round: GradingRound, *, actor: User) -> None:
    """No more applications from here on."""


@performs(choices.FINISH_ROUND)
def finish_round(round: GradingRound, *, actor: User, reason: str = "") -> None:
    """Every organization has its result. Drafts that were never sent stay their owners'."""
    rows = Grading.objects.filter(round=round).exclude(state__in=(*GRADING.ends, GradingState.DRAFT))
    if (waiting := rows.count()) > 0:
        raise WrongState(choices.FINISH_ROUND.name, f"还有 {waiting} 家没有结论，不能结束这一轮。")


@performs(choices.DROP_ROUND)
def drop_round(round: GradingRound, *, actor: User, reason: str = "") -> None:
    """The plan is given up before anybody saw it."""
