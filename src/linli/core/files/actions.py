"""Taking a file, removing it, and taking the removal back."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from typing import IO, Any, cast

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet, Value

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record, record_each
from linli.core.errors import NotAllowed, WrongState
from linli.core.files.kinds import Family, Kind, recognise, refuse
from linli.core.files.models import Attachment
from linli.core.files.names import clean_name, extension_of
from linli.core.files.photos import clean_photo
from linli.core.files.queries import attachments_of, orphans
from linli.core.files.registry import may_change
from linli.core.files.sealing import digest_of, sealed_copy, sealed_suffix
from linli.core.files.storing import delete, new_name, put
from linli.core.parameters import Parameter, declare, values_of

DOCUMENT_MB, PHOTO_MB, PER_SLOT = "files.document_mb", "files.photo_mb", "files.per_slot"
_SOURCE = "本系统所定"
declare(
    Parameter(DOCUMENT_MB, int, 20, "MB", "单个文档的大小上限", _SOURCE, least=1, most=200, kept_by="technical"),
    Parameter(PHOTO_MB, int, 20, "MB", "单张照片的大小上限", _SOURCE, least=1, most=200, kept_by="technical"),
    Parameter(PER_SLOT, int, 20, "个", "同一项材料最多几个文件", _SOURCE, least=1, most=200, kept_by="technical"),
)
MB = 1024 * 1024
ERASED = "files.erase"
LONGEST_UPLOAD = dt.timedelta(days=1)


def store(
    upload: UploadedFile[Any], *, subject: models.Model, slot: str, actor: User, photos: bool = False
) -> Attachment:
    """Check an upload and keep it in a slot of a saved record; the same file again gives the row that is there.

    `photos` takes pictures alone, and calls them so: a document or the name of a file may tell who sent it.
    Whether the actor may is the question of the action that calls this, in whose transaction it takes part.
    Raises BadInput with a sentence: too large, empty, damaged, encrypted, with macros, not what its name says,
    too many, or (StorageError) a full disk.
    """
    limits = values_of([DOCUMENT_MB, PHOTO_MB, PER_SLOT], getattr(subject, "scope", ""))
    extension = extension_of(upload.name or "")
    size = upload.size or 0
    _check_size(size, extension, limits)
    file = cast("IO[bytes]", upload.file)
    kind = recognise(file, extension)
    if photos and kind.family is not Family.PHOTO:
        raise refuse("photo", "这里只放照片。文件请截图或拍下来再传。")
    if kind.family is not Family.PHOTO and size > limits[DOCUMENT_MB] * MB:
        raise _too_large(size, limits[DOCUMENT_MB], photo=False)
    source = digest_of(file)
    if present := attachments_of(subject, slot).filter(source_sha256=source).first():
        return present
    if attachments_of(subject, slot).count() >= limits[PER_SLOT]:
        raise refuse("many", f"这一项最多放 {limits[PER_SLOT]} 个文件。请先去掉不要的，或合并成一个 PDF。")
    name = f"照片.{kind.extension}" if photos else clean_name(upload.name or "", kind.extension)
    return _keep(file, kind, name, source, subject, slot, actor)


def keep(
    file: IO[bytes],
    *,
    subject: models.Model,
    slot: str,
    name: str,
    media_type: str,
    sealed: bool = False,
    actor: User,
) -> Attachment:
    """Keep a file of any size, streamed, whose kind the calling action has checked itself; in its transaction.

    A sealed one lies encrypted in the storage; size and digest are, as always, of what is stored.
    """
    source = digest_of(file)
    held = sealed_copy(file) if sealed else file
    row = Attachment(
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        slot=slot,
        name=name,
        media_type=media_type,
        sha256=digest_of(held) if sealed else source,
        source_sha256=source,
        uploaded_by=actor,
        stored_as=new_name(sealed_suffix() if sealed else f".{extension_of(name)}"),
    )
    row.size = held.seek(0, 2)
    held.seek(0)
    with transaction.atomic():
        put([(row.stored_as, File(held))])
        row.save()
        record(actor, "files.store", subject, slot=slot, uid=row.uid, size=row.size)
    return row


def _keep(
    file: IO[bytes], kind: Kind, name: str, source: str, subject: models.Model, slot: str, actor: User
) -> Attachment:
    row = Attachment(
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        slot=slot,
        name=name,
        media_type=kind.media_type,
        source_sha256=source,
        uploaded_by=actor,
        stored_as=new_name(f".{kind.extension}"),
    )
    contents = []
    if kind.family is Family.PHOTO:
        photo = clean_photo(file, kind)
        content, row.width, row.height = photo.content, photo.width, photo.height
        row.thumbnail_as = new_name(".jpg")
        contents.append((row.thumbnail_as, photo.thumbnail))
    else:
        file.seek(0)
        content = file.read()
    contents.append((row.stored_as, content))
    row.size, row.sha256 = len(content), hashlib.sha256(content).hexdigest()
    try:
        with transaction.atomic():
            put(contents)
            row.save()
            record(actor, "files.store", subject, slot=slot, uid=row.uid, size=row.size)
    except IntegrityError:
        # A double click: the other request has just saved the same file.
        present = attachments_of(subject, slot).filter(source_sha256=source).first()
        if present is None:
            raise
        return present
    return row


def _check_size(size: int, extension: str, limits: dict[str, int]) -> None:
    """Refuse by the size alone before anything is read. What the file is, only its name says yet."""
    if size == 0:
        raise refuse("empty", "这个文件是空的。请打开看一看，重新保存后再传。")
    photo = extension in ("jpg", "jpeg", "png", "webp", "heic", "heif", "gif", "bmp", "tif", "tiff")
    most = limits[PHOTO_MB] if photo else max(limits[PHOTO_MB], limits[DOCUMENT_MB])
    if size > most * MB:
        raise _too_large(size, most, photo=photo)


def _too_large(size: int, most: int, *, photo: bool) -> Exception:
    how = (
        "请在手机相册里用“编辑”缩小，或截一张图再传"
        if photo
        else "请另存为压缩的 PDF（打印→存为 PDF），或拆成几个文件再传"
    )
    word = "这张照片" if photo else "这个文件"
    return refuse("size", f"{word}有 {-(-size // MB)} MB，超过了 {most} MB。{how}。")


@transaction.atomic
def remove_attachment(attachment: Attachment, *, actor: User) -> Attachment:
    """Take a file out of its record. The bytes stay, so that it can be undone; again changes nothing."""
    row = _locked(attachment, actor)
    if row.removed_at is None:
        row.removed_at, row.removed_by = clock.now(), actor
        row.save(update_fields=["removed_at", "removed_by"])
        record(actor, "files.remove", row.subject, slot=row.slot, uid=row.uid)
    return row


@transaction.atomic
def restore_attachment(attachment: Attachment, *, actor: User) -> Attachment:
    """Take a removal back. Raises WrongState when the same file has been sent again meanwhile."""
    row = _locked(attachment, actor)
    if row.removed_at is None:
        return row
    subject = cast("models.Model", row.subject)
    if attachments_of(subject, row.slot).filter(source_sha256=row.source_sha256).exists():
        raise WrongState("files.there_again", "同样的文件已经重新传过，不用再恢复。")
    row.removed_at = row.removed_by = None
    row.save(update_fields=["removed_at", "removed_by"])
    record(actor, "files.restore", subject, slot=row.slot, uid=row.uid)
    return row


def erase_attachment(attachment: Attachment, *, actor: User) -> None:
    """Delete a file for good, row and bytes; whether that may be is the question of the action that calls this."""
    erase_attachments(Attachment.objects.filter(pk=attachment.pk), actor=actor)


@transaction.atomic
def erase_attachments(rows: QuerySet[Attachment], *, actor: User) -> Counter[int]:
    """Delete many files for good, in a few statements and with an event each; how many by the key of their record.

    The bytes go once the transaction has committed; a process killed in between leaves them to the nightly sweep.
    """
    held = list(rows.select_for_update().order_by("pk"))
    for kind in sorted({row.subject_type_id for row in held}):
        _tell_erased([row for row in held if row.subject_type_id == kind], actor)
    Attachment.objects.filter(pk__in=[row.pk for row in held]).delete()
    names = [name for row in held for name in (row.stored_as, row.thumbnail_as) if name]
    if names:
        transaction.on_commit(lambda: delete(names))
    return Counter(row.subject_id for row in held)


def _tell_erased(rows: list[Attachment], actor: User) -> None:
    """Events at the record of each file; of those whose record is gone, at none."""
    model = rows[0].subject_type.model_class()
    scopes: dict[int, str] = {}
    if model is not None:
        there = model._base_manager.filter(pk__in={row.subject_id for row in rows})
        scoped = any(field.name == "scope" for field in model._meta.concrete_fields)
        scopes = dict(there.values_list("pk", "scope" if scoped else Value("")))
        told = [row for row in rows if row.subject_id in scopes]
        details = [(row.subject_id, scopes[row.subject_id], {"slot": row.slot, "uid": row.uid}) for row in told]
        if details:
            record_each(actor, ERASED, model, details)
    for row in rows:
        if row.subject_id not in scopes:
            record(actor, ERASED, None, slot=row.slot, uid=row.uid)


def _locked(attachment: Attachment, actor: User) -> Attachment:
    row = Attachment.objects.select_for_update().get(pk=attachment.pk)
    if not may_change(actor, row.subject):
        raise NotAllowed("files.not_allowed", "这里的附件现在不能改。要换材料，请先请经办人退回修改。")
    return row


def sweep_orphans() -> int:
    """Delete stored files that no row knows; how many."""
    names = list(orphans())
    delete(names)
    return len(names)


def abandon_uploads() -> int:
    """Throw away what a killed process left half sent to a bucket; how many uploads there were. A folder has none."""
    abandon = getattr(default_storage, "abandon_uploads", None)
    return abandon(clock.now() - LONGEST_UPLOAD) if abandon else 0
