"""The loop of a change: each function is one step of choices.AMENDMENT."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.workflow.engine import keep_version, performs, settle
from linli.core.workflow.numbers import next_number
from linli.organizations.actions.register import amend_register, cancel_filing
from linli.organizations.choices import filing as choices
from linli.organizations.choices.filing import AmendmentKind, AmendmentState, LegalStatus
from linli.organizations.models import Amendment, Organization
from linli.organizations.queries.register import name_taken

EDITABLE = frozenset({AmendmentState.DRAFT, AmendmentState.MEND})
REQUIRED = {
    AmendmentKind.NAME: (("new_name", "填写新名称"),),
    AmendmentKind.LEADER: (
        ("new_leader_name", "填写新负责人姓名"),
        ("new_leader_id_number", "填写新负责人身份证号"),
        ("new_leader_phone", "填写新负责人手机号"),
    ),
    AmendmentKind.ADDRESS: (("new_address", "填写新活动场所"),),
    AmendmentKind.CANCEL: (("settlement", "写明财产和未了事务怎么处理"),),
}


@transaction.atomic
def begin_amendment(organization: Organization, *, kind: str, actor: User) -> Amendment:
    """Open a draft; when one of the same kind is still open, that one is returned instead of a second."""
    if not actor.has_perm("organizations.amend", organization):
        raise NotAllowed("organizations.amend", "变更由组织的负责人申请，或由所在社区代办。")
    if organization.legal_status not in (LegalStatus.FILED, LegalStatus.REGISTERED):
        raise WrongState(
            "organizations.amend", f"“{organization.name}”{organization.get_legal_status_display()}，不能再变更。"
        )
    if kind == AmendmentKind.CANCEL and organization.legal_status != LegalStatus.FILED:
        text = f"“{organization.name}”已经登记，终止要走清算和注销登记，不能注销备案。"
        raise WrongState("organizations.amend", text)
    open_one = _open_of(organization, kind)
    if open_one is not None:
        return open_one
    own = organization.owner_id == actor.pk
    amendment = Amendment(
        organization=organization,
        kind=AmendmentKind(kind),
        owner=organization.owner,
        entered_by=None if own else actor,
        before={
            "名称": organization.name,
            "负责人": organization.leader_masked,
            "活动场所": organization.address,
        },
    )
    try:
        with transaction.atomic():
            amendment.save()
    except IntegrityError:  # a double click: the first one made it
        twin = _open_of(organization, kind)
        if twin is None:
            raise
        return twin
    event = record(actor, "core.case_begun", amendment)
    if amendment.owner_id:
        settle(amendment, actor, event)
    return amendment


def _open_of(organization: Organization, kind: str) -> Amendment | None:
    ended = (AmendmentState.DONE, AmendmentState.REFUSED, AmendmentState.WITHDRAWN)
    return Amendment.objects.filter(organization=organization, kind=kind).exclude(state__in=ended).first()


@transaction.atomic
def save_amendment(amendment: Amendment, *, actor: User, revision: int | None, **values: Any) -> Amendment:
    """Keep what has been typed so far; see filings.save_draft."""
    amendment = (
        Amendment.objects.select_for_update(of=("self",)).select_related("organization__area").get(pk=amendment.pk)
    )
    if not actor.has_perm(choices.SUBMIT_AMENDMENT.name, amendment):
        raise NotAllowed("organizations.save_amendment", "这份申请不是你的，不能修改。")
    if amendment.state not in EDITABLE:
        raise WrongState("organizations.save_amendment", "这份申请已经提交，现在不能改。")
    if revision is not None and revision != amendment.revision:
        raise WrongState("draft.revision", "这份草稿刚才在另一台设备上改过。")
    for name, value in values.items():
        setattr(amendment, name, value)
    amendment.revision += 1
    amendment.save()
    event = record(actor, "organizations.draft_saved", amendment, fields=sorted(values))
    if amendment.owner_id:
        settle(amendment, actor, event)
    return amendment


def missing(amendment: Amendment) -> list[str]:
    """What is still to be done before the change can be sent."""
    todo = [words for name, words in REQUIRED[AmendmentKind(amendment.kind)] if not getattr(amendment, name)]
    if not amendment.cause:
        todo.append("写明原因")
    taken = amendment.new_name and name_taken(
        amendment.new_name, amendment.organization.area, but=amendment.organization
    )
    if taken:
        todo.append(f"本社区已有“{amendment.new_name}”，请换一个名称")
    return todo


def _send(amendment: Amendment, actor: User) -> None:
    todo = missing(amendment)
    if todo:
        raise BadInput("organizations.incomplete", f"还差 {len(todo)} 项：{';'.join(todo)}。")
    if not amendment.number:
        area = amendment.organization.area
        assert area is not None
        amendment.number = next_number("BG", area, clock.today().year)
    keep_version(amendment, actor)


@performs(choices.SUBMIT_AMENDMENT)
def submit_amendment(amendment: Amendment, *, actor: User) -> None:
    """Send the change to the community."""
    _send(amendment, actor)


@performs(choices.RESUBMIT_AMENDMENT)
def resubmit_amendment(amendment: Amendment, *, actor: User) -> None:
    """Send the mended change again."""
    _send(amendment, actor)


@performs(choices.SUPPORT_AMENDMENT)
def support_amendment(amendment: Amendment, *, actor: User, reason: str = "") -> None:
    """The community agrees."""


@performs(choices.OPPOSE_AMENDMENT)
def oppose_amendment(amendment: Amendment, *, actor: User, reason: str) -> None:
    """The community disagrees and says why."""


@performs(choices.RETURN_AMENDMENT)
def return_amendment(amendment: Amendment, *, actor: User, reason: str) -> None:
    """Whoever has it now asks for what is missing."""


@performs(choices.APPROVE_AMENDMENT)
def approve_amendment(amendment: Amendment, *, actor: User, reason: str = "") -> None:
    """The street agrees and the register is changed in the same moment."""
    organization = amendment.organization
    match amendment.kind:
        case AmendmentKind.NAME:
            amend_register(organization, actor=actor, name=amendment.new_name)
        case AmendmentKind.LEADER:
            amend_register(
                organization,
                actor=actor,
                leader_name=amendment.new_leader_name,
                leader_id_number=amendment.new_leader_id_number,
                leader_phone=amendment.new_leader_phone,
            )
        case AmendmentKind.ADDRESS:
            place = {"area": amendment.new_area} if amendment.new_area else {}
            amend_register(organization, actor=actor, address=amendment.new_address, **place)
        case _:
            cancel_filing(organization, actor=actor)


@performs(choices.REFUSE_AMENDMENT)
def refuse_amendment(amendment: Amendment, *, actor: User, reason: str) -> None:
    """The street refuses, with the reason."""


@performs(choices.WITHDRAW_AMENDMENT)
def withdraw_amendment(amendment: Amendment, *, actor: User, reason: str = "") -> None:
    """The applicant takes it back."""
