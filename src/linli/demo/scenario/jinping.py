"""Jinping as its report has it at the end of 2018: 汕头市金平区 “五抓五促”."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from linli.actors.choices import Role
from linli.demo.scenario import doing, federations, ground, party, register
from linli.demo.scenario.composing import Made, parts
from linli.demo.scenario.register import Planned
from linli.organizations.choices.cadence import OccasionKind
from linli.organizations.choices.filing import NationalKind
from linli.organizations.models import Organization

DISTRICT = "440511"
CITY = "汕头市"
GROUND = ground.jinping
# The numbers the records are made for. None of them is shown: what pages show is counted from the records.
BEFORE, AFTER = 273, 259  # organizations until the end of 2012, and from then to the end of 2018
PUBLIC_BENEFIT = 243
OWN, JOINT, MEMBERS = 36, 10, 1320
POSTS, HEADS = 529, 512  # the nearest to 99.43 % and 96.20 % that 532 organizations can have
STAYS, GRADUATED = 81, 17
FRIENDS = 100
ACTIVITIES, PERSON_TIMES = 1181, 1_260_000
SHEETS = {OccasionKind.SURVEY_MEMBERS: 548, OccasionKind.SURVEY_RESIDENTS: 8672, OccasionKind.VISIT: 14_366}
FOUNDED = dt.date(2015, 3, 2)
YEAR_END = dt.date(2018, 12, 31)
SINCE, UNTIL = dt.date(2018, 1, 1), dt.date(2019, 6, 30)  # three half-years, as there were three surveys


def compose(made: Made, say: Callable[[str], None]) -> None:
    """All records of the district."""
    planned = _planned(made)
    units = party.arrange(planned, OWN, JOINT)
    members = party.share_members(units, MEMBERS)
    order = list(planned)
    written = register.write(made, planned)  # sorts the plan by its days
    rows = {id(one): row for one, row in zip(planned, written, strict=True)}
    assert len(rows) == len(order)
    say(f"{len(written)} 家组织")
    streets = made.ground.then.streets
    found = federations.found(made, streets, FOUNDED)
    federations.admit(made, found, written, YEAR_END)
    federations.befriend(made, found, FRIENDS, SINCE, YEAR_END - dt.timedelta(days=1))
    federations.keep_times(made, found, SINCE, UNTIL, SHEETS)
    say(f"{len(found)} 家联合会，会员、友好组织和三项制度")
    party.write(made, units, members, rows, found, dt.date(2016, 1, 4), dt.date(2018, 11, 30))
    party.seat(made, written, POSTS, HEADS, dt.date(2015, 6, 1), YEAR_END)
    say(f"{len(units)} 个党支部和党小组，{MEMBERS:,} 名党员")
    _stays(made, written)
    _activities(made, written)
    say(f"{STAYS} 家进过孵化室，{ACTIVITIES:,} 场活动")


def _planned(made: Made) -> list[Planned]:
    """At least two in each community, so that a branch leaves one for the group; public benefit in a fixed share."""
    chance, communities = made.world.random, made.ground.then.communities
    total = BEFORE + AFTER
    places = [area for area in communities for _n in range(2)]
    places += [chance.choice(communities) for _n in range(total - len(places))]
    # Joint branches take three: the fullest communities have more.
    chance.shuffle(places)
    charity = register.sorts_of(NationalKind.CHARITY)
    other = register.sorts_of(NationalKind.CHARITY, only=False)
    sorts = [chance.choice(charity) for _n in range(PUBLIC_BENEFIT)]
    sorts += [chance.choice(other) for _n in range(total - PUBLIC_BENEFIT)]
    chance.shuffle(sorts)
    days = [made.between(dt.date(2004, 3, 1), dt.date(2012, 12, 31)) for _n in range(BEFORE)]
    days += [made.between(dt.date(2013, 1, 1), dt.date(2018, 11, 15)) for _n in range(AFTER)]
    return [Planned(area, sort, day) for area, sort, day in zip(places, sorts, days, strict=True)]


def _stays(made: Made, written: list[Organization]) -> None:
    rooms = doing.open_parks(made, made.ground.then.streets, dt.date(2015, 3, 9), "社会组织孵化室", 12)
    by_street = {room.area_id: room for room in rooms}
    young = sorted(written, key=lambda one: one.filed_on or YEAR_END)[-STAYS - 60 : -60]
    stays = []
    for n, one in enumerate(young):
        assert one.area is not None
        first = max(one.filed_on or FOUNDED, dt.date(2015, 10, 1)) + dt.timedelta(days=20)
        last = dt.date(2017, 12, 15) if n < GRADUATED else dt.date(2018, 12, 15)
        stays.append((one, by_street[one.area.parent_id or 0], made.between(min(first, last), last)))
    graduates = {id(one) for one, _room, _day in stays[:GRADUATED]}
    doing.incubate(made, stays, GRADUATED, YEAR_END, Role.FEDERATION_SECRETARY)
    for one in young:
        one.incubation_status = "graduated" if id(one) in graduates else "exited"
    Organization.objects.bulk_update(young, ["incubation_status"])


def _activities(made: Made, written: list[Organization]) -> None:
    """Few parades bring most people: 1.26 million in all is 1,067 an activity."""
    chance = made.world.random
    weights = [chance.uniform(60, 140) if n % 12 == 0 else chance.uniform(0.3, 4) for n in range(ACTIVITIES)]
    sizes = parts(PERSON_TIMES, weights, 12)
    benefit = [one for one in written if one.national_kind == NationalKind.CHARITY]
    hosts = [*benefit, *chance.sample(written, len(written) // 2)]
    doing.hold(made, hosts, sizes, SINCE, UNTIL - dt.timedelta(days=20))
    recent = made.world.today - dt.timedelta(days=150)
    doing.hold(made, written, [20 + n % 50 for n in range(len(written))], recent, recent + dt.timedelta(days=120))
