"""Reading exports: everybody their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import PurePosixPath

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet

from linli.core import clock
from linli.core.access.models import User
from linli.core.exports.choices import BUSY, State
from linli.core.exports.models import Export
from linli.core.exports.source import source_of
from linli.core.files.checking import register_stored
from linli.core.files.queries import walk
from linli.core.jobs.queries import left_alone

SHOWN = 30
FOLDER = "exports"
JOB = "core.make_export"
register_stored(FOLDER, lambda: Export.objects.exclude(stored_as="").values_list("stored_as", flat=True))


def exports_visible_to(user: User) -> QuerySet[Export]:
    """Nobody sees what another took along; there is no post for that."""
    return Export.objects.filter(owner=user.pk).order_by("-pk")


def still_reads(export: Export) -> bool:
    """Whether the person still reads all the areas that the file was made from; a post that ended takes it along."""
    if not export.owner.is_active:
        return False
    source = source_of(export.slug, export.params, export.owner)
    return source is not None and all(any(path.startswith(above) for above in source.reach) for path in export.reach)


def exports_left_alone() -> QuerySet[Export]:
    """Exports that wait for a job which will not run again: it was cut off too often, or its row is gone."""
    return left_alone(Export.objects.filter(state__in=BUSY), JOB, "export_id").order_by("pk")


def run_out(limit: int = 500) -> Iterator[Export]:
    """Exports whose file has been kept long enough."""
    rows = Export.objects.filter(state=State.DONE, kept_to__lt=clock.today()).order_by("pk")
    yield from rows[:limit]


def strays(older_than: dt.timedelta = dt.timedelta(days=1)) -> Iterator[str]:
    """Files no export knows: of one that was removed, or given up, by a process that was killed on the way."""
    before = clock.now() - older_than
    for name in walk(FOLDER):
        uid = PurePosixPath(name).stem
        known = Export.objects.filter(Q(stored_as=name) | Q(uid=uid, state__in=BUSY))
        if not known.exists() and default_storage.get_modified_time(name) < before:
            yield name
