"""Party members and their three relations, and the posts members of the two committees hold in organizations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.codes.id_number import check_id_number
from linli.core.codes.names import check_person_name
from linli.core.codes.phone import check_phone
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.privacy import keyed_hash, mask_name
from linli.organizations.actions.erasing import ERASED
from linli.organizations.choices.filing import LIVING
from linli.organizations.choices.party import COVERING, PartyStage
from linli.organizations.choices.states import PartyCover
from linli.organizations.models import CommitteePost, Organization, PartyCoverage, PartyMember, PartyUnit
from linli.organizations.queries.party import unit_of

KEEP, POSTS = "organizations.keep_party_members", "organizations.keep_committee_posts"
TWICE = "这名党员已经在另一个社会组织或党支部里。一人只纳入一个党组织管理，请先转出。"
CHECKS = {"name": check_person_name, "id_number": check_id_number, "phone": check_phone}
CHANGED = ("name", "phone", "stage", "belongs_to", "reported_to")


def _must_keep(actor: User, subject: Any) -> None:
    if not actor.has_perm(KEEP, subject):
        raise NotAllowed(KEEP, "党员信息由联合会、街道或所在社区的书记登记。")


def _must_post(actor: User, subject: Any) -> None:
    if not actor.has_perm(POSTS, subject):
        raise NotAllowed(POSTS, "两委成员兼职由联合会或街道登记。")


def _checked(code: str, values: dict[str, Any]) -> dict[str, Any]:
    """Names and numbers as they are stored; every field that is wrong is named."""
    wrong: dict[str, str] = {}
    given = dict(values)
    for field in [name for name in CHECKS if values.get(name)]:
        try:
            given[field] = CHECKS[field](values[field])
        except ValidationError as error:
            wrong[field] = " ".join(error.messages)
    if not str(values.get("belongs_to", "-")).strip():
        wrong["belongs_to"] = "请填组织关系在哪里。"
    if wrong:
        raise BadInput(code, " ".join(wrong.values()), fields=wrong)
    return given


def _save(code: str, row: PartyMember | CommitteePost, twice: dict[str, str]) -> None:
    """Save what is whole; a constraint of the database that refuses it says why."""
    try:
        row.full_clean(validate_constraints=False)
        with transaction.atomic():
            row.save()
    except ValidationError as error:
        fields = {name: " ".join(texts) for name, texts in error.message_dict.items()}
        raise BadInput(code, " ".join(fields.values()), fields=fields) from error
    except IntegrityError as error:  # two enter the same at once
        raise BadInput(code, " ".join(twice.values()), fields=twice) from error


# --- members ------------------------------------------------------------------------------------------------------


@transaction.atomic
def enter_party_member(
    organization: Organization,
    *,
    actor: User,
    name: str,
    id_number: str,
    belongs_to: str,
    stage: str = PartyStage.FULL,
    phone: str = "",
    reported_to: Area | None = None,
) -> PartyMember:
    """Enter a member of an organization, managed by the unit that covers it. Whoever stands in another organization
    or branch already is refused: one person, one unit."""
    # Locked, so that the unit is not changed in between.
    organization = Organization.objects.select_for_update(of=("self",)).select_related("area").get(pk=organization.pk)
    _must_keep(actor, organization)
    if organization.legal_status not in LIVING:
        raise WrongState(KEEP, f"“{organization.name}”{organization.get_legal_status_display()}，不能登记党员。")
    values = {"name": name, "id_number": id_number, "phone": phone, "belongs_to": belongs_to}
    values = _checked(KEEP, values)
    held = PartyMember.objects.filter(left_on__isnull=True)
    if held.filter(id_number_hash=keyed_hash(values["id_number"], "id_number")).exists():
        raise BadInput(KEEP, TWICE, fields={"id_number": TWICE})
    member = PartyMember(
        organization=organization,
        scope=organization.scope,
        stage=stage,
        reported_to=reported_to,
        managed_by=unit_of(organization),
        **values,
    )
    _save(KEEP, member, {"id_number": TWICE})
    record(actor, "organizations.party_member_entered", member, organization=organization.name)
    return member


def _locked(member: PartyMember, actor: User) -> PartyMember:
    row = PartyMember.objects.select_for_update(of=("self",)).select_related("organization").get(pk=member.pk)
    _must_keep(actor, row)
    if row.left_on is not None:
        raise WrongState(KEEP, "已经转出，不能再改。")
    return row


@transaction.atomic
def change_party_member(member: PartyMember, *, actor: User, **values: Any) -> PartyMember:
    """Correct name or phone, or change a relation: full or probationary, belongs to, reported to."""
    row = _locked(member, actor)
    _change(row, {name: value for name, value in values.items() if name in CHANGED}, actor)
    return row


@transaction.atomic
def correct_party_member(member: PartyMember, *, actor: User, **values: str) -> None:
    """What the person asked to have corrected, in the transaction of whoever granted it."""
    row = PartyMember.objects.select_for_update(of=("self",)).select_related("organization").get(pk=member.pk)
    _change(row, values, actor)


def _change(row: PartyMember, values: dict[str, Any], actor: User) -> None:
    given = _checked(KEEP, values)
    fields = sorted(name for name, value in given.items() if getattr(row, name) != value)
    for name in fields:
        setattr(row, name, given[name])
    _save(KEEP, row, {"id_number": TWICE})
    record(actor, "organizations.party_member_changed", row, fields=fields)


@transaction.atomic
def transfer_party_member(member: PartyMember, *, actor: User, reason: str) -> PartyMember:
    """The member goes elsewhere; only then another unit may take the person in."""
    row = _locked(member, actor)
    if not reason.strip():
        raise BadInput(KEEP, "请写明转到哪里。", fields={"reason": "请写明转到哪里。"})
    _leave(row, actor, reason.strip())
    return row


def _leave(row: PartyMember, actor: User, reason: str) -> None:
    row.left_on = max(clock.today(), row.joined_on)
    row.save()
    record(actor, "organizations.party_member_left", row, reason=reason)


@transaction.atomic
def erase_party_member(member: PartyMember, *, actor: User) -> None:
    """The numbers go and the name stays as its mask; nothing the second time."""
    row = PartyMember.objects.select_for_update(of=("self",)).select_related("organization").get(pk=member.pk)
    if row.erased_at is not None:
        return
    row.name, row.id_number, row.phone = mask_name(row.name), "", ""
    row.erased_at = clock.now()
    row.save()
    record(actor, ERASED, row, fields=["id_number", "name", "phone"])


# --- posts of the two committees ----------------------------------------------------------------------------------


@transaction.atomic
def enter_committee_post(
    organization: Organization,
    *,
    person_name: str,
    approval: str,
    actor: User,
    is_head: bool = False,
    held_from: dt.date | None = None,
) -> CommitteePost:
    """A member of a community's two committees holds a post in an organization, by an approval that is named."""
    organization = Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    _must_post(actor, organization)
    since = held_from or clock.today()
    wrong: dict[str, str] = {}
    if organization.legal_status not in LIVING:
        wrong["organization"] = f"“{organization.name}”{organization.get_legal_status_display()}，不能登记兼职。"
    if not approval.strip():
        wrong["approval"] = "没有批准依据的不登记。"
    if since > clock.today():
        wrong["held_from"] = "任职日期在将来。到任以后再登记。"
    held = CommitteePost.objects.filter(organization=organization, held_to__isnull=True)
    if is_head and held.filter(is_head=True).exists():
        wrong["is_head"] = "这家组织已经登记了一位两委成员任会长或召集人。"
    if held.filter(person_name=person_name).exists():
        wrong["person_name"] = "这个人在这家组织的职务已经登记。"
    if wrong:
        raise BadInput(POSTS, " ".join(wrong.values()), fields=wrong)
    post = CommitteePost(
        organization=organization,
        scope=organization.scope,
        person_name=person_name,
        approval=approval.strip(),
        is_head=is_head,
        held_from=since,
    )
    _save(POSTS, post, {"person_name": "刚才已经有人登记了，请刷新页面。"})
    record(actor, "organizations.committee_post_entered", post, head=is_head)
    return post


