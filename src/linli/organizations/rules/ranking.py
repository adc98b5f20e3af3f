"""Who may do what about rankings: everybody reads them; why somebody stands there is for itself and the officers."""

from __future__ import annotations

from typing import Any

import rules

from linli.actors.choices import Role
from linli.core.access.grants import Person, grants_of
from linli.core.access.rules import is_owner, posted_as
from linli.organizations.choices import commendation as choices
from linli.organizations.choices.commendation import COMMENDATION_READERS
from linli.organizations.rules.filing import DISTRICT, READERS, is_draft, runs_it

OFFICER = posted_as(Role.DISTRICT_OFFICER)


@rules.predicate
def sees_some(user: Person, obj: Any = None) -> bool:
    """Holds a post that sees lists before they are published, whatever the record."""
    return any(grant.role in COMMENDATION_READERS for grant in grants_of(user))


@rules.predicate
def proposed_it(user: Person, obj: Any = None) -> bool:
    """Whoever proposed the list: another one decides."""
    return obj is not None and bool(user.pk) and obj.proposed_by_id == user.pk


@rules.predicate
def is_praised(user: Person, obj: Any = None) -> bool:
    """Runs an organization of the list: nobody decides on the own praise （回避）."""
    if obj is None or not user.pk or not obj.pk:
        return False
    return bool(obj.rows.filter(struck="", organization__owner=user.pk).exists())


DISINTERESTED = ~is_praised
rules.add_perm("organizations.explain_standing", runs_it | READERS)
rules.add_perm("organizations.view_commendations", sees_some)
rules.add_perm("organizations.begin_commendation", OFFICER)
rules.add_perm(choices.STRIKE.name, (is_draft & is_owner & OFFICER) | (~is_draft & DISTRICT & ~proposed_it))
rules.add_perm(choices.PROPOSE.name, is_owner & OFFICER & DISINTERESTED)
for step in (choices.RETURN, choices.PUBLISH, choices.REFUSE):
    rules.add_perm(step.name, DISTRICT & ~proposed_it & DISINTERESTED)
rules.add_perm(choices.WITHDRAW.name, is_owner)
rules.add_perm("organizations.view_commendation", is_owner | (~is_draft & posted_as(*COMMENDATION_READERS)))
