"""The loop of a mediation case. What is typed in its steps is kept encrypted in the case, never in the trace."""

from __future__ import annotations

import datetime as dt
from typing import Any

from linli.core import clock
from linli.core.access.models import User
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files.queries import attachments_of
from linli.core.workflow import Step
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import performs
from linli.core.workflow.numbers import next_number
from linli.mediation.actions.telling import note, tell, tell_others
from linli.mediation.choices import cases as choices
from linli.mediation.choices.network import WHY_NOT, NodeKind, Profession
from linli.mediation.choices.states import (
    CONFIRM_DAYS,
    SIGNED,
    CaseState,
    Confirmation,
    Outcome,
    Side,
    Source,
    Way,
)
from linli.mediation.models import (
    MediationBody,
    MediationCase,
    MediationSession,
    Mediator,
    Seat,
)
from linli.mediation.queries import heads_of, mediators_to_choose

EDITABLE = frozenset({CaseState.DRAFT})
BEGUN, SAVED = "mediation.begin_case", "mediation.draft_saved"
REQUIRED = (
    ("dispute", "选择纠纷类型"),
    ("facts", "写明纠纷经过"),
    ("wish", "写明希望怎么解决"),
    ("first_name", "填写申请人一方的姓名或名称"),
    ("second_name", "填写对方的姓名或名称"),
)


# --- opening --------------------------------------------------------------------------------------------------------


def begin_case(
    body: MediationBody,
    *,
    actor: User,
    source: str = Source.APPLICATION,
    behalf: bool = False,
    sent_from: MediationBody | None = None,
) -> MediationCase:
    """Open a draft: a resident's own, or (`behalf`) what a post brings for people."""
    if behalf and not actor.has_perm("mediation.send_case"):
        raise NotAllowed(BEGUN, "代当事人登记由社区、街道、联合会和调解员办。自己的纠纷请直接申请。")
    if not behalf and source != Source.APPLICATION:
        raise BadInput(BEGUN, "自己申请的，来源就是当事人申请。", fields={"source": "来源不对。"})
    if not body.mediates:
        why = WHY_NOT.get(NodeKind(body.kind), f"“{body.name}”已经撤销，请另选一家。")
        raise BadInput(BEGUN, why, fields={"body": why})
    case = MediationCase(body=body, source=source, sent_from=sent_from, entered_by=actor if behalf else None)
    if not behalf:
        case.owner = actor
        case.set_party(Side.FIRST, user=actor, name=actor.name, phone=actor.phone)
    return open_draft(case, actor=actor, code=BEGUN)


def save_case(case: MediationCase, *, actor: User, revision: int | None, **values: Any) -> MediationCase:
    """Keep what has been typed so far."""
    return keep_draft(case, steps=(choices.SUBMIT,), name=SAVED, actor=actor, revision=revision, values=values)


def missing(case: MediationCase) -> list[str]:
    """What is still to be done before the application can be sent, as instructions."""
    return [words for name, words in REQUIRED if not getattr(case, name)]


@performs(choices.SUBMIT)
def submit_case(case: MediationCase, *, actor: User) -> None:
    """The committee gets it. Nobody brings a case to a committee whose head is a side of it."""
    if todo := missing(case):
        raise BadInput(choices.SUBMIT.name, f"还差 {len(todo)} 项：{'；'.join(todo)}。")
    if not case.body.mediates:
        raise BadInput(choices.SUBMIT.name, f"“{case.body.name}”已经撤销，请向别的调解组织申请。")
    heads = heads_of(case.body)
    if not heads:
        raise BadInput(choices.SUBMIT.name, f"“{case.body.committee.name}”现在没有主任，请向别的调解组织申请。")
    sides = {party.user_id for party in case.both}
    if any(head.pk in sides for head in heads):
        raise BadInput(choices.SUBMIT.name, "当事人是这家调委会的主任，应当回避。请向别的调解组织申请。")
    if not case.number:
        case.number = next_number("TJ", case.body.area, clock.today().year)


@performs(choices.DROP)
def drop_case(case: MediationCase, *, actor: User) -> None:
    """Nothing was sent, nothing remains to be done."""


