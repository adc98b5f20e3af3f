"""The backup of every night, and a look every hour at whether there was one."""

from __future__ import annotations

import subprocess
import sys

import structlog
from django.conf import settings
from procrastinate.contrib.django import app

from linli.core.access.models import User
from linli.core.backup.actions import warn_when_overdue

log = structlog.get_logger(__name__)


@app.periodic(cron="7 18 * * *")
@app.task(name="core.nightly_backup", queueing_lock="core.nightly_backup", lock="core.backup")
def nightly_backup(timestamp: int) -> None:
    """Once a night (02:07 in Shanghai), where LINLI_BACKUP_KEYS names who may open it; else a timer does it."""
    if not settings.LINLI_BACKUP_KEYS:
        return
    # A process of its own: it takes its memory with it, and may take long.
    done = subprocess.run(
        [sys.executable, "-m", "linli", "backup"], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode:
        log.error("backup_failed", code=done.returncode)  # why is in its row


@app.periodic(cron="37 * * * *")
@app.task(name="core.watch_backups", queueing_lock="core.watch_backups")
def watch_backups(timestamp: int) -> None:
    """Tell the administrators when the last good backup is too old. A demo has nothing to lose."""
    if not settings.DEMO:
        warn_when_overdue(actor=User.system())
