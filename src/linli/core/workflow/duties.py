"""What happens to an open duty besides its step: warnings, climbing, one extension, urging, and time running out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from linli.core import clock
from linli.core.access.grants import holds
from linli.core.access.holders import holders_of
from linli.core.access.models import User
from linli.core.audit import record, record_all
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, Refusal, WrongState
from linli.core.notices import notify
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


def role_above(task: Task) -> str:
    """The role that sees to a late row; empty where nobody stands above."""
    duty = duty_of(task)
    return str(getattr(task.case, duty.raised_named)) if duty.raised_named else duty.raised_to


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
        and (not duty.extended_by or user.has_perm(duty.extended_by, task.case))
        and not (duty.until and extended_before(task))
    )


def extended_before(task: Task) -> bool:
    """Whether this duty of the case was extended when the state was entered before."""
    return Task.objects.filter(
        case_type=task.case_type_id, case_id=task.case_id, state=task.state, extended_at__isnull=False
    ).exists()


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
    if task.extended_at is not None or (duty.until and extended_before(task)):
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
    if duty.until:  # the day is the case's own, and counts on wherever the case goes
        setattr(case, duty.until, task.due_on)
        case.save(update_fields=[duty.until])
    event = record(actor, EXTENDED, case, reason=reason, days=more, before=before, after=task.due_on)
    if case.owner is not None and case.owner != actor:
        notify(
            case.owner,
            kind=f"case.{task.process}",
            title=f"{task.title}：办理时限延长 {more} 个工作日",
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
    above = role_above(task)
    if not above or not holds(actor, above, task.scope):
        raise NotAllowed(URGED, "催办由上一级岗位提出。")
    case: Case = task.case  # type: ignore[assignment]
    if is_hidden_owner(actor, case):
        raise NotAllowed(URGED, "这是你自己的事，由别的同事催办。")
    event = record(actor, URGED, case, reason=reason)
    _tell_holders(task, task.role, title=f"催办：{task.title}", body=reason, event_id=event.pk)
    return task


def is_hidden_owner(user: User, case: Case) -> bool:
    """Whether what the person did by virtue of a post would tell that the hidden owner holds it."""
    return case.process.hides_owner and case.owner_id is not None and case.owner_id == user.pk


def _tell_holders(task: Task, role: str, *, title: str, body: str, event_id: int) -> None:
    people = [task.owner] if role == OWNER else holders_of(role, task.scope)
    event = Event.objects.get(pk=event_id)
    for person in people:
        if person is not None:
            notify(person, kind=f"duty.{task.process}", title=title, body=body, url=task.url, event=event)


BATCH, LOOKED_AT = 200, 5000
MARKS = (Task.Level.LATE, "due_on__lt"), (Task.Level.NEAR, "near_on__lte"), (Task.Level.HALF, "half_on__lte")
WORDS = {Task.Level.HALF: "时限已过半", Task.Level.NEAR: "时限已过 80%，快到期", Task.Level.LATE: "已超期"}


def run_clock(seconds: float = 240) -> dict[str, int]:
    """Warn, raise and let time run out, until nothing is left or the time is up; the next run goes on.

    Called every few minutes by a job; returns how many rows were warned, raised and expired. Marks are set some
    hundred rows to a transaction, what the clock itself owes is done case by case; a kill loses and doubles nothing.
    What is looked for stands in an index of its own that a row leaves with the mark, so an idle run costs the same
    however many duties are open.
    """
    until = time.monotonic() + seconds
    today = clock.today()
    counts = {"warned": 0, "raised": 0, "expired": 0}
    acting = Task.objects.filter(closed_at__isnull=True, kind=Task.Kind.ACT)
    run_out = acting.filter(role=SYSTEM, due_on__lt=today)
    for batch in _batches(run_out.order_by("due_on"), until):
        counts["expired"] += sum(_expire(pk) for pk in batch)
    owed = acting.exclude(role=SYSTEM)
    for level, passed in MARKS:
        rows = owed.filter(**{passed: today, "level__lt": level})
        for batch in _batches(rows.order_by(passed.partition("__")[0]), until):
            counts["raised" if level == Task.Level.LATE else "warned"] += climb(batch, level)
    return counts


def _batches(rows: QuerySet[Task], until: float) -> Iterator[list[int]]:
    """Keys of the rows, a batch at a time, each once: a row that somebody holds just now waits for the next run."""
    seen: set[int] = set()
    while True:
        # In the order of the mark, so that its index is read: most rows look overdue to the planner, and are marked.
        found = [pk for pk in rows.values_list("pk", flat=True)[: len(seen) + LOOKED_AT] if pk not in seen]
        if not found:
            return
        for start in range(0, len(found), BATCH):
            if time.monotonic() > until:
                return
            yield found[start : start + BATCH]
        seen.update(found)


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
def climb(pks: Iterable[int], level: Task.Level) -> int:
    """Set the mark of these rows, write the events, tell who owes the step and, when late, who is above."""
    rows = _held_rows(pks, level)
    late = level == Task.Level.LATE
    kind_of = {row.case_type_id: row.case_type for row in rows}
    name, system = RAISED if late else WARNED, User.system()
    events = record_all(
        Event(
            actor=system,
            name=name,
            subject_type=kind_of[row.case_type_id],
            subject_id=row.case_id,
            scope=row.scope,
            detail={"level": int(level), "due_on": row.due_on},
        )
        for row in rows
    )
    Task.objects.filter(pk__in=[row.pk for row in rows]).update(level=level)
    raised = [(row, role_above(row)) for row in rows] if late else []
    Task.objects.bulk_create(_watching(row, role, level) for row, role in raised if role)
    tell = _Teller()
    for row, event in zip(rows, events, strict=True):
        tell(row, row.role, f"{row.title}：{WORDS[level]}", event)
    for (row, role), event in zip(raised, events, strict=False):
        if role:
            tell(row, role, f"{row.title}：下级办理超期", event)
    return len(rows)


def _held_rows(pks: Iterable[int], level: Task.Level) -> list[Task]:
    """The rows whose cases are ours now: those that somebody acts on at this moment are left to the next run."""
    rows = list(Task.objects.filter(pk__in=list(pks)))
    held: set[tuple[int, int]] = set()
    for kind in {row.case_type for row in rows}:
        model = kind.model_class()
        assert model is not None
        ids = sorted(row.case_id for row in rows if row.case_type_id == kind.pk)
        found = model._default_manager.select_for_update(skip_locked=True).filter(pk__in=ids).order_by("pk")
        held |= {(kind.pk, pk) for pk in found.values_list("pk", flat=True)}
    still = Task.objects.filter(pk__in=[row.pk for row in rows], closed_at__isnull=True, level__lt=level)
    return [row for row in still.order_by("pk") if (row.case_type_id, row.case_id) in held]


def _watching(row: Task, role: str, level: Task.Level) -> Task:
    """The row by which the level above sees to it."""
    return Task(
        kind=Task.Kind.WATCH,
        process=row.process,
        case_type_id=row.case_type_id,
        case_id=row.case_id,
        state=row.state,
        role=role,
        scope=row.scope,
        title=row.title,
        summary=row.summary,
        url=row.url,
        days=row.days,
        due_on=row.due_on,
        half_on=row.half_on,
        near_on=row.near_on,
        level=level,
    )


class _Teller:
    """Tells whoever holds a role over a place; asks who that is once for each place."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], list[User]] = {}

    def __call__(self, row: Task, role: str, title: str, event: Event) -> None:
        if role == OWNER:
            people = [row.owner] if row.owner is not None else []
        else:
            people = self.known.setdefault((role, row.scope), [])
            if not people:
                people.extend(holders_of(role, row.scope))
        for person in people:
            notify(person, kind=f"duty.{row.process}", title=title, url=row.url, event=event)
