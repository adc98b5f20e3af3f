"""The notice is what is declared, kept in versions; who agreed is asked again when it changes, and takes it back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.core.privacy.conftest import BACKEND
from tests.personas import World

from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.parameters.models import ParameterValue
from linli.core.privacy.actions import notice
from linli.core.privacy.actions.consents import due_consents, give_consent, withdraw_consent
from linli.core.privacy.declare import PROCESSINGS
from linli.core.privacy.models import Consent, LocalProcessing, NoticeVersion
from linli.core.privacy.telling import changes_between

SignedIn = Callable[..., Client]
LOCAL = {
    "label": "社区活动报名",
    "purpose": "统计人数，通知时间",
    "ground": "consent",
    "basis": "个人信息保护法第十三条第一款第一项",
    "fields": "姓名、手机号",
    "sources": "居民自己填写",
    "kept": "活动结束后 30 天删除",
    "security": "纸质表锁柜保存",
}


@pytest.fixture
def changed() -> Iterator[Callable[[], None]]:
    """`changed()`: the entry of accounts reads otherwise from now on."""
    before = PROCESSINGS["account"]

    def change() -> None:
        PROCESSINGS["account"] = dataclasses.replace(before, recipients="提供给区大数据中心")
        notice.publish_if_changed()

    yield change
    PROCESSINGS["account"] = before


def test_a_version_is_kept_when_the_words_change_and_not_before(world: World) -> None:
    first = notice.current_version()
    assert notice.publish_if_changed() == first

    ParameterValue.objects.create(key="retention.notice_days", scope="", value=365, set_by=User.system())
    second = notice.publish_if_changed()

    assert (first.number, second.number) == (1, 2)
    changes = changes_between(first.content, second.content)
    assert [(change["entry"], change["matter"]) for change in changes] == [("消息通知", "保存多久")]
    assert "365 天" in changes[0]["after"]


def test_everybody_reads_the_notice_and_its_versions(
    client: Client, world: World, changed: Callable[[], None]
) -> None:
    first = client.get("/privacy/").content.decode()
    changed()
    second, former = client.get("/privacy/").content.decode(), client.get("/privacy/1/").content.decode()

    for entry in PROCESSINGS.values():
        assert f'id="{entry.slug}"' in first
    assert "提供给区大数据中心" in second
    assert "提供给区大数据中心" not in former
    assert client.get("/privacy/99/").status_code == 404


def test_signing_up_is_agreeing_to_the_version_of_the_day(client: Client, db: None) -> None:
    typed = {
        "name": "林伟",
        "phone": "13812340000",
        "username": "linwei",
        "password1": "Linli-2026-Xx",
        "password2": "Linli-2026-Xx",
        "consent": "on",
    }
    assert client.post("/accounts/signup/", typed).status_code == 302

    consent = Consent.objects.get(person__username="linwei")
    assert (consent.processing, consent.version, consent.withdrawn_at) == ("account", 1, None)
    assert consent.wording != ""


def test_a_change_is_put_to_the_person_at_the_next_login(
    client: Client, world: World, changed: Callable[[], None]
) -> None:
    founder = world["founder"]
    give_consent("account", actor=founder)
    client.force_login(founder, BACKEND)
    assert client.get("/mine/").status_code == 200

    changed()
    client.force_login(founder, BACKEND)
    asked = client.get("/mine/")
    page = client.get("/me/consents/?next=/mine/").content.decode()

    assert asked["Location"] == "/me/consents/?next=%2Fmine%2F"
    assert "提供给区大数据中心" in page
    assert client.post("/me/consents/", {"agree": "account", "next": "/mine/"})["Location"] == "/mine/"
    assert client.get("/mine/").status_code == 200
    assert due_consents(founder) == []
    assert [(c.version, c.withdrawn_at is None) for c in Consent.objects.order_by("pk")] == [(1, False), (2, True)]


def test_later_is_an_answer_for_this_login(client: Client, world: World, changed: Callable[[], None]) -> None:
    give_consent("account", actor=world["founder"])
    changed()
    client.force_login(world["founder"], BACKEND)
    client.post("/me/consents/", {"next": "//evil.example/"})

    assert client.get("/mine/").status_code == 200
    assert len(due_consents(world["founder"])) == 1
    client.force_login(world["founder"], BACKEND)
    assert client.get("/mine/").status_code == 302


def test_who_never_agreed_is_not_asked(client: Client, world: World, changed: Callable[[], None]) -> None:
    changed()
    for who in ("street_officer", "stranger"):
        client.force_login(world[who], BACKEND)
        assert client.get("/mine/").status_code == 200


def test_an_entry_that_is_not_by_consent_is_not_agreed_to(world: World) -> None:
    with pytest.raises(BadInput):
        give_consent("trace", actor=world["founder"])
    with pytest.raises(WrongState):
        withdraw_consent("account", person=world["founder"], actor=world["founder"])


def test_taking_back_is_one_press_and_leads_to_closing_where_the_account_hangs_on_it(
    world: World, signed_in: SignedIn
) -> None:
    give_consent("account", actor=world["founder"])
    client = signed_in("founder")

    assert client.post("/me/consents/account/withdraw/")["Location"] == "/me/close/"
    assert client.post("/me/consents/nonsense/withdraw/").status_code == 404
    assert "注销账号" in client.get("/me/close/").content.decode()
    unasked = client.post("/me/close/")
    assert unasked["Location"].startswith("/accounts/reauthenticate/")
    assert User.objects.get(username="founder").is_active


def test_a_district_writes_its_own_entries(world: World, signed_in: SignedIn, client: Client) -> None:
    head = signed_in("district_head")
    wrong = head.post("/settings/processing/new/", {**LOCAL, "basis": ""})
    saved = head.post("/settings/processing/new/", LOCAL)
    row = LocalProcessing.objects.get()

    assert (wrong.status_code, saved.status_code) == (422, 302)
    assert "社区活动报名（" in client.get("/privacy/").content.decode()
    head.post(f"/settings/processing/{row.pk}/", {**LOCAL, "kept": "活动结束后 7 天删除"})
    assert LocalProcessing.objects.filter(ended_at__isnull=True).get().kept == "活动结束后 7 天删除"
    assert head.post(f"/settings/processing/{row.pk}/", LOCAL).status_code == 404  # ended
    head.post(f"/settings/processing/{LocalProcessing.objects.latest('pk').pk}/", {"end": "1"})
    assert "社区活动报名" not in "".join(client.get("/privacy/").content.decode().split("这一版改了什么")[0])
    assert NoticeVersion.objects.count() == 4
    assert Event.objects.filter(name="privacy.publish_notice").count() == 4


@pytest.mark.parametrize("who", ["street_officer", "secadmin", "district_officer", "founder"])
def test_nobody_else_writes_them(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        notice.set_local(scope=world.district.path, actor=world[who], **LOCAL)


def test_the_notice_costs_the_same_however_many_versions(client: Client, world: World) -> None:
    client.get("/privacy/")

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/privacy/").status_code == 200
        return len(queries)

    one = cost()
    for n in range(10):
        ParameterValue.objects.create(key="retention.notice_days", scope=f"{n}/", value=365, set_by=User.system())
        NoticeVersion.objects.create(number=n + 2, content=notice.content(), digest=str(n))
    assert cost() <= one + 1  # a former version to compare with
