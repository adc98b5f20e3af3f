"""How often a caller may call, counted in PostgreSQL so that all processes count together."""

from __future__ import annotations

import time
from dataclasses import dataclass

from axes.helpers import get_client_ip_address
from django.db import connection
from django.http import HttpRequest

from linli.core.api.callers import Caller
from linli.core.api.choices import PER_ADDRESS, PER_TOKEN
from linli.core.api.problems import Problem
from linli.core.parameters import values_of
from linli.core.privacy import keyed_hash

WINDOW = 60  # seconds

_COUNT = """
INSERT INTO core_ratewindow AS held (key, started, used)
SELECT key, %s, 1 FROM unnest(%s::text[]) AS key
ON CONFLICT (key) DO UPDATE SET
    used = CASE WHEN held.started = excluded.started THEN held.used + 1 ELSE 1 END, started = excluded.started
RETURNING key, used
"""


@dataclass(frozen=True)
class Allowance:
    """What is left of the tighter limit."""

    most: int
    left: int
    seconds: int  # until the minute ends

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers names them."""
        return {
            "RateLimit-Limit": str(self.most),
            "RateLimit-Remaining": str(max(self.left, 0)),
            "RateLimit-Reset": str(self.seconds),
        }


def count(request: HttpRequest, caller: Caller | None) -> Allowance:
    """Count this call for the caller and for the address; what is left of the tighter one."""
    minute, past = divmod(int(time.time()), WINDOW)
    # An address is a trace of a person: hashed, and gone with the nightly sweep.
    address = "address:" + keyed_hash(get_client_ip_address(request) or "", "address")[:40]
    # Sorted: two calls at once lock the rows in the same order.
    keys = sorted([address, caller.key] if caller else [address])
    most = values_of([PER_TOKEN, PER_ADDRESS], caller.scope if caller else "")
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [minute, keys])
        used = dict(cursor.fetchall())
    limits = [(most[PER_ADDRESS] if key == address else most[PER_TOKEN], used[key]) for key in keys]
    limit, spent = min(limits, key=lambda pair: pair[0] - pair[1])
    return Allowance(limit, limit - spent, WINDOW - past)


def check(allowance: Allowance) -> None:
    """Raise the Problem of too many calls."""
    if allowance.left < 0:
        raise Problem(
            429,
            detail=f"这一分钟已经调用了 {allowance.most} 次。请 {allowance.seconds} 秒后再发。",
            headers={"Retry-After": str(allowance.seconds)},
        )
