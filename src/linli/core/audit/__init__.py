"""The trace of every action, the chain that seals it, and the marks of the rows it speaks of.

`record()` writes an event. Whoever writes rows of a marked model (organizations, filings, amendments, posts, bodies,
accounts, parameter values, disclosures) past Django's models keeps their marks: `marks.mark_rows(Model, ids)` after
COPY or INSERT … SELECT, `with marks.keeping_marks(Model, ids):` around an UPDATE, `marks.mark_removed(Model, ids)`
after a DELETE, each in the transaction that wrote. `save()`, `bulk_create()`, `update()` and `delete()` do it alone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from linli.core import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model

    from linli.core.access.models import User
    from linli.core.audit.models import Event

COLUMNS = (
    *("id", "at", "actor_id", "on_behalf_of_id", "post", "name", "subject_type_id", "subject_id"),
    *("scope", "detail", "request_id"),
)
INSERT = f"""INSERT INTO core_event ({", ".join(COLUMNS[1:])})
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s) RETURNING id"""  # noqa: S608


L = TypeVar("L", bound="Callable[[Event], None]")
_listeners: list[Callable[[Event], None]] = []


def on_event(function: L) -> L:
    """Call this function with each event, in the event's own transaction; a room above registers it."""
    if function not in _listeners:
        _listeners.append(function)
    return function


def record(
    actor: User,
    name: str,
    subject: Model | None,
    *,
    on_behalf_of: User | None = None,
    scope: str = "",
    post: str = "",
    detail: dict[str, Any] | None = None,
    **more: Any,
) -> Event:
    """Write the event of an action. Call it inside the action's transaction; it commits or falls with it.

    `detail` (and every further keyword) holds what a reader of the timeline needs: reason, before and after. Never a
    full ID or phone number.
    """
    from django.contrib.contenttypes.models import ContentType

    from linli.core.access.grants import grants_of
    from linli.core.audit.models import Event

    scope = scope or getattr(subject, "scope", "")
    if not post:
        covering = [grant for grant in grants_of(actor) if grant.covers(scope)]
        # The nearest post speaks: a community worker acts as the community, not as the district.
        post = max(covering, key=lambda grant: len(grant.scope)).body_name if covering else ""
    kind = ContentType.objects.get_for_model(subject).pk if subject is not None else None
    values = (
        clock.now(),
        actor.pk,
        on_behalf_of.pk if on_behalf_of is not None else None,
        str(post),
        name,
        kind,
        subject.pk if subject is not None else None,
        str(scope),
        {**(detail or {}), **more},
        str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )
    # One statement made once: every action writes an event, and building the query anew cost more than sending it.
    with connection.cursor() as cursor:
        cursor.execute(INSERT, (*values[:8], json.dumps(values[8], cls=DjangoJSONEncoder), values[9]))
        pk = cursor.fetchone()[0]
    event = Event.from_db(connection.alias, COLUMNS, (pk, *values))
    for field, related in (("actor", actor), ("on_behalf_of", on_behalf_of), ("subject", subject)):
        if related is not None:
            Event._meta.get_field(field).set_cached_value(event, related)  # type: ignore[union-attr]
    for listen in _listeners:
        listen(event)
    return event
