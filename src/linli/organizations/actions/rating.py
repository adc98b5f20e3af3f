"""How alive organizations are by their verified activities: one at once, all of them every night."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from linli.areas.choices import Level
from linli.areas.models import Area
from linli.core.access.models import User
from linli.core.audit import record_all
from linli.core.audit.marks import keeping_marks
from linli.core.audit.models import Event
from linli.core.parameters import values_of
from linli.organizations.models import Organization
from linli.organizations.queries.dormant import RATING, ratings_to_change

RATED = "organizations.rated"
BATCH = 2000


def rate_organization(organization: Organization) -> None:
    """Its activity status by its verified activities, the moment one was verified."""
    values = values_of(RATING, organization.scope)
    _write(ratings_to_change(organization.scope, values, only=organization.pk))


def rate_all() -> int:
    """Every organization, each district by its parameters; returns how many changed. A second run changes nothing."""
    changed = 0
    for path in Area.objects.filter(level=Level.DISTRICT).values_list("path", flat=True):
        found = ratings_to_change(path, values_of(RATING, path))
        for start in range(0, len(found), BATCH):
            changed += _write(found[start : start + BATCH])
    return changed


@transaction.atomic
def _write(found: Collection[tuple[int, str]]) -> int:
    """A few statements whatever the number; locked in the order of their keys."""
    if not found:
        return 0
    ids = [pk for pk, _status in found]
    rows = {row.pk: row for row in Organization.objects.select_for_update().filter(pk__in=ids).order_by("pk").only(
        "pk", "uid", "scope", "activity_status"
    )}  # fmt: skip
    with keeping_marks(Organization, ids), connection.cursor() as cursor:
        cursor.execute(
            """UPDATE organizations_organization o SET activity_status = v.status
               FROM unnest(%s::bigint[], %s::text[]) AS v(id, status) WHERE o.id = v.id""",
            [ids, [status for _pk, status in found]],
        )
    kind, system = ContentType.objects.get_for_model(Organization), User.system()
    record_all(
        Event(
            actor=system,
            name=RATED,
            subject_type=kind,
            subject_id=pk,
            scope=rows[pk].scope,
            detail={"before": rows[pk].activity_status, "after": status},
        )
        for pk, status in found
        if pk in rows
    )
    return len(rows)
