"""Members of a federation, and enquiries of outside organizations: each function is one step of its loop."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.codes.names import check_person_name
from linli.core.codes.phone import check_phone
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.notices import notify
from linli.core.parameters import value_of
from linli.core.privacy import keyed_hash
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import keep_version, perform, performs
from linli.core.workflow.numbers import next_number
from linli.organizations.actions.federation import SAVED
from linli.organizations.choices import membership as choices
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.choices.membership import (
    DISCIPLINE,
    ENQUIRY,
    MAJORITY,
    MEMBER_MOVES,
    QUORUM,
    MemberKind,
    MembershipKind,
    MemberStatus,
)
from linli.organizations.models import Enquiry, Federation, Member, Membership, Organization

BEGIN = "organizations.begin_membership"
SENDING = (choices.SUBMIT_MEMBERSHIP, choices.RESUBMIT_MEMBERSHIP)
MAY_JOIN = (LegalStatus.FILED, LegalStatus.REGISTERING, LegalStatus.REGISTERED)


# --- beginning --------------------------------------------------------------------------------------------------


def begin_joining(
    federation: Federation, *, member_kind: str, organization: Organization | None = None, actor: User
) -> Membership:
    """Open an application to join: of an organization by its head, of others by themselves; the federation's
    secretary may enter it for whoever has no account."""
    behalf = actor.has_perm("organizations.bring_member", federation)
    if (member_kind == MemberKind.ORGANIZATION) != (organization is not None):
        text = "请选是哪家社会组织入会。"
        raise BadInput(BEGIN, text, fields={"organization": text})
    if organization is not None:
        if organization.owner_id != actor.pk and not behalf:
            raise NotAllowed(BEGIN, "入会由组织的负责人申请，或由联合会秘书代办。")
        if organization.legal_status not in MAY_JOIN:
            raise WrongState(BEGIN, f"“{organization.name}”{organization.get_legal_status_display()}，不能入会。")
        held = Member.objects.filter(federation=federation, organization=organization)
        if held.exclude(status=MemberStatus.LEFT).exists():
            raise WrongState(BEGIN, f"“{organization.name}”已经是会员。")
    owner = organization.owner if organization is not None else (None if behalf else actor)
    own = owner is not None and owner.pk == actor.pk
    made = Membership(
        federation=federation,
        member_kind=member_kind,
        organization=organization,
        name=organization.name if organization is not None else "",
        owner=owner,
        entered_by=None if own else actor,
    )
    return open_draft(made, actor=actor, code=BEGIN)


def begin_matter(member: Member, kind: str, *, actor: User) -> Membership:
    """Open another matter about a member: leaving by itself, or what the federation brings before its council."""
    permission = "organizations.bring_member" if kind in DISCIPLINE else "organizations.leave_federation"
    subject: Any = member.federation if kind in DISCIPLINE else member
    if not actor.has_perm(permission, subject):
        raise NotAllowed(permission, "会员的奖惩由联合会提出，退会由会员自己提出。")
    _may_move(member, kind)
    own = member.owner_id == actor.pk
    made = Membership(
        federation=member.federation,
        kind=MembershipKind(kind),
        member=member,
        member_kind=member.kind,
        organization=member.organization,
        name=member.name,
        owner=actor if kind == MembershipKind.LEAVE and own else None,
        entered_by=None if kind == MembershipKind.LEAVE and own else actor,
    )
    return open_draft(made, actor=actor, code=BEGIN)


def _may_move(member: Member, kind: str) -> None:
    sources, _target = MEMBER_MOVES[kind]
    if member.status not in sources:
        said = f"“{member.name}”现在是“{member.get_status_display()}”，不能办“{MembershipKind(kind).label}”。"
        raise WrongState(BEGIN, said)


def save_membership(matter: Membership, *, actor: User, revision: int | None, **values: Any) -> Membership:
    """Keep what has been typed so far."""
    return keep_draft(matter, steps=SENDING, name=SAVED, actor=actor, revision=revision, values=values)


def membership_missing(matter: Membership) -> list[str]:
    """What is still to be done before it can be sent."""
    if matter.kind != MembershipKind.JOIN:
        return [] if matter.cause else ["写明事由"]
    asked = (
        ("name", "填名称或姓名"),
        ("intro", "写几句简介"),
        ("contact_name", "填联系人"),
        ("contact_phone", "填联系电话"),
        ("consented_at", "阅读并同意个人信息处理说明"),
    )
    return [words for name, words in asked if not getattr(matter, name)]


# --- the loop ---------------------------------------------------------------------------------------------------


def _send(matter: Membership, actor: User) -> None:
    todo = membership_missing(matter)
    if todo:
        raise BadInput("organizations.incomplete", f"还差 {len(todo)} 项：{'；'.join(todo)}。", fields={})
    if matter.member is not None:
        _may_move(matter.member, matter.kind)
    matter.number = matter.number or next_number("HS", matter.federation.area, clock.today().year)
    keep_version(matter, actor)
    if matter.kind in DISCIPLINE and matter.member is not None:
        _tell_member(matter, matter.member)


def _tell_member(matter: Membership, member: Member) -> None:
    """The right of reply begins with knowing."""
    person = member.owner or (member.organization.owner if member.organization is not None else None)
    if person is not None:
        notify(
            person,
            kind=f"case.{matter.process.slug}",
            title=f"联合会提出：{matter.title}",
            body=f"{matter.cause} 理事会审议前，你可以申辩、说明情况。",
            url=matter.get_absolute_url(),
        )


@performs(choices.SUBMIT_MEMBERSHIP)
def submit_membership(matter: Membership, *, actor: User) -> None:
    """Send it to the federation."""
    _send(matter, actor)


@performs(choices.RESUBMIT_MEMBERSHIP)
def resubmit_membership(matter: Membership, *, actor: User) -> None:
    """Send the mended matter again."""
    _send(matter, actor)


@performs(choices.FORWARD_MEMBERSHIP)
def forward_membership(matter: Membership, *, actor: User, reason: str = "") -> None:
    """The federation has examined it; the council decides."""


@performs(choices.RETURN_MEMBERSHIP)
def return_membership(matter: Membership, *, actor: User, reason: str) -> None:
    """The federation asks for what is missing."""


@performs(choices.ACKNOWLEDGE_LEAVING)
def acknowledge_leaving(matter: Membership, *, actor: User, reason: str = "") -> None:
    """A member leaves by telling so."""
    assert matter.member is not None
    _move(matter.member, matter.kind, actor)


@performs(choices.ADMIT_MEMBERSHIP)
def pass_membership(
    matter: Membership,
    *,
    actor: User,
    met_on: dt.date,
    entitled: int,
    present: int,
    in_favour: int,
    reason: str = "",
) -> None:
    """The council has agreed, with quorum and majority; the register of members follows in the same moment."""
    _check_vote(matter, met_on, entitled, present, in_favour)
    matter.met_on, matter.entitled, matter.present, matter.in_favour = met_on, entitled, present, in_favour
    if matter.kind == MembershipKind.JOIN:
        matter.member = _enter(matter, actor)
    else:
        assert matter.member is not None
        _move(matter.member, matter.kind, actor)


def _share(matter: Membership, key: str) -> Fraction:
    held = matter.parameters.get(key)
    return Fraction(str(held if held is not None else value_of(key, matter.scope)))


def _check_vote(matter: Membership, met_on: dt.date, entitled: int, present: int, in_favour: int) -> None:
    wrong: dict[str, str] = {}
    if met_on > clock.today():
        wrong["met_on"] = "理事会还没开。请开完再记。"
    if present > entitled:
        wrong["present"] = f"实到不能多于应到的 {entitled} 人。"
    if in_favour > present:
        wrong["in_favour"] = f"赞成不能多于实到的 {present} 人。"
    words = dict(choices.SHARES)
    quorum, majority = _share(matter, QUORUM), _share(matter, MAJORITY)
    if not wrong and not _reaches(present, entitled, quorum):
        said = words.get(str(quorum), str(quorum))
        wrong["present"] = f"应到 {entitled} 人、实到 {present} 人，没有到{said}，这次理事会的决议无效。"
    if not wrong and not _reaches(in_favour, present, majority):
        said = words.get(str(majority), str(majority))
        wrong["in_favour"] = f"实到 {present} 人、赞成 {in_favour} 人，没有到{said}，应当办“理事会不通过”。"
    if wrong:
        raise BadInput(choices.ADMIT_MEMBERSHIP.name, " ".join(wrong.values()), fields=wrong)


def _reaches(part: int, whole: int, share: Fraction) -> bool:
    """A half must be passed; two thirds and three quarters are reached by being equal."""
    return Fraction(part, whole or 1) > share if share == Fraction(1, 2) else Fraction(part, whole or 1) >= share


@performs(choices.REFUSE_MEMBERSHIP)
def refuse_membership(matter: Membership, *, actor: User, reason: str) -> None:
    """The council has not agreed."""


@performs(choices.REPLY_MEMBERSHIP)
def reply_membership(matter: Membership, *, actor: User, reason: str) -> None:
    """The member's own words, which the council reads in the timeline."""


