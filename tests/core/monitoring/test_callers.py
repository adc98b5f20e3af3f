"""Who is calling cannot be made up, and a proxy of ours is believed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.monitoring.callers import caller_of

PROXIES = ["10.0.0.0/8", "192.0.2.1", "::1"]


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "caller"),
    [
        ([], "203.0.113.9", "", ("203.0.113.9", False)),
        ([], "127.0.0.1", "1.2.3.4", ("127.0.0.1", False)),
        (PROXIES, "203.0.113.9", "1.2.3.4", ("203.0.113.9", False)),
        (PROXIES, "10.1.1.1", "203.0.113.9", ("203.0.113.9", True)),
        (PROXIES, "10.1.1.1:51234", "203.0.113.9", ("203.0.113.9", True)),
        (PROXIES, "10.1.1.1", "8.8.8.8, 203.0.113.9", ("203.0.113.9", True)),
        (PROXIES, "10.1.1.1", "8.8.8.8, 203.0.113.9, 192.0.2.1", ("203.0.113.9", True)),
        (PROXIES, "10.1.1.1", "", ("10.1.1.1", True)),
        (PROXIES, "10.1.1.1", "nonsense, 203.0.113.9", ("203.0.113.9", True)),
        (PROXIES, "10.1.1.1", "203.0.113.9, nonsense", ("10.1.1.1", True)),
        (PROXIES, "[::1]:8000", "2001:db8::7", ("2001:db8::7", True)),
        (PROXIES, "::ffff:10.1.1.1", "203.0.113.9", ("203.0.113.9", True)),
        (PROXIES, "", "203.0.113.9", ("", False)),
    ],
)
def test_the_caller(settings: Any, trusted: list[str], peer: str, forwarded: str, caller: tuple[str, bool]) -> None:
    settings.LINLI_TRUSTED_PROXIES = trusted

    assert caller_of(peer, forwarded) == caller


def tried_from(client: Client, username: str, forwarded: str) -> str:
    client.post("/accounts/login/", {"login": username, "password": "wrong"}, headers={"X-Forwarded-For": forwarded})
    return str(Event.objects.filter(name="access.login_failed").order_by("pk").last().detail["ip"])  # type: ignore[union-attr]


def test_the_trace_and_the_lock_see_the_right_address(client: Client, db: None, settings: Any) -> None:
    User.objects.create_user("chen", password="Linli-2026-x")
    assert tried_from(client, "chen", "8.8.8.8") == "127.0.0.1"  # nobody asked a stranger

    settings.LINLI_TRUSTED_PROXIES = ["127.0.0.1"]
    assert tried_from(client, "chen", "8.8.8.8, 203.0.113.9") == "203.0.113.9"


def test_a_request_id_comes_from_a_trusted_proxy_or_is_made(client: Client, db: None, settings: Any) -> None:
    made = client.get("/", headers={"X-Request-ID": "from-a-stranger"}).headers["X-Request-ID"]
    settings.LINLI_TRUSTED_PROXIES = ["127.0.0.1"]
    taken = client.get("/", headers={"X-Request-ID": "from-our-nginx"}).headers["X-Request-ID"]
    refused = client.get("/", headers={"X-Request-ID": "<b>\n陈秀梅"}).headers["X-Request-ID"]

    assert taken == "from-our-nginx"
    assert {len(made), len(refused)} == {36}


def test_only_a_trusted_proxy_says_that_it_is_https(client: Client, db: None, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.LINLI_TRUSTED_PROXIES = ["10.0.0.1"]
    assert not client.get("/", headers={"X-Forwarded-Proto": "https"}).wsgi_request.is_secure()

    settings.LINLI_TRUSTED_PROXIES = ["127.0.0.1"]
    assert client.get("/", headers={"X-Forwarded-Proto": "https"}).wsgi_request.is_secure()
