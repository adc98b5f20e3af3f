"""Revocation and ban: proposed, heard, decided by another, served, and what follows from it; reversed as a whole."""

from __future__ import annotations

import datetime as dt
from typing import Any

from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files.queries import attachments_of
from linli.core.notices import notify
from linli.core.parameters import value_of
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import keep_version, perform, performs
from linli.core.workflow.numbers import next_number
from linli.organizations.actions.party_people import leave_party, return_to_party
from linli.organizations.actions.register import end
from linli.organizations.actions.standstill import stand_still
from linli.organizations.choices import revocation as choices
from linli.organizations.choices.annual import EXEMPT, ReportState
from linli.organizations.choices.credit import ANNUL, LIST_REVOKED, ON_LIST, Cause, CreditList
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.choices.membership import MemberStatus
from linli.organizations.choices.revocation import (
    BANNABLE,
    GROUNDS,
    RECONSIDER_DAYS,
    RevocationKind,
    RevocationState,
)
from linli.organizations.models import AnnualReport, CreditListing, Member, Organization, Revocation
from linli.organizations.queries.deregistration import registered_here

BEGIN, SAVED = "organizations.begin_revocation", "organizations.draft_saved"
EVIDENCE = "evidence"
KEPT_STATES = ("grade", "grade_until", "stars", "stars_until")  # fall away with the end, come back with a reversal
REQUIRED = (("ground", "选法定的情形"), ("facts", "写明事实"), ("law", "写明依据的条款"))


# --- beginning --------------------------------------------------------------------------------------------------


def begin_revocation(organization: Organization, *, actor: User, ground: str = "", facts: str = "") -> Revocation:
    """Propose to revoke a registration, or go on with the open matter."""
    if not actor.has_perm(BEGIN, organization):
        raise NotAllowed(BEGIN, "撤销登记由登记管理机关提出。")
    held = Revocation.objects.filter(organization=organization).exclude(state__in=choices.REVOCATION.ends).first()
    if held is not None:
        return held
    if organization.legal_status == LegalStatus.LIQUIDATING:
        raise WrongState(
            BEGIN,
            f"“{organization.name}”正在清算，由注销登记了结，清算组对债务负责；注销撤回或者不予注销、"
            "恢复为已登记以后，才能提出撤销登记。",
        )
    if organization.legal_status != LegalStatus.REGISTERED:
        status = organization.get_legal_status_display()
        raise WrongState(BEGIN, f"“{organization.name}”{status}，撤销登记只对已登记的组织。")
    if not registered_here(organization):
        level = organization.get_registered_level_display()
        raise WrongState(BEGIN, f"“{organization.name}”由{level}登记机关登记，由那里撤销。")
    assert organization.area is not None
    draft = Revocation(
        kind=RevocationKind.REVOKE,
        organization=organization,
        area=organization.area,
        scope=organization.scope,
        name=organization.name,
        address=organization.address,
        ground=ground if ground in GROUNDS[RevocationKind.REVOKE] else "",
        facts=facts[:2000],
        owner=actor,
    )
    return open_draft(draft, actor=actor, code=BEGIN)


def begin_ban(
    area: Area, *, name: str, address: str, actor: User, organization: Organization | None = None
) -> Revocation:
    """Propose to ban what acts without being registered; one of the register where it stands there."""
    if organization is not None:
        area, name, address = organization.area or area, organization.name, organization.address
    draft = Revocation(
        kind=RevocationKind.BAN,
        organization=organization,
        area=area,
        scope=area.path,
        name=name.strip(),
        address=address.strip(),
        owner=actor,
    )
    if not actor.has_perm(BEGIN, draft):
        raise NotAllowed(BEGIN, "取缔由登记管理机关提出。")
    if len(draft.name) < 2:
        text = "请填它用的名称。"
        raise BadInput(BEGIN, text, fields={"name": text})
    if organization is not None and organization.legal_status not in BANNABLE:
        status = organization.get_legal_status_display()
        raise WrongState(BEGIN, f"“{organization.name}”{status}，不是没有登记的组织，不能取缔。")
    return open_draft(draft, actor=actor, code=BEGIN)


