"""Taking persons out of records: numbers go, names stay as their masks, papers are deleted; the record stays.

A case keeps saying what was decided (its number, steps, masked versions), the register who was in charge as 陈*梅.
One record and a night's thousands go the same way: a few statements for all of them, with their marks and an event
for each. Rows that were taken out before stay as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record, record_each
from linli.core.audit.marks import keeping_marks
from linli.core.files.actions import erase_attachments
from linli.core.files.models import Attachment
from linli.core.privacy import mask_name
from linli.core.privacy.cipher import DecryptionError, decrypt, encrypt_all
from linli.core.sheets.models import ImportedRow
from linli.organizations.models import Amendment, Filing, Organization

ERASED = "organizations.erased"
LEADER = ("leader_id_number", "leader_name", "leader_phone")
NEW_LEADER = tuple(f"new_{name}" for name in LEADER)
FOUNDERS = ("founders", *LEADER)
# What an import remembers of a record.
FORMER = ("leader_name", "leader_id_number", "leader_id_hash", "leader_phone", "leader_phone_hash")


@transaction.atomic
def erase_organizations(rows: QuerySet[Organization], *, actor: User) -> int:
    """Mask the names of the persons in charge and erase their numbers; how many records there were to do."""
    held = _held(rows, "leader_name")
    _write(Organization, [pk for pk, *_ in held], leader_name=[mask_name(name) for _pk, _scope, name in held])
    _forget_former([pk for pk, *_ in held])
    _tell(Organization, held, LEADER, actor)
    return len(held)


@transaction.atomic
def erase_filings(rows: QuerySet[Filing], *, actor: User) -> int:
    """The same for applications, with their founders and papers."""
    # As it is stored: founders whose key is lost are erased all the same.
    held = _held(rows, "leader_name", "founders")
    founders = encrypt_all([_masked_lines(stored) for _pk, _scope, _name, stored in held])
    names = [mask_name(name) for _pk, _scope, name, _stored in held]
    _write(Filing, [pk for pk, *_ in held], leader_name=names, founders=founders)
    _tell(Filing, held, FOUNDERS, actor, papers=_erase_papers(Filing, held, actor))
    return len(held)


@transaction.atomic
def erase_amendments(rows: QuerySet[Amendment], *, actor: User) -> int:
    """The same for changes, with the new persons in charge they named."""
    held = _held(rows, "new_leader_name")
    names = [mask_name(name) for _pk, _scope, name in held]
    _write(Amendment, [pk for pk, *_ in held], prefix="new_", hashed=False, new_leader_name=names)
    _tell(Amendment, held, NEW_LEADER, actor, papers=_erase_papers(Amendment, held, actor))
    return len(held)


def erase_organization(organization: Organization, *, actor: User) -> None:
    """One record; nothing the second time."""
    erase_organizations(Organization.objects.filter(pk=organization.pk), actor=actor)


def erase_filing(filing: Filing, *, actor: User) -> None:
    """One application."""
    erase_filings(Filing.objects.filter(pk=filing.pk), actor=actor)


def erase_amendment(amendment: Amendment, *, actor: User) -> None:
    """One change."""
    erase_amendments(Amendment.objects.filter(pk=amendment.pk), actor=actor)


def _held(rows: QuerySet[Any], *columns: str) -> list[tuple[Any, ...]]:
    """Key, scope and columns, as they are stored, of the rows that were not taken out yet; locked."""
    quote = connection.ops.quote_name
    keys = rows.filter(erased_at__isnull=True).order_by("pk").select_for_update()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, scope, {', '.join(map(quote, columns))} FROM {quote(rows.model._meta.db_table)} "  # noqa: S608
            "WHERE id = ANY(%s) ORDER BY id",
            [list(keys.values_list("pk", flat=True))],
        )
        return list(cursor.fetchall())


def _masked_lines(stored: str) -> str:
    try:
        lines = decrypt(stored).splitlines()
    except DecryptionError:
        return ""
    return "\n".join(mask_name(line.strip()) for line in lines if line.strip())


def _write(
    model: type[Model], ids: Sequence[int], *, prefix: str = "", hashed: bool = True, **columns: Sequence[str | None]
) -> None:
    """New values of some columns, a row each, and empty numbers."""
    if not ids:
        return
    quote = connection.ops.quote_name
    empty = [f"{prefix}leader_id_number", f"{prefix}leader_phone"]
    empty += ["leader_id_hash", "leader_phone_hash"] if hashed else []
    names = list(columns)
    changes = [*(f"{quote(name)} = v.{quote(name)}" for name in names), *(f"{quote(name)} = ''" for name in empty)]
    with keeping_marks(model, ids), connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE {quote(model._meta.db_table)} t SET {", ".join(changes)}, erased_at = %s
                FROM unnest(%s::bigint[]{", %s::text[]" * len(names)}) v(id, {", ".join(map(quote, names))})
                WHERE t.id = v.id""",  # noqa: S608
            [clock.now(), list(ids), *(list(values) for values in columns.values())],
        )


def _forget_former(ids: Sequence[int]) -> None:
    """What imports remember of the records to undo themselves; the undo passes over a record that changed since."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE {ImportedRow._meta.db_table} t SET before = t.before - %s::text[] FROM core_import i
                WHERE i.id = t.batch_id AND i.slug = 'organizations' AND t.record_id = ANY(%s)
                AND t.before ?| %s::text[]""",  # noqa: S608
            [list(FORMER), list(ids), list(FORMER)],
        )


def erase_papers(case: Any, actor: User) -> int:
    """Delete the papers of one record; how many there were."""
    return _erase_papers(type(case), [(case.pk,)], actor)[case.pk]


def _erase_papers(model: type[Model], held: Sequence[tuple[Any, ...]], actor: User) -> Counter[int]:
    kind = ContentType.objects.get_for_model(model)
    papers = Attachment.objects.filter(subject_type=kind, subject_id__in=[pk for pk, *_ in held])
    return erase_attachments(papers, actor=actor)


def _tell(
    model: type[Model],
    held: Sequence[tuple[Any, ...]],
    fields: Sequence[str],
    actor: User,
    papers: Mapping[int, int] | None = None,
) -> None:
    """An event for each record: which fields, how many papers, no value. Listeners hear of a single one."""
    told: list[tuple[int, str, dict[str, Any]]] = [
        (pk, scope, {"fields": sorted(fields)} | ({} if papers is None else {"papers": papers.get(pk, 0)}))
        for pk, scope, *_ in held
    ]
    if len(told) == 1:
        pk, scope, detail = told[0]
        record(actor, ERASED, model._base_manager.get(pk=pk), scope=scope, detail=detail)
    elif told:
        record_each(actor, ERASED, model, told)
