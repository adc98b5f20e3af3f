"""Every legal status there is, and how those that are not simply filed came to theirs."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from linli.actors.choices import Role
from linli.demo.replay import Replay
from linli.demo.world import World
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.choices.states import LegalType, RegisteredLevel

if TYPE_CHECKING:
    from linli.demo.register import Past

STATUSES = {
    LegalStatus.REGISTERED: 18,  # one more is registered in legal.py, and two begin to liquidate
    LegalStatus.CANCELLED: 19,
    LegalStatus.DEREGISTERED: 3,
    LegalStatus.REVOKED: 3,
    LegalStatus.GRASSROOTS: 4,
    LegalStatus.BANNED: 1,
}
WITH_CODE = (LegalStatus.REGISTERED, LegalStatus.DEREGISTERED, LegalStatus.REVOKED)
UNFILED = (LegalStatus.GRASSROOTS, LegalStatus.BANNED)

# How many in a hundred; what none of them gets stays as it is.
LEGAL_TYPES = {LegalType.SERVICE: 64, LegalType.ASSOCIATION: 36}
LEVELS = {RegisteredLevel.DISTRICT: 88, RegisteredLevel.CITY: 12}


def states_of(one: Past) -> dict[str, Any]:
    """Legal type and register of those that are, or were, registered."""
    if one.status not in WITH_CODE:
        return {}
    random = Random(one.profile["name"])  # noqa: S311 -- of its own, so that the rest of the demo stays as it was
    (kind,) = random.choices(list(LEGAL_TYPES), list(LEGAL_TYPES.values()))
    (level,) = random.choices(list(LEVELS), list(LEVELS.values()))
    return {"legal_type": kind, "registered_level": level}


def play_status(world: World, replay: Replay, one: Past) -> None:
    """What the register says of those that went on to registration, or ended, or were never filed."""
    officer = world.staff.holder(Role.DISTRICT_OFFICER, world.places.district)
    organization = one.organization
    if one.status in UNFILED:
        worker = world.staff.holder(Role.COMMUNITY_WORKER, one.community)
        replay.event(one.issued, worker, "organizations.entered", organization)
    if one.status in (LegalStatus.FILED, LegalStatus.CANCELLED, LegalStatus.GRASSROOTS):
        return
    before = LegalStatus.GRASSROOTS if one.status in UNFILED else LegalStatus.FILED
    for day, station in _stations(world, one):
        at = world.at_work(world.calendar.add(day, 1))
        replay.event(
            at,
            officer,
            "organizations.amended",
            organization,
            before={"legal_status": str(before.label)},
            after={"legal_status": str(station.label)},
        )
        before = station
        if station == LegalStatus.REGISTERED:
            organization.registered_on = timezone.localdate(at)
            organization.save(update_fields=["registered_on"])
        if station in (LegalStatus.DEREGISTERED, LegalStatus.REVOKED, LegalStatus.BANNED):
            organization.ended_on = timezone.localdate(at)
            organization.save(update_fields=["ended_on"])


def _stations(world: World, one: Past) -> list[tuple[dt.date, LegalStatus]]:
    """When an organization reached each legal status after its filing; a registration takes at most sixty days."""
    first, random = timezone.localdate(one.issued), world.random
    room = (world.today - first).days
    registering = first + dt.timedelta(days=round(room * random.uniform(0.3, 0.5)))
    registered = registering + dt.timedelta(days=random.randint(25, 52))
    later = registered + dt.timedelta(days=round(room * random.uniform(0.15, 0.25)))
    known = [(registering, LegalStatus.REGISTERING), (registered, LegalStatus.REGISTERED)]
    match one.status:
        case LegalStatus.DEREGISTERED:
            ended = later + dt.timedelta(days=random.randint(50, 90))
            return [*known, (later, LegalStatus.LIQUIDATING), (ended, LegalStatus.DEREGISTERED)]
        case LegalStatus.REVOKED:
            return [*known, (later, LegalStatus.REVOKED)]
        case LegalStatus.BANNED:
            return [(later, LegalStatus.BANNED)]
    return known
