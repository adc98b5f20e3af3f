"""Security policies hold from the next request on, for everybody, and are never weaker than their floor."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from tests.personas import PERSONAS, World

from linli.core import clock
from linli.core.access import policy
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed
from linli.core.parameters import REGISTRY
from linli.core.parameters.actions import set_parameter

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def put(world: World, name: str, value: object, who: str = "secadmin") -> None:
    given = {"scope": "", "valid_from": clock.today(), "reason": "安全例会", "actor": world[who]}
    set_parameter(f"security.{name}", value, **given)


@pytest.mark.parametrize("who", PERSONAS)
def test_policies_are_the_security_administrators(world: World, who: str) -> None:
    if who == "secadmin":
        put(world, "password_length", 12, who)
        event = Event.objects.get(name="core.set_parameter")
        assert (event.detail["before"], event.detail["after"], event.detail["reason"]) == (10, 12, "安全例会")
        return
    with pytest.raises(NotAllowed):
        put(world, "password_length", 12, who)
    assert policy.value("password_length") == 10


@pytest.mark.parametrize("parameter", [one for one in policy.POLICIES if one.least is not None], ids=lambda p: p.key)
def test_no_policy_is_weaker_than_its_floor(world: World, parameter: object) -> None:
    name = parameter.key.removeprefix("security.")  # type: ignore[attr-defined]
    for value in (parameter.least - 1, parameter.most + 1):  # type: ignore[attr-defined]
        with pytest.raises(BadInput, match="安全基线"):
            put(world, name, value)
    put(world, name, parameter.least)  # type: ignore[attr-defined]
    assert policy.value(name) == parameter.least  # type: ignore[attr-defined]


def test_the_standard_lies_within_the_floors() -> None:
    for one in policy.POLICIES:
        assert one.least is None or one.least <= one.standard <= (one.most or 0), one.key
    assert {one.kept_by for one in REGISTRY.values()} <= {"business", "technical", "security"}


def test_a_longer_password_is_asked_for_at_once(world: World) -> None:
    validate_password("Qingfeng-7", world["resident"])
    put(world, "password_length", 14)
    put(world, "password_classes", 4)

    for weak in ("Qingfeng-7", "qingfeng-7-yyyyyyy"):
        with pytest.raises(ValidationError):
            validate_password(weak, world["resident"])
    validate_password("Qingfeng-7-Yy-Zz", world["resident"])
    assert "至少 14 位" in Client().get(reverse("account_signup")).content.decode()


def test_a_running_session_meets_the_new_idle_time_and_password_age(world: World) -> None:
    with time_machine.travel("2026-11-20T09:00+08:00", tick=False) as moving:
        client = Client()
        officer = world["street_officer"]
        officer.set_password("Qingfeng-7-Yy")
        officer.save()
        User.objects.filter(pk=officer.pk).update(password_changed_at=clock.now() - dt.timedelta(days=40))
        client.force_login(world["street_officer"], BACKEND)
        assert client.get("/desk/").status_code == 200
        moving.shift(dt.timedelta(minutes=9))
        assert client.get("/desk/").status_code == 200
        put(world, "idle_minutes_staff", 8)
        moving.shift(dt.timedelta(minutes=9))
        assert client.get("/desk/")["Location"].startswith(reverse("account_login"))
        client.force_login(world["street_officer"], BACKEND)
        put(world, "password_days", 30)
        assert client.get("/desk/")["Location"] == reverse("account_change_password")


def test_failures_lock_as_the_policy_says(world: World, client: Client) -> None:
    put(world, "login_failures", 3)
    put(world, "lockout_minutes", 60)
    for _ in range(3):
        answer = client.post(reverse("account_login"), {"login": "resident", "password": "wrong"})
    assert answer.status_code == 429
    assert "1 小时" in answer.content.decode()


def test_an_account_is_signed_in_at_as_many_places_as_allowed(world: World) -> None:
    put(world, "sessions", 2)
    places = [Client() for _ in range(3)]
    for place in places:
        place.force_login(world["resident"], BACKEND)

    assert [place.get("/notices/").status_code for place in places] == [302, 200, 200]
    put(world, "sessions", 1)
    late = Client()
    late.force_login(world["resident"], BACKEND)
    assert [place.get("/notices/").status_code for place in (*places[1:], late)] == [302, 302, 200]


def test_a_post_that_needs_a_second_factor_sets_it_up_first(world: World) -> None:
    put(world, "second_factor_roles", "sysadmin,secadmin")
    client, officer = Client(), Client()
    client.force_login(world["sysadmin"], BACKEND)
    officer.force_login(world["street_officer"], BACKEND)

    assert client.get("/desk/")["Location"] == reverse("mfa_activate_totp")
    assert officer.get("/desk/").status_code == 200
    Authenticator.objects.create(user=world["sysadmin"], type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert client.get("/desk/").status_code == 200
    put(world, "level", 3)
    assert officer.get("/desk/")["Location"] == reverse("mfa_activate_totp")
    with pytest.raises(BadInput):
        put(world, "second_factor_roles", "king")


def test_a_request_reads_the_policies_once(world: World, django_assert_num_queries: object) -> None:
    with policy.kept():
        policy.value("level")
        with django_assert_num_queries(0):  # type: ignore[operator]
            assert policy.value("password_days") == 90
        put(world, "password_days", 60)
        assert policy.value("password_days") == 60


def test_with_two_districts_nobody_sets_policies_for_both(world: World) -> None:
    from tests.personas import AreaFactory, BodyFactory

    other = AreaFactory(name="龙湖区", level="district", code="440507")
    BodyFactory(area=other, kind="department")

    with pytest.raises(NotAllowed):
        put(world, "password_length", 12)
