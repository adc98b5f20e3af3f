"""Taking a person out of a record: numbers go, names stay as their masks, papers are deleted; the record stays.

A case keeps saying what was decided (its number, steps, masked versions), the register who was in charge as 陈*梅.
"""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.files.actions import erase_attachment
from linli.core.files.models import Attachment
from linli.core.privacy import mask_name
from linli.core.sheets.models import ImportedRow
from linli.organizations.models import Amendment, Filing, Organization

ERASED = "organizations.erased"


def _erase_papers(case: Any, actor: User) -> int:
    papers = Attachment.objects.filter(subject_type=ContentType.objects.get_for_model(case), subject_id=case.pk)
    for paper in papers:
        erase_attachment(paper, actor=actor)
    return len(papers)


@transaction.atomic
def erase_organization(organization: Organization, *, actor: User) -> None:
    """Mask the name of the person in charge and erase the numbers; nothing the second time."""
    row = Organization.objects.select_for_update(of=("self",)).select_related("area").get(pk=organization.pk)
    if row.erased_at is not None:
        return
    _erase_leader(row)
    row.erased_at = clock.now()
    row.save()
    _forget_former(row)
    record(actor, ERASED, row, fields=["leader_id_number", "leader_name", "leader_phone"])


def _forget_former(organization: Organization) -> None:
    """What an import remembers of the record to undo itself; the undo passes over a record that changed since."""
    private = {"leader_name", "leader_id_number", "leader_id_hash", "leader_phone", "leader_phone_hash"}
    done = ImportedRow.objects.filter(batch__slug="organizations", record_id=organization.pk, before__isnull=False)
    for row in done:
        kept = {name: value for name, value in (row.before or {}).items() if name not in private}
        done.filter(batch=row.batch_id, run=row.run, number=row.number).update(before=kept)


@transaction.atomic
def erase_filing(filing: Filing, *, actor: User) -> None:
    """The same for an application, with its founders and papers."""
    row = Filing.objects.select_for_update(of=("self",)).select_related("area").get(pk=filing.pk)
    if row.erased_at is not None:
        return
    _erase_leader(row)
    row.founders = "\n".join(row.founders_masked)
    row.erased_at = clock.now()
    row.save()
    papers = _erase_papers(row, actor)
    record(actor, ERASED, row, fields=["founders", "leader_id_number", "leader_name", "leader_phone"], papers=papers)


def _erase_leader(row: Organization | Filing) -> None:
    row.leader_name = mask_name(row.leader_name)
    row.leader_id_number = row.leader_phone = ""


@transaction.atomic
def erase_amendment(amendment: Amendment, *, actor: User) -> None:
    """The same for a change, with the new person in charge it named."""
    row = Amendment.objects.select_for_update(of=("self",)).select_related("organization").get(pk=amendment.pk)
    if row.erased_at is not None:
        return
    row.new_leader_name = mask_name(row.new_leader_name)
    row.new_leader_id_number = row.new_leader_phone = ""
    row.erased_at = clock.now()
    row.save()
    papers = _erase_papers(row, actor)
    record(
        actor,
        ERASED,
        row,
        fields=["new_leader_id_number", "new_leader_name", "new_leader_phone"],
        papers=papers,
    )
