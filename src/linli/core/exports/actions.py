"""Making exports: at once for few rows, in the background for many. Each is an event; none of its values is."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Sequence
from typing import IO, TypeVar

import structlog
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.models import Event
from linli.core.counting import bounded
from linli.core.errors import BadInput, NotAllowed, Refusal, WrongState
from linli.core.exports.choices import BUSY, Format, State
from linli.core.exports.models import Export
from linli.core.exports.queries import FOLDER, JOB, exports_left_alone, run_out, still_reads, strays
from linli.core.exports.source import Source, source_of, values_of
from linli.core.exports.writers import Heading, write
from linli.core.files.storing import delete
from linli.core.jobs import defer
from linli.core.jobs.enduring import was_cut
from linli.core.notices import notify
from linli.core.parameters import value_of
from linli.core.privacy.actions import disclose_many
from linli.core.registers.declare import Column
from linli.core.replica.reading import read

T = TypeVar("T")
log = structlog.get_logger(__name__)
MADE, FETCHED = "exports.make", "exports.fetch"
AT_ONCE = 3  # exports one person may have in the making
IN_MEMORY = 4 * 1024 * 1024


class FileGone(Refusal):
    """The file was deleted when its days had run, or its makers' rights did."""

    status = 410
    title = "文件已经不在了"


def columns_for(source: Source, names: Sequence[str], reason: str) -> tuple[Column, ...]:
    """The chosen columns. BadInput without any, or without a reason where one of them is personal."""
    columns = source.chosen(names)
    if not columns:
        raise BadInput(MADE, "请至少选一列。", fields={"columns": "请至少选一列。"})
    personal = [column.label for column in columns if column.personal]
    if personal and len(reason.strip()) < 4:
        text = f"要导出“{'、'.join(personal)}”，请写明用途（至少 4 个字）。用途会留在审计记录里。"
        raise BadInput(MADE, text, fields={"reason": text})
    return columns


def is_small(source: Source) -> bool:
    """Whether the file is made while the person waits."""
    most: int = value_of("exports.direct_rows", source.reach[0] if source.reach else "")
    if source.known is not None:
        return source.known <= most
    return bounded(source.rows, most=most).is_exact


@transaction.atomic
def export_now(source: Source, *, columns: Sequence[str], format_: str, reason: str = "", actor: User) -> IO[bytes]:
    """The file of a small export, open at its beginning; the caller closes it."""
    chosen = columns_for(source, columns, reason)
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 -- handed on
    most: int = value_of("exports.direct_rows", source.reach[0] if source.reach else "")

    def fill() -> int:
        file.seek(0)
        file.truncate()
        rows = values_of(source.rows[: 2 * most], chosen)
        return write(file, format_, _heading(source, reason, actor), chosen, rows)

    count = _read(chosen, fill, actor)
    _record(source, chosen, format_, count, reason, actor)
    file.seek(0)
    return file


@transaction.atomic
def ask_export(source: Source, *, columns: Sequence[str], format_: str, reason: str = "", actor: User) -> Export:
    """Ask for a large export; a job makes it, and a notice tells when it is there."""
    chosen = columns_for(source, columns, reason)
    User.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    if Export.objects.filter(owner=actor, state__in=BUSY).count() >= AT_ONCE:
        raise WrongState(MADE, f"你已有 {AT_ONCE} 份导出在生成。请等它们好了再来。")
    export = Export.objects.create(
        owner=actor,
        slug=source.slug,
        label=source.label,
        params=source.params,
        columns=[column.name for column in chosen],
        format=Format(format_),
        reason=reason.strip(),
        reach=list(source.reach),
        expected=source.known,
    )
    defer(JOB, lock=f"export-{export.pk}", export_id=export.pk)
    return export


def make_export(export_id: int) -> None:
    """Write the file. Run again after a kill it begins anew; run again after it was done it does nothing."""
    export = Export.objects.select_related("owner").get(pk=export_id)
    if not export.is_busy:
        return
    source = source_of(export.slug, export.params, export.owner)
    if source is None or not still_reads(export):
        _give_up(export, "你的岗位已经变了，看不到这份清单，没有生成。")
        return
    columns = source.chosen(export.columns)
    Export.objects.filter(pk=export.pk).update(state=State.RUNNING, written=0)
    name = f"{FOLDER}/{export.uid}.{'xlsx' if export.format == Format.XLSX else 'csv'}"
    try:
        count, size = _read(columns, lambda: _store(export, source, columns, name), export.owner)
    except Exception as error:
        if was_cut(error):
            raise  # the job runs again
        log.exception("export_not_made", export=export.pk)
        _give_up(export, "生成时出了错，没有留下文件。请过一会儿再导出；还不行，请告诉系统管理员。")
        return
    _finish(export, source, columns, name, count, size)


def _read(columns: Sequence[Column], function: Callable[[], T], user: User) -> T:
    """From the replica; personal values from the primary, from where it is told whose they were."""
    if any(column.personal for column in columns):
        return function()
    return read(function, user=user)


