"""What a file is, from its content: the name is believed only where the content leaves it open."""

from __future__ import annotations

import zipfile
from typing import IO, cast

import olefile
import puremagic
from olefile.olefile import NotOleFileError, OleFileError

from linli.core.errors import BadInput
from linli.core.privacy.masks import scrub_typed

HEAD = 8192
MB = 1024 * 1024
# Rows repeat themselves, so a sheet packs well; beyond this it is made to hurt.
MOST_UNPACKED = 4096 * MB
MOST_RATIO, RATIO_FROM = 400, 64 * MB
MOST_MEMBERS = 20_000
LOCKS = (162, 165, 171)  # bytes of the files that say who has a workbook open
MIMES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "csv": "text/csv",
}
_SAVE = "请用 Excel 或 WPS 打开，“另存为”.xlsx 再传。"


def refuse(code: str, sentence: str) -> BadInput:
    """A refusal of a file: the sentence stands at the field `file`, without numbers of persons it may quote."""
    sentence = scrub_typed(sentence)
    return BadInput(f"sheets.{code}", sentence, fields={"file": sentence})


def recognise(file: IO[bytes]) -> str:
    """ "xlsx", "xls" or "csv"; BadInput with a sentence for everything else. The position is 0 afterwards."""
    try:
        file.seek(0)
        return _recognise(file, file.read(HEAD))
    finally:
        file.seek(0)


def _recognise(file: IO[bytes], head: bytes) -> str:
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise refuse("empty", "这个文件是空的。请打开看一看，填好后重新保存再传。")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(file)
    if head.startswith(olefile.MAGIC):
        return _ole(file)
    if sentence := _other(head):
        raise refuse("kind", sentence)
    return "csv"


