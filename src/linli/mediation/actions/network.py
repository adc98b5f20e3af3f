"""Bodies of the network, the term of a committee, its mediators and their training."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from linli.actors.choices import BodyKind
from linli.actors.models import Body
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.mediation.choices.cases import MEDIATION
from linli.mediation.choices.network import LEAST_MEMBERS, MOST_MEMBERS, TERM_YEARS, UNDER_A_COMMITTEE
from linli.mediation.models import MediationBody, MediationCase, Mediator, Seat, Training
from linli.mediation.queries import composition, mediators_of, people_to_enrol

OPENED, CHANGED, CLOSED = "mediation.open_body", "mediation.change_body", "mediation.close_body"
TERM_BEGUN = "mediation.begin_term"
ENROLLED, LEFT, TRAINED = "mediation.enrol_mediator", "mediation.end_mediator", "mediation.note_training"
CHANGEABLE = ("name", "place", "contact_phone", "hours")


def _checked(row: models.Model, code: str) -> None:
    """Save a row whose fields and constraints are in order; else say which is not."""
    try:
        row.full_clean()
        with transaction.atomic():
            row.save()
    except ValidationError as error:
        fields = {name: " ".join(texts) for name, texts in error.message_dict.items()}
        raise BadInput(code, " ".join(fields.values()), fields=fields) from error
    except IntegrityError as error:
        raise WrongState(code, "刚才已经有人登记了同样的内容，请刷新页面。") from error


@transaction.atomic
def open_body(
    area: Area,
    *,
    kind: str,
    name: str,
    place: str,
    actor: User,
    parent: MediationBody | None = None,
    seat: Body | None = None,
    **more: Any,
) -> MediationBody:
    """A new body of the network. A room, a studio or a group hangs under a committee. `seat` is the body of the
    kernel in which posts are held, where there is one already."""
    row = MediationBody(area=area, scope=area.path, kind=kind, name=name.strip(), place=place.strip(), **more)
    if not actor.has_perm("mediation.keep_body", row):
        raise NotAllowed(OPENED, "调解组织由所在街道登记。")
    if kind in UNDER_A_COMMITTEE:
        if parent is None or not parent.is_committee or parent.closed_on is not None:
            text = "调解室、个人工作室和调解小组不能独立受理，要挂在一家人民调解委员会下面。请选所属调委会。"
            raise BadInput(OPENED, text, fields={"parent": text})
        row.parent = parent
    elif parent is not None:
        text = "只有调解室、个人工作室和调解小组才有所属调委会。"
        raise BadInput(OPENED, text, fields={"parent": text})
    row.body = seat or Body.objects.create(
        name=row.name[:120], short_name=row.name[:40], kind=BodyKind.MEDIATION, area=area, address=row.place
    )
    _checked(row, OPENED)
    record(actor, OPENED, row, kind=kind)
    return row


@transaction.atomic
def change_body(body: MediationBody, *, actor: User, **values: str) -> MediationBody:
    """Its name, place, telephone or hours change."""
    held = _kept(body, CHANGED, actor)
    before = {name: getattr(held, name) for name in CHANGEABLE if name in values}
    for name in before:
        setattr(held, name, values[name].strip())
    _checked(held, CHANGED)
    after = {name: getattr(held, name) for name in before}
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        record(
            actor,
            CHANGED,
            held,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return held


@transaction.atomic
def close_body(body: MediationBody, *, actor: User) -> MediationBody:
    """It takes no more cases. One with open cases or with rooms under it is not closed."""
    held = _kept(body, CLOSED, actor)
    if held.closed_on is not None:
        raise WrongState(CLOSED, "已经撤销了。")
    if held.rooms.filter(closed_on__isnull=True).exists():
        raise WrongState(CLOSED, "下面还有调解室或工作室，先撤销或改挂，再撤销调委会。")
    if running := MediationCase.objects.filter(body=held).exclude(state__in=MEDIATION.ends).count():
        raise WrongState(CLOSED, f"还有 {running} 件在办，办结以后再撤销。")
    held.closed_on = clock.today()
    held.save()
    record(actor, CLOSED, held)
    return held


@transaction.atomic
def begin_term(body: MediationBody, *, begins_on: dt.date, actor: User) -> MediationBody:
    """A committee was elected: three years, and only with three to nine members, women among them."""
    held = _kept(body, TERM_BEGUN, actor)
    if not held.is_committee:
        raise BadInput(TERM_BEGUN, "只有人民调解委员会有任期。")
    if begins_on > clock.today() or (held.term_from and begins_on <= held.term_from):
        text = "换届的日期要在上一届开始以后，不能晚于今天。"
        raise BadInput(TERM_BEGUN, text, fields={"begins_on": text})
    if lacking := composition(held):
        raise BadInput(TERM_BEGUN, f"还不能换届：{'；'.join(lacking)}。请先登记委员。")
    held.term_from, held.term_to = begins_on, _years_later(begins_on, TERM_YEARS)
    held.save()
    record(actor, TERM_BEGUN, held, after={"term_from": held.term_from, "term_to": held.term_to}, before={})
    return held


def _years_later(day: dt.date, years: int) -> dt.date:
    """The same day some years later; of 29 February the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _kept(body: MediationBody, code: str, actor: User) -> MediationBody:
    held = MediationBody.objects.select_for_update(of=("self",)).select_related("area", "parent").get(pk=body.pk)
    if not actor.has_perm("mediation.keep_body", held):
        raise NotAllowed(code, "调解组织由所在街道登记。")
    return held


