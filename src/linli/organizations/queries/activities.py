"""What is read of activities: the cases, the public calendar, and whether a year is closed."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from linli.actors.choices import Role
from linli.core.access.grants import Person, covered, grants_of
from linli.core.workflow import visible
from linli.organizations.choices.activities import ACTIVITY, ANNOUNCED, ActivityState
from linli.organizations.choices.filing import LIVING
from linli.organizations.models import Activity, ClosedYear, Organization
from linli.organizations.queries.register import HIDDEN, OUTLINES, READERS, own

ACTIVITY_READERS = (*READERS, Role.FEDERATION_SECRETARY)


def activity_reach(user: Person) -> tuple[str, ...]:
    """The paths below which a person's posts show every activity that is no draft."""
    return tuple({grant.scope for grant in grants_of(user) if grant.role in ACTIVITY_READERS})


def _told(rows: QuerySet[Activity]) -> QuerySet[Activity]:
    return rows.select_related("organization__area__parent", "owner").defer(
        *(f"organization__{name}" for name in (*HIDDEN, *OUTLINES))
    )


@visible(ACTIVITY, reach=activity_reach)
def activities_visible_to(user: Person) -> QuerySet[Activity]:
    """List twin of the rule organizations.view_activity."""
    posted = covered(user, ACTIVITY_READERS) & ~Q(state=ActivityState.DRAFT)
    return _told(Activity.objects.filter(own(user) | posted))


def public_activities(*, scope: str = "", organization: Organization | None = None) -> QuerySet[Activity]:
    """What every visitor may read: announced, open to all, of living organizations; below a path or of one alone."""
    rows = Activity.objects.filter(state__in=ANNOUNCED, open_to_all=True, organization__legal_status__in=LIVING)
    if scope:
        rows = rows.filter(scope__startswith=scope)
    if organization is not None:
        rows = rows.filter(organization=organization)
    return _told(rows)


def announced_activity(uid: str, code: str = "") -> Activity | None:
    """An activity's own page: open ones for everybody, the others for who brings the code that is shown on site."""
    found = _told(Activity.objects.filter(uid=uid, state__in=ANNOUNCED)).first()
    return found if found is not None and (found.open_to_all or found.code == code.strip().upper()) else None


def moment(day: dt.date) -> dt.datetime:
    """The first moment of a day in Asia/Shanghai."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def activities_by_day(rows: QuerySet[Activity], first: dt.date, after: dt.date) -> Counter[dt.date]:
    """How many begin on each day from the first to before the last."""
    counted = (
        rows.filter(starts_at__gte=moment(first), starts_at__lt=moment(after))
        .order_by()
        .values_list(TruncDate("starts_at"))
        .annotate(n=Count("pk"))
    )
    return Counter(dict(counted))


def closed_years(scope: str) -> QuerySet[ClosedYear]:
    """The years that are closed for an area, there or above."""
    steps = scope.split("/")[:-1]
    return ClosedYear.objects.filter(scope__in=["/".join(steps[:n]) + "/" for n in range(1, len(steps) + 1)])


def is_closed(scope: str, day: dt.date) -> bool:
    """Whether the records of a day's year are closed for an area."""
    return closed_years(scope).filter(year=day.year).exists()


def verified_since(organization: Organization, since: dt.date) -> int:
    """How many verified activities began since a day: persons were there, and somebody else says so."""
    return Activity.objects.filter(
        organization=organization, state=ActivityState.VERIFIED, starts_at__gte=moment(since)
    ).count()
