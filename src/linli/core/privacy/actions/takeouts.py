"""A file to take along: asked for, made in the background, downloaded by its person alone, gone after some days."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections.abc import Iterator
from typing import IO

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.urls import reverse

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import NotAllowed, Refusal, WrongState
from linli.core.files.models import Attachment
from linli.core.files.storing import delete, new_name
from linli.core.jobs import defer
from linli.core.notices import notify
from linli.core.parameters import value_of
from linli.core.privacy.actions.erasing import drop_takeout
from linli.core.privacy.choices import TakeoutState
from linli.core.privacy.models import Takeout
from linli.core.privacy.queries import subject_of, takeout_of
from linli.core.privacy.sealed import SealedWriter, unsealed
from linli.core.privacy.takeout_file import write_takeout

ASK, PREPARED = "privacy.ask_takeout", "privacy.prepare_takeout"
DOWNLOAD, DROP = "privacy.download_takeout", "privacy.drop_takeout"
SLOT = "takeout"


class TakeoutGone(Refusal):
    """The time to download has run, or the file was deleted."""

    status = 410
    title = "这份文件已经不在了"


@transaction.atomic
def ask_takeout(*, actor: User) -> Takeout:
    """Ask for the file; while one is prepared or can be downloaded, that one is given back."""
    if held := takeout_of(actor):
        if held.state == TakeoutState.ASKED and held.asked_at < clock.now() - dt.timedelta(hours=1):
            defer("core.prepare_takeout", takeout_id=held.pk)  # its job was lost; a second one finds it written
        return held
    try:
        with transaction.atomic():
            takeout = Takeout.objects.create(person=actor)
    except IntegrityError:  # a double click: the first one made it
        held = takeout_of(actor)
        if held is None:
            raise
        return held
    record(actor, ASK, takeout)
    defer("core.prepare_takeout", takeout_id=takeout.pk)
    return takeout


@transaction.atomic
def prepare_takeout(takeout_id: int) -> bool:
    """Write the file; whether there was something to do. Killed in the middle it leaves nothing, and runs again."""
    takeout = Takeout.objects.select_for_update(skip_locked=True).filter(pk=takeout_id).first()
    if takeout is None or takeout.state != TakeoutState.ASKED:
        return False
    person = takeout.person
    with tempfile.TemporaryFile() as draft:
        writer = SealedWriter(draft)
        takeout.counts = write_takeout(writer, subject_of(person))  # type: ignore[arg-type]
        writer.close()
        takeout.size = writer.size
        _keep(takeout, draft)
    takeout.state, takeout.ready_at = TakeoutState.READY, clock.now()
    takeout.expires_at = takeout.ready_at + dt.timedelta(days=value_of("privacy.takeout_days"))
    takeout.save()
    event = record(User.system(), PREPARED, takeout, size=takeout.size, rows=sum(takeout.counts.values()))
    notify(
        person,
        kind="privacy.takeout",
        title="你的个人信息文件准备好了",
        body=f"请在 {value_of('privacy.takeout_days')} 天内下载，过期自动删除。下载前要再输一次密码。",
        url=reverse("core:takeout"),
        event=event,
    )
    return True


@transaction.atomic
def give_up_takeout(takeout_id: int) -> None:
    """Say that the file could not be written, so that another can be asked for."""
    takeout = Takeout.objects.select_for_update().get(pk=takeout_id)
    if takeout.state == TakeoutState.ASKED:
        takeout.state = TakeoutState.FAILED
        takeout.save(update_fields=["state"])


def _keep(takeout: Takeout, draft: IO[bytes]) -> None:
    """Put the sealed file into the storage, known by an attachment, so that sweeps and backups know it too."""
    draft.seek(0)
    digest = hashlib.file_digest(draft, "sha256").hexdigest()  # type: ignore[arg-type]
    size = draft.tell()
    draft.seek(0)
    name = new_name(".sealed")
    try:
        default_storage.save(name, File(draft))
        Attachment.objects.create(
            subject_type=ContentType.objects.get_for_model(Takeout),
            subject_id=takeout.pk,
            slot=SLOT,
            name="我的信息.zip",
            media_type="application/zip",
            size=size,
            sha256=digest,
            source_sha256=digest,
            stored_as=name,
            uploaded_by=User.system(),
        )
    except BaseException:
        delete([name])
        raise


@transaction.atomic
def open_takeout(takeout: Takeout, *, actor: User) -> Iterator[bytes]:
    """The bytes of the file, for its own person while it lasts; each download is an event."""
    held = Takeout.objects.select_for_update().get(pk=takeout.pk)
    if held.person_id != actor.pk:
        raise NotAllowed(DOWNLOAD, "这份文件只有本人可以下载。")
    if held.state != TakeoutState.READY or held.expires_at is None or held.expires_at < clock.now():
        raise TakeoutGone(DOWNLOAD, "下载的期限已过，文件已经删除。需要时请再准备一份。")
    file = Attachment.objects.get(subject_type=ContentType.objects.get_for_model(Takeout), subject_id=held.pk)
    try:
        stored = default_storage.open(file.stored_as)
    except FileNotFoundError:
        raise TakeoutGone(DOWNLOAD, "文件库里找不到这份文件。请再准备一份。") from None
    held.downloads += 1
    held.save(update_fields=["downloads"])
    record(actor, DOWNLOAD, held, size=held.size)
    return unsealed(stored)


@transaction.atomic
def remove_takeout(takeout: Takeout, *, actor: User) -> None:
    """Delete the file before its time."""
    held = Takeout.objects.select_for_update().get(pk=takeout.pk)
    if held.person_id != actor.pk:
        raise NotAllowed(DROP, "这份文件只有本人可以删除。")
    if held.state not in (TakeoutState.READY, TakeoutState.FAILED):
        raise WrongState(DROP, "这份文件已经删除，或者还在准备。")
    drop_takeout(held)
    record(actor, DROP, held)
