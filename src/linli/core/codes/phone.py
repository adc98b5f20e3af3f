"""Telephone numbers of the mainland: mobile, landline, and both as E.164 (rulebook §1.5)."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

from .characters import half_width, is_digits

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_COUNTRY = re.compile(r"(?:\+|00)86")
# 010 and 02x have three digits, every other area code four; the spelling with "(" and "转" is common on letterheads.
_LANDLINE = re.compile(r"(?P<area>010|02[0-9]|0[3-9][0-9]{2})(?P<number>[0-9]{7,8})(?:x(?P<extension>[0-9]{1,6}))?")
_LOCAL = re.compile(r"[2-9][0-9]{6,7}")


def _bare(text: str) -> str:
    """Digits, with "x" before an extension; the country code becomes nothing for mobiles and 0 for landlines."""
    text = re.sub(r"\s*(?:转|分机|ext\.?)\s*:?\s*", "x", half_width(text).strip().lower())
    # A hyphen after at least seven digits starts an extension: 0754-88012345-806.
    text = re.sub(r"(?<=[0-9]{7})\s*-\s*(?=[0-9]{1,6}$)", "x", text)
    text = re.sub(r"[\s()./-]+", "", text)
    if country := _COUNTRY.match(text):
        rest = text[country.end() :]
        text = rest if _MOBILE.fullmatch(rest) or rest.startswith("0") else "0" + rest
    elif re.fullmatch(r"861[3-9][0-9]{9}", text):
        text = text[2:]
    return text


def check_mobile(text: str) -> str:
    """Eleven digits, e.g. "13800138000"; spaces, hyphens and +86 are dropped."""
    number = _bare(text)
    if _MOBILE.fullmatch(number):
        return number
    if is_digits(number) and number.startswith("1") and len(number) != 11:
        raise ValidationError(
            f"手机号要有 11 位，现在是 {len(number)} 位。请核对后再填。",
            code="mobile_length",
        )
    raise ValidationError("手机号应是 1 开头的 11 位数字，如 138 0013 8000。请核对后再填。", code="mobile_format")


def check_landline(text: str) -> str:
    """Area code, hyphen, number and perhaps an extension, e.g. "0754-88012345-806"."""
    number = _bare(text)
    match = _LANDLINE.fullmatch(number)
    if match is None:
        hint = "请在前面加上区号" if _LOCAL.fullmatch(number) else "请写成“区号-号码”"
        raise ValidationError(f"固定电话号码不完整。{hint}，如 0754-88012345。", code="landline_format")
    return "-".join(part for part in match.group("area", "number", "extension") if part)


def check_phone(text: str) -> str:
    """A mobile or a landline number, each in its stored form."""
    bare = _bare(text)
    return check_mobile(text) if bare.startswith("1") or not bare else check_landline(text)


def to_e164(number: str) -> str:
    """The stored form as E.164: "+8613800138000", "+8675488012345"; an extension is not part of E.164."""
    parts = number.split("-")
    return "+86" + (parts[0] if len(parts) == 1 else parts[0][1:] + parts[1])
