"""A person's sessions are found by whose they are; nobody else's is read for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from linli.core.access import sessions
from linli.core.access.models import User
from linli.core.access.session_models import SessionOwner
from linli.core.access.session_store import SessionStore

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def person(name: str) -> User:
    return User.objects.create_user(name, password=None)


def signed_in(user: User) -> str:
    client = Client()
    client.force_login(user, BACKEND)
    return str(client.session.session_key)


def with_a_form_of(user: User) -> SessionStore:
    """An anonymous session in which a time-out has kept what somebody typed."""
    store = SessionStore()
    sessions.keep_form(store, user.pk, sessions.KeptForm("/x/", [("name", "陈秀梅")], False))
    store.save()
    return store


def owners() -> set[tuple[str, str]]:
    return set(SessionOwner.objects.values_list("session_id", "account__username"))


@pytest.mark.django_db
def test_whose_a_session_is_stands_beside_it_and_goes_with_it() -> None:
    key = signed_in(person("chen"))
    assert owners() == {(key, "chen")}

    SessionStore(key).save()
    assert owners() == {(key, "chen")}
    anonymous = SessionStore()
    anonymous["x"] = 1
    anonymous.save()
    assert owners() == {(key, "chen")}

    with CaptureQueriesContext(connection) as queries:
        Session.objects.all().delete()
    assert owners() == set()
    assert len(queries) == 1  # by the database


@pytest.mark.django_db
def test_a_session_under_a_new_key_is_still_its_persons() -> None:
    client = Client()
    client.force_login(person("chen"), BACKEND)
    store = client.session
    store.cycle_key()

    assert owners() == {(store.session_key, "chen")}


@pytest.mark.django_db
def test_forgetting_reads_the_own_sessions_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    chen = person("chen")
    own = {signed_in(chen), with_a_form_of(chen).session_key}
    others = {signed_in(person(f"other{n}")) for n in range(20)}
    read: list[str] = []
    plain = Session.get_decoded

    def told(self: Session) -> Any:
        read.append(self.session_key)
        return plain(self)

    monkeypatch.setattr(Session, "get_decoded", told)
    with CaptureQueriesContext(connection) as queries:
        sessions.forget_sessions(chen)

    assert set(read) == own
    assert set(Session.objects.values_list("pk", flat=True)) == others
    assert len(queries) == 3  # find, and delete each


@pytest.mark.django_db
def test_whoever_went_on_with_the_session_stays_signed_in() -> None:
    chen, lin = person("chen"), person("lin")
    store = with_a_form_of(chen)
    request = RequestFactory().get("/")
    request.session, request.user = store, lin
    store["_auth_user_id"] = str(lin.pk)
    assert sessions.kept_form(request) is None  # somebody else's is thrown away unread
    store.save()

    sessions.forget_sessions(chen)

    assert Session.objects.filter(pk=store.session_key).exists()
    assert owners() == {(store.session_key, "chen"), (store.session_key, "lin")}
