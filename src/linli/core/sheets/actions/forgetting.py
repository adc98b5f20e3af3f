"""What has waited or been kept long enough goes: rows, former values, the file itself."""

from __future__ import annotations

from django.db import transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.files.queries import attachments_of
from linli.core.files.storing import delete
from linli.core.parameters import values_of
from linli.core.sheets.choices import BUSY, KEPT_DAYS, STAGED_DAYS, State
from linli.core.sheets.models import Import, ImportedRow, StagedRow
from linli.core.sheets.queries import stale


def forget(batch: Import, *, actor: User) -> None:
    """Remove the personal data of an import, in the caller's transaction; that it was, and what it counted, stays."""
    StagedRow.objects.filter(batch=batch).delete()
    ImportedRow.objects.filter(batch=batch).update(before=None)
    for kept in attachments_of(batch):
        kept.removed_at, kept.removed_by = clock.now(), actor
        kept.save(update_fields=["removed_at", "removed_by"])
        names = [name for name in (kept.stored_as, kept.thumbnail_as) if name]
        transaction.on_commit(lambda names=names: delete(names))  # type: ignore[misc]
    batch.forgotten_at = clock.now()
    batch.save(update_fields=["forgotten_at"])


def forget_old_imports() -> int:
    """Give up imports nobody applied and forget what old ones kept; how many. Safe to run at any time."""
    count = 0
    actor = User.system()
    waiting = Import.objects.filter(forgotten_at__isnull=True).exclude(state__in=BUSY)
    for pk in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            batch = (
                Import.objects.select_for_update(skip_locked=True).filter(pk=pk, forgotten_at__isnull=True).first()
            )
            if batch is None or not stale(batch, values_of([STAGED_DAYS, KEPT_DAYS], batch.scope)):
                continue
            if batch.state in (State.READY, State.FAILED):
                batch.state = State.CANCELLED
                batch.save(update_fields=["state"])
            forget(batch, actor=actor)
            record(actor, "sheets.forgotten", batch, scope=batch.scope)
            count += 1
    return count
