"""Loading a scenario into an empty platform: all of it in one transaction, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random
from types import ModuleType

from django.db import connection, transaction
from django.utils import timezone

from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.models import Event
from linli.core.errors import WrongState
from linli.core.workdays import calendar
from linli.core.workdays.actions import load_published
from linli.demo.bodies import Accounts
from linli.demo.load import LOADED, lock
from linli.demo.people import People
from linli.demo.replay import Replay
from linli.demo.scenario import jinping, shangyu
from linli.demo.scenario.composing import Made
from linli.demo.scenario.staffing import Offices
from linli.demo.world import World
from linli.indicators.actions.keeping import fold
from linli.organizations.actions import rating
from linli.organizations.actions.ranking import rank_all
from linli.organizations.models import Organization

SCENARIOS: dict[str, ModuleType] = {"jinping": jinping, "shangyu": shangyu}
AGO = dt.timedelta(days=400)  # the offices were set up so long ago


def loaded() -> str:
    """Which scenario is here; "demo" for the demo district, "" for none."""
    found = Event.objects.filter(name=LOADED).first()
    return found.detail.get("scenario", "demo") if found is not None else ""


def load(name: str, say: Callable[[str], None]) -> bool:
    """Load a scenario unless it is there; whether it was loaded now. WrongState where something else is."""
    with transaction.atomic():
        lock()
        if loaded() == name:
            return False
        if loaded() or Organization.objects.exists() or Area.objects.exists():
            raise WrongState("demo.not_empty", "这里已经有数据，情景只能装进空的文件夹。请用 LINLI_HOME 换一个。")
        _load(name, SCENARIOS[name], say)
    return True


def _load(name: str, scenario: ModuleType, say: Callable[[str], None]) -> None:
    random, now, system = Random(int(scenario.DISTRICT)), clock.now(), User.system()  # noqa: S311 - the same every time
    load_published()
    with clock.at(now - AGO):
        ground = scenario.GROUND(random, system)
        now_, then = ground.today, ground.then
        say(f"今天 {len(now_.streets)} 个街道镇乡、{len(now_.communities)} 个村社")
        say(f"报告里 {len(then.streets)} 个、{len(then.communities)} 个")
        people, accounts = People(random, timezone.localdate(now)), Accounts(now)
        staff = Offices(ground, scenario.CITY, people, accounts).staffed(ground.then.streets)
        say(f"{len(staff.posts):,} 个岗位有人")
    world = World(random, now, calendar(), ground.then, people, staff, accounts, system)
    made = Made(world, ground, Replay(world.calendar, system, staff.post_name, staff.nearest))
    _analyze()
    scenario.compose(made, say)
    made.replay.write()
    say(f"{len(made.replay.events):,} 条办理记录")
    _analyze()
    rating.rate_all()
    rank_all()
    fold()
    record(system, LOADED, None, scenario=name, organizations=Organization.objects.count())


def _analyze() -> None:
    """Or the planner takes full tables for empty and reads them whole for every row."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


__all__ = ["SCENARIOS", "load", "loaded"]