# --- mediators ------------------------------------------------------------------------------------------------------


@transaction.atomic
def enrol_mediator(
    body: MediationBody,
    *,
    user: User,
    profession: str,
    actor: User,
    is_member: bool = False,
    female: bool = False,
    skills: str = "",
) -> Mediator:
    """Put somebody who holds the post of a mediator there on the list. Rights follow from the post alone."""
    held = MediationBody.objects.select_for_update(of=("self",)).get(pk=body.pk)
    _keeps(held, ENROLLED, actor)
    if not held.mediates:
        raise BadInput(ENROLLED, f"“{held.name}”不主持调解，不登记调解员。")
    if not people_to_enrol(held).filter(pk=user.pk).exists():
        text = "要先由系统管理员任为这里的调解员，才能登记；已经在名册上的不用再登。"
        raise BadInput(ENROLLED, text, fields={"user": text})
    if is_member and not held.is_committee:
        text = "调解室和工作室没有委员，只有调委会有。"
        raise BadInput(ENROLLED, text, fields={"is_member": text})
    if is_member and sum(row.is_member for row in mediators_of(held)) >= MOST_MEMBERS:
        text = f"委员已经有 {MOST_MEMBERS} 人。人民调解法第八条：{LEAST_MEMBERS} 至 {MOST_MEMBERS} 人。"
        raise BadInput(ENROLLED, text, fields={"is_member": text})
    row = Mediator(
        body=held, user=user, profession=profession, is_member=is_member, female=female, skills=skills.strip()
    )
    _checked(row, ENROLLED)
    record(actor, ENROLLED, row)
    return row


@transaction.atomic
def end_mediator(mediator: Mediator, *, actor: User) -> Mediator:
    """A mediator leaves the list; one who still leads a case hands it on first."""
    held = Mediator.objects.select_for_update(of=("self",)).select_related("body__parent").get(pk=mediator.pk)
    _keeps(held.body, LEFT, actor)
    if held.until is not None:
        raise WrongState(LEFT, "已经不在名册上了。")
    running = MediationCase.objects.filter(lead=held).exclude(state__in=MEDIATION.ends)
    if count := running.count():
        raise WrongState(LEFT, f"{held} 还主持 {count} 件，先由主任换调解员。")
    Seat.objects.filter(mediator=held, until__isnull=True).update(until=clock.today())
    held.until = clock.today()
    held.save()
    record(actor, LEFT, held)
    return held


@transaction.atomic
def note_training(mediator: Mediator, *, held_on: dt.date, hours: Decimal, subject: str, actor: User) -> Training:
    """A mediator has learnt for some hours."""
    _keeps(mediator.body, TRAINED, actor)
    if held_on > clock.today():
        raise BadInput(TRAINED, "培训日期不能晚于今天。", fields={"held_on": "日期不能晚于今天。"})
    row = Training(mediator=mediator, held_on=held_on, hours=hours, subject=subject.strip(), noted_by=actor)
    _checked(row, TRAINED)
    record(actor, TRAINED, mediator, hours=str(hours))
    return row


def _keeps(body: MediationBody, code: str, actor: User) -> None:
    if not actor.has_perm("mediation.keep_mediators", body):
        raise NotAllowed(code, "调解员名册由调委会主任或所在街道登记。")
