"""Who may change the kernel's own records: calendar, parameters, posts (rulebook §11.3, separation of duties)."""

from __future__ import annotations

from typing import Any

import rules

from linli.actors.choices import ADMINISTRATORS, CASE_ROLES, Role
from linli.core.access.grants import Person, grants_of
from linli.core.access.rules import is_system, posted_as

__all__ = ["Role", "anywhere_as", "posted_as"]


def anywhere_as(*roles: str) -> rules.Predicate:
    """Holds one of these roles somewhere, whatever the record."""

    def test(user: Person, obj: Any = None) -> bool:
        return any(grant.role in roles for grant in grants_of(user))

    return rules.Predicate(test, name="anywhere_as(" + ", ".join(roles) + ")")


rules.add_perm("core.edit_calendar", anywhere_as(Role.SYSADMIN))
rules.add_perm("core.set_parameter", posted_as(Role.SYSADMIN, Role.DISTRICT_HEAD))
rules.add_perm("core.view_desk", anywhere_as(*CASE_ROLES, *ADMINISTRATORS))
# Administrators keep the system and see no business data, not even as figures.
rules.add_perm("core.view_cases", anywhere_as(*CASE_ROLES))
# The system appoints for an operator at the command line, who could change the tables anyway.
rules.add_perm("actors.appoint", is_system | posted_as(Role.SYSADMIN))
