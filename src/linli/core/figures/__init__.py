"""Figures: numbers that open into their records, declared once by the domain that holds the records."""

from linli.core.figures.declare import (
    FACTS,
    REGISTRY,
    Category,
    Counts,
    Facts,
    Figure,
    Ratio,
    declare,
)

__all__ = ["FACTS", "REGISTRY", "Category", "Counts", "Facts", "Figure", "Ratio", "declare"]
