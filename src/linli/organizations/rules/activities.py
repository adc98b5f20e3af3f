"""Who may do what with an activity: the organizer plans and sums up, others look at it and say whether it was so."""

from __future__ import annotations

from typing import Any

import rules

from linli.actors.choices import Role
from linli.core.access.grants import Person
from linli.core.access.rules import is_system, posted_as
from linli.organizations.choices import activities as choices
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.rules.filing import APPLICANT, COMMUNITY, DISINTERESTED, READERS, is_draft, runs_it

# The federation's Party organization is heard through its secretary; the street stands in where there is none.
FEDERATION = posted_as(Role.FEDERATION_SECRETARY)
LISTENERS = FEDERATION | posted_as(Role.STREET_OFFICER)

# May hold activities: those that exist. One in liquidation may do nothing else （社团/民非条例, rulebook §2.3）.
MAY_HOLD = (LegalStatus.GRASSROOTS, LegalStatus.FILED, LegalStatus.REGISTERING, LegalStatus.REGISTERED)


@rules.predicate
def has_to_be_reported(user: Person, obj: Any = None) -> bool:
    """The triggers say so."""
    return obj is not None and bool(obj.reported_because)


rules.add_perm(choices.ANNOUNCE.name, APPLICANT & ~has_to_be_reported)
rules.add_perm(choices.REPORT.name, APPLICANT & has_to_be_reported)
for step in (choices.LICENSE, choices.GO_AHEAD, choices.HOLD, choices.SUMMARISE):
    rules.add_perm(step.name, APPLICANT)
# The system cancels what an organization had planned that liquidates or was struck off (actions/standstill.py).
rules.add_perm(choices.CANCEL_ACTIVITY.name, APPLICANT | is_system)
for step in (choices.AGREE, choices.RETURN_ACTIVITY, choices.DISAGREE):
    rules.add_perm(step.name, LISTENERS & DISINTERESTED)
for step in (choices.CONFIRM, choices.DOUBT, choices.DISPROVE):
    rules.add_perm(step.name, COMMUNITY & DISINTERESTED)
rules.add_perm(choices.COUNT_IN.name, is_system)

rules.add_perm("organizations.view_activity", APPLICANT | (~is_draft & (READERS | FEDERATION)))
rules.add_perm("organizations.begin_activity", runs_it | COMMUNITY)
rules.add_perm("organizations.check_in", rules.is_authenticated)
# Figures of a year are closed by whoever answers for them.
rules.add_perm("organizations.close_year", posted_as(Role.DISTRICT_HEAD))
