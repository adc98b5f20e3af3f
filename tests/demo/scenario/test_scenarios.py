"""The two scenarios, each loaded whole: the records add up to what the reports say, and every number opens."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from django.db import transaction
from django.test import Client

from linli.areas.choices import Level
from linli.areas.models import Area
from linli.areas.queries import valid
from linli.core.access.models import User
from linli.core.audit.marks import sound_rows
from linli.core.audit.models import Event
from linli.core.errors import WrongState
from linli.core.figures.declare import kept
from linli.core.sheets import actions as sheets
from linli.demo import load as demo
from linli.demo.scenario import jinping, shangyu
from linli.demo.scenario.loading import load, loaded
from linli.indicators.actions.keeping import differing
from linli.indicators.choices import Verdict
from linli.indicators.queries.places import below, spot_of
from linli.indicators.queries.published import compared, sources
from linli.indicators.queries.records import Asked, Records, lists_of
from linli.organizations.models import Activity, Incubation, Organization, PartyMember
from linli.organizations.sheets.organizations import ORGANIZATIONS

OFFICER = "wuminjie"


@pytest.fixture(scope="module", params=["jinping", "shangyu"])
def scenario(request: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """One of them, loaded once for this module and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert load(request.param, lambda said: None) is True
        yield request.param
        transaction.set_rollback(True)


@pytest.fixture
def code(scenario: str, db: None) -> str:
    """The code of the scenario's district."""
    return {"jinping": jinping.DISTRICT, "shangyu": shangyu.DISTRICT}[scenario]


DIFFER = {
    "440511": {("cadre_post", Decimal("0.01")), ("cadre_head", Decimal("0.04"))},
    "330604": {("per_community", Decimal(-5))},
}


def test_the_records_add_up_to_the_report(code: str) -> None:
    """All but what no records could add up to."""
    lines = compared(sources()[code], Area.objects.get(code=code))

    differing_ = {(each.published.figure, each.difference) for each in lines if each.verdict != Verdict.AGREES}

    assert differing_ == DIFFER[code]
    assert len(lines) == {"440511": 26, "330604": 12}[code]


def test_every_number_opens_into_as_many_records(code: str) -> None:
    district, user = Area.objects.get(code=code), User.objects.get(username=OFFICER)

    for line in compared(sources()[code], district):
        for part in line.published.of.parts:
            for each in lists_of(part):
                found = Records(Asked(each, spot_of(district), line.published.period, {}), user)
                assert (each.id, found.rows.count()) == (each.id, found.how_many)
                assert found.seen == found.how_many
                if each.weight:
                    assert found.seen_sum == found.total


def test_the_tree_carries_the_areas_of_both_days(code: str) -> None:
    then = {"440511": dt.date(2018, 12, 31), "330604": dt.date(2020, 6, 30)}[code]
    district = Area.objects.get(code=code)

    def counted(day: dt.date) -> tuple[int, int]:
        inside = Area.objects.filter(valid(day), path__startswith=district.path)
        return inside.filter(level=Level.STREET).count(), inside.filter(level=Level.COMMUNITY).count()

    assert counted(then) == {"440511": (17, 171), "330604": (20, 359)}[code]
    assert counted(dt.date.today()) == {"440511": (12, 170), "330604": (20, 364)}[code]
    parts = below(district, dt.date.today())
    held = sum(Organization.objects.filter(scope__startswith=path).count() for part in parts for path in part.paths)
    assert held == Organization.objects.count()  # what lay in a street that ended lies in its heir


def test_the_rollups_agree_and_nothing_was_written_past_the_program(code: str) -> None:
    assert {facts.slug: differing(facts)[2] for facts in kept()} == {facts.slug: 0 for facts in kept()}
    for model in (Organization, Activity, Incubation, PartyMember):
        ids = set(model.objects.values_list("pk", flat=True))
        assert sound_rows(model, ids) == ids
    entered = Event.objects.filter(name="organizations.entered").count()
    assert entered == Organization.objects.count()


def test_it_is_loaded_once_and_beside_nothing_else(scenario: str, db: None) -> None:
    before = Organization.objects.count()
    other = {"jinping": "shangyu", "shangyu": "jinping"}[scenario]

    assert (loaded(), load(scenario, lambda said: None)) == (scenario, False)
    with pytest.raises(WrongState):
        load(other, lambda said: None)
    demo.ensure(lambda said: None)

    assert Organization.objects.count() == before


def cell(row: Organization, name: str) -> str:
    """A cell of the template as the register would fill it in: words for what is chosen, names for places."""
    if name in ("street", "area"):
        assert row.area is not None
        assert row.area.parent is not None
        return row.area.parent.name if name == "street" else row.area.name
    shown = getattr(row, f"get_{name}_display", None)
    value = shown() if shown is not None and getattr(row, name) else getattr(row, name)
    return "" if value is None else str(value)


def test_its_books_brought_once_more_change_nothing(code: str) -> None:
    """With every column, through the same import as any workbook; but for places that are no more."""
    held = Organization.objects.filter(area__in=Area.objects.filter(valid())).order_by("pk")
    rows = list(held.select_related("area__parent"))
    officer = User.objects.get(username=OFFICER)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [column.label for column in ORGANIZATIONS.columns])
        for at, row in enumerate(rows, 1):
            sheet.write_row(at, 0, [cell(row, column.name) for column in ORGANIZATIONS.columns])
    before = list(Organization.objects.order_by("pk").values())

    batch = sheets.begin_import(ORGANIZATIONS, out, name="去年的名册.xlsx", actor=officer)
    sheets.read_import(batch.pk)
    batch.refresh_from_db()
    sheets.apply_import(batch, actor=officer)
    while sheets.continue_import(batch.pk):
        pass
    batch.refresh_from_db()

    assert {state: n for state, n in batch.counts.items() if n} == dict.fromkeys(
        ("read", "same", "skipped"), len(rows)
    )
    assert len(rows) == {"440511": 366, "330604": 3630}[code]
    assert list(Organization.objects.order_by("pk").values()) == before
    assert not Event.objects.filter(name__in=("sheets.created", "sheets.updated")).exists()


def test_the_page_says_it(code: str) -> None:
    client = Client()
    client.force_login(
        User.objects.get(username=OFFICER), backend="allauth.account.auth_backends.AuthenticationBackend"
    )

    page = client.get("/published/").content.decode()
    board = client.get("/figures/").content.decode()

    said = {"440511": "529/532 = 99.44%", "330604": "平均 10.1 家"}[code]
    assert said in page
    assert "/published/" in board
    assert client.get("/published/published.xlsx").status_code == 200
