"""Published numbers beside counted ones: the arithmetic, who reads the page, what it says and what it costs."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from tests.indicators.facts import organization
from tests.personas import World

from linli.core.figures.declare import REGISTRY
from linli.indicators.choices import Means, Verdict
from linli.indicators.queries.fractions import Fraction, denominators, fitting, nearest, rounded
from linli.indicators.queries.published import agree, compared, sources

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def test_no_number_of_532_is_the_published_share() -> None:
    assert nearest(Decimal("99.43"), 532) == [Fraction(528, 532), Fraction(529, 532)]
    assert [one.percent(2) for one in nearest(Decimal("99.43"), 532)] == [Decimal("99.25"), Decimal("99.44")]
    assert fitting(Decimal("99.43"), 532) == []
    assert fitting(Decimal("96.20"), 532) == []
    assert fitting(Decimal("46"), 532) == [Fraction(244, 532), Fraction(245, 532)]


def test_both_shares_can_be_had_over_526_and_527_alone() -> None:
    both = denominators([Decimal("99.43"), Decimal("96.20")], 532)

    assert both == [(526, (523, 506)), (527, (524, 507))]


@given(below=st.integers(1, 900), chance=st.integers(0, 10**6), places=st.integers(0, 2))
def test_what_is_a_fraction_is_found_as_one(below: int, chance: int, places: int) -> None:
    above = chance % (below + 1)
    published = Fraction(above, below).percent(places)

    assert Fraction(above, below) in fitting(published, below) or any(
        each.percent(places) == published for each in fitting(published, below)
    )


@given(published=st.decimals(0, 100, places=2), below=st.integers(1, 900))
def test_nothing_lies_between_the_nearest(published: Decimal, below: int) -> None:
    found = nearest(published, below)

    values = [Decimal(100 * one.above) / below for one in found]
    assert values[0] <= published <= values[-1] or len(found) == 1
    assert found[-1].above - found[0].above <= 1


@pytest.mark.parametrize(
    ("means", "published", "counted", "agrees"),
    [
        (Means.EXACT, "532", "532", True),
        (Means.EXACT, "532", "531", False),
        (Means.ABOUT, "81", "81", True),
        (Means.MORE, "900", "912", True),
        (Means.MORE, "900", "900", False),
        (Means.LEAST, "15", "15", True),
        (Means.LEAST, "15", "10", False),
        (Means.IMPLIED, "94.9", "94.9", True),
    ],
)
def test_when_two_numbers_agree(means: Means, published: str, counted: str, agrees: bool) -> None:
    assert agree(means, Decimal(published), Decimal(counted)) is agrees


def test_halves_are_rounded_up() -> None:
    assert rounded(Decimal("45.65"), 1) == Decimal("45.7")


def test_each_published_number_is_of_a_figure_that_is_kept() -> None:
    said = [each for source in sources().values() for each in source.figures]

    assert [each.id for each in said if each.figure not in REGISTRY] == []
    assert len({(each.id, each.figure) for each in said}) == len(said)
    assert all(each.phrase and each.value >= 0 and each.period.first <= each.period.last for each in said)


@pytest.fixture
def sign_in(world: World) -> Any:
    """`sign_in("street_officer")` hands back a client of the persona."""

    def as_persona(who: str) -> Client:
        client = Client()
        client.force_login(world[who], backend=BACKEND)
        return client

    return as_persona


def test_the_page_counts_from_the_records(world: World, sign_in: Any) -> None:
    organization(world.community, "2011-03-05").save()
    organization(world.community, "2015-03-05").save()

    lines = compared(sources()["440511"], world.district)
    orgs = [(each.number.value, each.difference, each.verdict) for each in lines if each.published.figure == "orgs"]

    assert orgs == [(1, -272, Verdict.DIFFERS), (2, -530, Verdict.DIFFERS)]
    page = sign_in("district_officer").get("/published/").content.decode()
    assert "/figures/orgs/records/?area=440511&amp;period=2012-12-31..2012-12-31" in page
    assert "−272" in page


def test_a_ratio_of_nothing_is_told_as_nothing(world: World) -> None:
    (growth,) = [each for each in compared(sources()["440511"], world.district) if each.published.figure == "growth"]

    assert (growth.verdict, growth.difference) == (Verdict.NOTHING, None)


@pytest.mark.parametrize(
    ("who", "status"),
    [("district_officer", 200), ("federation_secretary", 200), ("auditor", 200), ("sysadmin", 404), ("founder", 404)],
)
def test_who_opens_it(world: World, sign_in: Any, who: str, status: int) -> None:
    client = sign_in(who)

    assert client.get("/published/").status_code == status
    assert client.get("/published/published.xlsx").status_code == status
    assert Client().get("/published/").status_code == 302


def test_an_area_that_is_not_there_is_not_found(world: World, sign_in: Any) -> None:
    assert sign_in("street_officer").get("/published/", {"area": "999999"}).status_code == 404


def test_it_costs_the_same_with_one_record_and_with_thirty(world: World, sign_in: Any) -> None:
    client = sign_in("district_officer")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get("/published/")
        return len(seen)

    organization(world.community).save()
    queries()
    one = queries()
    for _n in range(30):
        organization(world.community).save()

    assert queries() == one <= 30


def test_the_workbook_has_a_line_for_each_number(world: World, sign_in: Any) -> None:
    organization(world.community, "2011-03-05").save()

    answer = sign_in("district_officer").get("/published/published.xlsx")

    sheet = load_workbook(io.BytesIO(answer.content))["对照"]
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 1 + len(sources()["440511"].figures)
    line = next(row for row in rows if row[0] == "J006")
    assert line[4:6] == ("273", 1)
    assert line[8:10] == (-272, "不符")
