"""Sessions end after idle minutes and when the account signs in elsewhere; nothing typed is lost."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from linli.core import clock
from linli.core.access.models import User

PAGE = "/notices/"
FORM = "/notices/preferences/robots/"
LATER = dt.timedelta


@pytest.fixture
def start():
    with time_machine.travel(dt.datetime(2026, 11, 20, 1, 0, tzinfo=dt.UTC), tick=False) as traveller:
        yield traveller


def test_staff_are_signed_out_after_fifteen_minutes(start, client, officer, sign_in) -> None:
    sign_in(client, "officer")
    assert client.get(PAGE).status_code == 200
    start.shift(LATER(minutes=14))
    assert client.get(PAGE).status_code == 200
    start.shift(LATER(minutes=16))

    answer = client.get(PAGE + "?unread=1")

    assert answer["Location"] == reverse("account_login", query={"next": PAGE + "?unread=1"})
    login = client.get(answer["Location"]).content.decode()
    assert "你已离开 16 分钟，为了安全已退出登录" in login
    assert "_auth_user_id" not in client.session


def test_the_public_has_thirty_minutes(start, client, resident, sign_in) -> None:
    sign_in(client, "resident")
    client.get(PAGE)
    start.shift(LATER(minutes=29))
    assert client.get(PAGE).status_code == 200
    start.shift(LATER(minutes=31))
    assert client.get(PAGE).status_code == 302


def test_large_print_has_no_time_out_for_the_public_but_for_staff(start, client, resident, officer, sign_in) -> None:
    desk = Client()
    for each, name in ((client, "resident"), (desk, "officer")):
        each.cookies["elder"] = "1"
        sign_in(each, name)
        each.get(PAGE)
    start.shift(LATER(hours=5))
    assert client.get(PAGE).status_code == 200
    assert desk.get(PAGE).status_code == 302


def test_htmx_is_sent_to_the_login_page_with_the_page_it_stands_on(start, client, officer, sign_in) -> None:
    sign_in(client, "officer")
    client.get(PAGE)
    start.shift(LATER(hours=1))
    here = {"HX-Request": "true", "HX-Current-URL": "http://testserver/notices/?unread=1"}
    answer = client.get(PAGE, headers=here)
    assert answer.status_code == 200
    assert answer["HX-Redirect"] == reverse("account_login", query={"next": here["HX-Current-URL"]})
    assert answer.content == b""


def test_a_foreign_page_is_no_place_to_come_back_to(start, client, officer, sign_in) -> None:
    sign_in(client, "officer")
    client.get(PAGE)
    start.shift(LATER(hours=1))
    here = {"HX-Request": "true", "HX-Current-URL": "https://evil.example/notices/"}
    assert client.get(PAGE, headers=here)["HX-Redirect"] == reverse("account_login", query={"next": "/"})


def test_what_was_typed_is_kept_and_sent_by_one_press(start, client, resident, sign_in) -> None:
    sign_in(client, "resident")
    client.get(PAGE)
    start.shift(LATER(hours=1))
    typed = {"label": "民政科群 <x> & “y”", "address": "第一行\n第二行"}
    answer = client.post(FORM, typed)
    login = answer["Location"]
    assert "刚才填的内容已经留着" in client.get(login).content.decode()
    assert "民政科群" not in str(dict(client.session))  # encrypted while it waits

    answer = client.post(login, {"login": "resident", "password": "Linli-2026-Xx"}, follow=True)

    page = answer.content.decode()
    assert "刚才填的内容还在" in page
    assert f'action="{FORM}"' in page
    assert "民政科群 &lt;x&gt; &amp; “y”" in page
    assert "\n第一行\n第二行</textarea>" in page
    assert client.post(FORM, typed).status_code == 422  # sent again: the form answers as it would have
    again = client.get(reverse("core:resume", query={"back": PAGE}))
    assert again["Location"] == PAGE


def test_a_kept_form_is_for_the_same_person_alone(start, client, resident, officer, sign_in) -> None:
    sign_in(client, "resident")
    client.get(PAGE)
    start.shift(LATER(hours=1))
    sent_from = {"Referer": f"http://testserver{PAGE}"}
    login = client.post(FORM, {"label": "秘密", "address": "x"}, headers=sent_from)["Location"]
    page = client.post(login, {"login": "officer", "password": "Linli-2026-Xx"}, follow=True).content.decode()
    assert "秘密" not in page
    assert "刚才填的内容还在" not in page


def test_passwords_are_never_kept(start, client, resident, sign_in) -> None:
    sign_in(client, "resident")
    client.get(PAGE)
    start.shift(LATER(hours=1))
    answer = client.post(reverse("account_change_password"), {"oldpassword": "a", "password1": "b", "password2": "b"})
    assert "resume" not in answer["Location"]
    assert "linli.kept_form" not in client.session


def test_a_newer_login_ends_the_older_one_with_a_sentence(client, resident, sign_in) -> None:
    phone = Client()
    sign_in(client, "resident")
    assert client.get(PAGE).status_code == 200
    sign_in(phone, "resident")

    answer = client.get(PAGE, follow=True)

    assert "你的账号刚在另一处登录，这里已退出" in answer.content.decode()
    assert phone.get(PAGE).status_code == 200
    assert client.get(PAGE).status_code == 302


def test_changing_the_password_keeps_this_session(client, resident, sign_in) -> None:
    sign_in(client, "resident")
    sent = {"oldpassword": "Linli-2026-Xx", "password1": "Qingfeng-7-Yy", "password2": "Qingfeng-7-Yy"}
    assert client.post(reverse("account_change_password"), sent).status_code == 302
    assert client.get(PAGE).status_code == 200


def test_an_old_staff_password_is_changed_first(client, officer, resident, sign_in) -> None:
    User.objects.update(password_changed_at=clock.now() - dt.timedelta(days=91))
    sign_in(client, "officer")
    answer = client.get(PAGE, follow=True)
    assert answer.redirect_chain == [(reverse("account_change_password"), 302)]
    assert "你的密码已用了 90 天以上" in answer.content.decode()
    sent = {"oldpassword": "Linli-2026-Xx", "password1": "Qingfeng-7-Yy", "password2": "Qingfeng-7-Yy"}
    done = client.post(reverse("account_change_password"), sent)
    assert done["Location"] == reverse("portal:desk")
    assert client.get(PAGE).status_code == 200
    other = Client()
    sign_in(other, "resident")
    assert other.get(PAGE).status_code == 200  # the public is not made to


def test_level_three_asks_staff_for_a_second_factor(client, officer, resident, sign_in, settings) -> None:
    settings.LINLI_SECURITY_LEVEL = 3
    sign_in(client, "officer")
    assert client.get(PAGE)["Location"] == reverse("mfa_activate_totp")
    assert client.get(PAGE, headers={"HX-Request": "true"})["HX-Redirect"] == reverse("mfa_activate_totp")
    Authenticator.objects.create(user=officer, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert client.get(PAGE).status_code == 200
    other = Client()
    sign_in(other, "resident")
    assert other.get(PAGE).status_code == 200
