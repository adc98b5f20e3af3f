"""Who may take which step of a registration: the organization applies, the street consents, the district decides."""

from __future__ import annotations

import rules

from linli.organizations.choices import registration as choices
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.rules.annual import heads_it
from linli.organizations.rules.filing import APPLICANT, COMMUNITY, DISTRICT, READERS, STREET, is_draft, runs_it

DISINTERESTED = ~APPLICANT & ~heads_it
# A filed one, or one that was never filed.
MAY_REGISTER = (LegalStatus.FILED, LegalStatus.GRASSROOTS)

for step in (choices.SUBMIT, choices.RESUBMIT, choices.RESUBMIT_REGISTRY, choices.WITHDRAW):
    rules.add_perm(step.name, APPLICANT)
for step in (choices.CONSENT, choices.RETURN, choices.DENY):
    rules.add_perm(step.name, STREET & DISINTERESTED)
for step in (choices.ACCEPT, choices.RETURN_REGISTRY, choices.REGISTER, choices.REFUSE):
    rules.add_perm(step.name, DISTRICT & DISINTERESTED)
rules.add_perm("organizations.view_registration", APPLICANT | (~is_draft & READERS))
rules.add_perm("organizations.begin_registration", runs_it | COMMUNITY)
