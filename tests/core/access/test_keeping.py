"""Accounts are opened, locked and reset by administrators: with a reason, a trace, and word to the person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse
from tests.personas import PERSONAS, UserFactory, World, post

from linli.actors.choices import Role
from linli.actors.models import Body
from linli.core.access import actions, hooks
from linli.core.access.commands import account
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.notices.models import Notice
from linli.core.privacy import keyed_hash

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NEW = {"login": "xinlai", "password": ""}
OWN = "Qingfeng-7-Yy"


def opened(world: World) -> tuple[User, str]:
    return actions.create_account(username="xinlai", name="许新来", phone="13800001234", actor=world["sysadmin"])


def sign_in(client: Client, username: str, password: str) -> bool:
    client.post(reverse("account_login"), {"login": username, "password": password})
    return "_auth_user_id" in client.session


def test_an_account_is_opened_without_a_right_and_its_password_changed_at_first(world: World, client: Client) -> None:
    user, password = opened(world)

    assert (user.is_staff, user.must_change_password) == (False, True)
    assert user.phone_hash == keyed_hash("13800001234", "phone")
    event = Event.objects.get(name="access.create_account")
    assert (event.actor, event.detail) == (world["sysadmin"], {"username": "xinlai"})
    assert sign_in(client, "xinlai", password)
    answer = client.get("/notices/")
    assert answer["Location"] == reverse("account_change_password")
    sent = {"oldpassword": password, "password1": OWN, "password2": OWN}
    client.post(reverse("account_change_password"), sent)
    assert client.get("/notices/").status_code == 200
    assert not User.objects.get(pk=user.pk).must_change_password


def test_the_handed_over_password_is_no_own_one(world: World, client: Client) -> None:
    _user, password = opened(world)
    sign_in(client, "xinlai", password)
    same = {"oldpassword": password, "password1": password, "password2": password}

    assert client.post(reverse("account_change_password"), same).status_code == 200
    assert client.get("/notices/").status_code == 302


def test_a_handed_over_password_runs_out(world: World, client: Client) -> None:
    with time_machine.travel("2026-11-20T09:00+08:00", tick=False) as clock:
        _user, password = opened(world)
        clock.shift(dt.timedelta(days=7, minutes=1))
        assert not sign_in(client, "xinlai", password)
        assert "初始密码已过有效期" in client.get(reverse("account_login")).content.decode()
        clock.shift(-dt.timedelta(minutes=2))
        assert sign_in(Client(), "xinlai", password)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"username": "resident"}, "username"),
        ({"username": "a b"}, "username"),
        ({"name": " "}, "name"),
        ({"phone": "123"}, "phone"),
        ({"email": "x"}, "email"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_made(world: World, wrong: dict[str, str], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        actions.create_account(**{"username": "xinlai", "name": "许新来", **wrong}, actor=world["sysadmin"])

    assert set(caught.value.fields) == {field}
    assert not User.objects.filter(name="许新来").exists()


STEPS = {
    "core.create_account": {"sysadmin"},
    "core.lock_account": {"sysadmin", "secadmin"},
    "core.unlock_account": {"sysadmin"},
    "core.end_sessions": {"sysadmin", "secadmin"},
    "core.reset_account": {"sysadmin"},
}


@pytest.mark.parametrize("permission", STEPS)
def test_each_permission_is_one_administrators(world: World, permission: str) -> None:
    resident = world["resident"]
    subject = None if permission == "core.create_account" else resident

    assert {who for who in PERSONAS if world[who].has_perm(permission, subject)} == STEPS[permission]


@pytest.fixture
def doors() -> Iterator[list[User]]:
    """Something else that opens in a person's name, as tokens of the API do."""
    closed: list[User] = []

    def close(user: User) -> int:
        closed.append(user)
        return 2

    hooks.on_revoke(close)
    yield closed
    hooks._closers.remove(close)


