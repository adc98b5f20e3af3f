"""Credit: information is entered and withdrawn, entries on the two lists run their loop."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.notices import notify
from linli.core.parameters import value_of
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import keep_version, perform, performs
from linli.core.workflow.numbers import next_number
from linli.organizations.choices import credit as choices
from linli.organizations.choices.credit import (
    CAUSES,
    LETTERS_APART,
    NOTHING_TO_MEND,
    Cause,
    CreditList,
    InfoKind,
    ListingState,
)
from linli.organizations.choices.filing import LIVING
from linli.organizations.models import CreditInfo, CreditListing, Organization
from linli.organizations.queries.credit import due_for_escalation, entries_of, months_later, status_by

SAVED = "organizations.draft_saved"
BEGIN = "organizations.begin_listing"
INFO = "organizations.enter_credit_info"


# --- information ------------------------------------------------------------------------------------------------


@transaction.atomic
def enter_credit_info(organization: Organization, *, actor: User, **values: Any) -> CreditInfo:
    """Enter what came about. Raises BadInput naming the fields; basic information is the register itself."""
    if not actor.has_perm(INFO, organization):
        raise NotAllowed(INFO, "信用信息由登记管理机关归集。")
    info = CreditInfo(organization=organization, entered_by=actor, entered_on=clock.today(), **values)
    info.scope = organization.scope
    if info.kind == InfoKind.BASIC:
        text = "基础信息就是名册内容，不另外录入。"
        raise BadInput(INFO, text, fields={"kind": text})
    if info.happened_on and info.happened_on > info.entered_on:
        text = "形成日期不能在将来。"
        raise BadInput(INFO, text, fields={"happened_on": text})
    try:
        info.full_clean()
    except ValidationError as error:
        fields = {name: " ".join(words) for name, words in error.message_dict.items()}
        raise BadInput(INFO, "；".join(fields.values()), fields=fields) from error
    info.save()
    record(actor, INFO, info, kind=info.kind, title=info.title)
    return info


@transaction.atomic
def withdraw_credit_info(info: CreditInfo, *, reason: str, actor: User) -> CreditInfo:
    """Take down what was wrong or was annulled; it stays readable for whoever answers for it."""
    name = "organizations.withdraw_credit_info"
    info = CreditInfo.objects.select_for_update(of=("self",)).select_related("organization").get(pk=info.pk)
    if not actor.has_perm(name, info):
        raise NotAllowed(name, "信用信息由登记管理机关撤下。")
    if info.withdrawn_on is not None:
        raise WrongState(name, f"这条信息 {info.withdrawn_on:%Y年%-m月%-d日}已经撤下。")
    if not reason.strip():
        text = "请写明撤下的理由。"
        raise BadInput(name, text, fields={"reason": text})
    info.withdrawn_on, info.withdrawn_by, info.withdrawn_reason = clock.today(), actor, reason.strip()[:300]
    info.save()
    record(actor, name, info, reason=info.withdrawn_reason)
    return info


# --- a draft ----------------------------------------------------------------------------------------------------


def begin_listing(organization: Organization, *, credit_list: str, actor: User) -> CreditListing:
    """Propose to put an organization on a list: a draft of the officer's, or the one begun before."""
    if not actor.has_perm(BEGIN, organization):
        raise NotAllowed(BEGIN, "列入信用名录由登记管理机关提出。")
    if credit_list not in CreditList.values:
        text = "请选一个名录。"
        raise BadInput(BEGIN, text, fields={"credit_list": text})
    if organization.legal_status not in LIVING:
        raise WrongState(BEGIN, f"“{organization.name}”{organization.get_legal_status_display()}，不再列入。")
    draft = CreditListing(organization=organization, credit_list=credit_list, owner=actor)
    begun = CreditListing.objects.filter(organization=organization, credit_list=credit_list, owner=actor)
    if (unfinished := begun.filter(state=ListingState.DRAFT).order_by("pk").first()) is not None:
        return unfinished
    return open_draft(draft, actor=actor, code=BEGIN)


def save_listing(listing: CreditListing, *, actor: User, revision: int | None, **values: Any) -> CreditListing:
    """Keep what was typed so far."""
    return keep_draft(listing, steps=(choices.NOTIFY,), name=SAVED, actor=actor, revision=revision, values=values)


