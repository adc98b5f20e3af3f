"""Who may keep Party members, set up units, hold meetings, and read all of it."""

from __future__ import annotations

from typing import Any

import rules

from linli.actors.choices import Role
from linli.core.access.grants import Person, grants_of
from linli.core.access.rules import is_system, posted_as
from linli.organizations.choices import party as choices
from linli.organizations.choices.party import COVERING, PARTY_READERS
from linli.organizations.rules.federation import FEDERATION
from linli.organizations.rules.filing import STREET

READERS = posted_as(*PARTY_READERS)
COMMUNITY_SECRETARY = posted_as(Role.COMMUNITY_HEAD)
KEEPERS = FEDERATION | STREET | COMMUNITY_SECRETARY


@rules.predicate
def sees_some(user: Person, obj: Any = None) -> bool:
    """Holds a post that sees Party-building somewhere, whatever the record."""
    return any(grant.role in PARTY_READERS for grant in grants_of(user))


@rules.predicate
def is_standing(user: Person, obj: Any = None) -> bool:
    """It has been approved: from then on the street changes what it covers."""
    return obj is not None and obj.state in COVERING


rules.add_perm(choices.VIEW, sees_some)
rules.add_perm("organizations.view_party_member", READERS)
rules.add_perm("organizations.reveal_party_member", KEEPERS)
rules.add_perm("organizations.keep_party_members", KEEPERS)
rules.add_perm("organizations.keep_committee_posts", FEDERATION | STREET)
rules.add_perm("organizations.suggest_units", FEDERATION | STREET)
rules.add_perm("organizations.view_partyunit", READERS)
rules.add_perm("organizations.view_partysession", READERS)

# A unit: the machine suggests, the federation accepts, edits or refuses, the street approves.
for step in (choices.ACCEPT_UNIT, choices.DISMISS_UNIT):
    rules.add_perm(step.name, FEDERATION)
for step in (choices.JOIN_UNIT, choices.LEAVE_UNIT):
    rules.add_perm(step.name, (~is_standing & FEDERATION) | (is_standing & STREET))
for step in (choices.APPROVE_UNIT, choices.RETURN_UNIT, choices.REFUSE_UNIT):
    rules.add_perm(step.name, STREET)
rules.add_perm(choices.TERM_ENDS.name, is_system)
rules.add_perm(choices.RENEW_UNIT.name, FEDERATION)
rules.add_perm(choices.END_UNIT.name, STREET)

# The regular meetings: recorded by the community that leads, or by the federation that guides.
rules.add_perm(choices.HOLD_SESSION.name, FEDERATION | COMMUNITY_SECRETARY)
rules.add_perm(choices.WAIVE_SESSION.name, STREET)
rules.add_perm(choices.LAPSE_SESSION.name, is_system)
