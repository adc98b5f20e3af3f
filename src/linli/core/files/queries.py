"""Reading attachments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db.models import Model, Q, QuerySet

from linli.core import clock
from linli.core.access.grants import Person
from linli.core.files.models import Attachment
from linli.core.files.registry import may_read
from linli.core.files.storing import FOLDER


def attachments_of(subject: Model, slot: str = "") -> QuerySet[Attachment]:
    """The files of one record, oldest first, removed ones left out. The caller may see the record."""
    kind = ContentType.objects.get_for_model(subject)
    rows = Attachment.objects.filter(subject_type=kind, subject_id=subject.pk, removed_at__isnull=True)
    return (rows.filter(slot=slot) if slot else rows).order_by("pk")


def readable_attachment(uid: str, user: Person) -> Attachment | None:
    """The attachment of this name if the person may read its record; removed ones and unknown names are None."""
    found = Attachment.objects.filter(uid=uid, removed_at__isnull=True).first()
    return found if found is not None and may_read(user, found.subject) else None


def orphans(older_than: dt.timedelta = dt.timedelta(days=1), batch: int = 500) -> Iterator[str]:
    """Stored files without a row, older than any upload can take; what a killed process leaves."""
    before = clock.now() - older_than
    names: list[str] = []
    for name in walk(FOLDER):
        names.append(name)
        if len(names) == batch:
            yield from _unknown(names, before)
            names = []
    yield from _unknown(names, before)


def _unknown(names: Iterable[str], before: dt.datetime) -> Iterator[str]:
    names = list(names)
    rows = Attachment.objects.filter(Q(stored_as__in=names) | Q(thumbnail_as__in=names))
    known = {name for pair in rows.values_list("stored_as", "thumbnail_as") for name in pair}
    for name in names:
        if name not in known and default_storage.get_modified_time(name) < before:
            yield name


def walk(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for file in files:
        yield f"{folder}/{file}"
    for inner in folders:
        yield from walk(f"{folder}/{inner}")
