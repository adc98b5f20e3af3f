"""Telling people: in the app, by e-mail, by a group robot."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


def unread_count(user: User) -> int:
    """How many notices the person has not read; one query over the unread alone."""
    from linli.core.notices.models import Notice

    return Notice.objects.filter(recipient=user, read_at__isnull=True).count()
