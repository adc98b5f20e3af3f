"""Who may change areas: the system administrator posted over them, and the system. Reading is for everybody."""

from __future__ import annotations

from typing import Any

import rules

from linli.core.access.grants import Person, grants_of
from linli.core.access.rules import is_system, posted_as

# The role is named by its value: posts are a floor above.
_keeps_areas = is_system | posted_as("sysadmin")


@rules.predicate
def keeps_some_area(user: Person, obj: Any = None) -> bool:
    """Is system administrator somewhere."""
    return any(grant.role == "sysadmin" for grant in grants_of(user))


rules.add_perm("areas.view_tree", keeps_some_area)
STEPS = (
    "create_area",
    "rename_area",
    "end_area",
    "move_area",
    "merge_areas",
    "split_area",
    "set_point",
    "set_boundary",
)
for step in STEPS:
    rules.add_perm(f"areas.{step}", _keeps_areas)
# A list may reach beyond any one post, so only the command line, acting as the system, imports.
rules.add_perm("areas.import_divisions", is_system)
