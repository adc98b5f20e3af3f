"""What programs may do with organizations; a module for each part of the domain."""

from __future__ import annotations

from linli.organizations.api import credit, federation, filing, grading, legal, life, party, ranking

__all__ = ["credit", "federation", "filing", "grading", "legal", "life", "party", "ranking"]
