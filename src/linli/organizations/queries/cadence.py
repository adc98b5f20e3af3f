"""What is read of the regular times of federations."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from linli.core import clock
from linli.core.access.grants import Person, covered
from linli.core.workflow import visible
from linli.organizations.choices.cadence import OCCASION, OccasionState
from linli.organizations.choices.federation import FEDERATION_READERS
from linli.organizations.models import Federation, Occasion
from linli.organizations.queries.federation import OF_FEDERATION


@visible(OCCASION)
def occasions_visible_to(user: Person) -> QuerySet[Occasion]:
    """List twin of the rule organizations.view_occasion."""
    return (
        Occasion.objects.filter(covered(user, FEDERATION_READERS))
        .select_related("federation__area")
        .defer(*OF_FEDERATION, "federation__area__boundary")
    )


@dataclass(frozen=True)
class Kept:
    """Items done on time, and items due (rulebook §12, cadence_ok). What the street waived is in neither."""

    in_time: int
    due: int

    @property
    def percent(self) -> str:
        """One decimal; a dash where nothing was due."""
        return f"{100 * self.in_time / self.due:.1f}" if self.due else "—"


def kept_on_time(rows: QuerySet[Occasion], since: dt.date, until: dt.date) -> Kept:
    """Of the items due in a period: those due by today or done already count; those done by their day are kept."""
    ripe = Q(due_on__lte=clock.today()) | Q(state=OccasionState.DONE)
    found = rows.filter(ripe, due_on__gte=since, due_on__lte=until).exclude(state=OccasionState.WAIVED)
    counts = found.aggregate(
        due=Count("pk"), in_time=Count("pk", filter=Q(state=OccasionState.DONE, done_on__lte=F("due_on")))
    )
    return Kept(counts["in_time"], counts["due"])


def occasions_of_year(federation: Federation, year: int) -> list[Occasion]:
    """What is due in a year, in the order of the days."""
    rows = Occasion.objects.filter(federation=federation, due_on__year=year).select_related("federation")
    return list(rows.order_by("due_on", "kind", "pk"))
