"""What is read of cases: the inbox, the buttons, the timeline, the stage bar, versions, counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import mean
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from linli.core import clock
from linli.core.access.grants import Person, covered, grants_of
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.counting import Bounded, joined
from linli.core.workdays import due_words
from linli.core.workflow import duties
from linli.core.workflow.declare import OWNER, REGISTRY, STEPS, Process, Step, process_of
from linli.core.workflow.listing import Cases, late_of, states_of
from linli.core.workflow.models import Case, CaseVersion, Task


def tasks_of(user: Person) -> QuerySet[Task]:
    """The open rows of a person's inbox: own matters, and what the person's posts owe or watch over.

    For one row, or few; pages and counts of a long inbox are in `inbox`.
    """
    if not isinstance(user, User):
        return Task.objects.none()
    mine = Q(role=OWNER, owner=user)
    for role in {grant.role for grant in grants_of(user)}:
        mine |= Q(role=role) & covered(user, role)
    return Task.objects.filter(mine, closed_at__isnull=True).order_by(F("due_on").asc(nulls_last=True), "id")


def own_tasks(user: User) -> QuerySet[Task]:
    """The open rows of a person's own matters."""
    return Task.objects.filter(role=OWNER, owner=user, closed_at__isnull=True)


def steps_for(user: Person, case: Case) -> list[Step]:
    """The arrows this person may take now: the buttons of the page."""
    if not isinstance(user, User):
        return []
    process = process_of(case)
    return [
        step
        for step in process.steps_from(case.state)
        if not waits_until(step, case) and user.has_perm(step.name, case)
    ]


def waits_until(step: Step, case: Case) -> dt.date | None:
    """The day from which on a step is offered; None when it is offered by now."""
    day: dt.date | None = getattr(case, step.since) if step.since else None
    return day if day is not None and day > clock.today() else None


def steps_to_come(user: Person, case: Case) -> list[tuple[Step, dt.date]]:
    """The arrows this person may take from a day on that has not come."""
    if not isinstance(user, User):
        return []
    found = ((step, waits_until(step, case)) for step in process_of(case).steps_from(case.state))
    return [(step, day) for step, day in found if day is not None and user.has_perm(step.name, case)]


def open_rows(case: Case) -> QuerySet[Task]:
    """Every row of an inbox that the case holds open, watched ones included."""
    kind = ContentType.objects.get_for_model(case)
    return Task.objects.filter(case_type=kind, case_id=case.pk, closed_at__isnull=True)


def open_task(case: Case) -> Task | None:
    """The row somebody owes on a case now."""
    return open_rows(case).filter(kind=Task.Kind.ACT).first()


@dataclass(frozen=True)
class Entry:
    """A line of the timeline."""

    at: dt.datetime
    text: str
    who: str
    post: str = ""
    behalf: str = ""
    quote: str = ""
    tone: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


def timeline(case: Case, *, public: bool = False) -> list[Entry]:
    """What happened, newest first. A reader without a post (`public`) sees posts instead of officers' names."""
    kind = ContentType.objects.get_for_model(case)
    events = (
        Event.objects.filter(subject_type=kind, subject_id=case.pk)
        .select_related("actor", "on_behalf_of")
        .order_by("-at", "-id")
    )
    names = _told_names(public=public)
    if public and case.process.hides_owner:  # a draft lies nowhere: whoever opened it stands there without a post
        names -= {"core.case_begun"}
    told = [event for event in events if event.name in names]
    return [entry_of(event, owner_id=case.owner_id, public=public, process=case.process) for event in told]


def _told_names(*, public: bool) -> set[str]:
    inward = {name for name, (step, _process) in STEPS.items() if step.inward} if public else set()
    return {*STEPS, *duties.LABELS, "core.case_begun"} - inward


def entry_of(
    event: Event, *, owner_id: int | None = None, public: bool = False, process: Process | None = None
) -> Entry:
    """An event in words; of a process that hides its owner, nothing of what the owner did tells who that is."""
    step = STEPS[event.name][0] if event.name in STEPS else None
    text = step.past if step else duties.LABELS.get(event.name, "开始填写")
    if event.name == duties.WARNED:
        text = (
            "时限已过 80%，已提醒承办人" if event.detail.get("level") == Task.Level.NEAR else "时限过半，已提醒承办人"
        )
    if event.name == duties.EXTENDED:
        text = f"{text} {event.detail.get('days', '')} 个工作日"
    process = STEPS[event.name][1] if event.name in STEPS else process
    owner_label = process.owner_label if process else "申请人"
    own = event.actor_id == owner_id
    who = event.post if public and event.post and not own else str(event.actor)
    if public and step is not None and step.unnamed:
        who = str(step.unnamed)
    return Entry(
        at=event.at,
        text=text,
        who=owner_label if own else who,
        post=event.post if not public and not (own and process and process.hides_owner) else "",
        behalf=owner_label if event.on_behalf_of_id or event.detail.get("behalf") else "",
        quote=str(event.detail.get("reason", "") or ""),
        tone={"danger": "late"}.get(step.tone, "") if step else ("late" if event.name == duties.RAISED else ""),
        detail=event.detail,
    )


