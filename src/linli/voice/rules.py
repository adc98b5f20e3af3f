"""Who may take which step. Who brought a report is read by nobody who answers it or is complained of."""

from __future__ import annotations

from typing import Any

import rules

from linli.actors.choices import BodyKind, Role
from linli.core.access.grants import Person, grants_of, holds
from linli.core.access.rules import is_owner, is_system, posted_as
from linli.voice.choices import matters
from linli.voice.choices import report as choices
from linli.voice.choices.report import TRIES, ReportState

READING = (
    Role.COMMUNITY_WORKER,
    Role.COMMUNITY_HEAD,
    Role.STREET_OFFICER,
    Role.STREET_HEAD,
    Role.DISTRICT_OFFICER,
    Role.DISTRICT_HEAD,
    Role.AUDITOR,
)
ANSWERING = (Role.COMMUNITY_WORKER, Role.COMMUNITY_HEAD, Role.STREET_OFFICER, Role.DISTRICT_OFFICER)
ENTERING = (Role.COMMUNITY_WORKER, Role.COMMUNITY_HEAD, Role.STREET_OFFICER)
READERS = posted_as(*READING)


def serves(user: Person, body_id: int | None, scope: str) -> bool:
    """Whether the person answers in a body over this path."""
    return body_id is not None and any(
        grant.body_id == body_id and grant.role in ANSWERING and grant.covers(scope) for grant in grants_of(user)
    )


def belongs_to(user: Person, body_id: int | None) -> bool:
    """Whether the person holds any post in a body."""
    return body_id is not None and any(grant.body_id == body_id for grant in grants_of(user))


@rules.predicate
def entered_it(user: Person, obj: Any = None) -> bool:
    """A worker who entered the report for a resident."""
    return obj is not None and obj.entered_by_id is not None and obj.entered_by_id == user.pk


@rules.predicate
def is_draft(user: Person, obj: Any = None) -> bool:
    """Not yet sent: nobody's but the author's, or of who enters it."""
    return obj is not None and (obj.state == ReportState.DRAFT or not obj.scope)


@rules.predicate
def is_of_body_complained_of(user: Person, obj: Any = None) -> bool:
    """Holds a post in the body the report is about."""
    return obj is not None and belongs_to(user, obj.about_id)


@rules.predicate
def is_of_handler(user: Person, obj: Any = None) -> bool:
    """Holds a post in the body that answers, or did first."""
    return obj is not None and (belongs_to(user, obj.handler_id) or belongs_to(user, obj.first_handler_id))


@rules.predicate
def dispatches(user: Person, obj: Any = None) -> bool:
    """Takes reports up and sends them out there."""
    return obj is not None and holds(user, obj.dispatcher_role, obj.scope)


@rules.predicate
def handles(user: Person, obj: Any = None) -> bool:
    """Answers in the body it was given to."""
    return obj is not None and serves(user, obj.handler_id, obj.scope)


@rules.predicate
def is_asked(user: Person, obj: Any = None) -> bool:
    """Answers in the body that was asked to take it over."""
    return obj is not None and serves(user, obj.asked_id, obj.scope)


@rules.predicate
def helps(user: Person, obj: Any = None) -> bool:
    """Answers in a body whose help was asked for and not yet given."""
    if obj is None or not obj.pk:
        return False
    # Once a request, however many steps ask.
    asked = getattr(obj, "_asked_bodies", None)
    if asked is None:
        asked = set(obj.helps.filter(answered_at__isnull=True).values_list("body_id", flat=True))
        obj._asked_bodies = asked
    return any(serves(user, body_id, obj.scope) for body_id in asked)


@rules.predicate
def calls_back(user: Person, obj: Any = None) -> bool:
    """Holds the post that asks the resident back."""
    return obj is not None and holds(user, obj.caller_role, obj.scope)


@rules.predicate
def is_about_a_street(user: Person, obj: Any = None) -> bool:
    """The district answers and asks back: there is nobody above it here."""
    return obj is not None and obj.about is not None and obj.about.kind == BodyKind.STREET


@rules.predicate
def was_upheld(user: Person, obj: Any = None) -> bool:
    """A dispute was decided already."""
    return obj is not None and obj.upheld


