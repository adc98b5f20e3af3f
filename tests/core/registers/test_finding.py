"""The quick way and the plain way find the same, in every order, page by page, each row exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.registers.many import ADDRESSES, LEADERS, PARTS, make, matches, uids
from tests.personas import World

from linli.core.registers import finding
from linli.core.registers.selection import Selection
from linli.organizations.models import Organization
from linli.organizations.queries import organizations_visible_to, public_register
from linli.organizations.registers import ORGANIZATIONS

SIZE = 7


def walk(selection: Selection, *, size: int = SIZE) -> Iterator[list[Organization]]:
    """Every page to the last one."""
    after = ""
    while True:
        page = selection.page({"after": after}, size)
        yield page.rows
        if not page.after:
            return
        after = page.after


def walk_back(selection: Selection, *, size: int = SIZE) -> list[Organization]:
    """From the last page to the first by the links to the page before."""
    page = selection.page({}, size)
    while page.after:
        page = selection.page({"after": page.after}, size)
    found = page.rows
    while page.before:
        page = selection.page({"before": page.before}, size)
        found = page.rows + found
    assert page.is_first
    return found


ASKED = st.one_of(
    st.just(""),
    st.lists(st.sampled_from([*PARTS, *LEADERS, *ADDRESSES]), min_size=1, max_size=3).flatmap(
        lambda parts: st.tuples(st.just("".join(parts)), st.integers(0, 8), st.integers(1, 8)).map(
            lambda cut: cut[0][cut[1] : cut[1] + cut[2]]
        )
    ),
    st.sampled_from(
        ["社区 书画", "金苑 服务 队", "440511004", "2026-010", "MJ00100", "居委", "区居委会", "秀梅 书画", "Ａ座"]
    ),
)
CHOSEN = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.lists(st.sampled_from(["service", "culture", "none"]), min_size=1, max_size=2),
        "legal_status": st.just(["filed"]),
        "year": st.lists(st.sampled_from(["2023", "2024", "none"]), min_size=1, max_size=2),
        "sort": st.sampled_from(["name", "filed_on", "newest"]),
        "place": st.sampled_from(["street", "other_street", "community"]),
    },
)


def plainly(rows: Any, asked: str, chosen: dict[str, Any], *, public: bool, path: str) -> set[str]:
    """The filter without any index."""

    def fits(row: Organization) -> bool:
        year = str(row.filed_on.year) if row.filed_on else "none"
        return (
            matches(row, asked, public=public)
            and ("kind" not in chosen or (row.kind or "none") in chosen["kind"])
            and (public or "legal_status" not in chosen or row.legal_status in chosen["legal_status"])
            and ("year" not in chosen or year in chosen["year"])
            and row.scope.startswith(path)
        )

    return {row.uid for row in rows if fits(row)}


@pytest.fixture
def many(world: World) -> list[Organization]:
    own = make(world, 3, seed=2, owner=world["street_officer"])
    return [*make(world, 110), *own]


@pytest.mark.parametrize("few", [0, 10_000], ids=["window", "gather"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=ASKED, chosen=CHOSEN, who=st.sampled_from(["street_officer", "district_officer", "neighbour_worker", ""])
)
def test_found_is_what_brute_force_finds(
    world: World,
    many: list[Organization],
    monkeypatch: pytest.MonkeyPatch,
    few: int,
    asked: str,
    chosen: dict[str, Any],
    who: str,
) -> None:
    monkeypatch.setattr(finding, "FEW", few)
    monkeypatch.setattr(finding, "WINDOW", (9, 25))
    user = world[who] if who else None
    area = getattr(world, chosen["place"]) if "place" in chosen else None
    params = {"q": asked, **{name: value for name, value in chosen.items() if name != "place"}}
    if area is not None:
        params["area"] = str(area.pk)
    seen = organizations_visible_to(user) if user else public_register()
    path = area.path if area is not None else ""

    selection = Selection.from_params(ORGANIZATIONS, params, user, public=user is None)
    pages = list(walk(selection))

    expected = plainly(seen, asked, chosen, public=user is None, path=path)
    found = [uid for page in pages for uid in uids(page)]
    assert len(found) == len(set(found))
    assert set(found) == expected
    assert uids(selection.queryset) == found
    assert uids(walk_back(selection)) == found
    assert all(len(page) == SIZE for page in pages[:-1])


@pytest.mark.parametrize("key", ["", "nonsense", "W10", "WzEsMl0", "\0", "x" * 5000, "WyJ4Il0", "bnVsbA", "😀", "-1"])
@pytest.mark.parametrize("sort", ["newest", "name", "filed_on"])
def test_a_nonsense_key_shows_the_first_page(world: World, many: list[Organization], key: str, sort: str) -> None:
    selection = Selection.from_params(ORGANIZATIONS, {"sort": sort}, world["district_officer"])

    first = selection.page({})
    assert uids(selection.page({"after": key}).rows) == uids(first.rows)
    assert uids(selection.page({"before": key}).rows) == uids(first.rows)
