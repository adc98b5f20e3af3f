"""Changing the person, in a demo and only there."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from linli.actors.choices import BodyKind
from linli.actors.models import Body, Post
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.demo.personas import PERSONAS, Group, persona

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, User]:
    """The accounts of all personas with their posts, without the rest of the district."""
    area = Area.objects.create(name="金平区", level="district", code="440511")
    body = Body.objects.create(name="街道办事处", kind=BodyKind.STREET, area=area)
    found = {}
    for person in PERSONAS:
        user = found[person.username] = User.objects.create_user(person.username, password=None, name=person.name)
        user.password_changed_at = clock.now()
        user.save()
        if person.role:
            Post.objects.create(user=user, role=person.role, body=body, area=area)
    return found


def become(client: Client, username: str, *, follow: bool = False) -> object:
    return client.post(reverse("demo:become"), {"username": username}, follow=follow)


@pytest.mark.parametrize(
    ("username", "lands_on"),
    [
        ("linxiaoyan", "/desk/"),
        ("mazhanpeng", "/desk/"),
        ("chenxiumei", "/"),
        ("yangzehao", "/"),
        ("luyuanxing", "/"),
    ],
)
def test_one_press_makes_you_somebody_else(
    client: Client, people: dict[str, User], username: str, lands_on: str
) -> None:
    answer = client.post(reverse("demo:become"), {"username": username})

    assert (answer.status_code, answer.headers["Location"]) == (302, lands_on)
    assert client.session["_auth_user_id"] == str(people[username].pk)


def test_the_next_person_is_not_thrown_out_by_the_rule_of_one_session(
    client: Client, people: dict[str, User]
) -> None:
    become(client, "linxiaoyan")
    become(client, "huangzhiqiang")

    answer = client.get(reverse("demo:personas"))

    assert answer.status_code == 200
    assert answer.wsgi_request.user == people["huangzhiqiang"]
    assert "现在就是" in answer.content.decode()


def test_nothing_of_the_former_person_stays_in_the_session(client: Client, people: dict[str, User]) -> None:
    become(client, "linxiaoyan")
    session = client.session
    session["secret of 林晓燕"] = "1"
    session.save()

    become(client, "huangzhiqiang")

    assert "secret of 林晓燕" not in client.session


def test_outside_a_demo_nobody_becomes_anybody(client: Client, people: dict[str, User], settings: Settings) -> None:
    settings.DEMO = False

    assert client.get(reverse("demo:personas")).status_code == 404
    assert client.post(reverse("demo:become"), {"username": "linxiaoyan"}).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("username", ["", "system", "fzr-0001", "nobody"])
def test_only_personas_can_be_become(client: Client, people: dict[str, User], username: str) -> None:
    User.objects.create_user("fzr-0001", password=None)

    assert client.post(reverse("demo:become"), {"username": username}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_a_link_cannot_change_the_person(client: Client, people: dict[str, User]) -> None:
    assert client.get(reverse("demo:become"), {"username": "linxiaoyan"}).status_code == 405


def test_before_loading_the_page_says_what_to_do(client: Client) -> None:
    assert "linli demo load" in client.get(reverse("demo:personas")).content.decode()


def test_a_shifted_clock_is_told(client: Client, settings: Settings) -> None:
    settings.LINLI_CLOCK_SHIFT_DAYS = 9

    assert "晚 9 天" in client.get(reverse("demo:personas")).content.decode()


def test_the_list_of_personas_is_sound() -> None:
    assert len({person.username for person in PERSONAS}) == len({person.name for person in PERSONAS}) == len(PERSONAS)
    assert {person.group for person in PERSONAS} == set(Group)
    assert persona("linxiaoyan") in PERSONAS
    assert persona("nobody") is None
