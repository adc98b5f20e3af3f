"""Real files of every sort, made on the spot."""

from __future__ import annotations

import io
import struct
import sys
import zipfile
import zlib
from pathlib import Path

from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import IFDRational

MAIN = "application/vnd.openxmlformats-officedocument."


def pdf(extra: bytes = b"") -> bytes:
    """A page of text, as a printer driver writes it."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        b"<< /Length 44 >>\nstream\nBT /F1 24 Tf 72 720 Td (Linli) Tj ET         \nendstream",
    ]
    out, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + table
    return out + b"trailer\n<< /Size 5 /Root 1 0 R " + extra + b">>\nstartxref\n%d\n%%%%EOF\n" % start


def office(word: bool = True, *, macros: bool = False, content_type: str = "", padding: int = 0) -> bytes:
    """A docx or xlsx with the parts that make it one."""
    part, kind = (
        ("word/document.xml", "wordprocessingml.document") if word else ("xl/workbook.xml", "spreadsheetml.sheet")
    )
    declared = content_type or f"{MAIN}{kind}.main+xml"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml", f'<Types><Override PartName="/{part}" ContentType="{declared}"/></Types>'
        )
        archive.writestr("_rels/.rels", "<Relationships/>")
        archive.writestr(part, "<document>你好</document>")
        if macros:
            archive.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0 code")
        if padding:
            archive.writestr("word/media/zeros.bin", bytes(padding))
    return out.getvalue()


def archive_with(*names: str) -> bytes:
    """A zip that is no document."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def compound(**streams: bytes) -> bytes:
    """An OLE compound file ([MS-CFB], version 3) with these streams in its root, each padded to 4096 bytes."""
    sector = 512
    bodies = [(name.replace("__", " ").strip(), body.ljust(4096, b"\0")) for name, body in streams.items()]
    entries, fat, data = [], [0xFFFFFFFD], b""
    directory_sectors = -(-(len(bodies) + 1) // 4)
    for i in range(directory_sectors):
        fat.append(i + 2 if i + 1 < directory_sectors else 0xFFFFFFFE)
    for name, body in bodies:
        start, count = len(fat), len(body) // sector
        fat += [start + i + 1 for i in range(count - 1)] + [0xFFFFFFFE]
        data += body
        entries.append((name, 2, start, len(body)))

    def entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
        encoded = (name + "\0").encode("utf-16-le")
        head = encoded.ljust(64, b"\0") + struct.pack("<HBBIII", len(encoded), kind, 1, 0xFFFFFFFF, right, child)
        return head + bytes(16) + struct.pack("<I", 0) + bytes(16) + struct.pack("<IQ", start, size)

    directory = entry("Root Entry", 5, 0xFFFFFFFF, 1, 0xFFFFFFFE, 0)
    for i, (name, kind, start, size) in enumerate(entries):
        following = i + 2 if i + 1 < len(entries) else 0xFFFFFFFF
        directory += entry(name, kind, following, 0xFFFFFFFF, start, size)
    directory = directory.ljust(directory_sectors * sector, b"\0")
    table = struct.pack(f"<{len(fat)}I", *fat)
    assert len(table) <= sector, "one FAT sector is enough for a sample"
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return header + table.ljust(sector, b"\xff") + directory + data


def doc(*, locked: bool = False) -> bytes:
    """A Word 97 file; byte 11 of its header holds fEncrypted."""
    return compound(WordDocument=b"\xec\xa5\xc1\x00" + bytes(7) + (b"\x01" if locked else b"\x00"))


def xls(*, locked: bool = False) -> bytes:
    """An Excel 97 file: BOF, then FilePass when it has a password."""
    first = struct.pack("<HH", 0x2F if locked else 0x42, 2)
    return compound(Workbook=struct.pack("<HH", 0x0809, 16) + bytes(16) + first + b"\xb0\x04")


def photo(
    kind: str = "JPEG",
    size: tuple[int, int] = (640, 480),
    *,
    orientation: int = 1,
    gps: bool = False,
    **options: object,
) -> bytes:
    """A picture with a red top left corner, and what a phone writes beside it."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, size[1] // 4), fill="red")
    exif = Image.Exif()
    exif[0x0112] = orientation
    if gps:
        exif[0x010F] = "HUAWEI"
        exif[0x013B] = "陈秀梅"
        place = exif.get_ifd(0x8825)
        place[1], place[2] = "N", (IFDRational(23), IFDRational(21), IFDRational(30))
        place[3], place[4] = "E", (IFDRational(116), IFDRational(42), IFDRational(10))
    out = io.BytesIO()
    image.save(out, kind, exif=exif, **options)
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG of so many white pixels in a few kilobytes: what a decompression bomb is."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    row = bytes(1 + width // 8 + 1)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def elf() -> bytes:
    """A real program: this interpreter's first kilobytes."""
    return Path(sys.executable).resolve().read_bytes()[:20_000]


def windows_program() -> bytes:
    """The head of a Windows program: DOS stub, then the PE header."""
    stub = b"MZ" + bytes(58) + struct.pack("<I", 64)
    return stub + b"PE\0\0" + struct.pack("<HH", 0x8664, 1) + bytes(2000)
