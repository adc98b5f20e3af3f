"""How a personal value looks when it is not revealed (rulebook §11.2, interface.md: 陈*梅， 138****2046).

A mask never shows more when the value is odd: what does not have the expected form is hidden whole.
"""

from __future__ import annotations

import re
import unicodedata

HIDDEN = "****"
_EXTENDS = {"\u200d", "\ufe00", "\ufe01", "\ufe0e", "\ufe0f"}


def _characters(text: str) -> list[str]:
    """Text as a reader counts it: variation selectors and combining marks stay with their character."""
    out: list[str] = []
    for char in text:
        joined = unicodedata.combining(char) or char in _EXTENDS or "\U000e0100" <= char <= "\U000e01ef"
        if out and joined:
            out[-1] += char
        else:
            out.append(char)
    return out


def mask_name(name: str | None) -> str:
    """张伟 → 张*, 陈秀梅 → 陈*梅， 欧阳明月 → 欧**月； 阿不都热合曼·阿卜杜拉 → 阿*…; John Smith → J*…; 张 → *.

    Long names with a dot or a space keep the first character only, so that their length tells nothing.
    """
    chars = _characters(" ".join((name or "").split()))
    if not chars:
        return ""
    if len(chars) == 1:
        return "*"
    if len(chars) > 4 or any(c in " ·•・‧." for c in chars):
        return f"{chars[0]}*…"
    if len(chars) == 2:
        return f"{chars[0]}*"
    return chars[0] + "*" * (len(chars) - 2) + chars[-1]


def mask_phone(phone: str | None) -> str:
    """13812342046 → 138****2046; a land line 0754-88881234 → ****1234; anything else is hidden whole."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone or ""))
    if not (phone or "").strip():
        return ""
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if re.fullmatch(r"1\d{10}", digits):
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-4:]}" if len(digits) >= 10 else HIDDEN


def mask_id_number(number: str | None) -> str:
    """440511199003070017 → 4405**********0017; other documents (passport, 居住证) are hidden but for the last two."""
    plain = "".join(unicodedata.normalize("NFKC", number or "").split()).upper()
    if not plain:
        return ""
    if re.fullmatch(r"\d{17}[\dX]", plain):
        return f"{plain[:4]}**********{plain[-4:]}"
    if re.fullmatch(r"\d{15}", plain):  # first-generation card
        return f"{plain[:4]}*******{plain[-4:]}"
    return f"{HIDDEN}{plain[-2:]}" if len(plain) >= 7 else HIDDEN


_NUMBERS = re.compile(r"(?<!\d)(?:(?P<id>\d{17}[\dXx])|(?P<phone>1[3-9]\d{9}))(?!\d)")


# Eleven digits and more, however spaced and at whatever width: what may have been meant as such a number.
_TYPED = re.compile(r"[0-9０-９](?:[\s.·．－-]?[0-9０-９]){10,}[XxＸｘ]?")
_DAY = re.compile(r"(?:19|20)[0-9]{2}[-.]?[0-9]{1,2}[-.][0-9]{1,2}(?![0-9])")


def scrub_typed(text: str) -> str:
    """What somebody typed, quoted back: numbers with spaces, at full width or too long are masked as well."""

    def masked(match: re.Match[str]) -> str:
        if day := _DAY.match(match[0]):
            return day[0] + scrub_typed(match[0][day.end() :])
        digits = "".join(c for c in unicodedata.normalize("NFKC", match[0]).upper() if c in "0123456789X")
        return mask_id_number(digits) if len(digits) == 18 else f"{digits[:3]}****{digits[-4:]}"

    return _TYPED.sub(masked, scrub(text))


def scrub(text: str) -> str:
    """Free text with ID and mobile numbers masked, for where text leaves the house (e-mail, robots, logs)."""

    def masked(match: re.Match[str]) -> str:
        return mask_id_number(match["id"]) if match["id"] else mask_phone(match["phone"])

    return _NUMBERS.sub(masked, text)
