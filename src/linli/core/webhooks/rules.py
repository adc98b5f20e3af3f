"""Who may have webhooks: whoever holds a post today. A webhook is its owner's alone."""

from __future__ import annotations

from typing import Any

import rules

from linli.core.access.grants import Person, grants_of
from linli.core.access.models import User


@rules.predicate
def holds_a_post(user: Person, obj: Any = None) -> bool:
    """Works here. Others could make this server call addresses on the net without anybody answering for it."""
    return bool(grants_of(user))


@rules.predicate
def owns_it(user: Person, obj: Any = None) -> bool:
    """The person who made it."""
    return isinstance(user, User) and obj is not None and obj.user_id == user.pk


rules.add_perm("core.create_webhook", holds_a_post)
rules.add_perm("core.manage_webhook", owns_it)
