"""Parameters by keeper: who sets which, from when, where; what running cases keep; and nothing holds backwards."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests.personas import PERSONAS, World

from linli.core import clock
from linli.core.audit.models import Event
from linli.core.errors import NotAllowed, WrongState
from linli.core.parameters import REGISTRY, value_of
from linli.core.parameters.actions import end_value, set_parameter
from linli.core.parameters.models import ParameterValue
from linli.core.privacy.actions import PER_DAY
from linli.organizations.models import Filing

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TODAY = clock.today()
PAGE, POLICY = "/settings/parameters/filing.days/", "/settings/policies/security.password_days/"


def signed_in(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world[who], BACKEND)
    return client


@pytest.mark.parametrize("who", PERSONAS)
@pytest.mark.parametrize(
    ("key", "keeper"),
    [
        ("filing.days", "district_head"),
        ("files.photo_mb", "sysadmin"),
        ("security.password_days", "secadmin"),
        (PER_DAY, "secadmin"),
    ],
)
def test_each_parameter_has_its_keeper(world: World, who: str, key: str, keeper: str) -> None:
    scope = "" if REGISTRY[key].kept_by == "security" else world.district.path
    given = {"scope": scope, "valid_from": TODAY, "reason": "局务会", "actor": world[who]}
    if who == keeper:
        set_parameter(key, 20, **given)
        assert value_of(key, world.community.path) == 20
        return
    with pytest.raises(NotAllowed):
        set_parameter(key, 20, **given)
    assert not ParameterValue.objects.exists()


def test_a_value_is_looked_at_before_it_is_saved(world: World, reviewing: Filing) -> None:
    client = signed_in(world, "district_head")
    sent = {"value": "7", "place": world.street.path, "valid_from": TODAY, "reason": "局务会"}

    look = client.post(PAGE, sent).content.decode()

    assert "请看一遍再保存" in look
    assert "7 个工作日" in look
    assert '<del class="was">10 个工作日</del>' in look
    assert not ParameterValue.objects.exists()
    client.post(PAGE, {**sent, "confirm": "1"})
    assert (value_of("filing.days", world.street.path), value_of("filing.days", world.district.path)) == (7, 10)
    page = client.get(PAGE).content.decode()
    assert "东方街道" in page
    assert "按收件时的取值" not in page  # the district looks at the district's value, which the case began under


def test_running_cases_and_the_value_they_keep(world: World, reviewing: Filing) -> None:
    given = {"scope": world.district.path, "valid_from": TODAY, "reason": "局务会", "actor": world["district_head"]}
    set_parameter("filing.days", 5, **given)

    page = signed_in(world, "district_head").get(PAGE).content.decode()

    assert "按收件时的取值" in page
    assert "备案申请" in page
    hidden = signed_in(world, "sysadmin").get(PAGE).content.decode()
    assert "在办的件" not in hidden  # administrators see no business figures


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": "x"}, "要填数字"),
        ({"value": "99"}, "之间"),
        ({"value": ""}, "请填新取值"),
        ({"reason": ""}, "请写明依据"),
        ({"valid_from": TODAY - dt.timedelta(days=1)}, "不能追溯"),
        ({"place": "9/9/"}, "9/9/"),
    ],
)
def test_wrong_input_is_named(world: World, change: dict[str, object], said: str) -> None:
    sent = {"value": "7", "place": world.street.path, "valid_from": TODAY, "reason": "局务会", "confirm": "1"}

    answer = signed_in(world, "district_head").post(PAGE, {**sent, **change})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ParameterValue.objects.exists()


def test_a_later_value_waits_and_may_be_taken_back(world: World) -> None:
    client = signed_in(world, "district_head")
    day = TODAY + dt.timedelta(days=30)
    sent = {"value": "7", "place": world.district.path, "valid_from": day, "reason": "局务会", "confirm": "1"}
    client.post(PAGE, sent)
    assert (value_of("filing.days", world.district.path), value_of("filing.days", world.district.path, day)) == (
        10,
        7,
    )
    assert "将生效" in client.get(PAGE).content.decode()
    assert "7 个工作日" in client.get("/settings/parameters/").content.decode()

    row = ParameterValue.objects.get()
    client.post(f"{PAGE}{row.pk}/end/", {"on": day, "reason": "不改了"})

    assert value_of("filing.days", world.district.path, day) == 10
    assert Event.objects.get(name="core.take_back_value").detail["reason"] == "不改了"


def test_an_ended_value_gives_way_to_the_wider_one(world: World) -> None:
    head = world["district_head"]
    long_ago = {"valid_from": dt.date(2020, 1, 1), "reason": "局务会", "actor": head}
    set_parameter("filing.days", 8, scope=world.district.path, **long_ago)
    row = set_parameter("filing.days", 6, scope=world.street.path, **long_ago)
    assert value_of("filing.days", world.community.path) == 6

    end_value(row, on=TODAY, reason="统一", actor=head)

    assert value_of("filing.days", world.community.path) == 8
    assert value_of("filing.days", world.community.path, TODAY - dt.timedelta(days=1)) == 6
    with pytest.raises(WrongState):
        end_value(row, on=TODAY, reason="统一", actor=head)
    with pytest.raises(NotAllowed):
        end_value(row, on=TODAY, reason="统一", actor=world["sysadmin"])


def test_policies_are_read_by_administrators_and_set_by_one(world: World) -> None:
    sent = {"value": "60", "valid_from": TODAY, "reason": "安全例会", "confirm": "1"}
    for who, seen, done in (
        ("sysadmin", 200, 403),
        ("auditadmin", 200, 403),
        ("district_head", 404, 404),
        ("street_officer", 404, 404),
        ("secadmin", 200, 302),
    ):
        client = signed_in(world, who)
        assert (client.get("/settings/policies/").status_code, client.get(POLICY).status_code) == (seen, seen), who
        assert client.post(POLICY, sent).status_code == done, who
    assert value_of("security.password_days") == 60
    weak = signed_in(world, "secadmin").post(POLICY, {**sent, "value": "0"})
    assert (weak.status_code, "安全基线" in weak.content.decode()) == (422, True)


def test_the_list_is_searched_and_looked_at_from_a_place(world: World) -> None:
    given = {"valid_from": TODAY, "reason": "局务会", "actor": world["district_head"]}
    set_parameter("filing.days", 6, scope=world.street.path, **given)
    client = signed_in(world, "district_head")

    page = client.get("/settings/parameters/", {"q": "filing.days", "at": world.street.path}).content.decode()

    assert "6 个工作日" in page
    assert "amendment.days" not in page
    assert "security." not in client.get("/settings/parameters/").content.decode()
    assert "没有找到" in client.get("/settings/parameters/", {"q": "没有这个"}).content.decode()
