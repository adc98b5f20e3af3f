"""Keeping files: photos lose what they carry, a full disk leaves nothing, the same file twice is one."""

from __future__ import annotations

import errno
import io
from datetime import timedelta
from threading import Barrier, Thread
from unittest import mock

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from PIL import Image
from tests.core.files import samples

from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files import actions, store, storing
from linli.core.files.actions import remove_attachment, restore_attachment, sweep_orphans
from linli.core.files.models import Attachment
from linli.core.files.queries import attachments_of
from linli.core.parameters.models import ParameterValue

MB = 1024 * 1024


def test_a_document_is_kept_as_it_is(put, owner, on_disk) -> None:
    row = put("章程.PDF", samples.pdf())
    assert (row.name, row.media_type, row.size) == ("章程.pdf", "application/pdf", len(samples.pdf()))
    assert default_storage.open(row.stored_as).read() == samples.pdf()
    assert row.sha256 == row.source_sha256
    assert row.thumbnail_url == ""
    assert len(on_disk()) == 1
    assert "章程" not in row.stored_as
    assert row.uid not in row.stored_as
    event = Event.objects.get()
    assert (event.name, event.actor, event.subject) == ("files.store", owner, owner)


def stored_image(row: Attachment) -> Image.Image:
    return Image.open(io.BytesIO(default_storage.open(row.stored_as).read()))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_loses_its_place_its_device_and_its_owner(put, kind) -> None:
    sent = samples.photo(kind, gps=True)
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)
    row = put("照片.jpg", sent)
    content = default_storage.open(row.stored_as).read()
    for mark in (b"HUAWEI", "陈秀梅".encode(), b"Exif", b"GPS", b"ICC_PROFILE"):
        assert mark not in content
    assert dict(stored_image(row).getexif()) == {}
    assert dict(Image.open(default_storage.open(row.thumbnail_as)).getexif()) == {}


def test_a_comment_in_a_photo_goes_too(put) -> None:
    row = put("a.jpg", samples.photo(comment="拍摄者 13812342046".encode()))
    assert b"13812342046" not in default_storage.open(row.stored_as).read()


@pytest.mark.parametrize(("orientation", "corner"), [(1, (5, 5)), (3, (-6, -6)), (6, (-6, 5)), (8, (5, -6))])
def test_a_photo_is_turned_upright(put, orientation, corner) -> None:
    image = stored_image(put("a.jpg", samples.photo(orientation=orientation, quality=95)))
    assert image.size == ((480, 640) if orientation in (6, 8) else (640, 480))
    x, y = (value % limit for value, limit in zip(corner, image.size, strict=True))
    red, green, _blue = image.convert("RGB").getpixel((x, y))
    assert red > 200
    assert green < 80


def test_a_huge_photo_is_made_handy(put) -> None:
    row = put("a.jpg", samples.photo(size=(6000, 4000)))
    assert (row.width, row.height) == (4096, 2731)
    assert max(Image.open(default_storage.open(row.thumbnail_as)).size) == 480


@pytest.mark.parametrize(
    "image",
    [
        Image.new("RGBA", (50, 40), (255, 0, 0, 0)),
        Image.new("P", (50, 40)),
        Image.new("1", (50, 40)),
        Image.new("LA", (50, 40)),
        Image.new("I;16", (50, 40)),
        Image.new("RGB", (1, 1)),
        Image.new("RGB", (3000, 1)),
    ],
    ids=lambda image: f"{image.mode} {image.size}",
)
def test_every_kind_of_png_is_taken(put, image) -> None:
    out = io.BytesIO()
    image.save(out, "PNG")
    row = put("a.png", out.getvalue())
    assert (row.width, row.height) == image.size
    assert (stored_image(row).mode == "RGBA") == (image.mode in ("RGBA", "LA"))


def test_a_cmyk_photo_is_taken(put) -> None:
    out = io.BytesIO()
    Image.new("CMYK", (50, 40), (0, 255, 255, 0)).save(out, "JPEG")
    red, green, _blue = stored_image(put("a.jpg", out.getvalue())).getpixel((20, 20))
    assert red > 180
    assert green < 80