# --- both sides' consent --------------------------------------------------------------------------------------------


@performs(choices.ASK_CONSENT)
def ask_consent(case: MediationCase, *, actor: User) -> None:
    """Both sides are asked; who applied online has consented by it."""
    if case.owner_id is not None:
        _consented(case, Side.FIRST, Way.ONLINE)
    tell_others(case, choices.ASK_CONSENT, actor)


@performs(choices.DECLINE)
def decline_case(case: MediationCase, *, actor: User, reason: str) -> None:
    """It is no matter for mediation; the applicant is told where to go."""
    note(case, choices.DECLINE, reason, actor)
    _settle(case, Outcome.DECLINED)


def _consented(case: MediationCase, side: str, way: str) -> None:
    setattr(case, f"{side}_consented_at", clock.now())
    setattr(case, f"{side}_way", way)


def _wished(case: MediationCase, side: str, mediator: str, step: Step) -> None:
    if mediator:
        setattr(case, f"{side}_wish", _chosen(case, mediator, step, "mediator"))


def _chosen(case: MediationCase, uid: str, step: Step, field: str) -> Mediator:
    found = mediators_to_choose(case.body).filter(uid=uid).first()
    if found is None:
        text = "名册上没有这位在任的调解员，请重新选。"
        raise BadInput(step.name, text, fields={field: text})
    if found.user_id in {party.user_id for party in case.both}:
        text = "调解员是当事人，应当回避。请另选一位。"
        raise BadInput(step.name, text, fields={field: text})
    return found


@performs(choices.CONSENT)
def give_consent(case: MediationCase, *, actor: User, mediator: str = "") -> None:
    """A side agrees, on the own phone, and may choose the mediator."""
    side = case.side_of(actor)
    _consented(case, side, Way.ONLINE)
    _wished(case, side, mediator, choices.CONSENT)


@performs(choices.RECORD_CONSENT)
def record_consent(case: MediationCase, *, actor: User, side: str, way: str, mediator: str = "") -> None:
    """A side agreed in the office, on the telephone or on paper; who wrote it down stands in the trace."""
    if way == Way.ONLINE:
        text = "本人在网上的同意由本人点，不能代记。"
        raise BadInput(choices.RECORD_CONSENT.name, text, fields={"way": text})
    _consented(case, side, way)
    _wished(case, side, mediator, choices.RECORD_CONSENT)


@performs(choices.REFUSE)
def refuse_mediation(case: MediationCase, *, actor: User, reason: str = "") -> None:
    """One side clearly refuses: mediation stops."""
    note(case, choices.REFUSE, reason, actor)
    _settle(case, Outcome.REFUSED)
    tell_others(case, choices.REFUSE, actor)


@performs(choices.RECORD_REFUSAL)
def record_refusal(case: MediationCase, *, actor: User, side: str, reason: str = "") -> None:
    """One side refused by word of mouth; that side's consent is gone."""
    setattr(case, f"{side}_consented_at", None)
    note(case, choices.RECORD_REFUSAL, f"{Side(side).label}不同意。{reason}", actor)
    _settle(case, Outcome.REFUSED)
    tell_others(case, choices.RECORD_REFUSAL, actor)


@performs(choices.WITHDRAW)
def withdraw_case(case: MediationCase, *, actor: User, reason: str = "") -> None:
    """The applicant takes it back."""
    note(case, choices.WITHDRAW, reason, actor)
    _settle(case, Outcome.WITHDRAWN)
    tell_others(case, choices.WITHDRAW, actor)


# --- mediators ------------------------------------------------------------------------------------------------------


@performs(choices.ACCEPT)
def accept_case(
    case: MediationCase,
    *,
    actor: User,
    lead: str,
    second: str = "",
    third: str = "",
    joint: bool = False,
    reason: str = "",
) -> None:
    """Both sides agree: mediators are appointed and the month begins."""
    waiting = [party.get_side_display() for party in case.both if party.consented_at is None]
    if waiting:
        raise BadInput(choices.ACCEPT.name, f"{'、'.join(map(str, waiting))}还没有同意。双方都同意，才能受理。")
    panel = _seat(case, choices.ACCEPT, lead, second, third, joint=joint)
    wished = case.first_wish
    if wished is not None and wished == case.second_wish and wished not in panel and not reason.strip():
        text = f"双方都选了{wished}。不由{wished}调解的，请写明理由。"
        raise BadInput(choices.ACCEPT.name, text, fields={"lead": text})
    note(case, choices.ACCEPT, reason, actor)
    case.accepted_on = clock.today()
    case.due_on = clock.today() + dt.timedelta(days=int(case.kept("med.limit_days")))
    tell_others(case, choices.ACCEPT, actor)


