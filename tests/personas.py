"""A small district with the familiar people in it: the ground of all access stories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import factory
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.snapshots import remembered

from linli.actors.choices import BodyKind, Role
from linli.actors.models import Body, Post
from linli.areas.choices import Level
from linli.areas.models import Area, reserve_ids
from linli.core import clock
from linli.core.access.models import User
from linli.core.files.actions import store
from linli.organizations.actions import filings
from linli.organizations.actions.federation import open_federation
from linli.organizations.actions.membership import (
    begin_joining,
    forward_membership,
    pass_membership,
    save_membership,
    submit_membership,
)
from linli.organizations.models import Federation, Filing, Member, Organization

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


class UserFactory(factory.django.DjangoModelFactory[User]):
    """An account without a post."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    name = factory.Sequence(lambda n: f"居民{n}")
    password = "!"
    password_changed_at = factory.LazyFunction(clock.now)


class AreaFactory(factory.django.DjangoModelFactory[Area]):
    """An area below its parent."""

    class Meta:
        model = Area

    name = factory.Sequence(lambda n: f"第{n}社区居委会")
    level = Level.COMMUNITY
    parent = None

    @classmethod
    def _create(cls, model_class: type[Area], *args: Any, **values: Any) -> Area:
        values["id"] = reserve_ids(1)[0]
        above = values["parent"].path if values["parent"] else ""
        return super()._create(model_class, *args, path=f"{above}{values['id']}/", **values)


class BodyFactory(factory.django.DjangoModelFactory[Body]):
    """A body of an area."""

    class Meta:
        model = Body

    name = factory.LazyAttribute(lambda body: f"{body.area.name}办公室")
    kind = BodyKind.STREET
    phone = "0754-88880000"
    address = "东方街道办事处一楼"


def post(user: User, role: str, area: Area, body: Body, title: str = "") -> Post:
    """Give a person a post."""
    return Post.objects.create(user=user, role=role, area=area, body=body, title=title, valid_from="2020-01-01")


@dataclass
class World:
    """One district, two streets, three communities and everybody who works there."""

    district: Area
    street: Area
    other_street: Area
    community: Area
    neighbour_community: Area
    far_community: Area
    people: dict[str, User]

    def __getitem__(self, name: str) -> User:
        """A persona, fresh from the database, so that grants are asked anew."""
        return User.objects.get(pk=self.people[name].pk)


# name: role, where. Everybody else in the matrix has no post.
STAFF = {
    "community_worker": (Role.COMMUNITY_WORKER, "community"),
    "community_head": (Role.COMMUNITY_HEAD, "community"),
    "neighbour_worker": (Role.COMMUNITY_WORKER, "neighbour_community"),
    "street_officer": (Role.STREET_OFFICER, "street"),
    "street_head": (Role.STREET_HEAD, "street"),
    "other_street_officer": (Role.STREET_OFFICER, "other_street"),
    "district_officer": (Role.DISTRICT_OFFICER, "district"),
    "district_head": (Role.DISTRICT_HEAD, "district"),
    "federation_secretary": (Role.FEDERATION_SECRETARY, "street"),
    "federation_treasurer": (Role.FEDERATION_TREASURER, "street"),
    "mediator": (Role.MEDIATOR, "street"),
    "evaluator": (Role.EVALUATOR, "district"),
    "merchant": (Role.MERCHANT, "street"),
    "volunteer": (Role.VOLUNTEER, "community"),
    "auditor": (Role.AUDITOR, "district"),
    "sysadmin": (Role.SYSADMIN, "district"),
    "secadmin": (Role.SECADMIN, "district"),
    "auditadmin": (Role.AUDITADMIN, "district"),
}
PERSONAS = ("founder", "resident", "stranger", *STAFF)


