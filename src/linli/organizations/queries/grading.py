"""What is read of grading: rounds, gradings, sheets and changes as people may see them, and what everybody reads."""

from __future__ import annotations

import datetime as dt

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Q, QuerySet

from linli.actors.choices import BodyKind, Role
from linli.actors.models import Body
from linli.actors.queries import posts_on
from linli.areas.choices import Level
from linli.core import clock
from linli.core.access.grants import Person, covered, grants_of
from linli.core.access.models import User
from linli.core.workflow import visible
from linli.core.workflow.models import Task
from linli.organizations.choices.grade_change import CHANGE, ChangeState
from linli.organizations.choices.grading import SCHEMES, SITTING, Board, Choice, Scheme, SchemeName
from linli.organizations.choices.grading_case import GRADING, SHEETS_OPEN, GradingState
from linli.organizations.choices.grading_round import ROUND, RoundState
from linli.organizations.choices.grading_sheet import SHEET, SheetState
from linli.organizations.models import (
    BoardMember,
    GradeChange,
    Grading,
    GradingRound,
    GradingSheet,
    GradingVote,
    HeldGrade,
    Organization,
)
from linli.organizations.queries.register import HIDDEN, OUTLINES, READERS, own
from linli.organizations.rules.eligibility import Tally

OF_ORGANIZATION = tuple(f"organization__{name}" for name in (*HIDDEN, *OUTLINES))


def _key(user: Person) -> int:
    return user.pk if isinstance(user, User) and user.pk else 0


@visible(ROUND)
def rounds_visible_to(user: Person) -> QuerySet[GradingRound]:
    """List twin of the rule organizations.view_gradinground. A plan is its writer's until it is open."""
    seated = BoardMember.objects.filter(user=_key(user)).values("round")
    posted = (covered(user, READERS) | Q(pk__in=seated)) & ~Q(state=RoundState.DRAFT)
    return (
        GradingRound.objects.filter(Q(owner=_key(user)) | posted)
        .select_related("area", "owner")
        .defer("area__boundary")
    )


@visible(GRADING)
def gradings_visible_to(user: Person) -> QuerySet[Grading]:
    """List twin of the rule organizations.view_grading: the boards see one when it is laid before them."""
    seated = BoardMember.objects.filter(user=_key(user)).values("round")
    about = Q(organization__owner=_key(user))
    sent = (covered(user, READERS) | Q(round__in=seated, state__in=SHEETS_OPEN)) & ~Q(state=GradingState.DRAFT)
    return (
        Grading.objects.filter(own(user) | about | sent)
        .select_related("organization__area__parent", "round__area", "owner")
        .defer(*OF_ORGANIZATION, "round__area__boundary")
    )


@visible(SHEET)
def sheets_visible_to(user: Person) -> QuerySet[GradingSheet]:
    """List twin of the rule organizations.view_gradingsheet: nobody reads another's before all are in."""
    seated = BoardMember.objects.filter(user=_key(user)).values("round")
    office = Q(pk__in=())
    for scheme in SCHEMES.values():
        roles = (scheme.officer, scheme.head, Role.AUDITOR)
        office |= covered(user, roles) & Q(grading__scheme=scheme.name)
    opened = (office | Q(grading__round__in=seated)) & Q(grading__state__in=SHEETS_OPEN)
    return (
        GradingSheet.objects.filter(Q(owner=_key(user)) | opened)
        .select_related("grading__organization__area__parent", "grading__round__area", "owner")
        .defer(*(f"grading__{name}" for name in OF_ORGANIZATION), "grading__round__area__boundary")
    )


@visible(CHANGE)
def grade_changes_visible_to(user: Person) -> QuerySet[GradeChange]:
    """List twin of the rule organizations.view_gradechange."""
    about = Q(organization__owner=_key(user))
    sent = (covered(user, READERS) | about) & ~Q(state=ChangeState.DRAFT)
    return (
        GradeChange.objects.filter(Q(owner=_key(user)) | sent)
        .select_related("organization__area__parent", "held", "owner")
        .defer(*OF_ORGANIZATION)
    )


def held_visible_to(user: Person) -> QuerySet[HeldGrade]:
    """Who holds and held which grade. It is public; the officers' figures open into those of their areas."""
    return (
        HeldGrade.objects.filter(covered(user, READERS) | Q(organization__owner=_key(user)))
        .select_related("organization__area__parent")
        .defer(*OF_ORGANIZATION)
    )


# --- who may be picked for a board --------------------------------------------------------------------------------


def accounts_in(text: str) -> list[str]:
    """The accounts of a board, one a line or separated by blanks, each once, in the order typed."""
    return list(dict.fromkeys(text.replace("、", " ").replace("，", " ").split()))


def people_in(text: str) -> list[User]:
    """Those of a board's accounts that there are, in the order they were named."""
    accounts = accounts_in(text)
    found = {user.username: user for user in User.objects.filter(username__in=accounts)} if accounts else {}
    return [found[account] for account in accounts if account in found]


Picks = list[tuple[str, list[tuple[str, str]]]]


