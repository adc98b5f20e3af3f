"""The loop of a stay in an incubator, and the incubators themselves."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import keep_version, performs
from linli.core.workflow.numbers import next_number
from linli.organizations.choices import incubation as choices
from linli.organizations.choices.incubation import IncubationState
from linli.organizations.choices.states import IncubationStatus
from linli.organizations.models import Incubation, Incubator, Organization, Support
from linli.organizations.queries.incubation import incubators_for, staying_in
from linli.organizations.rules.incubation import MAY_APPLY

BEGIN, SAVED = "organizations.begin_incubation", "organizations.draft_saved"
EDITABLE = frozenset({IncubationState.DRAFT, IncubationState.MEND})
OPENED, CLOSED = "organizations.incubator_opened", "organizations.incubator_closed"
MOVED = "organizations.incubation_status"
REQUIRED = (
    ("incubator", "选择孵化室"),
    ("why", "写明现在做什么、有多少人参加"),
    ("wants", "写明需要什么扶持"),
)


def begin_incubation(organization: Organization, *, actor: User) -> Incubation:
    """Open an application; the open stay when there is one."""
    if not actor.has_perm(BEGIN, organization):
        raise NotAllowed(BEGIN, "入驻由组织的负责人申请，或由所在社区代办。")
    if organization.legal_status not in MAY_APPLY:
        raise WrongState(BEGIN, f"“{organization.name}”{organization.get_legal_status_display()}，不用再孵化。")
    held = Incubation.objects.filter(organization=organization).exclude(state__in=choices.INCUBATION.ends).first()
    if held is not None:
        return held
    own = organization.owner_id == actor.pk
    draft = Incubation(
        organization=organization,
        owner=organization.owner,
        entered_by=None if own else actor,
        individuals=organization.member_count or 0,
    )
    return open_draft(draft, actor=actor, code=BEGIN)


def save_incubation(incubation: Incubation, *, actor: User, revision: int | None, **values: Any) -> Incubation:
    """Keep what has been typed so far."""
    sending = (choices.APPLY, choices.REAPPLY)
    return keep_draft(incubation, steps=sending, name=SAVED, actor=actor, revision=revision, values=values)


def missing(incubation: Incubation) -> list[str]:
    """What is still to be done before the application can be sent, as instructions; empty when nothing is."""
    todo = [words for name, words in REQUIRED if not getattr(incubation, name)]
    chosen = incubation.incubator
    if chosen is not None and not incubators_for(incubation.organization.area).filter(pk=chosen.pk).exists():
        todo.append("改选一个本街道还在开办的孵化室")
    return todo


def _send(incubation: Incubation, step: str, actor: User) -> None:
    todo = missing(incubation)
    if todo:
        raise BadInput(step, f"还差 {len(todo)} 项：{'；'.join(todo)}。")
    if not incubation.number:
        area = incubation.organization.area
        assert area is not None
        incubation.number = next_number("FH", area, clock.today().year)
    keep_version(incubation, actor)
    _move(incubation, IncubationStatus.APPLIED, actor)


def _move(incubation: Incubation, status: IncubationStatus, actor: User) -> None:
    """Write into the register how the organization stands with incubation."""
    held = Organization.objects.select_for_update(of=("self",)).get(pk=incubation.organization_id)
    if held.incubation_status == status:
        return
    before, held.incubation_status = held.incubation_status, status
    held.save(update_fields=["incubation_status"])
    record(actor, MOVED, held, before=before, after=str(status))


def _back(incubation: Incubation, actor: User) -> None:
    """The application came to nothing: as it was before it."""
    before = (
        Incubation.objects.filter(
            organization=incubation.organization, state__in=[IncubationState.GRADUATED, IncubationState.EXITED]
        )
        .order_by("-ended_at")
        .first()
    )
    _move(incubation, IncubationStatus(before.state) if before else IncubationStatus.NONE, actor)


@performs(choices.APPLY)
def apply_incubation(incubation: Incubation, *, actor: User) -> None:
    """Send the application to whoever keeps the rooms."""
    _send(incubation, choices.APPLY.name, actor)


@performs(choices.REAPPLY)
def reapply_incubation(incubation: Incubation, *, actor: User) -> None:
    """Send the mended application."""
    _send(incubation, choices.REAPPLY.name, actor)


@performs(choices.ADMIT)
def admit_incubation(incubation: Incubation, *, actor: User, place: str, reason: str = "") -> None:
    """Give a room or a place for a term. Two who give the last place at once: one is told that it is gone."""
    assert incubation.incubator_id is not None
    incubator = Incubator.objects.select_for_update().get(pk=incubation.incubator_id)
    if incubator.closed_on is not None:
        raise BadInput(choices.ADMIT.name, f"“{incubator.name}”已经停办，请退回让申请人改选。")
    if staying_in(incubator) >= incubator.capacity:
        raise BadInput(choices.ADMIT.name, f"“{incubator.name}”只能容纳 {incubator.capacity} 家，已经满了。")
    incubation.place = place.strip()
    incubation.admitted_on = clock.today()
    incubation.until = later(clock.today(), int(incubation.kept("incubation.months")))
    _move(incubation, IncubationStatus.IN, actor)


def later(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = dt.date(year, month + 1, 1)
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


@performs(choices.RETURN_INCUBATION)
def return_incubation(incubation: Incubation, *, actor: User, reason: str) -> None:
    """Something is missing."""


@performs(choices.REFUSE_INCUBATION)
def refuse_incubation(incubation: Incubation, *, actor: User, reason: str) -> None:
    """No place, with the reason."""
    _back(incubation, actor)


@performs(choices.SUPPORT_INCUBATION)
def support_incubation(incubation: Incubation, *, actor: User, kind: str, given_on: dt.date, words: str) -> None:
    """Note a piece of help."""
    assert incubation.admitted_on is not None
    if not incubation.admitted_on <= given_on <= clock.today():
        text = "扶持的日期要在入驻以后，不能晚于今天。"
        raise BadInput(choices.SUPPORT_INCUBATION.name, text, fields={"given_on": text})
    Support.objects.create(incubation=incubation, kind=kind, given_on=given_on, words=words, given_by=actor)


@performs(choices.MEASURE)
def measure_incubation(
    incubation: Incubation,
    *,
    actor: User,
    individuals: int,
    units: int,
    funds: Decimal,
    has_venue: bool = False,
    has_charter: bool = False,
) -> None:
    """How far it is on the way to what registration asks for."""
    incubation.individuals, incubation.units, incubation.funds = individuals, units, funds
    incubation.has_venue, incubation.has_charter = has_venue, has_charter


@performs(choices.EXTEND_INCUBATION)
def extend_incubation(incubation: Incubation, *, actor: User, reason: str) -> None:
    """One more term, once."""
    assert incubation.until is not None
    incubation.until = later(incubation.until, int(incubation.kept("incubation.extension_months")))


@performs(choices.GRADUATE)
def graduate_incubation(incubation: Incubation, *, actor: User, reason: str = "") -> None:
    """It has reached what registration asks for; less is refused with what is lacking."""
    lacking = [f"{one.label}（现在{one.have}，要{one.need}）" for one in incubation.thresholds if not one.met]
    if lacking:
        raise BadInput(choices.GRADUATE.name, f"还没有达到登记条件：{'；'.join(lacking)}。先更新进度。")
    _move(incubation, IncubationStatus.GRADUATED, actor)


@performs(choices.LEAVE)
def leave_incubation(incubation: Incubation, *, actor: User, reason: str) -> None:
    """It leaves without having reached it."""
    _move(incubation, IncubationStatus.EXITED, actor)


@performs(choices.WITHDRAW_INCUBATION)
def withdraw_incubation(incubation: Incubation, *, actor: User, reason: str = "") -> None:
    """The applicant takes it back."""
    _back(incubation, actor)


# --- incubators ---------------------------------------------------------------------------------------------------


@transaction.atomic
def open_incubator(area: Area, *, name: str, address: str, capacity: int, actor: User) -> Incubator:
    """A new incubator in a street or community."""
    incubator = Incubator(area=area, scope=area.path, name=name, address=address, capacity=capacity)
    if not actor.has_perm("organizations.keep_incubator", incubator):
        raise NotAllowed(OPENED, "孵化室由所在街道经办或联合会秘书开办。")
    try:
        incubator.full_clean()
    except ValidationError as error:
        fields = {field: " ".join(texts) for field, texts in error.message_dict.items()}
        raise BadInput(OPENED, " ".join(fields.values()), fields=fields) from error
    incubator.save()
    record(actor, OPENED, incubator, capacity=capacity)
    return incubator


@transaction.atomic
def close_incubator(incubator: Incubator, *, actor: User) -> Incubator:
    """No more organizations are admitted; one in which some still stay is not closed."""
    held = Incubator.objects.select_for_update().get(pk=incubator.pk)
    if not actor.has_perm("organizations.keep_incubator", held):
        raise NotAllowed(CLOSED, "孵化室由所在街道经办或联合会秘书停办。")
    if held.closed_on is not None:
        raise WrongState(CLOSED, "已经停办了。")
    if staying := staying_in(held):
        raise WrongState(CLOSED, f"还有 {staying} 家在孵，先出壳或退出，再停办。")
    held.closed_on = clock.today()
    held.save()
    record(actor, CLOSED, held)
    return held
