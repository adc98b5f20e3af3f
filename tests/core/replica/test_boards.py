"""Boards from a standby that really streams: who reads what from where, and what becomes of them when it fails."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction
from django.test import Client
from tests.core.registers.many import make
from tests.core.replica.conftest import Pair
from tests.personas import World

from linli.core.exports.actions import ask_export, make_export
from linli.core.exports.models import Export
from linli.core.exports.source import source_of
from linli.core.parameters.models import ParameterValue
from linli.core.replica import reading, watch
from linli.core.replica.watch import WATCH
from linli.organizations.models import Organization

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def wait_for(condition: Callable[[], Any], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def looked() -> Any:
    """What the next look at the replica says."""
    WATCH.due = 0.0
    WATCH.usable()
    return WATCH


def filed(world: World, *names: str) -> list[Organization]:
    """Organizations of the community that everybody may see."""
    number = Organization.objects.count()
    return [
        make(
            world,
            1,
            seed=2,
            name=name,
            area=world.community,
            scope=world.community.path,
            legal_status="filed",
            number=f"BA-440511004-2026-{number + i:05d}",
            uscc="",
            filed_on=dt.date(2026, 1, 5),
        )[0]
        for i, name in enumerate(names)
    ]


def held_back(pair: Pair, world: World) -> Organization:
    """A replica that stands still, and an organization it does not know."""
    pair.on_standby("SELECT pg_wal_replay_pause()")
    wait_for(lambda: pair.on_standby("SELECT pg_get_wal_replay_pause_state()") == "paused")
    return filed(world, "刚刚备案的书画社")[0]


def signed_in(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world[who], backend=BACKEND)
    return client


def shows(client: Client, path: str, row: Organization) -> bool:
    answer = client.get(path)
    assert answer.status_code == 200
    return row.uid in answer.content.decode()


def test_who_reads_from_where(switched: Pair, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    filed(world, "一社", "二社", "三社")
    visitor, officer = Client(), signed_in(world, "street_officer")
    auditor = signed_in(world, "auditadmin")
    wait_for(lambda: looked().lag == 0.0)
    fresh = held_back(switched, world)

    # Whoever has just done something (here: signed in) is shown what is; everybody else what was.
    assert shows(officer, "/register/", fresh)
    assert not shows(visitor, "/orgs/", fresh)
    assert not shows(visitor, "/orgs/?view=map", fresh)
    monkeypatch.setattr(reading, "MARGIN", dt.timedelta(hours=-1))
    assert not shows(officer, "/register/", fresh)
    assert fresh.uid not in officer.get("/api/v1/registers/organizations").content.decode()
    answer = auditor.get("/audit/")
    assert answer.status_code == 200

    # Too old is not shown: the parameter says how old.
    ParameterValue.objects.create(
        key=watch.MOST_LAG, scope="", value=1, valid_from="2020-01-01", set_by=world["sysadmin"]
    )
    time.sleep(1.2)
    assert not looked().usable()
    assert shows(visitor, "/orgs/", fresh)
    said = visitor.get("/readyz").json()
    assert (said["ready"], said["replica"][:7]) == (True, "只读副本落后 ")
    figures = visitor.get("/metrics").content.decode()
    assert "linli_replica_up 0.0" in figures
    assert 'linli_board_reads_total{server="replica"}' in figures

    switched.on_standby("SELECT pg_wal_replay_resume()")
    wait_for(lambda: looked().lag == 0.0)
    before = watch.READS.labels("replica")._value.get()
    assert shows(visitor, "/orgs/", fresh)
    assert watch.READS.labels("replica")._value.get() == before + 1
    assert visitor.get("/readyz").json()["replica"] == "ok"
    assert "linli_replica_lag_seconds 0.0" in visitor.get("/metrics").content.decode()


def test_nothing_is_written_to_it(switched: Pair, world: World) -> None:
    filed(world, "一社")
    wait_for(lambda: looked().lag == 0.0)

    def rename() -> tuple[str, str]:
        row = Organization.objects.get()
        came_from = row._state.db
        row.area = world.far_community  # from the other server
        row.name = "改了名的社"
        with transaction.atomic():
            row.save()
        return str(came_from), str(row._state.db)

    assert reading.read(rename) == ("replica", "default")
    assert Organization.objects.get().name == "改了名的社"
    with pytest.raises(DatabaseError), connections["replica"].cursor() as cursor:
        cursor.execute("UPDATE organizations_organization SET name = 'x'")


@pytest.mark.parametrize(("columns", "count"), [(["name"], 3), (["name", "leader"], 4)])
def test_an_export_is_read_from_it_unless_it_tells_of_persons(
    columns: list[str], count: int, switched: Pair, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed(world, "一社", "二社", "三社")
    officer = world["street_officer"]
    source = source_of("organizations", {}, officer)
    assert source is not None
    export = ask_export(source, columns=columns, format_="csv", reason="年度核对用", actor=officer)
    wait_for(lambda: looked().lag == 0.0)
    held_back(switched, world)
    monkeypatch.setattr(reading, "MARGIN", dt.timedelta(hours=-1))

    make_export(export.pk)

    switched.on_standby("SELECT pg_wal_replay_resume()")
    export = Export.objects.get()
    assert (export.state, export.written) == ("done", count)


def test_a_replica_that_falls_is_not_noticed(switched: Pair, world: World) -> None:
    row = filed(world, "一社")[0]
    wait_for(lambda: looked().lag == 0.0)
    visitor = Client()
    falls = watch.FALLS._value.get()
    calls: list[str] = []

    def fall_midway() -> int:
        calls.append("called")
        found = Organization.objects.count()
        if len(calls) == 1:
            switched.standby.stop()
        return found + Organization.objects.count()

    assert reading.read(fall_midway) == 2
    assert calls == ["called", "called"]
    assert watch.FALLS._value.get() == falls + 1
    for _time in range(2):
        assert shows(visitor, "/orgs/", row)
    said = visitor.get("/readyz")
    assert (said.status_code, said.json()["replica"]) == (200, watch.AWAY)
    assert "linli_replica_up 0.0" in visitor.get("/metrics").content.decode()
    assert not looked().usable()

    switched.standby.process = None
    switched.standby.start(die_with_parent=True, keep_safe=False)
    wait_for(lambda: looked().lag == 0.0)
    assert visitor.get("/readyz").json()["replica"] == "ok"


def test_another_server_is_not_taken_for_it(switched: Pair, world: World) -> None:
    connections["replica"].close()
    connections["replica"].settings_dict.update(switched.settings_of(switched.primary))

    assert (looked().usable(), WATCH.trouble) == (False, watch.NO_STANDBY)
    connections["replica"].close()


@pytest.mark.parametrize(
    ("seen", "replayed", "since", "lag"),
    [
        ([], 100, 7.0, 0.0),  # everything is there
        ([], 99, 7.0, 7.0),  # something is not: as old as what came last
        ([], 99, None, None),  # nothing ever came
        ([(-3.0, 99)], 99, 700.0, 3.0),  # what had been written three seconds ago is there; nobody wrote before
        ([(-9.0, 90), (-3.0, 99)], 95, 700.0, 9.0),
        ([(-9.0, 97)], 95, 700.0, 700.0),
    ],
)
def test_how_far_it_is_behind(
    seen: list[tuple[float, int]], replayed: int, since: float | None, lag: float | None
) -> None:
    own = watch.Watch()
    now = time.monotonic()
    own.seen.extend((now + at, length) for at, length in seen)

    assert own.behind(now, 100, replayed, since) == (lag if lag is None else pytest.approx(lag, abs=0.5))