@transaction.atomic
def end_committee_post(post: CommitteePost, *, actor: User) -> CommitteePost:
    """The post is held no more."""
    row = CommitteePost.objects.select_for_update(of=("self",)).select_related("organization").get(pk=post.pk)
    _must_post(actor, row)
    if row.held_to is not None:
        raise WrongState(POSTS, "已经登记卸任。")
    _relieve(row, actor)
    return row


def _relieve(row: CommitteePost, actor: User) -> None:
    row.held_to = max(clock.today(), row.held_from)
    row.save()
    record(actor, "organizations.committee_post_ended", row)


@transaction.atomic
def erase_committee_post(post: CommitteePost, *, actor: User) -> None:
    """The name of a post that ended long ago."""
    row = CommitteePost.objects.select_for_update(of=("self",)).select_related("organization").get(pk=post.pk)
    if row.erased_at is None:
        row.person_name, row.erased_at = mask_name(row.person_name), clock.now()
        row.save()
        record(actor, ERASED, row, fields=["person_name"])


@transaction.atomic
def erase_secretary(unit: PartyUnit, *, actor: User) -> None:
    """The secretary's name of a unit that ended long ago."""
    row = PartyUnit.objects.select_for_update(of=("self",)).select_related("led_by__area").get(pk=unit.pk)
    if row.erased_at is None:
        row.secretary_name, row.erased_at = mask_name(row.secretary_name), clock.now()
        row.save()
        record(actor, ERASED, row, fields=["secretary_name"])


