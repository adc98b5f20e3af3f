"""A program that calls the API as a persona."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from tests.core.api.ground import ground  # noqa: F401 -- a fixture

from linli.core.access.models import User
from linli.core.api.actions import issue_token
from linli.core.api.models import ApiToken
from linli.core.api.web import known_scopes

ROOT = "/api/v1"


class Program:
    """Calls with a token; `status, body, headers` of the last answer stay at hand."""

    def __init__(self, user: User | None, *scopes: str, days: int = 30) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers: dict[str, str] = {}
        if user is not None:
            chosen = scopes or tuple(known_scopes())
            self.token, self.secret = issue_token(
                name="台账同步", scopes=chosen, days=days, known=known_scopes(), actor=user
            )
            self.headers = {"Authorization": f"Bearer {self.secret}"}

    def call(self, method: str, path: str, body: Any = None, /, **headers: str) -> Any:
        """One call; headers by name with underscores."""
        named = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        given: dict[str, Any] = {}
        if body is not None:
            given = {"data": json.dumps(body), "content_type": "application/json"}
        elif method in ("POST", "PUT", "PATCH"):
            given = {"data": "", "content_type": "application/json"}
        return self.client.generic(method, ROOT + path, headers=named, **given)

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, None, **headers)

    def post(self, path: str, body: Any = None, /, **headers: str) -> Any:
        return self.call("POST", path, body, **headers)

    def send_file(self, path: str, **data: Any) -> Any:
        return self.client.post(ROOT + path, data, headers=self.headers)


@pytest.fixture
def program(world):
    """Make a program of a persona: `program("street_officer")`."""

    def make(name: str | None, *scopes: str, **how: Any) -> Program:
        return Program(world[name] if name else None, *scopes, **how)

    return make


def token_of(program: Program) -> ApiToken:
    return ApiToken.objects.get(pk=program.token.pk)
