"""People for the account tests: a resident, an officer who holds a post, and how they sign in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from linli.core.access import grants
from linli.core.access.grants import Grant
from linli.core.access.models import User

PASSWORD = "Linli-2026-Xx"


@pytest.fixture
def resident(db) -> User:
    return User.objects.create_user("resident", name="陈秀梅", password=PASSWORD)


@pytest.fixture
def officer(db, monkeypatch) -> User:
    """Holds a post; the provider is replaced, since core knows no posts."""

    def provider() -> Callable[[User], list[Grant]]:
        return lambda user: [Grant("street_officer", "1/2/", 1, "东方街道")] if user.username == "officer" else []

    monkeypatch.setattr(grants, "_provider", provider)
    return User.objects.create_user("officer", name="王干部", password=PASSWORD)


@pytest.fixture
def sign_in() -> Callable[..., HttpResponse]:
    def send(client: Client, username: str, password: str = PASSWORD, **query: str) -> HttpResponse:
        return client.post(reverse("account_login", query=query), {"login": username, "password": password})

    return send
