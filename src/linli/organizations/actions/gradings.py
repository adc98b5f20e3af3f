"""The grading of one organization: applied for, checked, evaluated, voted on, noticed, appealed, concluded."""

from __future__ import annotations

import datetime as dt
from typing import Any

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files.queries import attachments_of
from linli.core.notices import notify
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import keep_version, performs
from linli.core.workflow.numbers import next_number
from linli.organizations.actions.evaluation import draw, replace, take_sheets, void_open_sheets
from linli.organizations.actions.grades import grant
from linli.organizations.choices import grading_case as choices
from linli.organizations.choices.grading import ANSWER_DAYS, Board, Choice
from linli.organizations.choices.grading_case import GradingState
from linli.organizations.choices.grading_round import RoundState
from linli.organizations.choices.grading_sheet import SheetState
from linli.organizations.models import BoardMember, Grading, GradingRound, GradingVote, Organization
from linli.organizations.queries.eligibility import interests_of, refusals_for
from linli.organizations.queries.grading import sheets_of, tally_of
from linli.organizations.rules.eligibility import Tally

BEGIN, SAVED = "organizations.begin_grading", "organizations.draft_saved"
EDITABLE = frozenset({GradingState.DRAFT, GradingState.MEND})
REPORT = "report"  # the paper every self-assessment brings


# --- a draft ------------------------------------------------------------------------------------------------------


def begin_grading(organization: Organization, *, round: GradingRound, actor: User) -> Grading:
    """Begin the self-assessment, or go on with the one that is open. Raises WrongState with every refusal named."""
    if not actor.has_perm(BEGIN, organization):
        raise NotAllowed(BEGIN, "评估由组织的负责人申请。")
    held = Grading.objects.filter(round=round, organization=organization, state__in=EDITABLE).first()
    if held is not None:
        return held
    _must_be_open(round, organization)
    _must_be_eligible(organization, round, BEGIN)
    return open_draft(Grading(organization=organization, round=round, owner=actor), actor=actor, code=BEGIN)


def _must_be_open(round: GradingRound, organization: Organization) -> None:
    if not organization.scope.startswith(round.scope):
        raise WrongState(BEGIN, f"{round.title}不评这里的组织。")
    if not round.is_open_on(clock.today()):
        raise WrongState(BEGIN, f"{round.title}现在不接受申请。")


def _must_be_eligible(organization: Organization, round: GradingRound, code: str) -> None:
    found = refusals_for(organization, round.of)
    if found:
        raise WrongState(code, "".join(one.words for one in found))


def save_grading(grading: Grading, *, actor: User, revision: int | None, **values: Any) -> Grading:
    """Keep what was typed so far."""
    sending = (choices.APPLY, choices.APPLY_STARS, choices.REAPPLY)
    return keep_draft(grading, steps=sending, name=SAVED, actor=actor, revision=revision, values=values)


def grading_missing(grading: Grading) -> list[str]:
    """What is still to be done before it can be sent, as instructions."""
    todo = [f"给{label}自评打分" for label, mark in grading.marks.items() if mark == ""]
    if not grading.evidence.strip():
        todo.append("写自评的依据")
    held = {attachment.slot for attachment in attachments_of(grading)} if grading.pk else set()
    return todo if REPORT in held else [*todo, "上传自评报告"]


def _send(grading: Grading, actor: User, code: str) -> None:
    if todo := grading_missing(grading):
        raise BadInput("organizations.incomplete", f"还差 {len(todo)} 项：{'；'.join(todo)}。", fields={})
    _must_be_eligible(grading.organization, grading.round, code)
    area = grading.organization.area
    if not grading.number and area is not None:
        grading.number = next_number(grading.of.serial, area, clock.today().year)
    keep_version(grading, actor)


@performs(choices.APPLY)
def apply_grading(grading: Grading, *, actor: User) -> None:
    """Send it to the district, as long as the round takes applications."""
    _must_be_open(grading.round, grading.organization)
    _send(grading, actor, choices.APPLY.name)


