"""A committee with a room under it, mediators of three kinds, and a case at each of its stations."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.personas import PDF, UserFactory, World, post

from linli.actors.choices import Role
from linli.core import clock
from linli.core.access.models import User
from linli.mediation.actions import cases as actions
from linli.mediation.actions import joining, network
from linli.mediation.models import MediationBody, MediationCase, Mediator

FACTS = "楼上空调滴水，谈过三次没有结果"
NOTES = "当事人私下说愿意让两百元"
TERMS = "五日内改装排水管，费用各半"
SECRETS = (FACTS, NOTES, TERMS, "陈秀梅", "林大勇", "13800002046")


@dataclass
class Network:
    """A street's committee, another one of the same street, a room, and who works there."""

    world: World
    committee: MediationBody
    trade: MediationBody
    room: MediationBody
    people: dict[str, User]
    rows: dict[str, Mediator]

    def __getitem__(self, name: str) -> User:
        """A person, fresh from the database, so that grants are asked anew."""
        found = self.people.get(name) or self.world.people[name]
        return User.objects.get(pk=found.pk)


@pytest.fixture
def net(world: World) -> Network:
    """Two committees of one street: what one does is not the other's to see."""
    officer = world["street_officer"]
    area = world.street

    def opened(kind: str, name: str, parent: MediationBody | None = None) -> MediationBody:
        return network.open_body(area, kind=kind, name=name, place="政务路 4 号", parent=parent, actor=officer)

    committee = opened("street", "东方街道人民调解委员会")
    trade = opened("trade", "东方街道物业纠纷人民调解委员会")
    room = opened("studio", "李饶工作室", committee)
    people = {
        name: UserFactory(username=name, name=name)
        for name in ("head", "lead", "expert", "social", "studio_head", "other_head", "other_mediator", "party")
    }
    held = {
        "head": (committee, Role.MEDIATION_HEAD, "law", True),
        "lead": (committee, Role.MEDIATOR, "law", True),
        "expert": (committee, Role.MEDIATOR, "expert", True),
        "social": (room, Role.MEDIATOR, "social", False),
        "other_head": (trade, Role.MEDIATION_HEAD, "expert", False),
        "other_mediator": (trade, Role.MEDIATOR, "law", False),
    }
    rows = {}
    for name, (body, role, profession, member) in held.items():
        post(people[name], role, area, body.body)
        rows[name] = network.enrol_mediator(
            body, user=people[name], profession=profession, is_member=member, female=name == "expert", actor=officer
        )
    return Network(world, committee, trade, room, people, rows)


def draft_of(net: Network, applicant: str = "resident") -> MediationCase:
    """An application, whole and not sent."""
    actor = net[applicant]
    case = actions.begin_case(net.committee, actor=actor)
    return actions.save_case(
        case,
        actor=actor,
        revision=None,
        first_name="陈秀梅",
        first_phone="13800002046",
        second_name="林大勇",
        second_phone="13900001234",
        dispute="neighbours",
        facts=FACTS,
        wish="请对方改装排水管",
    )


def case_at(net: Network, state: str) -> MediationCase:
    """A case walked to a state through its own steps."""
    if state in BRANCHES:
        start, branch = BRANCHES[state]
        return branch(net, case_at(net, start))  # type: ignore[no-any-return]
    case = draft_of(net)
    for walked, step in WAY:
        if case.state == state:
            break
        case = step(net, case)
        assert case.state == walked
    return case


def fresh(case: MediationCase) -> MediationCase:
    """The case as the database has it."""
    return MediationCase.objects.get(pk=case.pk)


def consented(net: Network, case: MediationCase) -> MediationCase:
    """Both agree: the applicant by applying, the other in the office."""
    case = actions.ask_consent(case, actor=net["head"])
    party = case.party("second")
    joining.join_case(party.code, actor=net["party"])
    return fresh(case)


def accepted(net: Network, case: MediationCase) -> MediationCase:
    """The other side says yes on the phone, and the head appoints."""
    case = actions.give_consent(case, actor=net["party"])
    return actions.accept_case(case, lead=net.rows["lead"].uid, second=net.rows["social"].uid, actor=net["head"])


def started(net: Network, case: MediationCase) -> MediationCase:
    """One session has been held."""
    case = actions.start_case(case, actor=net["lead"])
    return actions.note_session(
        case, held_at=clock.now(), place="调解室", present="both", notes=NOTES, actor=net["lead"]
    )


def written(net: Network, case: MediationCase) -> MediationCase:
    """Agreed on paper."""
    due = clock.today() + dt.timedelta(days=5)
    return actions.reach_written(case, terms=TERMS, perform_by=due, actor=net["lead"])


def sealed(net: Network, case: MediationCase) -> MediationCase:
    """Signed by three and sealed."""
    for side in ("first", "second"):
        case = actions.sign_side(case, side=side, actor=net["lead"])
    case = actions.countersign(case, actor=net["lead"])
    scan(net, case)
    return actions.seal_agreement(case, actor=net["head"])


def scan(net: Network, case: MediationCase) -> Any:
    """The scan of what was signed."""
    upload = SimpleUploadedFile("协议书.pdf", PDF, "application/pdf")
    return joining.add_paper(case, upload, slot="signed", actor=net["lead"])


WAY = (
    ("registered", lambda net, case: actions.submit_case(case, actor=net["resident"])),
    ("consent", consented),
    ("accepted", accepted),
    ("mediating", started),
    ("signing", written),
    ("performing", sealed),
    ("performed", lambda net, case: actions.fulfil_agreement(case, actor=net["lead"])),
    ("followed", lambda net, case: actions.follow_up(case, reason="没有反复", actor=net["lead"])),
    ("archived", lambda net, case: actions.archive_case(case, actor=net["head"])),
)
BRANCHES: dict[str, tuple[str, Any]] = {
    "extended": (
        "mediating",
        lambda net, case: actions.extend_case(
            case, days=20, first_agrees=True, second_agrees=True, actor=net["lead"]
        ),
    ),
    "breached": (
        "performing",
        lambda net, case: actions.breach_agreement(case, reason="没有改装", actor=net["lead"]),
    ),
    "failed": (
        "mediating",
        lambda net, case: actions.fail_case(case, reason="费用谈不拢", told=True, actor=net["lead"]),
    ),
    "refused": ("consent", lambda net, case: actions.refuse_mediation(case, actor=net["party"])),
    "withdrawn": ("consent", lambda net, case: actions.withdraw_case(case, actor=net["resident"])),
    "declined": (
        "registered",
        lambda net, case: actions.decline_case(case, reason="已经起诉", actor=net["head"]),
    ),
    "dropped": ("draft", lambda net, case: actions.drop_case(case, actor=net["resident"])),
}
