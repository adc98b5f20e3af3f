"""Who may do what with incubation: an organization applies, federation or street answer."""

from __future__ import annotations

import rules

from linli.actors.choices import Role
from linli.core.access.rules import posted_as
from linli.organizations.choices import incubation as choices
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.rules.filing import APPLICANT, COMMUNITY, DISINTERESTED, READERS, is_draft, runs_it

KEEPERS = posted_as(Role.FEDERATION_SECRETARY, Role.STREET_OFFICER)
# Young ones, before they are registered.
MAY_APPLY = (LegalStatus.GRASSROOTS, LegalStatus.FILED)

for step in (choices.APPLY, choices.REAPPLY, choices.WITHDRAW_INCUBATION):
    rules.add_perm(step.name, APPLICANT)
for step in (
    choices.ADMIT,
    choices.RETURN_INCUBATION,
    choices.REFUSE_INCUBATION,
    choices.SUPPORT_INCUBATION,
    choices.EXTEND_INCUBATION,
    choices.GRADUATE,
):
    rules.add_perm(step.name, KEEPERS & DISINTERESTED)
rules.add_perm(choices.MEASURE.name, APPLICANT | KEEPERS)
rules.add_perm(choices.LEAVE.name, APPLICANT | KEEPERS)

rules.add_perm("organizations.view_incubation", APPLICANT | (~is_draft & (READERS | KEEPERS)))
rules.add_perm("organizations.begin_incubation", runs_it | COMMUNITY)
rules.add_perm("organizations.view_incubators", READERS | KEEPERS)
rules.add_perm("organizations.keep_incubator", KEEPERS)
