"""Offices and people of a scenario: the district's personas, and an account for each street and community.

Who works in a street of today also holds the posts over the streets that merged into it, since the files went along.
"""

from __future__ import annotations

from linli.actors.choices import BodyKind, Role
from linli.actors.models import Body, Post
from linli.areas.models import Area
from linli.demo.bodies import SINCE, Accounts, Staff, persona_card
from linli.demo.people import People
from linli.demo.personas import DISTRICT, PERSONAS
from linli.demo.scenario.ground import Ground

OFFICES = (
    (Role.STREET_OFFICER, "j1", "社会事务办经办"),
    (Role.STREET_OFFICER, "j2", "社会事务办经办"),
    (Role.STREET_HEAD, "f1", "办事处副主任"),
)
COMMUNITY = (
    (Role.COMMUNITY_HEAD, "s1", "党组织书记"),
    (Role.COMMUNITY_WORKER, "w1", "社区工作者"),
)


class Offices:
    """Bodies by kind and area, and the posts in them."""

    def __init__(self, ground: Ground, city: str, people: People, accounts: Accounts) -> None:
        self.ground, self.people, self.accounts = ground, people, accounts
        self.prefix = f"{city}{ground.today.district.name}"
        self.bodies: dict[tuple[str, int], Body] = {}
        self.posts: list[Post] = []

    def staffed(self, federations: list[Area]) -> Staff:
        """All of them, with a federation for each of these streets."""
        ground = self.ground
        for key, name, said in (
            ("civil_affairs", "民政局", "区民政局"),
            ("social_work", "委社会工作部", "区委社会工作部"),
            ("audit", "审计局", "区审计局"),
            ("evaluator", "社会组织评估中心", "评估中心"),
        ):
            kind = BodyKind.EVALUATOR if key == "evaluator" else BodyKind.DEPARTMENT
            self._body(key, ground.today.district, kind, f"{self.prefix}{name}", said)
        for street in {area.pk: area for area in (*ground.today.streets, *ground.then.streets)}.values():
            self._body("street", street, BodyKind.STREET, f"{self.prefix}{street.name}办事处", street.name)
        for street in federations:
            name = f"{street.name}社会组织联合会"
            self._body("federation", street, BodyKind.FEDERATION, f"{self.prefix}{name}", f"{street.name}联合会")
        for area in {area.pk: area for area in (*ground.today.communities, *ground.then.communities)}.values():
            self._body("community", area, BodyKind.COMMUNITY, f"{area.full_name}居民（村民）委员会", area.short_name)
        Body.objects.bulk_create(self.bodies.values(), batch_size=1000)
        staff = Staff()
        self._people(staff, federations)
        self.accounts.write()
        for post in Post.objects.bulk_create(self.posts, batch_size=1000):
            staff.add(post)
        return staff

    def _body(self, key: str, area: Area, kind: BodyKind, name: str, said: str) -> None:
        self.bodies[key, area.pk] = Body(
            name=name,
            short_name=said,
            kind=kind,
            area=area,
            phone=self.people.landline(),
            valid_from=SINCE,
            valid_to=area.valid_to,
        )

    def _people(self, staff: Staff, federations: list[Area]) -> None:
        district = self.ground.today.district
        for person in PERSONAS:
            if person.area == DISTRICT and person.role is not None:
                phone = persona_card(person, self.people).phone
                user = self.accounts.account(person.username, person.name, phone=phone)
                staff.users[person.username] = user
                body = self.bodies[person.body, district.pk]
                self.posts.append(
                    Post(user=user, role=person.role, body=body, area=district, title=person.post, valid_from=SINCE)
                )
        for street in self.ground.today.streets:
            for role, mark, title in OFFICES:
                self._seat(street, role, mark, title, "street", self._ended_in(street, self.ground.then.streets))
        for community in self.ground.today.communities:
            old = self._ended_in(community, self.ground.then.communities)
            for role, mark, title in COMMUNITY:
                self._seat(community, role, mark, title, "community", old)
        for street in federations:
            self._seat(street, Role.FEDERATION_SECRETARY, "m1", "秘书", "federation", [])

    def _ended_in(self, heir: Area, then: list[Area]) -> list[Area]:
        """What a place of today took over."""
        return [area for area in then if self.ground.heirs.get(area.pk) is heir]

    def _seat(self, area: Area, role: Role, mark: str, title: str, key: str, more: list[Area]) -> None:
        someone = self.people.someone()
        user = self.accounts.account(f"{area.code}-{mark}", someone.name, phone=someone.phone)
        for place in (area, *more):
            body = self.bodies[key, area.pk]
            self.posts.append(Post(user=user, role=role, body=body, area=place, title=title, valid_from=SINCE))
