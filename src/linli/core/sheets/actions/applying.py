"""Applying an import: one transaction a slice, moved on by the import's cursor."""

from __future__ import annotations

from django.db import transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import WrongState
from linli.core.jobs import defer
from linli.core.notices import notify
from linli.core.sheets.actions.beginning import APPLY, lock_of, locked, move
from linli.core.sheets.choices import Outcome, RowState, State
from linli.core.sheets.landing import count_outcomes, land, reserve_numbers
from linli.core.sheets.models import Import, StagedRow
from linli.core.sheets.slices import Slice
from linli.core.sheets.staging import STAGED, run

SLICE = 4_000
CREATED, UPDATED, SKIPPED, REFUSED = Outcome.CREATED, Outcome.UPDATED, Outcome.SKIPPED, Outcome.REFUSED


@transaction.atomic
def apply_import(batch: Import, *, actor: User) -> Import:
    """Ask for the rows to be put into the register: good ones, duplicates as decided. WrongState the second time."""
    row = locked(batch, actor, State.READY)
    if not StagedRow.objects.filter(batch=row).exclude(state=RowState.WRONG).exists():
        raise WrongState("sheets.nothing", "没有可以导入的行。请按退回原因改好后重新上传。")
    counts = {key: row.counts.get(key, 0) for key in ("read", *RowState.values)}
    move(row, State.APPLYING, decided_by=actor, run=row.run + 1, cursor=0, share=0, counts=counts, undone_at=None)
    record(actor, "sheets.apply_import", row, counts=counts)
    defer(APPLY, lock=lock_of(row), batch_id=row.pk)
    return row


def continue_import(batch_id: int) -> bool:
    """Put the next slice into the register; False when there is nothing left to do.

    The lock on the import lets one worker at a time pass, and its cursor moves in the same transaction as the
    records: whatever kills this, a row has landed with its trace or it has not.
    """
    with transaction.atomic():
        batch = Import.objects.select_for_update().filter(pk=batch_id, state=State.APPLYING).first()
        if batch is None:
            return False
        assert batch.decided_by is not None
        # Imports of one register go slice by slice, so that two cannot lock each other's records crosswise.
        run("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"sheets {batch.slug}"])
        if batch.cursor == 0:
            reserve_numbers(batch)
        ((high, _),) = run(
            f"""SELECT max(number), count(*) FROM (SELECT number FROM {STAGED}
                WHERE batch_id = %s AND number > %s ORDER BY number LIMIT %s) t""",
            [batch.pk, batch.cursor, SLICE],
        )
        if high is None:
            _finish(batch)
            return False
        land(Slice(batch, batch.cursor, high, batch.decided_by))
        # What has landed waits no longer. A million rows deleted at the end would hold the register for minutes.
        _clear(batch, high)
        for outcome, count in count_outcomes(batch, batch.cursor, high).items():
            batch.counts[outcome] = batch.counts.get(outcome, 0) + count
        done = sum(batch.counts.get(outcome, 0) for outcome in Outcome.values)
        total = max(1, batch.counts.get("read", 0) - batch.counts.get("wrong", 0))
        batch.share = min(99, 100 * done // total)
        batch.cursor = high
        batch.save(update_fields=["cursor", "counts", "share"])
        return True


def _clear(batch: Import, high: int) -> None:
    """Rows of this slice go; those with errors stay for whoever mends them, without values."""
    run(
        f"DELETE FROM {STAGED} WHERE batch_id = %s AND number > %s AND number <= %s AND state <> 'wrong'",
        [batch.pk, batch.cursor, high],
    )


def _finish(batch: Import) -> None:
    # What the version before has landed and left.
    run(f"DELETE FROM {STAGED} WHERE batch_id = %s AND state <> 'wrong'", [batch.pk])
    move(batch, State.APPLIED, share=100, applied_at=clock.now())
    assert batch.decided_by is not None
    counts = {outcome: batch.counts.get(outcome, 0) for outcome in (CREATED, UPDATED, SKIPPED, REFUSED)}
    event = record(batch.decided_by, "sheets.applied", batch, counts=counts)
    notify(
        batch.decided_by,
        kind="case.import",
        title=f"{batch.sheet.label}：导入完成",
        body=f"新记入 {counts[CREATED]:,} {batch.sheet.unit}，更新 {counts[UPDATED]:,} {batch.sheet.unit}，"
        f"跳过 {counts[SKIPPED]:,} 行，没有导入 {counts[REFUSED] + batch.counts.get('wrong', 0):,} 行。",
        url=batch.get_absolute_url(),
        event=event,
    )
