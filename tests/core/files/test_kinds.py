"""What a file is, is asked of its content; what is refused, is refused with what to do."""

from __future__ import annotations

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.files import samples

from linli.core.errors import BadInput
from linli.core.files import kinds
from linli.core.files.kinds import recognise
from linli.core.files.names import clean_name, extension_of


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("章程.pdf", samples.pdf(), kinds.PDF),
        ("章程", samples.pdf(), kinds.PDF),
        ("章程.docx", samples.office(), kinds.DOCX),
        ("名单.xlsx", samples.office(word=False), kinds.XLSX),
        ("章程.doc", samples.doc(), kinds.DOC),
        ("章程.wps", samples.doc(), kinds.DOC),
        ("名单.xls", samples.xls(), kinds.XLS),
        ("照片.JPG", samples.photo(), kinds.JPEG),
        ("照片.png", samples.photo(), kinds.JPEG),  # WeChat's habit
        ("截图.png", samples.photo("PNG"), kinds.PNG),
        ("照片.webp", samples.photo("WEBP"), kinds.WEBP),
    ],
)
def test_what_is_taken(name: str, content: bytes, kind: kinds.Kind) -> None:
    file = io.BytesIO(content)
    assert recognise(file, extension_of(name)) == kind
    assert file.tell() == 0


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.pdf", samples.windows_program(), "这个文件叫 .pdf，内容却是程序。请换成真正的 PDF 再传。"),
        ("a.pdf", samples.elf(), "这个文件叫 .pdf，内容却是程序。"),
        ("a.jpg", b"#!/bin/sh\nrm -rf /\n", "这个文件叫 .jpg，内容却是程序。请换成真正的照片再传。"),
        ("a.exe", samples.windows_program(), "这里不收 .exe 文件。"),
        ("a", samples.windows_program(), "这个文件的内容是程序。"),
        ("a.pdf", b"<html><script>alert(1)</script></html>", "内容却是网页"),
        ("a.svg", b'<?xml version="1.0"?><svg onload="x()"/>', "这里不收 .svg 文件"),
        ("a.html", b"\xef\xbb\xbf<!DOCTYPE html>", "这里不收 .html 文件"),
        ("a.xls", "<html>导出</html>".encode("utf-16"), "内容却是网页"),
        ("a.docx", samples.pdf(), "内容却是 PDF。请改名为 .pdf 再传。"),
        ("a.pdf", samples.photo(), "内容却是照片。请改名为 .jpg 再传。"),
        ("a.docx", samples.office(word=False), "内容却是 Excel 表格。"),
        ("a.pdf", samples.pdf()[:200], "这个 PDF 不完整"),
        ("a.pdf", samples.pdf(b"/Encrypt 9 0 R "), "这个 PDF 加了密"),
        ("a.docx", samples.office(macros=True), "带宏"),
        ("a.docm", samples.office(content_type="application/vnd.ms-word.document.macroEnabled.main+xml"), "带宏"),
        ("a.doc", samples.compound(WordDocument=bytes(20), Macros=b"x"), "带宏"),
        ("a.xls", samples.compound(Workbook=bytes(20), _VBA_PROJECT_CUR=b"x"), "带宏"),
        ("a.docx", samples.compound(EncryptedPackage=b"x", EncryptionInfo=b"y"), "加了密码"),
        ("a.doc", samples.doc(locked=True), "加了密码"),
        ("a.xls", samples.xls(locked=True), "加了密码"),
        ("a.doc", samples.doc()[:700], "打不开"),
        ("a.doc", samples.compound(Elsewhere=b"an installer"), "别的办公文件或安装包"),
        ("a.docx", samples.office()[:-40], "打不开"),
        ("a.zip", samples.archive_with("a.txt"), "这里不收 .zip 文件"),
        ("a.docx", samples.archive_with("a.txt"), "内容却是压缩包"),
        ("a.pdf", samples.archive_with("AndroidManifest.xml"), "内容却是程序"),
        ("a.rar", b"Rar!\x1a\x07\x00" + bytes(50), "这里不收 .rar 文件"),
        ("a.docx", samples.office(padding=201 * 1024 * 1024), "解开后太大"),
        ("a.heic", HEIC, "HEIC 照片这里还打不开"),
        ("a.jpg", HEIC, "HEIC 照片这里还打不开"),
        ("a.gif", b"GIF89a" + bytes(50), "别的图片格式"),
        ("a.pdf", "只是文字".encode(), "请换成真正的 PDF"),
        ("a.pdf", b"", "这个文件是空的"),
        ("a.pdf", bytes(5000), "这个文件是空的"),
    ],
)
def test_what_is_refused_and_what_it_says(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        recognise(io.BytesIO(content), extension_of(name))
    assert sentence in caught.value.message
    assert caught.value.fields == {"file": caught.value.message}
    assert "请" in caught.value.message


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([b"", b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xd8\xff", b"RIFF"]),
    st.binary(max_size=3000),
    st.sampled_from(["", "pdf", "docx", "xls", "jpg", "weird"]),
)
def test_nonsense_is_refused_in_words_or_recognised(head: bytes, rest: bytes, extension: str) -> None:
    try:
        outcome = recognise(io.BytesIO(head + rest), extension).label
    except BadInput as refusal:
        outcome = refusal.message.removesuffix("。") + "!"
    assert outcome in ("PDF", "照片", "图片") or outcome.endswith("!")


@pytest.mark.parametrize(
    ("given_name", "extension", "cleaned"),
    [
        ("章程.pdf", "pdf", "章程.pdf"),
        (r"C:\Users\陈\桌面\章程.PDF", "pdf", "章程.pdf"),
        ("../../etc/passwd", "pdf", "passwd.pdf"),
        ("照片.png", "jpg", "照片.jpg"),
        ("合同\u202efdp.exe", "pdf", "合同fdp.pdf"),
        ("a\0b\r\nc.pdf", "pdf", "abc.pdf"),
        ('a:b*c?"<>|.pdf', "pdf", "a_b_c_____.pdf"),
        (".pdf", "pdf", "pdf.pdf"),
        ("...", "pdf", "附件.pdf"),
        ("", "jpg", "附件.jpg"),
        ("报告.2026.11.docx", "docx", "报告.2026.11.docx"),
        ("长" * 300 + ".pdf", "pdf", "长" * 100 + ".pdf"),
    ],
)
def test_names(given_name: str, extension: str, cleaned: str) -> None:
    assert clean_name(given_name, extension) == cleaned
