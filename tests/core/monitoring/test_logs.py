"""A filing's way with odd personal values: none of them reaches a log, an event, a job, a figure, an error page."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.conf import settings as django_settings
from django.db import IntegrityError, connection
from django.test import Client
from django.utils.module_loading import import_string
from tests.personas import World

from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.organizations.models import Filing

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NAME, FOUNDER = "欧阳㼆㵘", "司马𠮷祥"
ID_NUMBER, PHONE, PASSWORD = "11010519491231002X", "13912345678", "Gu3ss-me-never"
PERSONAL = (NAME, FOUNDER, ID_NUMBER, PHONE, PASSWORD)


@pytest.fixture
def heard() -> Iterator[io.StringIO]:
    """Everything the console handler would write, from the lowest level up."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=import_string("linli.core.logs.renderer"),
            foreign_pre_chain=import_string("linli.core.logs.PROCESSORS"),
        )
    )
    names = ["", *django_settings.LOGGING["loggers"]]
    before = {name: logging.getLogger(name).level for name in names}
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)
    yield said
    logging.getLogger().removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def lines(heard: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in heard.getvalue().splitlines()]


def test_a_request_has_one_line(client: Client, world: World, submitted: Filing, heard: io.StringIO) -> None:
    worker = world["community_worker"]
    client.force_login(worker, backend=BACKEND)
    heard.truncate(0)
    heard.seek(0)
    answer = client.get(f"{submitted.get_absolute_url()}?q={NAME}")

    (line,) = lines(heard)
    wanted = {"event": "request", "method": "GET", "route": "cases/<slug:slug>/<slug:uid>/", "status": 200}
    assert {name: line[name] for name in wanted} == wanted
    assert (line["user"], line["level"]) == (worker.uid, "info")
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["queries"] > 0


def test_no_personal_value_gets_out(world: World, heard: io.StringIO, settings: Any) -> None:
    settings.LINLI_SLOW_QUERY_MS = 0
    client = Client(raise_request_exception=False)
    client.post("/accounts/login/", {"login": NAME, "password": PASSWORD})
    founder = world["founder"]
    client.force_login(founder, backend=BACKEND)
    client.post("/filings/begin/")
    filing = Filing.objects.get()
    base = f"/cases/filing/{filing.uid}/edit/"
    for page, typed in (
        ("basics", {"name": "书画社", "kind": "culture", "purpose": "教书画"}),
        ("place", {"area": world.community.pk, "address": "金苑路 8 号"}),
        ("leader", {"leader_name": NAME, "leader_id_number": ID_NUMBER[:-1] + "1", "leader_phone": PHONE}),
        ("leader", {"leader_name": NAME, "leader_id_number": ID_NUMBER, "leader_phone": PHONE}),
        ("people", {"founders": f"{NAME}\n{FOUNDER}", "member_count": "x"}),
    ):
        client.post(f"{base}{page}/", typed)
        client.get(f"{base}{page}/?q={NAME}{PHONE}")
    client.get(f"/orgs/?q={NAME}")
    # An address comes back in the links of its own page, to whoever typed it; the log and the figures know none.
    for address in (f"/nowhere/{NAME}/{ID_NUMBER}/", f"/cases/filing/{PHONE}/"):
        assert client.get(address).status_code == 404
    pages = [client.get("/nowhere/"), Client().get(filing.get_absolute_url()), client.get(f"{base}nothing/")]
    filing.refresh_from_db()
    assert filing.leader_name == NAME  # so it was really there to leak

    logs = heard.getvalue()
    events = json.dumps(list(Event.objects.values_list("detail", "name", "post")), ensure_ascii=False, default=str)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(string_agg(args::text, ' '), '') FROM procrastinate_jobs")
        jobs = cursor.fetchone()[0]
    figures = Client().get("/metrics").content.decode()
    for value in PERSONAL:
        assert value not in logs
        assert value not in events
        assert value not in jobs
        assert value not in figures
        for page in pages:
            assert value not in page.content.decode()


def test_an_error_tells_what_and_where_but_not_whose(db: None, heard: io.StringIO) -> None:
    log = structlog.get_logger("linli.test")
    User.objects.create_user(NAME)
    try:
        User.objects.create_user(NAME)
    except IntegrityError:
        log.exception("failed")
        logging.getLogger("django.request").error("Internal Server Error: %s", f"/x/{NAME}/", exc_info=True)

    first, second = lines(heard)
    assert [error["type"] for error in first["error"]] == ["IntegrityError", "UniqueViolation"]
    assert first["error"][1]["sqlstate"] == "23505"
    assert any("test_logs.py" in frame for frame in first["error"][0]["frames"])
    assert (second["event"], second["logger"]) == ("Internal Server Error", "django.request")
    assert NAME not in heard.getvalue()


def test_slow_queries_are_told_without_their_values(
    client: Client, world: World, heard: io.StringIO, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.LINLI_SLOW_QUERY_MS = 0.000001
    settings.LINLI_SLOW_REQUEST_MS = 0.000001
    client.get(f"/orgs/?q={NAME}")

    said = {line["event"]: line for line in lines(heard)}
    assert said["slow_query"]["sql"].startswith(("SELECT", "WITH"))
    assert said["slow_request"]["level"] == "warning"
    assert NAME not in heard.getvalue()
