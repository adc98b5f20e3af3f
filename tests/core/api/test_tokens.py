"""A token is its person, within its scopes and days; its secret is nowhere."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.core.api.conftest import token_of

from linli.core import clock
from linli.core.access.models import User
from linli.core.api.actions import issue_token, revoke_token
from linli.core.api.models import ApiToken
from linli.core.api.web import known_scopes
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed
from linli.core.notices.models import Notice
from linli.core.parameters.models import ParameterValue

PASSWORD = "Yun-Shan-2026"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_token_says_whom_it_stands_for(world, program) -> None:
    officer = program("street_officer", "read:me")
    me = officer.get("/me").json()

    assert (me["username"], [post["role"]["code"] for post in me["posts"]]) == ("street_officer", ["street_officer"])
    assert (me["token"]["name"], me["token"]["scopes"]) == ("台账同步", ["read:me"])
    assert token_of(officer).last_used_at is not None


def test_the_secret_is_stored_nowhere(world, program) -> None:
    officer = program("street_officer")
    officer.get("/me")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        tables = [row[0] for row in cursor.fetchall()]
        held = []
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE %s', [f"%{officer.secret}%"])
            held += [table] if cursor.fetchone()[0] else []
    assert held == []


def test_a_scope_that_was_not_given_is_refused(world, program, reviewing) -> None:
    reader = program("street_officer", "read:cases")
    path = f"/cases/filing/{reviewing.uid}"

    assert reader.get(path).status_code == 200
    refused = reader.post(path + "/steps/agree_filing", {}, If_Match="*")
    assert (refused.status_code, refused.json()["code"]) == (403, "token.scope")
    assert reader.get("/registers/organizations").status_code == 403
    assert reader.get("/areas").status_code == 200


@pytest.mark.parametrize("ended", ["revoked", "expired", "inactive", "unknown", "none", "basic"])
def test_a_token_that_is_over_opens_nothing(world, program, ended) -> None:
    officer = program("street_officer")
    match ended:
        case "revoked":
            revoke_token(officer.token, actor=world["street_officer"])
        case "expired":
            now = clock.now()
            ApiToken.objects.update(created_at=now - dt.timedelta(days=9), expires_at=now - dt.timedelta(seconds=1))
        case "inactive":
            User.objects.filter(username="street_officer").update(is_active=False)
        case "unknown":
            officer.headers["Authorization"] += "0"
        case "none":
            officer.headers = {}
        case "basic":
            officer.headers["Authorization"] = "Basic abc"
    answer = officer.get("/me")

    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert officer.get("/public/organizations").status_code == (200 if ended == "none" else 401)


def test_a_token_is_worth_what_its_person_is_worth_today(world, program, reviewing) -> None:
    officer, path = program("street_officer"), f"/cases/filing/{reviewing.uid}"
    assert officer.get(path).status_code == 200

    world["street_officer"].posts.update(valid_to=clock.today())

    assert officer.get(path).status_code == 404
    assert officer.get("/me").json()["posts"] == []


def test_what_a_token_needs(world) -> None:
    officer = world["street_officer"]

    def issue(**changed):
        return issue_token(
            **{"name": "x", "scopes": ["read:me"], "days": 1, "known": known_scopes(), "actor": officer} | changed
        )

    for changed, field in [
        ({"name": " "}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["write:everything"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
    ]:
        with pytest.raises(BadInput) as refused:
            issue(**changed)
        assert list(refused.value.fields) == [field]
    ParameterValue.objects.create(key="api.token_days", scope=world.district.path, value=7, set_by=officer)
    with pytest.raises(BadInput):
        issue(days=8)
    token, secret = issue(days=7)
    assert (token.prefix, secret.startswith(token.prefix), len(secret)) == (secret[:12], True, 70)
    assert Event.objects.get(name="core.issue_token").detail["prefix"] == token.prefix
    with pytest.raises(NotAllowed):
        issue(actor=User.system())


def test_the_page_asks_for_the_password_and_shows_the_secret_once(world) -> None:
    officer = world["street_officer"]
    officer.set_password(PASSWORD)
    officer.save()
    client, page = signed_in(officer), reverse("core:tokens")
    typed = {"name": "台账同步", "scopes": ["read:me"], "days": "30", "password": "wrong-Password-1"}

    assert client.post(page, typed).status_code == 422
    assert ApiToken.objects.count() == 0
    made = client.post(page, typed | {"password": PASSWORD})
    secret = made.context["secret"]
    assert (made.status_code, secret in made.content.decode()) == (200, True)
    assert "no-store" in made["Cache-Control"]
    assert secret not in client.get(page).content.decode()
    assert client.post(page, {}).status_code == 422

    token = ApiToken.objects.get()
    assert client.post(reverse("core:token_revoke", args=[token.uid])).status_code == 302
    assert [event.name for event in Event.objects.filter(subject_id=token.pk, name__contains="token")] == [
        "core.issue_token",
        "core.revoke_token",
    ]


def test_administrators_see_and_end_tokens_but_no_secret(world, program) -> None:
    officer = program("street_officer")
    everybody = reverse("core:all_tokens")
    for name in ("sysadmin", "secadmin"):
        shown = signed_in(world[name]).get(everybody).content.decode()
        assert ("台账同步" in shown, officer.token.prefix in shown, officer.secret in shown) == (True, True, False)
    for name in ("street_officer", "auditadmin", "district_head", "resident"):
        assert signed_in(world[name]).get(everybody).status_code == 404

    ending = reverse("core:token_revoke", args=[officer.token.uid])
    assert signed_in(world["district_head"]).post(ending).status_code == 404
    assert signed_in(world["secadmin"]).post(ending).status_code == 302
    assert officer.get("/me").status_code == 401
    assert [notice.title for notice in Notice.objects.filter(recipient=world["street_officer"])] == [
        "你的接口令牌“台账同步”已由管理员作废"
    ]


def test_a_person_signed_in_may_try_with_the_csrf_token(world, reviewing) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world["street_officer"], "allauth.account.auth_backends.AuthenticationBackend")
    path = f"/api/v1/cases/filing/{reviewing.uid}/steps/agree_filing"
    seen = client.get(f"/api/v1/cases/filing/{reviewing.uid}")
    assert (seen.status_code, seen.json()["steps"] != []) == (200, True)

    def agree(**headers):
        return client.post(path, "{}", content_type="application/json", headers={"If-Match": "*"} | headers)

    assert (agree().status_code, agree().json()["code"]) == (403, "auth.csrf")
    client.get("/api/v1/docs")
    assert agree(**{"X-CSRFToken": client.cookies["csrftoken"].value}).status_code == 200
