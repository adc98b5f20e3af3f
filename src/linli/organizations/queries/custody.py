"""What is read of the custody of funds: agreements, ledgers with their months, statements, and public sums."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from linli.core import clock
from linli.core.access.grants import Person, covered, grants_of
from linli.core.access.models import User
from linli.core.parameters import value_of
from linli.core.workflow import visible
from linli.organizations.choices.custody import (
    CUSTODY,
    CUSTODY_ENTRY,
    CUSTODY_READERS,
    KEPT,
    MAY_HAVE,
    NOTHING_SPENT,
    CustodyState,
    EntryState,
    Fund,
)
from linli.organizations.models import (
    Custody,
    CustodyBalance,
    CustodyEntry,
    CustodyPolicy,
    CustodyStatement,
    Federation,
    Member,
    Organization,
)
from linli.organizations.queries.federation import HIDDEN, OF_FEDERATION, OF_ORGANIZATION

ZERO = Decimal("0.00")
CLOSING_DAY = "custody.closing_day"
WITHOUT = (
    *(f"member__{name}" for name in HIDDEN),
    *(f"member__{name}" for name in OF_ORGANIZATION),
    *OF_FEDERATION,
)


def custody_reach(user: Person) -> tuple[str, ...]:
    """The paths below which a person's posts show every ledger."""
    return tuple({grant.scope for grant in grants_of(user) if grant.role in CUSTODY_READERS})


def _headed(user: Person, path: str = "") -> Q:
    """Those of the members the person heads."""
    if not isinstance(user, User) or not user.pk:
        return Q(pk__in=())
    return Q(**{f"{path}member__owner": user.pk}) | Q(**{f"{path}member__organization__owner": user.pk})


def _own(user: Person) -> Q:
    return Q(owner=user.pk) | Q(entered_by=user.pk) if isinstance(user, User) and user.pk else Q(pk__in=())


@visible(CUSTODY)
def custodies_visible_to(user: Person) -> QuerySet[Custody]:
    """List twin of the rule organizations.view_custody."""
    sent = (covered(user, CUSTODY_READERS) | _headed(user)) & ~Q(state=CustodyState.DRAFT)
    return (
        Custody.objects.filter(_own(user) | sent)
        .select_related("federation__area", "member__organization", "owner")
        .defer(*WITHOUT, "federation__area__boundary")
    )


@visible(CUSTODY_ENTRY)
def custody_entries_visible_to(user: Person) -> QuerySet[CustodyEntry]:
    """List twin of the rule organizations.view_custodyentry: a draft is its enterer's alone."""
    own = Q(owner=user.pk) if isinstance(user, User) and user.pk else Q(pk__in=())
    sent = (covered(user, CUSTODY_READERS) | _headed(user, "custody__")) & ~Q(state=EntryState.DRAFT)
    return (
        CustodyEntry.objects.filter(own | sent)
        .select_related("custody__federation", "custody__member__organization", "owner", "approved_by", "reverses")
        .defer(*(f"custody__{name}" for name in WITHOUT))
    )


def statements_visible_to(user: Person) -> QuerySet[CustodyStatement]:
    """Statements of the ledgers a person may read."""
    return (
        CustodyStatement.objects.filter(covered(user, CUSTODY_READERS) | _headed(user, "custody__"))
        .select_related("custody__member__organization", "custody__federation__area")
        .defer(*(f"custody__{name}" for name in WITHOUT), "custody__federation__area__boundary")
    )


def federations_with_ledgers(user: Person) -> QuerySet[Federation]:
    """The federations whose ledgers a person's posts show."""
    return (
        Federation.objects.filter(covered(user, CUSTODY_READERS))
        .select_related("area__parent", "body")
        .defer("search_text", "search_private", "search_codes", "area__boundary", "area__parent__boundary")
    )


def ledgers_of(user: Person) -> QuerySet[Custody]:
    """Ledgers a person may read, each with what is left and how many entries wait for their second person."""
    balance = CustodyBalance.objects.filter(custody=OuterRef("pk")).values("custody").annotate(n=Sum("balance"))
    waiting = (
        CustodyEntry.objects.filter(custody=OuterRef("pk"), state=EntryState.CHECK)
        .order_by()
        .values("custody")
        .annotate(n=Count("pk"))
    )
    return (
        custodies_visible_to(user)
        .filter(state__in=(*KEPT, CustodyState.ENDED))
        .annotate(
            left=Coalesce(Subquery(balance.values("n")), ZERO),
            waiting=Coalesce(Subquery(waiting.values("n")), 0),
        )
    )


def open_custody_of(member: Member) -> Custody | None:
    """The agreement of a member that is asked for or in force."""
    return Custody.objects.filter(member=member).exclude(state__in=CUSTODY.ends).first()


def custody_of(organization: Organization) -> Custody | None:
    """The ledger in which a federation keeps money of an organization now."""
    return Custody.objects.filter(member__organization=organization, state__in=KEPT).first()


def custody_seen_by(user: Person, member: Member) -> Custody | None:
    """The latest agreement of a member that came to something, where the person may read it."""
    gone = (CustodyState.REFUSED, CustodyState.WITHDRAWN)
    return custodies_visible_to(user).filter(member=member).exclude(state__in=gone).order_by("-pk").first()


