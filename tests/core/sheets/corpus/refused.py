"""Files that are refused with a sentence."""

from __future__ import annotations

import io
import struct
import zipfile

import openpyxl
from tests.core.sheets.conftest import HEADINGS, line, saved, workbook
from tests.core.sheets.corpus.making import book, case, rezipped, sheet_xml


@case
def nothing_at_all() -> bytes:
    return b""


@case
def nothing_but_blanks() -> bytes:
    return b"\xef\xbb\xbf \r\n\r\n"


@case
def an_empty_workbook() -> bytes:
    return saved(openpyxl.Workbook())


@case
def nothing_but_headings() -> bytes:
    return workbook([])


@case
def no_headings() -> bytes:
    return workbook([line()], line("英歌队"))


@case
def another_register() -> bytes:
    return workbook([["凤凰路 3 号", 12]], ["小区地址", "户数"])


@case
def a_needed_column_is_missing() -> bytes:
    return workbook([["凤亭下书画社", "文体", "陈秀梅", "13800002046"]], ["组织名称", "类别", "负责人姓名", "手机号"])


@case
def a_column_twice() -> bytes:
    return workbook([[*line(), "别的名称"]], [*HEADINGS, "组织名称"])


@case
def only_a_hidden_sheet() -> bytes:
    made = book(HEADINGS, line())
    made.active.title = "名册"
    made.create_sheet("封面").append(["东方街道"])
    made["名册"].sheet_state = "hidden"
    made.active = 1
    return saved(made)


@case
def html_named_xls() -> bytes:
    return "<html><head><meta charset=utf-8></head><table><tr><td>组织名称</td></tr></table></html>".encode()


@case
def xml_spreadsheet_2003() -> bytes:
    return b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'


@case
def a_pdf() -> bytes:
    return b"%PDF-1.4\n%%EOF\n"


@case
def a_picture() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + bytes(200)


@case
def a_zip_of_tables() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("名册.csv", "组织名称")
    return out.getvalue()


@case
def a_word_document() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    return out.getvalue()


@case
def encrypted_xlsx() -> bytes:
    return _ole(["EncryptedPackage", "EncryptionInfo"])


@case
def encrypted_xls() -> bytes:
    bof = struct.pack("<HH", 0x0809, 16) + bytes(16)
    return _ole(["Workbook"], bof + struct.pack("<HH", 0x002F, 6) + bytes(6))


@case
def macros() -> bytes:
    return rezipped(workbook([line()]), lambda name, part: part, **{"xl/vbaProject.bin": b"x"})


@case
def half_a_file() -> bytes:
    return workbook([line()])[:-900]


@case
def a_broken_sheet() -> bytes:
    return sheet_xml(lambda xml: xml[: len(xml) // 2])


@case
def entities_that_explode() -> bytes:
    doctype = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    return sheet_xml(lambda xml: doctype + xml.partition("?>")[2] if xml.startswith("<?xml") else doctype + xml)


@case
def a_zip_bomb() -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([line()]))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
        with new.open("xl/worksheets/sheet9.xml", "w") as part:
            for _ in range(80):
                part.write(bytes(1 << 20))
    return out.getvalue()


@case
def random_bytes() -> bytes:
    return bytes((i * 7919 + i // 3) % 256 for i in range(5000))


@case
def json_named_csv() -> bytes:
    return b'{"rows": [1, 2, 3], "more": "names"}'


@case
def an_unclosed_quote() -> bytes:
    return (",".join(HEADINGS) + '\r\n"' + "凤亭下,书画社\r\n" * 90_000).encode()


def _ole(streams: list[str], content: bytes = b"x" * 4096) -> bytes:
    """A compound file ([MS-CFB]) with these streams, small enough to read by eye."""
    content = content.ljust(4096, b"\0")
    sectors = len(content) // 512
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6),
        0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0,
    )  # fmt: skip
    header += struct.pack("<I", 0) + b"\xff\xff\xff\xff" * 108
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *(3 + i for i in range(sectors - 1)), 0xFFFFFFFE]
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(512, b"\xff")
    entries = [_entry("Root Entry", 5, child=1, start=0xFFFFFFFE, size=0)]
    for place, name in enumerate(streams, start=1):
        right = place + 1 if place < len(streams) else 0xFFFFFFFF
        entries.append(_entry(name, 2, right=right, start=2, size=len(content)))
    directory = b"".join(entries).ljust(512, b"\0")
    return header + table + directory + content


def _entry(name: str, kind: int, *, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(encoded), kind, 1, 0xFFFFFFFF, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
