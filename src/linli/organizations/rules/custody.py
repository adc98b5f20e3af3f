"""Who may do what in the custody of funds: who enters never approves, who asks for the end does not end it."""

from __future__ import annotations

from typing import Any

import rules

from linli.actors.choices import Role
from linli.core.access.grants import Person, grants_of
from linli.core.access.rules import is_owner, is_system, posted_as
from linli.organizations.choices import custody as choices
from linli.organizations.choices.custody import CUSTODY_READERS
from linli.organizations.rules.filing import APPLICANT, DISINTERESTED, is_draft

KEEPER = posted_as(*choices.KEEPERS)
SECRETARY = posted_as(Role.FEDERATION_SECRETARY)
READERS = posted_as(*CUSTODY_READERS)


def sees_custodies(user: Person) -> bool:
    """Holds a post that sees ledgers somewhere."""
    return any(grant.role in CUSTODY_READERS for grant in grants_of(user))


@rules.predicate
def sees_some(user: Person, obj: Any = None) -> bool:
    """The same as a rule, whatever the record."""
    return sees_custodies(user)


def heads(user: Person, member: Any) -> bool:
    """Whether the person heads the member whose money it is."""
    organization = member.organization
    owners = (member.owner_id, organization.owner_id if organization is not None else None)
    return bool(user.pk) and user.pk in owners


@rules.predicate
def heads_member(user: Person, obj: Any = None) -> bool:
    """The head of the member, asked of an agreement."""
    return obj is not None and heads(user, obj.member)


@rules.predicate
def heads_member_of_entry(user: Person, obj: Any = None) -> bool:
    """The head of the member, asked of an entry."""
    return obj is not None and heads(user, obj.custody.member)


@rules.predicate
def is_member(user: Person, obj: Any = None) -> bool:
    """The head of the member, asked of the member."""
    return obj is not None and heads(user, obj)


@rules.predicate
def asked_for_the_end(user: Person, obj: Any = None) -> bool:
    """Whoever said that it should end."""
    return obj is not None and obj.end_asked_by_id is not None and obj.end_asked_by_id == user.pk


for step in (choices.APPLY, choices.REAPPLY, choices.WITHDRAW_CUSTODY):
    rules.add_perm(step.name, APPLICANT)
for step in (choices.SIGN, choices.RETURN_CUSTODY, choices.REFUSE_CUSTODY):
    rules.add_perm(step.name, (SECRETARY | posted_as(Role.STREET_OFFICER)) & DISINTERESTED & ~heads_member)
rules.add_perm(choices.RENEW.name, SECRETARY)
rules.add_perm(choices.ASK_END.name, heads_member | SECRETARY)
rules.add_perm(choices.KEEP_ON.name, heads_member | SECRETARY)
rules.add_perm(choices.END_CUSTODY.name, KEEPER & ~asked_for_the_end & ~heads_member)

rules.add_perm(choices.VIEW, sees_some)
rules.add_perm("organizations.begin_custody", is_member | SECRETARY)
rules.add_perm("organizations.view_custody", APPLICANT | (~is_draft & (READERS | heads_member)))
rules.add_perm("organizations.close_custody_month", KEEPER)
rules.add_perm("organizations.publish_custody", SECRETARY)

rules.add_perm("organizations.enter_custody", KEEPER & ~heads_member)
for step in (choices.SEND_ENTRY, choices.RESEND_ENTRY):
    rules.add_perm(step.name, is_owner & KEEPER & ~heads_member_of_entry)
rules.add_perm(choices.DROP_ENTRY.name, is_owner)
for step in (choices.APPROVE_ENTRY, choices.RETURN_ENTRY):
    rules.add_perm(step.name, KEEPER & DISINTERESTED & ~heads_member_of_entry)
rules.add_perm(choices.LAPSE_ENTRY.name, is_system)
rules.add_perm("organizations.view_custodyentry", is_owner | (~is_draft & (READERS | heads_member_of_entry)))
