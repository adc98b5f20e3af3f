"""A catalogue, a list of who does what, and reports in every state: the ground of the stories about voice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.personas import World
from tests.snapshots import remembered

from linli.actors.choices import BodyKind
from linli.actors.models import Body
from linli.voice.actions import answers, drafts, intake, matters
from linli.voice.models import Matter, Report

SAID = "三号楼道的灯坏了一个星期，老人上下楼看不见。"


def body_of(world: World, name: str) -> Body:
    """The body of a place."""
    return Body.objects.get(area=getattr(world, name), kind__in=[BodyKind.COMMUNITY, BodyKind.STREET, "department"])


@pytest.fixture
@remembered
def light(world: World) -> Matter:
    """A kind of matter, which the community leads on in 东方街道."""
    matters.take_over_common(world.district, actor=world["district_officer"])
    kind = Matter.objects.get(code="road_light")
    matters.set_handling(kind, world.street, body=None, part="lead", actor=world["street_officer"])
    return kind


def said(world: World, light: Matter, by: str = "resident", **more: Any) -> Report:
    """Sent by somebody with an account."""
    actor = world[by]
    report = drafts.begin_report(actor=actor)
    values = {"matter": light, "words": SAID, "area": world.community, "place": "3 号楼"} | more
    report = drafts.save_report(report, actor=actor, revision=None, **values)
    return drafts.submit_report(report, actor=actor)


@pytest.fixture
@remembered
def sent(world: World, light: Matter) -> Report:
    """Waits to be taken up."""
    return said(world, light)


@pytest.fixture
@remembered
def accepted(world: World, sent: Report, light: Matter) -> Report:
    """Taken up, waits to be sent out."""
    return intake.accept_report(sent, actor=world["street_officer"], matter=light, urgency="simple", open_to_all=True)


@pytest.fixture
@remembered
def dispatched(world: World, accepted: Report) -> Report:
    """With the community."""
    return intake.dispatch_report(accepted, actor=world["street_officer"], handler=body_of(world, "community"))


@pytest.fixture
@remembered
def working(world: World, dispatched: Report) -> Report:
    """Being worked on."""
    report = answers.sign_report(dispatched, actor=world["community_worker"])
    return answers.respond_report(report, actor=world["community_worker"], reason="明天上午请电工来换。")


@pytest.fixture
@remembered
def replied(world: World, working: Report) -> Report:
    """Answered, waits for the call-back."""
    return answers.reply_report(working, actor=world["community_worker"], reason="灯已换好，楼上楼下都亮了。")


@pytest.fixture
@remembered
def closed(world: World, replied: Report) -> Report:
    """Asked back and closed."""
    return answers.call_back_report(replied, actor=world["street_officer"], solved=True, satisfied=5)


Taking = Callable[..., Report]
