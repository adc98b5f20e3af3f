"""Rulebook §1.5."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from linli.core.codes import phone

mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
landlines = st.from_regex(r"(010|02[0-9]|0[3-9][0-9]{2})-[2-9][0-9]{6,7}", fullmatch=True)


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        " 138 0013 8000 ",
        "138-0013-8000",
        "１３８００１３８０００",
        "+86 138 0013 8000",
        "008613800138000",
        "8613800138000",
    ],
)
def test_mobile_numbers_as_people_type_them(text):
    assert phone.check_mobile(text) == phone.check_phone(text) == "13800138000"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1380013800", "mobile_length"),
        ("138001380001", "mobile_length"),
        ("12800138000", "mobile_format"),
        ("1380013800a", "mobile_format"),
        ("", "mobile_format"),
        ("٠١٢٣٤٥٦٧٨٩٠", "mobile_format"),
    ],
)
def test_what_is_no_mobile_number(text, code):
    with pytest.raises(ValidationError) as caught:
        phone.check_mobile(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("0754-88012345", "0754-88012345"),
        ("075488012345", "0754-88012345"),
        ("(0754) 8801 2345", "0754-88012345"),
        ("（0754）88012345", "0754-88012345"),
        ("0754－88012345－806", "0754-88012345-806"),
        ("0754-88012345转806", "0754-88012345-806"),
        ("010-65120000", "010-65120000"),
        ("+86 10 65120000", "010-65120000"),
        ("+8675488012345", "0754-88012345"),
        ("0660-6812345", "0660-6812345"),
    ],
)
def test_landline_numbers_as_letterheads_print_them(text, stored):
    assert phone.check_landline(text) == phone.check_phone(text) == stored


def test_a_landline_without_area_code_is_told_how():
    with pytest.raises(ValidationError) as caught:
        phone.check_phone("88012345")
    assert caught.value.message == "固定电话号码不完整。请在前面加上区号，如 0754-88012345。"


def test_both_kinds_as_e164():
    assert phone.to_e164("13800138000") == "+8613800138000"
    assert phone.to_e164("010-65120000") == "+861065120000"
    assert phone.to_e164("0754-88012345-806") == "+8675488012345"


@given(st.one_of(mobiles, landlines))
def test_a_stored_number_is_stored_as_it_is_and_e164_leads_back_to_it(number):
    assert phone.check_phone(number) == number
    assert phone.check_phone(phone.to_e164(number)) == number
