"""What a person can see of who looked at their data."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from linli.core.access.models import User
from linli.core.privacy.choices import PURPOSES
from linli.core.privacy.models import Disclosure


def disclosures_visible_to(user: User) -> QuerySet[Disclosure]:
    """Who looked at this person's own data."""
    return Disclosure.objects.filter(person=user).select_related("event__actor")


def as_shown(rows: Iterable[Disclosure]) -> list[dict[str, object]]:
    """Rows for the page: when, who, which field, why."""
    return [
        {
            "at": row.event.at,
            # The post speaks for the office; the bare name stands only where no post covered the record.
            "who": row.event.post or str(row.event.actor),
            "label": row.event.detail.get("label", ""),
            "purpose": PURPOSES.get(row.event.detail.get("purpose", ""), ""),
            "reason": row.event.detail.get("reason", ""),
        }
        for row in rows
    ]
