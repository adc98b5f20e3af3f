"""Searching millions of events at the same cost, whatever is asked and however it is combined.

One condition leads: the one whose index names the fewest events. It is followed through its index from the newest
event back, a portion at a time; the other conditions are asked of each event on the way. The way ends when a page
is full or when SECONDS have passed, and the page then says from where to go on. So a rare combination of frequent
things (one name of an officer who does a thousand others a day) costs several presses of a button, never a minute.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from django.utils import timezone

from linli.core.access.models import User
from linli.core.audit.labels import FAILED, names_in
from linli.core.audit.models import Event
from linli.core.errors import BadInput
from linli.core.paging import Order, Page

ORDER = Order(Event, ("-at",))
SIZE = 50
SECONDS = 0.02
FIRST, GROWTH, LARGEST = 60, 4, 1500  # events of a stream in the first portion; how portions grow, and how far
MOST_PERSONS = 50
MOST_PLACES = 60
MOST_LOOKS = 5000
Key = tuple[dt.datetime, int]


@dataclass(frozen=True)
class Keys:
    """Events whose column has one of these values; its index holds them by value, then newest first."""

    column: str
    type: str
    keys: list[Any]

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def any(self) -> Q:
        """Events of all streams together."""
        return Q(**{f"{self.column}__in": self.keys})


@dataclass(frozen=True)
class Search:
    """What is asked for; empty means everything. `about` is whom an event concerns: who was looked at, for whom
    something was done, whose account it was."""

    person: str = ""
    about: str = ""
    name: str = ""
    group: str = ""
    record: str = ""
    scope: str = ""
    request: str = ""
    outcome: str = ""
    since: dt.date | None = None
    until: dt.date | None = None

    def of(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """All events that fit, without an order."""
        return events.filter(self._days(), *(_any(streams) for _rank, streams in self._conditions()))

    def _days(self) -> Q:
        days = Q()
        if self.since:
            days &= Q(at__gte=_midnight(self.since))
        if self.until:
            days &= Q(at__lt=_midnight(self.until + dt.timedelta(days=1)))
        return days

    def _conditions(self) -> list[tuple[int, Keys | list[Q]]]:
        """Each condition with how far its index narrows (0 the most) as streams: events fit that fit one of them."""
        found: list[tuple[int, Keys | list[Q]]] = []
        if self.request:
            found.append((0, [Q(request_id=self.request) & ~Q(request_id="")]))
        if self.record:
            found.append((1, [_subject(self.record)]))
        if self.about:
            found.append((2, _concerned(self.about)))
        if self.person:
            found.append((3, Keys("actor_id", "bigint", _persons(self.person))))
        if self.name:
            found.append((4, Keys("name", "text", [self.name])))
        if self.outcome == "failed":
            found.append((5, Keys("name", "text", list(FAILED))))
        if self.group:
            found.append((6, Keys("name", "text", sorted(names_in(self.group)))))
        if self.scope:
            found.append((7, [Q(scope__startswith=self.scope)]))
        if self.outcome == "done":
            found.append((9, [~Q(name__in=FAILED)]))
        return found

    def page(self, events: QuerySet[Event], request: HttpRequest) -> Page[Event]:
        """A page, newest first. `after` without a full page says that the way back is not at its end."""
        asked = ORDER.read(request.GET.get("after", ""))
        keys, after = self._walk(events, (asked[0], asked[1]) if asked else None)
        rows = events.select_related("actor", "on_behalf_of").in_bulk([pk for _at, pk in keys])
        held = [rows[pk] for _at, pk in keys if pk in rows]
        return Page(held, ORDER.written(after) if after else "", asked is None)

    def _walk(self, events: QuerySet[Event], after: Key | None) -> tuple[list[Key], Key | None]:
        """The keys of a page, and the key to go on from: None at the end of the way."""
        conditions = sorted(self._conditions(), key=lambda pair: pair[0])
        lead: Keys | list[Q] = [Q()]
        others = [_any(streams) for _rank, streams in conditions]
        if conditions and conditions[0][0] < 9:
            lead, others = conditions[0][1], others[1:]
            if conditions[0][0] == 7 and (places := _places_below(self.scope)) is not None:
                lead = Keys("scope", "text", places)
            elif conditions[0][0] == 7:
                lead, others = [Q()], [Q(scope__startswith=self.scope), *others]
        if not lead:
            return [], None
        whole = Q()
        for other in others:
            whole &= other
        fits = ExpressionWrapper(whole, BooleanField()) if others else Value(True, BooleanField())
        found: list[Key] = []
        size, until = FIRST, time.monotonic() + SECONDS
        while True:
            keys, frontier = _portion(events.filter(self._days()), lead, fits, after, size)
            found += keys
            if len(found) > SIZE:
                return found[:SIZE], found[SIZE - 1]
            if frontier is None:
                return found, None
            after = frontier
            if time.monotonic() > until:
                return found, after
            size = min(size * GROWTH, max(FIRST, LARGEST // len(lead)))


def _portion(
    events: QuerySet[Event], lead: Keys | Sequence[Q], fits: Any, after: Key | None, size: int
) -> tuple[list[Key], Key | None]:
    """The next `size` events of each stream: the keys of those that fit, and how far all streams have been followed.

    Where a stream is longer, nothing older than its last event here is known yet, so all end there.
    """
    if after is not None:
        events = events.filter(Q(at__lt=after[0]) | Q(at=after[0], pk__lt=after[1]), at__lte=after[0])
    rows = _through(events, lead, fits, size) if isinstance(lead, Keys) else _one_by_one(events, lead, fits, size)
    return _joined(rows, size)


def _through(events: QuerySet[Event], lead: Keys, fits: Any, size: int) -> list[Any]:
    """All streams of one column's values in one statement, which is planned once for all of them."""
    part = (
        events.filter(**{lead.column: RawSQL("v.key", ())})
        .order_by(*ORDER.order_by)
        .annotate(fits=fits)
        .values_list("at", "pk", "fits")[:size]
    )
    inner, values = part.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT v.number, e.* FROM unnest(%s::{lead.type}[]) WITH ORDINALITY v(key, number)
                CROSS JOIN LATERAL ({inner}) e(at, pk, fits)""",  # noqa: S608
            [lead.keys, *values],
        )
        return list(cursor.fetchall())


def _one_by_one(events: QuerySet[Event], lead: Sequence[Q], fits: Any, size: int) -> list[Any]:
    parts = [
        events.filter(stream)
        .order_by(*ORDER.order_by)
        .annotate(stream=Value(number), fits=fits)
        .values_list("stream", "at", "pk", "fits")[:size]
        for number, stream in enumerate(lead)
    ]
    return list(parts[0] if len(parts) == 1 else parts[0].union(*parts[1:], all=True))


def _joined(rows: list[Any], size: int) -> tuple[list[Key], Key | None]:
    """What is known for sure of several streams, each as far as it was followed."""
    ends: dict[int, list[Any]] = {}
    for stream, at, pk, _fits in rows:
        end = ends.setdefault(stream, [0, None])
        end[0], end[1] = end[0] + 1, min(end[1] or (at, pk), (at, pk))
    frontier = max((key for count, key in ends.values() if count == size), default=None)
    # An event may lie in several streams.
    keys = {(at, pk) for _stream, at, pk, good in rows if good and (frontier is None or (at, pk) >= frontier)}
    return sorted(keys, reverse=True), frontier


def _any(streams: Keys | Sequence[Q]) -> Q:
    if isinstance(streams, Keys):
        return streams.any
    whole = Q(pk__in=())
    for stream in streams:
        whole |= stream
    return whole


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _persons(words: str) -> list[int]:
    found = User.objects.filter(Q(username=words) | Q(name=words) | Q(uid=words))
    return list(found.order_by("pk").values_list("pk", flat=True)[:MOST_PERSONS])


def _concerned(words: str) -> list[Q]:
    """Events in which these people were looked at, that were done for them, or that are about their account."""
    from linli.core.privacy.models import Disclosure

    persons = _persons(words)
    if not persons:
        return []
    looks = Disclosure.objects.filter(person__in=persons).order_by("-pk").values_list("event_id", flat=True)
    account = Q(subject_type=ContentType.objects.get_for_model(User))
    return [
        Q(pk__in=list(looks[:MOST_LOOKS])),
        *(Q(on_behalf_of=pk) for pk in persons),
        *(account & Q(subject_id=pk) for pk in persons),
    ]


def _subject(words: str) -> Q:
    from linli.core.audit.proof import subject_named

    try:
        found = subject_named(words)
    except BadInput:
        return Q(pk__in=())
    return Q(subject_type=ContentType.objects.get_for_model(found), subject_id=found.pk)


def _places_below(scope: str) -> list[str] | None:
    """The scopes events bear under a path, found by skipping through the index; None when there are many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE below(scope, place) AS (
                   (SELECT e.scope, 1 FROM core_event e WHERE e.scope ~>=~ %(start)s AND e.scope ~<~ %(end)s
                    ORDER BY e.scope USING ~<~ LIMIT 1)
                   UNION ALL
                   SELECT (SELECT e.scope FROM core_event e WHERE e.scope ~>~ b.scope AND e.scope ~<~ %(end)s
                           ORDER BY e.scope USING ~<~ LIMIT 1), place + 1
                   FROM below b WHERE b.scope IS NOT NULL AND place <= %(most)s)
               SELECT scope FROM below WHERE scope IS NOT NULL""",
            {"start": scope, "end": scope[:-1] + chr(ord(scope[-1]) + 1), "most": MOST_PLACES},
        )
        found = [place for (place,) in cursor.fetchall()]
    return found if len(found) <= MOST_PLACES else None
