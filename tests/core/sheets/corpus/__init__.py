"""Workbooks as they come: made by hand, by other systems, by mistake. outcomes.py says what must become of each."""

from tests.core.sheets.corpus import clerks, named, programs, read, refused
from tests.core.sheets.corpus.making import CASES

__all__ = ["CASES", "clerks", "named", "programs", "read", "refused"]
