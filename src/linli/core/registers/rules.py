"""Who may keep, share and look up: everybody their own, and a personal number only who may reveal it."""

from __future__ import annotations

from typing import Any

import rules

from linli.core.access.grants import Person, grants_of
from linli.core.access.rules import is_owner


@rules.predicate
def works(user: Person, obj: Any = None) -> bool:
    """Holds a post, so has registers to filter."""
    return bool(grants_of(user))


rules.add_perm("core.save_filter", works)
rules.add_perm("core.change_filter", is_owner)
rules.add_perm("core.share_filter", works)
rules.add_perm("core.revoke_link", is_owner)
rules.add_perm("core.look_up", works)
