"""Who may do what with a dormant organization: the machine finds, its head answers, people look and decide."""

from __future__ import annotations

import rules

from linli.core.access.rules import is_owner, is_system
from linli.organizations.choices import dormant as choices
from linli.organizations.rules.filing import COMMUNITY, READERS, STREET

CONCERNED = is_owner
for step in (choices.NOTIFY, choices.LAPSE, choices.LAPSE_REPLY):
    rules.add_perm(step.name, is_system)
# The community writes down what the head of an organization without an account says.
rules.add_perm(choices.ANSWER.name, CONCERNED | COMMUNITY)
rules.add_perm(choices.REPLY.name, CONCERNED | COMMUNITY)
rules.add_perm(choices.CHECK.name, COMMUNITY & ~CONCERNED)
rules.add_perm(choices.WAKE.name, (COMMUNITY | STREET) & ~CONCERNED)
for step in (choices.PROPOSE_END, choices.MERGE, choices.END):
    rules.add_perm(step.name, STREET & ~CONCERNED)
rules.add_perm("organizations.view_dormancy", CONCERNED | READERS)