def may_have_custody(member: Member) -> bool:
    """Whether the accounts of a member may be kept, and nobody asked for it yet."""
    organization = member.organization
    return (
        organization is not None
        and member.status in MAY_HAVE
        and organization.legal_status not in NOTHING_SPENT
        and open_custody_of(member) is None
    )


def kept_ledgers(federation: Federation) -> int:
    """How many ledgers a federation keeps."""
    return Custody.objects.filter(federation=federation, state__in=KEPT).count()


def balances_of(custody: Custody) -> dict[Fund, Decimal]:
    """What is left of each kind of money."""
    held = dict(CustodyBalance.objects.filter(custody=custody).values_list("fund", "balance"))
    return {fund: held.get(fund.value, ZERO) for fund in Fund}


# --- months -----------------------------------------------------------------------------------------------------


def month_of(day: dt.date) -> dt.date:
    """The first day of its month."""
    return day.replace(day=1)


def next_month(month: dt.date) -> dt.date:
    """The first day of the following month."""
    return (month.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def last_day(month: dt.date) -> dt.date:
    """The last day of a month."""
    return next_month(month) - dt.timedelta(days=1)


def last_statement(custody: Custody) -> CustodyStatement | None:
    """The latest month that is closed."""
    return CustodyStatement.objects.filter(custody=custody).order_by("-month").first()


def month_to_close(custody: Custody) -> dt.date:
    """The first month of the ledger that is not closed."""
    assert custody.valid_from is not None
    last = last_statement(custody)
    return next_month(last.month) if last is not None else month_of(custody.valid_from)


def statement_due(custody: Custody, month: dt.date) -> dt.date:
    """By when the statement of a month is to be there: a day of the following month."""
    return next_month(month).replace(day=int(value_of(CLOSING_DAY, custody.scope)))


def booked_in(custody: Custody, month: dt.date) -> QuerySet[CustodyEntry]:
    """What was booked of a month, in the order in which it was."""
    return CustodyEntry.objects.filter(
        custody=custody, state=EntryState.BOOKED, happened_on__gte=month, happened_on__lt=next_month(month)
    ).order_by("happened_on", "seq")


@dataclass(frozen=True)
class Line:
    """One kind of money in a month: what there was, came, went, and is left."""

    fund: Fund
    opening: Decimal
    money_in: Decimal
    money_out: Decimal

    @property
    def closing(self) -> Decimal:
        """What is left."""
        return self.opening + self.money_in - self.money_out


def lines_of(custody: Custody, month: dt.date) -> list[Line]:
    """A month by kind of money, worked out from the entries: what a statement says of it when it is made."""
    before = _sums(custody, Q(happened_on__lt=month))
    within = _sums(custody, Q(happened_on__gte=month, happened_on__lt=next_month(month)))
    found = []
    for fund in Fund:
        came, went = before.get(fund.value, (ZERO, ZERO))
        found.append(Line(fund, came - went, *within.get(fund.value, (ZERO, ZERO))))
    return found


def _sums(custody: Custody, when: Q) -> dict[str, tuple[Decimal, Decimal]]:
    rows = (
        CustodyEntry.objects.filter(when, custody=custody, state=EntryState.BOOKED)
        .order_by()
        .values_list("fund")
        .annotate(came=Sum("money_in"), went=Sum("money_out"))
    )
    return {fund: (came, went) for fund, came, went in rows}


def running(entries: Iterable[CustodyEntry], opening: Decimal) -> list[tuple[CustodyEntry, Decimal]]:
    """Each entry with what was left after it."""
    found, left = [], opening
    for entry in entries:
        left += entry.money_in - entry.money_out
        found.append((entry, left))
    return found


def due_to_close(today: dt.date | None = None) -> list[Custody]:
    """Ledgers of which a month has ended that ought to be closed by now."""
    today = today or clock.today()
    rows = Custody.objects.filter(state__in=KEPT, valid_from__lt=month_of(today))
    rows = rows.exclude(statements__month__gte=(month_of(today) - dt.timedelta(days=1)).replace(day=1))
    return list(rows.select_related("federation__area", "member__organization").order_by("pk"))


# --- what everybody may read ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Summary:
    """The sums of a federation's ledgers in the last closed months, without the name of a member."""

    ledgers: int
    left: Decimal
    months: list[tuple[dt.date, Decimal, Decimal, Decimal]]


def is_public(federation: Federation) -> bool:
    """Whether the federation agreed to publish the sums."""
    return CustodyPolicy.objects.filter(federation=federation, public=True).exists()


def summary_of(federation: Federation, months: int = 12) -> Summary:
    """How many ledgers, what is left, and what came and went in each closed month."""
    kept = Custody.objects.filter(federation=federation, state__in=KEPT)
    left = CustodyBalance.objects.filter(custody__in=kept).aggregate(n=Sum("balance"))["n"] or ZERO
    rows = (
        CustodyStatement.objects.filter(custody__federation=federation)
        .order_by()
        .values("month")
        .annotate(came=Sum("money_in"), went=Sum("money_out"), closing_=Sum("closing"))
        .order_by(F("month").desc())[:months]
    )
    told = [(row["month"], row["came"], row["went"], row["closing_"]) for row in rows]
    return Summary(kept.count(), left, told)
