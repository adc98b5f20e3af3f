"""Who holds a role over a place today; answered by the provider named in settings.LINLI_HOLDERS."""

from __future__ import annotations

from django.conf import settings
from django.utils.module_loading import import_string

from linli.core.access.models import User


def holders_of(role: str, scope: str) -> list[User]:
    """The people whose post of this role covers the path and lies nearest: the street's before the district's.

    An empty path asks for everybody who holds the role anywhere.
    """
    found: list[User] = import_string(settings.LINLI_HOLDERS)(role, scope)
    return found
