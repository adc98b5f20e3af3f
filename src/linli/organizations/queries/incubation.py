"""What is read of incubation: the stays, the incubators and how full they are."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from linli.actors.choices import Role
from linli.areas.models import Area
from linli.core.access.grants import Person, covered, grants_of
from linli.core.workflow import visible
from linli.organizations.choices.incubation import INCUBATION, STAYING, IncubationState
from linli.organizations.models import Incubation, Incubator
from linli.organizations.queries.register import HIDDEN, OUTLINES, READERS, own

INCUBATION_READERS = (*READERS, Role.FEDERATION_SECRETARY)


def incubation_reach(user: Person) -> tuple[str, ...]:
    """The paths below which a person's posts show every stay that is no draft."""
    return tuple({grant.scope for grant in grants_of(user) if grant.role in INCUBATION_READERS})


@visible(INCUBATION, reach=incubation_reach)
def incubations_visible_to(user: Person) -> QuerySet[Incubation]:
    """List twin of the rule organizations.view_incubation."""
    posted = covered(user, INCUBATION_READERS) & ~Q(state=IncubationState.DRAFT)
    return (
        Incubation.objects.filter(own(user) | posted)
        .select_related("organization__area__parent", "incubator", "owner")
        .defer(*(f"organization__{name}" for name in (*HIDDEN, *OUTLINES)))
    )


def incubators_visible_to(user: Person) -> QuerySet[Incubator]:
    """List twin of the rule organizations.view_incubators; each with how many stay there."""
    return (
        Incubator.objects.filter(covered(user, INCUBATION_READERS))
        .select_related("area__parent")
        .defer("area__boundary", "area__parent__boundary")
        .annotate(staying=Count("incubations", filter=Q(incubations__state__in=STAYING)))
    )


def incubators_for(area: Area | None) -> QuerySet[Incubator]:
    """The open incubators an organization of this community may apply to: of its street, or below, or above."""
    if area is None:
        return Incubator.objects.none()
    steps = area.path.split("/")[:-1]
    above = ["/".join(steps[:n]) + "/" for n in range(1, len(steps) + 1)]
    street = "/".join(steps[:-1]) + "/"
    return Incubator.objects.filter(
        Q(scope__in=above) | Q(scope__startswith=street), closed_on__isnull=True
    ).order_by("name", "pk")


def staying_in(incubator: Incubator) -> int:
    """How many stay there now."""
    return Incubation.objects.filter(incubator=incubator, state__in=STAYING).count()