def _other(head: bytes) -> str:
    """Why this is no table; "" for text."""
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\0", b"").lower()
    if text.startswith((b"<!doctype", b"<html", b"<table", b"<head", b"<meta", b"<style", b"<body", b"<!--")):
        return f"这个文件的内容是网页，只是名字像表格（多半是从别的系统导出的）。{_SAVE}"
    if text.startswith((b"<?xml", b"<workbook")):
        return f"这个文件的内容是 XML，不是 Excel 表格。{_SAVE}"
    if text.startswith(b"%pdf-"):
        return "这个文件是 PDF，读不出表格。请找到原来的 Excel 表；没有的话，把内容抄到模板里再传。"
    if text.startswith((b"{\\rtf", b"mime-version", b"{", b"[{")):
        return f"这个文件的内容不是表格。{_SAVE}"
    if head.startswith((b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")):
        return "这个文件是压缩包。请解开，把里面的表格传上来。"
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8")):
        return "这个文件是图片，读不出表格。请把内容填到模板里再传。"
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return ""
    if head.startswith((b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00\x04\x00")):
        return f"这是很老的 Excel 文件，读不了。{_SAVE}"
    if len(head) in LOCKS and head[0] < len(head) // 3 and head[1 : 1 + head[0]].isascii():
        return "这是 Excel 打开表格时留下的临时文件（名字以 ~$ 开头），不是表格本身。请关闭 Excel，再选原来的文件。"
    binary = sum(byte < 9 or 13 < byte < 32 for byte in head)
    if binary * 20 > len(head) and b"\0" in head and not _looks_like_utf16(head):
        try:
            found = str(puremagic.from_string(head, mime=True))
        except (puremagic.PureError, ValueError):
            found = ""
        word = {"video": "视频", "audio": "录音", "image": "图片"}.get(found.partition("/")[0], "认不出来的东西")
        return f"这个文件的内容是{word}，不是表格。可以传 .xlsx、.xls 或 .csv。"
    return ""


def _looks_like_utf16(head: bytes) -> bool:
    """Every other byte of a Latin character is zero; delimiters alone make enough of them."""
    return encoding_without_mark(head) != ""


def encoding_without_mark(head: bytes) -> str:
    """ "utf-16-le" or "utf-16-be" for such text without a byte order mark, else ""."""
    for name, low, high in (("utf-16-le", 0, 1), ("utf-16-be", 1, 0)):
        lines = sum(head[i + low] in b"\r\n\t,;" and head[i + high] == 0 for i in range(0, len(head) - 1, 2))
        if lines >= 3 and b"\0" in head:
            try:
                head[: len(head) // 2 * 2].decode(name)
            except UnicodeDecodeError as error:
                if error.start < len(head) - 4:
                    continue
            return name
    return ""


def _zip(file: IO[bytes]) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            names = {member.filename.replace("\\", "/").lstrip("/").lower() for member in members}
            if not names:
                raise refuse("empty", "这个压缩文件里什么也没有。请重新保存表格再传。")
            if "mimetype" in names and "content.xml" in names:
                raise refuse("kind", f"这是 OpenDocument 表格（.ods）。{_SAVE}")
            if "[content_types].xml" not in names:
                raise refuse("kind", "这个文件是压缩包，不是表格。请解开，把里面的表格传上来。")
            if any(name.startswith(("word/", "ppt/")) for name in names):
                raise refuse("kind", "这个文件是 Word 或演示文稿，不是表格。请把内容放进模板再传。")
            if "xl/workbook.bin" in names:
                raise refuse("kind", f"这是二进制的 Excel 文件（.xlsb）。{_SAVE}")
            if any(name.endswith("vbaproject.bin") for name in names):
                raise refuse("macros", "这个表格带宏（里面有程序），不能收。请另存为不带宏的 .xlsx 再传。")
            if any(member.flag_bits & 1 for member in members):
                raise _encrypted()
            _check_unpacked(members)
            if not any(name.startswith("xl/") for name in names):
                raise refuse("kind", f"这个文件里没有工作表。{_SAVE}")
            return "xlsx"
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError) as error:
        raise damaged() from error


def _check_unpacked(members: list[zipfile.ZipInfo]) -> None:
    size = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if size > MOST_UNPACKED or len(members) > MOST_MEMBERS or (size > RATIO_FROM and size > packed * MOST_RATIO):
        raise refuse(
            "bomb",
            "这个文件解开后大得不正常，没有读。请只复制有内容的行到新的工作簿，另存为 .xlsx 再传。",
        )


def _ole(file: IO[bytes]) -> str:
    try:
        with cast("olefile.OleFileIO[str]", olefile.OleFileIO(file)) as container:
            tops = {path[0].lower() for path in container.listdir(streams=True, storages=True)}
            if "encryptedpackage" in tops:
                raise _encrypted()
            if "worddocument" in tops:
                raise refuse("kind", "这个文件是 Word 文档，不是表格。请把内容放进模板再传。")
            if not tops & {"workbook", "book"}:
                raise refuse("kind", f"这个文件里没有工作表。{_SAVE}")
            if tops & {"_vba_project_cur", "macros"}:
                raise refuse("macros", "这个表格带宏（里面有程序），不能收。请另存为不带宏的 .xlsx 再传。")
            stream = container.openstream("Workbook" if "workbook" in tops else "Book")
            start = stream.read(512)
            first = 4 + int.from_bytes(start[2:4], "little")  # the record after BOF
            if start[first : first + 2] == b"\x2f\x00":
                raise _encrypted()
    except (NotOleFileError, OleFileError, OSError, ValueError, IndexError) as error:
        raise damaged() from error
    return "xls"


def _encrypted() -> BadInput:
    return refuse("encrypted", "这个表格加了打开密码，读不了。请在“文件→信息→保护工作簿”里去掉密码，另存一份再传。")


def damaged() -> BadInput:
    """The sentence for a file that breaks off or contradicts itself."""
    return refuse("damaged", "这个文件打不开，可能没有下载完或已损坏。请在自己的电脑上打开试试，重新保存再传。")