# --- what happens to an organization ------------------------------------------------------------------------------


def leave_party(organization: Organization, *, actor: User) -> dict[str, Any]:
    """An organization ends: no unit covers it, nobody is managed through it, no post is held in it. Runs in the
    transaction of whoever ends it, who holds its row and saves it; what was ended, for `return_to_party`."""
    covering = PartyCoverage.objects.filter(organization=organization, holds=True)
    left: dict[str, Any] = {
        "cover": organization.party_cover,
        "units": list(covering.values_list("unit__uid", flat=True)),
        "members": [],
        "posts": [],
    }
    organization.party_cover = PartyCover.NONE
    covering.update(holds=False)
    for member in PartyMember.objects.filter(organization=organization, left_on__isnull=True).order_by("pk"):
        _leave(member, actor, "所在的社会组织终止")
        left["members"].append(member.uid)
    for post in CommitteePost.objects.filter(organization=organization, held_to__isnull=True).order_by("pk"):
        _relieve(post, actor)
        left["posts"].append(post.uid)
    return left


def return_to_party(organization: Organization, left: Mapping[str, Any], *, actor: User) -> list[str]:
    """It did not end after all: cover, members and posts as they were before `leave_party`, in the transaction of
    whoever restores it and saves it. What has changed meanwhile stays; a sentence for each says what to do anew."""
    todo = []
    unit = PartyUnit.objects.select_for_update(of=("self",)).filter(uid__in=left.get("units", ())).first()
    covered = PartyCoverage.objects.filter(organization=organization, holds=True).exists()
    if unit is not None and unit.state in COVERING and not covered:
        PartyCoverage.objects.filter(organization=organization, unit=unit).update(holds=True)
        organization.party_cover = left["cover"]
    elif unit is not None:
        todo.append(f"“{unit.name}”已经不在或者有了变动，请重新给这家组织设党的组织。")
        unit = None
    for uid in left.get("members", ()):
        member = PartyMember.objects.select_for_update(of=("self",)).get(uid=uid)
        elsewhere = PartyMember.objects.filter(id_number_hash=member.id_number_hash, left_on__isnull=True)
        if member.left_on is None:
            continue
        if not member.id_number_hash or elsewhere.exists():
            todo.append(f"党员{member}已经在别处，需要的请重新登记。")
            continue
        member.left_on = None  # `managed_by` was kept
        if unit is None or member.managed_by_id != unit.pk:
            member.managed_by = None
        member.save()
        record(actor, "organizations.party_member_back", member)
    for uid in left.get("posts", ()):
        post = CommitteePost.objects.select_for_update(of=("self",)).get(uid=uid)
        taken = Q(person_name=post.person_name) | (Q(is_head=True) if post.is_head else Q())
        again = CommitteePost.objects.filter(taken, organization=organization, held_to__isnull=True)
        if post.held_to is None:
            continue
        if post.erased_at is not None or again.exists():
            todo.append(f"{mask_name(post.person_name)}的两委兼职有了变动，需要的请重新登记。")
            continue
        post.held_to = None
        post.save()
        record(actor, "organizations.committee_post_back", post)
    return todo


def move_party(organization: Organization) -> None:
    """An organization moved to another community: members and posts lie where it lies."""
    for model in (PartyMember, CommitteePost):
        model.objects.filter(organization=organization).exclude(scope=organization.scope).update(
            scope=organization.scope
        )
