"""Taking a person out of what a federation keeps: phones go, names stay as their masks, papers are deleted."""

from __future__ import annotations

from typing import TypeVar

from django.db import transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.privacy import mask_name
from linli.organizations.actions.erasing import ERASED, erase_papers
from linli.organizations.choices.membership import MemberKind
from linli.organizations.models import Enquiry, Member, Membership, Tenure

C = TypeVar("C", Member, Membership, Enquiry)


@transaction.atomic
def erase_contact(row: C, *, actor: User) -> None:
    """The contact of a member who left, of a matter or an enquiry that ended; nothing the second time."""
    held = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if held.erased_at is not None:
        return
    held.contact_name, held.contact_phone = mask_name(held.contact_name), ""
    fields = ["contact_name", "contact_phone"]
    kind = getattr(held, "member_kind", getattr(held, "kind", ""))
    if kind == MemberKind.PERSON:
        held.name = mask_name(held.name)
        fields.append("name")
    held.erased_at = clock.now()
    held.save()
    papers = erase_papers(held, actor)
    record(actor, ERASED, held, fields=fields, papers=papers)


@transaction.atomic
def erase_tenure(tenure: Tenure, *, actor: User) -> None:
    """The name and the papers of a post that ended long ago."""
    held = Tenure.objects.select_for_update().get(pk=tenure.pk)
    if held.erased_at is not None:
        return
    held.person_name = mask_name(held.person_name)
    held.erased_at = clock.now()
    held.save()
    papers = erase_papers(held, actor)
    record(actor, ERASED, held, fields=["person_name"], papers=papers)
