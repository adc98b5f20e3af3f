"""How the four dimensions are written on a page."""

from __future__ import annotations

from decimal import Decimal

from django import template

from linli.organizations.choices.ranking import Dimension
from linli.organizations.models import Commendation, Commended, Standing
from linli.organizations.queries.commendation import rows_of
from linli.organizations.queries.ranking import plain
from linli.organizations.queries.ranking import points as pointed

register = template.Library()


@register.filter
def points(total: int) -> str:
    """688,750 → 68.88."""
    return str(pointed(total))


@register.filter
def share(standing: Standing, dimension: str) -> str:
    """A part in hundredths: 87.50%."""
    return f"{Decimal(standing.part(Dimension(dimension))) / 100:.2f}%"


@register.filter
def trim(value: Decimal) -> str:
    """25.00 → 25."""
    return plain(value)


@register.simple_tag
def commended(case: Commendation) -> list[Commended]:
    """The organizations of a list, with whoever was struck out."""
    return list(rows_of(case))