def _store(export: Export, source: Source, columns: Sequence[Column], name: str) -> tuple[int, int]:
    """Write the file beside and put it into the store whole; rows and bytes."""
    with tempfile.TemporaryFile() as file:
        count = write(
            file,
            export.format,
            _heading(source, export.reason, export.owner),
            columns,
            values_of(source.rows, columns),
            lambda written: _progress(export, written),
        )
        size = file.seek(0, 2)
        file.seek(0)
        delete([name])  # of a run that was killed after this
        default_storage.save(name, File(file))
    return count, size


def _progress(export: Export, written: int) -> None:
    Export.objects.filter(pk=export.pk).update(written=written)


@transaction.atomic
def _finish(export: Export, source: Source, columns: Sequence[Column], name: str, count: int, size: int) -> None:
    held = Export.objects.select_for_update(of=("self",)).select_related("owner").get(pk=export.pk)
    if not held.is_busy:
        return
    held.state, held.stored_as, held.written, held.size = State.DONE, name, count, size
    held.finished_at = clock.now()
    held.kept_to = clock.today() + dt.timedelta(
        days=value_of("exports.kept_days", source.reach[0] if source.reach else "")
    )
    held.save()
    event = _record(source, columns, held.format, count, held.reason, held.owner, held)
    notify(
        held.owner,
        kind="other.export",
        title=f"导出好了：{held.label}，{count:,} {source.unit}",
        body=f"文件保留到 {held.kept_to:%Y-%m-%d}，过后自动删除。",
        url=held.get_absolute_url(),
        event=event,
    )


@transaction.atomic
def _give_up(export: Export, words: str) -> None:
    Export.objects.filter(pk=export.pk).update(state=State.FAILED, params={}, finished_at=clock.now())
    notify(
        export.owner,
        kind="other.export",
        title=f"没有导出：{export.label}",
        body=words,
        url=export.get_absolute_url(),
    )


@transaction.atomic
def end_left_exports() -> int:
    """Say of the exports whose job will not run again that they were not made; how many."""
    held = exports_left_alone().select_for_update(of=("self",), skip_locked=True).select_related("owner")
    for export in held:
        _give_up(export, "生成时一再中断，没有留下文件。请再导出一次；还不行，请告诉系统管理员。")
        log.error("export_left_alone", export=export.pk)
    return len(held)


def _heading(source: Source, reason: str, actor: User) -> Heading:
    grants = grants_of(actor)
    post = max(grants, key=lambda grant: len(grant.scope)).body_name if grants else ""
    return Heading(source.label, source.words, str(actor), post, clock.now(), reason.strip())


def _record(
    source: Source,
    columns: Sequence[Column],
    format_: str,
    count: int,
    reason: str,
    actor: User,
    export: Export | None = None,
) -> Event:
    personal = any(column.personal for column in columns)
    told = {
        "register": source.slug,
        "filter": source.traced,
        "columns": [column.name for column in columns],
        "count": count,
        "format": str(format_),
        "reason": reason.strip(),
    } | ({"rows": count} if personal else {})
    event = record(actor, MADE, export, scope=source.reach[0] if source.reach else "", detail=told)
    if personal:
        disclose_many(event, source.rows)
    return event


@transaction.atomic
def fetch_export(export: Export, *, actor: User) -> Export:
    """Hand the file out, to nobody but the person who asked, as long as the days and the rights last."""
    held = Export.objects.select_for_update(of=("self",)).select_related("owner").get(pk=export.pk)
    if held.owner_id != actor.pk:
        raise NotAllowed(FETCHED, "导出的文件只给导出的人。需要时请自己再导出。")
    if held.is_busy:
        raise WrongState(FETCHED, "文件还在生成，好了会发消息给你。")
    if held.state != State.DONE or held.kept_to is None or held.kept_to < clock.today():
        raise FileGone(FETCHED, "文件保留的天数已过，已经删除。需要时请再导出一次。")
    if not still_reads(held):
        raise FileGone(FETCHED, "导出以后你的岗位变了，这份文件不再给出。需要时请按现在的岗位再导出一次。")
    record(actor, FETCHED, held, register=held.slug, count=held.written)
    return held


@transaction.atomic
def remove_export(export: Export, *, actor: User) -> None:
    """Delete the file before its days have run."""
    held = Export.objects.select_for_update(of=("self",)).get(pk=export.pk)
    if held.owner_id != actor.pk:
        raise NotAllowed(MADE, "导出的文件由导出的人删除。")
    if held.state == State.DONE:
        _forget(held)


def forget_exports() -> int:
    """Delete the files whose days have run; how many there were."""
    count = 0
    for export in run_out():
        with transaction.atomic():
            held = Export.objects.select_for_update(skip_locked=True).filter(pk=export.pk, state=State.DONE).first()
            if held is not None:
                _forget(held)
                count += 1
    return count


def sweep_strays() -> int:
    """Delete files that no export knows; how many."""
    names = list(strays())
    delete(names)
    return len(names)


def _forget(export: Export) -> None:
    names = [export.stored_as]
    export.state, export.stored_as, export.params, export.reason = State.GONE, "", {}, ""
    export.save()
    transaction.on_commit(lambda: delete(names))
