"""A register over the API shows what the list shows its reader, and visitors only what is public."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linli.core.audit.models import Event
from linli.core.privacy.models import Disclosure
from linli.core.registers import REGISTRY
from linli.organizations.models import Organization


def grow(filed: Organization, count: int) -> None:
    for i in range(count):
        Organization.objects.create(
            name=f"第{i:02}舞蹈队",
            kind="culture" if i % 2 else "service",
            national_kind="culture",
            area=filed.area,
            number=f"BA-440511004-2026-1{i:04}",
            filed_on=f"2026-01-{i % 9 + 1:02}",
            leader_name="林伟",
        )


def test_the_columns_are_those_of_the_declaration(world, program, filed) -> None:
    register = REGISTRY["organizations"]
    (row,) = program("street_officer").get("/registers/organizations").json()["items"]
    assert set(row) == {column.name for column in register.columns} | {"url"}
    (public,) = program(None).get("/public/organizations").json()["items"]
    assert set(public) == {column.name for column in register.columns if column.public} | {"url"}
    assert (row["leader"], "leader" in public) == ("陈*梅", False)


def test_no_personal_value_stands_in_the_clear(world, program, filed) -> None:
    answers = [
        program(name).get(path + more).content.decode()
        for name in ("street_officer", "district_head", None)
        for path in ("/registers/organizations", "/public/organizations")
        for more in ("", f"/{filed.uid}")
    ]
    for secret in ("陈秀梅", "13800002046", "11010519491231002X"):
        assert [answer for answer in answers if secret in answer] == []


def test_another_area_finds_nothing(world, program, filed) -> None:
    for name in ("other_street_officer", "neighbour_worker", "sysadmin", "stranger"):
        other = program(name)
        assert other.get("/registers/organizations").json()["items"] == []
        assert other.get(f"/registers/organizations/{filed.uid}").status_code == 404
        asked = {"field": "leader_phone", "purpose": "contact", "reason": "想看一看"}
        assert other.post(f"/registers/organizations/{filed.uid}/reveal", asked).status_code == 404
        assert other.get(f"/registers/organizations?q={filed.name}").json()["items"] == []


def test_revealing_leaves_the_trace_of_the_page(world, program, filed) -> None:
    street = program("street_officer")
    path = f"/registers/organizations/{filed.uid}/reveal"
    asked = {"field": "leader_phone", "purpose": "contact", "reason": "通知来取备案证"}
    assert street.post(path, asked).json()["value"] == "13800002046"

    event = Event.objects.get(name="privacy.reveal")
    assert (event.actor, event.detail["reason"]) == (world["street_officer"], "通知来取备案证")
    assert Disclosure.objects.get().person == world["founder"]
    assert "13800002046" not in str(list(Event.objects.values_list("detail", flat=True)))
    assert program("auditor").post(path, asked).status_code == 403
    wrong = street.post(path, asked | {"reason": "看", "purpose": "fun"})
    assert (wrong.status_code, set(wrong.json()["fields"])) == (422, {"reason", "purpose"})


@pytest.mark.parametrize("sort", [sort.name for sort in REGISTRY["organizations"].sorts])
def test_pages_in_every_order_are_whole(world, program, filed, sort) -> None:
    grow(filed, 12)
    Organization.objects.filter(name="第03舞蹈队").update(filed_on=None, legal_status="registered")
    street, seen, after = program("street_officer"), [], ""
    for _ in range(9):
        answer = street.get(f"/registers/organizations?limit=3&sort={sort}{after}").json()
        seen += [row["uid"] for row in answer["items"]]
        if answer["next"] is None:
            break
        after = f"&after={answer['next']}"
    assert len(seen) == 13
    assert set(seen) == set(Organization.objects.values_list("uid", flat=True))


def test_filters_are_those_of_the_declaration(world, program, filed) -> None:
    grow(filed, 6)
    street = program("street_officer")

    def found(query: str) -> int:
        return len(street.get(f"/registers/organizations?{query}").json()["items"])

    assert found("kind=culture") == 4
    assert found("kind=culture&kind=service") == 7
    assert found("q=舞蹈") == 6
    assert found("q=440511004-2026-1000") == 6
    assert street.get("/registers/organizations?kind=sport").status_code == 422
    assert street.get("/registers/organizations?sort=leader").status_code == 422
    # A visitor does not find by what a visitor may not read.
    assert street.get("/registers/organizations?q=林伟").json()["items"] != []
    assert program(None).get("/public/organizations?q=林伟").json()["items"] == []


def test_a_list_costs_the_same_however_long(world, program, filed) -> None:
    street = program("street_officer")
    street.get("/registers/organizations?limit=50")

    def queries(rows: int) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert len(street.get("/registers/organizations?limit=50").json()["items"]) == rows
        return len(caught)

    one = queries(1)
    grow(filed, 29)
    assert one <= 10
    assert queries(30) == one
