"""The loop of impact assessments: each function is one step of assessment_choices.ASSESSMENT.

Nobody has to remember that one is due: for every entry of the register that the law names, a draft lies in the inbox
of the district as soon as none holds, because there never was one, its time has run, or the entry reads otherwise.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.privacy import assessment_choices as choices
from linli.core.privacy.assessment_choices import AssessmentState, Conclusion
from linli.core.privacy.assessment_models import ANSWERS, Assessment
from linli.core.privacy.choices import Trigger
from linli.core.privacy.declare import PROCESSINGS
from linli.core.privacy.models import LocalProcessing
from linli.core.privacy.places import district_of, districts
from linli.core.privacy.telling import told, told_local
from linli.core.workdays import add_workdays
from linli.core.workflow.engine import days_of, keep_version, perform, performs, settle
from linli.core.workflow.numbers import next_number

SAVE = "privacy.save_assessment"
STANDING = (AssessmentState.DRAFT, AssessmentState.REVIEW, AssessmentState.IN_FORCE)


@dataclass(frozen=True)
class Due:
    """An entry of the register for which the law asks an assessment, as it reads today."""

    key: str
    label: str
    reasons: tuple[Trigger, ...]
    said: dict[str, Any]

    @property
    def digest(self) -> str:
        """Tells whether the entry still reads as it was assessed."""
        return hashlib.sha256(json.dumps(self.said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def entries_due(scope: str) -> list[Due]:
    """The entries that need an assessment in a district: what the system declares, and the district's own."""
    found = [
        Due(entry.slug, entry.label, tuple(entry.reasons), told(entry))
        for entry in PROCESSINGS.values()
        if entry.reasons
    ]
    local = LocalProcessing.objects.filter(scope=scope, ended_at__isnull=True).order_by("pk")
    return found + [Due(row.key, row.label, tuple(row.reasons), told_local(row)) for row in local if row.reasons]


def entry_now(case: Assessment) -> Due | None:
    """The entry of an assessment as it reads today; None when it is gone or needs none any more."""
    return next((due for due in entries_due(case.scope) if due.key == case.key), None)


# --- what keeps itself ---------------------------------------------------------------------------------------


def keep_all_assessments() -> int:
    """Every district served; how many drafts were opened."""
    return sum(keep_assessments(place.path) for place in districts())


@transaction.atomic
def keep_assessments(scope: str) -> int:
    """Open what is missing in a district, end what no longer fits, drop what is not due; how many were opened."""
    place = district_of(scope)
    if place is None or place.path != scope:
        return 0
    due = {entry.key: entry for entry in entries_due(scope)}
    for case in Assessment.objects.filter(scope=scope, state__in=STANDING).order_by("pk"):
        if case.key not in due:
            perform(choices.DROP, case, actor=User.system())
        elif case.state == AssessmentState.IN_FORCE and case.digest != due[case.key].digest:
            perform(choices.LAPSE, case, actor=User.system(), reason="登记的内容改了")
    held = set(Assessment.objects.filter(scope=scope, state__in=STANDING).values_list("key", flat=True))
    return sum(_open(entry, scope) for entry in due.values() if entry.key not in held)


def _open(due: Due, scope: str) -> bool:
    """Open a draft that begins with what the last assessment said; False when somebody else has just opened one."""
    last = Assessment.objects.filter(scope=scope, key=due.key, state=AssessmentState.LAPSED).order_by("-pk").first()
    case = Assessment(
        scope=scope,
        key=due.key,
        label=due.label[:80],
        reasons=list(due.reasons),
        declared=due.said,
        digest=due.digest,
        previous=last,
        **({name: getattr(last, name) for name in ANSWERS} if last else {}),
    )
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError:
        return False
    system = User.system()
    settle(case, system, record(system, "core.case_begun", case))
    return True


# --- filling in ----------------------------------------------------------------------------------------------


