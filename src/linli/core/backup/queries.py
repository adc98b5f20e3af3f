"""When the last good backup was, and whether that is too long ago."""

from __future__ import annotations

import datetime as dt

from linli.core import clock
from linli.core.backup.choices import Outcome
from linli.core.backup.models import Backup


def last_good() -> Backup | None:
    """The newest backup that succeeded."""
    return Backup.objects.filter(outcome=Outcome.GOOD).order_by("-at", "-pk").first()


def age() -> dt.timedelta | None:
    """How long ago that was; None when there never was one."""
    found = last_good()
    return clock.now() - found.at if found else None
