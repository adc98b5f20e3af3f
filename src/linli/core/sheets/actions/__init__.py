"""What changes imports; see the docstring of the room."""

from linli.core.sheets.actions.applying import apply_import, continue_import
from linli.core.sheets.actions.beginning import begin_import, cancel_import, recheck_import
from linli.core.sheets.actions.deciding import decide
from linli.core.sheets.actions.forgetting import forget_old_imports
from linli.core.sheets.actions.reading import read_import
from linli.core.sheets.actions.resuming import resume_left_imports
from linli.core.sheets.actions.undoing import continue_undo, undo_import

__all__ = [
    "apply_import",
    "begin_import",
    "cancel_import",
    "continue_import",
    "continue_undo",
    "decide",
    "forget_old_imports",
    "read_import",
    "recheck_import",
    "resume_left_imports",
    "undo_import",
]
