"""Boards and checks as they are read."""

from __future__ import annotations

from django.db.models import Max, Q, QuerySet

from linli.core.access.grants import Person
from linli.core.access.models import User
from linli.core.figures.declare import FACTS, REGISTRY, Figure, Ratio
from linli.indicators.models import Board, Check
from linli.indicators.rules import shared_with


def boards_visible_to(user: Person) -> QuerySet[Board]:
    """List twin of the rule indicators.view_board: the own ones, and what colleagues share where one is posted."""
    if not isinstance(user, User) or not user.has_perm("indicators.view_figures"):
        return Board.objects.none()
    return Board.objects.filter(Q(owner=user.pk) | shared_with(user)).select_related("owner")


def boards_for(user: Person) -> list[Board]:
    """The same, the own ones first."""
    return sorted(boards_visible_to(user), key=lambda board: (board.owner_id != user.pk, board.name, board.pk))


def figures_on(board: Board) -> list[Figure | Ratio]:
    """The figures of a board in its order; one that is declared no longer is left out."""
    return [REGISTRY[id] for id in board.figures if id in REGISTRY]


def latest_checks() -> list[Check]:
    """The last check of each table of facts, as declared."""
    newest = Check.objects.values("facts").annotate(last=Max("pk")).values_list("last", flat=True)
    found = {check.facts: check for check in Check.objects.filter(pk__in=list(newest))}
    return [found[slug] for slug in FACTS if slug in found]


def checks_with_drift() -> QuerySet[Check]:
    """What was wrong, the latest first."""
    return Check.objects.filter(drifted__gt=0).order_by("-pk")
