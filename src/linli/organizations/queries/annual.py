"""What is read of annual reports: the cases, and which organizations still owe one."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet

from linli.core.access.grants import Person, covered
from linli.core.workflow import visible
from linli.organizations.choices.activities import ActivityState
from linli.organizations.choices.annual import ANNUAL, DUE, FORWARDED_BY, LEFT_OUT_MONTHS, ReportState
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.choices.states import LegalType, RegisteredLevel
from linli.organizations.models import Activity, AnnualReport, Organization
from linli.organizations.queries.activities import moment
from linli.organizations.queries.register import HIDDEN, OUTLINES, READERS, own, reach_of


@visible(ANNUAL, reach=reach_of)
def annual_reports_visible_to(user: Person) -> QuerySet[AnnualReport]:
    """List twin of the rule organizations.view_annualreport. Officers see what is owed before it is written."""
    posted = covered(user, READERS) & ~Q(state=ReportState.CALLED)
    return (
        AnnualReport.objects.filter(own(user) | posted)
        .select_related("organization__area__parent", "owner")
        .defer(*(f"organization__{name}" for name in (*HIDDEN, *OUTLINES)))
    )


def due_of(year: int) -> dt.date:
    """When the report of a year has to be with the supervising unit."""
    return dt.date(year + 1, *DUE)


def forwarded_of(year: int) -> dt.date:
    """When the report of a year has to be with the registering authority."""
    return dt.date(year + 1, *FORWARDED_BY)


def reporting(year: int) -> QuerySet[Organization]:
    """The organizations that owe a report of a year: on the district's own register at its end, and not too young.

    One whose day of registration nobody knows is taken for an old one. What the city or the province registered
    reports there.
    """
    end = dt.date(year, 12, 31)
    young = dt.date(year, 12 - LEFT_OUT_MONTHS, 30)
    return Organization.objects.filter(
        Q(registered_on__isnull=True) | Q(registered_on__lte=end),
        legal_status=LegalStatus.REGISTERED,
        registered_level__in=("", RegisteredLevel.DISTRICT),
    ).exclude(legal_type=LegalType.SERVICE, registered_on__gt=young)


def owes_report(organization: Organization, year: int) -> bool:
    """Whether an organization owes a report of a year."""
    return reporting(year).filter(pk=organization.pk).exists()


def to_be_called(year: int) -> QuerySet[Organization]:
    """Those of them for which no report of the year was opened yet."""
    held = AnnualReport.objects.filter(year=year).values("organization")
    return reporting(year).exclude(pk__in=held).select_related("area__parent", "owner").order_by("pk")


def verified_in(organization: Organization, year: int) -> int:
    """How many verified activities of a year the platform holds."""
    first, after = moment(dt.date(year, 1, 1)), moment(dt.date(year + 1, 1, 1))
    return Activity.objects.filter(
        organization=organization, state=ActivityState.VERIFIED, starts_at__gte=first, starts_at__lt=after
    ).count()


def latest_conclusion(organization: Organization) -> AnnualReport | None:
    """The last year that was concluded, as everybody may know it."""
    return AnnualReport.objects.filter(organization=organization).exclude(result="").order_by("-year").first()
