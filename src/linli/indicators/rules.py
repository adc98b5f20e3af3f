"""Who reads figures: whoever works on cases, and federations. Administrators see no business data, not even so."""

from __future__ import annotations

from typing import Any

import rules
from django.db.models import Q

from linli.actors.choices import CASE_ROLES, Role
from linli.actors.rules import anywhere_as
from linli.core.access.grants import Person, grants_of
from linli.core.access.rules import is_owner, is_system

READERS = (*CASE_ROLES, Role.FEDERATION_SECRETARY)
CHECKERS = (Role.DISTRICT_OFFICER, Role.DISTRICT_HEAD, Role.AUDITOR)


def paths_of(user: Person) -> tuple[str, ...]:
    """The areas of the posts by which a person reads figures, the widest first."""
    return tuple(
        sorted({grant.scope for grant in grants_of(user) if grant.role in READERS}, key=lambda p: (len(p), p))
    )


def shared_with(user: Person) -> Q:
    """The query twin of `is_shared_with`: a colleague's board, where one of the own posts lies inside its area."""
    found = Q(pk__in=())
    for path in paths_of(user):
        steps = path.rstrip("/").split("/")
        found |= Q(shared=True, scope__in=["/".join(steps[: i + 1]) + "/" for i in range(len(steps))])
    return found


@rules.predicate
def is_shared_with(user: Person, obj: Any = None) -> bool:
    """A board that a colleague shared with all inside an area."""
    return obj is not None and obj.shared and any(path.startswith(obj.scope) for path in paths_of(user))


reads_figures = anywhere_as(*READERS)
rules.add_perm("indicators.view_figures", reads_figures)
rules.add_perm("indicators.view_checks", is_system | anywhere_as(*CHECKERS))
rules.add_perm("indicators.check_figures", is_system)
rules.add_perm("indicators.compose_board", reads_figures)
rules.add_perm("indicators.view_board", (is_owner & reads_figures) | is_shared_with)
rules.add_perm("indicators.change_board", is_owner)
