"""Posts are given and ended by the system administrator, and the first ones at the command line."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner
from tests.personas import World

from linli.actors.actions import appoint, relieve
from linli.actors.commands import post
from linli.actors.models import Body, Post
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import NotAllowed, WrongState

COMMAND = [
    "add",
    "--username",
    "first",
    "--name",
    "马展鹏",
    "--role",
    "sysadmin",
    "--area",
    "440511",
    "--body",
    "区民政局",
]
PASSWORD = "Bright-river-2026\n"


def test_the_first_administrator_comes_from_the_command_line(world: World) -> None:
    done = CliRunner().invoke(post, COMMAND, input=PASSWORD * 2)
    again = CliRunner().invoke(post, COMMAND)

    assert (done.exit_code, again.exit_code) == (0, 0), done.output + again.output
    held = Post.objects.get(user__username="first")
    assert (held.role, held.area, held.body.kind) == ("sysadmin", world.district, "department")
    assert held.user.check_password(PASSWORD.strip())
    assert Event.objects.filter(name="actors.appoint", actor=User.system()).count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--role", "king"], "没有“king”这个岗位"),
        (["--area", "999999"], "没有代码为 999999 的区划"),
    ],
)
def test_what_is_wrong_is_said(world: World, wrong: list[str], said: str) -> None:
    done = CliRunner().invoke(post, [*COMMAND, *wrong])

    assert done.exit_code == 1
    assert said in done.output


def test_a_weak_password_makes_no_account(world: World) -> None:
    done = CliRunner().invoke(post, COMMAND, input="12345\n" * 2)

    assert done.exit_code == 1
    assert not User.objects.filter(username="first").exists()


def test_nobody_appoints_alone(world: World) -> None:
    body = Body.objects.get(area=world.street)
    given: dict[str, Any] = {"role": "street_officer", "body": body, "area": world.street}

    held = appoint(world["resident"], actor=User.system(), **given)

    assert world["resident"].is_staff
    with pytest.raises(WrongState):
        appoint(world["resident"], actor=User.system(), **given)
    for who in ("sysadmin", "secadmin", "auditadmin", "street_head", "district_head"):
        with pytest.raises(NotAllowed):
            appoint(world["stranger"], actor=world[who], **given)
    for who in ("secadmin", "auditadmin", "street_head", "resident"):
        with pytest.raises(NotAllowed):
            relieve(held, actor=world[who])
    assert relieve(held, on=clock.today(), actor=world["sysadmin"]).valid_to == clock.today()
    assert not world["resident"].is_staff  # the right is gone the same day
