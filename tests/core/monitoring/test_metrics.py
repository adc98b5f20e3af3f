"""Figures: for whom they are meant, of what there is, of nobody in particular."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.test import Client
from tests.personas import World

from linli.core import clock
from linli.core.backup.choices import Outcome
from linli.core.backup.models import Backup
from linli.core.jobs import defer
from linli.core.workflow.models import Task
from linli.organizations.models import Filing


def figures(client: Client) -> dict[str, float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_requests_are_counted_by_route(client: Client, world: World, submitted: Filing) -> None:
    client.force_login(world["community_worker"], backend="allauth.account.auth_backends.AuthenticationBackend")
    name = 'linli_requests_total{method="GET",route="cases/<slug:slug>/<slug:uid>/",status="200"}'
    before = figures(client).get(name, 0)

    for _time in range(3):
        assert client.get(submitted.get_absolute_url()).status_code == 200
    for number in range(20):
        client.get(f"/nowhere/{number}/陈秀梅/")
    client.generic("陈秀梅", "/")

    after = figures(client)
    assert after[name] == before + 3
    seconds = after['linli_database_seconds_total{route="cases/<slug:slug>/<slug:uid>/"}']
    assert 0 < seconds < 60
    text = client.get("/metrics").content.decode()
    assert submitted.uid not in text
    assert "陈秀梅" not in text
    assert "nowhere" not in text
    assert len(re.findall(r'linli_requests_total\{method="GET",route="\(none\)",status="404"', text)) == 1


def test_what_lies_in_the_database(client: Client, world: World, submitted: Filing) -> None:
    found = figures(client)
    assert (found["linli_database_up"], found["linli_duties_late"]) == (1, 0)
    assert "linli_backup_age_seconds" not in found

    before = found["linli_jobs_waiting"]
    defer("core.deliver_notice", notice_id=1)
    Task.objects.filter(closed_at__isnull=True, kind="act").update(due_on=dt.date(2020, 1, 1))
    Backup.objects.create(outcome=Outcome.GOOD, at=clock.now() - dt.timedelta(hours=2))
    Backup.objects.create(outcome=Outcome.FAILED)
    found = figures(client)

    assert found["linli_jobs_waiting"] == before + 1
    assert found["linli_oldest_job_seconds"] >= 0
    assert found["linli_duties_late"] == 1
    assert 7195 < found["linli_backup_age_seconds"] < 7260


def test_for_whom_they_are_meant(client: Client, db: None, settings: Any) -> None:
    stranger = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", **stranger).status_code == 404  # type: ignore[arg-type]
    # nginx on the same machine, which nobody named: whoever comes by it may be anybody
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404

    settings.LINLI_METRICS_TOKEN = "s3cret"
    wrong = client.get("/metrics", headers={"Authorization": "Bearer guess"}, **stranger)  # type: ignore[arg-type]
    right = client.get("/metrics", headers={"Authorization": "Bearer s3cret"}, **stranger)  # type: ignore[arg-type]
    assert (wrong.status_code, right.status_code) == (404, 200)

    settings.LINLI_TRUSTED_PROXIES = ["127.0.0.1"]
    settings.LINLI_METRICS_ALLOW = ["198.51.100.0/24"]
    seen = [
        client.get("/metrics", headers={"X-Forwarded-For": address}).status_code
        for address in ("198.51.100.7", "203.0.113.9")
    ]
    assert seen == [200, 404]
