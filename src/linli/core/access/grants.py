"""What a person's posts allow, in the kernel's own words: a role within a scope.

The kernel knows no bodies and no areas. A scope is the path of an area ("1/25/310/"): it covers everything whose path
begins with it. Who holds which grant is answered by the provider named in settings.LINLI_GRANTS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.module_loading import import_string

from linli.core.access.models import User

Person = User | AnonymousUser


@dataclass(frozen=True)
class Grant:
    """One post held today: a role, the path of the area it covers, and the body it is held in."""

    role: str
    scope: str
    body_id: int
    body_name: str = ""

    def covers(self, scope: str) -> bool:
        """Whether the path lies in this grant's subtree. An empty path is covered by nobody."""
        return bool(scope) and scope.startswith(self.scope)


@cache
def _provider() -> Callable[[User], Iterable[Grant]]:
    return cast("Callable[[User], Iterable[Grant]]", import_string(settings.LINLI_GRANTS))


def grants_of(user: Person) -> tuple[Grant, ...]:
    """The grants of a person today; asked once for each instance of the user, so once a request."""
    if not isinstance(user, User) or not user.pk or not user.is_active:
        return ()
    # As an attribute, not in __dict__: request.user is a lazy wrapper that hands attributes on to the user itself.
    held: tuple[Grant, ...] | None = getattr(user, "_grants", None)
    if held is None:
        held = tuple(_provider()(user))
        user._grants = held  # type: ignore[attr-defined]
    return held


def holds(user: Person, role: str | Iterable[str], scope: str) -> bool:
    """Whether the person holds one of these roles over this path."""
    roles = {role} if isinstance(role, str) else set(role)
    return any(grant.role in roles and grant.covers(scope) for grant in grants_of(user))


def covered(user: Person, role: str | Iterable[str], field: str = "scope") -> Q:
    """The query twin of `holds`: rows whose path field lies under one of the person's grants."""
    roles = {role} if isinstance(role, str) else set(role)
    found = Q(pk__in=())
    for scope in {grant.scope for grant in grants_of(user) if grant.role in roles}:
        found |= Q(**{f"{field}__startswith": scope})
    return found
