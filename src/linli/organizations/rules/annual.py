"""Who may take which step with an annual report: its head writes, the street reviews, the district concludes."""

from __future__ import annotations

from typing import Any

import rules

from linli.core.access.grants import Person
from linli.core.access.rules import is_system
from linli.organizations.choices import annual as choices
from linli.organizations.choices.annual import ReportState
from linli.organizations.rules.filing import APPLICANT, COMMUNITY, DISTRICT, READERS, STREET, runs_it


@rules.predicate
def without_account(user: Person, obj: Any = None) -> bool:
    """Nobody's yet: the organization has no account, so its community writes for it."""
    return obj is not None and obj.owner_id is None


@rules.predicate
def is_at_street(user: Person, obj: Any = None) -> bool:
    """The supervising unit has it now."""
    return obj is not None and obj.state == ReportState.REVIEW


@rules.predicate
def not_yet_called(user: Person, obj: Any = None) -> bool:
    """Just opened; the next moment it is called for."""
    return obj is not None and obj.state == ReportState.CALLED


@rules.predicate
def heads_it(user: Person, obj: Any = None) -> bool:
    """The person in charge of the organization now, whoever it was when the report was opened."""
    return obj is not None and bool(user.pk) and obj.organization.owner_id == user.pk


WRITES = APPLICANT | (without_account & COMMUNITY)
DISINTERESTED = ~APPLICANT & ~heads_it

rules.add_perm(choices.CALL.name, is_system)
for step in (choices.SEND, choices.RESEND, choices.SAY_MENDED):
    rules.add_perm(step.name, WRITES)
rules.add_perm(choices.FORWARD.name, STREET & DISINTERESTED)
rules.add_perm(choices.RETURN.name, DISINTERESTED & ((is_at_street & STREET) | (~is_at_street & DISTRICT)))
for step in (
    choices.PASS,
    choices.PASS_BARELY,
    choices.FAIL,
    choices.ACCEPT_MENDING,
    choices.REJECT_MENDING,
    choices.NOTE_UNMENDED,
    choices.NOTE_MISSED,
    choices.EXEMPT,
):
    rules.add_perm(step.name, DISTRICT & DISINTERESTED)
rules.add_perm("organizations.view_annualreport", APPLICANT | (~not_yet_called & READERS))
rules.add_perm("organizations.begin_report", runs_it | COMMUNITY | DISTRICT)
