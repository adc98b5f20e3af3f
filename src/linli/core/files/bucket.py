"""Files in a bucket of any S3-compatible store: signed, with time limits, tried again, in pieces of flat memory.

What is handed out is streamed through us after the rights were asked, never by a link that outlives them. A stream
that breaks is taken up where it broke, as long as the object is still the same.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage
from urllib3.exceptions import HTTPError

MB = 1024 * 1024
CONNECT_SECONDS, READ_SECONDS = 5, 30
TRIES = 4  # of each request, with growing pauses
RESUMED = 4  # times a broken stream is taken up
PART = 8 * MB  # of an upload; a store takes ten thousand of them
AT_ONCE = 2  # parts on their way, and as many waiting
PIECE = 256 * 1024
BROKEN = (ClientError, HTTPClientError, HTTPError, BotoCoreError, OSError)


def client_config(style: str) -> Config:
    """How the store is spoken to. Checksums by trailer are left out where they are not asked for: few stores know."""
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": TRIES, "mode": "standard"},
        signature_version="s3v4",
        s3={"addressing_style": style},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        max_pool_connections=20,
        tcp_keepalive=True,
    )


def transfer_config() -> TransferConfig:
    """At most four parts are in memory, however large the file."""
    found = TransferConfig(
        multipart_threshold=2 * PART, multipart_chunksize=PART, max_concurrency=AT_ONCE, num_download_attempts=TRIES
    )
    found.max_in_memory_upload_chunks = AT_ONCE
    return found


class Bucket(S3Storage):  # type: ignore[misc]
    """Django's storage over one bucket."""

    def __init__(self, *, style: str = "auto", **options: Any) -> None:
        options.setdefault("client_config", client_config(style))
        options.setdefault("transfer_config", transfer_config())
        super().__init__(**{"default_acl": None, "file_overwrite": False, "max_memory_size": MB, **options})

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        if mode != "rb":
            opened: File[Any] = super()._open(name, mode)
            return opened
        try:
            return Streamed(name, self.bucket.Object(self._normalize_name(name)))
        except ClientError as error:
            if is_missing(error):
                raise FileNotFoundError(name) from error
            raise

    def entries(self, folder: str) -> Iterator[tuple[str, int, dt.datetime]]:
        """Name, size and time of everything below a folder, a thousand a request."""
        pages = self.connection.meta.client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket_name, Prefix=f"{folder}/" if folder else ""):
            for found in page.get("Contents", ()):
                yield found["Key"], found["Size"], found["LastModified"]

    def abandon_uploads(self, before: dt.datetime) -> int:
        """Throw away the parts of uploads that were begun before then and never ended; how many there were."""
        client, count = self.connection.meta.client, 0
        for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket_name):
            for upload in page.get("Uploads", ()):
                if upload["Initiated"] < before:
                    client.abort_multipart_upload(
                        Bucket=self.bucket_name, Key=upload["Key"], UploadId=upload["UploadId"]
                    )
                    count += 1
        return count


def is_missing(error: ClientError) -> bool:
    """Whether the store says that there is no such object."""
    return bool(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404)


class Streamed(File):  # type: ignore[type-arg]
    """An object as a file that is read from the beginning to the end, without a copy of it here."""

    def __init__(self, name: str, thing: Any) -> None:
        super().__init__(None, name)
        self.thing = thing
        self.thing.load()  # FileNotFoundError now and not in the middle of an answer
        self.length = int(thing.content_length)
        self.mark = thing.e_tag
        self.body: Any = None
        self.at = 0
        self.mode = "rb"
        self.shut = False

    @property
    def size(self) -> int:
        """Bytes."""
        return self.length

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self.shut

    def read(self, size: int | None = None) -> bytes:
        """So many bytes, or all that are left. OSError when the store does not come back."""
        if size is not None and size >= 0:
            return self._some(size)
        pieces = []
        while piece := self._some(PIECE):
            pieces.append(piece)
        return b"".join(pieces)

    def _some(self, size: int) -> bytes:
        wanted = min(size, self.length - self.at)
        for again in range(RESUMED + 1):
            if wanted <= 0:
                return b""
            try:
                if self.body is None:
                    self.body = self.thing.get(Range=f"bytes={self.at}-", IfMatch=self.mark)["Body"]
                piece: bytes = self.body.read(wanted)
            except BROKEN as error:
                self._drop()
                if again == RESUMED or isinstance(error, ClientError):
                    raise OSError(f"{self.name} could not be read to its end") from error
                continue
            if piece:
                self.at += len(piece)
                return piece
            self._drop()  # it ended too early
        raise OSError(f"{self.name} ended before its end")

    def chunks(self, chunk_size: int | None = None) -> Any:
        """Piece by piece."""
        self.seek(0)
        while piece := self.read(chunk_size or PIECE):
            yield piece

    def __iter__(self) -> Any:
        return iter(lambda: self.read(PIECE), b"")

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go on from there; what was being read is let go."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.length}[whence]
        if base + offset != self.at:
            self._drop()
            self.at = base + offset
        return self.at

    def tell(self) -> int:
        """Where it is read."""
        return self.at

    def readable(self) -> bool:
        """Yes."""
        return True

    def writable(self) -> bool:
        """No."""
        return False

    def seekable(self) -> bool:
        """Yes, at the price of another request."""
        return True

    def _drop(self) -> None:
        if self.body is not None:
            self.body.close()
            self.body = None

    def close(self) -> None:
        """Let the connection go."""
        self._drop()
        self.shut = True
