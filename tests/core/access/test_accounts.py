"""Signing in, up and out leaves a trace; what is wrong is said so that it can be mended."""

from __future__ import annotations

import pytest
from django.urls import reverse

from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.privacy import keyed_hash

GOOD = {
    "name": "陈秀梅",
    "phone": "138 1234 2046",
    "username": "xiumei",
    "password1": "Qingfeng-7-Yy",
    "password2": "Qingfeng-7-Yy",
    "consent": "on",
}


def names() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("name", flat=True))


def test_staff_start_at_their_desk_others_at_home(client, officer, resident, sign_in) -> None:
    assert sign_in(client, "officer")["Location"] == reverse("portal:desk")
    client.post(reverse("account_logout"))
    assert sign_in(client, "resident")["Location"] == reverse("portal:home")
    client.post(reverse("account_logout"))
    assert sign_in(client, "officer", next="/notices/")["Location"] == "/notices/"
    client.post(reverse("account_logout"))
    assert sign_in(client, "officer", next="https://evil.example/")["Location"] == reverse("portal:desk")


def test_login_and_logout_leave_a_trace(client, resident, sign_in) -> None:
    sign_in(client, "resident")
    client.post(reverse("account_logout"))
    assert names() == ["access.login", "access.logout"]
    assert {event.actor for event in Event.objects.all()} == {resident}
    assert Event.objects.first().detail["ip"] == "127.0.0.1"


def test_a_failed_login_is_recorded_without_what_was_typed(client, resident, sign_in) -> None:
    answer = sign_in(client, "resident", "wrong")
    assert "账号或密码不对" in answer.content.decode()
    sign_in(client, "My-Secret-Password-1", "resident")
    first, second = Event.objects.order_by("pk")
    assert (first.name, first.subject, first.actor) == ("access.login_failed", resident, User.system())
    assert (second.name, second.subject) == ("access.login_failed", None)
    assert "Secret" not in str(second.detail)


def test_five_failures_lock_and_are_recorded_once(client, resident, sign_in, settings) -> None:
    settings.AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # trying on does not lengthen the lock
    for _ in range(8):
        answer = sign_in(client, "resident", "wrong")
    assert answer.status_code == 429
    assert "先锁一会儿" in answer.content.decode()
    assert sorted(names()) == ["access.locked_out"] + ["access.login_failed"] * 5
    assert sign_in(client, "resident").status_code == 429  # the right password does not help now


def test_nobody_signs_in_as_the_system_or_a_closed_account(client, resident, sign_in) -> None:
    system = User.system()
    system.set_password("Linli-2026-Xx")
    system.save()
    sign_in(client, "system")
    assert "_auth_user_id" not in client.session
    User.objects.filter(pk=resident.pk).update(is_active=False)
    sign_in(client, "resident")
    assert "_auth_user_id" not in client.session


def test_a_resident_signs_up_with_consent(client, db) -> None:
    answer = client.post(reverse("account_signup"), GOOD)
    assert answer["Location"] == reverse("portal:home")
    user = User.objects.get(username="xiumei")
    assert (user.name, user.phone) == ("陈秀梅", "13812342046")
    assert user.phone_hash == keyed_hash("13812342046", "phone")
    event = Event.objects.get(name="access.sign_up")
    assert event.detail["consent_version"]
    assert "核对身份" in event.detail["consent"]
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"consent": ""}, "请先阅读并同意"),
        ({"phone": "1381234204"}, "现在是 10 位"),
        ({"phone": "abc"}, "手机号应是 1 开头的 11 位数字"),
        ({"name": ""}, "请填姓名。"),
        ({"name": "陈2"}, "姓名里不能有"),
        ({"username": "taken"}, "这个账号已经有人用了"),
        ({"password1": "abc", "password2": "abc"}, "至少要有 3 种"),
        ({"password1": "Aa!13812342046", "password2": "Aa!13812342046"}, "密码里不要有手机号"),
        ({"phone": ""}, "请填手机号。"),
        ({"password2": "Qingfeng-8-Yy"}, "两次输入的密码不一样"),
    ],
)
def test_a_bad_sign_up_says_what_to_mend_and_makes_nothing(client, db, change, sentence) -> None:
    User.objects.create_user("taken")
    answer = client.post(reverse("account_signup"), {**GOOD, **change})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in page
    assert not User.objects.filter(username="xiumei").exists()
    assert not Event.objects.filter(name="access.sign_up").exists()
