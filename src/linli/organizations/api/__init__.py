"""What programs may do with organizations; a module for each part of the domain."""

from __future__ import annotations

from linli.organizations.api import (
    credit,
    custody,
    federation,
    filing,
    grading,
    legal,
    life,
    party,
    ranking,
    revocation,
)

__all__ = ["credit", "custody", "federation", "filing", "grading", "legal", "life", "party", "ranking", "revocation"]
