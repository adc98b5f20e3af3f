"""A grade is taken down or away: told, heard, decided by another person; then no application for years."""

from __future__ import annotations

import datetime as dt
from typing import Any

from linli.core import clock
from linli.core.access.models import User
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.notices import notify
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import keep_version, performs
from linli.core.workflow.numbers import next_number
from linli.organizations.actions.grades import end_grade, grant
from linli.organizations.choices import grade_change as choices
from linli.organizations.choices.grade_change import ChangeKind, ChangeState
from linli.organizations.choices.grading import BARRED_YEARS, PLAQUE_DAYS, EndCause
from linli.organizations.models import GradeChange, HeldGrade
from linli.organizations.rules.eligibility import months_on

BEGIN, SAVED = "organizations.begin_grade_change", "organizations.draft_saved"


def begin_grade_change(held: HeldGrade, *, actor: User) -> GradeChange:
    """Propose to take a grade down or away: a draft of the officer's, or the one begun before."""
    if not actor.has_perm(BEGIN, held):
        raise NotAllowed(BEGIN, f"降低、取消等级由{held.of.officer.label}提出。")
    if not held.stands:
        raise WrongState(BEGIN, "这个等级已经失效，不用再处理。")
    begun = GradeChange.objects.filter(held=held, owner=actor, state=ChangeState.DRAFT).first()
    if begun is not None:
        return begun
    return open_draft(GradeChange(organization=held.organization, held=held, owner=actor), actor=actor, code=BEGIN)


def save_grade_change(change: GradeChange, *, actor: User, revision: int | None, **values: Any) -> GradeChange:
    """Keep what was typed so far."""
    return keep_draft(change, steps=(choices.NOTIFY,), name=SAVED, actor=actor, revision=revision, values=values)


def grade_change_missing(change: GradeChange) -> list[str]:
    """What is still to be done before the organization can be told."""
    todo = [] if change.kind else ["选降低还是取消"]
    level = change.new_level
    if change.kind == ChangeKind.DOWNGRADE and not (level is not None and 1 <= level < change.held.level):
        todo.append(f"选比{change.held.words}低的一级")
    if change.kind == ChangeKind.CANCEL and level is not None:
        todo.append("取消等级的不选降到哪一级")
    return todo if change.facts.strip() else [*todo, "写明事实"]


@performs(choices.NOTIFY)
def notify_grade_change(change: GradeChange, *, actor: User) -> None:
    """Tell the organization, which may answer until the day the clock says."""
    if todo := grade_change_missing(change):
        raise BadInput("organizations.incomplete", f"还差 {len(todo)} 项：{'；'.join(todo)}。", fields={})
    _must_stand(change, choices.NOTIFY.name)
    change.proposed_by = actor
    area = change.organization.area
    if not change.number and area is not None:
        change.number = next_number("DJ", area, clock.today().year)
    keep_version(change, actor)
    _tell(change, f"拟将{change.organization.name}的等级处理：{change.change_in_words}", change.facts)


def _must_stand(change: GradeChange, code: str) -> None:
    held = HeldGrade.objects.select_for_update(of=("self",)).get(pk=change.held_id)
    if not held.stands:
        raise WrongState(code, "这个等级已经失效，不用再处理。")


def _tell(change: GradeChange, title: str, body: str) -> None:
    head = change.organization.owner
    if head is not None:
        kind = f"case.{change.process.slug}"
        notify(head, kind=kind, title=title, body=body[:300], url=change.get_absolute_url())


@performs(choices.REPLY)
def reply_grade_change(change: GradeChange, *, actor: User, reason: str) -> None:
    """The organization's own words, which whoever decides reads in the timeline."""


@performs(choices.END_HEARING)
def end_grade_hearing(change: GradeChange, *, actor: User) -> None:
    """The time to answer is over; the decision is a person's."""


@performs(choices.DECIDE)
def decide_grade_change(change: GradeChange, *, actor: User, reason: str) -> None:
    """It holds from today on: lower for the rest of its time, or not at all; and no application for years."""
    _must_stand(change, choices.DECIDE.name)
    today, held = clock.today(), change.held
    change.decided_by, change.decided_on = actor, today
    change.barred_until = months_on(today, 12 * BARRED_YEARS[change.kind])
    change.plaque_by = today + dt.timedelta(days=PLAQUE_DAYS)
    if change.kind == ChangeKind.CANCEL:
        end_grade(held, EndCause.CANCELLED, actor)
    else:
        assert change.new_level is not None
        end_grade(held, EndCause.DOWNGRADED, actor)
        grant(
            change.organization,
            scheme=change.of,
            level=change.new_level,
            granted_on=held.granted_on,
            valid_until=held.valid_until,
            grading=held.grading,
            document=change.number,
            actor=actor,
        )
    _tell(change, f"{change.organization.name}：{change.get_kind_display()}，15 天以内交回证书和牌匾", reason)


@performs(choices.SPARE)
def spare_grade_change(change: GradeChange, *, actor: User, reason: str) -> None:
    """The grade stays as it is."""
    change.decided_by = actor
    _tell(change, f"{change.organization.name}的等级不作处理", reason)


@performs(choices.RETURN_PLAQUE)
def return_plaque(change: GradeChange, *, actor: User, reason: str = "") -> None:
    """Certificate and plaque are back, or were declared void."""


@performs(choices.WITHDRAW)
def withdraw_grade_change(change: GradeChange, *, actor: User, reason: str = "") -> None:
    """Whoever proposed it takes it back."""
    if change.proposed_by_id is not None:
        _tell(change, f"不再提出处理{change.organization.name}的等级", reason)
