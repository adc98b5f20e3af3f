"""Who may take which step. The matrix test writes all of this out as one reviewed table."""

from __future__ import annotations

from typing import Any

import rules

from linli.actors.choices import Role
from linli.core.access.grants import Person, grants_of
from linli.core.access.rules import is_owner, is_system, posted_as
from linli.organizations.choices import filing as choices

COMMUNITY = posted_as(Role.COMMUNITY_WORKER, Role.COMMUNITY_HEAD)
STREET = posted_as(Role.STREET_OFFICER, Role.STREET_HEAD)
DISTRICT = posted_as(Role.DISTRICT_OFFICER, Role.DISTRICT_HEAD)
READERS = COMMUNITY | STREET | DISTRICT | posted_as(Role.AUDITOR)

ENTERERS = (Role.COMMUNITY_WORKER, Role.COMMUNITY_HEAD, Role.STREET_OFFICER)


def enters_for_others(user: Person) -> bool:
    """Holds a post that enters applications for residents."""
    return any(grant.role in ENTERERS for grant in grants_of(user))


@rules.predicate
def entered_it(user: Person, obj: Any = None) -> bool:
    """A worker who entered the case for somebody."""
    return obj is not None and obj.entered_by_id is not None and obj.entered_by_id == user.pk


@rules.predicate
def is_draft(user: Person, obj: Any = None) -> bool:
    """Not yet sent: nobody's but the applicant's."""
    return obj is not None and obj.state == "draft"


@rules.predicate
def runs_it(user: Person, obj: Any = None) -> bool:
    """The person in charge of the organization."""
    return obj is not None and obj.owner_id is not None and obj.owner_id == user.pk


APPLICANT = is_owner | entered_it
# Nobody decides on an own application (回避).
DISINTERESTED = ~APPLICANT

for step in (choices.SUBMIT, choices.RESUBMIT, choices.RESUBMIT_STREET, choices.WITHDRAW):
    rules.add_perm(step.name, APPLICANT)
for step in (choices.SUPPORT, choices.OPPOSE, choices.RETURN_COMMUNITY):
    rules.add_perm(step.name, COMMUNITY & DISINTERESTED)
for step in (choices.AGREE, choices.RETURN_STREET, choices.REFUSE, choices.OBJECT):
    rules.add_perm(step.name, STREET & DISINTERESTED)
rules.add_perm(choices.ISSUE.name, is_system)

for step in (choices.SUBMIT_AMENDMENT, choices.RESUBMIT_AMENDMENT, choices.WITHDRAW_AMENDMENT):
    rules.add_perm(step.name, APPLICANT)
for step in (choices.SUPPORT_AMENDMENT, choices.OPPOSE_AMENDMENT):
    rules.add_perm(step.name, COMMUNITY & DISINTERESTED)
for step in (choices.APPROVE_AMENDMENT, choices.REFUSE_AMENDMENT):
    rules.add_perm(step.name, STREET & DISINTERESTED)


@rules.predicate
def is_with_community(user: Person, obj: Any = None) -> bool:
    """The community is asked now."""
    return obj is not None and obj.state == choices.AmendmentState.OPINION


rules.add_perm(
    choices.RETURN_AMENDMENT.name,
    DISINTERESTED & ((is_with_community & COMMUNITY) | (~is_with_community & STREET)),
)

rules.add_perm("organizations.view_filing", APPLICANT | (~is_draft & READERS))
rules.add_perm("organizations.view_amendment", APPLICANT | (~is_draft & READERS))
rules.add_perm("organizations.view_organization", runs_it | READERS)
rules.add_perm("organizations.reveal_leader", COMMUNITY | STREET | DISTRICT)
# A worker may enter for a resident; the place is checked again when the case is sent.
rules.add_perm("organizations.begin_filing", rules.is_authenticated)
rules.add_perm("organizations.amend", runs_it | COMMUNITY)
# Taking over a paper register: whoever decides on filings there, and the district above.
rules.add_perm("organizations.import", STREET | DISTRICT)
