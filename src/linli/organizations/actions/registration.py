"""The loop of a registration: each function is one step of choices.REGISTRATION."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.codes.uscc import check_uscc
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files.queries import attachments_of
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import keep_version, performs
from linli.core.workflow.numbers import next_number
from linli.organizations.choices import registration as choices
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.choices.registration import CODE_BEGINS, DECISION_DAYS, NAME_FORMS, PAPERS, RegistrationState
from linli.organizations.choices.states import LegalType, RegisteredLevel
from linli.organizations.models import Organization, Registration
from linli.organizations.queries.register import name_taken
from linli.organizations.queries.registration import code_taken, divisions, foundations_go_to, grown
from linli.organizations.rules.registration import MAY_REGISTER

BEGIN, SAVED = "organizations.begin_registration", "organizations.draft_saved"
MOVED, ENTERED = "organizations.legal_status", "organizations.registered"
EDITABLE = frozenset({RegistrationState.DRAFT, RegistrationState.MEND, RegistrationState.MEND_REGISTRY})
SENDING = (choices.SUBMIT, choices.RESUBMIT, choices.RESUBMIT_REGISTRY)
REQUIRED = (
    ("legal_type", "选择法律类型"),
    ("full_name", "填写登记名称"),
    ("premises", "填写住所"),
)


def begin_registration(organization: Organization, *, actor: User) -> Registration:
    """Open an application with what the register and the incubator know; the open one when there is one."""
    if not actor.has_perm(BEGIN, organization):
        raise NotAllowed(BEGIN, "成立登记由组织的负责人申请，或由所在社区代办。")
    held = Registration.objects.filter(organization=organization).exclude(state__in=choices.REGISTRATION.ends).first()
    if held is not None:
        return held
    if organization.legal_status not in MAY_REGISTER:
        status = organization.get_legal_status_display()
        raise WrongState(BEGIN, f"“{organization.name}”{status}，不用再申请登记。")
    stay = grown(organization)
    draft = Registration(
        organization=organization,
        before=organization.legal_status,
        owner=organization.owner,
        entered_by=None if organization.owner_id == actor.pk else actor,
        premises=organization.address,
        individuals=stay.individuals if stay else organization.member_count or 0,
        units=stay.units if stay else 0,
        funds=stay.funds if stay else 0,
    )
    return open_draft(draft, actor=actor, code=BEGIN)


def save_registration(case: Registration, *, actor: User, revision: int | None, **values: Any) -> Registration:
    """Keep what has been typed so far. A foundation is sent on to the office that registers it."""
    if values.get("legal_type") == LegalType.FOUNDATION:
        text = foundations_go_to(case.organization.area)
        raise BadInput(SAVED, text, fields={"legal_type": text})
    return keep_draft(case, steps=SENDING, name=SAVED, actor=actor, revision=revision, values=values)


def name_todo(case: Registration) -> list[str]:
    """What is wrong with the name by 民政部令69号： division, what it does, form of the organization."""
    name, area = case.full_name, case.organization.area
    if not name:
        return []
    begins = divisions(area)
    todo = []
    if begins and not name.startswith(tuple(begins)):
        todo.append(f"登记名称要以行政区划开头，例如“{begins[-1]}”")
    forms = NAME_FORMS.get(LegalType(case.legal_type), ()) if case.legal_type else ()
    if forms and not name.endswith(forms):
        todo.append(f"{case.get_legal_type_display()}的名称要以组织形式结尾：{'、'.join(forms)}")
    taken = name_taken(name, area, but=case.organization)
    if taken is not None:
        todo.append(f"本社区已有“{name}”，请换一个名称")
    return todo


def lacking(case: Registration) -> list[str]:
    """The thresholds of its legal type that are not reached."""
    return [f"{one.label}现在{one.have}，要{one.need}" for one in case.thresholds if not one.met]


def missing(case: Registration) -> list[str]:
    """What is still to be done before the application can be sent, as instructions; empty when nothing is."""
    todo = [words for name, words in REQUIRED if not getattr(case, name)]
    todo += name_todo(case)
    todo += lacking(case)
    held = {attachment.slot for attachment in attachments_of(case)} if case.pk else set()
    return todo + [f"上传{label}" for slot, label, needed, _why in PAPERS if needed and slot not in held]


def _send(case: Registration, actor: User) -> None:
    todo = missing(case)
    if todo:
        raise BadInput("organizations.incomplete", f"还差 {len(todo)} 项：{'；'.join(todo)}。", fields={})
    if not case.number:
        area = case.organization.area
        assert area is not None
        case.number = next_number("DJ", area, clock.today().year)
    keep_version(case, actor)


def _move(case: Registration, status: LegalStatus, actor: User) -> None:
    """Write the legal status into the register. Another matter may have ended the organization meanwhile."""
    held = Organization.objects.select_for_update(of=("self",)).get(pk=case.organization_id)
    if held.legal_status == status:
        return
    if held.legal_status not in (*MAY_REGISTER, LegalStatus.REGISTERING):
        raise WrongState(MOVED, f"“{held.name}”{held.get_legal_status_display()}，不能办理登记。")
    before, held.legal_status = held.legal_status, status
    held.save(update_fields=["legal_status"])
    record(actor, MOVED, held, before=before, after=str(status))


@performs(choices.SUBMIT)
def submit_registration(case: Registration, *, actor: User) -> None:
    """Send it to the supervising unit; the register says that it is being registered."""
    _send(case, actor)
    _move(case, LegalStatus.REGISTERING, actor)


@performs(choices.RESUBMIT)
def resubmit_registration(case: Registration, *, actor: User) -> None:
    """Send the mended application to the supervising unit."""
    _send(case, actor)


@performs(choices.RESUBMIT_REGISTRY)
def resubmit_registration_to_registry(case: Registration, *, actor: User) -> None:
    """Send the mended application straight back to the registering authority."""
    _send(case, actor)


@performs(choices.CONSENT)
def consent_registration(case: Registration, *, actor: User, approval_number: str, reason: str = "") -> None:
    """The supervising unit consents, by a document with a number."""
    case.approval_number = approval_number.strip()


def _back(case: Registration, actor: User) -> None:
    _move(case, LegalStatus(case.before), actor)


@performs(choices.DENY)
def deny_registration(case: Registration, *, actor: User, reason: str) -> None:
    """The supervising unit does not consent."""
    _back(case, actor)


@performs(choices.RETURN)
def return_registration(case: Registration, *, actor: User, reason: str) -> None:
    """The supervising unit asks for what is missing."""


@performs(choices.ACCEPT)
def accept_registration(case: Registration, *, actor: User, reason: str = "") -> None:
    """The file is complete: sixty days run from today."""
    case.complete_on = clock.today()
    case.decide_by = clock.today() + dt.timedelta(days=DECISION_DAYS)


@performs(choices.RETURN_REGISTRY)
def return_registration_from_registry(case: Registration, *, actor: User, reason: str) -> None:
    """The registering authority asks for what is missing, all at once."""


def _code(case: Registration, uscc: str) -> str:
    step = choices.REGISTER.name
    try:
        code = check_uscc(uscc)
    except ValidationError as error:
        text = " ".join(error.messages)
        raise BadInput(step, text, fields={"uscc": text}) from error
    begins = CODE_BEGINS[LegalType(case.legal_type)]
    if not code.startswith(begins):
        text = f"{case.get_legal_type_display()}的统一社会信用代码以 {begins} 开头。"
        raise BadInput(step, text, fields={"uscc": text})
    taken = code_taken(code, but=case.organization)
    if taken is not None:
        text = f"这个统一社会信用代码已经给了“{taken.name}”。"
        raise BadInput(step, text, fields={"uscc": text})
    return code


@performs(choices.REGISTER)
def register_organization(case: Registration, *, actor: User, uscc: str, reason: str = "") -> None:
    """Registered: the register bears name, code, type and day from this moment on."""
    todo = lacking(case)
    if todo:
        raise BadInput(choices.REGISTER.name, f"没有达到登记条件：{'；'.join(todo)}。")
    case.uscc, case.decided_on, case.decided_by = _code(case, uscc), clock.today(), actor
    held = Organization.objects.select_for_update(of=("self",)).select_related("area").get(pk=case.organization_id)
    if held.legal_status != LegalStatus.REGISTERING:
        raise WrongState(choices.REGISTER.name, f"“{held.name}”{held.get_legal_status_display()}，不能准予登记。")
    if name_taken(case.full_name, held.area, but=held):
        raise BadInput(choices.REGISTER.name, f"本社区已有“{case.full_name}”，请让申请人换一个名称。")
    before = {"name": held.name, "address": held.address, "legal_status": held.legal_status}
    held.name, held.address, held.uscc = case.full_name, case.premises, case.uscc
    held.legal_status, held.legal_type = LegalStatus.REGISTERED, case.legal_type
    held.registered_level, held.registered_on = RegisteredLevel.DISTRICT, clock.today()
    if held.address != before["address"]:  # the point was that of the old place
        held.lng = held.lat = None
        held.datum = held.point_source = ""
    held.full_clean(exclude=["owner"])
    held.save()
    after = {"name": held.name, "address": held.address, "legal_status": held.legal_status, "uscc": held.uscc}
    record(actor, ENTERED, held, before=before, after=after)


@performs(choices.REFUSE)
def refuse_registration(case: Registration, *, actor: User, reason: str) -> None:
    """Not registered; the organization is what it was before."""
    case.decided_by = actor
    _back(case, actor)


@performs(choices.WITHDRAW)
def withdraw_registration(case: Registration, *, actor: User, reason: str = "") -> None:
    """The applicant takes it back; the organization is what it was before."""
    if case.began_at is not None:
        _back(case, actor)
