"""The file of a backup: a tar inside age, written and read as a stream, with a digest of every member."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, cast

import pyrage

SUMS = "SHA256SUMS"
BLOCK = 1 << 20
MAGIC = b"age-encryption.org/v1\n"


class BackupError(Exception):
    """Something stands in the way of a backup or of a restore; the text is a sentence for the operator."""


class Writer:
    """Adds members to an archive that is being encrypted to `path`; `seal` writes the digests and ends it.

    The file appears under its name only when it is whole and on the disk; until then it ends in `.part`.
    """

    def __init__(self, path: Path, recipients: Sequence[Any]) -> None:
        self.path = path
        self.part = path.with_name(path.name + ".part")
        self.failure: BaseException | None = None
        self.count = 0
        reader, writer = os.pipe()
        self.pipe = os.fdopen(writer, "wb", buffering=BLOCK)
        self.sums = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the writer
        descriptor = os.open(self.part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self.thread = threading.Thread(target=self._encrypt, args=(reader, descriptor, list(recipients)), daemon=True)
        self.thread.start()
        self.tar = tarfile.open(  # noqa: SIM115
            fileobj=self.pipe, mode="w|", bufsize=BLOCK, format=tarfile.GNU_FORMAT
        )

    def _encrypt(self, reader: int, descriptor: int, recipients: list[Any]) -> None:
        with os.fdopen(reader, "rb", buffering=BLOCK) as plain, os.fdopen(descriptor, "wb", buffering=BLOCK) as out:
            try:
                pyrage.encrypt_io(plain, Checked(out, self._failed), recipients)
                out.flush()
                os.fsync(out.fileno())
            except BaseException as error:
                self.failure = self.failure or error

    def _failed(self, error: BaseException) -> None:
        self.failure = error

    def add(self, name: str, content: bytes | IO[bytes], size: int | None = None) -> None:
        """Add a member; of a file exactly `size` bytes are taken. OSError when the disk is full."""
        source: IO[bytes]
        if isinstance(content, bytes):
            source, size = io.BytesIO(content), len(content)
        else:
            assert size is not None
            source = content
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(time.time())
        counted = Digested(source)
        try:
            self.tar.addfile(info, cast("IO[bytes]", counted))
        except BrokenPipeError:
            raise self.failure or OSError("the encryption has ended") from None
        self.tar.members = []  # type: ignore[attr-defined]  # tarfile remembers every member otherwise
        self.sums.write(f"{counted.digest.hexdigest()}  {name}\n".encode())
        self.count += 1

    def seal(self) -> None:
        """Write the digests, end the archive and put it under its name."""
        size = self.sums.tell()
        self.sums.seek(0)
        sums = cast("IO[bytes]", self.sums)
        info = tarfile.TarInfo(SUMS)
        info.size, info.mode, info.mtime = size, 0o600, int(time.time())
        try:
            self.tar.addfile(info, sums)
            self.tar.close()
            self.pipe.close()
        except BrokenPipeError:
            raise self.failure or OSError("the encryption has ended") from None
        self.thread.join()
        if self.failure:
            raise self.failure
        self.part.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *error: object) -> None:
        if not self.pipe.closed:
            self.tar.fileobj.closed = True  # type: ignore[attr-defined]  # else it writes on when it is collected
        with contextlib.suppress(OSError):
            self.pipe.close()
        self.thread.join()
        self.sums.close()
        self.part.unlink(missing_ok=True)


class Checked:
    """A file for the encryption, which keeps the error that a write ended with: age tells it as text only."""

    def __init__(self, file: IO[bytes], failed: Callable[[BaseException], None]) -> None:
        self.file = file
        self.failed = failed

    def write(self, data: bytes) -> int:
        """As of a file."""
        try:
            return self.file.write(data)
        except OSError as error:
            self.failed(error)
            raise

    def flush(self) -> None:
        """As of a file."""
        self.file.flush()


class Digested:
    """A file that digests what is read from it. `broken` is raised where the archive ends in the middle of it."""

    def __init__(self, file: IO[bytes], broken: BackupError | None = None) -> None:
        self.file = file
        self.broken = broken
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """As of a file."""
        try:
            data = self.file.read(size)
        except tarfile.TarError as error:
            raise (self.broken or error) from error
        self.digest.update(data)
        return data


# --- reading ----------------------------------------------------------------------------------------------------


class Member:
    """One member as it comes by: read it now or never."""

    def __init__(self, name: str, size: int, file: IO[bytes], broken: BackupError | None = None) -> None:
        self.name = name
        self.size = size
        self.file = Digested(file, broken)

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        return self.file.read(size)

    def exhaust(self) -> str:
        """Read what is left; the digest of the whole."""
        while self.file.read(BLOCK):
            pass
        return self.file.digest.hexdigest()


@contextlib.contextmanager
def opened(path: Path, identities: Sequence[Any]) -> Iterator[Iterator[Member]]:
    """The members of an archive, in their order; every digest is checked by the end of the iteration.

    BackupError for a wrong key, a damaged or a truncated file; until the iteration has ended well nothing that was
    read may be relied on.
    """
    try:
        source = path.open("rb", buffering=BLOCK)
    except OSError as error:
        raise BackupError(f"打不开 {path}：{error.strerror}。") from error
    head = source.read(len(MAGIC))
    source.seek(0)
    if head != MAGIC:
        source.close()
        raise BackupError(f"{path.name} 不是 age 加密的备份。")
    reader, writer = os.pipe()
    failures: list[BaseException] = []

    def decrypt() -> None:
        with source, os.fdopen(writer, "wb", buffering=BLOCK) as out:
            try:
                pyrage.decrypt_io(source, out, list(identities))
                out.flush()
            except BaseException as error:
                failures.append(error)
                # Whoever reads on the other side has stopped, or reads to the end and asks then.
                with contextlib.suppress(OSError):
                    out.close()

    thread = threading.Thread(target=decrypt, daemon=True)
    thread.start()
    stream = os.fdopen(reader, "rb", buffering=BLOCK)

    def finish() -> None:
        while stream.read(BLOCK):
            pass
        thread.join()
        if failures:
            raise _why(failures[0], path)

    try:
        yield _members(path, stream, finish)
    finally:
        stream.close()
        thread.join()


def _members(path: Path, stream: IO[bytes], finish: Callable[[], None]) -> Iterator[Member]:
    broken = BackupError(f"{path.name} 不完整或已损坏。请换一份备份。")
    with tempfile.TemporaryFile() as seen:
        sealed = False
        try:
            tar = tarfile.open(fileobj=stream, mode="r|", bufsize=BLOCK)  # noqa: SIM115
            for info in tar:
                tar.members = []  # type: ignore[attr-defined]
                file = tar.extractfile(info)
                if file is None or sealed:
                    raise broken
                member = Member(info.name, info.size, file, broken)
                if info.name == SUMS:
                    sealed = True
                    _compare(member, seen, path)
                else:
                    yield member
                    seen.write(f"{member.exhaust()}  {info.name}\n".encode())
        except tarfile.TarError as error:
            finish()  # says why, when it is the encryption that gave up
            raise broken from error
        finish()
        if not sealed:
            raise broken


def _compare(member: Member, seen: IO[bytes], path: Path) -> None:
    """The digests that were written against those of what was read."""
    seen.seek(0)
    while expected := member.read(BLOCK):
        if seen.read(len(expected)) != expected:
            raise BackupError(f"{path.name} 里的内容和它自己的校验和不符，不能用。请换一份备份。")
    if seen.read(1):
        raise BackupError(f"{path.name} 里有没列入校验和的内容，不能用。请换一份备份。")


def _why(error: BaseException, path: Path) -> BackupError:
    text = str(error)
    if "No matching keys" in text:
        return BackupError(f"这把密钥打不开 {path.name}。请用做备份时那把公钥对应的私钥（--identity）。")
    return BackupError(f"{path.name} 不完整或已损坏（解密到中途失败）。请换一份备份。")


# --- keys -------------------------------------------------------------------------------------------------------


def recipient_of(text: str) -> Any:
    """A public key as age writes it (`age1…`); BackupError when it is none."""
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        raise BackupError(
            f"“{text.strip()[:20]}…”不是 age 公钥（应以 age1 开头）。可用 linli backup key 生成。"
        ) from error


def new_identity() -> Any:
    """A fresh pair of keys."""
    return pyrage.x25519.Identity.generate()


def identity_file(identity: Any, passphrase: str = "") -> bytes:
    """What a file with a private key holds, as age reads it; with a passphrase it is itself encrypted."""
    text = f"# linli backup\n# public key: {identity.to_public()}\n{identity}\n".encode()
    return cast("bytes", pyrage.passphrase.encrypt(text, passphrase)) if passphrase else text


def identities_in(path: Path, ask: Callable[[], str]) -> list[Any]:
    """The private keys of a file; `ask` gives the passphrase of an encrypted one. BackupError when there is none."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BackupError(f"打不开私钥文件 {path}：{error.strerror}。") from error
    if content.startswith(MAGIC):
        try:
            content = pyrage.passphrase.decrypt(content, ask())
        except pyrage.DecryptError as error:
            raise BackupError("口令不对，私钥没有打开。") from error
    return _identities(content.decode(errors="replace").splitlines(), path)


def _identities(lines: Iterable[str], path: Path) -> list[Any]:
    found = []
    for line in lines:
        if line.strip().startswith("AGE-SECRET-KEY-"):
            try:
                found.append(pyrage.x25519.Identity.from_str(line.strip()))
            except pyrage.IdentityError as error:
                raise BackupError(f"{path} 里的私钥不完整。") from error
    if not found:
        raise BackupError(f"{path} 里没有 age 私钥（AGE-SECRET-KEY-…）。")
    return found
