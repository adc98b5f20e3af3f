"""The figures of the desk and the home page, each with the list it opens into."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from linli.actors.choices import CASE_ROLES
from linli.core.access.grants import Person, grants_of
from linli.core.counting import Bounded
from linli.core.paging import Order, Page
from linli.core.registers.selection import Selection
from linli.core.workflow import inbox
from linli.core.workflow.declare import OWNER, SYSTEM
from linli.core.workflow.listing import Cases
from linli.core.workflow.models import Task
from linli.organizations.choices.filing import FILING, LegalStatus
from linli.organizations.registers.organizations import ORGANIZATIONS

KIND = next(facet for facet in ORGANIZATIONS.facets if facet.name == "kind")


def month_start(day: dt.date) -> dt.datetime:
    """The first moment of a day's month, in Asia/Shanghai."""
    return timezone.make_aware(dt.datetime.combine(day.replace(day=1), dt.time.min))


def done_tasks(user: Person, since: dt.datetime, until: dt.datetime | None = None) -> QuerySet[Task]:
    """Duties of posts under the person's areas that were closed in a period, with whether they were in time."""
    rows = Task.objects.none()
    scopes = {grant.scope for grant in grants_of(user) if grant.role in CASE_ROLES}
    if scopes:
        lies = Q()
        for scope in scopes:
            lies |= Q(scope__startswith=scope)
        rows = Task.objects.filter(lies, kind=Task.Kind.ACT, closed_at__gte=since).exclude(role__in=[OWNER, SYSTEM])
    if until is not None:
        rows = rows.filter(closed_at__lt=until)
    return rows.annotate(closed_on=TruncDate("closed_at"))


IN_TIME = Q(due_on__isnull=True) | Q(closed_on__lte=F("due_on"))


def closed_late(task: Task) -> bool:
    """Whether a closed row was closed after its day."""
    return task.due_on is not None and task.closed_at is not None and timezone.localdate(task.closed_at) > task.due_on


@dataclass(frozen=True)
class OnTime:
    """Numerator and denominator of the share closed in time (rulebook §12, on_time)."""

    in_time: int
    closed: int

    @property
    def percent(self) -> str:
        """One decimal; a dash where nothing was closed."""
        return f"{100 * self.in_time / self.closed:.1f}" if self.closed else "—"


def on_time(user: Person, day: dt.date) -> OnTime:
    """The share of duties closed in time in the day's month."""
    rows = done_tasks(user, month_start(day))
    found = rows.aggregate(closed=Count("pk"), in_time=Count("pk", filter=IN_TIME))
    return OnTime(found["in_time"], found["closed"])


def today_of(user: Person) -> dict[str, Bounded]:
    """How much a person owes, how much of it is late, and what falls due today."""
    return {
        "all": inbox.total(user),
        "late": inbox.waiting(user, only=inbox.LATE),
        "due": inbox.waiting(user, only=inbox.TODAY),
    }


def last_first(rows: QuerySet[Task], after: str, size: int = 40) -> Page[Task]:
    """A page of closed duties, what was done last first: along the index of the moments, whatever their number."""
    order = Order(Task, ["-closed_at"])
    key = order.read(after)
    parts = [rows.filter(segment).order_by(*order.order_by)[: size + 1] for segment in order.segments(key)]
    found = [row for part in parts for row in part][: size + 1]
    more = len(found) > size
    return Page(found[:size], order.written(order.key_of(found[size - 1])) if more else "", key is None)


def living(user: Person) -> Selection:
    """The organizations that are filed or registered, as far as the person sees them: what the figure opens."""
    return Selection(ORGANIZATIONS, user, chosen={"legal_status": (LegalStatus.FILED, LegalStatus.REGISTERED)})


def open_filings(user: Person) -> int:
    """How many applications are under way and may be seen; those that are still filled in are nobody's yet."""
    counts = Cases(FILING, user).by_state()
    return sum(n for state, n in counts.items() if state != FILING.start and state not in FILING.ends)
