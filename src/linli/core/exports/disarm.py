"""Cells that a spreadsheet would run. What begins like a formula is marked as text; nothing of it is lost.

OWASP, "CSV Injection": =, +, -, @, tab and carriage return; spreadsheets of this region also take the full-width
forms. White space and invisible characters before them do not make them harmless.
"""

from __future__ import annotations

import re

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_FORMULA = re.compile(rf"^[\s{_INVISIBLE}]*[=+\-@＝＋－﹣−＠﹦﹢﹫]|^[\t\r\n]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# So many digits, or a zero in front, and a spreadsheet changes a code when it takes it for a number.
_NUMBER_LIKE = re.compile(r"^(0\d+|\d{12,}|\d+[eE]\d+)$")
# Most text begins with a letter and holds nothing that no file can: one look says that it stays as it is.
_HARMLESS = re.compile("[^\\W\\d_][^\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]*\\Z")
is_harmless = _HARMLESS.match


def is_armed(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula."""
    return bool(_FORMULA.match(text))


def plain(text: str) -> str:
    """Without characters that no file of a spreadsheet can hold."""
    return _CONTROL.sub("", text)


def quoted(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would run it or change it."""
    text = plain(text)
    return f"'{text}" if is_armed(text) or _NUMBER_LIKE.match(text) else text
