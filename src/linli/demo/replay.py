"""What the engine would have written for cases that ended long ago, gathered in memory and written in bulk.

`linli.core.workflow.engine` and `duties` do this step by step with locks and checks; for a demo's history that takes
minutes. A test runs one case both ways and compares every row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone

from linli.core.access.models import User
from linli.core.audit import record_all
from linli.core.audit.models import Event
from linli.core.notices.choices import Channel, State
from linli.core.notices.models import Delivery, Notice
from linli.core.workdays import Calendar
from linli.core.workflow import OWNER, SYSTEM, Duty, Step
from linli.core.workflow.duties import RAISED, WARNED
from linli.core.workflow.engine import days_of, shares
from linli.core.workflow.models import Case, CaseVersion, Task

NIGHT = dt.time(0, 5)  # the clock of duties runs every few minutes; the first run of a day finds what fell due
WARNINGS = {
    Task.Level.HALF: "时限已过半",
    Task.Level.NEAR: "时限已过 80%，快到期",
    Task.Level.LATE: "已超期",
}


@dataclass(frozen=True)
class Taken:
    """A step that was taken: when, by whom, with which words. `sends` keeps a version."""

    at: dt.datetime
    step: Step
    actor: User
    reason: str = ""
    sends: bool = False


@dataclass
class Replay:
    """Rows of events, duties, versions and notices, waiting to be written."""

    calendar: Calendar
    system: User
    post_name: Callable[[User, str], str]
    holders: Callable[[str, str], Iterable[User]]
    events: list[Event] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    versions: list[CaseVersion] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def event(
        self, at: dt.datetime, actor: User, name: str, subject: Model, *, scope: str | None = None, **detail: Any
    ) -> Event:
        """What core.audit.record writes."""
        scope = getattr(subject, "scope", "") if scope is None else scope
        made = Event(
            at=at,
            actor=actor,
            post=self.post_name(actor, scope),
            name=name,
            subject_type=ContentType.objects.get_for_model(subject),
            subject_id=subject.pk,
            scope=scope,
            detail=detail,
        )
        self.events.append(made)
        return made

    def play(self, case: Case, steps: Iterable[Taken], *, begun: tuple[dt.datetime, User] | None) -> None:
        """Run a written case through its steps. `begun`: when and by whom a draft was opened.

        ValueError when an arrow does not leave the state the case is in.
        """
        process = case.process
        state = process.start
        first = process.duty_in(state)
        held = first is not None and (case.owner_id is not None or first.owed_by != OWNER)
        task = self._open(case, first, state, begun[0]) if begun and held else None
        for taken in steps:
            step, at, actor = taken.step, taken.at, taken.actor
            if state not in step.sources:
                raise ValueError(f"{step.name} does not leave {state}")
            if taken.sends:
                self._version(case, at, actor)
            if task is not None:
                self._warn(case, task, until=at)
            state = step.target or state
            behalf = actor.pk == case.entered_by_id and actor.pk != case.owner_id
            event = self.event(at, actor, step.name, case, state=state)
            if behalf:
                event.on_behalf_of = case.owner
                event.detail["behalf"] = True
            if taken.reason:
                event.detail["reason"] = taken.reason
            for row in self._of(case):
                if row.closed_at is None:
                    row.closed_at, row.closed_by = at, actor
            duty = process.duty_in(state)
            task = self._open(case, duty, state, at) if duty is not None else None
            if case.owner is not None and case.owner_id != actor.pk and not step.quiet:
                told = str(step.told) or "{title}：" + str(step.past)
                self.notify(
                    case.owner,
                    at,
                    kind=f"case.{process.slug}",
                    title=told.format(title=case.title, state=process.label_of(state)),
                    body=taken.reason,
                    url=case.get_absolute_url(),
                    event=event,
                )

    def notify(
        self, user: User, at: dt.datetime, *, kind: str, title: str, body: str, url: str, event: Event
    ) -> None:
        """A notice that was read the next morning."""
        self.notices.append(
            Notice(
                recipient=user,
                kind=kind,
                title=title,
                body=body,
                url=url,
                event=event,
                created_at=at,
                read_at=at + dt.timedelta(hours=15),
            )
        )

    def _of(self, case: Case) -> list[Task]:
        """The rows of the case that is played now; they stand at the end."""
        rows = []
        for row in reversed(self.tasks):
            if row.case_id != case.pk or row.process != case.process.slug:
                break
            rows.append(row)
        return rows

    def _version(self, case: Case, at: dt.datetime, actor: User) -> None:
        kind = ContentType.objects.get_for_model(case)
        number = sum(row.case_id == case.pk and row.case_type_id == kind.pk for row in self.versions[-3:]) + 1
        self.versions.append(
            CaseVersion(
                case_type=kind, case_id=case.pk, number=number, content=case.snapshot(), sent_at=at, sent_by=actor
            )
        )

    def _open(self, case: Case, duty: Duty | None, state: str, at: dt.datetime) -> Task | None:
        if duty is None:
            return None
        days = days_of(case, duty.within)
        start = timezone.localdate(at)
        last: dt.date | None = getattr(case, duty.until) if duty.until else None
        if last is not None:
            days = max(0, self.calendar.between(start, last))
        half, near = shares(days or 0)

        def on(share: int) -> dt.date | None:
            return None if days is None else self.calendar.add(start, share)

        task = Task(
            process=case.process.slug,
            case_type=ContentType.objects.get_for_model(case),
            case_id=case.pk,
            state=state,
            role=duty.stands_in if duty.stands_in and self._interested(case, duty) else duty.owed_by,
            owner=(case.owner or case.entered_by) if duty.owed_by == OWNER else None,
            scope=case.scope,
            title=case.title[:200],
            summary=case.summary[:300],
            url=case.get_absolute_url(),
            opened_at=at,
            days=days,
            due_on=last or on(days or 0),
            half_on=on(half),
            near_on=on(near),
        )
        self.tasks.append(task)
        return task

    def _interested(self, case: Case, duty: Duty) -> bool:
        """Whether who holds the case's own interest is one of those who would owe it (see engine.holder_of)."""
        holders = list(self.holders(duty.owed_by, case.scope))
        return any(person in holders for person in (case.owner, case.entered_by) if person is not None)

    def _warn(self, case: Case, task: Task, *, until: dt.datetime) -> None:
        """What the clock of duties did while the row was open."""
        if task.role == SYSTEM or task.due_on is None or task.half_on is None or task.near_on is None:
            return
        climbs = [
            (task.half_on, Task.Level.HALF),
            (task.near_on, Task.Level.NEAR),
            (task.due_on + dt.timedelta(days=1), Task.Level.LATE),
        ]
        for day, level in climbs:
            at = timezone.make_aware(dt.datetime.combine(day, NIGHT))
            if at >= until or any(other == day and above > level for other, above in climbs):
                continue
            late = level == Task.Level.LATE
            task.level = level
            event = self.event(
                at, self.system, RAISED if late else WARNED, case, level=int(level), due_on=task.due_on.isoformat()
            )
            told = [task.owner] if task.role == OWNER else self.holders(task.role, task.scope)
            self._tell(told, task, at, WARNINGS[level], event)
            duty = case.process.duty_in(task.state)
            if late and duty is not None and duty.raised_to:
                watch = Task(
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
                    opened_at=at,
                    days=task.days,
                    due_on=task.due_on,
                    half_on=task.half_on,
                    near_on=task.near_on,
                    level=level,
                )
                self.tasks.append(watch)
                self._tell(self.holders(duty.raised_to, task.scope), task, at, "下级办理超期", event)

    def _tell(self, users: Iterable[User | None], task: Task, at: dt.datetime, words: str, event: Event) -> None:
        for user in users:
            if user is not None:
                self.notify(
                    user,
                    at,
                    kind=f"duty.{task.process}",
                    title=f"{task.title}：{words}",
                    body="",
                    url=task.url,
                    event=event,
                )

    def write(self) -> None:
        """Everything gathered, in the order it happened."""
        self.events.sort(key=lambda event: event.at)
        record_all(self.events)
        Task.objects.bulk_create(self.tasks, batch_size=2000)
        CaseVersion.objects.bulk_create(self.versions, batch_size=2000)
        self.notices.sort(key=lambda notice: notice.created_at)
        Notice.objects.bulk_create(self.notices, batch_size=2000)
        Delivery.objects.bulk_create(
            [
                Delivery(notice=notice, channel=Channel.IN_APP, state=State.SENT, changed_at=notice.created_at)
                for notice in self.notices
            ],
            batch_size=2000,
        )