@performs(choices.REASSIGN)
def reassign_case(
    case: MediationCase,
    *,
    actor: User,
    lead: str,
    reason: str,
    second: str = "",
    third: str = "",
    joint: bool = False,
) -> None:
    """Somebody withdraws or leaves."""
    _seat(case, choices.REASSIGN, lead, second, third, joint=joint)
    note(case, choices.REASSIGN, reason, actor)
    tell_others(case, choices.REASSIGN, actor)


def _seat(case: MediationCase, step: Step, lead: str, *others: str, joint: bool) -> list[Mediator]:
    """Put the chosen at the table and everybody else away from it."""
    names = ("lead", "second", "third")
    panel = [_chosen(case, uid, step, names[i]) for i, uid in enumerate((lead, *others)) if uid]
    people = [row.user_id for row in panel]
    if len(set(people)) < len(people):
        raise BadInput(step.name, "同一位调解员只选一次。", fields={"second": "同一位调解员只选一次。"})
    if joint:
        lacking = [str(kind.label) for kind in Profession if kind not in {row.profession for row in panel}]
        if lacking:
            text = f"三方联调要法律人士、专业人士、社会人士各至少一位，还缺{'、'.join(lacking)}。"
            raise BadInput(step.name, text, fields={"joint": text})
    case.lead, case.joint = panel[0], joint
    held = {seat.mediator_id: seat for seat in Seat.objects.filter(case=case, until__isnull=True)}
    for mediator in panel:
        if mediator.pk not in held:
            Seat.objects.create(case=case, mediator=mediator)
            tell(mediator.user, case, "{title}：请你参加调解")
    gone = [seat for pk, seat in held.items() if pk not in {row.pk for row in panel}]
    Seat.objects.filter(pk__in=[seat.pk for seat in gone]).update(until=clock.today())
    return panel


# --- at the table ---------------------------------------------------------------------------------------------------


@performs(choices.START)
def start_case(case: MediationCase, *, actor: User) -> None:
    """The mediator begins."""


@performs(choices.NOTE_SESSION)
def note_session(
    case: MediationCase, *, actor: User, held_at: dt.datetime, place: str, present: str, notes: str
) -> None:
    """One time at the table; the notes are read by the mediators and the head alone."""
    assert case.accepted_on is not None
    if held_at > clock.now() or held_at.date() < case.accepted_on - dt.timedelta(days=1):
        text = "调解的时间要在受理以后，不能晚于现在。"
        raise BadInput(choices.NOTE_SESSION.name, text, fields={"held_at": text})
    MediationSession.objects.create(
        case=case, held_at=held_at, place=place.strip(), present=present, notes=notes.strip(), noted_by=actor
    )


@performs(choices.EXTEND)
def extend_case(
    case: MediationCase, *, actor: User, days: int, first_agrees: bool = False, second_agrees: bool = False
) -> None:
    """Once, by consent of both sides, before the month has run."""
    _both(choices.EXTEND, first_agrees, second_agrees, "延期")
    assert case.due_on is not None
    most = int(case.kept("med.extension_days"))
    if not 1 <= days <= most:
        text = f"最多延期 {most} 天。"
        raise BadInput(choices.EXTEND.name, text, fields={"days": text})
    if clock.today() > case.due_on:
        raise WrongState(choices.EXTEND.name, "一个月已经满了，不能再延期。没有谈拢的，请按调解不成办理。")
    case.due_on += dt.timedelta(days=days)
    case.extended_on = clock.today()
    tell_others(case, choices.EXTEND, actor)