def test_a_locked_account_is_out_at_once_with_all_its_doors(world: World, doors: list[User]) -> None:
    client = Client()
    client.force_login(world["street_officer"], BACKEND)
    assert client.get("/desk/").status_code == 200

    actions.lock_account(world["street_officer"], reason="离岗", actor=world["secadmin"])

    assert client.get("/desk/").status_code == 302
    assert doors == [world["street_officer"]]
    assert Event.objects.get(name="access.lock_account").detail == {"reason": "离岗", "closed": 3}
    assert not world["street_officer"].is_staff
    with pytest.raises(WrongState):
        actions.lock_account(world["street_officer"], reason="离岗", actor=world["secadmin"])


def test_an_unlocked_account_has_its_posts_and_no_failures(world: World, client: Client) -> None:
    officer = world["street_officer"]
    officer.set_password(OWN)
    officer.save()
    for _ in range(5):
        sign_in(client, "street_officer", "wrong")
    assert AccessAttempt.objects.exists()
    actions.lock_account(officer, reason="离岗", actor=world["sysadmin"])

    actions.unlock_account(officer, reason="回来了", actor=world["sysadmin"])

    assert not AccessAttempt.objects.exists()
    assert sign_in(Client(), "street_officer", OWN)
    assert world["street_officer"].is_staff
    assert Notice.objects.get(recipient=officer).title == "你的账号已解锁"


def test_a_reset_ends_what_was_open_and_tells_the_person(world: World, doors: list[User]) -> None:
    client = Client()
    client.force_login(world["resident"], BACKEND)

    password = actions.reset_password(world["resident"], reason="本人忘了密码", actor=world["sysadmin"])

    assert client.get("/notices/").status_code == 302
    assert sign_in(Client(), "resident", password)
    assert Notice.objects.get(recipient=world["resident"]).title == "你的密码已被重置"
    assert password not in str(list(Event.objects.values_list("detail", flat=True)))
    Authenticator.objects.create(user=world["resident"], type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert actions.reset_second_factor(world["resident"], reason="换了手机", actor=world["sysadmin"]) == 1
    with pytest.raises(WrongState):
        actions.reset_second_factor(world["resident"], reason="换了手机", actor=world["sysadmin"])


@pytest.mark.parametrize("who", ["sysadmin", "secadmin", "auditadmin"])
def test_no_page_resets_an_administrator(world: World, who: str) -> None:
    """Whoever could would be both; even the other system administrator cannot."""
    other = UserFactory(username="other_sysadmin")
    post(other, Role.SYSADMIN, world.district, Body.objects.get(area=world.district))
    for actor in (other, world["secadmin"], world["auditadmin"]):
        with pytest.raises(NotAllowed):
            actions.reset_password(world[who], reason="忘了密码", actor=actor)

    done = CliRunner().invoke(account, ["reset", "--username", who, "--reason", "本人忘了密码"])

    assert done.exit_code == 0, done.output
    password = done.output.split("初始密码：")[1].split()[0]
    assert world[who].check_password(password)
    assert Event.objects.get(name="access.reset_password").actor == User.system()


def test_an_account_with_posts_elsewhere_is_not_ours(world: World) -> None:
    near = UserFactory(username="street_admin")
    post(near, Role.SYSADMIN, world.street, Body.objects.get(area=world.street))

    assert near.has_perm("core.lock_account", world["street_officer"])
    assert near.has_perm("core.lock_account", world["resident"])
    for who in ("other_street_officer", "district_officer", "sysadmin"):
        assert not near.has_perm("core.lock_account", world[who])


def test_every_step_asks_why(world: World) -> None:
    for step in (actions.lock_account, actions.reset_password, actions.end_sessions):
        with pytest.raises(BadInput):
            step(world["resident"], reason=" ", actor=world["sysadmin"])
    assert not Event.objects.filter(name__startswith="access.").exists()


def test_several_are_locked_each_on_its_own(world: World) -> None:
    chosen = [world[who] for who in ("street_officer", "auditadmin", "secadmin")]

    done, left = actions.lock_accounts(chosen, reason="久未使用", actor=world["sysadmin"])

    assert done == [world["street_officer"]]
    assert [(user.username, "最后一位" in sentence) for user, sentence in left] == [
        ("auditadmin", True),
        ("secadmin", True),
    ]
