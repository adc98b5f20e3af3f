"""What the audit officer reads: events by person, action, record, place, time and request; the state of the chain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from linli.core import clock
from linli.core.access.grants import Person
from linli.core.access.models import User
from linli.core.audit.chain import last_seal
from linli.core.audit.labels import FAILED, label_of, labels, names_in
from linli.core.audit.models import Event, Seal, Verification
from linli.core.errors import BadInput
from linli.core.paging import Order, Page

ORDER = Order(Event, ("-at",))
SIZE = 50
MOST_PERSONS = 50
Places = Callable[[], Iterable[tuple[str, list[tuple[str, str]]]]]
_places: list[Places] = []


def register_places(places: Places) -> None:
    """Name who lists the areas to filter by: groups of (path, name). The kernel knows no areas."""
    _places[:] = [places]


def places() -> list[tuple[str, list[tuple[str, str]]]]:
    """Areas to filter by."""
    return [group for each in _places for group in each()]


def events_visible_to(user: Person) -> QuerySet[Event]:
    """All events for who may read the trace, none for anybody else."""
    return Event.objects.all() if user.has_perm("core.read_audit") else Event.objects.none()


@dataclass(frozen=True)
class Search:
    """What is asked for; empty means everything."""

    person: str = ""
    name: str = ""
    group: str = ""
    record: str = ""
    scope: str = ""
    request: str = ""
    outcome: str = ""
    since: dt.date | None = None
    until: dt.date | None = None

    def of(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """The events that fit, without an order. Every condition is an index's own."""
        if self.person:
            found = User.objects.filter(Q(username=self.person) | Q(name=self.person) | Q(uid=self.person))
            events = events.filter(actor__in=list(found.values_list("pk", flat=True)[:MOST_PERSONS]))
        if self.name:
            events = events.filter(name=self.name)
        if self.group:
            events = events.filter(name__in=names_in(self.group))
        if self.record:
            events = events.filter(**self._subject())
        if self.scope:
            events = events.filter(scope__startswith=self.scope)
        if self.request:
            events = events.filter(request_id=self.request).exclude(request_id="")
        if self.outcome == "failed":
            events = events.filter(name__in=FAILED)
        elif self.outcome == "done":
            events = events.exclude(name__in=FAILED)
        if self.since:
            events = events.filter(at__gte=_midnight(self.since))
        if self.until:
            events = events.filter(at__lt=_midnight(self.until + dt.timedelta(days=1)))
        return events

    def _subject(self) -> dict[str, Any]:
        from linli.core.audit.proof import subject_named

        try:
            found = subject_named(self.record)
        except BadInput:
            return {"pk__in": []}
        return {"subject_type": ContentType.objects.get_for_model(found), "subject_id": found.pk}


def _midnight(day: dt.date) -> dt.datetime:
    from django.utils import timezone

    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def page_of(events: QuerySet[Event], request: HttpRequest) -> Page[Event]:
    """A page of events, newest first, at the same cost however many there are."""
    key = ORDER.read(request.GET.get("after", ""))
    rows: list[Event] = []
    for condition in ORDER.segments(key):
        wanted = events.filter(condition).select_related("actor", "on_behalf_of").order_by(*ORDER.order_by)
        rows += wanted[: SIZE + 1 - len(rows)]
        if len(rows) > SIZE:
            break
    more = len(rows) > SIZE
    return Page(rows[:SIZE], ORDER.written(ORDER.key_of(rows[SIZE - 1])) if more else "", key is None)


@dataclass(frozen=True)
class Line:
    """An event as the list shows it."""

    event: Event
    label: str
    about: str
    failed: bool
    words: str


def lines_of(events: Iterable[Event]) -> list[Line]:
    """Events in words; records by kind and number, so that a list costs no further query."""
    return [
        Line(event, label_of(event.name), about(event), event.name in FAILED, _words(event.detail))
        for event in events
    ]


def about(event: Event) -> str:
    """The record an event is about: kind and number."""
    if event.subject_type_id is None or event.subject_id is None:
        return ""
    model = ContentType.objects.get_for_id(event.subject_type_id).model_class()
    return f"{model._meta.verbose_name if model else '记录'} {event.subject_id}"


SHOWN = (
    "label",
    "purpose",
    "reason",
    "code",
    "path",
    "key",
    "before",
    "after",
    "number",
    "ip",
    "outcome",
    "state",
    "model",
    "rows",
)


def _words(detail: dict[str, Any]) -> str:
    """The most telling of what an event holds."""
    return "；".join(str(detail[key]) for key in SHOWN if detail.get(key) not in (None, "", {}, []))[:160]


def choices_of_names() -> list[tuple[str, str]]:
    """All known names of events, by their words."""
    return sorted(labels().items(), key=lambda pair: pair[1])


@dataclass(frozen=True)
class ChainState:
    """How the chain stands."""

    seal: Seal | None
    head: str
    waiting: bool
    late: bool  # the sealer has not come by for a while


def chain_state() -> ChainState:
    """The newest link, and whether events wait for longer than they should."""
    seal = last_seal()
    oldest = Event.objects.filter(pk__gt=seal.last_id if seal else 0).order_by("pk").values_list("at", flat=True)
    waiting = oldest.first()
    late = waiting is not None and clock.now() - waiting > dt.timedelta(minutes=10)
    return ChainState(seal, bytes(seal.hash).hex() if seal else "", waiting is not None, late)


def verifications() -> QuerySet[Verification]:
    """The checks, newest first."""
    return Verification.objects.select_related("asked_by").order_by("-pk")
