"""Dormant organizations: noticed by the clock, heard, and decided on by people."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from linli.areas.choices import Level
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, WrongState
from linli.core.parameters import values_of
from linli.core.workflow.drafts import open_draft
from linli.core.workflow.engine import perform, performs
from linli.core.workflow.numbers import next_number
from linli.organizations.actions.register import cancel_filing
from linli.organizations.choices import dormant as choices
from linli.organizations.choices.activities import ActivityState
from linli.organizations.choices.dormant import Ending
from linli.organizations.choices.filing import LIVING, LegalStatus
from linli.organizations.models import Activity, Dormancy, Organization
from linli.organizations.queries.dormant import to_be_noticed

NOTICES_A_NIGHT = 500


def notice_dormant(limit: int = NOTICES_A_NIGHT) -> int:
    """Open a matter for dormant organizations that have none, and give notice; returns how many."""
    done = 0
    for path in Area.objects.filter(level=Level.DISTRICT).values_list("path", flat=True):
        again = int(values_of(["org.zombie.again_months"], path)["org.zombie.again_months"])
        for organization in to_be_noticed(path, again).select_related("area__parent", "owner")[: limit - done]:
            done += _notice(organization)
    return done


@transaction.atomic
def _notice(organization: Organization) -> int:
    last = (
        Activity.objects.filter(organization=organization, state=ActivityState.VERIFIED)
        .order_by("-starts_at")
        .values_list("starts_at", flat=True)
        .first()
    )
    matter = Dormancy(
        organization=organization,
        owner=organization.owner,
        last_on=timezone.localdate(last) if last is not None else None,
    )
    system = User.system()
    try:
        matter = open_draft(matter, actor=system, code=choices.NOTIFY.name)
    except WrongState:  # another run was faster
        return 0
    perform(choices.NOTIFY, matter, actor=system)
    return 1


@performs(choices.NOTIFY)
def notify_dormant(matter: Dormancy, *, actor: User) -> None:
    """The organization is told, and has time to answer."""
    area = matter.organization.area
    assert area is not None
    days = int(values_of(["org.zombie.answer_days"], matter.scope)["org.zombie.answer_days"])
    matter.answer_by = clock.today() + dt.timedelta(days=days)
    matter.number = next_number("XM", area, clock.today().year)


@performs(choices.ANSWER)
def answer_dormancy(matter: Dormancy, *, actor: User, reason: str) -> None:
    """The organization says how it is."""


@performs(choices.LAPSE)
def lapse_dormancy(matter: Dormancy, *, actor: User) -> None:
    """Nobody answered in time: people look, nothing is decided by that."""


@performs(choices.CHECK)
def check_dormancy(matter: Dormancy, *, actor: User, reason: str) -> None:
    """The community says what it found."""


@performs(choices.WAKE)
def wake_dormant(matter: Dormancy, *, actor: User, reason: str) -> None:
    """It goes on."""
    matter.decided_by = actor


def _target(matter: Dormancy, number: str) -> Organization:
    """The organization that takes this one up: living, of the same street, another one."""
    street = "/".join(matter.scope.rstrip("/").split("/")[:-1]) + "/"
    found = Organization.objects.filter(number=number.strip().upper(), legal_status__in=LIVING).first()
    if found is None or found.pk == matter.organization_id or not found.scope.startswith(street):
        text = "请填本街道另一家在册组织的备案编号。"
        raise BadInput(choices.PROPOSE_END.name, text, fields={"into": text})
    return found


@performs(choices.PROPOSE_END)
def propose_dormant_end(matter: Dormancy, *, actor: User, ending: str, reason: str, into: str = "") -> None:
    """The street proposes to merge or cancel; the organization may reply before anything is decided."""
    if matter.organization.legal_status != LegalStatus.FILED:
        words = matter.organization.get_legal_status_display()
        text = f"“{matter.organization.name}”{words}，要由登记管理机关处理，街道不能注销。"
        raise BadInput(choices.PROPOSE_END.name, text)
    matter.ending = Ending(ending)
    matter.merged_into = _target(matter, into) if matter.ending == Ending.MERGE else None


@performs(choices.REPLY)
def reply_dormancy(matter: Dormancy, *, actor: User, reason: str) -> None:
    """The organization replies to the proposal."""


@performs(choices.LAPSE_REPLY)
def lapse_dormant_reply(matter: Dormancy, *, actor: User) -> None:
    """Nobody replied in time: the street decides."""


def _end(matter: Dormancy, wanted: Ending, step: str, actor: User) -> None:
    if matter.ending != wanted:
        raise BadInput(step, f"听取申辩的是“{matter.get_ending_display()}”。要改，请先激活，再重新提出。")
    if matter.organization.legal_status != LegalStatus.FILED:
        raise BadInput(step, "这家组织的法律状态变了，不能再由街道注销。")
    matter.decided_by = actor
    cancel_filing(matter.organization, actor=actor)


@performs(choices.MERGE)
def merge_dormant(matter: Dormancy, *, actor: User, reason: str) -> None:
    """Its people go on in another organization; its filing ends."""
    _end(matter, Ending.MERGE, choices.MERGE.name, actor)
    assert matter.merged_into is not None
    if matter.merged_into.legal_status not in LIVING:
        raise BadInput(choices.MERGE.name, f"“{matter.merged_into.name}”已经不在册，不能并入。")
    record(actor, "organizations.merged_into", matter.merged_into, number=matter.organization.number)


@performs(choices.END)
def end_dormant(matter: Dormancy, *, actor: User, reason: str) -> None:
    """Its filing ends, by a person's decision and after it was heard."""
    _end(matter, Ending.CANCEL, choices.END.name, actor)
