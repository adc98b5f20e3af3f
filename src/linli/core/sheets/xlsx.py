"""Reading .xlsx row by row, in the same memory however many rows there are.

Libraries that read workbooks build the whole sheet; here a parser walks through it, so that 200 MB need no more
memory than 200 KB. It also tells what they leave out: a formula without a result, an error, the digits of a number as
written. Shared strings wait in a temporary file. DOCTYPE is refused: no workbook has one.
"""

from __future__ import annotations

import posixpath
import re
import tempfile
import zipfile
import zlib
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from lzma import LZMAError
from typing import IO, Any
from xml.etree import ElementTree
from xml.parsers import expat

from linli.core.sheets.cells import DAY, ERROR, FORMULA, NUMBER, TRUTH, day_of, is_day_format, plain, unescaped
from linli.core.sheets.recognise import damaged

BLOCK = 1 << 16
MOST_COLUMNS = 256
MOST_MERGES = 200_000
SMALL_PART = 32 << 20  # workbook, styles and relations are small or made to hurt
Row = tuple[int, list[str]]
Merge = tuple[int, int, int, int]  # first row, first column, last row, last column; rows from 1, columns from 0
_MERGE = re.compile(rb'mergeCell\s[^>]*?ref\s*=\s*["\']([A-Za-z]+)(\d+):([A-Za-z]+)(\d+)["\']')
_FAULTS = (
    expat.ExpatError,
    ElementTree.ParseError,
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    OSError,
    KeyError,
    IndexError,
    ValueError,
    RuntimeError,
)


@dataclass
class Tab:
    """One sheet of a workbook."""

    name: str
    hidden: bool
    rows: Callable[[], Iterator[Row]] = field(repr=False)
    merges: Callable[[], list[Merge]] = field(repr=False, default=list)
    hidden_rows: list[int] = field(default_factory=list)  # filled while the rows are read
    too_wide: bool = False  # likewise
    ragged: bool = False  # a row may have more cells than were meant


def column_index(letters: str) -> int:
    """A is 0, AA is 26."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def plain_path(name: str) -> str:
    """The name of a part; some programs write a leading slash or the slashes of their own system."""
    return name.replace("\\", "/").lstrip("/").lower()


def column_letters(index: int) -> str:
    """0 is A, 26 is AA."""
    letters, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class SharedStrings:
    """Texts by number, kept in a file; only where each begins is held in memory."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 -- lives as long as the workbook
        self.starts = array("Q", [0])
        self.recent: dict[int, str] = {}

    def add(self, text: str) -> None:
        """The next text."""
        self.starts.append(self.starts[-1] + self.file.write(text.encode("utf-8", "replace")))

    def __getitem__(self, index: int) -> str:
        text = self.recent.get(index)
        if text is None:
            if index < 0:
                raise IndexError(index)
            start, end = self.starts[index], self.starts[index + 1]
            self.file.seek(start)
            text = plain(unescaped(self.file.read(end - start).decode()))
            if len(self.recent) >= 20_000:
                self.recent.clear()
            self.recent[index] = text
        return text


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2]


def _parser() -> Any:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = BLOCK

    def refuse_doctype(*_: Any) -> None:
        raise damaged()

    parser.StartDoctypeDeclHandler = refuse_doctype
    return parser


