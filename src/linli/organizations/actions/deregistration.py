"""The end of a registered organization: each function is one step of choices.DEREGISTRATION."""

from __future__ import annotations

import datetime as dt
from typing import Any

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files.queries import attachments_of
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import keep_version, perform, performs
from linli.core.workflow.numbers import next_number
from linli.organizations.actions.register import end
from linli.organizations.actions.standstill import stand_still
from linli.organizations.choices import deregistration as choices
from linli.organizations.choices.annual import EXEMPT
from linli.organizations.choices.deregistration import (
    APPLY_DAYS,
    PAPERS,
    PAPERS_AFTER,
    DeregistrationState,
    EndKind,
)
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.models import Deregistration, Organization
from linli.organizations.queries.custody import custody_of
from linli.organizations.queries.deregistration import registered_here, takers, unsettled_reports
from linli.organizations.queries.revocation import open_revocation_of

BEGIN, SAVED = "organizations.begin_deregistration", "organizations.draft_saved"
MOVED, ENDED, MERGED = "organizations.legal_status", "organizations.deregistered", "organizations.merged_into"
S = DeregistrationState
AFTER = frozenset({S.APPLYING, S.MEND_REGISTRY})  # the liquidation is over and its report is written
EDITABLE = frozenset({S.DRAFT, S.MEND}) | AFTER
SENDING = (choices.SUBMIT, choices.RESUBMIT, choices.APPLY, choices.REAPPLY)
REQUIRED = (("kind", "选择终止的情形"), ("cause", "写明原因"), ("plan", "写明清算安排"))
REQUIRED_AFTER = (
    ("claims", "填写收回的债权"),
    ("debts", "填写清偿的债务"),
    ("remainder", "填写剩余财产"),
    ("heir", "写明剩余财产的去向"),
)


def begin_deregistration(organization: Organization, *, actor: User) -> Deregistration:
    """Open an application to end, or go on with the one that is open."""
    if not actor.has_perm(BEGIN, organization):
        raise NotAllowed(BEGIN, "注销登记由组织的负责人申请，或由所在社区代办。")
    held = Deregistration.objects.filter(organization=organization).exclude(state__in=choices.DEREGISTRATION.ends)
    if (open_one := held.first()) is not None:
        return open_one
    if organization.legal_status != LegalStatus.REGISTERED:
        status = organization.get_legal_status_display()
        raise WrongState(BEGIN, f"“{organization.name}”{status}，注销登记由已登记的组织申请。")
    if not registered_here(organization):
        level = organization.get_registered_level_display()
        raise WrongState(BEGIN, f"“{organization.name}”由{level}登记机关登记，注销也到那里办理。")
    _not_to_be_revoked(organization, BEGIN)
    draft = Deregistration(
        organization=organization,
        owner=organization.owner,
        entered_by=None if organization.owner_id == actor.pk else actor,
    )
    return open_draft(draft, actor=actor, code=BEGIN)


def _not_to_be_revoked(organization: Organization, code: str) -> None:
    """Nobody escapes a revocation by liquidating: the matter that is open comes first."""
    case = open_revocation_of(organization)
    if case is not None:
        raise WrongState(
            code, f"“{organization.name}”有一件撤销登记在办（{case.number}），有了结果以前不能注销登记。"
        )


def save_deregistration(case: Deregistration, *, actor: User, revision: int | None, **values: Any) -> Deregistration:
    """Keep what has been typed so far. What was resolved is not rewritten once the liquidation is over."""
    if case.state in AFTER and (late := set(values) & {"kind", "cause", "merged_into", "plan"}):
        raise WrongState(SAVED, f"清算已经结束，终止的情形和安排不能再改（{len(late)} 项）。")
    if values.get("kind", EndKind.MERGE) != EndKind.MERGE and "merged_into" not in values:
        values["merged_into"] = None
    return keep_draft(case, steps=SENDING, name=SAVED, actor=actor, revision=revision, values=values)


def _taker_todo(case: Deregistration) -> list[str]:
    if case.kind != EndKind.MERGE:
        return []
    if case.merged_into is None:
        return ["填写并入哪一家组织"]
    fits = takers(case.organization).filter(pk=case.merged_into.pk).exists()
    return [] if fits else ["改填一家还在册的、本区已登记的组织"]


def missing(case: Deregistration) -> list[str]:
    """What is still to be done before the case can be sent, as instructions; empty when nothing is."""
    after = case.state in AFTER
    todo = [words for name, words in REQUIRED if not getattr(case, name)]
    todo += _taker_todo(case)
    if after:
        todo += [words for name, words in REQUIRED_AFTER if getattr(case, name) in (None, "")]
    held = {attachment.slot for attachment in attachments_of(case)} if case.pk else set()
    papers = (*PAPERS, *PAPERS_AFTER) if after else PAPERS
    return todo + [f"上传{label}" for slot, label, needed, _why in papers if needed and slot not in held]


def _send(case: Deregistration, actor: User, state: str) -> None:
    now_at, case.state = case.state, state  # what is asked depends on where it comes from
    todo = missing(case)
    case.state = now_at
    if todo:
        raise BadInput("organizations.incomplete", f"还差 {len(todo)} 项：{'；'.join(todo)}。", fields={})
    if not case.number:
        area = case.organization.area
        assert area is not None
        case.number = next_number("ZX", area, clock.today().year)
    keep_version(case, actor)


