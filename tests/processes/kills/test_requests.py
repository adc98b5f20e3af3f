"""Calls of the API that are repeated with their key after a kill."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import requests
from tests.personas import World
from tests.processes.kills.conftest import (
    Forked,
    held,
    nobody_works,
    somebody_waits,
    wait_for,
)

from linli.core.api.actions import issue_token
from linli.core.api.models import KeptAnswer
from linli.core.api.web import known_scopes
from linli.core.audit.models import Event
from linli.organizations.models import Filing

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@pytest.fixture
def site(fork: Any, settings: Any) -> Callable[[], tuple[Forked, str]]:
    """A web server to kill: its process and its address."""
    settings.ALLOWED_HOSTS = ["127.0.0.1"]

    def start() -> tuple[Forked, str]:
        from linli.wsgi import application

        port = free_port()
        server = fork(lambda: make_server("127.0.0.1", port, application, handler_class=Quiet).serve_forever())

        def answers() -> bool:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                return True
            return False

        wait_for(answers)
        return server, f"http://127.0.0.1:{port}/api/v1/cases/filing"

    return start


@pytest.fixture
def headers(world: World) -> dict[str, str]:
    _token, secret = issue_token(
        name="程序", scopes=known_scopes(), days=7, known=known_scopes(), actor=world["founder"]
    )
    return {"Authorization": f"Bearer {secret}", "Idempotency-Key": "e2a5-1", "Accept-Encoding": "identity"}


def ask_without_reading(url: str, headers: dict[str, str]) -> socket.socket:
    """Send a call and look at no answer."""
    host, port = url.split("/")[2].split(":")
    lines = [f"POST {url.partition(port)[2]} HTTP/1.1", f"Host: {host}:{port}", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()] + ["Content-Length: 2", "", "{}"]
    door = socket.create_connection((host, int(port)))
    door.sendall("\r\n".join(lines).encode())
    return door


def test_killed_after_the_commit_the_same_key_gives_the_answer(
    world: World, headers: dict[str, str], site: Any
) -> None:
    server, url = site()
    door = ask_without_reading(url, headers)
    wait_for(lambda: KeptAnswer.objects.filter(key="e2a5-1").exists())
    server.kill()
    door.close()
    _, url = site()
    again = requests.post(url, json={}, headers=headers, timeout=30)

    assert (again.status_code, again.headers.get("Idempotency-Replayed")) == (201, "true")
    assert [filing.uid for filing in Filing.objects.all()] == [again.json()["uid"]]
    assert Event.objects.filter(name="core.case_begun").count() == 1


def test_killed_before_the_commit_the_same_key_does_it(world: World, headers: dict[str, str], site: Any) -> None:
    server, url = site()
    with held("LOCK TABLE core_task IN EXCLUSIVE MODE"):  # the draft is made, its row of the inbox not yet
        door = ask_without_reading(url, headers)
        wait_for(somebody_waits)
        server.kill()
    door.close()
    wait_for(nobody_works)
    assert (Filing.objects.count(), KeptAnswer.objects.count()) == (0, 0)
    _, url = site()
    again = requests.post(url, json={}, headers=headers, timeout=30)

    assert (again.status_code, again.headers.get("Idempotency-Replayed")) == (201, None)
    assert [filing.uid for filing in Filing.objects.all()] == [again.json()["uid"]]
