"""Party units: suggested by the machine, accepted, edited or refused by the federation, approved by the street."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed
from linli.core.parameters import value_of, values_of
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import days_of, keep_version, perform, performs
from linli.core.workflow.numbers import next_number
from linli.organizations.actions.federation import SAVED
from linli.organizations.choices import party as choices
from linli.organizations.choices.filing import LIVING
from linli.organizations.choices.party import (
    ANNOUNCE_DAYS,
    BRANCH_MIN,
    COVERING,
    JOINT_MOST,
    LAPSE_SESSION,
    TERM_YEARS,
    SessionState,
    Standing,
    UnitKind,
)
from linli.organizations.choices.states import PartyCover
from linli.organizations.models import (
    Federation,
    Organization,
    PartyCoverage,
    PartyMember,
    PartySession,
    PartyUnit,
)
from linli.organizations.queries.party import candidates_of, community_body, party_members_of
from linli.organizations.rules.grouping import Grouping, suggest

SUGGEST, BEGIN = "organizations.suggest_units", "organizations.begin_unit"
AHEAD_DAYS = 60  # so far before its first day a term may be entered
EDITED = "（人工调整过）"
_CALLED = {
    UnitKind.OWN: "{}党支部",
    UnitKind.JOINT: "{}等联合党支部",
    UnitKind.GROUP: "{}党小组",
    UnitKind.INSTRUCTOR: "{}党建指导员",
}


# --- a suggestion -------------------------------------------------------------------------------------------------


@transaction.atomic
def suggest_units(federation: Federation, *, actor: User) -> list[PartyUnit]:
    """Open a suggestion for every organization with members that no unit covers or is to cover; a person decides."""
    row = Federation.objects.select_for_update(of=("self",)).select_related("area").get(pk=federation.pk)
    if not actor.has_perm(SUGGEST, row):
        raise NotAllowed(SUGGEST, "党组织设置的建议由联合会或街道提出。")
    held = values_of([BRANCH_MIN, JOINT_MOST], row.scope)
    found = suggest(candidates_of(row), least=int(held[BRANCH_MIN]), most=int(held[JOINT_MOST]))
    return [_propose(row, one, actor) for one in found]


def _propose(federation: Federation, grouping: Grouping, actor: User) -> PartyUnit:
    keys = [one.key for one in grouping.members]
    rows = {row.pk: row for row in Organization.objects.filter(pk__in=keys).select_related("area")}
    return _begin(federation, grouping.kind, [rows[key] for key in keys], grouping.words, actor)


@transaction.atomic
def begin_unit(federation: Federation, *, kind: str, organization: Organization, actor: User) -> PartyUnit:
    """Propose a unit by hand: also an instructor for an organization that has no member."""
    if not actor.has_perm(SUGGEST, federation):
        raise NotAllowed(SUGGEST, "党组织设置由联合会或街道提出。")
    if not organization.scope.startswith(federation.scope) or organization.legal_status not in LIVING:
        text = "请选本街道在册的社会组织。"
        raise BadInput(BEGIN, text, fields={"organization": text})
    return _begin(federation, kind, [organization], f"由{actor}提出。", actor)


def _begin(
    federation: Federation, kind: str, organizations: list[Organization], words: str, actor: User
) -> PartyUnit:
    lead = community_body(organizations[0].area)
    if lead is None:
        text = f"“{organizations[0].name}”所在社区还没有登记居委会，不知道由哪个社区党组织领导。"
        raise BadInput(BEGIN, text, fields={"organization": text})
    name = name_of(kind, organizations)
    unit = PartyUnit(federation=federation, kind=kind, name=name, words=words[:800], led_by=lead)
    unit = open_draft(unit, actor=actor, code=BEGIN)
    for organization in organizations:
        _cover(unit, organization)
    return unit


def name_of(kind: str, organizations: Sequence[Organization]) -> str:
    """What a unit is called as long as nobody calls it otherwise."""
    return _CALLED[UnitKind(kind)].format(organizations[0].name)[:80] if organizations else ""


def _cover(unit: PartyUnit, organization: Organization) -> None:
    """Nobody is in two units: the database refuses the second, whoever comes first."""
    PartyCoverage.objects.filter(unit=unit, organization=organization, holds=False).delete()
    try:
        with transaction.atomic():
            PartyCoverage.objects.create(unit=unit, organization=organization)
    except IntegrityError as error:
        text = f"“{organization.name}”已经在另一个党组织里，或者正在设置。"
        raise BadInput(BEGIN, text, fields={"organization": text}) from error


# --- editing and accepting it -------------------------------------------------------------------------------------


def save_unit(unit: PartyUnit, *, actor: User, revision: int | None, **values: Any) -> PartyUnit:
    """Keep the edited name, secretary, theme day and term."""
    return keep_draft(unit, steps=(choices.ACCEPT_UNIT,), name=SAVED, actor=actor, revision=revision, values=values)


def unit_missing(unit: PartyUnit) -> list[str]:
    """What a unit lacks; each with its rule."""
    held = [row.organization_id for row in PartyCoverage.objects.filter(unit=unit, holds=True)]
    counts = party_members_of(held)
    full, least = sum(one for one, _p in counts.values()), days_of(unit, BRANCH_MIN) or 0
    most = days_of(unit, JOINT_MOST) or 0
    todo = [] if unit.name.strip() else ["填名称"]
    todo += [] if unit.secretary_name else ["填书记（组长、指导员）姓名"]
    if unit.kind in (UnitKind.OWN, UnitKind.JOINT) and full < least:
        todo.append(f"正式党员共 {full} 名，不足 {least} 名，不能设支部（预备党员不计）")
    if unit.kind == UnitKind.JOINT and not 2 <= len(held) <= most:
        todo.append(f"联合党支部要有 2 到 {most} 家组织，现在 {len(held)} 家")
    if unit.kind != UnitKind.JOINT and len(held) != 1:
        todo.append(f"{unit.get_kind_display()}只覆盖一家组织，现在 {len(held)} 家")
    if unit.kind == UnitKind.GROUP and not counts:
        todo.append("没有党员，不能设党小组；可以改派党建指导员")
    return todo + _term_missing(unit)


def _term_missing(unit: PartyUnit) -> list[str]:
    if unit.term_from is None:
        return ["填任期从哪天起"]
    if unit.term_from > clock.today() + dt.timedelta(days=AHEAD_DAYS):
        return [f"任期的起算日最多提前 {AHEAD_DAYS} 天填"]
    if _term_end(unit, unit.term_from) < clock.today():
        return ["按这个起算日，任期已经届满，请核对"]
    return []


def _whole(code: str, unit: PartyUnit) -> None:
    todo = unit_missing(unit)
    if todo:
        raise BadInput(code, f"还差 {len(todo)} 项：{'；'.join(todo)}。", fields={})


@performs(choices.ACCEPT_UNIT)
def accept_unit(unit: PartyUnit, *, actor: User) -> None:
    """The federation takes the suggestion over, perhaps edited; the street approves."""
    _whole(choices.ACCEPT_UNIT.name, unit)
    unit.number = unit.number or next_number("DZ", unit.federation.area, clock.today().year)
    keep_version(unit, actor)


@performs(choices.JOIN_UNIT)
def join_unit(unit: PartyUnit, *, actor: User, organization: str) -> None:
    """A person adds an organization: the federation to a suggestion, the street to a unit that stands."""
    before = unit.covered
    _cover(unit, _named(unit, organization))
    _edited(unit, before, choices.JOIN_UNIT.name, actor)


@performs(choices.LEAVE_UNIT)
def leave_unit(unit: PartyUnit, *, actor: User, organization: str) -> None:
    """A person takes an organization out; it is free for another unit."""
    before, left = unit.covered, _named(unit, organization)
    gone, _rows = PartyCoverage.objects.filter(unit=unit, organization=left, holds=True).delete()
    if not gone:
        text = f"“{left.name}”不在这个党组织里。"
        raise BadInput(choices.LEAVE_UNIT.name, text, fields={"organization": text})
    if unit.state in COVERING:
        _uncover([left], unit, actor)
    _edited(unit, before, choices.LEAVE_UNIT.name, actor)


def _named(unit: PartyUnit, organization: str) -> Organization:
    said = organization.strip()
    rows = Organization.objects.filter(scope__startswith=unit.federation.scope, legal_status__in=LIVING)
    rows = rows.select_related("area")
    found = rows.filter(number=said.upper()).first() or rows.filter(name=said).first()
    if found is None:
        text = "本街道没有这家在册的组织。请填备案编号，或写全名称。"
        raise BadInput("organizations.edit_unit", text, fields={"organization": text})
    return found


def _edited(unit: PartyUnit, before: list[Organization], code: str, actor: User) -> None:
    """Kind and name follow what it covers now, unless somebody called it otherwise; of a unit that stands its cover,
    too, which must be whole again."""
    after = unit.covered
    usual = unit.name in {name_of(unit.kind, before[n:]) for n in range(len(before))}
    if unit.kind != UnitKind.INSTRUCTOR:
        full = sum(one for one, _p in party_members_of([row.pk for row in after]).values())
        alone = UnitKind.OWN if full >= (days_of(unit, BRANCH_MIN) or 0) else UnitKind.GROUP
        unit.kind = UnitKind.JOINT if len(after) > 1 else alone
    if usual and after:
        unit.name = name_of(unit.kind, after)
    if not unit.words.endswith(EDITED):
        unit.words = f"{unit.words[: 800 - len(EDITED)]}{EDITED}"
    if unit.state in COVERING:
        _whole(code, unit)
        _manage(unit, actor)


@performs(choices.DISMISS_UNIT)
def dismiss_unit(unit: PartyUnit, *, actor: User, reason: str) -> None:
    """The federation does not want it so."""
    _let_go(unit, actor)


# --- the street decides -------------------------------------------------------------------------------------------


@performs(choices.APPROVE_UNIT)
def approve_unit(unit: PartyUnit, *, actor: User, reason: str = "") -> None:
    """The street approves: the cover of the organizations and their members' unit follow in the same moment."""
    _whole(choices.APPROVE_UNIT.name, unit)
    unit.approved_on = clock.today()
    _begin_term(unit)
    _manage(unit, actor)


