"""Rulebook §1.2."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from linli.core.codes import division_code
from linli.core.codes.division_code import Kind


@pytest.mark.parametrize(
    ("code", "level", "parent", "filled"),
    [
        ("44", "province", None, "440000"),
        ("440000", "province", None, "440000"),
        ("4405", "city", "44", "440500"),
        ("440500000000", "city", "44", "440500000000"),
        ("440511", "district", "4405", "440511"),
        ("440511001", "street", "440511", "440511001"),
        ("440511001003", "community", "440511001", "440511001003"),
        ("440511001003012", "grid", "440511001003", "440511001003012"),
    ],
)
def test_level_and_parent_come_from_the_digits(code, level, parent, filled):
    assert division_code.check_division_code(code) == code
    assert division_code.level_of(code) == level
    assert division_code.parent_code(code) == parent
    assert division_code.filled(code) == filled


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("440511001", Kind.SUBDISTRICT),
        ("330483100", Kind.TOWN),
        ("330483199", Kind.TOWN),
        ("330483200", Kind.TOWNSHIP),
        ("110115403", Kind.ENTERPRISE),
        ("440511001001", Kind.RESIDENTS),
        ("440605126233", Kind.VILLAGERS),
        ("440605126401", Kind.OTHER),
        ("440511", None),
    ],
)
def test_the_last_three_digits_tell_the_kind(code, kind):
    assert division_code.kind_of(code) == kind


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "division_character"),
        ("44051a", "division_character"),
        ("44051", "division_length"),
        ("940511", "division_region"),
    ],
)
def test_what_is_no_code(text, code):
    with pytest.raises(ValidationError) as caught:
        division_code.check_division_code(text)
    assert caught.value.code == code


def test_one_filled_code_belongs_to_the_level_that_asks():
    assert division_code.check_code_of_level("441900", "city") == "4419"
    assert division_code.check_code_of_level("440511000000", "district") == "440511"
    assert division_code.check_code_of_level("４４ 0000", "province") == "44"
    assert division_code.check_code_of_level("500000", "province") == "50"
    assert division_code.check_code_of_level("441900", "district") == "441900"


@pytest.mark.parametrize(
    ("text", "level", "code"),
    [
        ("440511", "street", "division_level"),
        ("440511001", "district", "division_level"),
    ],
)
def test_a_code_of_another_level_is_refused(text, level, code):
    with pytest.raises(ValidationError) as caught:
        division_code.check_code_of_level(text, level)
    assert caught.value.code == code


@given(st.from_regex(r"[1-8][1-9][0-9]{2}[0-9]{2}[0-9]{3}[0-9]{3}", fullmatch=True))
def test_climbing_ends_at_a_province_and_every_parent_is_a_prefix(code):
    climbed = [code]
    while (parent := division_code.parent_code(climbed[-1])) is not None:
        assert code.startswith(parent)
        assert len(parent) < len(climbed[-1])
        climbed.append(parent)
    assert division_code.level_of(climbed[-1]) == "province"
