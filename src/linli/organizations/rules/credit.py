"""Who may take which step about credit."""

from __future__ import annotations

from typing import Any

import rules

from linli.actors.choices import Role
from linli.core.access.grants import Person, grants_of
from linli.core.access.rules import is_owner, is_system, posted_as
from linli.organizations.choices import credit as choices
from linli.organizations.choices.credit import CREDIT_READERS, ListingState
from linli.organizations.rules.filing import DISTRICT, is_draft, runs_it

READERS = posted_as(*CREDIT_READERS)
HEAD = posted_as(Role.DISTRICT_HEAD)


@rules.predicate
def sees_some(user: Person, obj: Any = None) -> bool:
    """Holds a post that sees matters of credit, whatever the record."""
    return any(grant.role in CREDIT_READERS for grant in grants_of(user))


@rules.predicate
def is_its_head(user: Person, obj: Any = None) -> bool:
    """The person in charge of the organization it is about."""
    return obj is not None and bool(user.pk) and obj.organization.owner_id == user.pk


@rules.predicate
def proposed_it(user: Person, obj: Any = None) -> bool:
    """Whoever told the organization: another one decides."""
    return obj is not None and bool(user.pk) and obj.proposed_by_id == user.pk


@rules.predicate
def asked_for_it(user: Person, obj: Any = None) -> bool:
    """Whoever asked for the removal: another one verifies."""
    return obj is not None and bool(user.pk) and obj.asked_by_id == user.pk


@rules.predicate
def is_with_officers(user: Person, obj: Any = None) -> bool:
    """Suggested by the clock, nobody has told the organization yet."""
    return obj is not None and obj.state == ListingState.CHECK


DISINTERESTED = ~is_its_head
rules.add_perm(choices.VIEW, sees_some)
rules.add_perm(choices.SUGGEST.name, is_system)
rules.add_perm(choices.NOTIFY.name, DISINTERESTED & DISTRICT & is_owner)
rules.add_perm(choices.TAKE_UP.name, DISINTERESTED & DISTRICT)
rules.add_perm(choices.REPLY.name, is_its_head)
rules.add_perm(choices.END_HEARING.name, is_system)
rules.add_perm(choices.ENTER.name, DISINTERESTED & DISTRICT & ~proposed_it)
rules.add_perm(choices.SPARE.name, DISINTERESTED & DISTRICT & (is_with_officers | ~proposed_it))
rules.add_perm(choices.ASK_REMOVAL.name, is_its_head | DISTRICT)
rules.add_perm(choices.RELEASE.name, is_system)
for step in (choices.GRANT_REMOVAL, choices.KEEP):
    rules.add_perm(step.name, DISINTERESTED & DISTRICT & ~asked_for_it)
# A revocation that was served is heard and decided already; one that is reversed takes its entry along.
rules.add_perm(choices.LIST_REVOKED.name, is_system)
rules.add_perm(choices.ANNUL.name, (DISINTERESTED & HEAD) | is_system)
rules.add_perm(choices.WITHDRAW.name, is_owner)
rules.add_perm("organizations.view_creditlisting", is_owner | (~is_draft & (READERS | is_its_head)))
# The record of an organization: everything that is known, withdrawn included.
rules.add_perm("organizations.view_credit", runs_it | READERS)
rules.add_perm("organizations.begin_listing", DISTRICT & ~runs_it)
rules.add_perm("organizations.enter_credit_info", DISTRICT & ~runs_it)
rules.add_perm("organizations.withdraw_credit_info", DISTRICT)
