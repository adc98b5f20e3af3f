"""Predicates every domain builds its rules from."""

from __future__ import annotations

from typing import Any

import rules

from linli.core.access.grants import Person, holds
from linli.core.access.models import User


@rules.predicate
def is_system(user: Person, obj: Any = None) -> bool:
    """The named system user, as which jobs act."""
    return isinstance(user, User) and user.is_system


@rules.predicate
def is_owner(user: Person, obj: Any = None) -> bool:
    """The person whose case this is, or for whom it was entered."""
    return isinstance(user, User) and obj is not None and obj.owner_id is not None and obj.owner_id == user.pk


def posted_as(*roles: str) -> rules.Predicate:
    """Holds one of these roles over the area the record lies in. Without a record nobody does."""

    def test(user: Person, obj: Any = None) -> bool:
        return obj is not None and holds(user, roles, obj.scope)

    return rules.Predicate(test, name="posted_as(" + ", ".join(roles) + ")")