@performs(choices.APPLY_STARS)
def apply_stars(grading: Grading, *, actor: User) -> None:
    """Send it; the community says first what it has seen."""
    _must_be_open(grading.round, grading.organization)
    _send(grading, actor, choices.APPLY_STARS.name)


@performs(choices.REAPPLY)
def reapply_grading(grading: Grading, *, actor: User) -> None:
    """Send what was asked for; the round may have closed meanwhile."""
    if grading.round.state not in (RoundState.OPEN, RoundState.UNDERWAY):
        raise WrongState(choices.REAPPLY.name, f"{grading.round.title}已经结束。")
    _send(grading, actor, choices.REAPPLY.name)


@performs(choices.WITHDRAW)
def withdraw_grading(grading: Grading, *, actor: User, reason: str = "") -> None:
    """The organization takes it back before anybody was drawn."""


# --- check and evaluation -----------------------------------------------------------------------------------------


@performs(choices.GIVE_OPINION)
def give_opinion(grading: Grading, *, actor: User, reason: str) -> None:
    """What the community has seen of it; the evaluators read it in the timeline."""


@performs(choices.RETURN)
def return_grading(grading: Grading, *, actor: User, reason: str) -> None:
    """Something is missing."""


@performs(choices.REFUSE)
def refuse_grading(grading: Grading, *, actor: User, reason: str) -> None:
    """It is not graded after all; sheets that are out are void."""
    void_open_sheets(grading)


@performs(choices.DRAW)
def draw_evaluators(grading: Grading, *, actor: User, reason: str = "") -> None:
    """Accepted: the machine looks at the registers once more and draws who evaluates."""
    _must_be_eligible(grading.organization, grading.round, choices.DRAW.name)
    draw(grading, actor)


@performs(choices.REPLACE)
def replace_evaluator(grading: Grading, *, actor: User, evaluator: str, reason: str) -> None:
    """Somebody else instead, the next of the same draw."""
    replace(grading, evaluator, actor)


@performs(choices.TO_BALLOT)
def lay_before_commission(grading: Grading, *, actor: User) -> None:
    """All sheets are in: their mean says which level is proposed, and the members are told."""
    sheets = sheets_of(grading)
    waiting = [str(sheet.owner) for sheet in sheets if sheet.state != SheetState.SENT]
    if not sheets or waiting:
        raise WrongState(choices.TO_BALLOT.name, f"还有评审没有打分：{'、'.join(waiting)}。")
    _must_be_eligible(grading.organization, grading.round, choices.TO_BALLOT.name)
    total = sum(sheet.total or 0 for sheet in sheets)
    grading.mean = (2 * total + len(sheets)) // (2 * len(sheets))  # rounded half up, the same on every machine
    grading.proposed = grading.round.level_of(grading.mean)
    take_sheets(grading)
    _tell_board(grading, Board.COMMISSION, "请记名表决")


def _tell_board(grading: Grading, board: Board, words: str) -> None:
    for seat in BoardMember.objects.filter(round=grading.round_id, board=board).select_related("user").order_by("pk"):
        notify(
            seat.user,
            kind=f"case.{grading.process.slug}",
            title=f"{grading.title}：{words}",
            url=grading.get_absolute_url(),
        )


# --- ballots ------------------------------------------------------------------------------------------------------


def _cast(grading: Grading, board: Board, choice: str, words: str, actor: User, code: str) -> None:
    seat = BoardMember.objects.filter(round=grading.round_id, user=actor, board=board).first()
    if seat is None:
        raise NotAllowed(code, f"只有这一轮的{board.label}委员才能表决。")
    if found := interests_of(actor, grading.organization):
        raise NotAllowed(code, f"你要回避：{found[0].label}。")
    if choice not in Choice.values:
        text = "请选同意、不同意或弃权。"
        raise BadInput(code, text, fields={"choice": text})
    if GradingVote.objects.filter(grading=grading, member=seat, sitting=grading.sitting).exists():
        raise WrongState(code, "你在这一次表决里已经投过票。")
    GradingVote.objects.create(
        grading=grading, member=seat, sitting=grading.sitting, choice=choice, words=words.strip()[:300]
    )


