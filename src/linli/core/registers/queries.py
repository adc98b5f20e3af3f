"""What is read of saved filters and share links: each person sees their own."""

from __future__ import annotations

from django.db.models import QuerySet

from linli.core.access.grants import Person
from linli.core.registers.declare import Register
from linli.core.registers.models import SavedFilter, ShareLink


def filters_visible_to(user: Person, register: Register) -> QuerySet[SavedFilter]:
    """A person's own filters of a register, by name."""
    return SavedFilter.objects.filter(owner_id=user.pk, register=register.slug).order_by("name", "pk")


def links_visible_to(user: Person) -> QuerySet[ShareLink]:
    """The links a person has given out, newest first."""
    return ShareLink.objects.filter(owner_id=user.pk).order_by("-pk")


def open_link(uid: str) -> ShareLink | None:
    """The link of an address, if it still opens. The address itself is the right to know the filter, no more."""
    found = ShareLink.objects.filter(uid=uid).first()
    return found if found is not None and found.is_open else None
