"""What is read: the network, who mediates where and how much, and the cases a person may see."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Sum

from linli.actors.queries import posts_on
from linli.core import clock
from linli.core.access.grants import Person, covered
from linli.core.access.models import User
from linli.core.parameters import values_of
from linli.core.workflow import visible
from linli.mediation.choices.cases import MEDIATION
from linli.mediation.choices.network import LEAST_MEMBERS, MEDIATING_KINDS, MOST_MEMBERS
from linli.mediation.choices.states import (
    ALERT_DAYS,
    CONFIRM_DAYS,
    TALKING,
    CaseState,
    Confirmation,
    Outcome,
)
from linli.mediation.models import MediationBody, MediationCase, MediationParty, Mediator, Seat, Training
from linli.mediation.rules import MEDIATORS, STILL_TYPED, headed_by, served_by

NOT_SENT = (CaseState.DRAFT, CaseState.DROPPED)
ON_HAND = (CaseState.ACCEPTED, *TALKING, CaseState.SIGNING)  # what a mediator works on
_OUTLINES = ("area__boundary", "area__parent__boundary")


# --- the network ----------------------------------------------------------------------------------------------------


def network(*, scope: str = "", kind: str = "", closed: bool = False) -> QuerySet[MediationBody]:
    """The bodies of the network below a path; public. Closed ones only where they are asked for."""
    rows = MediationBody.objects.select_related("area__parent", "parent").defer(*_OUTLINES)
    if not closed:
        rows = rows.filter(closed_on__isnull=True)
    if scope:
        rows = rows.filter(scope__startswith=scope)
    return rows.filter(kind=kind) if kind else rows


def bodies_to_apply_to() -> QuerySet[MediationBody]:
    """Those to which a quarrel may be brought."""
    return network().filter(kind__in=MEDIATING_KINDS)


def bodies_kept_by(user: Person, roles: tuple[str, ...]) -> QuerySet[MediationBody]:
    """The bodies under a person's posts of these roles, and those whose committee the person heads."""
    heads = headed_by(user)
    kept = covered(user, roles) | Q(body_id__in=heads) | Q(parent__body_id__in=heads)
    return network(closed=True).filter(kept)


def _acting() -> Exists:
    """Of a mediator: still holds the post in the body."""
    posts = posts_on(clock.today()).filter(
        user=OuterRef("user"), body=OuterRef("body__body"), role__in=MEDIATORS, user__is_active=True
    )
    return Exists(posts)


def mediators_of(body: MediationBody, *, whole: bool = False) -> QuerySet[Mediator]:
    """Who mediates there today; with `whole` in the committee's rooms as well."""
    committee = body.committee
    where = Q(body=committee) | Q(body__parent=committee) if whole else Q(body=body)
    rows = Mediator.objects.filter(where, Q(until__isnull=True) | Q(until__gt=clock.today()))
    return rows.select_related("user", "body__parent")


def mediators_to_choose(body: MediationBody) -> QuerySet[Mediator]:
    """Whom parties and head may choose for a case of this body: of the committee and its rooms, in office."""
    return mediators_of(body, whole=True).filter(_acting())


def people_to_enrol(body: MediationBody) -> QuerySet[User]:
    """Who holds the post there and does not stand on the list yet."""
    posts = posts_on(clock.today()).filter(body=body.body_id, role__in=MEDIATORS)
    known = Mediator.objects.filter(body=body, until__isnull=True)
    return User.objects.filter(pk__in=posts.values("user"), is_active=True).exclude(pk__in=known.values("user"))


def heads_of(body: MediationBody) -> list[User]:
    """Who heads the committee today."""
    posts = posts_on(clock.today()).filter(body=body.committee.body_id, role=MEDIATORS[1], user__is_active=True)
    return [post.user for post in posts.select_related("user")]


def composition(body: MediationBody) -> list[str]:
    """What a committee lacks by law, each with the reason; empty where nothing, or where it is no committee."""
    if not body.is_committee:
        return []
    members = [row for row in mediators_of(body) if row.is_member]
    lacks = []
    if not LEAST_MEMBERS <= len(members) <= MOST_MEMBERS:
        lacks.append(f"委员 {len(members)} 人；人民调解法第八条：{LEAST_MEMBERS} 至 {MOST_MEMBERS} 人")
    if not any(row.female for row in members):
        lacks.append("还没有妇女委员；人民调解法第八条：应当有妇女成员")
    return lacks


@dataclass(frozen=True)
class Load:
    """What one mediator has on hand."""

    mediator: Mediator
    leading: int
    sitting: int
    late: int
    closed: int  # ended this year
    hours: Decimal
    wanted: int
    much: int
    acting: bool

    @property
    def is_full(self) -> bool:
        """Whether others should be asked first."""
        return self.leading >= self.much

    @property
    def lacks_hours(self) -> bool:
        """Whether this year's training is not done."""
        return self.hours < self.wanted