def picks_for(round: GradingRound, chosen: str) -> Picks:
    """Select choices for a board: who holds a post in the round's area, by post; and who was named besides."""
    posts = (
        posts_on(clock.today())
        .filter(role__in=SITTING[SchemeName(round.scheme)], area__path__startswith=round.area.path)
        .filter(user__is_active=True)
        .select_related("user", "body")
        .order_by("area__path", "pk")
    )
    by_role: dict[str, dict[str, str]] = {}
    seen: set[str] = set()
    for post in posts:
        if post.user.username not in seen:
            seen.add(post.user.username)
            by_role.setdefault(post.role, {})[post.user.username] = f"{post.user}（{post.body}）"
    order = SITTING[SchemeName(round.scheme)]
    groups: Picks = [(str(role.label), list(by_role[role].items())) for role in order if role in by_role]
    others = [(user.username, str(user)) for user in people_in(chosen) if user.username not in seen]
    if others:
        groups.append(("另外指定的", others))
    return groups


# --- what one page asks -------------------------------------------------------------------------------------------


def rounds_open_for(organization: Organization) -> list[GradingRound]:
    """The rounds an organization could apply in today, those that end first before the others."""
    wanted = [scheme.name for scheme in SCHEMES.values() if scheme.legal_status == organization.legal_status]
    above = [int(part) for part in organization.scope.split("/") if part]
    return list(
        GradingRound.objects.filter(
            scheme__in=wanted, area__in=above, state=RoundState.OPEN, apply_until__gte=clock.today()
        )
        .select_related("area")
        .order_by("apply_until", "pk")
    )


def scheme_of(organization: Organization) -> Scheme | None:
    """The scheme an organization of its status belongs to."""
    return next((one for one in SCHEMES.values() if one.legal_status == organization.legal_status), None)


def standing_grade(organization: Organization, scheme: Scheme) -> HeldGrade | None:
    """What it holds now; one whose day has passed is none, whether or not the night has looked."""
    rows = HeldGrade.objects.filter(organization=organization, scheme=scheme.name, ended_on__isnull=True)
    return rows.filter(valid_until__gte=clock.today()).select_related("organization").first()


def sheets_of(grading: Grading) -> list[GradingSheet]:
    """Those that count, in the order of the draw."""
    rows = grading.sheets.exclude(state__in=(SheetState.RECUSED, SheetState.VOID))
    return list(rows.select_related("owner").order_by("place"))


def votes_of(grading: Grading, board: Board, sitting: int | None = None) -> list[GradingVote]:
    """The votes of a board in a sitting, by name."""
    rows = GradingVote.objects.filter(grading=grading, member__board=board, sitting=sitting or grading.sitting)
    return list(rows.select_related("member__user").order_by("member__user__name", "pk"))


def tally_of(grading: Grading, board: Board) -> Tally:
    """A board's ballot as it stands now."""
    members = BoardMember.objects.filter(round=grading.round_id, board=board).count()
    said = [vote.choice for vote in votes_of(grading, board)]
    return Tally(members, len(said), said.count(Choice.FOR), said.count(Choice.AGAINST))


def ballots_waiting_for(user: User) -> QuerySet[Grading]:
    """Where this person has still to vote."""
    seats = BoardMember.objects.filter(user=user)
    commission = Q(round__in=seats.filter(board=Board.COMMISSION).values("round"), state=GradingState.BALLOT)
    review = Q(round__in=seats.filter(board=Board.REVIEW).values("round"), state=GradingState.REVIEW)
    voted = GradingVote.objects.filter(member__user=user, sitting=F("grading__sitting")).values("grading")
    return gradings_visible_to(user).filter(commission | review).exclude(pk__in=voted).order_by("pk")


def offices_of(user: Person) -> list[tuple[Scheme, str]]:
    """For which scheme and over which path the person's posts run rounds."""
    return [
        (scheme, grant.scope)
        for scheme in SCHEMES.values()
        for grant in grants_of(user)
        if grant.role in (scheme.officer, scheme.head)
    ]


# --- what everybody reads -----------------------------------------------------------------------------------------


def public_grades(scheme: str = "") -> QuerySet[HeldGrade]:
    """Who holds a grade or stars today."""
    rows = HeldGrade.objects.filter(ended_on__isnull=True, valid_until__gte=clock.today())
    if scheme:
        rows = rows.filter(scheme=scheme)
    return rows.select_related("organization__area__parent").defer(*OF_ORGANIZATION)


def public_notices() -> QuerySet[Grading]:
    """Results on public notice today."""
    return (
        Grading.objects.filter(state=GradingState.NOTICE)
        .select_related("organization__area__parent", "round__area")
        .defer(*OF_ORGANIZATION, "round__area__boundary")
        .order_by("noticed_on", "pk")
    )


def grades_that_ran_out() -> QuerySet[HeldGrade]:
    """Those whose last day has passed and which nobody ended."""
    return HeldGrade.objects.filter(ended_on__isnull=True, valid_until__lt=clock.today())


def notice_until(grading: Grading) -> dt.date | None:
    """The last day of the notice: what the inbox row of the clock says."""
    kind = ContentType.objects.get_for_model(Grading)
    row = Task.objects.filter(case_type=kind, case_id=grading.pk, closed_at__isnull=True, kind=Task.Kind.ACT).first()
    return row.due_on if row is not None else None


def office_body(grading: Grading) -> Body | None:
    """The office that gives it: where an objection goes."""
    kind = BodyKind.DEPARTMENT if grading.round.area.level == Level.DISTRICT else BodyKind.STREET
    posts = posts_on(clock.today()).filter(role=grading.officer_role, area=grading.round.area, body__kind=kind)
    post = posts.select_related("body").order_by("pk").first()
    return post.body if post is not None else None