def save_revocation(case: Revocation, *, actor: User, revision: int | None, **values: Any) -> Revocation:
    """Keep what has been typed so far."""
    return keep_draft(case, steps=(choices.NOTIFY,), name=SAVED, actor=actor, revision=revision, values=values)


def revocation_missing(case: Revocation) -> list[str]:
    """What is still to be done before the organization can be told."""
    todo = [words for name, words in REQUIRED if not str(getattr(case, name)).strip()]
    if case.ground and case.ground not in GROUNDS[RevocationKind(case.kind)]:
        todo.append(f"选{case.get_kind_display()}的情形")
    return todo + ([] if case.pk and attachments_of(case, EVIDENCE).exists() else ["上传证据"])


# --- heard ------------------------------------------------------------------------------------------------------


@performs(choices.NOTIFY)
def notify_revocation(case: Revocation, *, actor: User) -> None:
    """Tell what is intended, on which facts and law, and that it may be answered and a hearing asked for."""
    todo = revocation_missing(case)
    if todo:
        raise BadInput("organizations.incomplete", f"还差 {len(todo)} 项：{'；'.join(todo)}。", fields={})
    case.proposed_by = actor
    case.number = case.number or next_number("CX", case.area, clock.today().year)
    keep_version(case, actor)
    days = int(value_of("revocation.statement_days", case.scope))
    _tell(case, f"拟{case.title}", f"{days} 个工作日内可以陈述、申辩，要求听证。{case.facts}")


def _tell(case: Revocation, title: str, body: str) -> None:
    head = case.organization.owner if case.organization is not None else None
    if head is not None:
        notify(
            head, kind=f"case.{choices.REVOCATION.slug}", title=title, body=body[:300], url=case.get_absolute_url()
        )


@performs(choices.STATE_CASE)
def state_case(case: Revocation, *, actor: User, reason: str) -> None:
    """The organization's own words, which whoever decides reads in the timeline."""


@performs(choices.ASK_HEARING)
def ask_hearing(case: Revocation, *, actor: User, reason: str = "") -> None:
    """A hearing has to be held before anything is decided."""


@performs(choices.END_STATING)
def end_stating(case: Revocation, *, actor: User) -> None:
    """The time to answer is over and nobody asked for a hearing."""


@performs(choices.HOLD_HEARING)
def hold_hearing(case: Revocation, *, actor: User, reason: str, heard_on: dt.date, told_on: dt.date) -> None:
    """It was held, announced so many days before, by somebody who did not propose."""
    name, notice = choices.HOLD_HEARING.name, int(case.parameters.get("revocation.hearing_notice", 7))
    if heard_on > clock.today():
        text = "听证日期在将来，开完再记。"
        raise BadInput(name, text, fields={"heard_on": text})
    if (heard_on - told_on).days < notice:
        text = f"听证要提前 {notice} 天通知当事人。"
        raise BadInput(name, text, fields={"told_on": text})
    case.heard_by, case.heard_on = actor, heard_on


# --- decided ----------------------------------------------------------------------------------------------------


@performs(choices.DECIDE)
def decide_revocation(case: Revocation, *, actor: User, reason: str, decision_number: str) -> None:
    """The bureau's head decides; nothing changes for the organization until it is served."""
    case.decided_by, case.decided_on = actor, clock.today()
    case.decision_number = decision_number.strip()
    _tell(case, f"决定{case.title}", reason)


@performs(choices.SPARE)
def spare_revocation(case: Revocation, *, actor: User, reason: str) -> None:
    """Nothing is done; the organization reads why."""
    _tell(case, f"不予处理：{case.name}", reason)


