"""People with data in every room, a twin with the same name, and how somebody enters the password again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.personas import World

from linli.core.access.models import User
from linli.core.privacy import keyed_hash
from linli.core.privacy.fields import EncryptedTextField
from linli.organizations.models import Organization

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ID_NUMBER, PHONE = "11010519491231002X", "13800002046"
PASSWORD = "Linli-2026-Xx"


@pytest.fixture
def signed_in(world: World) -> Callable[..., Client]:
    """`signed_in("founder")`: a client of the persona; `again=True` has just entered the password."""

    def client_of(who: str | User, *, again: bool = False) -> Client:
        user = world[who] if isinstance(who, str) else who
        if not user.has_usable_password() or user.password == "!":
            user.set_password(PASSWORD)
            user.save()
        client = Client()
        client.force_login(user, BACKEND)
        if again:
            client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        return client

    return client_of


@pytest.fixture
def told_founder(world: World) -> User:
    """The founder with a phone of their own."""
    founder = world["founder"]
    founder.name, founder.phone = "陈秀梅", PHONE
    founder.phone_hash = keyed_hash(PHONE, "phone")
    founder.email = "xiumei@example.org"
    founder.save()
    return founder


@pytest.fixture
def twin(world: World, filed: Organization) -> User:
    """Somebody with the same name, who typed the founder's phone number at sign-up by mistake."""
    resident = world["resident"]
    resident.name, resident.phone = "陈秀梅", PHONE
    resident.phone_hash = keyed_hash(PHONE, "phone")
    resident.save()
    return resident


def everywhere(*needles: str) -> list[str]:
    """Where one of the texts stands in the whole database: every text, JSON and bytea column of every table, and the
    decrypted value of every encrypted column."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables
               USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
               AND (data_type IN ('text', 'character varying', 'jsonb', 'json', 'bytea', 'ARRAY', 'inet'))"""
        )
        for table, column in cursor.fetchall():
            for needle in needles:
                cursor.execute(
                    f"""SELECT count(*) FROM "{table}" WHERE position(%s in "{column}"::text) > 0
                        OR position(%s in "{column}"::text) > 0""",
                    [needle, needle.encode().hex()],
                )
                if cursor.fetchone()[0]:
                    found.append(f"{table}.{column}")
    return found + decryptable(*needles)


def decryptable(*needles: str) -> list[str]:
    """Encrypted columns that still hold one of the values."""
    from django.apps import apps

    found = []
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedTextField):
                values = model._base_manager.values_list(field.name, flat=True)
                if any(needle in (value or "") for value in values for needle in needles):
                    found.append(f"{model._meta.label}.{field.name}")
    return found


@pytest.fixture
def search_everywhere() -> Any:
    """`search_everywhere(text, …)`: the places where it stands."""
    return everywhere
