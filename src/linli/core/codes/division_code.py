"""Codes of administrative divisions: GB/T 2260, GB/T 10114 and the statistical extension (rulebook §1.2).

Digits by level: province 2, city 4, district 6, street 9, community 12, grid 15, micro-grid 18. Official lists fill
the first two up to six digits with zeros ("440000"). Here the short form is kept, since the filled form is not
unique: 441900 is both the city 东莞 and the one "district" under it.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise

from django.core.exceptions import ValidationError

from .characters import compact, is_digits

DIGITS = {"province": 2, "city": 4, "district": 6, "street": 9, "community": 12, "grid": 15, "microgrid": 18}
_LEVELS = {digits: level for level, digits in DIGITS.items()}
_SHORTER = {longer: shorter for shorter, longer in pairwise(DIGITS.values())}


class Kind(StrEnum):
    """What the last three digits say about a street-level or community-level division."""

    SUBDISTRICT = "街道"
    TOWN = "镇"
    TOWNSHIP = "乡"
    ENTERPRISE = "政企合一单位"
    RESIDENTS = "居民委员会"
    VILLAGERS = "村民委员会"
    OTHER = "其他"


_STREET_KINDS: tuple[tuple[int, Kind], ...] = (
    (1, Kind.SUBDISTRICT),
    (100, Kind.TOWN),
    (200, Kind.TOWNSHIP),
    (400, Kind.ENTERPRISE),
    (600, Kind.OTHER),
)
_COMMUNITY_KINDS: tuple[tuple[int, Kind], ...] = ((1, Kind.RESIDENTS), (200, Kind.VILLAGERS), (400, Kind.OTHER))


def normalise(text: str) -> str:
    """Half width, without spaces and hyphens."""
    return compact(text)


def check_division_code(text: str) -> str:
    """The digits of a code of 2, 4, 6, 9 or 12 (grids: 15, 18) digits; ValidationError with a sentence."""
    code = normalise(text)
    if not is_digits(code):
        wrong = next((character for character in code if not is_digits(character)), "")
        what = f"“{wrong}”不是数字" if wrong else "没有填"
        raise ValidationError(f"行政区划代码只能是数字，{what}。请核对后再填。", code="division_character")
    if len(code) not in _LEVELS:
        raise ValidationError(
            f"行政区划代码是 6 位（县级以上）、9 位（乡级）或 12 位（社区、村），现在是 {len(code)} 位。请核对。",
            code="division_length",
        )
    if not "1" <= code[0] <= "8":
        raise ValidationError(
            f"行政区划代码的第 1 位是大区，只能是 1 至 8，现在是 {code[0]}。请核对后再填。",
            code="division_region",
        )
    return code


def check_code_of_level(text: str, level: str) -> str:
    """The short form of a code that shall belong to `level` (a key of DIGITS), filling zeros removed.

    "440000" at province level gives "44"; "440511000000" at district level gives "440511".
    """
    code = check_division_code(text)
    digits = DIGITS[level]
    if len(code) < digits or code[digits:].strip("0"):
        raise ValidationError(
            f"代码 {code} 与层级不符：这一层级是 {max(digits, 6)} 位。请核对代码或层级。",
            code="division_level",
        )
    return code[:digits]


def level_of(code: str) -> str:
    """The level of a checked code, e.g. "district"; zeros that only fill up do not count ("440500" is a city)."""
    while len(code) > 2 and not code[_SHORTER[len(code)] :].strip("0"):
        code = code[: _SHORTER[len(code)]]
    return _LEVELS[len(code)]


def parent_code(code: str) -> str | None:
    """The short code one level up, or None for a province."""
    digits = DIGITS[level_of(code)]
    return code[: _SHORTER[digits]] if digits in _SHORTER else None


def filled(code: str) -> str:
    """The official spelling: at least six digits ("44" becomes "440000")."""
    return code.ljust(6, "0")


def kind_of(code: str) -> Kind | None:
    """街道， 镇， 乡， … or 居民委员会， 村民委员会 by the last three digits; None at any other level."""
    level = level_of(code)
    if level == "street":
        kinds, serial = _STREET_KINDS, int(code[6:9])
    elif level == "community":
        kinds, serial = _COMMUNITY_KINDS, int(code[9:12])
    else:
        return None
    return next(kind for first, kind in reversed(kinds) if serial >= first)
