"""Reading a file and checking its rows, in a job. Run again, it starts anew; of two at once, the later one wins."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from itertools import islice
from typing import IO, Any

import structlog
from django.db import transaction

from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput
from linli.core.files.queries import attachments_of
from linli.core.files.sealing import open_stored
from linli.core.jobs.enduring import was_cut
from linli.core.notices import notify
from linli.core.privacy.cipher import DecryptionError
from linli.core.sheets.actions.beginning import SLOT, move
from linli.core.sheets.checking import Checker, Chunk
from linli.core.sheets.choices import State
from linli.core.sheets.models import Import, StagedRow
from linli.core.sheets.reading import Ignored, data_rows, open_tabs, read_layout
from linli.core.sheets.staging import count_states, find_duplicates, keep_decisions, run, stage

log = structlog.get_logger(__name__)
CHUNK = 8_000


class Overtaken(Exception):  # noqa: N818 -- somebody else goes on
    """Another reader has taken over, or the import was given up."""


def read_import(batch_id: int) -> None:
    """Read, check and stage the rows of an import; what is wrong with the file as a whole is told on its page."""
    batch = _take(batch_id)
    if batch is None:
        return
    try:
        with _opened(batch) as file:
            _read(batch, file)
    except Overtaken:
        return
    except BadInput as refusal:
        _fail(batch, refusal.message)
    except Exception as error:
        if was_cut(error):
            raise  # the file is as good as before; the job runs again
        _fail(batch, "读这个文件时程序出了错，已经记下。请告诉系统管理员，或把内容复制到模板里再传。")
        raise


@transaction.atomic
def _take(batch_id: int) -> Import | None:
    batch = Import.objects.select_for_update().filter(pk=batch_id, state=State.READING).first()
    if batch is None:
        return None
    StagedRow.objects.filter(batch=batch)._raw_delete(using="default")
    batch.attempt += 1
    batch.share = 0
    batch.save(update_fields=["attempt", "share"])
    return batch


def _still(batch: Import) -> Import:
    """The import, locked, as long as this reader is the one at work."""
    row = Import.objects.select_for_update().get(pk=batch.pk)
    if row.state != State.READING or row.attempt != batch.attempt:
        raise Overtaken
    return row


@contextmanager
def _opened(batch: Import) -> Iterator[IO[bytes]]:
    """The file on this machine's disk: a store elsewhere cannot be read back and forth."""
    kept = attachments_of(batch, SLOT).first()
    if kept is None:
        raise BadInput("sheets.gone", "文件库里找不到这个文件。请重新上传。")
    with tempfile.TemporaryFile() as file:
        try:
            with open_stored(kept.stored_as) as stored:
                shutil.copyfileobj(stored, file, 1 << 20)
        except FileNotFoundError:
            raise BadInput("sheets.gone", "文件库里找不到这个文件。请重新上传。") from None
        except DecryptionError:
            raise BadInput("sheets.key", "原文件是加密保存的，现在读不出来。请告诉系统管理员核对密钥。") from None
        file.seek(0)
        yield file


def file_of(batch: Import) -> Any:
    """The kept file, opened, for a workbook of rejected rows."""
    return _opened(batch)


def _read(batch: Import, file: IO[bytes]) -> None:
    sheet = batch.sheet
    size = max(1, file.seek(0, 2))
    tabs = open_tabs(file, batch.extension)
    layout = read_layout(sheet, tabs)
    checker = Checker(sheet, batch.scope)
    ignored = Ignored()
    total = 0

    def checked() -> Iterator[Chunk]:
        for heading in layout.headings:
            rows = data_rows(sheet, tabs[heading.tab], heading, ignored)
            while chunk := list(islice(rows, CHUNK)):
                yield checker.check(chunk)

    for chunk in _ahead(checked()):
        total += len(chunk)
        with transaction.atomic():
            row = _still(batch)
            stage(row, chunk)
            row.share = min(95, int(95 * file.tell() / size))
            row.counts = {"read": total}
            row.save(update_fields=["share", "counts"])
    if not total:
        raise BadInput("sheets.empty", "表头下面一行内容也没有。请填好、保存后再传。")
    with transaction.atomic():
        row = _still(batch)
        run("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"sheets {sheet.slug}"])
        find_duplicates(row)
        keep_decisions(row)
        layout.notes += ignored.notes()
        counts = count_states(row)
        move(row, State.READY, share=100, counts=counts | {"read": total}, layout=layout.as_json())
        event = record(User.system(), "sheets.read", row, counts=counts)
        notify(
            row.begun_by,
            kind="case.import",
            title=f"{sheet.label}：表格核对好了",
            body=f"共 {total:,} 行，{counts['good']:,} 行可以导入，{counts['wrong']:,} 行有错，"
            f"{counts['duplicate']:,} 行疑似重复。",
            url=row.get_absolute_url(),
            event=event,
        )


def _ahead(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The next chunk is read and checked while the database takes this one. The thread touches no database."""
    context = copy_context()

    def following() -> Chunk | None:
        return context.run(lambda: next(chunks, None))

    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(following)
        while (chunk := coming.result()) is not None:
            coming = pool.submit(following)
            yield chunk


def _fail(batch: Import, sentence: str) -> None:
    with transaction.atomic():
        try:
            row = _still(batch)
        except Overtaken:
            return
        StagedRow.objects.filter(batch=row)._raw_delete(using="default")
        move(row, State.FAILED, trouble=sentence, share=0, counts={})
        event = record(User.system(), "sheets.failed", row)
        title = f"{row.sheet.label}：表格没有读成"
        notify(row.begun_by, kind="case.import", title=title, body=sentence, url=row.get_absolute_url(), event=event)
