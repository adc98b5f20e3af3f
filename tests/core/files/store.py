"""A small S3-compatible store over HTTP: it checks signatures, knows multipart, and can be made to fail."""

from __future__ import annotations

import hashlib
import socket
import threading
import uuid
from collections import Counter
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY, SECRET = "operator", "s3cret-of-the-store"
STARTED = "2026-01-01T00:00:00.000Z"
PIECE = 65536


class Store(ThreadingHTTPServer):
    """One bucket in a folder."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.asked: Counter[str] = Counter()
        self.refuse = 0  # so many of the next requests get 503
        self.cut: list[int] = []  # answers of objects end after so many bytes, one after the other
        self.seen_whole = 0  # the largest body of one request
        self.uploads: dict[str, tuple[str, dict[int, Path]]] = {}
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def path_of(self, key: str) -> Path:
        return self.folder / hashlib.sha256(key.encode()).hexdigest()

    def names(self) -> list[str]:
        return sorted(path.read_text() for path in self.folder.glob("*.key"))

    def keep(self, key: str, parts: list[Path]) -> str:
        whole, digest = self.path_of(key), hashlib.md5()
        draft = whole.with_suffix(".draft")
        with draft.open("wb") as out:
            for part in parts:
                with part.open("rb") as file:
                    while piece := file.read(PIECE):
                        out.write(piece)
                        digest.update(piece)
        draft.replace(whole)
        whole.with_suffix(".key").write_text(key)
        for part in parts:
            part.unlink()
        whole.with_suffix(".etag").write_text(digest.hexdigest())
        return digest.hexdigest()

    def bytes_of(self, key: str) -> bytes:
        return self.path_of(key).read_bytes()

    def forget(self, key: str) -> None:
        for suffix in ("", ".key", ".etag"):
            self.path_of(key).with_suffix(suffix).unlink(missing_ok=True)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server: Store

    def log_message(self, *words: Any) -> None:
        """Nothing."""

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def do_any(self) -> None:
        parts = urlsplit(self.path)
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        body = self.body()
        name = next((word for word in ("uploads", "uploadId", "list-type") if word in query), "object")
        self.server.asked[f"{self.command} {name}"] += 1
        if self.server.refuse:
            self.server.refuse -= 1
            return self.fail(503, "SlowDown")
        if not self.is_signed():
            return self.fail(403, "SignatureDoesNotMatch")
        if bucket != "linli":
            return self.fail(404, "NoSuchBucket")
        found = getattr(self, f"{self.command.lower()}_{name.replace('-', '_').lower()}")
        found(key, query, body)
        return None

    def body(self) -> Path:
        path = self.server.folder / f"body-{uuid.uuid4().hex}"
        left = int(self.headers.get("Content-Length") or 0)
        self.server.seen_whole = max(self.server.seen_whole, left)
        with path.open("wb") as out:
            while left:
                piece = self.rfile.read(min(left, PIECE))
                if not piece:
                    raise ConnectionError
                out.write(piece)
                left -= len(piece)
        return path

    def is_signed(self) -> bool:
        """Whether the signature is the one that our secret gives for what was sent."""
        given = self.headers.get("Authorization", "")
        if not given.startswith("AWS4-HMAC-SHA256 Credential="):
            return False
        fields = dict(part.strip().split("=", 1) for part in given.split(" ", 1)[1].split(","))
        request = AWSRequest(method=self.command, url=f"http://{self.headers['Host']}{self.path}")
        for name in fields["SignedHeaders"].split(";"):
            request.headers[name] = self.headers[name]
        region = fields["Credential"].split("/")[2]
        auth = S3SigV4Auth(Credentials(KEY, SECRET), "s3", region)
        request.context.update(timestamp=self.headers["X-Amz-Date"], payload_signing_enabled=True)
        canonical = auth.canonical_request(request)
        text = auth.string_to_sign(request, canonical)
        return fields["Credential"].startswith(f"{KEY}/") and auth.signature(text, request) == fields["Signature"]

    # --- answers ----------------------------------------------------------------------------------------------------

    def answer(self, status: int, body: bytes = b"", **headers: Any) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def fail(self, status: int, code: str) -> None:
        self.answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def xml(self, inner: str, name: str) -> None:
        self.answer(200, f'<?xml version="1.0"?><{name}>{inner}</{name}>'.encode(), Content_Type="application/xml")

    # --- objects ----------------------------------------------------------------------------------------------------

    def put_object(self, key: str, query: dict[str, str], body: Path) -> None:
        self.answer(200, ETag=f'"{self.server.keep(key, [body])}"')

    def head_object(self, key: str, query: dict[str, str], body: Path) -> None:
        path = self.server.path_of(key)
        if not path.exists():
            return self.fail(404, "NoSuchKey")
        return self.answer(200, Content_Length=path.stat().st_size, **self.about(path))

    def about(self, path: Path) -> dict[str, str]:
        at = formatdate(path.stat().st_mtime, usegmt=True)
        return {"ETag": f'"{path.with_suffix(".etag").read_text()}"', "Last_Modified": at}

    def get_object(self, key: str, query: dict[str, str], body: Path) -> None:
        path = self.server.path_of(key)
        if not path.exists():
            return self.fail(404, "NoSuchKey")
        about = self.about(path)
        if self.headers.get("If-Match", about["ETag"]) != about["ETag"]:
            return self.fail(412, "PreconditionFailed")
        first = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0])
        size = path.stat().st_size
        self.send_response(206 if first else 200)
        for name, value in {**about, "Content_Length": str(size - first)}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        left = self.server.cut.pop(0) if self.server.cut else size
        with path.open("rb") as file:
            file.seek(first)
            while left > 0 and (piece := file.read(min(PIECE, left))):
                self.wfile.write(piece)
                left -= len(piece)
        if left <= 0:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        return None

    def delete_object(self, key: str, query: dict[str, str], body: Path) -> None:
        self.server.forget(key)
        self.answer(204)

    def get_list_type(self, key: str, query: dict[str, str], body: Path) -> None:
        prefix, after = query.get("prefix", ""), query.get("continuation-token", "")
        keys = [each for each in self.server.names() if each.startswith(prefix) and each > after]
        page = keys[:3]  # so that there is more than one
        items = "".join(
            f"<Contents><Key>{escape(each)}</Key><Size>{self.server.path_of(each).stat().st_size}</Size>"
            f"<LastModified>{STARTED}</LastModified></Contents>"
            for each in page
        )
        more = len(keys) > len(page)
        rest = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        self.xml(f"<IsTruncated>{str(more).lower()}</IsTruncated>{rest}{items}", "ListBucketResult")

    # --- in parts ---------------------------------------------------------------------------------------------------

    def post_uploads(self, key: str, query: dict[str, str], body: Path) -> None:
        name = uuid.uuid4().hex
        self.server.uploads[name] = (key, {})
        self.xml(f"<Key>{escape(key)}</Key><UploadId>{name}</UploadId>", "InitiateMultipartUploadResult")

    def get_uploads(self, key: str, query: dict[str, str], body: Path) -> None:
        items = "".join(
            f"<Upload><Key>{escape(about)}</Key><UploadId>{name}</UploadId><Initiated>{STARTED}</Initiated></Upload>"
            for name, (about, _parts) in self.server.uploads.items()
        )
        self.xml(f"<IsTruncated>false</IsTruncated>{items}", "ListMultipartUploadsResult")

    def put_uploadid(self, key: str, query: dict[str, str], body: Path) -> None:
        self.server.uploads[query["uploadId"]][1][int(query["partNumber"])] = body
        self.answer(200, ETag=f'"{query["partNumber"]}"')

    def post_uploadid(self, key: str, query: dict[str, str], body: Path) -> None:
        about, parts = self.server.uploads.pop(query["uploadId"])
        etag = self.server.keep(about, [parts[number] for number in sorted(parts)])
        self.xml(f"<Key>{escape(key)}</Key><ETag>{etag}</ETag>", "CompleteMultipartUploadResult")

    def delete_uploadid(self, key: str, query: dict[str, str], body: Path) -> None:
        self.server.uploads.pop(query["uploadId"], None)
        self.answer(204)


for method in ("GET", "PUT", "POST", "HEAD", "DELETE"):
    setattr(Handler, f"do_{method}", Handler.do_any)
