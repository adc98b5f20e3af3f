"""What becomes of duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput
from linli.core.sheets.actions.beginning import locked
from linli.core.sheets.choices import Choice, RowState, State
from linli.core.sheets.models import Import, StagedRow


@transaction.atomic
def decide(
    batch: Import, choice: str, *, numbers: Iterable[int] | None = None, fields: Sequence[str] = (), actor: User
) -> int:
    """Settle duplicates, those of some rows or all; how many. `fields` are the columns of PICK.

    Rows that may not be taken as new stay as they are when NEW is asked for all; for one of them it is refused.
    """
    row = locked(batch, actor, State.READY)
    if choice not in Choice.values:
        raise BadInput("sheets.choice", "没有这种办法。请从列出的里面选。", fields={"choice": "请选一种办法。"})
    wanted = [column.name for column in row.sheet.own if column.name in set(fields)]
    if choice == Choice.PICK and not wanted:
        raise BadInput("sheets.fields", "请至少选一项要更新的内容。", fields={"fields": "请至少选一项。"})
    rows = StagedRow.objects.filter(batch=row, state=RowState.DUPLICATE)
    if numbers is not None:
        rows = rows.filter(number__in=list(numbers))
    if choice == Choice.NEW:
        if numbers is not None and rows.filter(may_new=False).exists():
            raise BadInput("sheets.not_new", "这一行和名册里的是同一条（编号、代码或名称相同），不能作为新的记入。")
        rows = rows.filter(may_new=True)
    count = rows.update(decision=choice, fields=wanted if choice == Choice.PICK else None)
    record(actor, "sheets.decide", row, choice=choice, rows=count)
    return count
