"""What a page of grading tells to whom: sheets and named votes are for the office and the boards alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template

from linli.core.access.grants import Person
from linli.organizations.choices.grading import Board
from linli.organizations.choices.grading_case import GradingState
from linli.organizations.models import BoardMember, Grading, GradingRound, GradingSheet, GradingVote
from linli.organizations.queries.grading import people_in, sheets_of, sheets_visible_to, tally_of, votes_of
from linli.organizations.rules.eligibility import Tally

register = template.Library()


@dataclass(frozen=True)
class Told:
    """What this reader may know of the evaluation of one organization."""

    drawn: list[GradingSheet]  # who evaluates, without the marks
    sheets: list[GradingSheet]  # with them
    votes: list[GradingVote]
    reviews: list[GradingVote]
    tally: Tally | None  # of the ballot that is going on


@register.simple_tag
def grading_told(case: Grading, user: Person) -> Told:
    """The office sees who was drawn; marks only when all are in, votes by name only when they are counted."""
    inside = user.has_perm("organizations.view_sheets", case)
    sheets = list(sheets_visible_to(user).filter(grading=case).order_by("place")) if case.sheets_open else []
    board = Board.REVIEW if case.state == GradingState.REVIEW else Board.COMMISSION
    running = case.state in (GradingState.BALLOT, GradingState.REVIEW)
    reviewed = case.state == GradingState.CONCLUDED or case.sitting > 1
    return Told(
        sheets_of(case) if inside and case.seed is not None else [],
        sheets if inside else [],
        votes_of(case, Board.COMMISSION) if inside and case.counted else [],
        votes_of(case, Board.REVIEW, 1) if inside and reviewed else [],
        tally_of(case, board) if running else None,
    )


@register.simple_tag
def seats_of(case: GradingRound, board: str) -> list[BoardMember]:
    """Who sits on a board of a round."""
    return list(case.seats.filter(board=board).select_related("user").order_by("pk"))


@register.filter
def names(accounts: str) -> str:
    """Who is meant by the accounts of a board."""
    return "、".join(map(str, people_in(accounts)))


@register.filter
def marks_beside(grading: Grading) -> list[tuple[str, int, Any]]:
    """Indicator, weight and what the organization gives itself."""
    own = grading.marks
    return [(label, weight, own[label]) for label, weight in grading.round.weights]
