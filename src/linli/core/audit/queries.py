"""What the audit officer reads: events by person, action, record, place, time and request; the state of the chain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from linli.core import clock
from linli.core.access.grants import Person
from linli.core.audit.chain import last_seal
from linli.core.audit.labels import FAILED, label_of, labels
from linli.core.audit.marks import called
from linli.core.audit.models import Event, Seal, Verification
from linli.core.audit.words import model_of, words_of

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
        Line(event, label_of(event.name), about(event), event.name in FAILED, words_of(event)) for event in events
    ]


def about(event: Event) -> str:
    """The record an event is about: kind and number."""
    if event.subject_type_id is None or event.subject_id is None:
        return ""
    model = model_of(event)
    return f"{called(model) if model else '记录'} {event.subject_id}"


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