@performs(choices.SERVE)
def serve_revocation(case: Revocation, *, actor: User, reason: str, served_on: dt.date) -> None:
    """Served: from now on it holds, is published, and the register, lists and memberships follow at once."""
    assert case.decided_on is not None
    if not case.decided_on <= served_on <= clock.today():
        text = f"送达日期要在 {case.decided_on:%Y年%-m月%-d日}决定以后，不能晚于今天。"
        raise BadInput(choices.SERVE.name, text, fields={"served_on": text})
    case.served_on = served_on
    case.reconsider_by = served_on + dt.timedelta(days=RECONSIDER_DAYS)
    if case.kind == RevocationKind.REVOKE:
        _revoke(case, actor)
    else:
        _ban(case, actor)
    _tell(case, f"已{case.title}", f"{case.decision_number}。{case.reconsider_by:%Y年%-m月%-d日}前可以申请行政复议。")


def _revoke(case: Revocation, actor: User) -> None:
    assert case.organization_id is not None
    held = Organization.objects.select_for_update(of=("self",)).get(pk=case.organization_id)
    if held.legal_status != LegalStatus.REGISTERED:
        raise WrongState(choices.SERVE.name, f"“{held.name}”{held.get_legal_status_display()}，不能撤销登记。")
    listing = _list(case)
    held.refresh_from_db()
    case.before = {
        "legal_status": held.legal_status,
        "listing": listing.uid,
        "members": _suspend(held, actor),
        **{name: str(value) for name in KEPT_STATES if (value := getattr(held, name))},
    }
    end(held, LegalStatus.REVOKED)
    case.before["party"] = leave_party(held, actor=actor)
    held.save()
    record(actor, "organizations.revoked", held, case=case.number, decision=case.decision_number)
    case.before["activities"] = stand_still(held, reason=f"登记已经撤销（{case.decision_number}）。")
    for report in AnnualReport.objects.filter(organization=held, state__in=(ReportState.DUE, ReportState.MEND)):
        perform(EXEMPT, report, actor=actor, reason=f"登记已经撤销（{case.number}）。")


def _list(case: Revocation) -> CreditListing:
    """The entry on the list of serious dishonesty, which names the matter; heard and decided there already."""
    assert case.organization is not None
    listing = CreditListing(
        organization=case.organization,
        credit_list=CreditList.DISHONEST,
        cause=Cause.REVOKED,
        facts=f"{case.decision_number}：{case.get_ground_display()}，撤销登记（{case.number}）。",
        document=case.decision_number,
        proposed_by=case.proposed_by,
        decided_by=case.decided_by,
    )
    system = User.system()
    listing.save()
    record(system, "core.case_begun", listing)
    listed: CreditListing = perform(LIST_REVOKED, listing, actor=system)
    return listed


def _suspend(organization: Organization, actor: User) -> list[str]:
    """Its memberships rest; what a federation keeps for it is frozen by its status (actions/custody_entries.py)."""
    rows = Member.objects.select_for_update().filter(
        organization=organization, status__in=(MemberStatus.ACTIVE, MemberStatus.WARNED)
    )
    found = []
    for row in rows:
        before, row.status = row.status, MemberStatus.SUSPENDED
        row.save()
        record(actor, "organizations.member_moved", row, before=before, after=row.status)
        found.append(f"{row.uid}:{before}")
    return found


def _ban(case: Revocation, actor: User) -> None:
    held = case.organization
    if held is None:
        held = Organization(name=case.name, area=case.area, address=case.address)
        held.scope = case.area.path
    else:
        held = Organization.objects.select_for_update(of=("self",)).get(pk=held.pk)
        if held.legal_status not in BANNABLE:
            raise WrongState(choices.SERVE.name, f"“{held.name}”{held.get_legal_status_display()}，不能取缔。")
    names = ("legal_type", "registered_level")
    case.before = {"legal_status": held.legal_status} if held.pk else {}
    case.before |= {name: getattr(held, name) for name in names if getattr(held, name)}
    if held.ended_on is not None:
        case.before["ended_on"] = held.ended_on.isoformat()
    for name in names:
        setattr(held, name, "")
    end(held, LegalStatus.BANNED)
    held.save()
    case.organization = held
    record(actor, "organizations.banned", held, case=case.number, decision=case.decision_number)
    case.before["activities"] = stand_still(held, reason=f"已经取缔（{case.decision_number}）。")