def _move(case: Deregistration, wanted: LegalStatus, status: LegalStatus, actor: User) -> None:
    """Write the legal status into the register; refused where another matter was faster."""
    held = Organization.objects.select_for_update(of=("self",)).get(pk=case.organization_id)
    if held.legal_status != wanted:
        raise WrongState(MOVED, f"“{held.name}”{held.get_legal_status_display()}，不能这样办。")
    before, held.legal_status = held.legal_status, status
    held.save(update_fields=["legal_status"])
    record(actor, MOVED, held, before=before, after=str(status))


@performs(choices.SUBMIT)
def submit_deregistration(case: Deregistration, *, actor: User) -> None:
    """Ask the supervising unit; nothing changes for the organization yet."""
    _send(case, actor, S.DRAFT)


@performs(choices.RESUBMIT)
def resubmit_deregistration(case: Deregistration, *, actor: User) -> None:
    """Ask it again with what was mended."""
    _send(case, actor, S.MEND)


@performs(choices.CONSENT)
def consent_deregistration(case: Deregistration, *, actor: User, reason: str = "") -> None:
    """The liquidation begins: from now on the organization does nothing else."""
    _not_to_be_revoked(case.organization, choices.CONSENT.name)
    _move(case, LegalStatus.REGISTERED, LegalStatus.LIQUIDATING, actor)
    stand_still(case.organization, reason=f"组织开始清算（{case.number}），清算期间不开展清算以外的活动。")


@performs(choices.RETURN)
def return_deregistration(case: Deregistration, *, actor: User, reason: str) -> None:
    """The supervising unit asks for what is missing."""


@performs(choices.DENY)
def deny_deregistration(case: Deregistration, *, actor: User, reason: str) -> None:
    """The supervising unit does not consent; the organization goes on."""


@performs(choices.END_LIQUIDATION)
def end_liquidation(case: Deregistration, *, actor: User, liquidated_on: dt.date) -> None:
    """The liquidation is over: fifteen days to apply."""
    if liquidated_on > clock.today():
        text = "清算结束的日期不能晚于今天。"
        raise BadInput(choices.END_LIQUIDATION.name, text, fields={"liquidated_on": text})
    if case.began_at is not None and liquidated_on < case.began_at.date():
        text = "清算结束的日期不能早于申请。"
        raise BadInput(choices.END_LIQUIDATION.name, text, fields={"liquidated_on": text})
    case.liquidated_on = liquidated_on
    case.apply_by = liquidated_on + dt.timedelta(days=APPLY_DAYS)


@performs(choices.APPLY)
def apply_deregistration(case: Deregistration, *, actor: User) -> None:
    """Apply with the report of the liquidation; one that comes late is taken, and stays late."""
    case.applied_on = clock.today()
    _send(case, actor, S.APPLYING)


@performs(choices.REAPPLY)
def reapply_deregistration(case: Deregistration, *, actor: User) -> None:
    """Apply again with what was mended; the first day counts."""
    _send(case, actor, S.MEND_REGISTRY)


@performs(choices.RETURN_REGISTRY)
def return_deregistration_from_registry(case: Deregistration, *, actor: User, reason: str) -> None:
    """The registering authority asks for what is missing."""


@performs(choices.STRIKE_OFF)
def strike_off(case: Deregistration, *, actor: User, reason: str = "") -> None:
    """Struck off: the record stays as history, and what it still owed is closed with it."""
    held = Organization.objects.select_for_update(of=("self",)).get(pk=case.organization_id)
    if held.legal_status != LegalStatus.LIQUIDATING:
        raise WrongState(choices.STRIKE_OFF.name, f"“{held.name}”{held.get_legal_status_display()}，不能注销登记。")
    if (kept := custody_of(held)) is not None:
        raise WrongState(
            choices.STRIKE_OFF.name, f"联合会还代管着它的资金（{kept.number}），先结清、终止代管，再准予注销登记。"
        )
    taker = case.merged_into
    if taker is not None and not takers(held).filter(pk=taker.pk).exists():
        raise BadInput(choices.STRIKE_OFF.name, f"“{taker.name}”已经不在册，不能并入。请退回，让申请人改填。")
    end(held, LegalStatus.DEREGISTERED)
    held.save()
    case.decided_on, case.decided_by = clock.today(), actor
    record(actor, ENDED, held, kind=case.kind)
    if taker is not None:
        record(actor, MERGED, taker, number=held.number or held.uscc)
    for report in unsettled_reports(held):
        perform(EXEMPT, report, actor=actor, reason=f"组织已经注销登记（{case.number}）。")


@performs(choices.RESUME)
def resume_organization(case: Deregistration, *, actor: User, reason: str) -> None:
    """The organization resolved to go on; the authority restores it."""
    _move(case, LegalStatus.LIQUIDATING, LegalStatus.REGISTERED, actor)


@performs(choices.WITHDRAW)
def withdraw_deregistration(case: Deregistration, *, actor: User, reason: str = "") -> None:
    """Taken back before the liquidation began."""
