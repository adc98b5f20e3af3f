"""What programs read of figures is what the pages show."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.indicators.facts import organization, scattered
from tests.personas import World

from linli.core.api.actions import issue_token
from linli.core.figures.declare import listed


@pytest.fixture
def call(world: World) -> Any:
    """`call("street_officer", "/figures/orgs", period="2026")` hands back the answer."""
    scopes = ["read:figures", "read:boards", "write:boards"]

    def ask(who: str, path: str, method: str = "get", body: Any = None, headers: Any = None, **params: Any) -> Any:
        _token, secret = issue_token(name="程序", scopes=scopes, days=9, known=scopes, actor=world[who])
        told = {"Authorization": f"Bearer {secret}", **(headers or {})}
        address = f"/api/v1{path}"
        if method == "get":
            return Client().get(address, params, headers=told)
        return getattr(Client(), method)(address, body, content_type="application/json", headers=told)

    return ask


def test_every_figure_is_listed_with_its_meaning(world: World, call: Any) -> None:
    found = call("street_officer", "/figures").json()

    assert [each["id"] for each in found] == [figure.id for figure in listed()]
    growth = next(each for each in found if each["id"] == "growth")
    assert (growth["is_ratio"], growth["lists"]) == (True, ["orgs_change-in", "orgs_change-out", "orgs_before"])
    assert call("sysadmin", "/figures").status_code == 404


def test_number_series_split_and_records_agree(world: World, call: Any) -> None:
    scattered(world, 60)
    asked = {"area": "440511", "period": "2024"}

    number = call("district_officer", "/figures/orgs", **asked).json()["value"]
    series = call("district_officer", "/figures/orgs/series", **asked, count=3).json()
    streets = call("district_officer", "/figures/orgs/split", **asked).json()
    kinds = call("district_officer", "/figures/orgs/split", **asked, by="kind").json()

    assert number == sum(each["value"] for each in streets) == sum(each["value"] for each in kinds) > 5
    assert [each["period"] for each in series] == ["2022", "2023", "2024"]
    assert series[-1]["value"] == number
    seen, after = [], ""
    while True:
        page = call("district_officer", "/figures/orgs/records", **asked, after=after, limit=20).json()
        seen += [item["url"] for item in page["items"]]
        after = page["next"] or ""
        if not after:
            break
    assert (len(set(seen)), page["count"], page["seen"]) == (number, number, number)


def test_records_beyond_the_own_area_are_counted_and_not_given(world: World, call: Any) -> None:
    rows = [organization(area) for area in (world.community, world.far_community)]
    for row in rows:
        row.save()

    page = call("street_officer", "/figures/orgs/records", area="440511").json()

    assert (page["count"], page["seen"], [item["name"] for item in page["items"]]) == (2, 1, [rows[0].name])
    assert "leader" not in page["items"][0]["values"]


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("/figures/nothing", {}, 404),
        ("/figures/orgs", {"period": "2031"}, 404),
        ("/figures/orgs", {"period": "soon"}, 422),
        ("/figures/orgs", {"area": "999999"}, 404),
        ("/figures/orgs/split", {"by": "colour"}, 404),
        ("/figures/orgs/records", {"of": "others"}, 404),
        ("/figures/orgs/records", {"after": "x"}, 404),
    ],
)
def test_what_is_not_there_is_refused(world: World, call: Any, path: str, params: Any, code: int) -> None:
    assert call("street_officer", path, **params).status_code == code


def test_a_board_by_program(world: World, call: Any) -> None:
    body = {"name": "周一例会", "figures": ["orgs"], "shared": False}

    made = call("street_officer", "/boards", "post", body)
    uid, etag = made.json()["uid"], made["ETag"]
    changed = call("street_officer", f"/boards/{uid}", "put", body | {"shared": True}, {"If-Match": etag})
    stale = call("street_officer", f"/boards/{uid}", "put", body, {"If-Match": etag})
    others = call("community_worker", "/boards").json()
    forbidden = call("community_worker", f"/boards/{uid}", "put", body, {"If-Match": changed["ETag"]})

    assert (made.status_code, changed.status_code, stale.status_code) == (201, 200, 412)
    assert [(each["uid"], each["mine"]) for each in others] == [(uid, False)]
    assert forbidden.status_code == 403
