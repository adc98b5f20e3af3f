"""The regular times of federations: items are opened when their period begins, and recorded when they were held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput
from linli.core.files.queries import attachments_of
from linli.core.parameters import value_of, values_of
from linli.core.workflow.drafts import keep_draft
from linli.core.workflow.engine import keep_version, performs, settle
from linli.core.workflow.numbers import next_number
from linli.organizations.actions.federation import EVIDENCE, SAVED
from linli.organizations.choices import cadence as choices
from linli.organizations.choices.cadence import ASSEMBLY_QUORUM, MEETINGS, RHYTHM, SURVEYS, OccasionKind
from linli.organizations.choices.membership import QUORUM, SHARES
from linli.organizations.models import Federation, Occasion

BACK_DAYS = 370  # how far back a missing item is opened, after the job did not run


@dataclass(frozen=True)
class Period:
    """A part of a year: its words, its first and its last day."""

    words: str
    first: dt.date
    last: dt.date


def period_of(day: dt.date, times: int) -> Period:
    """The period a day lies in, where something is done so many times a year (1, 2, 4 or 12)."""
    months = 12 // times
    place = (day.month - 1) // months
    first = dt.date(day.year, place * months + 1, 1)
    after = dt.date(day.year + (first.month + months > 12), (first.month + months - 1) % 12 + 1, 1)
    words = {1: "", 2: ("上半年", "下半年")[place % 2], 4: f"第{place + 1}季度", 12: f"{place + 1}月"}[times]
    return Period(f"{day.year}年{words}", first, after - dt.timedelta(days=1))


def periods(since: dt.date, until: dt.date, times: int) -> Iterator[Period]:
    """The periods that have a day between two days, in order."""
    day = since
    while day <= until:
        period = period_of(day, times)
        yield period
        day = period.last + dt.timedelta(days=1)


def keep_all_occasions() -> int:
    """Open what is due at every federation; how many were opened. Run nightly; a second run opens nothing."""
    return sum(keep_occasions(row) for row in Federation.objects.select_related("area").order_by("pk"))


@transaction.atomic
def keep_occasions(federation: Federation) -> int:
    """Open the items of the periods that have begun since the record was made, and are not there."""
    today = clock.today()
    since = max(timezone.localdate(federation.created_at), today - dt.timedelta(days=BACK_DAYS))
    times = values_of(set(RHYTHM.values()), federation.scope)
    held = set(Occasion.objects.filter(federation=federation, due_on__gte=since).values_list("kind", "period_from"))
    return sum(
        _open(federation, kind, period)
        for kind in OccasionKind
        for period in periods(since, today, int(times[RHYTHM[kind]]))
        if (kind.value, period.first) not in held
    )


def _open(federation: Federation, kind: OccasionKind, period: Period) -> bool:
    """Open one; False when somebody else has just done so."""
    case = Occasion(
        federation=federation, kind=kind, period=period.words, period_from=period.first, due_on=period.last
    )
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError:
        return False
    system = User.system()
    settle(case, system, record(system, "core.case_begun", case))
    return True


def save_occasion(occasion: Occasion, *, actor: User, revision: int | None, **values: Any) -> Occasion:
    """Keep what has been typed so far."""
    return keep_draft(
        occasion, steps=(choices.HOLD_OCCASION,), name=SAVED, actor=actor, revision=revision, values=values
    )


def occasion_missing(occasion: Occasion) -> list[str]:
    """What is still to be said before it counts as held."""
    todo = [] if occasion.done_on else ["填开展日期"]
    if occasion.done_on and occasion.done_on < occasion.period_from:
        todo.append("开展日期早于这一期，应当记在上一期")
    if occasion.done_on and occasion.done_on > clock.today():
        todo.append("开展日期在将来，开展以后再记")
    if occasion.kind in (*SURVEYS, *MEETINGS) and not occasion.asked:
        todo.append("填发出几份" if occasion.kind in SURVEYS else "填应到几人")
    if not occasion.reached:
        words = {True: "填收回几份", False: "填实到几人" if occasion.kind in MEETINGS else "填走访多少人次"}
        todo.append(words[occasion.kind in SURVEYS])
    if occasion.kind in MEETINGS and occasion.asked and occasion.reached and not _has_quorum(occasion):
        todo.append(f"实到人数没有到{dict(SHARES)[_quorum(occasion)]}，会议无效，请重新召集")
    return todo + ([] if attachments_of(occasion, EVIDENCE).exists() else ["上传佐证材料"])


def _quorum(occasion: Occasion) -> str:
    key = QUORUM if occasion.kind == OccasionKind.COUNCIL else ASSEMBLY_QUORUM
    held = occasion.parameters.get(key)
    return str(held if held is not None else value_of(key, occasion.scope))


def _has_quorum(occasion: Occasion) -> bool:
    share, part = Fraction(_quorum(occasion)), Fraction(occasion.reached or 0, occasion.asked or 1)
    return part > share if share == Fraction(1, 2) else part >= share


@performs(choices.HOLD_OCCASION)
def hold_occasion(occasion: Occasion, *, actor: User) -> None:
    """It was held: when, with what result, and by which evidence. Late is said, not hidden."""
    todo = occasion_missing(occasion)
    if todo:
        raise BadInput(choices.HOLD_OCCASION.name, f"还差 {len(todo)} 项：{'；'.join(todo)}。", fields={})
    occasion.number = occasion.number or next_number("ZD", occasion.federation.area, clock.today().year)
    keep_version(occasion, actor)


@performs(choices.WAIVE_OCCASION)
def waive_occasion(occasion: Occasion, *, actor: User, reason: str) -> None:
    """The street agrees that it is left out this time; it counts neither as done nor as due."""
