"""The register itself. Only the last step of a case calls these."""

from __future__ import annotations

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, WrongState
from linli.core.workflow.numbers import next_number
from linli.organizations.actions.grades import end_grades_of
from linli.organizations.actions.party_people import leave_party, move_party
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.models import PROFILE_FIELDS, Filing, Organization
from linli.organizations.queries.register import name_taken


def enter_register(filing: Filing, *, actor: User) -> Organization:
    """Give the number and open the register record from what the application holds, in the caller's transaction."""
    assert filing.area is not None
    organization = Organization(
        **{name: getattr(filing, name) for name in PROFILE_FIELDS},
        owner=filing.owner,
        legal_status=LegalStatus.FILED,
        number=next_number("BA", filing.area, clock.today().year),
        founded_on=clock.today(),
        filed_on=clock.today(),
    )
    organization.full_clean(exclude=["owner"])
    organization.save()
    record(actor, "organizations.entered", organization, number=organization.number)
    return organization


def amend_register(organization: Organization, *, actor: User, **changes: object) -> Organization:
    """Write a decided change into the register, with what stood there before. Runs in the caller's transaction."""
    organization = Organization.objects.select_for_update(of=("self",)).select_related("area").get(pk=organization.pk)
    if "name" in changes and name_taken(str(changes["name"]), organization.area, but=organization):
        raise BadInput("organizations.name_taken", f"本社区已有“{changes['name']}”，请让申请人换一个名称。")
    private = {"leader_name", "leader_id_number", "leader_phone"}
    before = {name: str(getattr(organization, name) or "") for name in changes if name not in private}
    for name, value in changes.items():
        setattr(organization, name, value)
    organization.full_clean(exclude=["owner"])
    organization.save()
    if "area" in changes:
        move_party(organization)
    after = {name: str(value or "") for name, value in changes.items() if name not in private}
    if private & changes.keys():
        after["leader"] = organization.leader_masked
    record(actor, "organizations.amended", organization, before=before, after=after)
    return organization


def cancel_filing(organization: Organization, *, actor: User) -> Organization:
    """End the filing; the record stays, the public page says so."""
    organization = Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    if organization.legal_status != LegalStatus.FILED:
        words = organization.get_legal_status_display()
        raise WrongState("organizations.cancelled", f"“{organization.name}”{words}，不能注销备案。")
    end(organization, LegalStatus.CANCELLED)
    leave_party(organization, actor=actor)
    organization.save()
    record(actor, "organizations.cancelled", organization)
    return organization


def end(organization: Organization, status: LegalStatus) -> None:
    """The organization is no more from today on: what only a living one may bear falls away."""
    organization.legal_status = status
    organization.ended_on = clock.today()
    end_grades_of(organization)
    organization.grade, organization.grade_until = "", None
    organization.stars, organization.stars_until = None, None
