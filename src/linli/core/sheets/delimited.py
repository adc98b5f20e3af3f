"""Reading CSV: its encoding and its delimiter are found out, its rows come one by one."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import IO

from linli.core.errors import BadInput
from linli.core.sheets.cells import has_only_text, plain
from linli.core.sheets.recognise import encoding_without_mark, refuse
from linli.core.sheets.xlsx import Row

_BIG5_WORDS = ("名稱", "類別", "社區", "負責人")
DELIMITERS = ",;\t|，；"
SAMPLE = 1 << 16
BLOCK = 1 << 20
LONGEST_CELL = 1 << 20
LONGEST_TEXT, MOST_BREAKS = 2_000, 100  # a cell beyond both has swallowed the rows below it
MOST_LOST = 200  # characters that cannot be read: beyond this it is another encoding
_FORCED = re.compile(r'^="([^"]*)"$')  # ="0754": how other programs tell Excel that digits are text
csv.field_size_limit(LONGEST_CELL)


def encoding_of(file: IO[bytes]) -> str:
    """The encoding in which the whole file can be read; GB18030 where it is not UTF-8 and says nothing."""
    file.seek(0)
    head = file.read(SAMPLE)
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return name
    if name := encoding_without_mark(head):
        return name
    if _reads(file, "utf-8"):
        return "utf-8"
    if _is_big5(head):
        return "big5hkscs"
    if _reads(file, "gb18030"):
        return "gb18030"
    lost = {name: _lost(file, name) for name in ("utf-8", "gb18030")}
    best = min(lost, key=lambda name: lost[name])
    if lost[best] > MOST_LOST:
        raise refuse(
            "encoding", "这个文件的文字编码认不出来，打开是乱码。请用 Excel 打开，“另存为”.xlsx 或“CSV UTF-8”再传。"
        )
    return best


def _is_big5(head: bytes) -> bool:
    """Big5 can nearly always be read as GB18030, as nonsense: so it is known by the words of headings."""
    return any(word.encode("big5") in head for word in _BIG5_WORDS)


def _reads(file: IO[bytes], name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    file.seek(0)
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _lost(file: IO[bytes], name: str) -> int:
    decoder = codecs.getincrementaldecoder(name)("replace")
    file.seek(0)
    lost = 0
    while block := file.read(BLOCK):
        lost += decoder.decode(block).count("\ufffd")
    return lost


def delimiter_of(file: IO[bytes], encoding: str) -> str:
    """The delimiter that gives the sample the most columns on most of its lines."""
    file.seek(0)
    sample = codecs.getincrementaldecoder(encoding)("replace").decode(file.read(SAMPLE))
    first = sample.lstrip("\ufeff").split("\n", 1)[0].strip("\r ").lower()
    if first.startswith("sep=") and len(first) == 5:  # Excel's own hint
        return first[4]

    def score(delimiter: str) -> tuple[int, int]:
        try:
            rows = list(csv.reader(io.StringIO(sample), delimiter=delimiter))[:40]
        except csv.Error:
            return 0, 0
        widths = sorted(len(row) for row in rows if row)
        return (widths[len(widths) // 2], max(widths)) if widths else (0, 0)

    return max(DELIMITERS, key=score)


def csv_rows(file: IO[bytes]) -> Iterator[Row]:
    """Line numbers as Excel shows them (a row whose cell holds a line break is one row) and cells."""
    encoding = encoding_of(file)
    delimiter = delimiter_of(file, encoding)
    file.seek(0)
    text = io.TextIOWrapper(
        io.BufferedReader(_Borrowed(file), BLOCK), encoding=encoding, errors="replace", newline=""
    )
    reader = csv.reader(text, delimiter=delimiter)
    try:
        for number, row in enumerate(reader, start=1):
            if number == 1 and row:
                row[0] = row[0].lstrip("\ufeff")
                if len(row) <= 2 and row[0].lower().startswith("sep="):
                    continue
            if row and max(map(len, row)) > LONGEST_TEXT and any(cell.count("\n") > MOST_BREAKS for cell in row):
                raise _unclosed(number)
            # Hardly a row holds such characters, so the whole row is asked first.
            whole = "".join(row)
            if '="' in whole:
                row = [_FORCED.sub(r"\1", cell) for cell in row]
            yield number, row if has_only_text(whole) else [plain(cell) for cell in row]
    except csv.Error as error:
        raise _unclosed(reader.line_num) from error


def _unclosed(number: int) -> BadInput:
    return refuse(
        "csv",
        f"这个 CSV 从第 {number:,} 行起有一格长得不正常，多半是少了一个引号。"
        "请用 Excel 打开核对，另存为 .xlsx 再传。",
    )


class _Borrowed(io.RawIOBase):
    """Reads from a file without closing it in the end."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        block = self.file.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)