@performs(choices.VOTE)
def vote_grading(grading: Grading, *, actor: User, choice: str, words: str = "") -> None:
    """A member of the commission says by name whether the proposed level is given."""
    _cast(grading, Board.COMMISSION, choice, words, actor, choices.VOTE.name)


@performs(choices.VOTE_REVIEW)
def vote_review(grading: Grading, *, actor: User, choice: str, words: str = "") -> None:
    """A member of the review board says by name whether the result stands."""
    _cast(grading, Board.REVIEW, choice, words, actor, choices.VOTE_REVIEW.name)


def _quorate(grading: Grading, board: Board, code: str) -> Tally:
    tally = tally_of(grading, board)
    if not tally.quorate:
        least = -(-2 * tally.members // 3)
        raise WrongState(
            code, f"到会要有全体 {tally.members} 名委员的三分之二（{least} 人），现在 {tally.present} 人。"
        )
    return tally


@performs(choices.COUNT)
def count_grading(grading: Grading, *, actor: User, reason: str = "") -> None:
    """Two thirds were there; what more than half of all members agreed to goes on public notice."""
    tally = _quorate(grading, Board.COMMISSION, choices.COUNT.name)
    grading.members, grading.present, grading.in_favour = tally.members, tally.present, tally.in_favour
    grading.level = grading.proposed if tally.carried else 0
    grading.noticed_on = clock.today()


@performs(choices.APPEAL)
def appeal_grading(grading: Grading, *, actor: User, reason: str) -> None:
    """The organization does not agree."""
    _to_review(grading, choices.APPEAL.name)


@performs(choices.OBJECT)
def object_grading(grading: Grading, *, actor: User, reason: str) -> None:
    """Somebody objected during the notice."""
    _to_review(grading, choices.OBJECT.name)


def _to_review(grading: Grading, code: str) -> None:
    if grading.sitting > 1:
        raise WrongState(code, "复核只有一次，重新表决的结果不再复核。")
    grading.answer_by = clock.today() + dt.timedelta(days=ANSWER_DAYS)
    _tell_board(grading, Board.REVIEW, "请复核")


@performs(choices.UPHOLD)
def uphold_grading(grading: Grading, *, actor: User, reason: str) -> None:
    """The review board did not overturn it: the result stands from today on."""
    if _quorate(grading, Board.REVIEW, choices.UPHOLD.name).rejected:
        raise WrongState(choices.UPHOLD.name, "复核委员过半数不同意原来的结论，要撤销、重新表决。")
    _conclude(grading, actor)


@performs(choices.OVERTURN)
def overturn_grading(grading: Grading, *, actor: User, reason: str) -> None:
    """More than half of the review board disagreed: the commission votes anew."""
    if not _quorate(grading, Board.REVIEW, choices.OVERTURN.name).rejected:
        raise WrongState(choices.OVERTURN.name, "不同意的没有超过全体复核委员的半数，原来的结论维持。")
    grading.sitting += 1
    grading.level = grading.present = grading.in_favour = 0
    grading.noticed_on = grading.answer_by = None
    _tell_board(grading, Board.COMMISSION, "复核撤销了结论，请重新表决")


@performs(choices.CONFIRM)
def confirm_grading(grading: Grading, *, actor: User) -> None:
    """The notice is over and nobody objected."""
    _conclude(grading, actor)


def _conclude(grading: Grading, actor: User) -> None:
    """What was given stands in the register from today on. Where the registers say meanwhile that it may not be, it
    is not given: the notice does not heal a status that was lost."""
    if not grading.level:
        return
    if grading.organization.legal_status != grading.of.legal_status:
        record(actor, "organizations.grade_lapsed", grading.organization, grading=grading.number)
        return
    grant(
        grading.organization,
        scheme=grading.of,
        level=grading.level,
        granted_on=clock.today(),
        actor=actor,
        grading=grading,
    )
