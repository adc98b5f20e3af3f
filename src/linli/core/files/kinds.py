"""What a file really is, from its content; the name is only compared with it.

Accepted are PDF, Word, Excel and photos. Everything else is refused with a sentence that says what to do: a wrong
document in a case is a week lost for the person who filed it.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, cast

import olefile
import puremagic
from olefile.olefile import NotOleFileError, OleFileError

from linli.core.errors import BadInput

HEAD = 4096
# An office file larger than this when unpacked is a zip bomb, not a document.
MOST_UNPACKED = 200 * 1024 * 1024
MOST_MEMBERS = 20_000


class Family(StrEnum):
    """What a file is to a reader."""

    PDF = "pdf"
    WORD = "word"
    EXCEL = "excel"
    PHOTO = "photo"


@dataclass(frozen=True)
class Kind:
    """An accepted kind: its media type, the extension it is stored with, the names it may come under."""

    family: Family
    media_type: str
    extension: str
    names: frozenset[str]
    label: str


_OOXML = "application/vnd.openxmlformats-officedocument."
_PHOTO_NAMES = frozenset({"jpg", "jpeg", "jpe", "jfif", "png", "webp", "heic", "heif"})
PDF = Kind(Family.PDF, "application/pdf", "pdf", frozenset({"pdf"}), "PDF")
DOCX = Kind(Family.WORD, f"{_OOXML}wordprocessingml.document", "docx", frozenset({"docx"}), "Word 文档")
XLSX = Kind(Family.EXCEL, f"{_OOXML}spreadsheetml.sheet", "xlsx", frozenset({"xlsx"}), "Excel 表格")
# WPS writes either format under its own names.
DOC = Kind(Family.WORD, "application/msword", "doc", frozenset({"doc", "wps", "dot"}), "Word 文档")
XLS = Kind(Family.EXCEL, "application/vnd.ms-excel", "xls", frozenset({"xls", "et"}), "Excel 表格")
# A photo may carry the name of another photo format; phones and chat programs mix them up all the time.
JPEG = Kind(Family.PHOTO, "image/jpeg", "jpg", _PHOTO_NAMES, "照片")
PNG = Kind(Family.PHOTO, "image/png", "png", _PHOTO_NAMES, "图片")
WEBP = Kind(Family.PHOTO, "image/webp", "webp", _PHOTO_NAMES, "图片")

_ACCEPTED = "可以传 PDF、Word、Excel 和照片（jpg、png、webp）"


def refuse(code: str, text: str) -> BadInput:
    """A refusal of a file: the sentence stands at the field `file`."""
    return BadInput(f"files.{code}", text, fields={"file": text})


def recognise(file: IO[bytes], extension: str) -> Kind:
    """The kind of the content, checked against the extension (lower case, "" when the name has none).

    Raises BadInput for anything not accepted. The file's position is 0 afterwards.
    """
    try:
        kind = _recognise(file, extension)
    finally:
        file.seek(0)
    if extension and extension not in kind.names:
        raise _mismatch(extension, kind.label, f"改名为 .{kind.extension} ")
    return kind


def _recognise(file: IO[bytes], extension: str) -> Kind:
    file.seek(0)
    head = file.read(HEAD)
    if not head.strip(b"\0"):
        raise refuse("empty", "这个文件是空的。请打开看一看，重新保存再传。")
    program = _program(head)
    if program:
        raise _mismatch(extension, program, _instead(extension))
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"):
        raise refuse(
            "heic",
            "HEIC 照片这里还打不开。请在手机“设置→相机→格式”里选“兼容性最佳”重拍，或在相册里把它另存为 JPG 再传。",
        )
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-"):
        return _check_pdf(file)
    if head.startswith(b"PK\x03\x04"):
        return _check_zip(file, extension)
    if head.startswith(olefile.MAGIC):
        return _check_ole(file, extension)
    raise _mismatch(extension, _what(head), _instead(extension))


def _program(head: bytes) -> str:
    """A word for content that could run, "" for anything else."""
    executable = head.startswith((b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"#!", b"dex\n")) or head[:4] in (
        b"\xfe\xed\xfa\xce",
        b"\xfe\xed\xfa\xcf",
        b"\xce\xfa\xed\xfe",
        b"\xcf\xfa\xed\xfe",
        b"L\0\0\0",  # a Windows shortcut
    )
    if executable:
        return "程序"
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\0", b"").lower()
    if text.startswith((b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script", b"<!--", b"<head", b"<body")):
        return "网页"
    return "脚本" if text.startswith((b"<?php", b"@echo", b"powershell")) else ""


def _what(head: bytes) -> str:
    """A word for content that is none of ours."""
    if head.startswith((b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")):
        return "压缩包"
    try:
        found = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        found = ""
    known = {"video": "视频", "audio": "录音", "image": "别的图片格式", "text": "纯文字"}
    return known.get(str(found).partition("/")[0], "认不出来的东西")


def _instead(extension: str) -> str:
    wanted = {name: kind.label for kind in (PDF, DOCX, XLSX, DOC, XLS, JPEG) for name in kind.names}
    if extension in wanted:
        return f"换成真正的{_spaced(wanted[extension])}"
    return f"换一个文件（{_ACCEPTED}）"


def _spaced(word: str) -> str:
    """A space between Chinese and Latin, on whichever side the word is Latin."""
    return (" " if word[0].isascii() else "") + word + (" " if word[-1].isascii() else "")


def _mismatch(extension: str, content: str, instead: str) -> BadInput:
    content = _spaced(content).rstrip()
    called = f"这个文件叫 .{extension}，内容却是{content}。" if extension else f"这个文件的内容是{content}。"
    if extension in ("exe", "bat", "cmd", "sh", "msi", "apk", "js", "html", "htm", "svg", "zip", "rar", "7z"):
        called = f"这里不收 .{extension} 文件。"
    return refuse("kind", f"{called}请{instead}再传。")


_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")


def _check_pdf(file: IO[bytes]) -> Kind:
    file.seek(0)
    content = file.read()  # at most the size limit of a document
    if b"%%EOF" not in content[-2048:]:
        raise refuse("truncated", "这个 PDF 不完整，可能没有下载完。请重新导出或重新下载，能打开了再传。")
    if _ENCRYPTED.search(content):
        raise refuse("encrypted", "这个 PDF 加了密，经办人打不开。请去掉密码，另存一份再传。")
    return PDF


def _check_zip(file: IO[bytes], extension: str) -> Kind:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            too_big = len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > MOST_UNPACKED
            names = {member.filename for member in members}
            if "[Content_Types].xml" not in names:
                word = "程序" if "AndroidManifest.xml" in names or "META-INF/MANIFEST.MF" in names else "压缩包"
                raise _mismatch(extension, word, _instead(extension))
            if too_big:
                raise refuse("bomb", "这个文件解开后太大，不像正常的文档。请用 Word 或 Excel 打开，另存一份再传。")
            if any(member.flag_bits & 1 for member in members):
                raise _encrypted_office()
            with archive.open("[Content_Types].xml") as part:
                types = part.read(2_000_000)
            if any(name.lower().endswith("vbaproject.bin") for name in names) or b"macroEnabled" in types:
                raise _macros()
            if b"wordprocessingml.document.main+xml" in types and "word/document.xml" in names:
                kind = DOCX
            elif b"spreadsheetml.sheet.main+xml" in types and "xl/workbook.xml" in names:
                kind = XLSX
            else:
                raise _mismatch(extension, "别的办公文件", "另存为 PDF、Word 或 Excel ")
            if archive.testzip() is not None:
                raise _damaged()
            return kind
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError) as error:
        raise _damaged() from error


def _check_ole(file: IO[bytes], extension: str) -> Kind:
    file.seek(0)
    content = file.read()
    try:
        with cast("olefile.OleFileIO[str]", olefile.OleFileIO(content)) as container:
            paths = ["/".join(path).lower() for path in container.listdir(streams=True, storages=True)]
            tops = {path.partition("/")[0] for path in paths}
            if "encryptedpackage" in tops or _locked(container, tops):
                raise _encrypted_office()
            if tops & {"macros", "_vba_project_cur"} or any(path.endswith("_vba_project") for path in paths):
                raise _macros()
    except (NotOleFileError, OleFileError, OSError, ValueError, IndexError) as error:
        raise _damaged() from error
    if "worddocument" in tops:
        return DOC
    if tops & {"workbook", "book"}:
        return XLS
    raise _mismatch(extension, "别的办公文件或安装包", "另存为 PDF、Word 或 Excel ")


def _locked(container: olefile.OleFileIO[str], tops: set[str]) -> bool:
    """Password to open: bit fEncrypted of the Word header ([MS-DOC] 2.5.2), record FilePass in Excel ([MS-XLS])."""
    if "worddocument" in tops:
        head = container.openstream("WordDocument").read(12)
        return len(head) == 12 and bool(head[11] & 0x01)
    for name in ("Workbook", "Book"):
        if name.lower() in tops:
            head = container.openstream(name).read(512)
            first = 4 + int.from_bytes(head[2:4], "little")  # the record after BOF
            return bytes(head[first : first + 2]) == b"\x2f\x00"
    return False


def _macros() -> BadInput:
    return refuse("macros", "这个文件带宏（里面有程序），不能收。请另存为不带宏的 .docx 或 .xlsx 再传。")


def _encrypted_office() -> BadInput:
    return refuse("encrypted", "这个文件加了密码，经办人打不开。请在“文件→信息→保护”里去掉密码，另存一份再传。")


def _damaged() -> BadInput:
    return refuse("damaged", "这个文件打不开，可能没有下载完或已损坏。请在自己的电脑或手机上打开试试，重新保存再传。")
