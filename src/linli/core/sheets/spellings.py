"""Other ways to write what a sheet knows: traditional characters in headings, Chinese numerals in dates."""

from __future__ import annotations

import re

# Those that headings and words for choices are made of; names of people and places keep their characters.
_TRADITIONAL = str.maketrans(
    "組織稱類別型區負責證號機員數黨備編終統會國電話聯繫絡單動場註銷記時間態屬鎮體務發業範圍來歷領導長撤調",
    "组织称类别型区负责证号机员数党备编终统会国电话联系络单动场注销记时间态属镇体务发业范围来历领导长撤调",
)
_DIGITS = {digit: str(at) for at, digit in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0"}
_DATE = re.compile(
    r"([〇○零一二三四五六七八九0-9]{4})年([一二三四五六七八九十0-9]{1,3})月(?:([一二三四五六七八九十廿卅0-9]{1,4})([日号]?))?"
)


def simplified(text: str) -> str:
    """A heading or a choice in simplified characters."""
    return text.translate(_TRADITIONAL)


def arabic(text: str) -> str:
    """A date in Chinese numerals with digits: 二〇一六年五月十八日 is 2016年5月18日; everything else stays."""
    found = _DATE.fullmatch(text)
    if found is None:
        return text
    year = "".join(_DIGITS.get(digit, digit) for digit in found[1])
    return f"{year}年{_count(found[2])}月{_count(found[3] or '')}{found[4] or ''}"


def _count(text: str) -> str:
    """Up to 39: 十八 is 18, 廿一 is 21."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    if "十" not in text:
        return "".join(_DIGITS.get(digit, digit) for digit in text)
    tens, _, ones = text.partition("十")
    return f"{_DIGITS.get(tens, tens) or '1'}{_DIGITS.get(ones, ones) or '0'}"
