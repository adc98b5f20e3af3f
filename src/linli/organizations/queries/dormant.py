"""What is read of dormant organizations, and how alive each is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from linli.core import clock
from linli.core.access.grants import Person, covered
from linli.core.workflow import visible
from linli.organizations.choices.dormant import DORMANCY
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.choices.states import ActivityStatus
from linli.organizations.models import Dormancy, Organization
from linli.organizations.queries.activities import moment
from linli.organizations.queries.register import HIDDEN, OUTLINES, READERS, own, reach_of

# Looked at: those that should be active.
RATED = (LegalStatus.FILED, LegalStatus.REGISTERING, LegalStatus.REGISTERED)
RATING = ("org.zombie.months", "org.zombie.filed_months", "org.zombie.active_min")


@visible(DORMANCY, reach=reach_of)
def dormancies_visible_to(user: Person) -> QuerySet[Dormancy]:
    """List twin of the rule organizations.view_dormancy."""
    return (
        Dormancy.objects.filter(own(user) | covered(user, READERS))
        .select_related("organization__area__parent", "owner", "merged_into")
        .defer(*(f"{one}__{name}" for one in ("organization", "merged_into") for name in HIDDEN))
        .defer(*(f"organization__{name}" for name in (*HIDDEN, *OUTLINES)))
    )


def months_ago(months: int) -> dt.date:
    """The day some months before today, or the last one of that month."""
    today = clock.today()
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    first = dt.date(year, month + 1, 1)
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return first.replace(day=min(today.day, last.day))


RATE = """
SELECT found.id, found.status FROM (
    SELECT o.id, o.activity_status AS before, CASE
        WHEN coalesce(o.filed_on, o.founded_on, (o.created_at AT TIME ZONE 'Asia/Shanghai')::date) > %(filed)s
            THEN 'unknown'
        WHEN coalesce(a.n, 0) >= %(active_min)s THEN 'active'
        WHEN coalesce(a.n, 0) > 0 THEN 'low'
        ELSE 'dormant' END AS status
    FROM organizations_organization o
    LEFT JOIN (
        SELECT organization_id, count(*) AS n FROM organizations_activity
        WHERE state = 'verified' AND starts_at >= %(since)s {one} GROUP BY organization_id
    ) a ON a.organization_id = o.id
    WHERE o.legal_status = ANY(%(rated)s) AND o.scope LIKE %(scope)s {this}
) found WHERE found.status <> found.before ORDER BY found.id
"""


def ratings_to_change(scope: str, values: Mapping[str, Any], *, only: int | None = None) -> list[tuple[int, str]]:
    """Organizations below a path whose activity status no longer fits their verified activities, and what fits."""
    given: dict[str, Any] = {
        "filed": months_ago(int(values["org.zombie.filed_months"])),
        "since": moment(months_ago(int(values["org.zombie.months"]))),
        "active_min": int(values["org.zombie.active_min"]),
        "rated": [status.value for status in RATED],
        "scope": scope + "%",
        "only": only,
    }
    narrow = {"one": "", "this": ""}
    if only is not None:
        narrow = {"one": "AND organization_id = %(only)s", "this": "AND o.id = %(only)s"}
    with connection.cursor() as cursor:
        cursor.execute(RATE.format(**narrow), given)
        return list(cursor.fetchall())


def to_be_noticed(scope: str, again_months: int) -> QuerySet[Organization]:
    """Dormant ones below a path without an open matter, and without one that ended a short time ago."""
    ended = Q(ended_at__gte=moment(months_ago(again_months)))
    held = Dormancy.objects.filter(~Q(state__in=DORMANCY.ends) | ended).values("organization")
    return (
        Organization.objects.filter(
            activity_status=ActivityStatus.DORMANT, legal_status__in=RATED, scope__startswith=scope
        )
        .exclude(pk__in=held)
        .order_by("pk")
    )
