"""The quick way and the plain way find the same, in every order, page by page, each row exactly once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.registers.many import ADDRESSES, LEADERS, PARTS, make, matches, uids
from tests.personas import World

from linli.core.exports.source import source_of, values_of
from linli.core.registers import finding
from linli.core.registers.actions import share_filter
from linli.core.registers.charting import chart_of
from linli.core.registers.figures import Count, Figures
from linli.core.registers.mapping import features
from linli.core.registers.parts import asked_of, columns_of
from linli.core.registers.selection import Selection
from linli.organizations.models import Organization
from linli.organizations.queries.register import organizations_visible_to, public_register
from linli.organizations.registers.organizations import ORGANIZATIONS

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
    monkeypatch.setattr(finding, "SAMPLE", 20)
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


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=ASKED, chosen=CHOSEN, who=st.sampled_from(["street_officer", "district_officer", "neighbour_worker"]))
def test_a_filter_is_the_same_everywhere(
    world: World, many: list[Organization], asked: str, chosen: dict[str, Any], who: str
) -> None:
    """List, figures, charts, map, export and a share link of one address mean the same records."""
    user = world[who]
    Organization.objects.filter(lng=None).update(lng=116.7, lat=23.36, datum="wgs84", point_source="示意")
    params = {"q": asked, **{name: value for name, value in chosen.items() if name != "place"}}
    if "place" in chosen:
        params["area"] = str(getattr(world, chosen["place"]).pk)
    selection = Selection.from_params(ORGANIZATIONS, params, user)
    listed = sorted(uid for page in walk(selection) for uid in uids(page))

    source = source_of("organizations", QueryDict(selection.query()), user)
    assert source is not None
    assert sorted(row[0] for row in values_of(source.rows, source.chosen(["uid"]))) == listed
    assert source.known in (None, len(listed))

    points, more = features(selection, None, target="wgs84", url="/register/")
    on_map = [point["properties"]["href"].split("/")[2] for point in points if "note" in point["properties"]]
    assert (sorted(on_map), more) == (listed, False)

    assert Figures(selection).total == Count(len(listed))
    kinds = chart_of(Figures(selection, careful=True), ORGANIZATIONS.facets[1], "/register/")
    assert sum(kinds["spec"]["series"][0]["values"] if kinds else ()) == len(listed)

    link = share_filter(selection, view="", note="", days=None, actor=user)
    followed = Selection.from_params(ORGANIZATIONS, link.params, user)
    assert (followed.params, uids(followed.queryset)) == (selection.params, uids(selection.queryset))


def test_pairs_that_stand_together_are_seen_in_the_sample(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("志愿服务第{}站", "金苑第{}站"):
        Organization.objects.bulk_create(
            Organization(
                name=name.format(n),
                area=world.community,
                scope=world.community.path,
                number=name.format(n),
                filed_on=dt.date(2024, 1, 1),
            )
            for n in range(60)
        )
    monkeypatch.setattr(finding, "FEW", 30)
    monkeypatch.setattr(finding, "SAMPLE", 60)
    monkeypatch.setattr(finding, "planned_rows", lambda rows: 2)  # as if pairs were independent
    selection = Selection.from_params(ORGANIZATIONS, {"q": "志愿服务"}, world["district_officer"])

    assert not selection.finder.is_rare
    assert 30 < selection.finder.expected < 110
    assert len(selection.page({}).rows) == 30


def test_a_part_is_asked_in_place_of_the_table(world: World, many: list[Organization]) -> None:
    part = columns_of(Organization.objects.order_by("-pk"), ["pk", "name", "scope"])[:20]
    rows = Organization.objects.filter(scope=world.community.path).order_by("name", "pk").values_list("pk", "name")
    newest = Organization.objects.order_by("-pk")[:20]

    found = asked_of(part, rows)

    assert found == sorted(
        ((row.pk, row.name) for row in newest if row.scope == world.community.path), key=lambda row: (row[1], row[0])
    )
    assert asked_of(part, rows.filter(pk__in=())) == []
    with pytest.raises(LookupError):
        asked_of(part, rows.filter(area__name="x"))


@pytest.mark.parametrize("key", ["", "nonsense", "W10", "WzEsMl0", "\0", "x" * 5000, "WyJ4Il0", "bnVsbA", "😀", "-1"])
@pytest.mark.parametrize("sort", ["newest", "name", "filed_on"])
def test_a_nonsense_key_shows_the_first_page(world: World, many: list[Organization], key: str, sort: str) -> None:
    selection = Selection.from_params(ORGANIZATIONS, {"sort": sort}, world["district_officer"])

    first = selection.page({})
    assert uids(selection.page({"after": key}).rows) == uids(first.rows)
    assert uids(selection.page({"before": key}).rows) == uids(first.rows)
