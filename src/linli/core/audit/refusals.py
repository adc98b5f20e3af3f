"""Actions that were asked for and refused leave a trace, too (rulebook §11.3: time, user, type, success)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.models import Event

REFUSED = "access.refused"
ONCE_IN = dt.timedelta(minutes=1)


def record_refusal(user: Any, code: str, *, method: str, path: str) -> None:
    """Write down that somebody signed in was refused; the same press again within a minute is the same event.

    Call it outside the refused action's transaction, which is rolled back. Of the address only the path is kept: what
    was searched for may be a person.
    """
    if not isinstance(user, User):
        return
    lately = Event.objects.filter(actor=user, name=REFUSED, at__gt=clock.now() - ONCE_IN, detail__path=path[:200])
    if not lately.exists():
        record(user, REFUSED, None, code=code, method=method, path=path[:200])
