"""The nightly check finds what is wrong and says so; writers at once lose nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection, connections, transaction
from django.test import Client
from tests.indicators.facts import organization
from tests.personas import World

from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import NotAllowed
from linli.core.figures.declare import FACTS
from linli.indicators.actions.keeping import check, check_all, differing, fold, install
from linli.indicators.commands import check as command
from linli.indicators.models import Check, Rollup
from linli.indicators.queries import schema
from linli.organizations.models import Organization

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ORGANIZATIONS = FACTS["organizations"]


def spoil() -> None:
    """What no program of ours does: a number changed by hand."""
    cell = Rollup.objects.filter(facts="organizations", grain="m").first()
    assert cell is not None
    Rollup.objects.filter(pk=cell.pk).update(n=cell.n + 7)


def test_a_check_of_what_is_right_says_so(world: World) -> None:
    organization(world.community).save()

    found = check_all(actor=User.system())

    of_organizations = {
        *("organizations", "party-units", "party-people", "committee-posts", "filings", "amendments"),
        *("federation-members", "friendships", "enquiries", "occasions", "occasions-done", "incubations", "hubs"),
        *("activities", "major-reports", "registrations", "deregistrations", "graded", "starred"),
        *("voice_reports", "voice_sent_out"),
    }
    assert {each.facts: each.drifted for each in found} == dict.fromkeys({"duties", *of_organizations}, 0)
    assert Event.objects.filter(name="indicators.checked").count() == 22


def test_drift_is_found_told_and_mended(world: World) -> None:
    organization(world.community).save()
    spoil()

    found = CliRunner().invoke(command, [])
    client = Client()
    client.force_login(world["auditor"], backend=BACKEND)
    page = client.get("/checks/").content.decode()
    mended = CliRunner().invoke(command, ["--mend", "--facts", "organizations"])

    assert (found.exit_code, "1 格不符" in found.output) == (1, True)
    assert "1 格不符" in page
    assert mended.exit_code == 0
    assert differing(ORGANIZATIONS)[2:] == (0, [])
    assert Check.objects.filter(drifted=1, mended_at__isnull=False).count() == 1
    assert CliRunner().invoke(command, ["--facts", "nothing"]).exit_code == 1


def test_nobody_but_the_system_checks(world: World) -> None:
    with pytest.raises(NotAllowed):
        check(ORGANIZATIONS, actor=world["district_head"])


def test_a_declaration_that_changed_is_counted_anew(world: World) -> None:
    organization(world.community).save()
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # no trigger is made while something of the table is unchecked
        name = schema.name_of(ORGANIZATIONS, "update")
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        )
    Organization.objects.update(kind="service")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert differing(ORGANIZATIONS)[2] > 0

    assert install() == ["organizations"]

    assert differing(ORGANIZATIONS)[2] == 0
    Organization.objects.update(kind="safety")
    assert differing(ORGANIZATIONS)[2] == 0


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_lose_nothing(world: World) -> None:
    def write(area: Any) -> None:
        for i in range(6):
            with transaction.atomic():
                Organization.objects.bulk_create([organization(area), organization(area, "2025-01-31")])
            if i % 3 == 2:
                fold()
        connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, [world.community, world.community, world.neighbour_community, world.far_community]))
    fold()

    assert differing(ORGANIZATIONS)[2:] == (0, [])
    whole = Rollup.objects.get(facts="organizations", move="in", scope="", grain="m", day="2025-01-01")
    assert (whole.n, whole.folded) == (24, True)