def _begin_term(unit: PartyUnit) -> None:
    assert unit.term_from is not None
    unit.term_to = _term_end(unit, unit.term_from)
    days = int(value_of(ANNOUNCE_DAYS, unit.scope))
    unit.announce_on = max(unit.term_from, unit.term_to - dt.timedelta(days=days))


def _term_end(unit: PartyUnit, since: dt.date) -> dt.date:
    years = int(value_of(TERM_YEARS, unit.federation.scope))
    try:
        after = since.replace(year=since.year + years)
    except ValueError:  # 29 February
        after = since.replace(year=since.year + years, day=28)
    return after - dt.timedelta(days=1)


def _manage(unit: PartyUnit, actor: User) -> None:
    """What it covers is covered by its kind, and the members there are managed by it."""
    for organization in unit.covered:
        _set_cover(organization, PartyCover(unit.kind), actor)
    if unit.kind != UnitKind.INSTRUCTOR:
        here = PartyMember.objects.filter(organization__in=unit.covered, left_on__isnull=True)
        here.exclude(managed_by=unit.pk).update(managed_by=unit, standing=Standing.MANAGED)


def _set_cover(organization: Organization, cover: PartyCover, actor: User) -> None:
    row = Organization.objects.select_for_update(of=("self",)).select_related("area").get(pk=organization.pk)
    if row.party_cover == cover:
        return
    before, row.party_cover = row.party_cover, cover.value
    row.save()
    record(actor, "organizations.party_cover", row, before=before, after=cover.value)


