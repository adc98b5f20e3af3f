"""A bucket over real HTTP: signatures, failures, large files; and all files moved into it and back."""

from __future__ import annotations

import hashlib
import io
import os
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner
from django.core.files.base import File
from django.core.files.storage import storages
from django.test import Client
from tests.core.files import samples
from tests.core.files.store import KEY, SECRET, Store

from linli.core import clock
from linli.core.files import bucket as buckets
from linli.core.files import moving
from linli.core.files.actions import abandon_uploads
from linli.core.files.bucket import Bucket
from linli.core.files.checking import check, entries
from linli.core.files.commands import files
from linli.core.files.models import Attachment
from linli.core.files.moving import MoveError, alone, move

MB = 1024 * 1024


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    server = Store(tmp_path_factory.mktemp("store"))
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def options(store: Store) -> dict[str, Any]:
    known = {"access_key": KEY, "secret_key": SECRET, "endpoint_url": store.url, "region_name": "cn-south-1"}
    return {"bucket_name": "linli", "style": "path", **known}


@pytest.fixture
def bucket(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """Quick to give up."""
    monkeypatch.setattr(buckets, "READ_SECONDS", 5)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    return Bucket(**options)


@pytest.fixture
def in_bucket(settings: Any, options: dict[str, Any], bucket: Bucket) -> None:
    """Attachments are kept in the store."""
    found = {"BACKEND": "linli.core.files.bucket.Bucket", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": found}


class Zeros(io.RawIOBase):
    """A large file that nobody has to keep."""

    def __init__(self, size: int) -> None:
        self.length, self.at = size, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        taken = min(size if size >= 0 else MB, self.length - self.at)
        self.at += taken
        return bytes(taken)


# --- one file -----------------------------------------------------------------------------------------------------


def test_a_wrong_secret_is_found_out(options: dict[str, Any], store: Store) -> None:
    with pytest.raises(ClientError, match="403"):
        Bucket(**{**options, "secret_key": "guess"}).save("a", File(io.BytesIO(b"x")))
    assert store.names() == []


def test_a_large_file_goes_through_in_pieces(bucket: Bucket, store: Store) -> None:
    size = 72 * MB
    tracemalloc.start()
    bucket.save("large.bin", File(Zeros(size), "large.bin"))
    digest = hashlib.sha256()
    with bucket.open("large.bin") as file:
        assert file.size == size
        for piece in file.chunks():
            digest.update(piece)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert digest.hexdigest() == hashlib.sha256(bytes(size)).hexdigest()
    assert store.asked["PUT uploadId"] == 9
    assert store.seen_whole == buckets.PART
    assert peak < 48 * MB


def test_a_store_that_is_busy_is_asked_again(bucket: Bucket, store: Store) -> None:
    store.refuse = 3
    bucket.save("a.txt", File(io.BytesIO(b"content")))
    store.refuse = 2
    assert bucket.open("a.txt").read() == b"content"
    store.refuse = 99
    with pytest.raises(ClientError):
        bucket.exists("a.txt")
    assert store.refuse == 99 - buckets.TRIES


def test_a_stream_that_breaks_goes_on_where_it_broke(bucket: Bucket, store: Store) -> None:
    content = os.urandom(3 * MB)
    bucket.save("a.bin", File(io.BytesIO(content)))
    store.cut = [MB, 100, MB]

    with bucket.open("a.bin") as file:
        assert file.read(10) == content[:10]
        assert file.read() == content[10:]
    assert store.asked["GET object"] == 4

    store.cut = [0] * 20
    with bucket.open("a.bin") as file, pytest.raises(OSError, match=r"a\.bin"):
        file.read()


def test_an_object_that_was_exchanged_is_not_mixed_with_the_one_before(bucket: Bucket, store: Store) -> None:
    bucket.save("a.bin", File(io.BytesIO(b"1" * MB)))
    store.cut = [1000]
    with bucket.open("a.bin") as file:
        assert file.read(1000) == b"1" * 1000
        store.forget("a.bin")
        bucket.save("a.bin", File(io.BytesIO(b"2" * MB)))
        with pytest.raises(OSError, match=r"a\.bin"):
            file.read()


def test_it_can_be_read_from_anywhere(bucket: Bucket) -> None:
    bucket.save("a.txt", File(io.BytesIO(b"0123456789")))
    with bucket.open("a.txt") as file:
        file.seek(4)
        assert (file.read(2), file.tell()) == (b"45", 6)
        file.seek(-1, io.SEEK_END)
        assert file.read() == b"9"
    with pytest.raises(FileNotFoundError):
        bucket.open("b.txt")


def test_uploads_that_never_ended_are_abandoned(in_bucket: None, bucket: Bucket, store: Store) -> None:
    client = bucket.connection.meta.client
    client.create_multipart_upload(Bucket="linli", Key="attachments/half.pdf")

    assert bucket.abandon_uploads(clock.now() - timedelta(days=9999)) == 0
    assert abandon_uploads() == 1
    assert store.uploads == {}


def test_attachments_over_real_http(
    put: Callable[..., Attachment], owner: Any, in_bucket: None, store: Store
) -> None:
    row = put("照片.jpg", samples.photo(gps=True))
    client = Client()
    client.force_login(owner, "allauth.account.auth_backends.AuthenticationBackend")
    assert len(b"".join(client.get(row.get_absolute_url()))) == row.size
    assert Client().get(row.get_absolute_url()).status_code == 404

    store.refuse = 1000
    assert client.get(row.get_absolute_url()).status_code == 503
    store.refuse = 0
    store.forget(row.stored_as)
    assert client.get(row.get_absolute_url()).status_code == 410


# --- all files ----------------------------------------------------------------------------------------------------


@pytest.fixture
def on_disk_here(put: Callable[..., Attachment], folder: Path) -> dict[str, bytes]:
    """Six files: attachments, a thumbnail, another room's."""
    for number in range(3):
        put(f"{number}.pdf", samples.pdf() + b"%%" + str(number).encode())
    put("照片.jpg", samples.photo())
    (folder / "exports").mkdir()
    (folder / "exports" / "x.csv").write_bytes(b"a,b\n")
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_there_and_back_again(
    on_disk_here: dict[str, bytes], bucket: Bucket, store: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("journals")
    disk = storages["default"]
    moved = move(disk, bucket, place / "there")

    assert (moved.copied, moved.there, moved.damaged) == (6, 0, [])
    assert {key: store.bytes_of(key) for key in store.names()} == on_disk_here
    assert move(disk, bucket, place / "there").copied == 0
    assert store.asked["PUT object"] == 6

    assert move(disk, bucket, place / "there", delete=True).there == 6
    assert list(entries(disk)) == []
    assert move(bucket, disk, place / "back", delete=True).copied == 6
    found = {name: disk.open(name).read() for name, _size, _at in entries(disk)}
    assert (found, store.names()) == (on_disk_here, [])


@pytest.mark.parametrize("moment", ["before the upload", "after the upload", "in the journal"])
def test_killed_and_run_again_nothing_is_done_twice(
    moment: str,
    on_disk_here: dict[str, bytes],
    bucket: Bucket,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    journal = tmp_path_factory.mktemp("journal") / "there"
    disk = storages["default"]

    class Killed(BaseException):
        """As by SIGKILL: nobody tidies up."""

    calls: list[str] = []
    name = {"before the upload": "_copy", "after the upload": "digest_of", "in the journal": "add"}[moment]
    owner: Any = moving.Journal if name == "add" else moving
    real = getattr(owner, name)
    fatal = {"_copy": 3, "digest_of": 9, "add": 3}[name]  # of the third file; three digests are taken of each

    def dies(*args: Any) -> Any:
        calls.append(name)
        if len(calls) == fatal:
            if name == "add":
                with journal.open("ab") as file:
                    file.write(b"attachments/20")
            raise Killed
        return real(*args)

    monkeypatch.setattr(owner, name, dies)
    with pytest.raises(Killed):
        move(disk, bucket, journal)
    monkeypatch.setattr(owner, name, real)

    again = move(disk, bucket, journal)

    assert {key: store.bytes_of(key) for key in store.names()} == on_disk_here
    assert store.asked["PUT object"] == 6
    assert again.copied + again.there == 6
    assert again.there == (2 if moment == "before the upload" else 3)


def test_what_arrives_wrong_is_not_kept(
    on_disk_here: dict[str, bytes], bucket: Bucket, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keep = store.keep

    def spoil(key: str, parts: list[Path]) -> str:
        parts[0].write_bytes(b"x" + parts[0].read_bytes()[1:])
        return keep(key, parts)

    monkeypatch.setattr(store, "keep", spoil)
    with pytest.raises(MoveError, match="不一样"):
        move(storages["default"], bucket, tmp_path.with_name("journal"))
    assert store.names() == []


def test_one_at_a_time(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(MoveError, match="正在进行"), alone(tmp_path):
        pass


@pytest.mark.parametrize("where", ["disk", "bucket"])
def test_rows_and_files_are_compared(
    where: str, put: Callable[..., Attachment], folder: Path, request: pytest.FixtureRequest
) -> None:
    if where == "bucket":
        request.getfixturevalue("in_bucket")
    storage = storages["default"]
    rows = [put(f"{number}.pdf", samples.pdf() + b"%%" + str(number).encode()) for number in range(5)]
    photo = put("照片.jpg", samples.photo())
    assert (check(digests=True).files, check(digests=True).good) == (7, True)

    def exchange(name: str, content: bytes) -> None:
        storage.delete(name)
        storage.save(name, File(io.BytesIO(content)))

    storage.delete(rows[0].stored_as)
    storage.delete(photo.thumbnail_as)
    exchange(rows[1].stored_as, b"short")
    exchange(rows[2].stored_as, b"x" * rows[2].size)
    month = rows[0].stored_as.rpartition("/")[0]
    for name in (f"{month}/lost.pdf", "attachments/2020/01/old.pdf", "exports/left.csv"):
        exchange(name, b"nobody's")
        if where == "disk":
            os.utime(folder / name, (0, 0))
    if where == "disk":
        exchange(f"{month}/young.pdf", b"of a transaction that still runs")

    quick, slow = check(digests=False), check(digests=True)

    assert sorted(quick.missing) == sorted([rows[0].stored_as, photo.thumbnail_as])
    assert quick.wrong == [rows[1].stored_as]
    assert sorted(slow.wrong) == sorted([rows[1].stored_as, rows[2].stored_as])
    assert sorted(quick.orphans) == sorted([f"{month}/lost.pdf", "attachments/2020/01/old.pdf", "exports/left.csv"])
    assert not slow.good


def test_the_commands_of_the_operator(
    on_disk_here: dict[str, bytes],
    store: Store,
    options: dict[str, Any],
    settings: Any,
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    settings.HOME = tmp_path_factory.mktemp("home")
    settings.LINLI_FILES_FOLDER = settings.STORAGES["default"]
    run = CliRunner().invoke
    refused = run(files.commands["move"], ["--to", "s3"])
    assert (refused.exit_code, "LINLI_S3_BUCKET" in refused.output) == (1, True)

    settings.LINLI_FILES_BUCKET = "linli"
    settings.LINLI_FILES_STORE = {"BACKEND": "linli.core.files.bucket.Bucket", "OPTIONS": options}
    there = run(files.commands["move"], ["--to", "s3"])
    assert there.exit_code == 0, there.output
    assert "搬了 6 个文件" in there.output
    assert "搬了 0 个文件（0.0 MB），原先已到的 6 个" in run(files.commands["move"], ["--to", "s3"]).output

    well = run(files.commands["check"], ["--digests"])
    assert (well.exit_code, "✓ 登记的文件都在。" in well.output) == (0, True)
    lost = Attachment.objects.order_by("pk")[0].stored_as
    (folder / lost).unlink()
    found = run(files.commands["check"], [])
    assert (found.exit_code, f"✗ 缺少：{lost}" in found.output) == (1, True)

    back = run(files.commands["move"], ["--to", "disk", "--delete"])
    assert back.exit_code == 0, back.output
    assert (store.names(), (folder / lost).read_bytes()) == ([], on_disk_here[lost])
