"""Who may take which step of grading: the office of the scheme runs it, others evaluate, others again vote."""

from __future__ import annotations

from typing import Any

import rules

from linli.actors.choices import Role
from linli.core.access.grants import Person, holds
from linli.core.access.rules import is_owner, is_system, posted_as
from linli.organizations.choices import grade_change as changes
from linli.organizations.choices import grading_case as cases
from linli.organizations.choices import grading_round as rounds
from linli.organizations.choices import grading_sheet as sheets
from linli.organizations.choices.grading import SCHEMES, Board, SchemeName
from linli.organizations.choices.grading_case import SHEETS_OPEN
from linli.organizations.models import BoardMember, GradingVote
from linli.organizations.rules.filing import APPLICANT, COMMUNITY, READERS, is_draft, runs_it


@rules.predicate
def is_its_office(user: Person, obj: Any = None) -> bool:
    """Of the office whose scheme it is, over the place: the district for grades, the street for stars."""
    if obj is None or obj.scheme not in SCHEMES:  # as where one asks what a post may do at all
        return False
    scheme = SCHEMES[obj.scheme]
    return holds(user, (scheme.officer, scheme.head), obj.scope)


@rules.predicate
def heads_it(user: Person, obj: Any = None) -> bool:
    """The person in charge of the organization now."""
    return obj is not None and bool(user.pk) and obj.organization.owner_id == user.pk


@rules.predicate
def is_of_stars(user: Person, obj: Any = None) -> bool:
    """In the local scheme, where the community is asked first."""
    return obj is not None and obj.scheme == SchemeName.STARS


def _sits_on(user: Person, obj: Any, board: Board) -> BoardMember | None:
    if obj is None or not user.pk or not obj.pk:
        return None
    return BoardMember.objects.filter(round=obj.round_id, user=user.pk, board=board).first()


@rules.predicate
def may_still_vote(user: Person, obj: Any = None) -> bool:
    """A member of the commission who has not voted in this sitting."""
    seat = _sits_on(user, obj, Board.COMMISSION)
    return seat is not None and not GradingVote.objects.filter(grading=obj, member=seat, sitting=obj.sitting).exists()


@rules.predicate
def may_still_review(user: Person, obj: Any = None) -> bool:
    """A member of the review board who has not voted."""
    seat = _sits_on(user, obj, Board.REVIEW)
    return seat is not None and not GradingVote.objects.filter(grading=obj, member=seat, sitting=obj.sitting).exists()


@rules.predicate
def sits_in_its_round(user: Person, obj: Any = None) -> bool:
    """Of one of the boards, once there is something to vote about."""
    if obj is None or not user.pk or obj.state not in SHEETS_OPEN:
        return False
    return BoardMember.objects.filter(round=obj.round_id, user=user.pk).exists()


@rules.predicate
def sits_in_the_round(user: Person, obj: Any = None) -> bool:
    """Of one of the boards of this very round."""
    return obj is not None and bool(user.pk and obj.pk) and obj.seats.filter(user=user.pk).exists()


@rules.predicate
def sheet_is_open(user: Person, obj: Any = None) -> bool:
    """All sheets are in and lie before the commission: only now may others read them."""
    if obj is None or obj.grading.state not in SHEETS_OPEN or not user.pk:
        return False
    scheme = SCHEMES[obj.grading.scheme]
    of_office = holds(user, (scheme.officer, scheme.head, Role.AUDITOR), obj.scope)
    return of_office or BoardMember.objects.filter(round=obj.grading.round_id, user=user.pk).exists()


@rules.predicate
def evaluates_it(user: Person, obj: Any = None) -> bool:
    """Drawn to evaluate it and neither withdrawn nor replaced: reads what the organization handed in."""
    if obj is None or not user.pk or not obj.pk:
        return False
    return bool(obj.sheets.filter(owner=user.pk, state__in=(sheets.T.DRAWN, sheets.T.SENT, sheets.T.TAKEN)).exists())


