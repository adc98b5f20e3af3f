"""Who may see and end the tokens of others: the administrators of the system and of security, never the secret."""

from __future__ import annotations

from typing import Any

import rules

from linli.core.access.grants import Person, grants_of
from linli.core.access.models import User

# The roles are named by their values: posts are a floor above.
KEEPERS = ("sysadmin", "secadmin")


@rules.predicate
def is_holder(user: Person, obj: Any = None) -> bool:
    """The person whose token it is."""
    return isinstance(user, User) and obj is not None and obj.user_id == user.pk


@rules.predicate
def keeps_accounts(user: Person, obj: Any = None) -> bool:
    """Administers the area of the holder; a holder without a post belongs to none, so any administrator's."""
    return obj is not None and any(
        grant.role in KEEPERS and (not obj.scope or grant.covers(obj.scope)) for grant in grants_of(user)
    )


rules.add_perm("core.issue_token", rules.is_authenticated)
rules.add_perm("core.view_token", is_holder | keeps_accounts)
rules.add_perm("core.revoke_token", is_holder | keeps_accounts)
