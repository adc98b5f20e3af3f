"""What is read of the ends of registered organizations."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from linli.core.access.grants import Person, covered
from linli.core.workflow import visible
from linli.organizations.choices.annual import ReportState
from linli.organizations.choices.deregistration import DEREGISTRATION, DeregistrationState
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.choices.states import RegisteredLevel
from linli.organizations.models import AnnualReport, Deregistration, Organization
from linli.organizations.queries.register import HIDDEN, OUTLINES, READERS, own, reach_of


@visible(DEREGISTRATION, reach=reach_of)
def deregistrations_visible_to(user: Person) -> QuerySet[Deregistration]:
    """List twin of the rule organizations.view_deregistration: a draft is its applicant's alone."""
    posted = covered(user, READERS) & ~Q(state=DeregistrationState.DRAFT)
    return (
        Deregistration.objects.filter(own(user) | posted)
        .select_related("organization__area__parent", "owner", "merged_into")
        .defer(*(f"{one}__{name}" for one in ("organization", "merged_into") for name in HIDDEN))
        .defer(*(f"organization__{name}" for name in OUTLINES))
    )


def registered_here(organization: Organization) -> bool:
    """Whether the district is the registering authority; what a city or the province registered ends there."""
    return organization.registered_level in ("", RegisteredLevel.DISTRICT)


def takers(organization: Organization) -> QuerySet[Organization]:
    """The registered organizations that may take up another one: of the same district."""
    district = "/".join(organization.scope.rstrip("/").split("/")[:-2]) + "/"
    return Organization.objects.filter(legal_status=LegalStatus.REGISTERED, scope__startswith=district).exclude(
        pk=organization.pk
    )


def taker_by_code(organization: Organization, code: str) -> Organization | None:
    """The taker that bears a unified social credit code."""
    return takers(organization).filter(uscc=code).first() if code else None


def unsettled_reports(organization: Organization) -> QuerySet[AnnualReport]:
    """Annual reports that nobody will write any more once the organization is struck off."""
    owed = (ReportState.DUE, ReportState.MEND, ReportState.MISSED)
    return AnnualReport.objects.filter(organization=organization, state__in=owed).order_by("year")
