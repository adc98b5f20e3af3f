"""Reforms by the pages: looked at before they are done, for the system administrator of the place alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.personas import PERSONAS, World

from linli.areas.models import Area
from linli.core import clock
from linli.core.audit.models import Event

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TODAY = clock.today()


def signed_in(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world[who], BACKEND)
    return client


def twice(client: Client, path: str, sent: dict[str, Any]) -> tuple[str, Any]:
    """The look, then the deed."""
    look = client.post(path, sent).content.decode()
    assert not Event.objects.filter(name__startswith="areas.").exclude(name="areas.create_area").exists()
    return look, client.post(path, {**sent, "confirm": "1"})


@pytest.mark.parametrize("who", PERSONAS)
def test_the_pages_are_the_system_administrators(world: World, who: str) -> None:
    client, path = signed_in(world, who), f"/areas/manage/{world.street.pk}/"
    expected = 200 if who == "sysadmin" else 404

    assert client.get("/areas/manage/").status_code == expected
    assert client.get(path).status_code == expected
    sent = {"rename-name": "东方新街道", "rename-reason": "批复", "confirm": "1"}
    assert client.post(f"{path}rename/", sent).status_code == (302 if who == "sysadmin" else 404)


def test_an_area_is_renamed_after_a_look(world: World) -> None:
    client = signed_in(world, "sysadmin")
    sent = {"rename-name": "金园居委会", "rename-reason": "粤民函〔2026〕8 号"}

    look, done = twice(client, f"/areas/manage/{world.community.pk}/rename/", sent)

    assert "金苑居委会 → 金园居委会" in look
    assert done.status_code == 302
    world.community.refresh_from_db()
    assert world.community.name == "金园居委会"
    assert "更名：金苑居委会 → 金园居委会" in client.get(f"/areas/manage/{world.community.pk}/").content.decode()


def test_a_merge_says_what_it_touches(world: World, submitted: Any) -> None:
    client = signed_in(world, "sysadmin")
    sent = {"merge-into": world.neighbour_community.pk, "merge-on": TODAY, "merge-reason": "批复"}

    look, done = twice(client, f"/areas/manage/{world.community.pk}/merge/", sent)

    assert "岗位 3" in look  # worker, head and volunteer
    assert "其他记录 1" in look
    assert submitted.name not in look
    assert done.status_code == 302
    assert list(world.neighbour_community.predecessors.all()) == [world.community]
    world.community.refresh_from_db()
    assert world.community.valid_to == TODAY


def test_a_split_asks_where_each_child_goes(world: World) -> None:
    client = signed_in(world, "sysadmin")
    path = f"/areas/manage/{world.street.pk}/split/"
    sent = {"split-names": "东方北街道 440511099", "split-goes_on": "on", "split-on": TODAY, "split-reason": "批复"}

    look = client.post(path, sent).content.decode()
    assert f'name="child-{world.community.pk}"' in look
    assert not Area.objects.filter(name="东方北街道").exists()
    client.post(path, {**sent, "confirm": "1", f"child-{world.community.pk}": "0"})

    new = Area.objects.get(name="东方北街道")
    assert (new.code, new.parent, list(new.predecessors.all())) == ("440511099", world.district, [world.street])
    world.community.refresh_from_db()
    world.neighbour_community.refresh_from_db()
    assert (world.community.parent, world.neighbour_community.parent) == (new, world.street)


def test_a_grid_is_added_and_ended_and_a_community_moved(world: World) -> None:
    client = signed_in(world, "sysadmin")
    path = f"/areas/manage/{world.community.pk}/"
    client.post(f"{path}add/", {"add-level": "grid", "add-name": "第一网格", "confirm": "1"})
    grid = Area.objects.get(name="第一网格")
    assert grid.parent == world.community

    blocked = client.post(f"{path}end/", {"end-on": TODAY, "end-reason": "撤销", "confirm": "1"})
    moved = {"move-to": world.other_street.pk, "move-reason": "批复", "confirm": "1"}
    client.post(f"{path}move/", moved)

    assert (blocked.status_code, "第一网格" in blocked.content.decode()) == (409, True)
    grid.refresh_from_db()
    assert grid.path.startswith(world.other_street.path)
    client.post(f"/areas/manage/{grid.pk}/end/", {"end-on": TODAY, "end-reason": "撤销", "confirm": "1"})
    grid.refresh_from_db()
    assert grid.valid_to == TODAY


@pytest.mark.parametrize(
    ("verb", "sent", "said"),
    [
        ("rename", {"rename-name": "", "rename-reason": "x"}, "请填新名称"),
        ("merge", {"merge-on": "", "merge-reason": ""}, "请选并入哪里"),
        ("split", {"split-names": "", "split-reason": "x"}, "请写拆出来的区划"),
        ("add", {"add-level": "grid", "add-name": ""}, "请填名称"),
    ],
)
def test_wrong_input_is_named(world: World, verb: str, sent: dict[str, str], said: str) -> None:
    answer = signed_in(world, "sysadmin").post(
        f"/areas/manage/{world.community.pk}/{verb}/", {**sent, "confirm": "1"}
    )

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Event.objects.filter(name__startswith="areas.").exists()


def test_a_code_that_was_used_is_refused_and_nothing_is_split(world: World) -> None:
    sent = {"split-names": "甲街道 440511005\n乙街道", "split-on": TODAY, "split-reason": "批复", "confirm": "1"}

    answer = signed_in(world, "sysadmin").post(f"/areas/manage/{world.street.pk}/split/", sent)

    assert (answer.status_code, "440511005" in answer.content.decode()) == (422, True)
    assert not Area.objects.filter(name="乙街道").exists()
