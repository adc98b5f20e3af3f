"""The papers an application brings, made from what it says: a charter in Word, a consent in PDF, a photo."""

from __future__ import annotations

import io
import zipfile
from html import escape
from random import Random

from PIL import Image, ImageDraw

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="word/document.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    "/></Relationships>"
)


def charter(name: str, purpose: str, members: int) -> bytes:
    """A simple charter after the model of 民办函〔2021〕57号， as .docx."""
    return word(
        f"{name}章程",
        [
            f"第一条 本组织的名称是{name}。",
            f"第二条 本组织的宗旨和活动内容：{purpose}",
            "第三条 本组织在社区党组织领导下开展活动，遵守宪法、法律、法规和居民公约，不以营利为目的。",
            f"第四条 凡承认本章程的居民，自愿申请，可以成为成员。现有成员 {members} 人。",
            "第五条 成员大会每年至少开一次，到会人数过半方可议事，过半数同意方为通过。",
            "第六条 负责人由成员大会推选，任期三年，可以连任。",
            "第七条 收支账目每半年向成员公布一次，接受社区居民委员会监督。",
            "第八条 终止活动时，剩余财物在社区指导下用于与宗旨相近的公益活动。",
        ],
    )


def word(title: str, paragraphs: list[str]) -> bytes:
    """A plain document: a heading and paragraphs."""
    heading = (
        '<w:p><w:pPr><w:jc w:val="center"/></w:pPr>'
        f'<w:r><w:rPr><w:b/><w:sz w:val="36"/></w:rPr><w:t>{escape(title)}</w:t></w:r></w:p>'
    )
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    document = f'{head}<w:document xmlns:w="{_W}"><w:body>{heading}{body}</w:body></w:document>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, part in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELATIONS),
            ("word/document.xml", document),
        ):
            # A fixed time, so that the same words give the same file.
            archive.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def consent(name: str, address: str, owner: str) -> bytes:
    """The consent of whoever owns the venue, as PDF."""
    return pdf(
        "活动场所使用同意书",
        [
            f"兹同意{name}",
            f"使用 {address} 作为活动场所。",
            "使用时间由双方商定，水电费按实分担，不收租金。",
            "使用人应注意用电、用火安全，活动结束后恢复原状。",
            "",
            f"产权人（管理人）：{owner}（盖章）",
        ],
    )


def pdf(title: str, lines: list[str]) -> bytes:
    """One A4 page with a standard Chinese font that every reader brings along (nothing is embedded)."""

    def text(words: str, size: int, x: int, y: int) -> str:
        return f"BT /F1 {size} Tf {x} {y} Td <{words.encode('utf-16-be').hex()}> Tj ET"

    drawn = [text(title, 20, 595 // 2 - 10 * len(title), 740)]
    drawn += [text(line, 12, 72, 680 - 26 * n) for n, line in enumerate(lines) if line]
    content = "\n".join(drawn).encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H"
        b" /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
        b" /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    ]
    out = io.BytesIO()
    out.write(b"%PDF-1.5\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


def photo(random: Random) -> bytes:
    """A small picture of a room: a wall, a window, a table with chairs; JPEG."""
    image = Image.new(
        "RGB", (640, 480), (random.randint(215, 240), random.randint(210, 232), random.randint(195, 220))
    )
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 340, 640, 480), fill=(170, 140, 112))
    for left in (70, 400):
        draw.rectangle((left, 70, left + 170, 220), fill=(196, 222, 236), outline=(120, 100, 84), width=8)
        draw.line((left + 85, 70, left + 85, 220), fill=(120, 100, 84), width=6)
    draw.polygon(((150, 330), (490, 330), (560, 400), (80, 400)), fill=(132, 92, 64))
    for left in range(110, 540, 90):
        draw.rectangle((left, 402, left + 46, 450), fill=(90, 104, 96 + random.randint(0, 50)))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
