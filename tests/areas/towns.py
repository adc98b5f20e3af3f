"""Planting areas and people for tests."""

from __future__ import annotations

from linli.areas.choices import Level
from linli.areas.models import Area
from linli.core.access.grants import Grant
from linli.core.access.models import User


def plant(name: str, level: Level, parent: Area | None = None, **fields) -> Area:
    """An area straight into the tree, without actor and event."""
    area = Area(name=name, level=level, parent=parent, **fields)
    area.full_clean()
    area.save()
    return area


def person(name: str, *grants: Grant) -> User:
    """Somebody who holds these posts, without the floor above that keeps them."""
    user = User.objects.create_user(name)
    user.__dict__["_grants"] = grants
    return user