@rules.predicate
def proposed_it(user: Person, obj: Any = None) -> bool:
    """Whoever told the organization: another one decides."""
    return obj is not None and bool(user.pk) and obj.proposed_by_id == user.pk


DISINTERESTED = ~APPLICANT & ~heads_it

# --- rounds -------------------------------------------------------------------------------------------------------
rules.add_perm("organizations.begin_round", is_its_office)
rules.add_perm(rounds.OPEN_ROUND.name, is_owner & is_its_office)
rules.add_perm(rounds.CLOSE_ROUND.name, is_system | is_its_office)
rules.add_perm(rounds.FINISH_ROUND.name, is_its_office)
rules.add_perm(rounds.DROP_ROUND.name, is_owner)
rules.add_perm("organizations.view_gradinground", is_owner | (~is_draft & (READERS | sits_in_the_round)))

# --- the grading of an organization -------------------------------------------------------------------------------
rules.add_perm("organizations.begin_grading", runs_it)
rules.add_perm(cases.APPLY.name, APPLICANT & ~is_of_stars)
rules.add_perm(cases.APPLY_STARS.name, APPLICANT & is_of_stars)
rules.add_perm(cases.REAPPLY.name, APPLICANT)
rules.add_perm(cases.WITHDRAW.name, APPLICANT)
rules.add_perm(cases.GIVE_OPINION.name, COMMUNITY & DISINTERESTED)
for step in (
    cases.RETURN,
    cases.REFUSE,
    cases.DRAW,
    cases.REPLACE,
    cases.TO_BALLOT,
    cases.COUNT,
    cases.OBJECT,
    cases.UPHOLD,
    cases.OVERTURN,
):
    rules.add_perm(step.name, is_its_office & DISINTERESTED)
rules.add_perm(cases.VOTE.name, may_still_vote & DISINTERESTED)
rules.add_perm(cases.VOTE_REVIEW.name, may_still_review & DISINTERESTED)
rules.add_perm(cases.APPEAL.name, APPLICANT | heads_it)
rules.add_perm(cases.CONFIRM.name, is_system)
rules.add_perm("organizations.view_grading", APPLICANT | heads_it | (~is_draft & (READERS | sits_in_its_round)))
# Who was drawn, all the marks and every vote by name: not for the organization itself.
rules.add_perm(
    "organizations.view_sheets", (is_its_office | sits_in_its_round | posted_as(Role.AUDITOR)) & DISINTERESTED
)
rules.add_perm(
    "organizations.read_grading_papers", APPLICANT | (~is_draft & (READERS | sits_in_its_round)) | evaluates_it
)

# --- a sheet ------------------------------------------------------------------------------------------------------
rules.add_perm(sheets.SEND_SHEET.name, is_owner)
rules.add_perm(sheets.RECUSE.name, is_owner)
rules.add_perm(sheets.VOID_SHEET.name, is_system)
rules.add_perm(sheets.TAKE_SHEET.name, is_system)
rules.add_perm("organizations.view_gradingsheet", is_owner | sheet_is_open)

# --- what becomes of a grade --------------------------------------------------------------------------------------
rules.add_perm("organizations.enter_grade", is_its_office & ~heads_it)
rules.add_perm("organizations.begin_grade_change", is_its_office & ~heads_it)
rules.add_perm(changes.NOTIFY.name, is_its_office & is_owner & ~heads_it)
rules.add_perm(changes.REPLY.name, heads_it)
rules.add_perm(changes.END_HEARING.name, is_system)
for step in (changes.DECIDE, changes.SPARE):
    rules.add_perm(step.name, is_its_office & ~proposed_it & ~heads_it)
rules.add_perm(changes.RETURN_PLAQUE.name, is_its_office & ~heads_it)
rules.add_perm(changes.WITHDRAW.name, is_owner)
rules.add_perm("organizations.view_gradechange", is_owner | (~is_draft & (READERS | heads_it)))
