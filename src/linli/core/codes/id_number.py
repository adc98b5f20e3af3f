"""Citizen identity number 公民身份号码， GB 11643-1999 (rulebook §1.4).

18 characters: 6 division digits, birth date YYYYMMDD, 3 sequence digits (odd: male), check digit. The residence
permits for Hong Kong, Macao and Taiwan (81…, 82…, 83…) and the permanent residence card of foreigners (9…) use the
same check.
Division prefixes are not looked up: abolished ones stay in use as long as their holders live.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from django.core.exceptions import ValidationError

from linli.core import clock

from .characters import compact, is_digits

LENGTH = 18
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
# Nobody alive was born earlier; such a year is a slip of the finger.
_EARLIEST_YEAR = 1900


class Sex(StrEnum):
    """As the number tells it."""

    MALE = "male"
    FEMALE = "female"


def normalise(text: str) -> str:
    """Half width, upper case, without spaces and hyphens; the form that is stored (encrypted) and hashed."""
    return compact(text)


def check_digit(body: str) -> str:
    """The 18th character that belongs to the first 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECK[total % 11]


def birth_date(number: str) -> dt.date:
    """The birth date in a number of 18 characters; ValueError where it is no date of the calendar."""
    return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex(number: str) -> Sex:
    """The sex in a number that passed `check_id_number`."""
    return Sex.MALE if int(number[16]) % 2 else Sex.FEMALE


def check_id_number(text: str) -> str:
    """The normalised number; ValidationError naming the position that is wrong and what should stand there."""
    number = normalise(text)
    if len(number) == 15 and is_digits(number):
        raise ValidationError(
            "这是 15 位的旧身份证号，已经停用。请填第二代身份证上的 18 位号码。",
            code="id_number_old",
        )
    if len(number) != LENGTH:
        raise ValidationError(
            f"身份证号要有 18 位，现在是 {len(number)} 位。请核对后再填。",
            code="id_number_length",
        )
    for place, character in enumerate(number[:17], start=1):
        if not is_digits(character):
            raise ValidationError(
                f"身份证号第 {place} 位“{character}”应为数字。请核对后再填。",
                code="id_number_character",
            )
    try:
        born = birth_date(number)
    except ValueError:
        born = None
    if born is None or born.year < _EARLIEST_YEAR:
        raise ValidationError(
            f"身份证号第 7 至 14 位“{number[6:14]}”不像出生日期。请核对后再填。",
            code="id_number_date",
        )
    if born > clock.today():
        raise ValidationError(
            f"身份证号里的出生日期 {born.year} 年 {born.month} 月 {born.day} 日还没有到。请核对第 7 至 14 位后再填。",
            code="id_number_future",
        )
    expected = check_digit(number[:17])
    if number[17] != expected:
        raise ValidationError(
            f"身份证号第 18 位应为 {expected}。请核对后再填。",
            code="id_number_check",
        )
    return number
