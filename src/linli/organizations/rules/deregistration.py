"""Who may take which step at the end of a registered organization."""

from __future__ import annotations

import rules

from linli.organizations.choices import deregistration as choices
from linli.organizations.rules.annual import heads_it
from linli.organizations.rules.filing import APPLICANT, COMMUNITY, DISTRICT, READERS, STREET, is_draft, runs_it

DISINTERESTED = ~APPLICANT & ~heads_it

for step in (
    choices.SUBMIT,
    choices.RESUBMIT,
    choices.END_LIQUIDATION,
    choices.APPLY,
    choices.REAPPLY,
    choices.WITHDRAW,
):
    rules.add_perm(step.name, APPLICANT)
for step in (choices.CONSENT, choices.RETURN, choices.DENY):
    rules.add_perm(step.name, STREET & DISINTERESTED)
for step in (choices.RETURN_REGISTRY, choices.STRIKE_OFF, choices.RESUME):
    rules.add_perm(step.name, DISTRICT & DISINTERESTED)
rules.add_perm("organizations.view_deregistration", APPLICANT | (~is_draft & READERS))
rules.add_perm("organizations.begin_deregistration", runs_it | COMMUNITY)