@performs(choices.WITHDRAW_MEMBERSHIP)
def withdraw_membership(matter: Membership, *, actor: User, reason: str = "") -> None:
    """Whoever asked takes it back."""


# --- the register -----------------------------------------------------------------------------------------------


def _enter(matter: Membership, actor: User) -> Member:
    """Enter the new member; somebody who left comes back as a new one, with a new number."""
    organization = matter.organization
    if organization is not None and organization.legal_status not in MAY_JOIN:
        said = f"“{organization.name}”{organization.get_legal_status_display()}，不能入会。"
        raise WrongState(choices.ADMIT_MEMBERSHIP.name, said)
    member = Member(
        federation=matter.federation,
        kind=matter.member_kind,
        organization=organization,
        name=organization.name if organization is not None else matter.name,
        owner=matter.owner,
        contact_name=matter.contact_name,
        contact_phone=matter.contact_phone,
        number=next_number("HY", matter.federation.area, clock.today().year),
        joined_on=clock.today(),
    )
    try:
        member.validate_constraints()
        with transaction.atomic():
            member.save()
    except ValidationError as error:
        raise WrongState(choices.ADMIT_MEMBERSHIP.name, " ".join(error.messages)) from error
    except IntegrityError as error:
        raise WrongState(choices.ADMIT_MEMBERSHIP.name, f"“{member.name}”已经是会员。") from error
    record(actor, "organizations.member_entered", member, number=member.number)
    return member


