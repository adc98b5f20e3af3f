"""What is read of credit: the record of an organization, the cases, and the lists everybody may read."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from linli.core import clock
from linli.core.access.grants import Person, covered
from linli.core.access.models import User
from linli.core.workdays import calendar
from linli.core.workflow import visible
from linli.organizations.choices.credit import (
    CREDIT_READERS,
    INFO_WORKDAYS,
    LISTING,
    ON_LIST,
    Cause,
    CreditList,
    InfoKind,
    ListingState,
)
from linli.organizations.choices.states import CreditStatus
from linli.organizations.models import CreditInfo, CreditListing, Organization
from linli.organizations.queries.register import HIDDEN, OUTLINES

ESCALATION, LEAST_MONTHS = "credit.escalation_months", 24
OF_ORGANIZATION = tuple(f"organization__{name}" for name in (*HIDDEN, *OUTLINES))


@visible(LISTING)
def listings_visible_to(user: Person) -> QuerySet[CreditListing]:
    """List twin of the rule organizations.view_creditlisting: the proposer, the officers, the one it is about."""
    own = Q(owner=user.pk) if isinstance(user, User) and user.pk else Q(pk__in=())
    about = Q(organization__owner=user.pk) if isinstance(user, User) and user.pk else Q(pk__in=())
    sent = (covered(user, CREDIT_READERS) | about) & ~Q(state=ListingState.DRAFT)
    return (
        CreditListing.objects.filter(own | sent)
        .select_related("organization__area__parent", "owner")
        .defer(*OF_ORGANIZATION)
    )


def credit_infos_visible_to(user: Person) -> QuerySet[CreditInfo]:
    """List twin of the rule organizations.view_credit, asked of the organization."""
    about = Q(organization__owner=user.pk) if isinstance(user, User) and user.pk else Q(pk__in=())
    return CreditInfo.objects.filter(about | covered(user, CREDIT_READERS)).select_related(
        "entered_by", "withdrawn_by"
    )


def infos_of(organization: Organization) -> dict[InfoKind, list[CreditInfo]]:
    """What was entered about an organization, by kind, the latest first; basic information is the register itself."""
    found: dict[InfoKind, list[CreditInfo]] = {kind: [] for kind in InfoKind if kind is not InfoKind.BASIC}
    rows = CreditInfo.objects.filter(organization=organization).select_related("entered_by", "withdrawn_by")
    for row in rows.order_by("-happened_on", "-pk"):
        found[InfoKind(row.kind)].append(row)
    return found


def workdays_taken(info: CreditInfo) -> int:
    """Working days from the day it came about to the day it was entered; more than `INFO_WORKDAYS` is late."""
    return calendar().between(info.happened_on, info.entered_on)


def was_late(info: CreditInfo) -> bool:
    """Whether it was entered later than within five working days (rulebook §2.5)."""
    return workdays_taken(info) > INFO_WORKDAYS


def public_listings(credit_list: str = "") -> QuerySet[CreditListing]:
    """Who is on the lists today, as everybody may know it."""
    found = CreditListing.objects.filter(state__in=ON_LIST)
    if credit_list in CreditList.values:
        found = found.filter(credit_list=credit_list)
    return found.select_related("organization__area__parent").defer(*OF_ORGANIZATION)


def entries_of(organization: Organization) -> list[CreditListing]:
    """The entries an organization's credit status rests on. Every use of the status elsewhere names them."""
    return list(
        CreditListing.objects.filter(organization=organization, state__in=ON_LIST).order_by("listed_on", "pk")
    )


def status_by(entries: list[CreditListing]) -> CreditStatus:
    """The status that follows from the entries: the graver list wins."""
    lists = {entry.credit_list for entry in entries}
    if CreditList.DISHONEST in lists:
        return CreditStatus.DISHONEST
    return CreditStatus.ABNORMAL if lists else CreditStatus.NORMAL


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day some months on; the last of the month where it is too short. 2024-08-31 and 6 → 2025-02-28."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    first = dt.date(year, month + 1, 1)
    following = dt.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(first + dt.timedelta(days=day.day - 1), following - dt.timedelta(days=1))


def due_for_escalation(today: dt.date | None = None) -> list[CreditListing]:
    """Entries two years on the abnormal list, of organizations nobody has suggested for the graver list since."""
    today = today or clock.today()
    suggested = CreditListing.objects.filter(
        organization=OuterRef("organization"),
        credit_list=CreditList.DISHONEST,
        cause=Cause.TWO_YEARS,
        created_at__date__gte=OuterRef("listed_on"),
    )
    rows = (
        CreditListing.objects.filter(
            ~Exists(suggested),
            credit_list=CreditList.ABNORMAL,
            state__in=ON_LIST,
            listed_on__lte=months_later(today, -LEAST_MONTHS),
        )
        .select_related("organization__area")
        .order_by("listed_on", "pk")
    )
    found: dict[int, CreditListing] = {}
    for row in rows:
        assert row.listed_on is not None
        months = int(row.parameters.get(ESCALATION, LEAST_MONTHS))
        if months_later(row.listed_on, months) <= today:
            found.setdefault(row.organization_id, row)
    return list(found.values())