@rules.predicate
def was_reopened(user: Person, obj: Any = None) -> bool:
    """It was sent back once."""
    return obj is not None and obj.reopened_at is not None


@rules.predicate
def was_tried_often(user: Person, obj: Any = None) -> bool:
    """The resident was not reached so often that it may be closed."""
    return obj is not None and obj.tries >= TRIES


@rules.predicate
def enters_for_others(user: Person, obj: Any = None) -> bool:
    """Holds a post that writes down what came by telephone, on paper or at the door."""
    return any(grant.role in ENTERING for grant in grants_of(user))


@rules.predicate
def reads_some(user: Person, obj: Any = None) -> bool:
    """Holds a post that reads reports somewhere."""
    return any(grant.role in READING for grant in grants_of(user))


@rules.predicate
def is_joinable(user: Person, obj: Any = None) -> bool:
    """Open to all and still being worked on; one's own needs no joining."""
    return obj is not None and obj.open_to_all and obj.state in choices.LIVE and obj.owner_id != user.pk


AUTHOR = is_owner | entered_it
# Nobody takes an official step on an own report. That only hides the own buttons: others of the post go on, and
# nobody learns from who owes it that its author holds a post.
DISPATCHER = dispatches & ~is_owner & ~is_of_body_complained_of
HANDLER = handles & ~is_owner
CALLER = calls_back & ~is_owner & ~is_of_body_complained_of

for step in (choices.SUBMIT, choices.WITHDRAW):
    rules.add_perm(step.name, AUTHOR)
for step in (
    choices.ACCEPT,
    choices.REJECT,
    choices.REDIRECT,
    choices.MERGE,
    choices.SPLIT,
    choices.DISPATCH,
    choices.UPHOLD,
    choices.REASSIGN,
):
    rules.add_perm(step.name, DISPATCHER)
rules.add_perm(choices.END_MERGED.name, is_system)
for step in (
    choices.SIGN,
    choices.RESPOND,
    choices.PROGRESS,
    choices.ASK_HELP,
    choices.TRANSFER,
    choices.REPLY,
):
    rules.add_perm(step.name, HANDLER)
rules.add_perm(choices.DISPUTE.name, HANDLER & ~was_upheld)
rules.add_perm("voice.extend_report", HANDLER)
rules.add_perm(choices.HELP.name, helps & ~is_owner)
for step in (choices.TAKE_OVER, choices.DECLINE):
    rules.add_perm(step.name, is_asked & ~is_owner)
for step in (choices.CALL_BACK, choices.NOT_REACHED):
    rules.add_perm(step.name, CALLER & (~is_of_handler | is_about_a_street))
rules.add_perm(choices.CLOSE_UNREACHED.name, CALLER & (~is_of_handler | is_about_a_street) & was_tried_often)
rules.add_perm(choices.CONFIRM.name, is_owner)
rules.add_perm(choices.RATE.name, is_owner)
rules.add_perm(choices.REOPEN.name, is_owner & ~was_reopened)
rules.add_perm(choices.FILE_AWAY.name, is_system)

rules.add_perm("voice.view_report", AUTHOR | (~is_draft & READERS))
rules.add_perm(choices.VIEW, reads_some)
rules.add_perm("voice.begin_report", rules.is_authenticated)
rules.add_perm("voice.enter_report", enters_for_others)
rules.add_perm("voice.join_report", is_joinable)
# Before it is sent out the dispatcher may ask what was meant; afterwards only who asks back.
REACHES = (CALLER | DISPATCHER) & ~is_of_handler & ~is_draft


@rules.predicate
def may_reach_author(user: Person, obj: Any = None) -> bool:
    """Asked of a report, or of the contact that belongs to it."""
    return obj is not None and REACHES.test(user, getattr(obj, "report", obj))


rules.add_perm("voice.reveal_author", may_reach_author)

rules.add_perm(matters.VIEW, reads_some)
rules.add_perm("voice.keep_matters", posted_as(Role.DISTRICT_OFFICER, Role.DISTRICT_HEAD))
rules.add_perm("voice.keep_handlings", posted_as(Role.STREET_OFFICER, Role.STREET_HEAD))
