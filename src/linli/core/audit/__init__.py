"""The trace of every action, the chain that seals it, and the marks of the rows it speaks of.

`record()` writes an event. Whoever writes rows of a marked model (organizations, filings, amendments, posts, bodies,
accounts, parameter values, disclosures) past Django's models keeps their marks: `marks.mark_rows(Model, ids)` after
COPY or INSERT … SELECT, `with marks.keeping_marks(Model, ids):` around an UPDATE, `marks.mark_removed(Model, ids)`
after a DELETE, each in the transaction that wrote. `save()`, `bulk_create()`, `update()` and `delete()` do it alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model

    from linli.core.access.models import User
    from linli.core.audit.models import Event


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
    from linli.core.access.grants import grants_of
    from linli.core.audit.models import Event

    scope = scope or getattr(subject, "scope", "")
    if not post:
        covering = [grant for grant in grants_of(actor) if grant.covers(scope)]
        # The nearest post speaks: a community worker acts as the community, not as the district.
        post = max(covering, key=lambda grant: len(grant.scope)).body_name if covering else ""
    event = Event.objects.create(
        actor=actor,
        on_behalf_of=on_behalf_of,
        post=post,
        name=name,
        subject=subject,
        scope=scope,
        detail={**(detail or {}), **more},
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )
    for listen in _listeners:
        listen(event)
    return event
