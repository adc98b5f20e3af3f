"""What is read of imports and their rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Q, QuerySet

from linli.core import clock
from linli.core.access.grants import Person, covered
from linli.core.privacy.cipher import DecryptionError, decrypt
from linli.core.privacy.values import PersonalValue
from linli.core.sheets.choices import KEPT_DAYS, STAGED_DAYS, Outcome, RowState, State
from linli.core.sheets.declare import REGISTRY, Column, Kind, Sheet
from linli.core.sheets.merging import columns_of
from linli.core.sheets.models import Import, ImportedRow, StagedRow
from linli.core.sheets.staging import literal, quoted, run, stored, table


def imports_visible_to(user: Person, slug: str = "") -> QuerySet[Import]:
    """List twin of the permission of each sheet: the imports of the own area."""
    found = Q(pk__in=())
    for sheet in REGISTRY.values():
        if slug in ("", sheet.slug):
            found |= Q(slug=sheet.slug) & covered(user, sheet.roles)
    return Import.objects.filter(found).select_related("begun_by", "decided_by")


def rows_of(batch: Import, kind: str = "") -> QuerySet[StagedRow]:
    """The waiting rows, all or those of a state; duplicates include those that say nothing new."""
    rows = StagedRow.objects.filter(batch=batch).order_by("number")
    if kind == RowState.DUPLICATE:
        return rows.filter(state__in=(RowState.DUPLICATE, RowState.SAME))
    return rows.filter(state=kind) if kind in RowState.values else rows


def traces_of(batch: Import, kind: str = "") -> QuerySet[ImportedRow]:
    """What the import did last, row by row, all or those of an outcome."""
    rows = ImportedRow.objects.filter(batch=batch, run=batch.run).order_by("number")
    return rows.filter(outcome=kind) if kind in Outcome.values else rows


def undecided(batch: Import) -> int:
    """Duplicates about which nobody has said anything; they would be passed over."""
    return StagedRow.objects.filter(batch=batch, state=RowState.DUPLICATE, decision="").count()


def decided(batch: Import) -> dict[str, int]:
    """How many duplicates there are of each decision."""
    rows = StagedRow.objects.filter(batch=batch, state=RowState.DUPLICATE).order_by().values("decision")
    return dict(rows.annotate(count=Count("number")).values_list("decision", "count"))


# --- values as a reader sees them ---------------------------------------------------------------------------------


def shown_value(sheet: Sheet, column: Column, values: dict[str, Any], labels: dict[int, str]) -> str:
    """One value in words; a personal one masked."""
    value = values.get(columns_of(sheet, column.name)[0])
    if value in (None, ""):
        return ""
    if column.kind is Kind.PLACE:
        return labels.get(int(value), "")
    if column.kind is Kind.CHOICE:
        return dict(column.choices).get(str(value), str(value))
    if column.personal is not None:
        try:
            plain = decrypt(str(value)) if column.hashed else str(value)
        except DecryptionError:
            return "（密钥已换，读不出来）"
        return PersonalValue(column.personal, plain).masked
    return str(value)


def place_labels(sheet: Sheet, rows: list[dict[str, Any]]) -> dict[int, str]:
    """Names of the places of some rows, in one query."""
    ids = {int(row[f"{sheet.place}_id"]) for row in rows if row.get(f"{sheet.place}_id")}
    if not ids:
        return {}
    related = sheet.model._meta.get_field(sheet.place).related_model
    assert related is not None
    assert not isinstance(related, str)
    found = related._default_manager.filter(pk__in=ids).select_related("parent")
    return {area.pk: getattr(area, "full_name", str(area)) for area in found}


def records_of(sheet: Sheet, ids: list[int], scope: str) -> dict[int, dict[str, Any]]:
    """Columns of records under a path, as stored."""
    import json

    names = list(stored(sheet))
    shown = ", ".join(f"{literal(name)}, o.{quoted(name)}" for name in names)
    rows = run(
        f"""SELECT o.id, jsonb_build_object({shown})::text FROM {table(sheet)} o
            WHERE o.id = ANY(%s) AND o.{quoted(sheet.scope)} LIKE %s""",
        [ids, scope + "%"],
    )
    return {pk: json.loads(content) for pk, content in rows}


def record_urls(sheet: Sheet, ids: list[int], scope: str) -> dict[int, str]:
    """Addresses of records that are still there and under the path."""
    found = sheet.model._default_manager.filter(pk__in=ids, **{f"{sheet.scope}__startswith": scope})
    return {row.pk: row.get_absolute_url() for row in found.only("pk", "uid")}  # type: ignore[attr-defined]


# --- what time has run out for ------------------------------------------------------------------------------------


def stale(batch: Import, days: dict[str, int]) -> bool:
    """Whether an import has waited, or been kept, for longer than the parameters allow."""
    waited = clock.now() - batch.changed_at
    kept = KEPT_DAYS if batch.state in (State.APPLIED, State.UNDONE) else STAGED_DAYS
    return waited > dt.timedelta(days=days[kept])
