"""Everything that changes areas; each change leaves one event."""

from __future__ import annotations

from .divisions import Report, import_divisions
from .reform import merge_areas, split_area
from .tree import create_area, end_area, move_area, rename_area, set_boundary, set_point

__all__ = [
    "Report",
    "create_area",
    "end_area",
    "import_divisions",
    "merge_areas",
    "move_area",
    "rename_area",
    "set_boundary",
    "set_point",
    "split_area",
]