def _uncover(organizations: Sequence[Organization], unit: PartyUnit, actor: User) -> None:
    here = PartyMember.objects.filter(organization__in=organizations, managed_by=unit, left_on__isnull=True)
    here.update(managed_by=None, standing=Standing.UNMANAGED)
    for organization in organizations:
        _set_cover(organization, PartyCover.NONE, actor)


def _let_go(unit: PartyUnit, actor: User) -> None:
    """Its organizations are free for another unit and covered no more."""
    held = PartyCoverage.objects.filter(unit=unit, holds=True).select_related("organization").order_by("pk")
    covered = [row.organization for row in held]
    PartyCoverage.objects.filter(unit=unit, holds=True).update(holds=False)
    _uncover(covered, unit, actor)


@performs(choices.RETURN_UNIT)
def return_unit(unit: PartyUnit, *, actor: User, reason: str) -> None:
    """The street wants it otherwise."""


@performs(choices.REFUSE_UNIT)
def refuse_unit(unit: PartyUnit, *, actor: User, reason: str) -> None:
    """The street does not approve."""
    _let_go(unit, actor)


# --- terms --------------------------------------------------------------------------------------------------------


@performs(choices.TERM_ENDS)
def announce_unit(unit: PartyUnit, *, actor: User) -> None:
    """The clock: the term ends soon; the unit stands, and its election is owed by the last day."""


@performs(choices.RENEW_UNIT)
def renew_unit(unit: PartyUnit, *, actor: User, secretary_name: str, term_from: dt.date) -> None:
    """A new term, with a secretary who was elected."""
    wrong = ""
    if term_from > clock.today():
        wrong = "新一届的起算日还没到。"
    elif unit.term_from is not None and term_from <= unit.term_from:
        wrong = "新一届的起算日要晚于上一届。"
    if wrong:
        raise BadInput(choices.RENEW_UNIT.name, wrong, fields={"term_from": wrong})
    unit.secretary_name, unit.term_from = secretary_name, term_from
    _begin_term(unit)


@performs(choices.END_UNIT)
def end_unit(unit: PartyUnit, *, actor: User, reason: str) -> None:
    """The unit ends: nothing is covered by it any more, and it owes no meetings."""
    _let_go(unit, actor)
    system = User.system()
    for session in PartySession.objects.filter(party_unit=unit, state=SessionState.OPEN).order_by("pk"):
        perform(LAPSE_SESSION, session, actor=system)