@transaction.atomic
def save_assessment(case: Assessment, *, actor: User, revision: int | None, **values: Any) -> Assessment:
    """Keep what has been written so far. Raises WrongState when another device saved in between (nothing is lost)."""
    case = Assessment.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if not actor.has_perm(choices.SEND.name, case):
        raise NotAllowed(SAVE, "影响评估由区民政局经办填写。")
    if case.state != AssessmentState.DRAFT:
        raise WrongState(SAVE, "这份评估已经报送，现在不能改。要改请让科长退回。")
    if revision is not None and revision != case.revision:
        raise WrongState("draft.revision", "这份草稿刚才在另一台设备上改过。")
    for name in set(values) & set(ANSWERS):
        setattr(case, name, values[name])
    case.revision += 1
    case.save()
    settle(case, actor, record(actor, SAVE, case, fields=sorted(values)))
    return case


def missing(case: Assessment) -> list[str]:
    """What the law asks an assessment to say (PIPL 56) and it does not say yet."""
    todo = []
    for name in ("necessity", "effects", "measures"):
        if len(" ".join(getattr(case, name).split())) < choices.LEAST_WORDS:
            todo.append(f"写明“{case._meta.get_field(name).verbose_name}”")  # type: ignore[union-attr]
    todo += [] if case.risk else ["选风险程度"]
    todo += [] if case.conclusion else ["选结论"]
    if case.conclusion in (Conclusion.MEND, Conclusion.STOP) and not case.mends.strip():
        todo.append("写明要改什么、谁改、何时改好")
    return todo


# --- steps ---------------------------------------------------------------------------------------------------


@performs(choices.SEND)
def send_assessment(case: Assessment, *, actor: User) -> None:
    """Hand it to the head; it is judged by how the entry reads at this moment."""
    todo = missing(case)
    if todo:
        raise BadInput("privacy.incomplete", f"还差 {len(todo)} 项：{'；'.join(todo)}。")
    due = entry_now(case)
    if due is None:
        raise WrongState(choices.SEND.name, "这项处理现在不需要评估了，今晚会从待办里去掉。")
    case.label, case.reasons = due.label[:80], list(due.reasons)
    case.declared, case.digest = due.said, due.digest
    case.assessed_by, case.assessed_at = actor, clock.now()
    if not case.number:
        place = district_of(case.scope)
        assert place is not None
        case.number = next_number("PG", place, clock.today().year)
    keep_version(case, actor)


@performs(choices.APPROVE)
def approve_assessment(case: Assessment, *, actor: User, reason: str = "") -> None:
    """It holds from now on, for the processing as it was assessed."""
    if case.conclusion == Conclusion.STOP:
        raise BadInput(choices.APPROVE.name, "结论是“不可以处理”，不能生效。请停止这项处理，改好登记以后退回重评。")
    due = entry_now(case)
    if due is None or due.digest != case.digest:
        raise BadInput(choices.APPROVE.name, "评估以后登记的内容又改过。请退回重评，按现在的登记再看一遍。")
    case.approved_by, case.approved_at = actor, clock.now()
    case.valid_until = add_workdays(clock.today(), days_of(case, choices.VALID_DAYS) or 0)


@performs(choices.RETURN)
def return_assessment(case: Assessment, *, actor: User, reason: str) -> None:
    """The head asks for more."""


@performs(choices.LAPSE)
def lapse_assessment(case: Assessment, *, actor: User, reason: str = "") -> None:
    """It holds no longer: its time has run, the entry changed, or the head asks for a new one. The next one opens at
    once, with what this one said."""
    due = entry_now(case)
    if due is not None:
        Assessment.objects.filter(pk=case.pk).update(state=AssessmentState.LAPSED)  # one of an entry stands
        _open(due, case.scope)


@performs(choices.DROP)
def drop_assessment(case: Assessment, *, actor: User) -> None:
    """The entry is gone, or nothing in it asks for an assessment any more."""
