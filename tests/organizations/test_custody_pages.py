"""Who reads a ledger, its statements, sums and figures, by pages, by workbooks and by programs."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from tests.organizations.custody import at, booked, ledger
from tests.personas import World

from linli.core.access.models import User
from linli.core.figures import REGISTRY
from linli.indicators.choices import Span
from linli.indicators.queries.numbers import Numbers
from linli.indicators.queries.periods import Period
from linli.organizations.actions import custody as actions
from linli.organizations.models import (
    Custody,
    CustodyEntry,
    CustodyStatement,
)

__all__ = ["ledger"]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def secretary(world: World) -> User:
    return world["federation_secretary"]


@pytest.fixture
def treasurer(world: World) -> User:
    return world["federation_treasurer"]


def client_of(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world[who], backend=BACKEND)
    return client


SEES = {
    "federation_secretary": 200,
    "federation_treasurer": 200,
    "founder": 200,
    "street_officer": 200,
    "district_officer": 200,
    "auditor": 200,
    "other_street_officer": 404,
    "community_worker": 404,
    "stranger": 404,
}


@pytest.mark.parametrize(("who", "status"), SEES.items())
def test_who_reads_a_ledger_and_its_statements(world: World, ledger: Custody, who: str, status: int) -> None:
    with at("2026-08-04"):
        entry = booked(world, ledger, "1234.50", purpose="书画班材料")
    with at("2026-09-03"):
        actions.close_due_months()
    said = CustodyStatement.objects.get()
    client = client_of(world, who)
    pages = [ledger.ledger_url + "?month=2026-08", said.get_absolute_url(), said.get_absolute_url() + "workbook/"]
    assert [client.get(url).status_code for url in (*pages, entry.get_absolute_url())] == [status] * 4
    if status == 200:
        assert "书画班材料" in client.get(pages[0]).content.decode()
        assert "1,234.50" in client.get(pages[1]).content.decode()


def test_the_workbook_says_what_the_statement_says(world: World, ledger: Custody) -> None:
    with at("2026-08-04"):
        booked(world, ledger, "100.00", fund="donated")
        booked(world, ledger, "30.00", "paid", fund="donated")
    with at("2026-09-03"):
        actions.close_due_months()
    url = CustodyStatement.objects.get().get_absolute_url() + "workbook/"
    book = openpyxl.load_workbook(io.BytesIO(client_of(world, "founder").get(url).content))
    assert [cell.value for cell in book["对账单"][8]] == ["合计", 0, 100, 30, 70]
    assert [row[-1].value for row in book["明细"].iter_rows(min_row=2)] == [100, 70]


def test_the_list_of_ledgers_costs_the_same_however_long(
    world: World, ledger: Custody, django_assert_max_num_queries: Any
) -> None:
    client = client_of(world, "federation_secretary")
    client.get("/custody/")
    with django_assert_max_num_queries(25):
        page = client.get("/custody/").content.decode()
    assert "凤亭下书画社" in page
    assert client_of(world, "founder").get("/custody/").status_code == 200
    assert client_of(world, "stranger").get("/custody/").status_code == 404


def test_the_sums_are_public_only_where_the_federation_says_so(world: World, ledger: Custody) -> None:
    url = f"/federations/{ledger.federation.uid}/custody-summary/"
    with at("2026-08-04"):
        booked(world, ledger, "100.00")
    assert Client().get(url).status_code == 404
    post = f"/federations/{ledger.federation.uid}/custody-public/"
    assert client_of(world, "federation_treasurer").post(post, {"public": "1"}).status_code == 403
    assert client_of(world, "federation_secretary").post(post, {"public": "1"}).status_code == 302
    page = Client().get(url)
    assert (page.status_code, "凤亭下书画社" in page.content.decode(), "100.00" in page.content.decode()) == (
        200,
        False,
        True,
    )


def test_entering_through_the_pages(world: World, ledger: Custody) -> None:
    client = client_of(world, "federation_treasurer")
    begun = client.post(f"/custody/{ledger.uid}/entry/")
    assert begun.status_code == 302
    entry = CustodyEntry.objects.get(custody=ledger)
    bad = {"kind": "paid", "fund": "own", "amount": "-3", "happened_on": "2999-01-01", "purpose": "", "revision": "0"}
    said = client.post(begun["Location"], bad).content.decode()
    assert "发生日期不能在将来" in said
    assert client.get(entry.get_absolute_url()).status_code == 200
    assert client_of(world, "founder").get(entry.get_absolute_url()).status_code == 404
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM organizations_custodybalance")
        assert cursor.fetchone() == (0,)


FIGURES = ("custody_ledgers", "custody_balance", "custody_in", "custody_out", "custody_on_time")


def test_figures_say_what_the_books_say(world: World, ledger: Custody) -> None:
    with at("2026-08-04"):
        booked(world, ledger, "100.00")
        booked(world, ledger, "30.50", "paid")
    with at("2026-09-03"):
        actions.close_due_months()
    period = Period(dt.date(2026, 7, 1), dt.date(2026, 9, 30), Span.QUARTER)

    numbers = Numbers([REGISTRY[id] for id in FIGURES], {"here": (world.street.path,)}, [period])

    found = [numbers.of(REGISTRY[id], "here", period).value for id in FIGURES]
    assert found == [1, Decimal("69.50"), 100, Decimal("30.50"), 100]


@pytest.mark.parametrize("many", [1, 12])
def test_a_ledger_costs_the_same_with_one_entry_and_with_many(
    world: World, ledger: Custody, django_assert_max_num_queries: Any, many: int
) -> None:
    with at("2026-08-04"):
        for _n in range(many):
            booked(world, ledger, "1.00")
    client = client_of(world, "founder")
    client.get(ledger.ledger_url + "?month=2026-08")
    with django_assert_max_num_queries(24):
        assert client.get(ledger.ledger_url + "?month=2026-08").content.decode().count("会费") == many
