"""Boards, figures and the records behind them: who sees what, how many rows, how many queries."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from tests.indicators.facts import organization, scattered
from tests.personas import PERSONAS, World

from linli.core.figures.declare import listed
from linli.indicators.models import Board
from linli.indicators.queries.boards import boards_visible_to
from linli.organizations.models import Organization

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
READERS = {
    *("community_worker", "community_head", "neighbour_worker", "street_officer", "street_head"),
    *("other_street_officer", "district_officer", "district_head", "auditor", "federation_secretary"),
}
PAGES = (
    "/figures/",
    "/figures/orgs/",
    "/figures/orgs/records/",
    "/figures/orgs/areas.json",
    "/figures/board.xlsx",
    "/figures/orgs/figure.xlsx",
    "/screen/",
    "/boards/",
    "/boards/new/",
)


@pytest.fixture
def sign_in(world: World) -> Any:
    """`sign_in("street_officer")` hands back a client of the persona."""

    def as_persona(who: str) -> Client:
        client = Client()
        client.force_login(world[who], backend=BACKEND)
        return client

    return as_persona


def named(text: str, rows: list[Organization]) -> set[str]:
    """The organizations a page leads to."""
    return {row.name for row in rows if row.uid in text}


def test_who_reads_figures(world: World) -> None:
    readers = {who for who in PERSONAS if world[who].has_perm("indicators.view_figures")}
    checkers = {who for who in PERSONAS if world[who].has_perm("indicators.view_checks")}

    assert readers == READERS
    assert checkers == {"district_officer", "district_head", "auditor"}


@pytest.mark.parametrize(("who", "status"), [("federation_secretary", 200), ("sysadmin", 404), ("founder", 404)])
def test_who_opens_the_pages_of_figures(world: World, sign_in: Any, who: str, status: int) -> None:
    organization(world.community).save()
    client = sign_in(who)

    assert {page: client.get(page).status_code for page in PAGES} == dict.fromkeys(PAGES, status)
    assert client.get("/checks/").status_code == 404
    assert Client().get("/figures/").status_code == 302


@pytest.mark.parametrize(
    ("who", "at", "sees"),
    [
        ("district_officer", "district", 3),
        ("auditor", "street", 2),
        ("street_officer", "district", 2),
        ("street_officer", "other_street", 0),
        ("community_worker", "street", 1),
        ("federation_secretary", "street", 0),
    ],
)
def test_the_records_are_the_readers_and_the_number_is_everybodys(
    world: World, sign_in: Any, who: str, at: str, sees: int
) -> None:
    rows = [organization(area) for area in (world.community, world.neighbour_community, world.far_community)]
    Organization.objects.bulk_create(rows)
    area = getattr(world, at)
    behind = sum(row.scope.startswith(area.path) for row in rows)

    answer = sign_in(who).get("/figures/orgs/records/", {"area": area.code})

    text = answer.content.decode()
    assert len(named(text, rows)) == sees == answer.context["found"].seen
    assert (answer.context["total"], answer.context["found"].how_many) == (str(behind), behind)
    assert (f"其中 {sees} 条你能看" in text) is (sees != behind)


def test_an_area_of_another_district_is_not_there(world: World, sign_in: Any) -> None:
    from tests.personas import AreaFactory

    from linli.areas.choices import Level

    AreaFactory(name="潮阳区", level=Level.DISTRICT, code="440513")

    client = sign_in("street_officer")

    assert [client.get("/figures/", {"area": area}).status_code for area in ("440513", "1' OR 1")] == [404, 404]


@pytest.mark.parametrize("figure", ["orgs_ended", "party_share", "growth"])
def test_every_number_on_the_page_of_a_figure_is_as_many_records(world: World, sign_in: Any, figure: str) -> None:
    scattered(world, 60)
    client = sign_in("district_officer")

    page = client.get(f"/figures/{figure}/", {"period": "2024", "area": "440511"}).content.decode()

    links = re.findall(r'href="(/figures/\w+/records/[^"]*)"[^>]*>(?:<b>)?([\d,.—]+)(?:</b>)?</a>', page)
    assert len(links) > 6
    for href, shown in links[:: max(1, len(links) // 8)]:
        answer = client.get(href.replace("&amp;", "&"))
        found = answer.context["found"]
        assert found.rows.count() == found.seen == found.how_many
        if answer.context["figure"].id == answer.context["chosen"].id:
            assert found.how_many == int(shown.replace(",", ""))


def test_the_list_goes_on_and_ends(world: World, sign_in: Any) -> None:
    rows = scattered(world, 90)
    client, seen, after = sign_in("district_officer"), list[str](), ""

    for _ in range(9):
        answer = client.get("/figures/orgs_filed/records/", {"period": "2016-01-01..2026-06-30", "after": after})
        seen += [line.href for line in answer.context["rows"]]
        after = answer.context["page"].after
        if not after:
            break

    filed = [row for row in rows if row.filed_on and str(row.filed_on) <= "2026-06-30"]
    assert sorted(seen) == sorted(row.get_absolute_url() for row in filed)


def test_a_board_costs_the_same_with_one_and_with_many_records(world: World, sign_in: Any) -> None:
    client = sign_in("district_officer")
    organization(world.community).save()
    costs: dict[str, list[int]] = {}
    for many in (1, 60):
        if many > 1:
            scattered(world, many)
        for page in ("/figures/", "/figures/orgs/", "/figures/orgs/records/", "/screen/"):
            client.get(page)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            costs.setdefault(page, []).append(len(queries))

    assert [costs[page][0] for page in costs] == [costs[page][1] for page in costs]
    assert max(max(each) for each in costs.values()) <= 30


def test_nonsense_shows_this_month_and_says_so(world: World, sign_in: Any) -> None:
    client = sign_in("street_officer")

    for period in ("2026-13", "next", "2031-01", "2026-03-05..2026-03-01", "\0"):
        answer = client.get("/figures/", {"period": period})
        assert answer.status_code == 200
        assert ("这个期间" in answer.content.decode()) is bool(period.strip("\0"))
    assert client.get("/figures/unknown/").status_code == 404
    assert client.get("/figures/orgs/records/", {"in_kind": "nonsense", "after": "x", "of": "y"}).status_code == 200


def test_the_workbook_says_what_the_page_says(world: World, sign_in: Any) -> None:
    scattered(world, 80)
    client = sign_in("district_officer")

    answer = client.get("/figures/party_share/figure.xlsx", {"area": "440511", "period": "2025"})

    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames[:4] == ["说明", "指标", "分区划", "走势"]
    tile = client.get("/figures/party_share/", {"area": "440511", "period": "2025"}).context["tile"]
    _head, line = book["指标"].iter_rows(values_only=True)
    assert line[3:5] == (tile.number.numerator, tile.number.denominator)
    lines = list(book["分区划"].iter_rows(values_only=True))
    assert [row[0] for row in lines] == ["区划", "东方街道", "大华街道", "合计"]
    assert lines[1][2] + lines[2][2] == lines[3][2]
    everything = client.get("/figures/board.xlsx")
    assert load_workbook(io.BytesIO(everything.content))["指标"].max_row == 1 + len(list(listed()))


# --- own boards -----------------------------------------------------------------------------------------------------


def compose(client: Client, **values: Any) -> Any:
    return client.post("/boards/new/", {"name": "周一例会", "figures": ["orgs", "on_time"]} | values)


def test_a_board_is_composed_changed_and_thrown_away(world: World, sign_in: Any) -> None:
    from linli.core.audit.models import Event

    client = sign_in("street_officer")

    assert compose(client).status_code == 302
    board = Board.objects.get()
    assert (board.figures, board.shared, board.scope) == (["orgs", "on_time"], False, world.street.path)
    assert [tile.figure.id for tile in client.get(board.get_absolute_url()).context["tiles"]] == ["orgs", "on_time"]
    client.post(f"/boards/{board.uid}/edit/", {"name": "月报", "figures": ["growth"], "shared": "1"})
    board.refresh_from_db()
    assert (board.name, board.figures, board.shared) == ("月报", ["growth"], True)
    client.post(f"/boards/{board.uid}/edit/", {"step": "remove"})

    assert not Board.objects.exists()
    events = Event.objects.filter(name__startswith="indicators.board").order_by("pk")
    assert [event.name.rpartition("_")[2] for event in events] == ["composed", "changed", "removed"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": " "}, "请填名字。"),
        ({"name": "长" * 41}, "名字最多 40 个字。"),
        ({"figures": []}, "请至少选一个指标。"),
        ({"figures": ["nothing"]}, "选的指标里有不认识的。"),
        ({"name": "月报"}, "你已经有一个叫“月报”的看板。"),
    ],
)
def test_a_board_that_cannot_be_is_refused_in_words(world: World, sign_in: Any, values: Any, sentence: str) -> None:
    client = sign_in("street_officer")
    compose(client, name="月报")

    answer = compose(client, **values)

    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert Board.objects.count() == 1


@pytest.mark.parametrize("shared", [True, False])
def test_a_shared_board_is_seen_inside_its_area(world: World, sign_in: Any, shared: bool) -> None:
    compose(sign_in("street_officer"), shared="1" if shared else "")
    board = Board.objects.get()

    seen = {who for who in PERSONAS if boards_visible_to(world[who]).exists()}

    inside = {"community_worker", "community_head", "neighbour_worker", "street_head", "federation_secretary"}
    assert seen == ({"street_officer"} | inside if shared else {"street_officer"})
    assert seen == {who for who in PERSONAS if world[who].has_perm("indicators.view_board", board)}
    assert {who for who in PERSONAS if world[who].has_perm("indicators.change_board", board)} == {"street_officer"}
    for who in ("community_worker", "district_officer"):
        client = sign_in(who)
        assert client.get(board.get_absolute_url()).status_code == (200 if who in seen else 404)
        assert client.get(f"/boards/{board.uid}/edit/").status_code == 404


def test_the_big_screen_asks_for_itself_and_names_nobody(world: World, sign_in: Any) -> None:
    row = organization(world.community, leader_name="欧阳芝兰")
    row.save()
    client = sign_in("district_head")

    page = client.get("/screen/").content.decode()
    part = client.get("/screen/", headers={"HX-Request": "true"}).content.decode()

    assert 'hx-trigger="every 60s"' in page
    assert "<html" in page
    assert "<html" not in part
    assert row.name not in page
    assert "欧阳" not in page
