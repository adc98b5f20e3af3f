"""Telling people: in the app, by e-mail, by a group robot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from linli.core.access.models import User
    from linli.core.audit.models import Event
    from linli.core.notices.models import Notice


def notify(user: User, *, kind: str, title: str, body: str = "", url: str = "", event: Event | None = None) -> Notice:
    """Tell one person something; in the caller's transaction, so that it falls with the action it tells of.

    `kind` is a dotted name whose first word is its group (notices.choices.GROUPS). `title` may leave the house by
    e-mail and robots: no names, no numbers of persons. `body` is shown in the app only. `url` is a path of this site;
    anything else is a ValueError.
    """
    from linli.core.notices.actions import write_notice

    return write_notice(user, kind=kind, title=title, body=body, url=url, event=event)


def notify_many(people: QuerySet[Any], *, kind: str, title: str, body: str = "", url: str = "") -> int:
    """Tell everybody a query names (keys of accounts) the same thing; how many that were. As `notify`, but in one
    statement, and one job sends what goes outside."""
    from linli.core.notices.actions import write_notices

    return write_notices(people, kind=kind, title=title, body=body, url=url)


def unread_count(user: User) -> int:
    """How many notices the person has not read; one query over the unread alone."""
    from linli.core.notices.models import Notice

    return Notice.objects.filter(recipient=user, read_at__isnull=True).count()
