"""Reading, applying and undoing in the background. Each looks at the import as it is, so running again is safe."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from linli.core.sheets import actions
from linli.core.sheets.rejected import sweep

log = structlog.get_logger(__name__)


@app.task(name="core.read_import")
def read_import(batch_id: int) -> None:
    """Check the rows of an uploaded workbook."""
    actions.read_import(batch_id)


@app.task(name="core.apply_import")
def apply_import(batch_id: int) -> None:
    """Put the rows into the register, slice by slice."""
    while actions.continue_import(batch_id):
        pass


@app.task(name="core.undo_import")
def undo_import(batch_id: int) -> None:
    """Take an import back, slice by slice."""
    while actions.continue_undo(batch_id):
        pass


@app.periodic(cron="41 * * * *")
@app.task(name="core.resume_left_imports", queueing_lock="core.resume_left_imports")
def resume_left_imports(timestamp: int) -> None:
    """Once an hour: what stopped in the middle and has no job any more gets a new one."""
    actions.resume_left_imports()


@app.periodic(cron="7 18 * * *")
@app.task(name="core.forget_imports", queueing_lock="core.forget_imports")
def forget_imports(timestamp: int) -> None:
    """Once a night (02:07 in Shanghai)."""
    if count := actions.forget_old_imports():
        log.info("imports_forgotten", count=count)
    if count := sweep():
        log.info("folders_swept", count=count)
