"""Who may take which step in the loops of a federation."""

from __future__ import annotations

from typing import Any

import rules

from linli.actors.choices import Role
from linli.core.access.grants import Person, grants_of
from linli.core.access.rules import is_owner, is_system, posted_as
from linli.organizations.choices import cadence, membership
from linli.organizations.choices import federation as choices
from linli.organizations.choices.federation import FEDERATION_READERS
from linli.organizations.choices.membership import DISCIPLINE, MembershipKind
from linli.organizations.rules.filing import APPLICANT, DISINTERESTED, DISTRICT, STREET, is_draft, runs_it

FEDERATION = posted_as(Role.FEDERATION_SECRETARY)
READERS = posted_as(*FEDERATION_READERS)


def sees_federations(user: Person) -> bool:
    """Holds a post that sees the matters of some federation."""
    return any(grant.role in FEDERATION_READERS for grant in grants_of(user))


@rules.predicate
def sees_some(user: Person, obj: Any = None) -> bool:
    """The same as a rule, whatever the record."""
    return sees_federations(user)


@rules.predicate
def sent_it(user: Person, obj: Any = None) -> bool:
    """Whoever sent one of the six to be checked."""
    return obj is not None and obj.sent_by_id is not None and obj.sent_by_id == user.pk


@rules.predicate
def is_leaving(user: Person, obj: Any = None) -> bool:
    """A member leaves: nobody has to agree to that."""
    return obj is not None and obj.kind == MembershipKind.LEAVE


@rules.predicate
def is_about_user(user: Person, obj: Any = None) -> bool:
    """The member itself whom the federation brings before its council: it may answer."""
    if obj is None or obj.kind not in DISCIPLINE or obj.member is None or not user.pk:
        return False
    organization = obj.member.organization
    return user.pk in (obj.member.owner_id, organization.owner_id if organization is not None else None)


rules.add_perm(choices.VIEW, sees_some)
rules.add_perm("organizations.view_federation", READERS)
rules.add_perm("organizations.open_federation", STREET | DISTRICT)
rules.add_perm("organizations.view_member", runs_it | READERS)
rules.add_perm("organizations.reveal_contact", FEDERATION | STREET)

# 六个一: the federation sends, the street checks, never the same person.
rules.add_perm(choices.SEND_PILLAR.name, FEDERATION)
for step in (choices.CONFIRM_PILLAR, choices.RETURN_PILLAR):
    rules.add_perm(step.name, STREET & ~sent_it)
rules.add_perm("organizations.recheck_pillar", STREET)
rules.add_perm("organizations.view_pillar", READERS)

# The regular times: the federation records, the street may let one pass.
rules.add_perm(cadence.HOLD_OCCASION.name, FEDERATION)
rules.add_perm(cadence.WAIVE_OCCASION.name, STREET)
rules.add_perm("organizations.view_occasion", READERS)

# Posts: who proposes does not activate.
for step in (choices.SEND_TENURE, choices.DROP_TENURE):
    rules.add_perm(step.name, APPLICANT)
for step in (choices.ACTIVATE_TENURE, choices.RETURN_TENURE):
    rules.add_perm(step.name, STREET & DISINTERESTED)
rules.add_perm(choices.LEAVE_TENURE.name, FEDERATION | STREET)
rules.add_perm(choices.EXPIRE_TENURE.name, is_system)
rules.add_perm("organizations.begin_tenure", FEDERATION | STREET)
rules.add_perm("organizations.view_tenure", is_owner | READERS)

# Friends: the federation's own agreements.
for step in (choices.SIGN_FRIENDSHIP, choices.DROP_FRIENDSHIP):
    rules.add_perm(step.name, APPLICANT)
rules.add_perm(choices.BREAK_OFF_FRIENDSHIP.name, FEDERATION)
rules.add_perm(choices.EXPIRE_FRIENDSHIP.name, is_system)
rules.add_perm("organizations.begin_friendship", FEDERATION)
rules.add_perm("organizations.view_friendship", is_owner | READERS)

# Members: the federation examines and records its council's vote; nobody in the own matter.
KEEPERS = (FEDERATION | posted_as(Role.STREET_OFFICER)) & DISINTERESTED
for step in (membership.SUBMIT_MEMBERSHIP, membership.RESUBMIT_MEMBERSHIP, membership.WITHDRAW_MEMBERSHIP):
    rules.add_perm(step.name, APPLICANT)
for step in (membership.FORWARD_MEMBERSHIP, membership.ADMIT_MEMBERSHIP):
    rules.add_perm(step.name, KEEPERS & ~is_leaving & ~is_about_user)
for step in (membership.RETURN_MEMBERSHIP, membership.REFUSE_MEMBERSHIP):
    rules.add_perm(step.name, KEEPERS & ~is_about_user)
rules.add_perm(membership.ACKNOWLEDGE_LEAVING.name, KEEPERS & is_leaving)
rules.add_perm(membership.REPLY_MEMBERSHIP.name, is_about_user)
rules.add_perm("organizations.begin_membership", rules.is_authenticated)
rules.add_perm("organizations.bring_member", FEDERATION)
rules.add_perm("organizations.leave_federation", runs_it | FEDERATION)
rules.add_perm("organizations.view_membership", APPLICANT | (~is_draft & (READERS | is_about_user)))

# Enquiries: a visitor without an account asks through the system.
rules.add_perm(membership.SEND_ENQUIRY.name, is_owner | is_system)
rules.add_perm(membership.WITHDRAW_ENQUIRY.name, is_owner)
for step in (membership.MATCH_ENQUIRY, membership.DECLINE_ENQUIRY, membership.REFER_ENQUIRY):
    rules.add_perm(step.name, (FEDERATION | posted_as(Role.STREET_OFFICER)) & DISINTERESTED)
for step in (membership.MATCH_BY_STREET, membership.DECLINE_BY_STREET):
    rules.add_perm(step.name, STREET & DISINTERESTED)
rules.add_perm("organizations.view_enquiry", is_owner | (~is_draft & READERS))