def stage_bar(case: Case, task: Task | None) -> list[dict[str, str]]:
    """The straight way with where the case stands; a case off the way (returned, refused) says so at its place."""
    process = process_of(case)
    kind = ContentType.objects.get_for_model(case)
    events = list(
        Event.objects.filter(subject_type=kind, subject_id=case.pk, name__in=[step.name for step in process.steps])
        .order_by("at", "id")
        .values_list("name", "at", "detail__state")
    )
    left_at: dict[str, dt.datetime] = {}
    reached: dict[str, dt.datetime] = {}
    previous = process.start
    for _name, at, state in events:
        if state != previous:
            left_at[previous] = at
        reached[state] = at
        previous = state
    index = next((i for i, stage in enumerate(process.stages) if case.state in stage.states), None)
    bar = []
    for i, stage in enumerate(process.stages):
        last = i == len(process.stages) - 1
        moments = [left_at[state] for state in stage.states if state in left_at]
        status, note = "todo", ""
        if index is not None and i == index:
            status = "done" if case.state in process.ends else "now"
            words, tone = due_words(task.due_on, clock.today()) if task else ("", "")
            note = words if status == "now" else day_words(reached.get(case.state))
            status = "late" if tone == "late" else status
        elif (index is not None and i < index) or (index is None and moments):
            status, note = "done", day_words(max(moments)) if moments else ""
        if status == "todo" and last and case.state in process.ends and index is None:
            note = ""
        aside = i == index and case.state != stage.states[0] and case.state not in process.ends
        label = f"{stage.label}：{case.state_label}" if aside else stage.label
        bar.append({"label": label, "status": status, "note": note})
    if index is None:
        bar.append({"label": case.state_label, "status": "late", "note": day_words(reached.get(case.state))})
    return bar


def day_words(at: dt.datetime | None) -> str:
    """A moment as "11月12日 09:14"; empty for none."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    year = "" if local.year == clock.today().year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


@dataclass(frozen=True)
class Difference:
    """One field that reads otherwise than in the version before."""

    label: str
    before: str
    after: str


def versions(case: Case) -> QuerySet[CaseVersion]:
    """Each time the case was sent, oldest first."""
    kind = ContentType.objects.get_for_model(case)
    return CaseVersion.objects.filter(case_type=kind, case_id=case.pk).select_related("sent_by").order_by("number")


def differences(before: dict[str, Any], after: dict[str, Any], order: Iterable[str] = ()) -> list[Difference]:
    """Fields that changed between two versions, in `order` (the form's: the database keeps none), then the rest."""
    labels = [label for label in dict.fromkeys([*order, *after, *before]) if label in after or label in before]
    return [
        Difference(label, str(before.get(label, "") or "（空）"), str(after.get(label, "") or "（空）"))
        for label in labels
        if before.get(label, "") != after.get(label, "")
    ]


@dataclass(frozen=True)
class Standing:
    """How many cases stand in a state, and how long it usually takes."""

    state: str
    label: str
    count: int
    late: Bounded
    usual_days: float | None


LATELY = 100  # finished rows whose mean stay is told


def standings(process: Process, user: Person) -> list[Standing]:
    """For the picture of the process: per state the cases this person may see, and the mean stay of the last rows."""
    cases = Cases(process, user)
    counts, late, usual = cases.by_state(), cases.late_by_state(), usual_days(process)
    return [
        Standing(state, str(label), counts[state], late.get(state, Bounded(0)), usual.get(state))
        for state, label in process.states
    ]


@dataclass(frozen=True)
class Total:
    """How many cases of a process a person may see, and how many of them are late."""

    process: Process
    count: int
    late: Bounded


def totals(user: Person) -> list[Total]:
    """A line for every loop in which this person sees anything; four queries for any number of loops."""
    lists = [Cases(process, user) for process in processes_for(user)]
    return [
        Total(cases.process, states.total(), late)
        for cases, states, late in zip(lists, states_of(lists), late_of(lists), strict=True)
    ]


def usual_days(process: Process) -> dict[str, float]:
    """The mean stay in each state, in days, of the rows that were finished last; one short range of an index each."""
    done = Task.objects.filter(process=process.slug, kind=Task.Kind.ACT, closed_at__isnull=False)
    parts = [
        done.filter(state=duty.state)
        .order_by("-closed_at")
        .values_list("id", "state", "opened_at", "closed_at")[:LATELY]
        for duty in process.duties
    ]
    stays: dict[str, list[float]] = {}
    for _pk, state, opened_at, closed_at in joined(parts) if parts else ():
        stays.setdefault(state, []).append((closed_at - opened_at).total_seconds())
    return {state: round(mean(found) / 86400, 1) for state, found in stays.items()}


def processes_for(user: Person) -> list[Process]:
    """The loops in which this person sees anything or holds a role."""
    if not grants_of(user):
        return []
    return [
        process for process in REGISTRY.values() if process.visible_to is not None and user.has_perm(process.view)
    ]