@pytest.fixture
@remembered
def world(db: Any) -> World:
    """The small district."""
    district = AreaFactory(name="金平区", level=Level.DISTRICT, code="440511")
    street = AreaFactory(name="东方街道", level=Level.STREET, code="440511004", parent=district)
    other_street = AreaFactory(name="大华街道", level=Level.STREET, code="440511005", parent=district)
    community = AreaFactory(name="金苑居委会", code="440511004001", parent=street)
    neighbour = AreaFactory(name="聚龙居委会", code="440511004002", parent=street)
    far = AreaFactory(name="华坞居委会", code="440511005001", parent=other_street)
    areas = {
        "district": district,
        "street": street,
        "other_street": other_street,
        "community": community,
        "neighbour_community": neighbour,
        "far_community": far,
    }
    kinds = {Level.DISTRICT: BodyKind.DEPARTMENT, Level.STREET: BodyKind.STREET, Level.COMMUNITY: BodyKind.COMMUNITY}
    bodies = {name: BodyFactory(area=area, kind=kinds[area.level]) for name, area in areas.items()}
    people = {name: UserFactory(username=name, name=name) for name in PERSONAS}
    for name, (role, place) in STAFF.items():
        post(people[name], role, areas[place], bodies[place])
    User.system()
    return World(district, street, other_street, community, neighbour, far, people)


def complete(filing: Filing, actor: User, area: Area, name: str = "凤亭下书画社") -> Filing:
    """Fill a draft so that it can be sent."""
    for slot in ("charter", "venue"):
        store(SimpleUploadedFile(f"{slot}.pdf", PDF, "application/pdf"), subject=filing, slot=slot, actor=actor)
    return filings.save_draft(
        filing,
        actor=actor,
        revision=None,
        name=name,
        kind="culture",
        purpose="面向社区老人和儿童开展书法、国画公益教学",
        area=area,
        address="金苑社区文化活动中心 203 室",
        leader_name="陈秀梅",
        leader_id_number="11010519491231002X",
        leader_phone="13800002046",
        founders="陈秀梅\n林伟\n黄敏\n吴强\n郑丽",
        member_count=11,
        party_member_count=2,
        consented_at=clock.now(),
    )


@pytest.fixture
@remembered
def draft(world: World) -> Filing:
    """A complete application, not yet sent."""
    founder = world["founder"]
    return complete(filings.begin_filing(actor=founder), founder, world.community)


@pytest.fixture
@remembered
def submitted(world: World, draft: Filing) -> Filing:
    """With the community."""
    return filings.submit_filing(draft, actor=world["founder"])


@pytest.fixture
@remembered
def reviewing(world: World, submitted: Filing) -> Filing:
    """With the street."""
    return filings.support_filing(submitted, actor=world["community_worker"], reason="场地可错时使用。")


@pytest.fixture
@remembered
def on_notice(world: World, reviewing: Filing) -> Filing:
    """On public notice."""
    return filings.agree_filing(reviewing, actor=world["street_officer"])


@pytest.fixture
@remembered
def filed(world: World, on_notice: Filing) -> Organization:
    """On the register."""
    filing = filings.issue_filing(on_notice, actor=User.system())
    assert filing.organization is not None
    return filing.organization


@pytest.fixture
@remembered
def federation(world: World) -> Federation:
    """The federation of 东方街道, with its record."""
    body = BodyFactory(area=world.street, kind=BodyKind.FEDERATION, name="东方街道社会组织联合会")
    return open_federation(body, founded_on=clock.today(), actor=world["street_officer"])


VOTE = {"entitled": 9, "present": 7, "in_favour": 6}


@pytest.fixture
@remembered
def member(world: World, federation: Federation, filed: Organization) -> Member:
    """凤亭下书画社 as a member."""
    founder, secretary = world["founder"], world["federation_secretary"]
    matter = begin_joining(federation, member_kind="organization", organization=filed, actor=founder)
    matter = save_membership(
        matter,
        actor=founder,
        revision=None,
        intro="每周教老人写字",
        contact_name="陈秀梅",
        contact_phone="13800002046",
        consented_at=clock.now(),
    )
    matter = submit_membership(matter, actor=founder)
    matter = forward_membership(matter, actor=secretary)
    return pass_membership(matter, actor=secretary, met_on=clock.today(), **VOTE).member
