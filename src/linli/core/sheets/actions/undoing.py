"""Undoing an import: from the last row to the first, one transaction a slice."""

from __future__ import annotations

from django.db import transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import WrongState
from linli.core.jobs import defer
from linli.core.notices import notify
from linli.core.sheets.actions.beginning import UNDO, lock_of, locked, move
from linli.core.sheets.choices import Outcome, State
from linli.core.sheets.landing import count_outcomes
from linli.core.sheets.models import Import
from linli.core.sheets.slices import Slice
from linli.core.sheets.staging import IMPORTED, run
from linli.core.sheets.undoing import obstacles, take_back

SLICE = 4_000
LAST = 2**62


@transaction.atomic
def undo_import(batch: Import, *, partly: bool = False, actor: User) -> Import:
    """Ask for an applied import to be taken back. WrongState names what is in the way, unless `partly` leaves it."""
    row = locked(batch, actor, State.APPLIED)
    if row.forgotten_at is not None:
        raise WrongState("sheets.forgotten", "撤销所需的原值已按保存期限删去，不能再撤销。要改请走变更。")
    count, first = obstacles(row)
    if count and not partly:
        named = "；".join(f"{row.place_of(number)}“{label}”{why}" for number, label, _, why in first[:3])
        raise WrongState("sheets.depended_on", f"有 {count:,} 条导入以后有了变化，没有撤销：{named}")
    move(row, State.UNDOING, decided_by=actor, cursor=LAST, share=0)
    record(actor, "sheets.undo_import", row, kept=count)
    defer(UNDO, lock=lock_of(row), batch_id=row.pk)
    return row


def continue_undo(batch_id: int) -> bool:
    """Take the next slice back; False when there is nothing left to do. See `continue_import`."""
    with transaction.atomic():
        batch = Import.objects.select_for_update().filter(pk=batch_id, state=State.UNDOING).first()
        if batch is None:
            return False
        assert batch.decided_by is not None
        run("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"sheets {batch.slug}"])
        ((low, high),) = run(
            f"""SELECT min(number), max(number) FROM (SELECT number FROM {IMPORTED}
                WHERE batch_id = %s AND run = %s AND number < %s ORDER BY number DESC LIMIT %s) t""",
            [batch.pk, batch.run, batch.cursor, SLICE],
        )
        if low is None:
            _finish(batch)
            return False
        take_back(Slice(batch, low - 1, high, batch.decided_by))
        batch.cursor = low
        total = max(1, sum(batch.counts.get(outcome, 0) for outcome in Outcome.values))
        ((left,),) = run(
            f"SELECT count(*) FROM {IMPORTED} WHERE batch_id = %s AND run = %s AND number < %s",
            [batch.pk, batch.run, low],
        )
        batch.share = max(0, min(99, 100 - 100 * left // total))
        batch.save(update_fields=["cursor", "share"])
        return True


def _finish(batch: Import) -> None:
    ended = count_outcomes(batch, 0, LAST)
    batch.counts = {key: value for key, value in batch.counts.items() if key not in Outcome.values} | ended
    move(batch, State.UNDONE, share=100, undone_at=clock.now(), counts=batch.counts, cursor=0)
    assert batch.decided_by is not None
    counts = {outcome: ended.get(outcome, 0) for outcome in (Outcome.UNDONE, Outcome.KEPT)}
    event = record(batch.decided_by, "sheets.undone", batch, counts=counts)
    notify(
        batch.decided_by,
        kind="case.import",
        title=f"{batch.sheet.label}：导入已撤销",
        body=f"撤回 {counts[Outcome.UNDONE]:,} 行，保留 {counts[Outcome.KEPT]:,} 行。",
        url=batch.get_absolute_url(),
        event=event,
    )
