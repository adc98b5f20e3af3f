"""One spelling, written twice: in Python for what is asked, in the database for what is there."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.core.registers.words import canonical, pairs, plain, runs, words_of


@pytest.mark.parametrize(
    ("typed", "spelt"),
    [
        ("金苑（二）社区 Ａ座", "金苑二社区a座"),
        ("BA-440511004-2026-00317", "ba440511004202600317"),
        ("  ｂａ４４０５ ", "ba4405"),
        ("“夕阳红”·书画", "夕阳红书画"),
        ("金苑\u200b社区", "金苑社区"),
        ("——", ""),
    ],
)
def test_what_is_typed_in_many_ways_is_spelt_in_one(typed: str, spelt: str) -> None:
    assert plain(typed) == spelt


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("金苑居委会", "金苑社区"),
        ("金苑社区居委会", "金苑社区"),
        ("金苑社区居民委员会书画社", "金苑社区书画社"),
        ("逢涌村委会", "逢涌村"),
        ("逢涌村村民委员会", "逢涌村"),
    ],
)
def test_one_thing_of_two_names_has_one(said: str, meant: str) -> None:
    assert canonical(said) == meant


TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("社区居委会村民员金苑书画ＡaＺz0９ （）()-—·“”,，\u3000\u200b%_\\'\""),
        st.characters(min_codepoint=1, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cn"]),
        st.characters(min_codepoint=0x3000, max_codepoint=0xFFEF, exclude_categories=["Cs", "Cn", "Co"]),
    ),
    max_size=40,
)


@pytest.fixture(scope="module")
def database(django_db_setup: Any, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        yield cursor


@settings(max_examples=300, deadline=None)
@given(one=TEXTS, other=TEXTS)
def test_the_database_spells_as_we_do(database: Any, one: str, other: str) -> None:
    database.execute(
        "SELECT registers_plain(%s), registers_canonical(%s), registers_lines(%s::text, NULL, %s::text)",
        [one, other, one, other],
    )
    lines = "".join(f"\n{line}" for line in (plain(one), plain(other)) if line)

    assert database.fetchone() == (
        plain(one),
        canonical(other),
        lines if canonical(lines) == lines else lines + canonical(lines),
    )


def test_words_are_few_short_and_once() -> None:
    typed = words_of(" 书画 　金苑（二） 书-画 -- A座 四 五 六")
    assert [word.text for word in typed] == ["书画", "金苑二", "a座", "四"]
    assert words_of("") == words_of("\0 -- ，") == ()
    assert len(words_of("长" * 500)[0].text) == 60


def test_pairs_and_runs() -> None:
    assert pairs("书画书画") == ["书画", "画书"]
    assert pairs("书") == []
    assert runs("ba440511004202600317") == ["0317", "0260", "0042"]
    assert runs("0317") == ["0317"]