@performs(choices.RECALL)
def recall_papers(case: Revocation, *, actor: User, reason: str, recalled_on: dt.date) -> None:
    """Certificate and seal were taken back, or declared void."""
    if case.served_on is None or not case.served_on <= recalled_on <= clock.today():
        text = "收缴日期要在送达以后，不能晚于今天。"
        raise BadInput(choices.RECALL.name, text, fields={"recalled_on": text})
    case.recalled_on = recalled_on


# --- reviewed ---------------------------------------------------------------------------------------------------


@performs(choices.RECONSIDER)
def reconsider_revocation(case: Revocation, *, actor: User, reason: str) -> None:
    """Asked for within sixty days; meanwhile the decision holds."""
    if case.reconsider_by is not None and clock.today() > case.reconsider_by:
        raise WrongState(
            choices.RECONSIDER.name, f"复议申请期到 {case.reconsider_by:%Y年%-m月%-d日}为止，已经过了六十日。"
        )
    case.asked_on = clock.today()


@performs(choices.UPHOLD)
def uphold_revocation(case: Revocation, *, actor: User, reason: str) -> None:
    """The decision stands."""
    _tell(case, f"复议维持：{case.name}", reason)


@performs(choices.REVERSE)
def reverse_revocation(case: Revocation, *, actor: User, reason: str) -> None:
    """The decision falls: register, list, memberships, Party cover, Party members and posts are as they were before
    it. What was cancelled or has changed meanwhile is not brought back: the page of the case names it, with links."""
    assert case.organization_id is not None
    held = Organization.objects.select_for_update(of=("self",)).get(pk=case.organization_id)
    wanted = LegalStatus.REVOKED if case.kind == RevocationKind.REVOKE else LegalStatus.BANNED
    if held.legal_status != wanted:
        raise WrongState(choices.REVERSE.name, f"“{held.name}”{held.get_legal_status_display()}，不能恢复。")
    before = case.before
    ended = before.get("ended_on")
    held.legal_status = before.get("legal_status", LegalStatus.GRASSROOTS)
    held.ended_on = dt.date.fromisoformat(ended) if ended else None
    for name in ("legal_type", "registered_level"):
        setattr(held, name, before.get(name, getattr(held, name)))
    _restore_grades(held, before)
    anew = return_to_party(held, before.get("party", {}), actor=actor)
    held.save()
    case.reversed_on = clock.today()
    record(actor, "organizations.revocation_reversed", held, case=case.number, reason=reason)
    for named in before.get("members", []):
        uid, _, status = named.partition(":")
        row = Member.objects.select_for_update().filter(uid=uid, status=MemberStatus.SUSPENDED).first()
        if row is None:
            anew.append("会员资格在这期间有了变动，没有恢复，请联合会重新办理。")
        else:
            row.status = status
            row.save()
            record(actor, "organizations.member_moved", row, before=MemberStatus.SUSPENDED.value, after=status)
    case.before = {**before, "anew": anew}
    listing = CreditListing.objects.filter(uid=before.get("listing", ""), state__in=ON_LIST).first()
    if listing is not None:
        perform(
            ANNUL, listing, actor=User.system(), reason=f"撤销登记的决定被复议撤销（{case.number}）：{reason}"[:500]
        )
    _tell(case, f"复议撤销，已恢复：{case.name}", reason)


def _restore_grades(held: Organization, before: dict[str, Any]) -> None:
    if "grade" in before:
        held.grade, held.grade_until = before["grade"], dt.date.fromisoformat(before["grade_until"])
    if "stars" in before:
        held.stars, held.stars_until = int(before["stars"]), dt.date.fromisoformat(before["stars_until"])


@performs(choices.END_WINDOW)
def end_reconsideration(case: Revocation, *, actor: User) -> None:
    """The sixty days are over."""


@performs(choices.WITHDRAW)
def withdraw_revocation(case: Revocation, *, actor: User, reason: str = "") -> None:
    """Whoever proposed it takes it back."""
    if case.began_at is not None:
        _tell(case, f"不再提出{case.title}", reason)


EDITABLE = frozenset({RevocationState.DRAFT})
