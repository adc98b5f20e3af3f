"""What this floor holds about people: the boards they composed."""

from __future__ import annotations

from linli.core.access.models import User
from linli.core.privacy.declare import Holding, Item, declare_holdings
from linli.core.privacy.holdings.purposes import SIGN_UP
from linli.indicators.models import Board


def _erase(board: Board, *, actor: User) -> None:
    board.delete()


declare_holdings(
    Holding(
        "boards",
        "看板",
        "indicators.Board",
        SIGN_UP,
        lambda subject: Board.objects.filter(owner=subject.key),
        (Item("name", "名字"), Item("figures", "指标"), Item("shared", "已分享"), Item("created_at", "建立时间")),
        unit="个",
        erase=_erase,
    )
)
