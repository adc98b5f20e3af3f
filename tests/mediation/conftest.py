"""What every test of mediation stands on."""

from __future__ import annotations

from tests.mediation.table import net

__all__ = ["net"]