def listing_missing(listing: CreditListing) -> list[str]:
    """What is still to be done before the organization can be told."""
    todo = [] if listing.cause else ["选列入的情形"]
    if listing.cause and listing.cause not in CAUSES[CreditList(listing.credit_list)]:
        todo.append(f"选{listing.get_credit_list_display()}的情形")
    if not listing.facts.strip():
        todo.append("写明事实")
    if listing.cause == Cause.UNREACHABLE:
        first, second = listing.first_letter_on, listing.second_letter_on
        apart = (second - first).days if first and second else -1
        if not LETTERS_APART[0] <= apart <= LETTERS_APART[1]:
            todo.append(f"填两次寄信的日期，相隔 {LETTERS_APART[0]} 到 {LETTERS_APART[1]} 天")
        elif second and second > clock.today():
            todo.append("寄信的日期不能在将来")
    return todo


# --- the loop ---------------------------------------------------------------------------------------------------


@performs(choices.SUGGEST)
def suggest_listing(listing: CreditListing, *, actor: User) -> None:
    """The clock has counted two years; whether to propose it is for an officer."""
    _number(listing)
    keep_version(listing, actor)


@performs(choices.NOTIFY)
def notify_listing(listing: CreditListing, *, actor: User) -> None:
    """Tell the organization, which may answer until the day the clock says."""
    _propose(listing, actor)


@performs(choices.TAKE_UP)
def take_up_listing(listing: CreditListing, *, actor: User) -> None:
    """What the clock has suggested is right, and the organization is told."""
    _propose(listing, actor)


def _propose(listing: CreditListing, actor: User) -> None:
    todo = listing_missing(listing)
    if todo:
        raise BadInput("organizations.incomplete", f"还差 {len(todo)} 项：{'；'.join(todo)}。", fields={})
    listing.proposed_by = actor
    _number(listing)
    keep_version(listing, actor)
    _tell(listing, f"拟将{listing.organization.name}列入{listing.get_credit_list_display()}", listing.facts)


def _number(listing: CreditListing) -> None:
    area = listing.organization.area
    if not listing.number and area is not None:
        listing.number = next_number("XY", area, clock.today().year)


def _tell(listing: CreditListing, title: str, body: str) -> None:
    """The right of reply begins with knowing."""
    head = listing.organization.owner
    if head is not None:
        kind = f"case.{listing.process.slug}"
        notify(head, kind=kind, title=title, body=body[:300], url=listing.get_absolute_url())


@performs(choices.REPLY)
def reply_listing(listing: CreditListing, *, actor: User, reason: str) -> None:
    """The organization's own words, which whoever decides reads in the timeline."""


@performs(choices.END_HEARING)
def end_hearing(listing: CreditListing, *, actor: User) -> None:
    """The time to answer is over; the decision is a person's."""


@performs(choices.ENTER)
def enter_listing(listing: CreditListing, *, actor: User, reason: str) -> None:
    """Put it on the list. The organization's status follows in the same moment."""
    if listing.organization.legal_status not in LIVING:
        status = listing.organization.get_legal_status_display()
        raise WrongState(choices.ENTER.name, f"“{listing.organization.name}”{status}，不再列入。")
    today = clock.today()
    listing.decided_by, listing.listed_on = actor, today
    listing.earliest_on = _earliest(listing, today)
    listing.released_on = listing.earliest_on if listing.cause in NOTHING_TO_MEND else None
    _follow(listing, actor, on_list=True)
    _tell(listing, f"{listing.organization.name}已列入{listing.get_credit_list_display()}", reason)


def _earliest(listing: CreditListing, today: dt.date) -> dt.date:
    """From when on it may be removed: when mended; after a stay where nothing can be, or where it is grave."""
    if listing.credit_list == CreditList.DISHONEST:
        return months_later(today, _months(listing, "credit.dishonest_months"))
    if listing.cause in NOTHING_TO_MEND:
        return months_later(today, _months(listing, "credit.no_repair_months"))
    return today


def _months(listing: CreditListing, key: str) -> int:
    held = listing.parameters.get(key)
    return int(held if held is not None else value_of(key, listing.scope))


@performs(choices.SPARE)
def spare_listing(listing: CreditListing, *, actor: User, reason: str) -> None:
    """It is not put on the list."""
    listing.decided_by = actor if listing.proposed_by_id is not None else None
    if listing.proposed_by_id is not None:
        _tell(listing, f"{listing.organization.name}不列入{listing.get_credit_list_display()}", reason)


