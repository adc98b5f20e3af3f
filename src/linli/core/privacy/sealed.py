"""A file sealed in pieces, so that a large one is written and read with little memory.

Each piece is a length (four bytes) and a token made with the field keys (cipher.py); the number of the piece stands
inside the token, so that pieces can be neither swapped nor cut off unseen: the last one is marked.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import IO

from cryptography.fernet import InvalidToken

from linli.core.privacy.cipher import DecryptionError, seal, unseal

PIECE = 256 * 1024
_HEAD = struct.Struct(">I")
_MARK = struct.Struct(">QB")


class SealedWriter(io.RawIOBase):
    """Takes bytes in order (it cannot seek) and writes sealed pieces to `out`; `size` counts what came in."""

    def __init__(self, out: IO[bytes]) -> None:
        self.out, self.held, self.number, self.size = out, bytearray(), 0, 0

    def writable(self) -> bool:
        """For whoever asks before writing."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Hold and seal as pieces fill up."""
        self.held += data
        self.size += len(data)
        while len(self.held) > PIECE:
            self._seal(bytes(self.held[:PIECE]), last=False)
            del self.held[:PIECE]
        return len(data)

    def close(self) -> None:
        """Seal the last piece."""
        if not self.closed:
            self._seal(bytes(self.held), last=True)
        super().close()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        token = seal(_MARK.pack(self.number, last) + piece)
        self.out.write(_HEAD.pack(len(token)) + token)
        self.number += 1


class SealedReader(io.RawIOBase):
    """Reads what is behind a sealed file, in order; closing it closes the file."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.pieces, self.rest = file, unsealed(file), b""

    def readable(self) -> bool:
        """For whoever asks before reading."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """The next bytes; 0 at the end."""
        while not self.rest:
            piece = next(self.pieces, None)
            if piece is None:
                return 0
            self.rest = piece
        count = min(len(buffer), len(self.rest))
        buffer[:count], self.rest = self.rest[:count], self.rest[count:]
        return count

    def close(self) -> None:
        """Also closes the sealed file."""
        if not self.closed:
            self.file.close()
        super().close()


def unsealed(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes behind a sealed file, piece by piece. Raises DecryptionError for a damaged one."""
    number, ended = 0, False
    while head := file.read(_HEAD.size):
        try:
            plain = unseal(file.read(_HEAD.unpack(head)[0]))
        except (InvalidToken, struct.error) as error:
            raise DecryptionError("这个文件已损坏，或者缺少密钥。请重新准备一份。") from error
        at, last = _MARK.unpack_from(plain)
        if at != number or ended:
            raise DecryptionError("这个文件已损坏。请重新准备一份。")
        number, ended = number + 1, bool(last)
        yield plain[_MARK.size :]
    if not ended:
        raise DecryptionError("这个文件不完整。请重新准备一份。")
