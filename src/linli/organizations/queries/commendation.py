"""What is read of lists of commendation: the cases, and what was published."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from linli.areas.models import Area
from linli.core.access.grants import Person, covered
from linli.core.access.models import User
from linli.core.workflow import visible
from linli.organizations.choices.commendation import COMMENDATION, COMMENDATION_READERS, CommendationState
from linli.organizations.choices.states import CreditStatus
from linli.organizations.models import Commendation, Commended, Standing
from linli.organizations.queries.ranking import ORDER, kinds_in, standings_in
from linli.organizations.queries.register import HIDDEN, OUTLINES


@visible(COMMENDATION)
def commendations_visible_to(user: Person) -> QuerySet[Commendation]:
    """List twin of the rule organizations.view_commendation: a draft is its writer's alone."""
    own = Q(owner=user.pk) if isinstance(user, User) and user.pk else Q(pk__in=())
    sent = covered(user, COMMENDATION_READERS) & ~Q(state=CommendationState.DRAFT)
    return Commendation.objects.filter(own | sent).select_related("area", "owner").defer("area__boundary")


def published() -> QuerySet[Commendation]:
    """What everybody may read, the latest year first."""
    return (
        Commendation.objects.filter(state=CommendationState.PUBLISHED)
        .select_related("area")
        .defer("area__boundary")
        .order_by("-year", "-pk")
    )


def rows_of(commendation: Commendation) -> QuerySet[Commended]:
    """The organizations of a list, by kind and place, struck ones among them."""
    hidden = (f"organization__{name}" for name in (*HIDDEN, *OUTLINES))
    return (
        Commended.objects.filter(commendation=commendation)
        .select_related("organization__area__parent")
        .defer(*hidden)
        .order_by("kind", "place", "pk")
    )


def praised_in(commendation: Commendation) -> list[Commended]:
    """Those that were commended, or are proposed."""
    return [row for row in rows_of(commendation) if row.kept]


def candidates(area: Area, each: int) -> list[Standing]:
    """The first of each kind by today's ranking. Nobody who is on a list of credit today, or has no score at all."""
    found: list[Standing] = []
    for kind, _label in kinds_in(area):
        rows = standings_in(area, kind).filter(total__gt=0, organization__credit_status=CreditStatus.NORMAL)
        found += rows.order_by(*ORDER)[:each]
    return found
