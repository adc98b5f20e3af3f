"""What is read of revocations: the matters, who meets a ground, and what everybody may read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from linli.core import clock
from linli.core.access.grants import Person, covered
from linli.core.access.models import User
from linli.core.workflow import visible
from linli.organizations.choices.activities import ActivityState
from linli.organizations.choices.annual import ReportState, Result
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.choices.revocation import (
    DECIDED,
    INACTIVE_MONTHS,
    REPORTS_RUNNING,
    REVOCATION,
    REVOCATION_READERS,
    RevocationGround,
    RevocationState,
)
from linli.organizations.choices.states import LegalType, RegisteredLevel
from linli.organizations.models import Activity, AnnualReport, Organization, Revocation
from linli.organizations.queries.activities import activities_visible_to
from linli.organizations.queries.credit import months_later
from linli.organizations.queries.register import HIDDEN, OUTLINES

OF_ORGANIZATION = tuple(f"organization__{name}" for name in (*HIDDEN, *OUTLINES))
FOUND = 200


@visible(REVOCATION)
def revocations_visible_to(user: Person) -> QuerySet[Revocation]:
    """List twin of the rule organizations.view_revocation: the proposer, the officers, the one it is about."""
    known = isinstance(user, User) and bool(user.pk)
    own = Q(owner=user.pk) if known else Q(pk__in=())
    about = Q(organization__owner=user.pk) if known else Q(pk__in=())
    sent = (covered(user, REVOCATION_READERS) | about) & ~Q(state=RevocationState.DRAFT)
    return (
        Revocation.objects.filter(own | sent)
        .select_related("organization__area__parent", "area__parent", "owner", "decided_by")
        .defer(*OF_ORGANIZATION, "area__boundary", "area__parent__boundary")
    )


def public_revocations() -> QuerySet[Revocation]:
    """What was decided and served, as everybody may know it; one that was reversed says so."""
    served = (state for state in DECIDED if state != RevocationState.SERVING)
    return (
        Revocation.objects.filter(state__in=list(served))
        .select_related("organization", "area__parent")
        .defer(*(f"organization__{name}" for name in HIDDEN), "area__boundary", "area__parent__boundary")
    )


def open_revocation_of(organization: Organization) -> Revocation | None:
    """The matter of which it has been told and which has no end yet."""
    ended = [*REVOCATION.ends, RevocationState.DRAFT]
    return Revocation.objects.filter(organization=organization).exclude(state__in=ended).first()


def cancelled_by(case: Revocation, user: Person) -> list[Activity]:
    """The activities its service cancelled, as far as the person may see them: after a reversal they are to be
    planned anew."""
    uids = case.before.get("activities", [])
    return list(activities_visible_to(user).filter(uid__in=uids).order_by("starts_at", "pk")) if uids else []


@dataclass(frozen=True)
class Suggestion:
    """A registered organization that meets a ground of law, with what says so; whether to act is a person's."""

    organization: Organization
    ground: RevocationGround
    facts: str


def who_meets_a_ground(user: Person, today: dt.date | None = None) -> list[Suggestion]:
    """Registered ones of the district below the person's posts that meet a ground the records can show.

    Left out: those of which a matter is open, or was dropped or reversed within a year.
    """
    today = today or clock.today()
    handled = Revocation.objects.filter(organization=OuterRef("pk")).exclude(
        state__in=[RevocationState.DROPPED, RevocationState.REVERSED, RevocationState.WITHDRAWN],
    )
    lately = Revocation.objects.filter(
        organization=OuterRef("pk"),
        state__in=[RevocationState.DROPPED, RevocationState.REVERSED],
        ended_at__date__gt=months_later(today, -12),
    )
    rows = (
        Organization.objects.filter(
            covered(user, REVOCATION_READERS),
            ~Exists(handled),
            ~Exists(lately),
            legal_status=LegalStatus.REGISTERED,
            registered_level=RegisteredLevel.DISTRICT,
        )
        .select_related("area__parent")
        .defer(*HIDDEN, *OUTLINES)
    )
    return [*_by_reports(rows), *_by_activity(rows, today)][:FOUND]


def _by_reports(rows: QuerySet[Organization]) -> list[Suggestion]:
    """Two years running without a report, or with one that did not pass."""
    bad = Q(state=ReportState.MISSED) | Q(result=Result.FAILED)
    reports = AnnualReport.objects.filter(bad, organization__in=rows.order_by().values("pk"))
    by_organization: dict[int, list[AnnualReport]] = {}
    for report in reports.order_by("organization", "-year"):
        by_organization.setdefault(report.organization_id, []).append(report)
    chosen = {key: found for key, held in by_organization.items() if (found := _running(held))}
    told: list[Suggestion] = []
    for organization in rows.filter(pk__in=list(chosen)).order_by("pk"):
        ground, held = chosen[organization.pk]
        years = "、".join(f"{report.year} 年度（{report.number or report.get_state_display()}）" for report in held)
        told.append(Suggestion(organization, ground, f"{years}，{ground.label}。"))
    return told


def _running(held: list[AnnualReport]) -> tuple[RevocationGround, list[AnnualReport]] | None:
    for ground, fits in (
        (RevocationGround.REPORTS_MISSED, [one for one in held if one.state == ReportState.MISSED]),
        (RevocationGround.REPORTS_FAILED, [one for one in held if one.result == Result.FAILED]),
    ):
        for newer, older in zip(fits, fits[REPORTS_RUNNING - 1 :], strict=False):
            if newer.year - older.year == REPORTS_RUNNING - 1:
                return ground, [older, newer]
    return None


def _by_activity(rows: QuerySet[Organization], today: dt.date) -> list[Suggestion]:
    """An association registered a year ago or more that has held nothing since."""
    held = Activity.objects.filter(
        organization=OuterRef("pk"), state__in=[ActivityState.HELD, ActivityState.SUMMED, ActivityState.VERIFIED]
    )
    since = months_later(today, -INACTIVE_MONTHS)
    idle = rows.filter(~Exists(held), legal_type=LegalType.ASSOCIATION, registered_on__lte=since)
    return [
        Suggestion(
            row,
            RevocationGround.INACTIVE,
            f"{row.registered_on:%Y年%-m月%-d日}登记，到{today:%Y年%-m月%-d日}平台上没有一场举办过的活动。",
        )
        for row in idle.order_by("registered_on", "pk")
    ]
