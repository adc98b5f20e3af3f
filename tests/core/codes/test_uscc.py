"""GB 32100-2015, rulebook §1.3."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import assume, given
from hypothesis import strategies as st

from linli.core.codes import uscc

VALID = "91350100M000100Y43"

bodies = st.builds(
    lambda head, division, tail: head + division + tail,
    st.text(uscc.ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(uscc.ALPHABET, min_size=9, max_size=9),
)
codes = bodies.map(lambda body: body + uscc.check_character(body))


def refusal(text: str) -> tuple[str, str]:
    with pytest.raises(ValidationError) as caught:
        uscc.check_uscc(text)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(
    "text", [VALID, " 91350100m000100y43 ", "９１３５０１００Ｍ０００１００Ｙ４３", "91350100-M000100Y4-3"]
)
def test_the_vector_of_the_standard_is_accepted_however_it_is_typed(text):
    assert uscc.check_uscc(text) == VALID


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("91350100M000100Y44", "uscc_check", "统一社会信用代码第 18 位应为 3，现在是 4。请对照证书核对后再填。"),
        ("91350100M000100Y4", "uscc_length", "统一社会信用代码要有 18 位，现在是 17 位。请对照证书补全。"),
        ("", "uscc_length", "统一社会信用代码要有 18 位，现在是 0 位。请对照证书补全。"),
        (
            "9135O100M000100Y43",
            "uscc_character",
            "第 5 位“O”不会出现在统一社会信用代码里，可能是数字 0。请对照证书再填。",
        ),
        ("91350100M000100Y4陈", "uscc_character", "第 18 位“陈”不会出现在统一社会信用代码里。请对照证书再填。"),
        (
            "9135A100M000100Y43",
            "uscc_division",
            "统一社会信用代码第 3 至 8 位是行政区划，只能是数字。请对照证书再填。",
        ),
    ],
)
def test_a_refusal_names_the_place_and_what_should_stand_there(text, code, message):
    assert refusal(text) == (code, message)


def test_the_inner_organization_code_only_warns():
    body = "51440511MJ0000000"
    code = body + uscc.check_character(body)

    assert uscc.check_uscc(code) == code
    assert uscc.inner_warning(VALID) == ""
    assert f"通常是 {uscc.inner_check_character('MJ000000')}，这里是 0" in uscc.inner_warning(code)


@given(codes)
def test_every_code_with_its_check_character_is_accepted_and_stays_as_it_is(code):
    assert uscc.check_uscc(code) == uscc.normalise(code) == code


@given(codes, st.integers(0, 17), st.sampled_from(uscc.ALPHABET))
def test_one_changed_character_is_always_noticed(code, place, other):
    assume(code[place] != other)
    with pytest.raises(ValidationError):
        uscc.check_uscc(code[:place] + other + code[place + 1 :])


@given(st.text())
def test_normalising_twice_is_normalising_once(text):
    assert uscc.normalise(uscc.normalise(text)) == uscc.normalise(text)
