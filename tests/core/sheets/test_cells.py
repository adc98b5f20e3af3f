"""Cleaning of cells: a workbook and a form agree on every value, and no text can pretend to be more than text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from linli.core.codes import id_number, names, phone
from linli.core.sheets.cells import MARK, NUMBER, day_of, is_day_format, plain, shown, unescaped
from linli.core.sheets.checks import NOTHING, check
from linli.core.sheets.declare import REGISTRY, Column, Kind
from linli.core.sheets.xlsx import column_index, column_letters

MESSY = st.text(st.sampled_from("陈秀梅书画社（）() 　·.a1２X\u200b-'\x01\t"), max_size=12)
DIGITS = st.text(st.sampled_from("0123456789X１３ -"), min_size=9, max_size=20)


def asked(kind: Kind, text: str, **more: int) -> tuple[str | None, bool]:
    """The value a cell gives, and whether it is wrong."""
    values, problems = check(Column("field", "项目", kind, **more), [plain(text)])
    return (None if problems else values[0]), bool(problems)


def form(check_one: Callable[[str], str], text: str) -> tuple[str | None, bool]:
    """What a form makes of it; an empty field of a form is never checked."""
    text = plain(text).strip().lstrip("'").strip()
    if not text or text in NOTHING:
        return None, False
    try:
        return check_one(text), False
    except ValidationError:
        return None, True


@given(MESSY)
def test_names_of_organizations(text: str) -> None:
    assert asked(Kind.ORGANIZATION, text) == form(names.check_organization_name, text)


@given(MESSY)
def test_names_of_persons(text: str) -> None:
    assert asked(Kind.PERSON, text) == form(names.check_person_name, text)


@given(DIGITS)
def test_mobile_numbers(text: str) -> None:
    assert asked(Kind.MOBILE, text) == form(phone.check_mobile, text)


@given(st.dates(dt.date(1880, 1, 1), dt.date(2040, 1, 1)), st.integers(0, 999), st.sampled_from("0123456789Xx"))
def test_id_numbers(born: dt.date, serial: int, last: str) -> None:
    text = f"440511{born:%Y%m%d}{serial:03d}{last}"
    right = text[:17] + id_number.check_digit(text[:17])

    assert asked(Kind.ID_NUMBER, text) == form(id_number.check_id_number, text)
    assert asked(Kind.ID_NUMBER, right) == form(id_number.check_id_number, right)


@given(st.text(max_size=40))
def test_no_text_of_a_file_carries_a_mark(text: str) -> None:
    assert MARK not in plain(text)
    assert plain(plain(text)) == plain(text)
    shown(plain(text))


@given(st.text(max_size=40), st.sampled_from(list(Kind)))
def test_no_cell_breaks_a_check(text: str, kind: Kind) -> None:
    choices = (("a", "甲"),) if kind is Kind.CHOICE else ()
    values, problems = check(
        Column("field", "项目", kind, choices=choices, most=50), [plain(text), f"{NUMBER}12", ""]
    )

    assert len(values) == 3
    assert all(sentence.endswith("。") for sentence in problems.values())


CHOSEN = [
    (sheet.slug, column) for sheet in REGISTRY.values() for column in sheet.columns if column.kind is Kind.CHOICE
]


@pytest.mark.parametrize(("slug", "column"), CHOSEN, ids=[f"{slug}.{column.name}" for slug, column in CHOSEN])
def test_what_the_template_offers_is_taken(slug: str, column: Column) -> None:
    """Every word of a drop-down, also one in brackets: 县（区）级."""
    values, problems = check(column, [plain(str(label)) for _value, label in column.choices])

    assert (values.to_list(), problems) == ([value for value, _label in column.choices], {})


@given(st.dates(dt.date(1927, 5, 18), dt.date(2119, 1, 1)))
def test_days_as_excel_counts_them(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days

    assert day_of(serial) == day.isoformat()
    assert day_of(serial - 1462, since_1904=True) == day.isoformat()


@pytest.mark.parametrize(
    ("number", "code", "is_day"),
    [
        (14, "", True),
        (1, "", False),
        (31, "", True),
        (164, 'yyyy"年"m"月"d"日"', True),
        (165, '0.00"元"', False),
        (166, "[$-804]aaaa;@", False),
        (167, "[Red]0", False),
        (168, "General", False),
        (169, "h:mm:ss", True),
        (170, '"day "0', False),
    ],
)
def test_formats_that_show_days(number: int, code: str, is_day: bool) -> None:
    assert is_day_format(number, code) is is_day


def test_escapes_of_excel() -> None:
    assert unescaped("甲_x000D_乙_x4E2D_") == "甲\r乙中"
    assert unescaped("_xD800_") == "\ufffd"


@given(st.integers(0, 16_383))
def test_letters_of_columns(index: int) -> None:
    assert column_index(column_letters(index)) == index
