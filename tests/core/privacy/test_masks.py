"""Masks show less, never more, when a value is odd (rulebook §11.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.core.privacy import Kind, PersonalValue, mask_id_number, mask_name, mask_phone, scrub


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张伟", "张*"),
        ("陈秀梅", "陈*梅"),
        ("欧阳明月", "欧**月"),
        ("阿不都热合曼·阿卜杜拉", "阿*…"),
        ("买买提明尼牙孜", "买*…"),
        ("古·丽", "古*…"),
        ("John Smith", "J*…"),
        ("张", "*"),
        ("𠮷田", "𠮷*"),  # beyond the BMP: one character, two UTF-16 units
        ("葛\U000e0100城明", "葛\U000e0100*明"),  # with a variation selector
        ("  陈 ", "*"),
        ("", ""),
        (None, ""),
    ],
)
def test_name(name: str | None, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812342046", "138****2046"),
        ("+86 138 1234 2046", "138****2046"),
        ("138 1234 2046", "138****2046"),
        ("0754-88881234", "****1234"),
        ("12345", "****"),
        ("not a number", "****"),
        ("", ""),
        (None, ""),
    ],
)
def test_phone(phone: str | None, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("440511199003070017", "4405**********0017"),
        ("44051119900307001x", "4405**********001X"),
        ("4405 1119 9003 0700 17", "4405**********0017"),
        ("440511900307001", "4405*******7001"),
        ("E12345678", "****78"),
        ("12", "****"),
        ("", ""),
        (None, ""),
    ],
)
def test_id_number(number: str | None, shown: str) -> None:
    assert mask_id_number(number) == shown


# A star is what a mask writes: "0*" is no name, and masked already.
@given(st.text(st.characters(exclude_characters="*"), min_size=2, max_size=30))
def test_a_name_never_shows_whole(name: str) -> None:
    masked = mask_name(name)
    assert not name.strip() or masked != name


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_phone_hides_its_middle(phone: str) -> None:
    assert phone[3:7] not in mask_phone(phone)[3:7]


def test_text_that_leaves_the_house_is_scrubbed() -> None:
    text = "请联系 13812342046(440511199003070017),编号 20261122000100020003"
    assert scrub(text) == "请联系 138****2046(4405**********0017),编号 20261122000100020003"


def test_a_personal_value_is_masked_wherever_it_is_printed() -> None:
    value = PersonalValue(Kind.PHONE, "13812342046")
    assert {f"{value}", str(value), "%s" % value, value.masked} == {"138****2046"}  # noqa: UP031
    assert "12342046" not in repr(value)
    assert value.raw == "13812342046"
