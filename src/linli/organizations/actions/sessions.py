"""The regular meetings of Party units （三会一课）： opened with their period, recorded without photos.

The periods are those of the federations' regular times (actions/cadence.py).
"""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput
from linli.core.parameters import values_of
from linli.core.workflow.engine import performs, settle
from linli.core.workflow.numbers import next_number
from linli.organizations.actions.cadence import BACK_DAYS, Period, periods
from linli.organizations.choices import party as choices
from linli.organizations.choices.party import (
    COMMITTEE_MIN,
    COVERING,
    SESSION_RHYTHM,
    SESSIONS_OF,
    SessionKind,
    UnitKind,
)
from linli.organizations.models import PartySession, PartyUnit
from linli.organizations.queries.party import party_members_of

MONTHLY = 12


def keep_all_sessions() -> int:
    """Open what every standing unit owes; how many were opened. Run nightly; a second run opens nothing."""
    units = PartyUnit.objects.filter(state__in=COVERING).select_related("federation__area", "led_by__area")
    return sum(keep_sessions(unit) for unit in units.order_by("pk"))


@transaction.atomic
def keep_sessions(unit: PartyUnit) -> int:
    """Open the meetings of the periods that have begun since the unit was approved, and are not there.

    What was due before that day is not owed, and a branch with fewer than seven full members has no committee.
    """
    today = clock.today()
    since = max(unit.approved_on or today, today - dt.timedelta(days=BACK_DAYS))
    values = values_of([COMMITTEE_MIN, *SESSION_RHYTHM.values()], unit.scope)
    held = set(PartySession.objects.filter(party_unit=unit, due_on__gte=since).values_list("kind", "period_from"))
    opened = 0
    for kind in SESSIONS_OF[UnitKind(unit.kind)]:
        if kind is SessionKind.COMMITTEE and _full(unit) < int(values[COMMITTEE_MIN]):
            continue
        times = int(values[SESSION_RHYTHM[kind]])
        for period in periods(since, today, times):
            due = due_in(unit, kind, period, times)
            if due >= since and (kind.value, period.first) not in held:
                opened += _open(unit, kind, period, due)
    return opened


def due_in(unit: PartyUnit, kind: SessionKind, period: Period, times: int) -> dt.date:
    """The last day of a period; of the theme day its fixed day in the month."""
    if kind is SessionKind.THEME and times == MONTHLY:
        return period.first.replace(day=unit.theme_day)
    return period.last


def _full(unit: PartyUnit) -> int:
    counts = party_members_of([organization.pk for organization in unit.covered])
    return sum(full for full, _probationary in counts.values())


def _open(unit: PartyUnit, kind: SessionKind, period: Period, due: dt.date) -> bool:
    """Open one; False when somebody else has just done so."""
    case = PartySession(
        federation=unit.federation,
        party_unit=unit,
        kind=kind,
        period=period.words,
        period_from=period.first,
        due_on=due,
    )
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError:
        return False
    system = User.system()
    settle(case, system, record(system, "core.case_begun", case))
    return True


@performs(choices.HOLD_SESSION)
def hold_session(session: PartySession, *, actor: User, done_on: dt.date, present: int, topic: str) -> None:
    """It was held: when, how many came, about what. Late is said, not hidden."""
    wrong: dict[str, str] = {}
    if done_on > clock.today():
        wrong["done_on"] = "召开日期在将来。开完再记。"
    if done_on < session.period_from:
        wrong["done_on"] = "召开日期早于这一期，应当记在上一期。"
    if wrong:
        raise BadInput(choices.HOLD_SESSION.name, " ".join(wrong.values()), fields=wrong)
    session.done_on, session.present, session.topic = done_on, present, topic
    session.number = session.number or next_number("HK", session.federation.area, done_on.year)


@performs(choices.WAIVE_SESSION)
def waive_session(session: PartySession, *, actor: User, reason: str) -> None:
    """The street lets it pass; it counts neither as held nor as due."""


@performs(choices.LAPSE_SESSION)
def lapse_session(session: PartySession, *, actor: User) -> None:
    """Its unit ended."""
