"""What happens to an open duty besides its step: warnings, climbing, one extension, urging, and time running out."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.utils import timezone

from linli.core import clock
from linli.core.access.grants import holds
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, Refusal, WrongState
from linli.core.workdays import add_workdays
from linli.core.workflow.declare import OWNER, REGISTRY, STEPS, SYSTEM, Duty
from linli.core.workflow.engine import days_of, perform, shares
from linli.core.workflow.models import Case, Task

log = structlog.get_logger(__name__)

EXTENDED = "core.extend_duty"
URGED = "core.urge_duty"
WARNED = "core.warn_duty"
RAISED = "core.raise_duty"
LABELS = {EXTENDED: "延长办理时限", URGED: "催办", WARNED: "时限提醒", RAISED: "超期，已报上一级"}


def duty_of(task: Task) -> Duty:
    """The declaration behind a row."""
    duty = REGISTRY[task.process].duty_in(task.state)
    if duty is None:
        raise WrongState("duty.gone", "这一步已经办完，请刷新页面。")
    return duty


def may_extend(user: User, task: Task) -> bool:
    """Whether the holder may ask for the one extension: before expiry, not yet used, and the duty allows it."""
    duty = duty_of(task)
    return (
        duty.extension is not None
        and task.kind == Task.Kind.ACT
        and task.extended_at is None
        and task.due_on is not None
        and clock.today() <= task.due_on
        and holds(user, task.role, task.scope)
    )


def _held(pk: int, *, wait: bool = True) -> Task | None:
    """The row with its case locked first, as every action locks it: nothing can close the row meanwhile, and no two
    ever wait for each other. None when the row is gone or closed, or (without `wait`) when somebody acts just now.
    """
    task = Task.objects.filter(pk=pk).first()
    if task is None or task.case is None:
        return None
    cases = type(task.case)._default_manager.select_for_update(skip_locked=not wait)
    if not cases.filter(pk=task.case_id).exists():
        return None
    return Task.objects.filter(pk=pk, closed_at__isnull=True).first()


@transaction.atomic
def extend_duty(task: Task, *, reason: str, actor: User) -> Task:
    """Give a duty more time, once, before it expires, with a reason that the owner of the case is told."""
    held = _held(task.pk)
    if held is None:
        raise WrongState(EXTENDED, "这一步已经办完，不用再延长。")
    task = held
    duty = duty_of(task)
    if task.extended_at is not None:
        raise WrongState(EXTENDED, "已经延长过一次。每一步只能延长一次，请在时限内办结。")
    if task.due_on is None or clock.today() > task.due_on:
        raise WrongState(EXTENDED, "时限已过，不能再延长。延长要在到期前提出。")
    if not may_extend(actor, task):
        raise NotAllowed(EXTENDED, "延长时限由这一步的承办人提出。")
    if not reason.strip():
        raise BadInput(EXTENDED, "请写明延长的理由，申请人会看到。", fields={"reason": "请写明延长的理由。"})
    case: Case = task.case  # type: ignore[assignment]
    more = days_of(case, duty.extension) or 0
    before = task.due_on
    task.due_on = add_workdays(before, more)
    task.days = (task.days or 0) + more
    start = timezone.localdate(task.opened_at)
    task.half_on, task.near_on = (add_workdays(start, share) for share in shares(task.days))
    # Marks that have passed by now stay passed: nobody is warned of them a second time.
    today = clock.today()
    passed = Task.Level.HALF if task.half_on <= today else Task.Level.FINE
    task.level = Task.Level.NEAR if task.near_on <= today else passed
    task.extended_at = clock.now()
    task.save()
    event = record(actor, EXTENDED, case, reason=reason, days=more, before=before, after=task.due_on)
    if case.owner is not None and case.owner != actor:
        from linli.core.notices import notify

        notify(
            case.owner,
            kind=f"case.{task.process}",
            title=f"{task.title}:办理时限延长 {more} 个工作日",
            body=reason,
            url=task.url,
            event=event,
        )
    return task


@transaction.atomic
def urge_duty(task: Task, *, reason: str, actor: User) -> Task:
    """A superior reminds whoever owes the step; the words stand in the timeline."""
    held = _held(task.pk)
    if held is None:
        raise WrongState(URGED, "这一步已经办完，不用催了。")
    task = held
    duty = duty_of(task)
    if not duty.raised_to or not holds(actor, duty.raised_to, task.scope):
        raise NotAllowed(URGED, "催办由上一级岗位提出。")
    case: Case = task.case  # type: ignore[assignment]
    event = record(actor, URGED, case, reason=reason)
    _tell_holders(task, task.role, title=f"催办：{task.title}", body=reason, event_id=event.pk)
    return task


def _tell_holders(task: Task, role: str, *, title: str, body: str, event_id: int) -> None:
    from linli.core.access.holders import holders_of
    from linli.core.audit.models import Event
    from linli.core.notices import notify

    people = [task.owner] if role == OWNER else holders_of(role, task.scope)
    event = Event.objects.get(pk=event_id)
    for person in people:
        if person is not None:
            notify(person, kind=f"duty.{task.process}", title=title, body=body, url=task.url, event=event)


def run_clock(limit: int = 500) -> dict[str, int]:
    """Warn, raise and let time run out; each row in its own transaction, so a kill loses and doubles nothing.

    Called every few minutes by a job; returns how many rows were warned, raised and expired.
    """
    today = clock.today()
    counts = {"warned": 0, "raised": 0, "expired": 0}
    acting = Task.objects.filter(closed_at__isnull=True, kind=Task.Kind.ACT)
    run_out = acting.filter(role=SYSTEM, due_on__lt=today)
    for pk in run_out.values_list("pk", flat=True)[:limit]:
        counts["expired"] += _expire(pk)
    owed = acting.exclude(role=SYSTEM)
    for level, rows in (
        (Task.Level.LATE, owed.filter(due_on__lt=today)),
        (Task.Level.NEAR, owed.filter(near_on__lte=today)),
        (Task.Level.HALF, owed.filter(half_on__lte=today)),
    ):
        for pk in rows.filter(level__lt=level).values_list("pk", flat=True)[:limit]:
            done = _climb(pk, level)
            counts["raised" if level == Task.Level.LATE else "warned"] += done
    return counts


@transaction.atomic
def _expire(pk: int) -> int:
    task = _held(pk, wait=False)
    if task is None:
        return 0
    step, _process = STEPS[duty_of(task).then]
    try:
        with transaction.atomic():
            perform(step, task.case, actor=User.system())  # type: ignore[type-var]
    except Refusal as refusal:  # one case that cannot go on must not hold up the others
        log.error("duty_not_expired", task=task.pk, step=step.name, code=refusal.code)
        return 0
    return 1


@transaction.atomic
def _climb(pk: int, level: int) -> int:
    task = _held(pk, wait=False)
    if task is None or task.level >= level:
        return 0
    task.level = level
    task.save(update_fields=["level"])
    duty = duty_of(task)
    case: Case = task.case  # type: ignore[assignment]
    late = level == Task.Level.LATE
    event = record(User.system(), RAISED if late else WARNED, case, level=int(level), due_on=task.due_on)
    words = {Task.Level.HALF: "时限已过半", Task.Level.NEAR: "时限已过 80%，快到期", Task.Level.LATE: "已超期"}[
        Task.Level(level)
    ]
    _tell_holders(task, task.role, title=f"{task.title}:{words}", body="", event_id=event.pk)
    if late and duty.raised_to:
        Task.objects.create(
            kind=Task.Kind.WATCH,
            process=task.process,
            case_type=task.case_type,
            case_id=task.case_id,
            state=task.state,
            role=duty.raised_to,
            scope=task.scope,
            title=task.title,
            summary=task.summary,
            url=task.url,
            days=task.days,
            due_on=task.due_on,
            half_on=task.half_on,
            near_on=task.near_on,
            level=level,
        )
        _tell_holders(task, duty.raised_to, title=f"{task.title}:下级办理超期", body="", event_id=event.pk)
    return 1