def _both(step: Step, first: bool, second: bool, what: str) -> None:
    fields = {
        name: f"{Side(side).label}没有同意{what}的，不能办。"
        for name, side, agreed in (("first_agrees", Side.FIRST, first), ("second_agrees", Side.SECOND, second))
        if not agreed
    }
    if fields:
        raise BadInput(step.name, f"{what}要双方都同意。", fields=fields)


def _settle(case: MediationCase, outcome: Outcome) -> None:
    case.outcome, case.settled_on = outcome, clock.today()


def _agree(case: MediationCase, step: Step, outcome: Outcome, terms: str, perform_by: dt.date) -> None:
    if perform_by < clock.today():
        text = "履行期限不能早于今天。当场履行的，填今天。"
        raise BadInput(step.name, text, fields={"perform_by": text})
    case.terms, case.perform_by = terms.strip(), perform_by
    _settle(case, outcome)


@performs(choices.REACH_ORAL)
def reach_oral(case: MediationCase, *, actor: User, terms: str, perform_by: dt.date) -> None:
    """An oral agreement takes effect when it is reached （人民调解法第三十条）."""
    _agree(case, choices.REACH_ORAL, Outcome.ORAL, terms, perform_by)
    case.effective_on = clock.today()
    tell_others(case, choices.REACH_ORAL, actor)


@performs(choices.REACH_WRITTEN)
def reach_written(case: MediationCase, *, actor: User, terms: str, perform_by: dt.date) -> None:
    """A written one needs four more things before it takes effect."""
    _agree(case, choices.REACH_WRITTEN, Outcome.WRITTEN, terms, perform_by)
    tell_others(case, choices.REACH_WRITTEN, actor)


@performs(choices.FAIL)
def fail_case(case: MediationCase, *, actor: User, reason: str, told: bool = False) -> None:
    """No agreement, or one that was not signed: the sides are told of arbitration and of the court."""
    if not told:
        text = "请先告知双方可以依法仲裁、申请行政裁决或者起诉，再勾选。"
        raise BadInput(choices.FAIL.name, text, fields={"told": text})
    note(case, choices.FAIL, reason, actor)
    _settle(case, Outcome.FAILED)
    tell_others(case, choices.FAIL, actor)


# --- signatures and seal --------------------------------------------------------------------------------------------


@performs(choices.SIGN)
def sign_side(case: MediationCase, *, actor: User, side: str) -> None:
    """A side signed in front of the mediator."""
    if case.signed_on(side):
        raise WrongState(choices.SIGN.name, f"{Side(side).label}的签字已经记过了。")
    setattr(case, f"{side}_signed_on", clock.today())
    tell_others(case, choices.SIGN, actor)


@performs(choices.CONFIRM_SIGNING)
def confirm_signing(case: MediationCase, *, actor: User) -> None:
    """The side says on the own phone that the signature recorded at the office is its own."""
    side = case.side_of(actor)
    if not case.signed_on(side):
        raise WrongState(choices.CONFIRM_SIGNING.name, "调解员还没有记下你的签字。请先到调解室签字。")
    if getattr(case, f"{side}_confirmed_at"):
        raise WrongState(choices.CONFIRM_SIGNING.name, "你已经确认过了。")
    setattr(case, f"{side}_confirmed_at", clock.now())


@performs(choices.COUNTERSIGN)
def countersign(case: MediationCase, *, actor: User) -> None:
    """The mediator signs."""
    if case.mediator_signed_on:
        raise WrongState(choices.COUNTERSIGN.name, "调解员已经签过了。")
    case.mediator_signed_on = clock.today()


@performs(choices.SEAL)
def seal_agreement(case: MediationCase, *, actor: User) -> None:
    """The committee seals what all three have signed, with the scan of it: from now on it binds."""
    if lacking := case.lacking:
        raise BadInput(choices.SEAL.name, f"还缺{'、'.join(lacking)}。都签了，才能盖章。")
    if not attachments_of(case, SIGNED).exists():
        raise BadInput(choices.SEAL.name, "还没有上传签好的协议书扫描件。请先在“材料”里上传。")
    assert case.perform_by is not None
    case.sealed_on, case.sealed_by, case.effective_on = clock.today(), actor, clock.today()
    case.perform_by = max(case.perform_by, clock.today())
    tell_others(case, choices.SEAL, actor)