def _move(member: Member, kind: str, actor: User) -> None:
    """Let a decided matter change how a member stands."""
    row = (
        Member.objects.select_for_update(of=("self",)).select_related("federation", "organization").get(pk=member.pk)
    )
    _may_move(row, kind)
    before = row.status
    row.status = MEMBER_MOVES[kind][1]
    row.left_on = clock.today() if row.status == MemberStatus.LEFT else None
    row.save()
    record(actor, "organizations.member_moved", row, before=before, after=row.status)


# --- enquiries --------------------------------------------------------------------------------------------------


@transaction.atomic
def make_enquiry(
    federation: Federation,
    *,
    actor: User | None,
    name: str,
    resource: str,
    want: str,
    contact_name: str,
    contact_phone: str,
    consented: bool,
    registered_with: str = "",
) -> Enquiry:
    """Ask a federation for something of the street's; without an account (`actor` None) the system sends it."""
    if not consented:
        text = "请先阅读并同意个人信息处理说明。"
        raise BadInput("organizations.make_enquiry", text, fields={"consented": text})
    try:
        contact_name, contact_phone = check_person_name(contact_name), check_phone(contact_phone)
    except ValidationError as error:
        words = " ".join(error.messages)
        raise BadInput("organizations.make_enquiry", words, fields={"contact_phone": words}) from error
    open_most = int(value_of("enquiry.open_most", federation.scope))
    alike = Enquiry.objects.filter(contact_phone_hash=keyed_hash(contact_phone, "phone"))
    if alike.exclude(state__in=ENQUIRY.ends).count() >= open_most:
        text = f"这个电话已经有 {open_most} 件在办。请等答复，或打联合会的电话。"
        raise BadInput("organizations.make_enquiry", text, fields={"contact_phone": text})
    sender = actor or User.system()
    enquiry = Enquiry(
        federation=federation,
        owner=actor,
        name=name,
        registered_with=registered_with,
        resource=resource,
        want=want,
        contact_name=contact_name,
        contact_phone=contact_phone,
        consented_at=clock.now(),
    )
    enquiry.save()
    record(sender, "core.case_begun", enquiry)
    sent: Enquiry = perform(choices.SEND_ENQUIRY, enquiry, actor=sender)
    return sent


@performs(choices.SEND_ENQUIRY)
def send_enquiry(enquiry: Enquiry, *, actor: User) -> None:
    """It stands in the one queue."""
    enquiry.number = enquiry.number or next_number("DJ", enquiry.federation.area, clock.today().year)
    keep_version(enquiry, actor)


@performs(choices.MATCH_ENQUIRY)
def match_enquiry(enquiry: Enquiry, *, actor: User, reason: str) -> None:
    """The federation can help."""


@performs(choices.DECLINE_ENQUIRY)
def decline_enquiry(enquiry: Enquiry, *, actor: User, reason: str) -> None:
    """The federation cannot, and says why."""


@performs(choices.REFER_ENQUIRY)
def refer_enquiry(enquiry: Enquiry, *, actor: User, reason: str) -> None:
    """The street has to decide."""


@performs(choices.MATCH_BY_STREET)
def match_enquiry_by_street(enquiry: Enquiry, *, actor: User, reason: str) -> None:
    """The street can help."""


@performs(choices.DECLINE_BY_STREET)
def decline_enquiry_by_street(enquiry: Enquiry, *, actor: User, reason: str) -> None:
    """The street cannot, and says why."""


@performs(choices.WITHDRAW_ENQUIRY)
def withdraw_enquiry(enquiry: Enquiry, *, actor: User, reason: str = "") -> None:
    """Whoever asked takes it back."""
