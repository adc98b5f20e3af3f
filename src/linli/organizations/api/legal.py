"""What programs may do with the legal life of registered organizations: its cases begin here, and follow from their
declarations."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from pydantic import Field

from linli.core.api.begins import begins
from linli.core.api.schemas import UID, Input
from linli.organizations.actions.annual import begin_report
from linli.organizations.actions.deregistration import begin_deregistration
from linli.organizations.actions.registration import begin_registration
from linli.organizations.choices.annual import ANNUAL, FIRST_YEAR, LAST_YEAR
from linli.organizations.choices.deregistration import DEREGISTRATION
from linli.organizations.choices.registration import REGISTRATION
from linli.organizations.models import AnnualReport, Deregistration, Organization, Registration
from linli.organizations.queries.register import organizations_visible_to

ORGANIZATION = Field(max_length=22, description="名册里的标识", examples=[UID])


def _seen(uid: str, actor: Any) -> Organization:
    found = organizations_visible_to(actor).filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


class BeginReport(Input):
    """The report of a year, or the one of that year which is still to be sent."""

    organization: str = ORGANIZATION
    year: int = Field(ge=FIRST_YEAR, le=LAST_YEAR, strict=True, description="报告哪一年", examples=[2025])


@begins(ANNUAL, BeginReport)
def open_report(body: BeginReport, *, actor: Any) -> AnnualReport:
    """An annual report."""
    return begin_report(_seen(body.organization, actor), year=body.year, actor=actor)


class BeginRegistration(Input):
    """An application to be registered, or the one that is open."""

    organization: str = ORGANIZATION


@begins(REGISTRATION, BeginRegistration)
def open_registration(body: BeginRegistration, *, actor: Any) -> Registration:
    """A registration."""
    return begin_registration(_seen(body.organization, actor), actor=actor)


class BeginDeregistration(Input):
    """An application to end a registered organization, or the one that is open."""

    organization: str = ORGANIZATION


@begins(DEREGISTRATION, BeginDeregistration)
def open_deregistration(body: BeginDeregistration, *, actor: Any) -> Deregistration:
    """The end of a registration."""
    return begin_deregistration(_seen(body.organization, actor), actor=actor)
