"""What the rows are made of, as temporary tables: places with who works there, themes, people, moments and deadlines.

They live as long as the connection. Everything that needs Python (ciphers, the calendar, spoken names of areas) is
done here once, so that the rows themselves are made by the database.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from functools import cache
from random import Random
from typing import Any

from django.db import connection
from django.utils import timezone

from linli.actors.choices import BodyKind, Role
from linli.actors.models import Post
from linli.actors.queries import posts_on
from linli.areas.choices import Level
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.parameters import values_of
from linli.core.privacy import keyed_hash
from linli.core.privacy.cipher import encrypt
from linli.core.workdays import calendar
from linli.core.workflow.declare import SYSTEM, Duty, Process
from linli.core.workflow.engine import shares
from linli.core.workflow.models import Task
from linli.demo.names import PLACES
from linli.demo.people import FEMALE, MALE, SURNAMES, People
from linli.demo.personas import DISTRICT, STREET
from linli.demo.scale import names
from linli.organizations.choices.filing import AMENDMENT, FILING, AmendmentState, FilingState, Kind

SLOTS = 200
PEOPLE = 400
OWN, ELSE, OWED = "own", "else", "owed"  # the person's own street, the others, and what the person owes

# State, how many working days ago it was entered at most, and its share of a process.
FILINGS = (
    (FilingState.OPINION, 6, 34),
    (FilingState.REVIEW, 12, 40),
    (FilingState.PUBLICITY, 4, 8),
    (FilingState.MEND_COMMUNITY, 18, 6),
    (FilingState.MEND_STREET, 18, 5),
    (FilingState.DRAFT, 60, 4),
    (FilingState.REFUSED, 200, 2),
    (FilingState.WITHDRAWN, 200, 1),
)
AMENDMENTS = (
    (AmendmentState.OPINION, 3, 36),
    (AmendmentState.REVIEW, 6, 36),
    (AmendmentState.MEND, 18, 8),
    (AmendmentState.DRAFT, 60, 4),
    (AmendmentState.REFUSED, 200, 4),
    (AmendmentState.WITHDRAWN, 200, 2),
    (AmendmentState.DONE, 200, 10),
)


def lay_out(random: Random) -> dict[str, Any]:
    """Make the tables; returns the numbers the statements of rows.sql need beside them."""
    places = _places()
    people = People(random, clock.today())
    themes = names.themes()
    _table("scale_place", PLACE, places)
    _table("scale_theme", THEME, ((n, word, *_said(sort)) for n, (word, sort) in enumerate(themes)))
    _table("scale_person", PERSON, (_person(n, people) for n in range(PEOPLE)))
    _table("scale_slot", SLOT, _slots(random), "process, pool, n")
    common = len(themes) - len(names.RARE)
    return {
        "places": len(places),
        "people": PEOPLE,
        "slots": SLOTS,
        "where": list(names.WHERE),
        "lanes": list(PLACES),
        "bodies": list(names.BODIES),
        "common": common,
        "rare": len(names.RARE),
        "rare_every": names.RARE_EVERY,
        "names": names.choices(common),
        "rare_names": names.choices(len(names.RARE)),
        "stride": names.STRIDE,
        "surnames": list(SURNAMES),
        "given": [*MALE, *FEMALE],
        "today": clock.today(),
    }


PLACE = """n int, pool text, area_id bigint, path text, code text, said text, s text, c text, lng float8, lat float8,
    worker_id bigint, worker_post text, officer_id bigint, officer_post text, parameters jsonb"""
THEME = "n int, word text, kind text, kind_said text, national_kind text, purpose text, venue text"
PERSON = "n int, id_number text, id_hash text, phone text, phone_hash text, founders text"
SLOT = """pool text, process text, n int, state text, role text, raised_to text, opened_at timestamptz,
    began_at timestamptz, given int, half_on date, near_on date, due_on date, level int"""


def _table(name: str, columns: str, rows: Iterable[Sequence[Any]], key: str = "n") -> None:
    made = list(rows)  # before COPY holds the connection: making them may ask the database
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({columns})")
        with cursor.copy(f"COPY {name} FROM STDIN") as copy:
            for row in made:
                copy.write_row(row)
        cursor.execute(f"CREATE UNIQUE INDEX {name}_key ON {name} ({key})")
        cursor.execute(f"ANALYZE {name}")


def _places() -> list[Sequence[Any]]:
    """The communities of the demo district, each with one worker and the officer of its street."""
    district = Area.objects.get(code=DISTRICT)
    below = Area.objects.filter(path__startswith=district.path, level=Level.COMMUNITY, valid_to__isnull=True)
    posts: dict[tuple[str, int], Post] = {}
    held = posts_on(clock.today()).filter(role__in=[Role.COMMUNITY_WORKER, Role.STREET_OFFICER])
    for post in (
        held.filter(body__kind__in=[BodyKind.COMMUNITY, BodyKind.STREET]).select_related("body").order_by("pk")
    ):
        posts.setdefault((post.role, post.area_id), post)
    parameters = json.dumps(values_of(FILING.parameter_keys() | AMENDMENT.parameter_keys(), district.path))
    rows: list[Sequence[Any]] = []
    for n, area in enumerate(below.select_related("parent").order_by("code")):
        assert area.parent is not None
        worker, officer = posts[Role.COMMUNITY_WORKER, area.pk], posts[Role.STREET_OFFICER, area.parent.pk]
        spoken = area.short_name
        pool = OWN if area.parent.code == STREET else ELSE
        staff = (worker.user_id, str(worker.body), officer.user_id, str(officer.body))
        place = (area.parent.code, area.full_name, spoken, spoken.removesuffix("社区"), area.lng, area.lat)
        rows.append((n, pool, area.pk, area.path, *place, *staff, parameters))
    return rows


def _said(sort: Any) -> tuple[str, ...]:
    return (sort.kind.value, str(Kind(sort.kind).label), sort.national.value, sort.purpose, sort.venues[0])


def _person(n: int, people: People) -> tuple[Any, ...]:
    someone = people.someone()
    card, phone = someone.id_number, someone.phone
    founders = encrypt("\n".join(people.names(6)))
    return (n, encrypt(card), keyed_hash(card, "id_number"), encrypt(phone), keyed_hash(phone, "phone"), founders)


def accounts(count: int) -> int:
    """People who founded something and cannot sign in, at least so many. Returns how many there are."""
    known = User.objects.filter(username__startswith="cs-")
    given = [*MALE, *FEMALE]
    User.objects.bulk_create(
        (
            User(
                username=f"cs-{n:07d}",
                name=SURNAMES[n % len(SURNAMES)] + given[n // 7 % len(given)],
                password="!",  # noqa: S106 -- no password fits
                date_joined=clock.now(),
            )
            for n in range(known.count(), count)
        ),
        batch_size=1000,
    )
    owners = list(known.order_by("pk").values_list("pk", flat=True))
    _table("scale_owner", "n int, id bigint", enumerate(owners))
    return len(owners)


def _slots(random: Random) -> Iterable[Sequence[Any]]:
    """When a case came into its state and until when somebody owes the next step; SLOTS of each pool and process."""
    states: Sequence[tuple[str, int, int]]
    for process, states in ((FILING, FILINGS), (AMENDMENT, AMENDMENTS)):
        moments: dict[str, list[tuple[Any, ...]]] = {
            state: [_slot(process, state, back, random) for back in range(most + 1)] for state, most, _ in states
        }
        weights = [share for _state, _most, share in states]
        for pool in (OWN, ELSE, OWED):
            for n in range(SLOTS):
                state: str = random.choices([state for state, *_ in states], weights)[0]
                if pool == OWED:
                    state = _review(process)
                elif pool == OWN and state == _review(process):
                    state = _opinion(process)
                found = random.choice(moments[state])
                while pool == OWN and state == _opinion(process) and found[-1] == Task.Level.LATE:
                    found = random.choice(moments[state])  # a late opinion would climb to the person's own inbox
                yield (pool, process.slug, n, *found)


def _review(process: Process) -> str:
    return FilingState.REVIEW if process is FILING else AmendmentState.REVIEW


def _opinion(process: Process) -> str:
    return FilingState.OPINION if process is FILING else AmendmentState.OPINION


def _slot(process: Process, state: str, back: int, random: Random) -> tuple[Any, ...]:
    table, today = calendar(), clock.today()
    day = today
    while back:
        day -= dt.timedelta(days=1)
        back -= table.is_workday(day)
    minute = random.choice((9 * 60, 14 * 60 + 30)) + random.randrange(150)
    opened = timezone.make_aware(dt.datetime.combine(day, dt.time(minute // 60, minute % 60)))
    opened = min(opened, clock.now() - dt.timedelta(minutes=random.randrange(1, 20)))
    began = opened if state == _opinion(process) else opened - dt.timedelta(days=random.randrange(2, 9))
    duty = process.duty_in(state)
    role = duty.owed_by if duty else None
    known = (str(state), role, duty.raised_to if duty else "", opened, began)
    days = _days(duty)
    if days is None:
        return (*known, None, None, None, None, Task.Level.FINE.value)
    half, near, due = (table.add(day, share) for share in (*shares(days), days))
    level = Task.Level.FINE
    if role != SYSTEM:
        level = next(
            (
                level
                for level, over in (
                    (Task.Level.LATE, due < today),
                    (Task.Level.NEAR, near <= today),
                    (Task.Level.HALF, half <= today),
                )
                if over
            ),
            Task.Level.FINE,
        )
    return (*known, days, half, near, due, level.value)


@cache
def _days(duty: Duty | None) -> int | None:
    if duty is None or duty.within is None:
        return None
    return duty.within if isinstance(duty.within, int) else int(values_of([duty.within])[duty.within])
