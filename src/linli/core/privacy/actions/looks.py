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
from linli.core.audit.marks import mark_rows
from linli.core.audit.models import Event
from linli.core.files.models import Attachment
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
        inner, values = people.order_by().query.sql_with_params()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                # The inner statement is Django's own, with its values as parameters.
                "INSERT INTO core_disclosure (person_id, event_id) "  # noqa: S608
                f"SELECT DISTINCT concerned.id, %s::bigint FROM ({inner}) AS concerned (id) "
                "WHERE concerned.id IS NOT NULL AND concerned.id <> %s ON CONFLICT DO NOTHING RETURNING id",
                [event.pk, *values, event.actor_id],
            )
            made = [pk for (pk,) in cursor.fetchall()]
            mark_rows(Disclosure, made)
            return len(made)
    told = set(Disclosure.objects.filter(event=event).values_list("person", flat=True))
    rows = [Disclosure(person_id=pk, event=event) for pk in sorted(set(people) - told - {event.actor_id})]
    return len(Disclosure.objects.bulk_create(rows))


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
