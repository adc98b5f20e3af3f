"""The public board: numbers, time taken, feed, open data; nothing that everybody may not read, and nobody's name."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree

import pytest
from django.test import Client
from tests.personas import World
from tests.voice.voices import said

from linli.voice.actions import intake
from linli.voice.models import Matter, Report
from linli.voice.queries.board import COLUMNS, standing_of, took


@pytest.fixture
def hidden(world: World, light: Matter) -> Report:
    """One that its author wants kept from others."""
    report = said(world, light, by="founder", words="只给街道看的一件事", open_to_all=False)
    given = {"matter": light, "urgency": "simple", "open_to_all": True}
    return intake.accept_report(report, actor=world["street_officer"], **given)


def rows_of(client: Client, key: str) -> list[dict[str, str]]:
    answer = client.get(f"/voice/board/{key}/data.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_numbers_of_what_everybody_may_read(world: World, light: Matter, closed: Report, hidden: Report) -> None:
    said(world, light, by="founder")  # not yet taken up
    found = standing_of(world.community)
    assert (found.said, found.settled, found.answered, found.in_time, found.rated, found.content, found.days) == (
        1, 1, 1, 1, 1, 1, 0.0,
    )  # fmt: skip
    assert standing_of(world.far_community).said == 0
    assert took(closed) == 0


@pytest.mark.parametrize("key", ["440511", "440511004", "440511004001"])
def test_the_board_of_a_place(client: Client, closed: Report, hidden: Report, key: str) -> None:
    page = client.get(f"/voice/board/{key}/").content.decode()
    assert ("三号楼道的灯坏了" in page, "只给街道看" in page, "当天" in page) == (True, False, True)


def test_a_place_without_any(client: Client, closed: Report) -> None:
    assert "还没有公开的" in client.get("/voice/board/440511005001/").content.decode()
    assert client.get("/voice/board/000/").status_code == 404


def test_a_feed_for_readers_of_feeds(client: Client, closed: Report, hidden: Report) -> None:
    feed = ElementTree.fromstring(client.get("/voice/board/440511004001/feed.rss").content)
    items = feed.findall("./channel/item")
    assert [item.findtext("title") for item in items] == ["金苑社区路灯井盖（已办结，可评价）"]
    assert "灯已换好" in (items[0].findtext("description") or "")


def test_open_data_has_the_columns_of_the_dictionary(client: Client, closed: Report, hidden: Report) -> None:
    (row,) = rows_of(client, "440511")
    assert list(row) == [column.name for column in COLUMNS]
    assert (row["matter"], row["days"], row["satisfied"], row["handler"] != "") == ("路灯井盖", "0", "5", True)
    page = client.get("/voice/board/440511/columns/").content.decode()
    assert [column.name for column in COLUMNS if f"<code>{column.name}</code>" not in page] == []


def test_a_cell_is_no_formula_and_a_title_no_markup(client: Client, world: World, light: Matter) -> None:
    report = said(world, light, words="=HYPERLINK(1) <script>alert(1)</script>")
    given = {"matter": light, "urgency": "simple", "open_to_all": True}
    intake.accept_report(report, actor=world["street_officer"], **given)
    assert rows_of(client, "440511")[0]["words"].startswith("'=HYPERLINK")
    assert "<script>alert" not in client.get("/voice/board/440511/").content.decode()


def test_nobody_is_named(client: Client, world: World, closed: Report) -> None:
    text = str(rows_of(client, "440511")) + client.get("/voice/board/440511004001/feed.rss").content.decode()
    assert [name for name in ("resident", "community_worker", "street_officer") if name in text] == []


def test_a_board_costs_the_same_with_many(client: Client, world: World, light: Matter, closed: Report) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get("/voice/board/440511/")
    with CaptureQueriesContext(connection) as few:
        client.get("/voice/board/440511/")
    for _ in range(8):
        report = said(world, light, by="founder")
        given = {"matter": light, "urgency": "simple", "open_to_all": True}
        intake.accept_report(report, actor=world["street_officer"], **given)
    with CaptureQueriesContext(connection) as many:
        assert client.get("/voice/board/440511/").content.decode().count("三号楼道的灯") == 9
    assert len(many) == len(few)
