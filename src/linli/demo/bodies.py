"""Bodies of the demo district and the people who hold posts in them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from django.contrib.auth.hashers import make_password

from linli.actors.choices import BodyKind, Role
from linli.actors.models import Body, Post
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.privacy import keyed_hash
from linli.demo.people import People, Someone
from linli.demo.personas import COMMUNITY, PASSWORD, PERSONAS, STREET, Persona
from linli.demo.places import Places

SINCE = dt.date(2012, 1, 1)


@dataclass
class Staff:
    """Who holds which post where, found without a query."""

    posts: list[Post] = field(default_factory=list)
    users: dict[str, User] = field(default_factory=dict)  # by username
    by_place: dict[tuple[str, int], list[User]] = field(default_factory=lambda: defaultdict(list))
    _posts_of: dict[int, list[Post]] = field(default_factory=lambda: defaultdict(list))

    def add(self, post: Post) -> None:
        """Remember a post."""
        self.posts.append(post)
        self.by_place[post.role, post.area_id].append(post.user)
        self._posts_of[post.user_id].append(post)

    def holder(self, role: str, area: Area, n: int = 0) -> User:
        """The n-th person with this role over exactly this area, counted round."""
        held = self.by_place[role, area.pk]
        return held[n % len(held)]

    def nearest(self, role: str, scope: str) -> list[User]:
        """Whoever holds the role nearest above the path: linli.actors.queries.holders_of in memory."""
        for place in reversed([int(part) for part in scope.split("/") if part]):
            if held := self.by_place.get((role, place)):
                return held
        return []

    def post_name(self, user: User, scope: str) -> str:
        """As what a person acts there: the body of the nearest post, as core.audit.record finds it."""
        covering = [post for post in self._posts_of.get(user.pk, ()) if scope and scope.startswith(post.area.path)]
        return str(max(covering, key=lambda post: len(post.area.path)).body) if covering else ""


class Accounts:
    """Makes accounts that all share the demo's password, hashed once.

    `until` is when the district's story ends: most were last used in the days before it, a few long ago, one in
    fifty never, so that 久未使用 says something.
    """

    def __init__(self, until: dt.datetime) -> None:
        self.made: list[User] = []
        self.until = until

    def _last_login(self, username: str) -> dt.datetime | None:
        random = Random(username)  # noqa: S311 - of its own, so that who is who does not depend on it
        drawn = random.random()
        if drawn < 0.02:
            return None
        days = random.uniform(100, 300) if drawn < 0.06 else random.expovariate(1 / 4)
        return self.until - dt.timedelta(days=min(days, 300))

    @cached_property
    def _hash(self) -> str:
        return make_password(PASSWORD)

    def account(self, username: str, name: str, *, phone: str = "", elder: bool = False) -> User:
        """An account, not yet written."""
        now = clock.now()
        user = User(
            username=username,
            name=name,
            phone=phone,
            phone_hash=keyed_hash(phone, "phone"),
            elder_mode=elder,
            password=self._hash,
            date_joined=now,
            last_login=self._last_login(username),
            # The password of a demo never grows old, so that a shifted clock asks nobody to change it.
            password_changed_at=now + dt.timedelta(days=36_500),
        )
        self.made.append(user)
        return user

    def write(self) -> None:
        """Write what was made since the last time."""
        User.objects.bulk_create(self.made, batch_size=1000)
        self.made = []


def load_bodies(places: Places, people: People, accounts: Accounts) -> Staff:
    """Offices, communities and federations with their staff, and the personas among them."""
    district, streets, communities = places.district, places.streets, places.communities
    short = district.name
    bodies: dict[tuple[str, int], Body] = {}

    def found(key: str, area: Area, kind: BodyKind, name: str, said: str, address: str) -> None:
        bodies[key, area.pk] = Body(
            name=name,
            short_name=said,
            kind=kind,
            area=area,
            phone=people.landline(),
            address=address,
            valid_from=SINCE,
        )

    city = "汕头市"
    found(
        "civil_affairs",
        district,
        BodyKind.DEPARTMENT,
        f"{city}{short}民政局",
        "区民政局",
        f"{short}金砂路 88 号 3 号楼",
    )
    found(
        "social_work",
        district,
        BodyKind.DEPARTMENT,
        f"中共{city}{short}委社会工作部",
        "区委社会工作部",
        f"{short}金砂路 88 号 1 号楼",
    )
    found("audit", district, BodyKind.DEPARTMENT, f"{city}{short}审计局", "区审计局", f"{short}金砂路 88 号 5 号楼")
    found(
        "evaluator",
        district,
        BodyKind.EVALUATOR,
        f"{city}潮见社会组织评估中心",
        "潮见评估中心",
        f"{short}长平路 26 号 9 楼",
    )
    for n, street in enumerate(streets, 1):
        name = street.name
        found("street", street, BodyKind.STREET, f"{city}{short}{name}办事处", name, f"{short}{name}政务路 {n} 号")
        found(
            "federation",
            street,
            BodyKind.FEDERATION,
            f"{city}{short}{name}社会组织联合会",
            f"{name}联合会",
            f"{short}{name}政务路 {n} 号 2 楼",
        )
    for community in communities:
        assert community.parent is not None
        said = community.short_name
        found(
            "community",
            community,
            BodyKind.COMMUNITY,
            f"{short}{community.parent.name}{community.name.removesuffix('居委会')}社区居民委员会",
            said,
            f"{short}{community.parent.name}{said.removesuffix('社区')}路 {10 + community.pk % 80} 号",
        )
    own_street = next(street for street in streets if street.code == STREET)
    own = places.community(COMMUNITY)
    found(
        "mediation",
        own_street,
        BodyKind.MEDIATION,
        f"{short}{own_street.name}人民调解委员会",
        f"{own_street.name}调委会",
        f"{short}{own_street.name}政务路 4 号 1 楼",
    )
    found("merchant", own, BodyKind.MERCHANT, "润记茶行", "润记茶行", f"{short}{own_street.name}金苑路 12 号")
    Body.objects.bulk_create(bodies.values())

    posts: list[tuple[User, Role, str, Area, str]] = []
    areas = {area.code: area for area in [district, *streets, *communities]}
    staff = Staff()
    for person in PERSONAS:
        staff.users[person.username] = accounts.account(
            person.username, person.name, phone=persona_card(person, people).phone, elder=person.elder
        )
        if person.role is not None:
            user = staff.users[person.username]
            posts.append((user, person.role, person.body, areas[person.area], person.post))
    _fill(places, people, accounts, posts)
    accounts.write()
    made = [
        Post(user=user, role=role, body=bodies[key, area.pk], area=area, title=title, valid_from=SINCE)
        for user, role, key, area, title in posts
    ]
    for post in Post.objects.bulk_create(made, batch_size=1000):
        staff.add(post)
    return staff


def persona_card(person: Persona, people: People) -> Someone:
    """Card and phone of a persona."""
    return people.someone(
        name=person.name, female=person.female, born=people.today.year - (71 if person.elder else 45)
    )


def _fill(places: Places, people: People, accounts: Accounts, posts: list[tuple[User, Role, str, Area, str]]) -> None:
    """Everybody else: two officers and a head a street, a head and two workers a community."""
    for street in places.streets:
        held = {post[1] for post in posts if post[3] is street}
        wanted = [
            (Role.STREET_OFFICER, "社会事务办经办", "j1"),
            (Role.STREET_OFFICER, "社会事务办经办", "j2"),
            (Role.STREET_HEAD, "办事处副主任", "f1"),
            (Role.FEDERATION_SECRETARY, "秘书", "m1"),
        ]
        for role, title, mark in wanted:
            if role in held and mark != "j2":
                continue
            key = "federation" if role == Role.FEDERATION_SECRETARY else "street"
            name = people.someone()
            posts.append(
                (accounts.account(f"{street.code}-{mark}", name.name, phone=name.phone), role, key, street, title)
            )
    for community in places.communities:
        held = {post[1] for post in posts if post[3] is community}
        wanted = [
            (Role.COMMUNITY_HEAD, "党委书记、居委会主任", "s1"),
            (Role.COMMUNITY_WORKER, "社区工作者", "w1"),
            (Role.COMMUNITY_WORKER, "社区工作者", "w2"),
        ]
        for role, title, mark in wanted:
            if role in held and mark != "w2":
                continue
            name = people.someone()
            posts.append(
                (
                    accounts.account(f"{community.code}-{mark}", name.name, phone=name.phone),
                    role,
                    "community",
                    community,
                    title,
                )
            )
    for street in places.streets:
        if not any(post[1] == Role.FEDERATION_TREASURER and post[3] is street for post in posts):
            name = people.someone()
            account = accounts.account(f"{street.code}-m2", name.name, phone=name.phone)
            posts.append((account, Role.FEDERATION_TREASURER, "federation", street, "财务"))
