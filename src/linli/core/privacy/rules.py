"""Predicates of a request about personal data. Which post may what stands in `actors`, which knows the posts."""

from __future__ import annotations

from typing import Any

import rules

from linli.core.access.grants import Person
from linli.core.access.models import User
from linli.core.access.rules import is_owner
from linli.core.privacy.choices import RequestState
from linli.core.privacy.places import district_of


@rules.predicate
def entered_it(user: Person, obj: Any = None) -> bool:
    """A worker who entered the request for somebody."""
    return obj is not None and obj.entered_by_id is not None and obj.entered_by_id == user.pk


@rules.predicate
def is_draft(user: Person, obj: Any = None) -> bool:
    """Not yet sent."""
    return obj is not None and obj.state == RequestState.DRAFT


@rules.predicate
def goes_to_district(user: Person, obj: Any = None) -> bool:
    """The district answers: it is about the account, or about no record below a street."""
    if obj is None:
        return False
    district = district_of(obj.scope)
    return district is None or district.path == obj.scope


@rules.predicate
def with_street(user: Person, obj: Any = None) -> bool:
    """The street has it now."""
    return obj is not None and obj.state == RequestState.STREET


@rules.predicate
def with_district(user: Person, obj: Any = None) -> bool:
    """The district has it now."""
    return obj is not None and obj.state == RequestState.DISTRICT


@rules.predicate
def looked_at_it(user: Person, obj: Any = None) -> bool:
    """Whoever looked does not answer why."""
    return obj is not None and obj.event_id is not None and isinstance(user, User) and obj.event.actor_id == user.pk


@rules.predicate
def assessed_it(user: Person, obj: Any = None) -> bool:
    """Whoever assessed does not approve."""
    return obj is not None and obj.assessed_by_id is not None and obj.assessed_by_id == user.pk


@rules.predicate
def is_among_concerned(user: Person, obj: Any = None) -> bool:
    """Whoever is concerned by an incident does not decide that nobody is told."""
    return obj is not None and obj.pk is not None and obj.concerned.filter(person=user.pk).exists()


APPLICANT = is_owner | entered_it
DISINTERESTED = ~APPLICANT & ~looked_at_it
