"""Organizations with Party members, and units that cover them: what the tests of Party-building begin with."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from tests.personas import World

from linli.areas.models import Area
from linli.core import clock
from linli.core.codes.id_number import check_digit
from linli.organizations.actions import party as actions
from linli.organizations.actions import party_people as people
from linli.organizations.models import Federation, Organization, PartyMember, PartyUnit

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_numbers = count(1)


def card(number: int) -> str:
    """The number of a card that is nobody's."""
    body = f"440511{dt.date(1960, 1, 1) + dt.timedelta(days=number):%Y%m%d}981"
    return body + check_digit(body)


def organization(area: Area, name: str, kind: str = "culture", **values: Any) -> Organization:
    """A filed organization."""
    given = {"number": f"BA-T-{next(_numbers):05d}", "filed_on": dt.date(2024, 3, 5), "legal_status": "filed"}
    made: Organization = Organization.objects.create(name=name, area=area, kind=kind, **given | values)
    return made


def member(world: World, of: Organization, number: int, **values: Any) -> PartyMember:
    """A full member, entered by the federation's secretary."""
    given = {"name": "林海", "id_number": card(number), "belongs_to": "金苑社区党委", "phone": "13800002046"}
    return people.enter_party_member(of, actor=world["federation_secretary"], **given | values)


def members(world: World, of: Organization, how_many: int, first: int) -> None:
    """Several."""
    for number in range(first, first + how_many):
        member(world, of, number)


def suggested(world: World, federation: Federation) -> list[PartyUnit]:
    """What the machine says."""
    return actions.suggest_units(federation, actor=world["federation_secretary"])


def accepted(world: World, unit: PartyUnit, **values: Any) -> PartyUnit:
    """By the federation, with secretary and term."""
    secretary = world["federation_secretary"]
    given = {"secretary_name": "许惠如", "term_from": clock.today()} | values
    unit = actions.save_unit(unit, actor=secretary, revision=None, **given)
    return actions.accept_unit(unit, actor=secretary)


def standing(world: World, unit: PartyUnit, **values: Any) -> PartyUnit:
    """Approved by the street."""
    return actions.approve_unit(accepted(world, unit, **values), actor=world["street_officer"])


def own_branch(world: World, federation: Federation, full: int = 3) -> PartyUnit:
    """An organization of 金苑 with a branch of its own that stands."""
    one = organization(world.community, "金苑巡逻队", "safety")
    members(world, one, full, 1)
    return standing(world, suggested(world, federation)[0])