def test_a_picture_that_explodes_is_refused_before_it_is_decoded(put, on_disk) -> None:
    bomb = samples.png_of(30_000, 30_000)
    assert len(bomb) < MB
    with mock.patch.object(Image.Image, "load") as load, pytest.raises(BadInput, match="太大"):
        put("a.png", bomb)
    assert load.call_count == 0
    assert on_disk() == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_half_a_photo_is_refused(put, kind, on_disk) -> None:
    whole = samples.photo(kind, size=(1200, 900), quality=95)
    with pytest.raises(BadInput, match="不完整"):
        put("a.jpg", whole[: len(whole) // 2])
    assert on_disk() == []


class Claimed(SimpleUploadedFile):
    """An upload of a size nobody wants to make in a test."""

    def __init__(self, name: str, size: int) -> None:
        super().__init__(name, b"\xff\xd8\xff")
        self.size = size


@pytest.mark.parametrize(
    ("name", "size", "sentence"),
    [
        ("a.jpg", 40 * MB, "这张照片有 40 MB，超过了 20 MB。请在手机相册里用“编辑”缩小，或截一张图再传。"),
        ("a.pdf", 20 * MB + 1, "这个文件有 21 MB，超过了 20 MB。请另存为压缩的 PDF"),
        ("a", 2_000 * MB, "这个文件有 2000 MB"),
        ("a.jpg", 0, "这个文件是空的"),
    ],
)
def test_too_large_is_told_before_anything_is_read(owner, name, size, sentence) -> None:
    upload = Claimed(name, size)
    with mock.patch.object(actions, "recognise") as read, pytest.raises(BadInput) as caught:
        store(upload, subject=owner, slot="charter", actor=owner)
    assert sentence in caught.value.message
    assert read.call_count == 0


def test_the_limits_are_parameters(put, owner) -> None:
    ParameterValue.objects.create(key="files.photo_mb", value=1, set_by=owner)
    ParameterValue.objects.create(key="files.document_mb", value=2, set_by=owner)
    put("a.docx", samples.office() + b"")
    with pytest.raises(BadInput, match="超过了 1 MB"):
        put("a.png", samples.photo("PNG", size=(900, 900), compress_level=0))


def test_a_slot_holds_so_many(put, owner) -> None:
    ParameterValue.objects.create(key="files.per_slot", value=1, set_by=owner)
    put("a.pdf", samples.pdf())
    with pytest.raises(BadInput, match="最多放 1 个文件"):
        put("b.docx", samples.office())
    put("b.docx", samples.office(), slot="list")


def test_the_same_file_again_is_the_row_that_is_there(put, on_disk) -> None:
    first = put("a.jpg", samples.photo(gps=True))
    assert put("renamed.jpg", samples.photo(gps=True)) == first
    assert len(on_disk()) == 2  # the photo and its thumbnail
    assert put("a.jpg", samples.photo(gps=True), slot="other") != first


def test_the_names_of_the_storage_cannot_be_guessed(put) -> None:
    rows = [put(f"{n}.pdf", samples.pdf() + b" " * n) for n in range(3)]
    assert len({row.stored_as for row in rows} | {row.uid for row in rows}) == 6


# --- nothing half saved -----------------------------------------------------------------------------------------


def test_a_full_disk_is_said_and_leaves_nothing(put, on_disk) -> None:
    save, calls = default_storage.save, []

    def fill(name: str, content: object) -> str:
        calls.append(name)
        if len(calls) == 2:
            default_storage.open(name, "wb").write(b"a part of it")
            raise OSError(errno.ENOSPC, "No space left on device")
        return save(name, content)

    with mock.patch.object(storing.default_storage, "save", fill), pytest.raises(BadInput) as caught:
        put("a.jpg", samples.photo())
    assert "磁盘满了" in caught.value.message
    assert caught.value.status == 507
    assert len(calls) == 2
    assert on_disk() == []
    assert not Attachment.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_rollback_takes_the_file_along(folder, on_disk) -> None:
    owner = User.objects.create_user("owner")

    def act() -> None:
        store(SimpleUploadedFile("a.jpg", samples.photo()), subject=owner, slot="x", actor=owner)
        assert len(on_disk()) == 2
        raise RuntimeError

    with pytest.raises(RuntimeError), transaction.atomic():
        act()
    assert on_disk() == []
    with transaction.atomic():
        store(SimpleUploadedFile("a.jpg", samples.photo()), subject=owner, slot="x", actor=owner)
    assert len(on_disk()) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("came", [True, False])
def test_a_commit_whose_answer_is_lost_leaves_the_file(came: bool, folder, on_disk, monkeypatch) -> None:
    """The server is killed after the commit and before its answer: nobody here knows whether there is a row."""
    owner = User.objects.create_user("owner")
    really = connection._commit

    def commit() -> None:
        if came:
            really()
        connection.connection.close()
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "_commit", commit)
        with pytest.raises(OperationalError), transaction.atomic():
            store(SimpleUploadedFile("a.pdf", samples.pdf()), subject=owner, slot="x", actor=owner)

    assert len(on_disk()) == 1  # without a row it goes with the nightly sweep
    assert Attachment.objects.count() == came


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_savepoint_takes_its_file_along(folder, on_disk) -> None:
    owner = User.objects.create_user("owner")

    def act() -> None:
        store(SimpleUploadedFile("b.pdf", samples.pdf()), subject=owner, slot="x", actor=owner)
        raise RuntimeError

    with transaction.atomic():
        kept = store(SimpleUploadedFile("a.docx", samples.office()), subject=owner, slot="x", actor=owner)
        with pytest.raises(RuntimeError), transaction.atomic():
            act()
    assert [path.name for path in on_disk()] == [kept.stored_as.rpartition("/")[2]]


@pytest.mark.django_db(transaction=True)
def test_a_double_click_keeps_one(folder, on_disk) -> None:
    owner = User.objects.create_user("owner")
    together, rows = Barrier(2), []

    def send() -> None:
        together.wait()
        try:
            rows.append(store(SimpleUploadedFile("a.pdf", samples.pdf()), subject=owner, slot="x", actor=owner))
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({row.pk for row in rows}) == 1
    assert Attachment.objects.count() == 1
    assert len(on_disk()) == 1


def test_the_sweep_deletes_what_no_row_knows_and_nothing_else(put, on_disk) -> None:
    row = put("a.jpg", samples.photo())
    removed = put("b.pdf", samples.pdf())
    Attachment.objects.filter(pk=removed.pk).update(removed_at="2026-11-01T00:00Z", removed_by=removed.uploaded_by)
    storing.put([("attachments/2026/01/orphan.pdf", b"x")])
    assert sweep_orphans() == 0  # younger than a day: its transaction may still run
    with mock.patch("linli.core.files.queries.clock.now", return_value=row.uploaded_at + timedelta(days=2)):
        assert sweep_orphans() == 1
    assert len(on_disk()) == 3
    assert not default_storage.exists("attachments/2026/01/orphan.pdf")


# --- removing ---------------------------------------------------------------------------------------------------


def test_a_removal_can_be_taken_back(put, owner, on_disk) -> None:
    row = put("a.pdf", samples.pdf())
    remove_attachment(row, actor=owner)
    remove_attachment(row, actor=owner)
    assert list(attachments_of(owner)) == []
    assert len(on_disk()) == 1
    restore_attachment(row, actor=owner)
    assert list(attachments_of(owner)) == [row]
    names = Event.objects.order_by("pk").values_list("name", flat=True)
    assert list(names) == ["files.store", "files.remove", "files.restore"]


def test_what_was_sent_again_is_not_restored_beside_it(put, owner) -> None:
    row = put("a.pdf", samples.pdf())
    remove_attachment(row, actor=owner)
    again = put("a.pdf", samples.pdf())
    assert again != row
    with pytest.raises(WrongState, match="已经重新传过"):
        restore_attachment(row, actor=owner)


def test_only_whom_the_domain_says_may_remove(put, owner) -> None:
    row = put("a.pdf", samples.pdf())
    for actor in (User.objects.create_user("officer"), User.objects.create_user("stranger"), User.system()):
        with pytest.raises(NotAllowed):
            remove_attachment(row, actor=actor)
    assert list(attachments_of(owner)) == [row]
