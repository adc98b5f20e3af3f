"""Who may do what in a revocation: who proposes neither hears nor decides, and the organization always may answer."""

from __future__ import annotations

from typing import Any

import rules

from linli.actors.choices import Role
from linli.core.access.grants import Person, grants_of
from linli.core.access.rules import is_owner, is_system, posted_as
from linli.organizations.choices import revocation as choices
from linli.organizations.choices.revocation import REVOCATION_READERS
from linli.organizations.rules.filing import DISTRICT, is_draft

READERS = posted_as(*REVOCATION_READERS)
HEAD = posted_as(Role.DISTRICT_HEAD)


@rules.predicate
def sees_some(user: Person, obj: Any = None) -> bool:
    """Holds a post that sees such matters somewhere."""
    return any(grant.role in REVOCATION_READERS for grant in grants_of(user))


@rules.predicate
def proposed_it(user: Person, obj: Any = None) -> bool:
    """Whoever proposed, or drafted."""
    return obj is not None and bool(user.pk) and user.pk in (obj.owner_id, obj.proposed_by_id)


@rules.predicate
def is_about_own(user: Person, obj: Any = None) -> bool:
    """The head of the organization it is about."""
    organization = obj.organization if obj is not None else None
    return organization is not None and bool(user.pk) and organization.owner_id == user.pk


rules.add_perm(choices.NOTIFY.name, is_owner & DISTRICT & ~is_about_own)
for step in (choices.STATE_CASE, choices.ASK_HEARING):
    rules.add_perm(step.name, is_about_own)
for step in (choices.END_STATING, choices.END_WINDOW):
    rules.add_perm(step.name, is_system)
rules.add_perm(choices.HOLD_HEARING.name, DISTRICT & ~proposed_it & ~is_about_own)
for step in (choices.DECIDE, choices.SPARE):
    rules.add_perm(step.name, HEAD & ~proposed_it & ~is_about_own)
for step in (choices.SERVE, choices.RECALL, choices.UPHOLD, choices.REVERSE):
    rules.add_perm(step.name, DISTRICT & ~is_about_own)
rules.add_perm(choices.RECONSIDER.name, is_about_own | DISTRICT)
rules.add_perm(choices.WITHDRAW.name, is_owner & DISTRICT)

rules.add_perm(choices.VIEW, sees_some)
rules.add_perm("organizations.begin_revocation", DISTRICT)
rules.add_perm("organizations.view_revocation", is_owner | (~is_draft & (READERS | is_about_own)))