class Workbook:
    """An .xlsx file that is open for reading."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self.archive = zipfile.ZipFile(file)
            self.names = {plain_path(name): name for name in self.archive.namelist()}
            self._load()
        except _FAULTS as error:
            raise damaged() from error

    def _load(self) -> None:
        path = self._target("_rels/.rels", "officeDocument") or "xl/workbook.xml"
        book = self._small(path)
        folder = posixpath.dirname(path)
        links = self._links(f"{folder}/_rels/{posixpath.basename(path)}.rels", folder)
        by_type = dict(links.values())
        self.since_1904 = any(
            _local(part.tag) == "workbookPr" and part.get("date1904") in ("1", "true") for part in book.iter()
        )
        self.days = self._day_styles(by_type.get("styles", f"{folder}/styles.xml"))
        self.strings = SharedStrings()
        self._read_strings(by_type.get("sharedStrings", f"{folder}/sharedStrings.xml"))
        self.tabs: list[Tab] = []
        for part in book.iter():
            if _local(part.tag) != "sheet":
                continue
            link = next((value for name, value in part.attrib.items() if _local(name) == "id"), "")
            kind, target = links.get(link, ("", ""))
            if kind == "worksheet":
                self.names[target.lower()]  # KeyError: a sheet that is named and not there
                self.tabs.append(self._tab(part, target))

    def _tab(self, part: ElementTree.Element, target: str) -> Tab:
        tab = Tab(plain(part.get("name", "")), part.get("state", "visible") != "visible", lambda: iter(()))
        tab.rows, tab.merges = (lambda: self._rows(target, tab)), (lambda: self._merges(target))
        return tab

    def _open(self, path: str) -> IO[bytes]:
        return self.archive.open(self.names[path.lstrip("/").lower()])

    def _small(self, path: str) -> ElementTree.Element:
        with self._open(path) as file:
            content = file.read(SMALL_PART + 1)
        if len(content) > SMALL_PART or b"<!DOCTYPE" in content:
            raise damaged()
        return ElementTree.fromstring(content)  # noqa: S314 -- without DOCTYPE there are no entities to blow up

    def _links(self, path: str, folder: str) -> dict[str, tuple[str, str]]:
        if path.lower() not in self.names:
            return {}
        found = {}
        for part in self._small(path):
            target = part.get("Target", "")
            full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            found[part.get("Id", "")] = (part.get("Type", "").rpartition("/")[2], full)
        return found

    def _target(self, path: str, kind: str) -> str:
        return next((target for found, target in self._links(path, ".").values() if found == kind), "")

    def _day_styles(self, path: str) -> list[bool]:
        """For each cell style whether it shows a day."""
        if path.lower() not in self.names:
            return []
        root = self._small(path)
        codes = {
            int(part.get("numFmtId", "0")): part.get("formatCode", "")
            for part in root.iter()
            if _local(part.tag) == "numFmt"
        }
        for part in root.iter():
            if _local(part.tag) == "cellXfs":
                ids = [int(style.get("numFmtId", "0")) for style in part if _local(style.tag) == "xf"]
                return [is_day_format(number, codes.get(number, "")) for number in ids]
        return []

    def _read_strings(self, path: str) -> None:
        if path.lower() not in self.names:
            return
        parts: list[str] = []
        state = {"text": False, "aside": 0}

        def start(name: str, _attributes: Any) -> None:
            match _local(name):
                case "si":
                    parts.clear()
                case "t":
                    state["text"] = not state["aside"]
                case "rPh":  # how it is read aloud
                    state["aside"] += 1

        def end(name: str) -> None:
            match _local(name):
                case "si":
                    self.strings.add("".join(parts))
                case "t":
                    state["text"] = False
                case "rPh":
                    state["aside"] -= 1

        def text(content: str) -> None:
            if state["text"]:
                parts.append(content)

        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
        with self._open(path) as file:
            parser.ParseFile(file)

    def _merges(self, path: str) -> list[Merge]:
        """Merged ranges; they stand behind the rows, so the part is walked through once more."""
        found: list[Merge] = []
        try:
            with self._open(path) as file:
                rest = b""
                while block := file.read(1 << 20):
                    text = rest + block
                    done = 0
                    for match in _MERGE.finditer(text):
                        left, top, right, bottom = match.groups()
                        found.append(
                            (int(top), column_index(left.decode()), int(bottom), column_index(right.decode()))
                        )
                        done = match.end()
                    if len(found) > MOST_MERGES:
                        raise damaged()
                    rest = text[max(done, len(text) - 256) :]
        except _FAULTS as error:
            raise damaged() from error
        return found

    def _rows(self, path: str, tab: Tab) -> Iterator[Row]:
        tab.hidden_rows.clear()
        walk = _Rows(self.strings, self.days, self.since_1904, tab)
        try:
            with self._open(path) as file:
                while block := file.read(BLOCK):
                    walk.parser.Parse(block, False)
                    while walk.done:
                        yield walk.done.popleft()
                walk.parser.Parse(b"", True)
                yield from walk.done
        except _FAULTS as error:
            raise damaged() from error


class _Rows:
    """Handlers that put a sheet's cells together; finished rows wait in `done`."""

    def __init__(self, strings: SharedStrings, days: list[bool], since_1904: bool, tab: Tab) -> None:
        self.tab = tab
        self.done: deque[Row] = deque()
        self.parser = parser = _parser()
        parser.StartElementHandler = self._first
        self.strings, self.days, self.since_1904 = strings, days, since_1904

    def _first(self, name: str, attributes: dict[str, str]) -> None:
        """The root names the prefix, if there is one; then the real handlers take over."""
        prefix = name[: -len(_local(name))]
        self._listen(prefix)

    def _listen(self, prefix: str) -> None:
        c, v, t, f, row_tag, aside = (prefix + name for name in ("c", "v", "t", "f", "row", "rPh"))
        strings, days, since_1904, done, tab = self.strings, self.days, self.since_1904, self.done, self.tab
        columns: dict[str, int] = {}
        number = index = 0
        cells: list[str] = []
        kind = style = ""
        formula = listening = skipping = hidden = False
        value: list[str] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal number, index, cells, kind, style, formula, listening, skipping, hidden
            if name == c:
                reference = attributes.get("r")
                if reference:
                    letters = reference.rstrip("0123456789")
                    at = columns.get(letters)
                    if at is None:
                        at = columns[letters] = column_index(letters)
                    index = at
                kind, style = attributes.get("t", "n"), attributes.get("s", "")
                formula = False
                value.clear()
            elif name == v or (name == t and not skipping):
                listening = True
            elif name == f:
                formula = True
            elif name == row_tag:
                given = attributes.get("r")
                number = int(given) if given else number + 1
                index, cells, hidden = 0, [], attributes.get("hidden") in ("1", "true")
            elif name == aside:
                skipping = True

        def end(name: str) -> None:
            nonlocal index, listening, skipping
            if name == c:
                if (value or formula) and index < MOST_COLUMNS:
                    missing = index - len(cells)
                    if missing > 0:
                        cells.extend([""] * missing)
                    text = cell("".join(value))
                    if index == len(cells):
                        cells.append(text)
                    else:
                        cells[index] = text
                elif value:
                    tab.too_wide = True
                index += 1
            elif name in (v, t):
                listening = False
            elif name == aside:
                skipping = False
            elif name == row_tag:
                done.append((number, cells))
                if hidden and cells:
                    tab.hidden_rows.append(number)

        def cell(text: str) -> str:
            if kind == "s":
                return strings[int(text)]
            if kind in ("inlineStr", "str"):
                return plain(unescaped(text))
            if not text:
                return FORMULA if formula else ""
            if kind == "e":
                return ERROR + plain(text)
            if kind == "b":
                return TRUTH + text
            if kind == "d":
                return DAY + plain(text).replace("T", " ").removesuffix("Z").removesuffix(" 00:00:00")
            if style and days and int(style) < len(days) and days[int(style)]:
                shown = day_of(float(text), since_1904)
                return DAY + shown if shown else NUMBER + text
            return NUMBER + text

        def heard(content: str) -> None:
            if listening:
                value.append(content)

        self.parser.StartElementHandler, self.parser.EndElementHandler = start, end
        self.parser.CharacterDataHandler = heard
