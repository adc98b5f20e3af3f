"""The frame of every action: lock, permission, state, body, checks, trace, inbox, notices; all in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from linli.core import clock
from linli.core.access.grants import holds
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.parameters import values_of
from linli.core.workdays import calendar
from linli.core.workflow.declare import ACTIONS, OWNER, STEPS, SYSTEM, Duty, Process, Step
from linli.core.workflow.models import Case, CaseVersion, Task

C = TypeVar("C", bound=Case)


def performs(step: Step, *, behind: str = "") -> Callable[[Callable[..., None]], Callable[..., Any]]:
    """Make a function the action of a step; its body holds only what is particular to it.

    The bound function takes the case, the step's inputs and a keyword `actor`; it returns the case as it now stands.
    `behind` names the case this one is a part of, where the body writes there, too: it is locked first, as the larger
    one's own actions do, so that the two never wait for each other.
    Raises NotAllowed, WrongState or BadInput, and then nothing has changed.
    """

    def bind(body: Callable[..., None]) -> Callable[..., Any]:
        @wraps(body)
        def action(case: C, *, actor: User, **inputs: Any) -> C:
            with transaction.atomic():
                if behind:
                    larger = type(getattr(case, behind))._default_manager.select_for_update()
                    larger.get(pk=getattr(case, f"{behind}_id"))
                locked = begin(step, case, actor)
                body(locked, actor=actor, **inputs)
                finish(step, locked, actor, **inputs)
                return locked

        ACTIONS[step.name] = action
        return action

    return bind


def perform(step: Step, case: C, *, actor: User, **inputs: Any) -> C:
    """Take a step by its declaration: what a generic page, the API or a job calls."""
    done: C = ACTIONS[step.name](case, actor=actor, **inputs)
    return done


def begin(step: Step, case: C, actor: User) -> C:
    """Lock the row, ask the rule, check the state, set the target."""
    locked = cast("C", type(case)._default_manager.select_for_update().get(pk=case.pk))
    if not actor.has_perm(step.name, locked):
        raise NotAllowed(step.name, f"“{step.label}”不由你的岗位办理。需要时请转告{locked.process.label}的承办人。")
    if locked.state not in step.sources:
        raise WrongState(step.name, _moved_on(step, locked))
    locked.state = step.target or locked.state
    return locked


def _moved_on(step: Step, case: Case) -> str:
    last = (
        Event.objects.filter(
            subject_type__app_label=case._meta.app_label,
            subject_type__model=case._meta.model_name,
            subject_id=case.pk,
        )
        .select_related("actor")
        .last()
    )
    if last is None or last.name not in STEPS:
        return f"这件事现在是“{case.state_label}”，不能再“{step.label}”。请刷新页面看最新情况。"
    local = timezone.localtime(last.at)
    process = case.process
    hidden = process.hides_owner and last.actor_id == case.owner_id
    who = process.owner_label if hidden else last.actor
    return (
        f"{who} 已在 {local.month}月{local.day}日 {local:%H:%M} 办了“{STEPS[last.name][0].past}”，"
        f"这件事现在是“{case.state_label}”，不用再办。你填的内容没有提交。"
    )


def finish(step: Step, case: Case, actor: User, **inputs: Any) -> Event:
    """Save what the body set, write the trace, settle the inbox and tell the owner."""
    process = case.process
    if case.began_at is None and case.state != process.start:
        case.began_at = clock.now()
        case.parameters = values_of(process.parameter_keys(), case.scope)
    case.ended_at = clock.now() if case.state in process.ends else None
    case.revision += 1
    try:
        case.full_clean(exclude=["owner", "entered_by"])
    except ValidationError as error:
        fields = {name: " ".join(texts) for name, texts in error.message_dict.items()}
        raise BadInput(step.name, "还有内容没填对。" + " ".join(fields.values()), fields=fields) from error
    case.save()
    behalf = actor.pk == case.entered_by_id and actor.pk != case.owner_id
    told = {} if process.closed else inputs
    detail = {name: trace_of(value) for name, value in told.items() if value not in (None, "")}
    detail |= {"state": case.state} | ({"behalf": True} if behalf else {})
    event = record(actor, step.name, case, on_behalf_of=case.owner if behalf else None, detail=detail)
    settle(case, actor, event)
    if case.owner_id and case.owner_id != actor.pk and not step.quiet:
        _tell_owner(step, case, event)
    return event


def trace_of(value: Any) -> Any:
    """An input as the trace keeps it: records by name, everything else as it is."""
    return str(value) if isinstance(value, Model) else value


def _tell_owner(step: Step, case: Case, event: Event) -> None:
    from linli.core.notices import notify

    assert case.owner is not None
    told = str(step.told or "{title}：" + step.past)
    notify(
        case.owner,
        kind=f"case.{case.process.slug}",
        title=told.format(title=case.title, state=case.state_label),
        body=str(event.detail.get("reason", "")),
        url=case.get_absolute_url(),
        event=event,
    )


def days_of(case: Case, given: int | str | None) -> int | None:
    """A number of working days, from the declaration or from the parameters the case began under."""
    if isinstance(given, str):
        held = case.parameters.get(given)
        return int(held if held is not None else values_of([given], case.scope)[given])
    return given


def shares(days: int) -> tuple[int, int]:
    """The working day on which 50 % and on which 80 % of the time has run, rounded up."""
    return -(-days // 2), -(-days * 4 // 5)


def settle(case: Case, actor: User, event: Event) -> None:
    """Close the rows of the state that was left and open the row of the state that was entered."""
    open_rows = Task.objects.filter(case_type=event.subject_type, case_id=case.pk, closed_at__isnull=True)
    kept = open_rows.filter(state=case.state, kind=Task.Kind.ACT).first()
    if kept is not None:
        told = {"title": case.title[:200], "summary": case.summary[:300], "scope": case.scope}
        duty = case.process.duty_in(case.state)
        if duty is not None and duty.held_by:  # handed on to somebody else of the same post
            told["owner"] = getattr(case, duty.held_by)
        open_rows.filter(kind=Task.Kind.ACT).update(**told)
        open_rows.exclude(kind=Task.Kind.ACT).update(**{name: told[name] for name in ("title", "summary", "scope")})
        return
    hidden = case.process.hides_owner and actor.pk == case.owner_id
    open_rows.update(closed_at=clock.now(), closed_by=None if hidden else actor)
    duty = case.process.duty_in(case.state)
    if duty is not None:
        _open(case, case.process, duty, event)


def _open(case: Case, process: Process, duty: Duty, event: Event) -> None:
    assert event.subject_type_id is not None
    days = days_of(case, duty.within)
    start = clock.today()
    table = calendar()
    last: dt.date | None = getattr(case, duty.until) if duty.until else None
    if last is not None:  # a day that has passed leaves nothing
        days = max(0, table.between(start, last))
    half, near = shares(days or 0)
    on = (lambda share: table.add(start, share)) if days is not None else (lambda share: None)
    Task.objects.create(
        process=process.slug,
        case_type_id=event.subject_type_id,
        case_id=case.pk,
        state=case.state,
        role=(role := holder_of(duty, case)),
        owner=_person_of(duty, case) if role == OWNER else None,
        scope=case.scope,
        title=case.title[:200],
        summary=case.summary[:300],
        url=case.get_absolute_url(),
        days=days,
        due_on=last or on(days or 0),
        half_on=on(half),
        near_on=on(near),
    )


def _person_of(duty: Duty, case: Case) -> User | None:
    """The one whose own matter a duty is."""
    held: User | None = getattr(case, duty.held_by) if duty.held_by else None
    return held or case.owner or case.entered_by


def holder_of(duty: Duty, case: Case) -> str:
    """The role that owes a duty of this case: the stand-in where the applicant or who entered it holds the post, and
    where the case is its owner's and has none: an organization without an account."""
    if duty.held_by:
        return OWNER
    interested = [person for person in (case.owner, case.entered_by) if person is not None]
    if duty.owed_by == OWNER and duty.stands_in and not interested:
        return duty.stands_in
    owed_by: str = getattr(case, duty.named_by) if duty.named_by else duty.owed_by
    own = duty.stands_in and any(holds(person, owed_by, case.scope) for person in interested)
    return duty.stands_in if own else owed_by


def keep_version(case: Case, actor: User) -> CaseVersion:
    """Keep what the case says at the moment it is sent; the first is 1."""
    from django.contrib.contenttypes.models import ContentType

    kind = ContentType.objects.get_for_model(case)
    last = CaseVersion.objects.filter(case_type=kind, case_id=case.pk).count()
    return CaseVersion.objects.create(
        case_type=kind, case_id=case.pk, number=last + 1, content=case.snapshot(), sent_by=actor
    )


def is_system_duty(duty: Duty) -> bool:
    """Whether the clock itself owes the step."""
    return duty.owed_by == SYSTEM
