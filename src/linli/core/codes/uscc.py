"""Unified social credit code 统一社会信用代码， GB 32100-2015 (rulebook §1.3).

18 characters: 1 registering authority, 1 kind, 6 division digits, 9 organization code (GB 11714), 1 check character.
The type of an organization is never inferred from its code.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError

from .characters import compact, is_digits

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# Left out of the alphabet since they read like these.
_READS_LIKE = {"I": "数字 1", "O": "数字 0", "S": "数字 5", "V": "字母 U", "Z": "数字 2"}


def normalise(text: str) -> str:
    """Half width, upper case, without spaces and hyphens; the form that is stored."""
    return compact(text)


def check_character(body: str) -> str:
    """The 18th character that belongs to the first 17 (already normalised)."""
    total = sum(_VALUE[character] * weight for character, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def check_uscc(text: str) -> str:
    """The normalised code; ValidationError naming the position that is wrong and what should stand there."""
    code = normalise(text)
    if len(code) != LENGTH:
        raise ValidationError(
            f"统一社会信用代码要有 18 位，现在是 {len(code)} 位。请对照证书补全。",
            code="uscc_length",
        )
    for place, character in enumerate(code, start=1):
        if character in _VALUE:
            continue
        guess = f"，可能是{_READS_LIKE[character]}" if character in _READS_LIKE else ""
        raise ValidationError(
            f"第 {place} 位“{character}”不会出现在统一社会信用代码里{guess}。请对照证书再填。",
            code="uscc_character",
        )
    if not is_digits(code[2:8]):
        raise ValidationError(
            "统一社会信用代码第 3 至 8 位是行政区划，只能是数字。请对照证书再填。",
            code="uscc_division",
        )
    expected = check_character(code[:17])
    if code[17] != expected:
        raise ValidationError(
            f"统一社会信用代码第 18 位应为 {expected}，现在是 {code[17]}。请对照证书核对后再填。",
            code="uscc_check",
        )
    return code


def inner_check_character(body: str) -> str:
    """The check character of an 8-character organization code (GB 11714)."""
    total = sum(int(character, 36) * weight for character, weight in zip(body, _INNER_WEIGHTS, strict=True))
    remainder = 11 - total % 11
    return {10: "X", 11: "0"}.get(remainder, str(remainder))


def inner_warning(code: str) -> str:
    """A sentence when the organization code inside a valid code fails its own check, else "".

    Only a warning: codes issued without one are in use (rulebook §1.3).
    """
    expected = inner_check_character(code[8:16])
    if code[16] == expected:
        return ""
    return (
        f"代码第 9 至 17 位（组织机构代码）的校验位通常是 {expected}，这里是 {code[16]}。"
        "可以保存，建议对照证书再看一遍。"
    )
