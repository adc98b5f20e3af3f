"""Revealing a value asks a reason, leaves a trace, tells the person, and never stays in a cache."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
import rules
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import Refusal
from linli.core.notices.models import Notice
from linli.core.parameters.models import ParameterValue
from linli.core.privacy.actions import reveal
from linli.core.privacy.registry import REVEALABLE, register_revealable, reveal_url

PHONE = "13812342046"
GOOD = {"purpose": "contact", "reason": "通知他来取备案证"}


@pytest.fixture(autouse=True)
def revealable():
    """Users themselves stand for a record: officers see residents, and may reveal unless they are trainees."""
    before = dict(REVEALABLE)
    rules.add_perm("core.reveal_phone", rules.predicate(lambda user, obj=None: user.username.startswith("officer")))
    register_revealable(
        User,
        {"phone": "手机号"},
        visible_to=lambda user: (
            User.objects.filter(username__startswith="resident")
            if user.username != "stranger"
            else User.objects.none()
        ),
        permission="core.reveal_phone",
        subject_of=lambda obj: obj if obj.is_active else None,
    )
    yield
    rules.remove_perm("core.reveal_phone")
    REVEALABLE.clear()
    REVEALABLE.update(before)


@pytest.fixture
def resident(db) -> User:
    return User.objects.create_user("resident", name="陈秀梅", phone=PHONE)


@pytest.fixture
def officer(db) -> User:
    return User.objects.create_user("officer", name="王干部")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_reason_opens_the_value_once_and_the_person_can_look_it_up(resident, officer) -> None:
    client = signed_in(officer)
    address = reveal_url(resident, "phone")
    asked = client.get(address)
    assert asked.status_code == 200
    assert PHONE not in asked.content.decode()

    answer = client.post(address, GOOD)

    assert PHONE in answer.content.decode()
    assert answer["Cache-Control"] == "no-store, private"
    event = Event.objects.get(name="privacy.reveal")
    assert (event.actor, event.subject) == (officer, resident)
    assert event.detail == {"field": "phone", "label": "手机号", **GOOD}
    assert PHONE not in str(event.detail)
    notice = Notice.objects.get()
    assert (notice.recipient, notice.event) == (resident, event)
    assert PHONE not in notice.title + notice.body

    page = signed_in(resident).get(reverse("core:access_log")).content.decode()
    assert "手机号" in page
    assert GOOD["reason"] in page
    assert PHONE not in page
    assert PHONE not in client.get(address).content.decode()


def test_htmx_gets_a_fragment(resident, officer) -> None:
    answer = signed_in(officer).post(reveal_url(resident, "phone"), GOOD, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert PHONE in text
    assert "<html" not in text
    assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "请选一个用途。"),
        ({"purpose": "contact", "reason": ""}, "请写清楚为什么要看"),
        ({"purpose": "contact", "reason": "看看"}, "至少 4 个字"),
        ({"purpose": "contact", "reason": "  看    看  "}, "至少 4 个字"),
        ({"purpose": "made up", "reason": "通知他来取备案证"}, "请从列出的用途里选一个。"),
        ({"purpose": "contact", "reason": "长" * 201}, "最多写 200 个字。"),
    ],
)
def test_no_good_reason_no_value(resident, officer, sent, sentence) -> None:
    answer = signed_in(officer).post(reveal_url(resident, "phone"), sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert PHONE not in answer.content.decode()
    assert not Event.objects.filter(name="privacy.reveal").exists()


def test_seen_but_not_allowed_is_403(resident, db) -> None:
    client = signed_in(User.objects.create_user("trainee"))
    for answer in (client.get(reveal_url(resident, "phone")), client.post(reveal_url(resident, "phone"), GOOD)):
        assert answer.status_code == 403
        assert PHONE not in answer.content.decode()


@pytest.mark.parametrize(
    ("kind", "field"), [("core.user", "phone"), ("core.user", "password"), ("core.event", "detail"), ("x", "y")]
)
def test_unseen_is_404(resident, db, kind, field) -> None:
    client = signed_in(User.objects.create_user("stranger"))
    assert client.post(reverse("core:reveal", args=[kind, resident.uid, field]), GOOD).status_code == 404


def test_a_visitor_is_asked_to_sign_in(resident, client) -> None:
    answer = client.get(reveal_url(resident, "phone"))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_the_day_has_a_limit_a_district_can_set(resident, officer) -> None:
    ParameterValue.objects.create(key="privacy.reveals_per_day", value=2, set_by=officer)
    client = signed_in(officer)
    codes = [client.post(reveal_url(resident, "phone"), GOOD).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert Event.objects.filter(name="privacy.reveal").count() == 2


def test_somebody_without_account_is_not_told_but_the_trace_is_there(resident, officer) -> None:
    User.objects.filter(pk=resident.pk).update(is_active=False)
    assert signed_in(officer).post(reveal_url(resident, "phone"), GOOD).status_code == 200
    assert Event.objects.filter(name="privacy.reveal").count() == 1
    assert not Notice.objects.exists()


def test_nobody_sees_anothers_log(resident, officer, db) -> None:
    signed_in(officer).post(reveal_url(resident, "phone"), GOOD)
    page = signed_in(User.objects.create_user("neighbour")).get(reverse("core:access_log")).content.decode()
    assert GOOD["reason"] not in page
    assert "还没有人看过" in page


def test_the_log_costs_the_same_with_one_and_with_thirty_rows(resident, officer, django_assert_num_queries) -> None:
    client, mine = signed_in(officer), signed_in(resident)
    client.post(reveal_url(resident, "phone"), GOOD)
    mine.get(reverse("core:access_log"))
    with CaptureQueriesContext(connection) as one:
        mine.get(reverse("core:access_log"))
    count = len(one)
    for _ in range(29):
        client.post(reveal_url(resident, "phone"), GOOD)
    with django_assert_num_queries(count):
        mine.get(reverse("core:access_log"))


def test_text_of_a_reason_is_shown_as_text(resident, officer) -> None:
    signed_in(officer).post(
        reveal_url(resident, "phone"), {"purpose": "other", "reason": '<b>看</b> & "引号" {{ x }}'}
    )
    page = signed_in(resident).get(reverse("core:access_log")).content.decode()
    assert "<b>看" not in page
    assert "&lt;b&gt;看&lt;/b&gt; &amp; &quot;引号&quot; {{ x }}" in page


@pytest.mark.django_db(transaction=True)
def test_two_reveals_at_once_do_not_pass_the_limit() -> None:
    resident = User.objects.create_user("resident", phone=PHONE)
    officer = User.objects.create_user("officer")
    ParameterValue.objects.create(key="privacy.reveals_per_day", value=1, set_by=officer)
    together, shown = Barrier(2), []

    def look() -> None:
        together.wait()
        try:
            shown.append(reveal(REVEALABLE["core.user"], resident, "phone", **GOOD, actor=officer))
        except Refusal as refusal:
            shown.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(shown) == [PHONE, "privacy.too_many"]