@performs(choices.LIST_REVOKED)
def list_revoked(listing: CreditListing, *, actor: User) -> None:
    """A revocation was served: heard and decided there, so that nothing is heard twice. It is called before the
    register says that the organization is no more."""
    today = clock.today()
    listing.listed_on, listing.earliest_on = today, _earliest(listing, today)
    _number(listing)
    _follow(listing, actor, on_list=True)


@performs(choices.ASK_REMOVAL)
def ask_removal(listing: CreditListing, *, actor: User, reason: str) -> None:
    """It has been put right. Refused before the day it may be removed."""
    _not_early(listing, choices.ASK_REMOVAL.name)
    listing.asked_by = actor


@performs(choices.RELEASE)
def release_listing(listing: CreditListing, *, actor: User) -> None:
    """There was nothing to mend and the time is over; an officer verifies."""
    listing.asked_by, listing.released_on = None, None


@performs(choices.GRANT_REMOVAL)
def grant_removal(listing: CreditListing, *, actor: User, reason: str = "") -> None:
    """Verified: it leaves the list, and the organization's status follows."""
    _not_early(listing, choices.GRANT_REMOVAL.name)
    listing.removed_on = clock.today()
    _follow(listing, actor, on_list=False)
    _tell(listing, f"{listing.organization.name}已移出{listing.get_credit_list_display()}", reason)


@performs(choices.KEEP)
def keep_listing(listing: CreditListing, *, actor: User, reason: str) -> None:
    """Something is still to be put right."""
    listing.asked_by = None
    _tell(listing, f"{listing.organization.name}还不能移出{listing.get_credit_list_display()}", reason)


@performs(choices.ANNUL)
def annul_listing(listing: CreditListing, *, actor: User, reason: str) -> None:
    """The entry was wrong: it goes at once, whatever the term."""
    listing.annulled, listing.removed_on = True, clock.today()
    _follow(listing, actor, on_list=False)
    _tell(listing, f"撤销：{listing.organization.name}列入{listing.get_credit_list_display()}有误", reason)


@performs(choices.WITHDRAW)
def withdraw_listing(listing: CreditListing, *, actor: User, reason: str = "") -> None:
    """Whoever proposed it takes it back."""
    if listing.proposed_by_id is not None:
        _tell(listing, f"不再提出将{listing.organization.name}列入{listing.get_credit_list_display()}", reason)


def _not_early(listing: CreditListing, name: str) -> None:
    if listing.earliest_on is not None and clock.today() < listing.earliest_on:
        raise WrongState(name, f"按规定最早 {listing.earliest_on:%Y年%-m月%-d日}才能移出。")


def _follow(listing: CreditListing, actor: User, *, on_list: bool) -> None:
    """Let the organization's status follow from its entries; `listing` is being decided and not saved yet."""
    row = Organization.objects.select_for_update(of=("self",)).select_related("area").get(pk=listing.organization_id)
    entries = [entry for entry in entries_of(row) if entry.pk != listing.pk] + ([listing] if on_list else [])
    before, row.credit_status = row.credit_status, status_by(entries)
    if row.credit_status != before:
        row.save()
        named = [entry.public_number for entry in entries]
        record(actor, "organizations.credit_status", row, before=before, after=row.credit_status, entries=named)


# --- the clock --------------------------------------------------------------------------------------------------


def suggest_after_two_years() -> int:
    """Lay before an officer every organization that has stood on the abnormal list for two years; how many."""
    system, made = User.system(), 0
    for entry in due_for_escalation():
        made += _suggest(entry, system)
    return made


@transaction.atomic
def _suggest(entry: CreditListing, system: User) -> int:
    day = entry.listed_on
    listing = CreditListing(
        organization=entry.organization,
        credit_list=CreditList.DISHONEST,
        cause=Cause.TWO_YEARS,
        facts=f"{day:%Y年%-m月%-d日}列入活动异常名录（{entry.public_number}，{entry.get_cause_display()}），满两年仍在列。",
        document=entry.public_number,
    )
    try:
        with transaction.atomic():
            listing.save()
    except IntegrityError:  # another run, or an officer, was first
        return 0
    record(system, "core.case_begun", listing)
    perform(choices.SUGGEST, listing, actor=system)
    return 1
