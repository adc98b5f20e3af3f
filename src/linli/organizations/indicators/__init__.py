"""The figures of organizations; a module for each part of the domain, in the order in which boards show them."""

from __future__ import annotations

from linli.organizations.indicators import register

# isort: split
from linli.organizations.indicators import party

# isort: split
from linli.organizations.indicators import federation

# isort: split
from linli.organizations.indicators import growth

# isort: split
from linli.organizations.indicators import annual, cases, custody, grading, legal

__all__ = ["annual", "cases", "custody", "federation", "grading", "growth", "legal", "party", "register"]
