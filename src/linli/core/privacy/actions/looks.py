"""Writing down who looked at personal data, so that the person concerned can read it and ask why.

What is written down: a value revealed in full, a look-up by number that found somebody, a paper of a case opened by
somebody else, an export that holds personal columns. A page that shows masks is not: nothing is learnt from it, and
a log of everything hides what matters.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.marks import CHUNK, mark_rows
from linli.core.audit.models import Event
from linli.core.files.models import Attachment
from linli.core.privacy.declare import holdings_of
from linli.core.privacy.models import Disclosure

READ_FILE = "privacy.read_file"
LOOKED_UP = "registers.looked_up"
EXPORTED = "exports.personal"


def disclose(event: Event, people: Iterable[int] | QuerySet[Any]) -> int:
    """Tie an event to the persons concerned (primary keys, or a query that gives them); how many were tied.

    A query is answered inside the database in one statement, so that an export of a million rows costs one scan.
    Nobody is told of an own look; a person is tied to an event once.
    """
    if isinstance(people, QuerySet):
        return _tie(event, people)
    told = set(Disclosure.objects.filter(event=event).values_list("person", flat=True))
    rows = [Disclosure(person_id=pk, event=event) for pk in sorted(set(people) - told - {event.actor_id})]
    return len(Disclosure.objects.bulk_create(rows))


def disclose_many(event: Event, rows: QuerySet[Any]) -> int:
    """Tie an event to everybody whom records are about: what an export with personal columns calls, once.

    `rows` are the records that were handed out (a filter of a register, sorted, sliced or joined as it may be). Whose
    they are is asked of the holdings declared for their model (`Holding.persons`) inside the database: one row is
    written for each person, whatever the number of records. LookupError for a model of which nobody says whose it is.
    """
    return _tie(event, persons_of(rows))


def persons_of(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The accounts that records are about, as a query of their keys; a key may come twice."""
    asked = [holding.persons for holding in holdings_of(rows.model) if holding.persons is not None]
    if not asked:
        raise LookupError(f"no holding says whom rows of {rows.model._meta.label} are about (Holding.persons)")
    plain = rows if rows.query.is_sliced else rows.order_by()
    known = rows.model._default_manager.filter(pk__in=plain.values("pk"))
    first, *others = [persons(known) for persons in asked]
    return first.union(*others) if others else first


@transaction.atomic
def _tie(event: Event, people: QuerySet[Any]) -> int:
    inner, values = people.order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            # The inner statement is Django's own, with its values as parameters.
            "WITH made AS (INSERT INTO core_disclosure (person_id, event_id) "  # noqa: S608
            f"SELECT DISTINCT concerned.id, %s::bigint FROM ({inner}) AS concerned (id) "
            "WHERE concerned.id IS NOT NULL AND concerned.id <> %s ON CONFLICT DO NOTHING RETURNING id) "
            "SELECT count(*), min(id), max(id) FROM made",
            [event.pk, *values, event.actor_id],
        )
        count, first, last = cursor.fetchone()
    # Those and no older ones of the event: a row that was changed past the program must not be marked anew.
    made = Disclosure.objects.filter(event=event, pk__range=(first or 0, last or 0)).order_by("pk")
    mark_rows(Disclosure, made.values_list("pk", flat=True).iterator(chunk_size=CHUNK))
    return int(count)


@transaction.atomic
def file_read(attachment: Attachment, *, actor: User) -> Event | None:
    """Write down that somebody opened a paper of somebody else's record; once a day for each reader and paper."""
    subject: Any = attachment.subject
    person_id = getattr(subject, "owner_id", None)
    involved = {person_id, getattr(subject, "entered_by_id", None), attachment.uploaded_by_id}
    if person_id is None or actor.pk in involved:
        return None
    midnight = timezone.make_aware(dt.datetime.combine(clock.today(), dt.time.min))
    seen = Event.objects.filter(actor=actor, at__gte=midnight, name=READ_FILE, detail__uid=attachment.uid)
    if seen.exists():
        return None
    event = record(actor, READ_FILE, subject, uid=attachment.uid, slot=attachment.slot, label="申请材料")
    disclose(event, [person_id])
    return event
