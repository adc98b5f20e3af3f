"""Which fractions a published percentage can be: rounded to its places, over a denominator or over any up to one.

99.43 % of 532 organizations is no whole number of them: 529 are 99.44 %, 528 are 99.25 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Fraction:
    """So many of so many, in per cent."""

    above: int
    below: int

    def percent(self, places: int) -> Decimal:
        """Rounded as reports round."""
        return rounded(Decimal(100 * self.above) / self.below, places)


def rounded(value: Decimal, places: int) -> Decimal:
    """Half up, to so many digits behind the point."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def places_of(published: Decimal) -> int:
    """How many digits behind the point were printed."""
    exponent = published.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def nearest(published: Decimal, below: int) -> list[Fraction]:
    """The whole numbers on both sides of a percentage; one alone where it is exactly that."""
    exact = published * below / 100
    lower = int(exact)
    found = [lower] if exact == lower else [lower, lower + 1]
    return [Fraction(above, below) for above in found if 0 <= above <= below]


def fitting(published: Decimal, below: int) -> list[Fraction]:
    """The fractions over this denominator that round to the percentage."""
    places = places_of(published)
    return [each for each in nearest(published, below) if each.percent(places) == rounded(published, places)]


def denominators(published: Sequence[Decimal], most: int) -> list[tuple[int, tuple[int, ...]]]:
    """The denominators up to one over which all of the percentages can be had, with their numerators."""
    found = []
    for below in range(1, most + 1):
        fits = [fitting(each, below) for each in published]
        if all(fits):
            found.append((below, tuple(fit[0].above for fit in fits)))
    return found
