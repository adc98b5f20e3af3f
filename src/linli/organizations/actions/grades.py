"""The grades that stand: given, entered from a paper, ended, run out. The register's state follows from them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.organizations.choices.grading import LEVELS, SCHEMES, EndCause, Scheme, SchemeName
from linli.organizations.models import Grading, HeldGrade, Organization
from linli.organizations.queries.grading import grades_that_ran_out
from linli.organizations.rules.eligibility import months_on

ENTER = "organizations.enter_grade"
GRADED, ENDED = "organizations.graded", "organizations.grade_ended"


def last_day(granted_on: dt.date, scheme: Scheme) -> dt.date:
    """The last day of what was given on a day: five years less a day."""
    return months_on(granted_on, 12 * scheme.years) - dt.timedelta(days=1)


def grant(
    organization: Organization,
    *,
    scheme: Scheme,
    level: int,
    granted_on: dt.date,
    actor: User,
    grading: Grading | None = None,
    document: str = "",
    valid_until: dt.date | None = None,
) -> HeldGrade:
    """Give a grade or stars, in the caller's transaction: what stood before ends, the register shows the new one."""
    row = _locked(organization)
    _end_standing(row, scheme, EndCause.RENEWED, actor)
    held = HeldGrade.objects.create(
        organization=row,
        scheme=scheme.name,
        level=level,
        granted_on=granted_on,
        valid_until=valid_until or last_day(granted_on, scheme),
        grading=grading,
        number=grading.number if grading is not None else "",
        document=document,
        entered_by=actor,
        entered_on=clock.today(),
    )
    _follow(row, scheme, held)
    record(actor, GRADED, row, level=held.words, until=held.valid_until, number=held.number)
    return held


@transaction.atomic
def enter_grade(
    organization: Organization, *, level: int, granted_on: dt.date, document: str, actor: User
) -> HeldGrade:
    """Enter what was given on paper before. One that is older than it is valid is refused: it holds no longer."""
    scheme = next((one for one in SCHEMES.values() if one.legal_status == organization.legal_status), None)
    if scheme is None:
        raise WrongState(
            ENTER, f"“{organization.name}”{organization.get_legal_status_display()}，不评等级也不评星级。"
        )
    wanted = HeldGrade(organization=organization, scheme=scheme.name, scope=organization.scope)
    if not actor.has_perm(ENTER, wanted):
        raise NotAllowed(ENTER, f"{scheme.label}的结果由{scheme.officer.label}录入。")
    fields: dict[str, str] = {}
    today, until = clock.today(), last_day(granted_on, scheme)
    if not 1 <= level <= LEVELS:
        fields["level"] = "请选一个等级。"
    if granted_on > today:
        fields["granted_on"] = "评定日期不能在将来。"
    elif until < today:
        fields["granted_on"] = f"评定满 {scheme.years} 年的等级已经失效（{until:%Y-%m-%d} 到期），不能再用。"
    if not document.strip():
        fields["document"] = "请写明依据的文书。"
    later = HeldGrade.objects.filter(
        organization=organization,
        scheme=scheme.name,
        ended_on=None,
        granted_on__gte=granted_on,
        valid_until__gte=today,
    )
    if not fields and (held := later.first()) is not None:
        fields["granted_on"] = f"已经有 {held.granted_on:%Y-%m-%d} 评定的{held.words}。"
    if fields:
        raise BadInput(ENTER, "".join(fields.values()), fields=fields)
    return grant(
        organization, scheme=scheme, level=level, granted_on=granted_on, document=document.strip(), actor=actor
    )


def end_grade(held: HeldGrade, cause: EndCause, actor: User) -> None:
    """It holds no longer from today on, in the caller's transaction."""
    row = _locked(held.organization)
    _end(held, cause, actor)
    _follow(row, held.of, None)


def end_grades_of(organization: Organization) -> None:
    """The organization is no more, or no longer one of those graded so; its own fields are the caller's."""
    if organization.pk is None:  # one that was never on the register holds nothing
        return
    for held in HeldGrade.objects.select_for_update(of=("self",)).filter(organization=organization, ended_on=None):
        _end(held, EndCause.GONE, User.system())


@transaction.atomic
def expire_grades() -> int:
    """Every grade whose last day has passed; how many. A second run ends none."""
    system, today = User.system(), clock.today()
    told: set[tuple[int, str]] = set()
    rows = HeldGrade.objects.select_for_update(of=("self",)).select_related("organization")
    for held in rows.filter(pk__in=grades_that_ran_out().values("pk")).order_by("pk"):
        _end(held, EndCause.EXPIRED, system)
        told.add((held.organization_id, held.scheme))
    # What came with a workbook stands in the register alone; it runs out as well.
    register = Organization.objects.select_for_update(of=("self",)).select_related("area").order_by("pk")
    for row in register.filter(Q(grade_until__lt=today) | Q(stars_until__lt=today)):
        for scheme in SCHEMES.values():
            until = row.grade_until if scheme.name is SchemeName.GRADE else row.stars_until
            if until is not None and until < today:
                _follow(row, scheme, None)
                if (row.pk, scheme.name.value) not in told:
                    told.add((row.pk, scheme.name.value))
                    record(system, ENDED, row, scheme=scheme.name.value, cause=EndCause.EXPIRED.value)
    return len(told)


def _locked(organization: Organization) -> Organization:
    rows = Organization.objects.select_for_update(of=("self",)).select_related("area")
    return rows.get(pk=organization.pk)


def _end_standing(organization: Organization, scheme: Scheme, cause: EndCause, actor: User) -> None:
    rows = HeldGrade.objects.select_for_update(of=("self",))
    for held in rows.filter(organization=organization, scheme=scheme.name, ended_on=None):
        _end(held, EndCause.EXPIRED if held.valid_until < clock.today() else cause, actor)


def _end(held: HeldGrade, cause: EndCause, actor: User) -> None:
    """From which day on it holds no longer: of one that ran out the day after its last, else today."""
    after = held.valid_until + dt.timedelta(days=1)
    held.ended_on = min(clock.today(), after) if cause is EndCause.EXPIRED else clock.today()
    held.ended_by = cause
    held.save()
    record(actor, ENDED, held.organization, scheme=held.scheme, level=held.words, cause=cause.value)


def _follow(organization: Organization, scheme: Scheme, held: HeldGrade | None) -> None:
    """The register shows what stands."""
    if scheme.name is SchemeName.GRADE:
        organization.grade = f"{held.level}A" if held is not None else ""
        organization.grade_until = held.valid_until if held is not None else None
    else:
        organization.stars = held.level if held is not None else None
        organization.stars_until = held.valid_until if held is not None else None
    organization.save()
