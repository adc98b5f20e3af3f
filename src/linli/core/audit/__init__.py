"""The trace of every action, the chain that seals it, and the marks of the rows it speaks of.

`record()` writes an event. Whoever writes rows of a marked model (organizations, filings, amendments, posts, bodies,
accounts, parameter values, disclosures) past Django's models keeps their marks: `marks.mark_rows(Model, ids)` after
COPY or INSERT … SELECT, `with marks.keeping_marks(Model, ids):` around an UPDATE, `marks.mark_removed(Model, ids)`
after a DELETE, each in the transaction that wrote. `save()`, `bulk_create()`, `update()` and `delete()` do it alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from django.db import connection

from linli.core import clock
from linli.core.audit.texts import (
    BOUND,
    COLUMNS,
    CONTENT,
    STAMP_BYTES,
    content_of,
    content_text,
    content_texts,
    detail_text,
    signature,
    stamp_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from django.db.models import Model

    from linli.core.access.models import User
    from linli.core.audit.models import Event

#: The id comes first in the row and the stamp, which binds it, last. In one list of VALUES, since planning the same
#: with a subquery for the id takes longer than writing the row.
INSERT = f"""INSERT INTO core_event (id, {", ".join(CONTENT)}, stamp)
    VALUES (nextval('core_event_id_seq'), {"%s, " * len(CONTENT)}{BOUND}) RETURNING id, stamp"""  # noqa: S608

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
        str(name),
        kind,
        subject.pk if subject is not None else None,
        str(scope),
        {**(detail or {}), **more},
        str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )
    told = (*values[:8], detail_text(values[8]), values[9])
    # One statement made once: every action writes an event, and building the query anew cost more than sending it.
    with connection.cursor() as cursor:
        cursor.execute(INSERT, (*told, signature(content_text(told))))
        pk, stamp = cursor.fetchone()
    event = Event.from_db(connection.alias, COLUMNS, (pk, *values, stamp))
    for field, related in (("actor", actor), ("on_behalf_of", on_behalf_of), ("subject", subject)):
        if related is not None:
            Event._meta.get_field(field).set_cached_value(event, related)  # type: ignore[union-attr]
    for listen in _listeners:
        listen(event)
    return event


def record_each(
    actor: User, name: str, model: type[Model], rows: Collection[tuple[int, str, Any]], *, post: str = ""
) -> None:
    """Write an event of one name for each of many records, in two statements: key, scope and detail of each.

    For what goes past Django's models; no listener hears of them.
    """
    from django.contrib.contenttypes.models import ContentType

    at, kind = clock.now(), ContentType.objects.get_for_model(model).pk
    request = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(nextval('core_event_id_seq')) FROM generate_series(1, %s)", [len(rows)])
        ids: list[int] = cursor.fetchone()[0] or []
        told: dict[int, str] = {}  # many rows share one detail
        for _pk, _scope, detail in rows:
            if id(detail) not in told:
                told[id(detail)] = detail_text(detail)
        details = [told[id(detail)] for _pk, _scope, detail in rows]
        values = (at, actor.pk, None, post, name, kind)
        texts = content_texts(
            values, [(row[0], row[1], text) for row, text in zip(rows, details, strict=True)], request
        )
        stamps = b"".join(map(stamp_of, texts, ids))
        # The stamps travel as one value, like the marks: an array of them takes longer to write.
        cursor.execute(
            f"""INSERT INTO core_event
                    (id, at, actor_id, post, name, subject_type_id, subject_id, scope, detail, request_id, stamp)
                SELECT e.id, %s, %s, %s, %s, %s, e.subject, e.scope, e.detail::jsonb, %s,
                    substr(%s::bytea, {STAMP_BYTES} * (e.place::int - 1) + 1, {STAMP_BYTES})
                FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[]) WITH ORDINALITY
                    AS e(id, subject, scope, detail, place)""",  # noqa: S608
            [
                *(at, actor.pk, post, name, kind, request, stamps, ids),
                [pk for pk, _scope, _detail in rows],
                [scope for _pk, scope, _detail in rows],
                details,
            ],
        )


def record_all(events: Iterable[Event]) -> list[Event]:
    """Write many events at once, in two statements; the caller has filled them in. No listener hears of them."""
    from linli.core.audit.models import Event

    rows = list(events)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('core_event_id_seq') FROM generate_series(1, %s)", [len(rows)])
        ids = cursor.fetchall()
    for event, (pk,) in zip(rows, ids, strict=True):
        event.pk, event.stamp = pk, stamp_of(content_of(event), pk)
    return Event.objects.bulk_create(rows, batch_size=2000)
