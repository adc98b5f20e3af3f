"""Who may do what. A case is closed: beside the parties only those who sit at its table and the committee's head."""

from __future__ import annotations

from typing import Any

import rules

from linli.actors.choices import CASE_ROLES, Role
from linli.actors.rules import anywhere_as
from linli.core.access.grants import Person, grants_of
from linli.core.access.models import User
from linli.core.access.rules import is_owner, posted_as
from linli.mediation.choices import cases as choices
from linli.mediation.choices.cases import VIEW
from linli.mediation.choices.network import VIEW as VIEW_NETWORK
from linli.mediation.choices.states import CaseState

MEDIATORS = (Role.MEDIATOR, Role.MEDIATION_HEAD)
# Who brings a quarrel on behalf of people.
SENDERS = (
    Role.COMMUNITY_WORKER,
    Role.COMMUNITY_HEAD,
    Role.STREET_OFFICER,
    Role.FEDERATION_SECRETARY,
    *MEDIATORS,
)
# What the person who typed it may still read: until the committee asks the parties.
STILL_TYPED = (CaseState.DRAFT, CaseState.REGISTERED)


def headed_by(user: Person) -> set[int]:
    """The bodies of the kernel in which a person is the committee's head."""
    return {grant.body_id for grant in grants_of(user) if grant.role == Role.MEDIATION_HEAD}


def served_by(user: Person) -> set[int]:
    """The bodies of the kernel in which a person mediates."""
    return {grant.body_id for grant in grants_of(user) if grant.role in MEDIATORS}


@rules.predicate
def is_draft(user: Person, obj: Any = None) -> bool:
    """Not sent yet."""
    return obj is not None and obj.state in (CaseState.DRAFT, CaseState.DROPPED)


@rules.predicate
def typed_it(user: Person, obj: Any = None) -> bool:
    """Who entered the case, as long as nothing has been added to what was typed."""
    return obj is not None and obj.entered_by_id == user.pk and obj.state in (*STILL_TYPED, CaseState.DROPPED)


@rules.predicate
def is_party(user: Person, obj: Any = None) -> bool:
    """One of the two sides."""
    return obj is not None and isinstance(user, User) and bool(obj.side_of(user))


@rules.predicate
def heads_it(user: Person, obj: Any = None) -> bool:
    """The head of the committee that accepts and seals."""
    return obj is not None and obj.body.committee.body_id in headed_by(user)


@rules.predicate
def sits(user: Person, obj: Any = None) -> bool:
    """One of the mediators of the case, as long as the post in the body is held."""
    if obj is None or obj.pk is None or not isinstance(user, User):
        return False
    seats = [seat for seat in obj.seats.all() if seat.until is None and seat.mediator.user_id == user.pk]
    return any(seat.mediator.body.body_id in served_by(user) for seat in seats)


@rules.predicate
def leads(user: Person, obj: Any = None) -> bool:
    """The mediator who leads the case, and still mediates there."""
    return (
        obj is not None
        and obj.lead is not None
        and obj.lead.user_id == user.pk
        and obj.lead.body.body_id in served_by(user)
    )


@rules.predicate
def keeps_committee(user: Person, obj: Any = None) -> bool:
    """The head of the committee a body is, or hangs under."""
    return obj is not None and obj.committee.body_id in headed_by(user)


@rules.predicate
def is_staffed_by(user: Person, obj: Any = None) -> bool:
    """Of one side of a case: who sits at its table or heads its committee, and is no side of it."""
    return obj is not None and bool(HEAD.test(user, obj.case) or TABLE.test(user, obj.case))


WRITES = is_draft & (is_owner | typed_it)
HEAD = heads_it & ~is_party
LEAD = leads & ~is_party
TABLE = sits & ~is_party

for step in (choices.SUBMIT, choices.DROP):
    rules.add_perm(step.name, WRITES)
for step in (choices.ASK_CONSENT, choices.DECLINE, choices.RECORD_CONSENT, choices.ACCEPT, choices.REASSIGN):
    rules.add_perm(step.name, HEAD)
for step in (choices.SEAL, choices.ARCHIVE, choices.CLEAR_DANGER):
    rules.add_perm(step.name, HEAD)
for step in (choices.CONSENT, choices.REFUSE, choices.CONFIRM_SIGNING):
    rules.add_perm(step.name, is_party)
for step in (choices.START, choices.EXTEND, choices.REACH_ORAL, choices.REACH_WRITTEN, choices.SIGN, choices.FAIL):
    rules.add_perm(step.name, LEAD)
for step in (choices.COUNTERSIGN, choices.FULFIL, choices.BREACH, choices.APPLY_CONFIRMATION, choices.NOTE_RULING):
    rules.add_perm(step.name, LEAD)
for step in (choices.NOTE_SESSION, choices.FOLLOW_UP):
    rules.add_perm(step.name, TABLE)
rules.add_perm(choices.FLAG_DANGER.name, TABLE | HEAD)
rules.add_perm(choices.RECORD_REFUSAL.name, LEAD | HEAD)
rules.add_perm(choices.WITHDRAW.name, is_owner | LEAD | HEAD)

rules.add_perm("mediation.view_mediation", WRITES | is_owner | typed_it | (~is_draft & (is_party | heads_it | sits)))
rules.add_perm("mediation.view_notes", ~is_draft & (HEAD | TABLE))
rules.add_perm("mediation.reveal_party", is_staffed_by)
rules.add_perm("mediation.add_paper", LEAD | HEAD)
rules.add_perm("mediation.invite_party", LEAD | HEAD)
rules.add_perm("mediation.begin_case", rules.is_authenticated)
rules.add_perm("mediation.send_case", anywhere_as(*SENDERS))
rules.add_perm(VIEW, anywhere_as(*MEDIATORS))
rules.add_perm("mediation.view_load", anywhere_as(Role.MEDIATION_HEAD))

KEEPERS = posted_as(Role.STREET_OFFICER, Role.STREET_HEAD)
rules.add_perm(VIEW_NETWORK, anywhere_as(*CASE_ROLES, *MEDIATORS))
rules.add_perm("mediation.keep_body", KEEPERS)
rules.add_perm("mediation.keep_mediators", KEEPERS | keeps_committee)
