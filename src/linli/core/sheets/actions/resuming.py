"""Going on with imports that stand still in the middle, because their job has given up for good."""

from __future__ import annotations

import structlog
from django.db import transaction

from linli.core.jobs import defer
from linli.core.jobs.queries import left_alone
from linli.core.sheets.actions.beginning import APPLY, READ, UNDO, lock_of
from linli.core.sheets.choices import State
from linli.core.sheets.models import Import

log = structlog.get_logger(__name__)
JOBS = {State.READING: READ, State.APPLYING: APPLY, State.UNDOING: UNDO}


@transaction.atomic
def resume_left_imports() -> int:
    """Ask again for the jobs of imports whose own will not run any more; how many.

    Half an import is nobody's wish, and each of the three goes on from where it stands: once what stopped it is over
    (a database that was away for hours, a fault that a newer Linli mends) it comes to its end by itself.
    """
    count = 0
    for state, job in JOBS.items():
        waiting = left_alone(Import.objects.filter(state=state), job, "batch_id").order_by("pk")
        for batch in waiting.select_for_update(of=("self",), skip_locked=True):
            defer(job, lock=lock_of(batch), batch_id=batch.pk)
            log.error("import_left_alone", batch=batch.pk, state=state)
            count += 1
    return count
