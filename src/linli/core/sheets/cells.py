"""A cell as text. What is more than text carries a mark in front: a control character, which no cleaned text has."""

from __future__ import annotations

import datetime as dt
import re

MARK = "\x01"
NUMBER, DAY, ERROR, FORMULA, TRUTH, MERGED = (MARK + letter for letter in "NDEFBM")

# Everything that does not show, but for the line break and the tab, which become a space later.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# Excel takes 1900 for a leap year; the count is right from 1 March 1900 on.
_EPOCH, _EPOCH_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)  # noqa: DTZ001 -- a cell has no zone
_BUILT_IN_DAYS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


def has_only_text(text: str) -> bool:
    """Whether `plain` would leave the text as it is."""
    return _UNSEEN.search(text) is None


def plain(text: str) -> str:
    """Text of a file without characters that do not show, so that nobody can write a mark by hand."""
    return _UNSEEN.sub("", text) if _UNSEEN.search(text) else text


def unescaped(text: str) -> str:
    """Excel's own escapes in strings: _x000D_ is a carriage return."""
    return _ESCAPED.sub(_escaped, text) if "_x" in text else text


def _escaped(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    return "\ufffd" if 0xD800 <= number <= 0xDFFF else chr(number)  # half a character is none


def is_day_format(number: int, code: str = "") -> bool:
    """Whether a number format shows a day or a time."""
    if not code:
        return number in _BUILT_IN_DAYS
    bare = _QUOTED.sub("", code.split(";")[0]).lower()
    return any(letter in bare for letter in "ymdhs") and "general" not in bare


def day_of(serial: float, since_1904: bool = False) -> str:
    """A day's number as ISO text, with the time where there is one; "" outside the calendar."""
    try:
        moment = (_EPOCH_1904 if since_1904 else _EPOCH) + dt.timedelta(days=round(serial, 6))
    except (OverflowError, ValueError):
        return ""
    return iso(moment)


def iso(value: dt.date | dt.datetime) -> str:
    """As the mark for days carries it."""
    if isinstance(value, dt.datetime) and (value.hour or value.minute or value.second):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"


def number_text(text: str) -> str:
    """A number as a reader would write it: 11.0 is 11; what is no number stays as it is."""
    try:
        value = float(text)
    except ValueError:
        return text
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value) if abs(value) < 1e15 else text


def shown(cell: str) -> str:
    """What a reader sees in the cell."""
    if not cell.startswith(MARK):
        return cell
    kind, rest = cell[:2], cell[2:]
    if kind == NUMBER:
        return number_text(rest)
    if kind == TRUTH:
        return "TRUE" if rest == "1" else "FALSE"
    if kind == MERGED:
        return ""
    return "（公式没有结果）" if kind == FORMULA else rest
