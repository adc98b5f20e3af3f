"""Changes of filed organizations that were decided long ago, and the ends of those whose filing was cancelled."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from linli.actors.choices import Role
from linli.core.parameters import values_of
from linli.core.privacy import mask_name
from linli.core.workflow.models import Serial
from linli.demo.replay import Replay, Taken
from linli.demo.world import World, completed
from linli.organizations.choices import filing as choices
from linli.organizations.choices.filing import AmendmentKind, AmendmentState, LegalStatus
from linli.organizations.models import Amendment

if TYPE_CHECKING:
    from linli.demo.register import Past

SHARE = 0.13  # of the living ones have changed something
CAUSES = {
    AmendmentKind.NAME: "按备案要求规范名称，写明所在社区。",
    AmendmentKind.LEADER: "原负责人年事已高，成员大会推选新的负责人。",
    AmendmentKind.ADDRESS: "原场地另有他用，社区协调了新的活动室。",
    AmendmentKind.CANCEL: "成员搬离，已一年多没有活动，成员大会决定终止。",
}
SETTLEMENT = "账上余款 0 元；桌椅、乐器转赠社区，没有未了事务。"


@dataclass
class Change:
    """One decided change: what the register says after it."""

    kind: AmendmentKind
    begun: dt.datetime
    submitted: dt.datetime
    opined: dt.datetime
    approved: dt.datetime
    changes: dict[str, Any]
    before: dict[str, str]
    amendment: Amendment | None = None


def plan_changes(world: World, past: list[Past]) -> None:
    """Choose who changed what, and end those whose filing was cancelled."""
    for one in past:
        room = (world.today - timezone.localdate(one.issued)).days - 60
        if one.status == LegalStatus.CANCELLED:
            change = _change(world, one, AmendmentKind.CANCEL, world.random.randint(300, max(301, room)))
            one.changes.append(change)
            one.ended_on = timezone.localdate(change.approved)
        elif (
            one.status == LegalStatus.FILED
            and one.owner is None
            and room > 400
            and world.random.random() < SHARE * 1.4
        ):
            kind = world.random.choices(
                (AmendmentKind.LEADER, AmendmentKind.ADDRESS, AmendmentKind.NAME), (50, 35, 15)
            )[0]
            one.changes.append(_change(world, one, kind, world.random.randint(120, room)))


def _change(world: World, one: Past, kind: AmendmentKind, after: int) -> Change:
    random, add = world.random, world.calendar.add
    submitted_on = add(timezone.localdate(one.issued) + dt.timedelta(days=min(after, _room(world, one))), 1)
    opined_on = add(submitted_on, random.choices((1, 2, 3, 4), (45, 35, 17, 3))[0])
    approved_on = add(opined_on, random.choices((1, 2, 3, 4, 6), (30, 30, 22, 15, 3))[0])
    submitted = world.at_home(submitted_on)
    profile = one.profile
    changes: dict[str, Any] = {}
    if kind == AmendmentKind.NAME:
        changes["name"] = _renamed(world, one)
    elif kind == AmendmentKind.LEADER:
        leader = world.people.someone()
        changes |= {"leader_name": leader.name, "leader_id_number": leader.id_number, "leader_phone": leader.phone}
    elif kind == AmendmentKind.ADDRESS:
        short = one.community.short_name
        changes["address"] = f"{short}党群服务中心 {random.choice((201, 205, 301))} 室"
    return Change(
        kind,
        submitted - dt.timedelta(minutes=random.randint(8, 25)),
        submitted,
        world.at_work(opined_on),
        world.at_work(approved_on),
        changes,
        {"名称": profile["name"], "负责人": mask_name(profile["leader_name"]), "活动场所": profile["address"]},
    )


def _room(world: World, one: Past) -> int:
    return max(30, (world.today - timezone.localdate(one.issued)).days - 75)


def _renamed(world: World, one: Past) -> str:
    name = completed(str(one.profile["name"]), one.community)
    world.take_name(one.community, name)
    return name


def write_changes(world: World, replay: Replay, past: list[Past]) -> None:
    """The amendments and their history; the register holds their result already."""
    pairs = [(one, change) for one in past for change in one.changes]
    pairs.sort(key=lambda pair: pair[1].submitted)
    last: Counter[str] = Counter()
    parameters = values_of(choices.AMENDMENT.parameter_keys(), world.places.district.path)
    for one, change in pairs:
        key = f"BG-{one.community.number_code}-{timezone.localdate(change.submitted).year}"
        last[key] += 1
        new = {f"new_{name}": value for name, value in change.changes.items()}
        change.amendment = Amendment(
            organization=one.organization,
            kind=change.kind,
            state=AmendmentState.DONE,
            number=f"{key}-{last[key]:05d}",
            scope=one.community.path,
            owner=one.owner,
            entered_by=None if one.owner else one.entered_by,
            parameters=parameters,
            revision=4,
            created_at=change.begun,
            began_at=change.submitted,
            ended_at=change.approved,
            cause=CAUSES[change.kind],
            settlement=SETTLEMENT if change.kind == AmendmentKind.CANCEL else "",
            before=change.before,
            **new,
        )
    Serial.objects.bulk_create([Serial(key=key, last=count) for key, count in last.items()])
    Amendment.objects.bulk_create([change.amendment for _one, change in pairs if change.amendment])
    for one, change in pairs:
        _play(world, replay, one, change)


def _play(world: World, replay: Replay, one: Past, change: Change) -> None:
    amendment = change.amendment
    street = one.community.parent
    assert amendment is not None
    assert street is not None
    typist = one.typist
    replay.event(change.begun, typist, "core.case_begun", amendment)
    fields = sorted(
        {"cause", *(["settlement"] if change.kind == AmendmentKind.CANCEL else [])}
        | {f"new_{name}" for name in change.changes}
    )
    saved = change.submitted - dt.timedelta(minutes=1)
    replay.event(saved, typist, "organizations.draft_saved", amendment, fields=fields)
    opinion = world.staff.holder(Role.COMMUNITY_WORKER, one.community, 1 if one.owner is None else amendment.pk)
    officer = world.staff.holder(Role.STREET_OFFICER, street, amendment.pk)
    private = {"leader_name", "leader_id_number", "leader_phone"}
    organization = one.organization
    if change.kind == AmendmentKind.CANCEL:
        replay.event(change.approved, officer, "organizations.cancelled", organization)
    else:
        after = {name: str(value) for name, value in change.changes.items() if name not in private}
        before = {name: str(one.profile[name]) for name in after}
        if private & change.changes.keys():
            after["leader"] = organization.leader_masked
        replay.event(change.approved, officer, "organizations.amended", organization, before=before, after=after)
    decided, organization.name = organization.name, one.profile["name"]  # what it was called while the case ran
    replay.play(
        amendment,
        [
            Taken(change.submitted, choices.SUBMIT_AMENDMENT, typist, sends=True),
            Taken(change.opined, choices.SUPPORT_AMENDMENT, opinion),
            Taken(change.approved, choices.APPROVE_AMENDMENT, officer),
        ],
        begun=(change.begun, typist),
    )
    organization.name = decided
