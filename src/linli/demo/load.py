"""Loading the demo district: all of it in one transaction, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random

from django.db import connection, transaction
from django.utils import timezone

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.models import Event
from linli.core.workdays import calendar
from linli.core.workdays.actions import load_published
from linli.core.workflow.duties import run_clock
from linli.core.workflow.models import Task
from linli.demo import running, stories
from linli.demo.activities import load_activities
from linli.demo.bodies import Accounts, load_bodies
from linli.demo.credit import load_credit
from linli.demo.custody import load_custody
from linli.demo.federation import load_federations
from linli.demo.grading import load_grading
from linli.demo.growth import load_growth
from linli.demo.legal import load_legal
from linli.demo.mediation import load_mediation
from linli.demo.party import load_party
from linli.demo.people import People
from linli.demo.places import load_places
from linli.demo.privacy import load_privacy
from linli.demo.ranking import load_ranking
from linli.demo.register import load_register
from linli.demo.revocation import load_revocations
from linli.demo.voice import load_voice
from linli.demo.world import World
from linli.organizations.models import Organization

LOADED = "demo.loaded"
SEED = 440511
ORGANIZATIONS = 532
_LOCK = 0x6C696E6C69_DE  # any number nobody else uses


def is_loaded() -> bool:
    """Whether the district is there, whole."""
    return Event.objects.filter(name=LOADED).exists()


def ensure(progress: Callable[[str], None], *, organizations: int = ORGANIZATIONS) -> None:
    """Load the demo district unless it is there; a load that was killed left nothing and starts anew.

    `organizations` counts the whole register after loading; it can be small for a test.
    """
    if is_loaded():
        return
    with transaction.atomic():
        lock()
        if is_loaded():  # another process was faster
            return
        _load(progress, organizations)


def lock() -> None:
    """One load at a time, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _load(progress: Callable[[str], None], organizations: int) -> None:
    random, now = Random(SEED), clock.now()  # noqa: S311 - the same district every time
    system = User.system()
    load_published()
    with clock.at(now - dt.timedelta(days=400)):  # made long before the cases that refer to it
        places = load_places(random, system)
        progress(f"{len(places.streets)} 个街道，{len(places.communities)} 个社区")
        people = People(random, timezone.localdate(now))
        accounts = Accounts(now)
        staff = load_bodies(places, people, accounts)
        progress(f"{len(staff.posts):,} 个岗位有人")
    world = World(random, now, calendar(), places, people, staff, accounts, system)
    filings = stories.filings()
    played = stories.played(filings)
    load_register(world, organizations - played.total(), played=played)
    progress(f"{Organization.objects.count()} 家组织的来历")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # or the planner takes the tables for empty and reads them whole for every step
    count = running.play(world, filings, stories.amendments())
    progress(f"{count} 件近期的申请，{Task.objects.filter(closed_at__isnull=True).count()} 件在办")
    load_privacy(world)
    progress(f"{load_federations(world):,} 个联合会会员")
    progress(f"{load_credit(world)} 件信用名录")
    progress(f"{load_activities(world):,} 场活动")
    stays, asleep = load_growth(world)
    progress(f"{stays} 家进过孵化室，{asleep} 家长期没有活动")
    progress(f"{load_party(world):,} 名社会组织里的党员")
    ranked, praised = load_ranking(world)
    progress(f"{ranked} 家参加四维排位，{praised} 家受过表彰")
    reports, registrations, ends = load_legal(world)
    progress(f"{reports} 份年度报告，{registrations} 件成立登记，{ends} 件注销登记")
    graded, starred = load_grading(world)
    progress(f"{graded} 家有评估等级，{starred} 家有星级")
    progress(f"{load_revocations(world)} 件撤销和取缔")
    progress(f"联合会替 {load_custody(world)} 个会员管账")
    progress(f"{load_voice(world)} 件居民诉求")
    bodies, quarrels = load_mediation(world)
    progress(f"{bodies} 个调解组织，{quarrels} 件调解")
    run_clock()  # what is late by now was told
    record(system, LOADED, None, seed=SEED, organizations=organizations)
