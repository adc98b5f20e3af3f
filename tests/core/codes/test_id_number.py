"""GB 11643-1999, rulebook §1.4."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from hypothesis import assume, given
from hypothesis import strategies as st

from linli.core.codes import id_number

VALID = "11010519491231002X"


def numbered(division: str, born: dt.date, sequence: int) -> str:
    body = f"{division}{born:%Y%m%d}{sequence:03}"
    return body + id_number.check_digit(body)


numbers = st.builds(
    numbered,
    st.text("0123456789", min_size=6, max_size=6),
    st.dates(dt.date(1900, 1, 1), dt.date(2026, 1, 1)),
    st.integers(0, 999),
)


def refusal(text: str) -> tuple[str, str]:
    with pytest.raises(ValidationError) as caught:
        id_number.check_id_number(text)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(
    "text", [VALID, "11010519491231002x", " 110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_the_vector_of_the_standard_is_accepted_however_it_is_typed(text):
    assert id_number.check_id_number(text) == VALID


def test_birth_date_and_sex_are_read_from_the_number():
    assert id_number.birth_date(VALID) == dt.date(1949, 12, 31)
    assert id_number.sex(VALID) == id_number.Sex.FEMALE
    assert id_number.sex(numbered("440511", dt.date(1980, 2, 29), 13)) == id_number.Sex.MALE


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("110105194912310021", "id_number_check", "身份证号第 18 位应为 X。请核对后再填。"),
        ("110105491231002", "id_number_old", "这是 15 位的旧身份证号，已经停用。请填第二代身份证上的 18 位号码。"),
        ("1101051949123100", "id_number_length", "身份证号要有 18 位，现在是 16 位。请核对后再填。"),
        ("", "id_number_length", "身份证号要有 18 位，现在是 0 位。请核对后再填。"),
        ("11010519491231O02X", "id_number_character", "身份证号第 15 位“O”应为数字。请核对后再填。"),
        ("11010519490230002X", "id_number_date", "身份证号第 7 至 14 位“19490230”不像出生日期。请核对后再填。"),
        ("11010500010101002X", "id_number_date", "身份证号第 7 至 14 位“00010101”不像出生日期。请核对后再填。"),
        (
            numbered("110105", dt.date(2099, 1, 1), 2),
            "id_number_future",
            "身份证号里的出生日期 2099 年 1 月 1 日还没有到。请核对第 7 至 14 位后再填。",
        ),
    ],
)
def test_a_refusal_names_the_place_and_what_should_stand_there(text, code, message):
    assert refusal(text) == (code, message)


@pytest.mark.parametrize("instant", ["2026-03-04T15:59:00Z", "2026-03-04T16:01:00Z"])
def test_today_is_the_day_in_shanghai(instant):
    born_tomorrow_in_utc = numbered("440511", dt.date(2026, 3, 5), 1)
    with time_machine.travel(instant, tick=False):
        if instant.startswith("2026-03-04T15"):
            assert refusal(born_tomorrow_in_utc)[0] == "id_number_future"
        else:
            assert id_number.check_id_number(born_tomorrow_in_utc) == born_tomorrow_in_utc


@pytest.mark.parametrize("division", ["810000", "830000", "931156", "000000", "440599"])
def test_permits_and_abolished_or_unknown_divisions_are_accepted(division):
    number = numbered(division, dt.date(1990, 5, 17), 118)
    assert id_number.check_id_number(number) == number


@given(numbers)
def test_every_number_with_its_check_digit_is_accepted(number):
    assert id_number.check_id_number(number) == number


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_changed_digit_is_always_noticed(number, place, other):
    assume(number[place] != other)
    with pytest.raises(ValidationError):
        id_number.check_id_number(number[:place] + other + number[place + 1 :])


@given(st.text())
def test_any_text_is_either_refused_with_a_code_or_a_number(text):
    try:
        outcome = len(id_number.check_id_number(text))
    except ValidationError as error:
        outcome = error.code
    assert outcome == 18 or outcome.startswith("id_number_")
