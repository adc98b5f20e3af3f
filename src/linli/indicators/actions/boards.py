"""Composing a board of one's own, sharing it inside the own area, throwing it away. Each leaves its event."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.figures.declare import listed
from linli.indicators.choices import MOST_BOARDS, MOST_FIGURES
from linli.indicators.models import Board
from linli.indicators.rules import paths_of

COMPOSED, CHANGED, REMOVED = "indicators.board_composed", "indicators.board_changed", "indicators.board_removed"
LONGEST = 40


@transaction.atomic
def compose_board(*, name: str, figures: Sequence[str], shared: bool, actor: User) -> Board:
    """A board of one's own. Shared, it is seen by all who hold a post inside the widest of the own areas."""
    paths = paths_of(actor)
    if not actor.has_perm("indicators.compose_board") or not paths:
        raise NotAllowed("indicators.compose_board", "组看板要有能看数的岗位。")
    User.objects.select_for_update().get(pk=actor.pk)  # one after the other, so that none comes past the limit
    if Board.objects.filter(owner=actor).count() >= MOST_BOARDS:
        raise WrongState("indicators.too_many", f"已经有 {MOST_BOARDS} 个看板。请先删掉不用的。")
    board = Board(owner=actor, name=_named(name), figures=_chosen(figures), shared=shared, scope=paths[0])
    _save(board)
    record(actor, COMPOSED, board, board=board.name, figures=board.figures, shared=shared)
    return board


@transaction.atomic
def change_board(board: Board, *, name: str, figures: Sequence[str], shared: bool, actor: User) -> Board:
    """Other figures, another name, shared or no longer."""
    board = Board.objects.select_for_update(of=("self",)).get(pk=board.pk)
    _ask(board, actor)
    board.name, board.figures, board.shared = _named(name), _chosen(figures), shared
    if shared:
        paths = paths_of(actor)
        if not paths:
            raise NotAllowed("indicators.compose_board", "分享看板要有能看数的岗位。")
        board.scope = paths[0]
    _save(board)
    record(actor, CHANGED, board, board=board.name, figures=board.figures, shared=shared)
    return board


@transaction.atomic
def remove_board(board: Board, *, actor: User) -> None:
    """Throw an own board away; whoever saw it shared sees it no longer."""
    _ask(board, actor)
    record(actor, REMOVED, board, board=board.name)
    board.delete()


def _ask(board: Board, actor: User) -> None:
    if not actor.has_perm("indicators.change_board", board):
        raise NotAllowed("indicators.change_board", "看板只能由组它的人改。可以照着另组一个自己的。")


def _named(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not name:
        raise BadInput("indicators.name", "给看板起个名字。", fields={"name": "请填名字。"})
    if len(name) > LONGEST:
        raise BadInput("indicators.name", f"名字最多 {LONGEST} 个字。", fields={"name": f"名字最多 {LONGEST} 个字。"})
    return name


def _chosen(figures: Sequence[str]) -> list[str]:
    """In the order given, each once. BadInput for none, too many or unknown ones."""
    known = {figure.id for figure in listed()}
    chosen = list(dict.fromkeys(figures))
    if not chosen:
        raise BadInput("indicators.figures", "请至少选一个指标。", fields={"figures": "请至少选一个指标。"})
    if len(chosen) > MOST_FIGURES:
        text = f"一个看板最多 {MOST_FIGURES} 个指标。"
        raise BadInput("indicators.figures", text, fields={"figures": text})
    if set(chosen) - known:
        raise BadInput("indicators.figures", "选的指标里有不认识的。", fields={"figures": "请从列出的里面选。"})
    return chosen


def _save(board: Board) -> None:
    try:
        with transaction.atomic():
            board.save()
    except IntegrityError:
        text = f"你已经有一个叫“{board.name}”的看板。"
        raise BadInput("indicators.name_taken", text, fields={"name": text}) from None