# --- performance, follow-up, archive --------------------------------------------------------------------------------


@performs(choices.FULFIL)
def fulfil_agreement(case: MediationCase, *, actor: User) -> None:
    """What was agreed has been done."""
    case.performed_on = clock.today()
    tell_others(case, choices.FULFIL, actor)


@performs(choices.BREACH)
def breach_agreement(case: MediationCase, *, actor: User, reason: str) -> None:
    """The day has passed, or a side says that it will not."""
    case.breached_on = clock.today()
    note(case, choices.BREACH, reason, actor)
    tell_others(case, choices.BREACH, actor)


@performs(choices.FOLLOW_UP)
def follow_up(case: MediationCase, *, actor: User, reason: str) -> None:
    """Somebody asked both sides afterwards."""
    note(case, choices.FOLLOW_UP, reason, actor, for_parties=False)


@performs(choices.ARCHIVE)
def archive_case(case: MediationCase, *, actor: User) -> None:
    """The file is closed; nothing in it changes any more."""


@performs(choices.APPLY_CONFIRMATION)
def apply_confirmation(
    case: MediationCase,
    *,
    actor: User,
    applied_on: dt.date,
    court: str,
    first_agrees: bool = False,
    second_agrees: bool = False,
) -> None:
    """Both sides together, within thirty days of the day on which the agreement took effect."""
    step = choices.APPLY_CONFIRMATION
    if case.outcome != Outcome.WRITTEN:
        raise BadInput(step.name, "口头协议没有协议书可以提交法院。需要司法确认的，先订立书面协议。")
    if case.confirmation != Confirmation.NONE:
        raise WrongState(step.name, f"司法确认现在是“{case.get_confirmation_display()}”，不用再记。")
    _both(step, first_agrees, second_agrees, "申请司法确认")
    assert case.effective_on is not None
    assert case.confirm_until is not None
    if not case.effective_on <= applied_on <= min(case.confirm_until, clock.today()):
        text = f"要在协议生效后 {CONFIRM_DAYS} 天内申请，最晚 {case.confirm_until:%Y-%m-%d}，不能晚于今天。"
        raise BadInput(step.name, text, fields={"applied_on": text})
    case.confirmation, case.confirmation_on, case.court = Confirmation.APPLIED, applied_on, court.strip()
    tell_others(case, step, actor)


@performs(choices.NOTE_RULING)
def note_ruling(case: MediationCase, *, actor: User, result: str, ruled_on: dt.date, ruling: str) -> None:
    """What the court said."""
    step = choices.NOTE_RULING
    if case.confirmation != Confirmation.APPLIED:
        raise WrongState(step.name, "没有在等的司法确认申请。")
    assert case.confirmation_on is not None
    if result not in (Confirmation.CONFIRMED, Confirmation.REJECTED):
        raise BadInput(step.name, "请选法院确认还是驳回。", fields={"result": "请选一项。"})
    if not case.confirmation_on <= ruled_on <= clock.today():
        text = "裁定日期要在申请以后，不能晚于今天。"
        raise BadInput(step.name, text, fields={"ruled_on": text})
    case.confirmation, case.ruled_on, case.ruling = result, ruled_on, ruling.strip()
    tell_others(case, step, actor)


# --- danger ---------------------------------------------------------------------------------------------------------


@performs(choices.FLAG_DANGER)
def flag_danger(case: MediationCase, *, actor: User, reason: str, police_told: bool = False) -> None:
    """It may escalate: the head is told at once; the sides are not."""
    case.danger, case.police_told = True, police_told
    note(case, choices.FLAG_DANGER, reason, actor, for_parties=False)
    for head in heads_of(case.body):
        if head.pk != actor.pk:
            tell(head, case, "{title}：有激化危险，请马上看")


@performs(choices.CLEAR_DANGER)
def clear_danger(case: MediationCase, *, actor: User, reason: str) -> None:
    """The head sees no danger any more."""
    if not case.danger:
        raise WrongState(choices.CLEAR_DANGER.name, "这件没有标记激化危险。")
    case.danger = False
    note(case, choices.CLEAR_DANGER, reason, actor, for_parties=False)
