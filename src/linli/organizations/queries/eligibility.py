"""What the registers know, gathered for two questions: may an organization be graded, may a person evaluate it."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from django.db import connection

from linli.actors.choices import Role
from linli.actors.queries import posts_on
from linli.core import clock
from linli.core.access.models import User
from linli.organizations.choices.annual import ReportState
from linli.organizations.choices.credit import Cause, InfoKind, ListingState
from linli.organizations.choices.federation import TenureState
from linli.organizations.choices.grade_change import IN_FORCE, ChangeKind
from linli.organizations.choices.grading import LEFT_MONTHS, Interest, Scheme
from linli.organizations.models import (
    AnnualReport,
    CommitteePost,
    CreditInfo,
    CreditListing,
    Filing,
    GradeChange,
    Organization,
    Tenure,
)
from linli.organizations.queries.annual import due_of, owes_report
from linli.organizations.queries.credit import entries_of
from linli.organizations.queries.grading import standing_grade
from linli.organizations.rules.eligibility import MISSED, History, Refused, months_on, refusals

INVESTIGATED = (ListingState.HEARING, ListingState.DECISION)


def refusals_for(organization: Organization, scheme: Scheme) -> tuple[Refused, ...]:
    """Every reason why the machine refuses an application today."""
    return refusals(history_of(organization, scheme))


def history_of(organization: Organization, scheme: Scheme) -> History:
    """What the registers know of it, as far as grading asks."""
    today = clock.today()
    held = standing_grade(organization, scheme)
    barred = (
        GradeChange.objects.filter(
            organization=organization, held__scheme=scheme.name, state__in=IN_FORCE, barred_until__gte=today
        )
        .order_by("-barred_until")
        .first()
    )
    words = {ChangeKind.DOWNGRADE.value: "降低过等级", ChangeKind.CANCEL.value: "取消过等级"}
    return History(
        today=today,
        scheme=scheme,
        is_of_scheme=organization.legal_status == scheme.legal_status,
        status_words=str(organization.get_legal_status_display()),
        entered_on=organization.registered_on if scheme.reads_reports else organization.filed_on,
        held_until=held.valid_until if held is not None else None,
        reports=_reports(organization, today) if scheme.reads_reports else (),
        penalties=tuple(
            CreditInfo.objects.filter(
                organization=organization,
                kind=InfoKind.PENALTY,
                withdrawn_on__isnull=True,
                happened_on__gte=dt.date(today.year - 1, 1, 1),
            )
            .order_by("happened_on", "pk")
            .values_list("title", flat=True)
        ),
        entries=tuple(f"{row.public_number}（{row.get_credit_list_display()}）" for row in entries_of(organization)),
        investigated=tuple(
            f"{row.get_credit_list_display()}的{Cause(row.cause).label}（{row.public_number}）"
            for row in CreditListing.objects.filter(organization=organization, state__in=INVESTIGATED).order_by("pk")
        ),
        barred_until=barred.barred_until if barred is not None else None,
        barred_words=words.get(barred.kind, "") if barred is not None else "",
    )


def _reports(organization: Organization, today: dt.date) -> tuple[tuple[int, str], ...]:
    """What came of the last two annual checks that were due; "" where nothing is concluded or nothing was owed."""
    last = today.year - 1 if today > due_of(today.year - 1) else today.year - 2
    years = (last, last - 1)
    rows = {row.year: row for row in AnnualReport.objects.filter(organization=organization, year__in=years)}
    return tuple((year, _outcome(organization, rows.get(year), year)) for year in years)


def _outcome(organization: Organization, report: AnnualReport | None, year: int) -> str:
    if report is None:
        return MISSED if owes_report(organization, year) else ""
    if report.state in (ReportState.MISSED, ReportState.DUE, ReportState.CALLED):
        return MISSED
    return str(report.result)


# --- conflict of interest -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Names:
    """Who stands in the registers by name alone; a namesake stays away as well, since nobody can tell."""

    leader: str
    founders: frozenset[str]
    posts: frozenset[str]
    tenures: frozenset[str]


def names_of(organization: Organization) -> Names:
    """The names the registers hold about an organization."""
    since = months_on(clock.today(), -LEFT_MONTHS)
    filing = Filing.objects.filter(organization=organization).first()
    posts = CommitteePost.objects.filter(organization=organization).exclude(held_to__lt=since)
    federations = organization.memberships.exclude(status="left").values("federation")
    tenures = Tenure.objects.filter(federation__in=federations).exclude(left_on__lt=since)
    return Names(
        organization.leader_name,
        frozenset(filing.founder_names if filing is not None else ()),
        frozenset(posts.values_list("person_name", flat=True)),
        frozenset(
            tenures.filter(state__in=(TenureState.IN_OFFICE, TenureState.ENDED)).values_list("person_name", flat=True)
        ),
    )


def interests_of(user: User, organization: Organization, names: Names | None = None) -> list[Interest]:
    """Why a person does not evaluate an organization, as far as the registers know: what the database itself refuses,
    and the same name on a list that knows no accounts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organizations_interest(%s, %s, %s)", [user.pk, organization.pk, clock.today()])
        code = cursor.fetchone()[0]
    found = [Interest(code)] if code else []
    names = names or names_of(organization)
    name = user.name.strip()
    if not name:
        return found
    by_name = (
        (Interest.NAMED_LEADER, name == names.leader),
        (Interest.NAMED_FOUNDER, name in names.founders),
        (Interest.NAMED_POST, name in names.posts),
        (Interest.NAMED_TENURE, name in names.tenures),
    )
    return [*found, *(one for one, same in by_name if same)]


def pool_over(scope: str) -> list[int]:
    """Everybody who is an evaluator over a path today, in a fixed order."""
    rows = posts_on(clock.today()).filter(role=Role.EVALUATOR, user__is_active=True)
    above = [int(part) for part in scope.split("/") if part]
    return sorted(set(rows.filter(area__in=above).values_list("user_id", flat=True)))


def order_of(pool: list[int], seed: int) -> list[int]:
    """The pool as the seed shuffles it: the same list for whoever draws it again."""
    shuffled = sorted(pool)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - what counts is that it can be drawn again
    return shuffled