def loads(body: MediationBody) -> list[Load]:
    """The mediators of a committee and its rooms with what each has on hand; six queries at any number."""
    today = clock.today()
    start = today.replace(month=1, day=1)
    rows = list(mediators_of(body, whole=True))
    acting = set(mediators_to_choose(body).values_list("pk", flat=True))
    values = values_of(["med.training_hours", "med.load"], body.scope)
    open_cases = MediationCase.objects.filter(lead__in=rows)
    counted = open_cases.values_list("lead").annotate(
        on_hand=Count("pk", filter=Q(state__in=ON_HAND)),
        late=Count("pk", filter=Q(state__in=ON_HAND, due_on__lt=today)),
        closed=Count("pk", filter=Q(settled_on__gte=start)),
    )
    leading = {lead: (on_hand, late, closed) for lead, on_hand, late, closed in counted}
    seats = Seat.objects.filter(mediator__in=rows, until__isnull=True, case__state__in=ON_HAND)
    sitting = dict(seats.order_by().values_list("mediator").annotate(n=Count("pk")))
    learnt = Training.objects.filter(mediator__in=rows, held_on__gte=start)
    hours = dict(learnt.order_by().values_list("mediator").annotate(n=Sum("hours")))
    found = []
    for row in rows:
        on_hand, late, closed = leading.get(row.pk, (0, 0, 0))
        found.append(
            Load(
                row,
                on_hand,
                max(0, sitting.get(row.pk, 0) - on_hand),
                late,
                closed,
                hours.get(row.pk, Decimal(0)),
                int(values["med.training_hours"]),
                int(values["med.load"]),
                row.pk in acting,
            )
        )
    return found


# --- cases ----------------------------------------------------------------------------------------------------------


def _own(user: Person) -> Q:
    if not isinstance(user, User) or not user.pk:
        return Q(pk__in=())
    sides = MediationParty.objects.filter(user=user).values("case")
    typed = Q(entered_by=user, state__in=(*STILL_TYPED, CaseState.DROPPED))
    return Q(owner=user) | typed | Q(pk__in=sides) & ~Q(state__in=NOT_SENT)


def _at_the_table(user: Person) -> Q:
    if not isinstance(user, User):
        return Q(pk__in=())
    seats = Seat.objects.filter(until__isnull=True, mediator__user=user, mediator__body__body__in=served_by(user))
    return Q(pk__in=seats.values("case"))


@visible(MEDIATION)
def cases_visible_to(user: Person) -> QuerySet[MediationCase]:
    """List twin of the rule mediation.view_mediation."""
    heads = headed_by(user)
    headed = Q(body__body_id__in=heads) | Q(body__parent__body_id__in=heads) if heads else Q(pk__in=())
    staff = (headed | _at_the_table(user)) & ~Q(state__in=NOT_SENT)
    return told(MediationCase.objects.filter(_own(user) | staff))


def told(rows: QuerySet[MediationCase]) -> QuerySet[MediationCase]:
    """With everything a page says of a case."""
    seats = Seat.objects.select_related("mediator__user", "mediator__body")
    parties = MediationParty.objects.select_related("user")
    people = ("owner", "entered_by", "lead__user", "first_wish__user", "second_wish__user", "sealed_by")
    rows = rows.select_related("body__parent", "body__area", "lead__body", "sent_from", *people)
    return rows.defer("body__area__boundary").prefetch_related(Prefetch("seats", seats), Prefetch("parties", parties))


def parties_visible_to(user: Person) -> QuerySet[MediationParty]:
    """The sides of the cases a person may see."""
    return MediationParty.objects.filter(case__in=cases_visible_to(user).values("pk")).select_related("case__body")


def cases_of(user: User) -> QuerySet[MediationCase]:
    """The cases in which a person is a side or which the person applied for, newest first."""
    return told(MediationCase.objects.filter(_own(user))).order_by("-pk")


def cases_led_by(user: User) -> QuerySet[MediationCase]:
    """The cases at whose table a person sits, newest first."""
    return told(MediationCase.objects.filter(_at_the_table(user))).order_by("-pk")


def sits_somewhere(user: Person) -> bool:
    """Whether a person mediates at all."""
    return bool(served_by(user))


def to_remind(today: dt.date) -> QuerySet[MediationCase]:
    """Agreements in effect that may still be confirmed by a court and whose day of a reminder has come."""
    due: Any = Q(pk__in=())
    for day in ALERT_DAYS:
        due |= Q(effective_on__lte=today - dt.timedelta(days=day), reminded__lt=day)
    return MediationCase.objects.filter(
        due,
        outcome=Outcome.WRITTEN,
        confirmation=Confirmation.NONE,
        state__in=(CaseState.PERFORMING, CaseState.BREACHED),
        effective_on__gte=today - dt.timedelta(days=CONFIRM_DAYS),
    )


def kinds_of(rows: QuerySet[MediationBody]) -> Counter[str]:
    """How many bodies there are of each kind."""
    return Counter(dict(rows.order_by().values_list("kind").annotate(n=Count("pk"))))
